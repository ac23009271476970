// The embedded agent: an ACP agent that does real, rule-based work with no model and no network. Which job it does
// follows from the files its goal names; what it writes follows from the rules and texts it reads there.

import Glibc
import Wire

@main
struct Agent {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    var agent = Agent()
    while agent.serve() {}
  }

  private let client = Peer(input: 0, output: 1)
  private var link: DeskLink?
  private var job: (any Job)?

  /// False when the client is gone.
  private mutating func serve() -> Bool {
    while let message = client.takeMessage() {
      if case .request(let id, let method, let params) = message { answer(id, method, params) }
    }
    do { try client.readOnce() } catch { return false }
    return true
  }

  private mutating func answer(_ id: RPCID, _ method: String, _ params: JSON) {
    switch method {
    case "initialize":
      client.send(
        .response(
          id: id,
          result: [
            "protocolVersion": 1,
            "agentCapabilities": ["sessionCapabilities": ["additionalDirectories": .object([])]],
            "agentInfo": ["name": "rules-agent", "title": "Ringi rules agent", "version": "0.1.0"],
            "authMethods": .array([]),
          ]))
    case "session/new":
      let server = params["mcpServers"]?.array?.first { $0["name"]?.string == "ringi" }
      link = DeskLink(
        session: "s1", client: client, tools: server.flatMap(ToolProcess.start), main: params["cwd"]?.string ?? "/",
        others: (params["additionalDirectories"]?.array ?? []).compactMap(\.string))
      client.send(.response(id: id, result: ["sessionId": "s1"]))
    case "session/prompt": client.send(.response(id: id, result: ["stopReason": .string(prompt(params))]))
    default: client.send(.failure(id: id, RPCError(code: RPCError.methodNotFound, message: "\(method) is not offered")))
    }
  }

  private mutating func prompt(_ params: JSON) -> String {
    guard let link else { return "refusal" }
    let text = (params["prompt"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
    do {
      if let job {
        try job.hear(text, link)
      } else if let found = Jobs.find(for: text) {
        job = found
        try found.run(link)
      } else {
        link.say(
          "The goal names none of the files I know what to do with: a register.csv, an inbox index.csv, or a brief template."
        )
      }
      return "end_turn"
    } catch is Cancelled {
      return "cancelled"
    } catch {
      return "refusal"
    }
  }
}

/// One kind of work.
protocol Job: AnyObject {
  func run(_ link: DeskLink) throws
  /// A later prompt: what people changed or refused.
  func hear(_ text: String, _ link: DeskLink) throws
}

enum Jobs {
  /// The job whose files the goal names.
  static func find(for goal: String) -> (any Job)? {
    let words = goal.split { $0.isWhitespace || $0 == "," || $0 == "(" || $0 == ")" }.map { word in
      String(word.reversed().drop { $0 == "." || $0 == ":" }.reversed())
    }
    let paths = words.filter { $0.contains("/") || $0.contains(".") }
    func path(_ ending: String) -> String? { paths.first { $0.hasSuffix(ending) } }
    if let register = path("register.csv"), let playbook = path("playbook.md") {
      return ContractJob(register: register, playbook: playbook)
    }
    if let index = path("index.csv"), let rules = path("reply-rules.md") { return InboxJob(index: index, rules: rules) }
    if let template = path("template.md"), let index = path("divisions.csv") {
      return BriefJob(template: template, index: index, rules: path("brief-rules.md"))
    }
    return nil
  }
}

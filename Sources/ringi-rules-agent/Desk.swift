// What the agent can do, over its two connections to the desk: files over ACP, everything else over MCP. A call can
// be left open while a person decides.

import Glibc
import Wire

/// How a proposal ended.
enum Ending {
  case done(String)
  case prepared
  case refused(String)

  var isRefused: Bool { if case .refused = self { true } else { false } }
}

/// A proposal whose answer is still open.
struct Pending {
  enum Way { case file(Int64), tool(Int64) }
  fileprivate(set) var way: Way
  /// What it was, in the agent's own words.
  let what: String
  let toolCall: String
}

/// One heading of the plan, with what it intends.
struct PlanStep {
  let title: String
  var kind = ""
  var target = ""
  var status = "pending"

  /// The plan with everything before `index` completed.
  static func advanced(_ plan: [PlanStep], to index: Int) -> [PlanStep] {
    plan.enumerated().map { place, step in
      var step = step
      step.status = place < index ? "completed" : place == index ? "in_progress" : "pending"
      return step
    }
  }
}

/// The turn was cancelled.
struct Cancelled: Error {}

final class DeskLink {
  let session: String
  private let client: Peer
  private let tools: Peer?
  private let main: String
  private let others: [String]
  private var calls = 0

  init(session: String, client: Peer, tools: Peer?, main: String, others: [String]) {
    self.session = session
    self.client = client
    self.tools = tools
    self.main = main
    self.others = others
  }

  /// `standards/x.md` lies in the extra folder of that name, everything else in the main one.
  func absolute(_ path: String) -> String {
    let parts = path.split(separator: "/", maxSplits: 1)
    if parts.count == 2, let folder = others.first(where: { $0.hasSuffix("/\(parts[0])") }) {
      return "\(folder)/\(parts[1])"
    }
    return "\(main)/\(path)"
  }

  // MARK: telling

  func update(_ update: JSON) {
    client.send(.notification(method: "session/update", params: ["sessionId": .string(session), "update": update]))
  }

  func say(_ text: String) {
    update(["sessionUpdate": "agent_message_chunk", "content": ["type": "text", "text": .string("\(text)\n")]])
  }

  /// The whole plan, each time. It goes the way of the tool calls, so that what follows stands under the right
  /// heading; without tools, as ACP's own plan.
  func plan(_ entries: [PlanStep]) {
    if let tools {
      let list = entries.map { entry -> JSON in
        [
          "title": .string(entry.title), "kind": .string(entry.kind), "target": .string(entry.target),
          "status": .string(entry.status),
        ]
      }
      let id = tools.start("tools/call", ["name": "plan", "arguments": ["entries": .array(list)]])
      _ = try? wait(tools, id)
    } else {
      update([
        "sessionUpdate": "plan",
        "entries": .array(
          entries.map { ["content": .string($0.title), "priority": "medium", "status": .string($0.status)] }),
      ])
    }
  }

  private func open(_ title: String, kind: String, path: String?) -> String {
    calls += 1
    let id = "call-\(calls)"
    update(
      .of([
        "sessionUpdate": "tool_call", "toolCallId": .string(id), "title": .string(title), "kind": .string(kind),
        "status": "in_progress", "locations": path.map { .array([["path": .string(absolute($0))]]) },
      ]))
    return id
  }

  private func close(_ id: String, _ status: String) {
    update(["sessionUpdate": "tool_call_update", "toolCallId": .string(id), "status": .string(status)])
  }

  // MARK: acting

  /// A file's text; nil when it can't be had.
  func read(_ path: String, why: String) throws -> String? {
    let call = open(why, kind: "read", path: path)
    let id = client.start("fs/read_text_file", ["sessionId": .string(session), "path": .string(absolute(path))])
    let result = try wait(client, id)
    close(call, (try? result.get()) == nil ? "failed" : "completed")
    return try? result.get()["content"]?.string
  }

  func startWriting(_ path: String, _ text: String, why: String) -> Pending {
    let call = open(why, kind: "edit", path: path)
    let id = client.start(
      "fs/write_text_file",
      ["sessionId": .string(session), "path": .string(absolute(path)), "content": .string(text)])
    return Pending(way: .file(id), what: why, toolCall: call)
  }

  @discardableResult
  func write(_ path: String, _ text: String, why: String) throws -> Ending {
    try finish(startWriting(path, text, why: why))
  }

  func startTool(_ name: String, _ arguments: JSON, why: String) -> Pending {
    let call = open(why, kind: "other", path: nil)
    guard let tools else { return Pending(way: .tool(-1), what: why, toolCall: call) }
    return Pending(
      way: .tool(tools.start("tools/call", ["name": .string(name), "arguments": arguments])), what: why, toolCall: call)
  }

  @discardableResult
  func tool(_ name: String, _ arguments: JSON, why: String) throws -> Ending {
    try finish(startTool(name, arguments, why: why))
  }

  /// Waits until the proposal has ended, however long a person takes.
  func finish(_ pending: Pending) throws -> Ending {
    var open = [((), pending)]
    guard let (_, ending) = try next(&open) else { return .refused("") }
    return ending
  }

  /// Takes out whichever of some open proposals ends first; nil when none is left.
  func next<T>(_ open: inout [(T, Pending)]) throws -> (T, Ending)? {
    guard !open.isEmpty else { return nil }
    while true {
      for index in open.indices {
        guard let ending = settle(&open[index].1) else { continue }
        let (item, pending) = open.remove(at: index)
        close(pending.toolCall, ending.isRefused ? "failed" : "completed")
        return (item, ending)
      }
      try pump()
    }
  }

  /// The proposal's end if it is known; a tool call that only waits is asked for again.
  private func settle(_ pending: inout Pending) -> Ending? {
    switch pending.way {
    case .file(let id):
      switch client.answer(to: id) {
      case nil: return nil
      case .success: return .done("")
      case .failure(let error): return .refused(error.message)
      }
    case .tool(let id):
      guard let tools, id > 0 else { return .refused("the desk's tools are not there") }
      guard let result = tools.answer(to: id) else { return nil }
      guard case .success(let value) = result else { return .refused("the tool call failed") }
      let outcome = value["structuredContent"]
      let text = outcome?["text"]?.string ?? value["content"]?.array?.first?["text"]?.string ?? ""
      switch outcome?["state"]?.string {
      case "waiting":
        let arguments: JSON = ["step": outcome?["step"] ?? 0, "wait": true]
        pending.way = .tool(tools.start("tools/call", ["name": "step_status", "arguments": arguments]))
        return nil
      case "done": return .done(text)
      case "prepared", "approved": return .prepared
      default: return value["isError"]?.bool == true ? .refused(text) : .done(text)
      }
    }
  }

  private func wait(_ peer: Peer, _ id: Int64) throws -> Result<JSON, RPCError> {
    while true {
      if let answer = peer.answer(to: id) { return answer }
      try pump()
    }
  }

  /// Reads what the desk has said, waiting until it says something.
  private func pump() throws {
    if client.inbox.contains(where: { if case .notification("session/cancel", _) = $0 { true } else { false } }) {
      throw Cancelled()
    }
    var descriptors = [pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0)]
    if let tools { descriptors.append(pollfd(fd: tools.descriptor, events: Int16(POLLIN), revents: 0)) }
    guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { return }
    if descriptors[0].revents != 0 { try client.readOnce() }
    if descriptors.count > 1, descriptors[1].revents != 0 { try tools?.readOnce() }
  }
}

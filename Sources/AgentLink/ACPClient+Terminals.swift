// Terminals: a command of the agent's is a step like any other. It is told a name for it at once, and hears how it ended when
// somebody has decided and it was run. There is no screen and no input: what it prints is all there is.

import Domain
import Wire

/// A command an agent has asked for.
struct Terminal: Hashable, Sendable {
  let token: ReplyToken
  /// What the agent wants of its output at most, in bytes.
  let limit: Int
  var end: (code: Int, output: String)? {
    get { code.map { ($0, output) } }
    set { (code, output) = (newValue?.code, newValue?.output ?? "") }
  }
  private var code: Int?
  private var output = ""
  /// Requests that hear of its end.
  var listeners: [RPCID] = []

  init(token: ReplyToken, limit: Int) { (self.token, self.limit) = (token, limit) }

  /// The end of what was printed, from a whole character on.
  var shown: (text: String, isCut: Bool) {
    let bytes = Array(output.utf8)
    guard bytes.count > limit else { return (output, false) }
    let rest = bytes.suffix(limit).drop { $0 & 0xC0 == 0x80 }
    return (String(decoding: rest, as: UTF8.self), true)
  }
}

extension ACPClient {
  /// As shells tell that a command could not be run.
  private static let notRun = 126

  mutating func terminal(_ id: RPCID, _ method: String, _ params: JSON) -> [LinkEvent] {
    if method == "terminal/create" { return create(id, params) }
    guard let name = params["terminalId"]?.string, let terminal = terminals[name] else {
      return fail(id, RPCError.invalidParams, "no such terminal")
    }
    switch method {
    case "terminal/output":
      let (text, isCut) = terminal.shown
      send(
        .response(
          id: id,
          result: .of([
            "output": .string(text), "truncated": .bool(isCut), "exitStatus": terminal.end.map { Self.status($0.code) },
          ])))
      return []
    case "terminal/wait_for_exit":
      if let end = terminal.end {
        send(.response(id: id, result: Self.status(end.code)))
      } else {
        terminals[name]?.listeners.append(id)
      }
      return []
    case "terminal/kill", "terminal/release":
      send(.response(id: id, result: .object([])))
      defer { if method == "terminal/release" { terminals[name] = nil } }
      guard open.remove(terminal.token) != nil else { return [] }
      settle(name, .invalid(reason: "the agent took it back"))
      return [.withdrawn(terminal.token)]
    default: return fail(id, RPCError.methodNotFound, "\(method) is not offered")
    }
  }

  private mutating func create(_ id: RPCID, _ params: JSON) -> [LinkEvent] {
    let words = (params["args"]?.array ?? []).map(\.string)
    guard let command = params["command"]?.string, !command.isEmpty, words.allSatisfy({ $0 != nil }) else {
      return fail(id, RPCError.invalidParams, "no command")
    }
    // What it wants in the environment is among the words that are shown.
    let variables = (params["env"]?.array ?? []).map { entry in
      entry["name"]?.string.flatMap { name in entry["value"]?.string.map { "\(name)=\($0)" } }
    }
    guard variables.allSatisfy({ $0?.first != "=" && $0 != nil }) else {
      return fail(id, RPCError.invalidParams, "`env` is a list of names with values")
    }
    guard terminals.count < 200 else { return fail(id, RPCError.invalidParams, "release some terminals first") }
    lastTerminal += 1
    let name = "ringi-\(lastTerminal)"
    let token = ReplyToken(connection: 0, id: id, shape: .terminal(name))
    open.insert(token)
    let limit = params["outputByteLimit"]?.int.map { Int(max(0, min($0, 1 << 20))) } ?? 1 << 20
    terminals[name] = Terminal(token: token, limit: limit)
    send(.response(id: id, result: ["terminalId": .string(name)]))
    // One word that is no program's name is a shell's line: it is shown as one.
    let isLine = words.isEmpty && command.contains { $0.isWhitespace || "|&;<>()$`\"'*?[#~{}!".contains($0) }
    let all = isLine ? ["/bin/sh", "-c", command] : [command] + words.compactMap { $0 }
    let own = variables.isEmpty ? [] : ["/usr/bin/env"] + variables.compactMap { $0 }
    let effect = ProposedEffect.command(arguments: own + all, directory: params["cwd"]?.string ?? "")
    let over = comes(.commands, Promise.line(all), token)
    return over + [.proposal(Proposal(effect: effect, claims: Claims()), token)]
  }

  /// What came of it, for whoever asked and will ask.
  mutating func settle(_ name: String, _ answer: Answer) {
    guard let listeners = terminals[name]?.listeners else { return }
    let end: (code: Int, output: String) =
      switch answer {
      case .ran(_, let code, let output): (code, output)
      case .done(_, let detail): (0, detail)
      case .content, .prepared, .waiting, .scheduled, .refused, .rejected, .failed, .invalid, .cancelled:
        (Self.notRun, "\(answer.reason)\n")
      }
    terminals[name]?.end = end
    terminals[name]?.listeners = []
    for id in listeners { send(.response(id: id, result: Self.status(end.code))) }
  }

  private static func status(_ code: Int) -> JSON { ["exitCode": .int(Int64(code)), "signal": .null] }
}

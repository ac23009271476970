// Codex's app-server as a state machine: JSON-RPC, one message a line, without the name of the version (codex 0.163). It is
// asked to ask for everything: approval policy `untrusted`, the user as reviewer, and no sandbox of its own, as it would run a
// command that failed in it once more outside, on the same yes.

import Domain
import Wire

package struct CodexClient: AgentPeer {
  private enum Phase: Hashable, Sendable { case new, initializing, opening, idle, prompting, closed }
  private enum Call: Int64 { case initialize = 1, thread = 2 }

  /// Something Codex does in a turn, by its id.
  private struct Item: Sendable {
    var fields: JSON
    var isAsked = false
  }

  private let directory: String
  private let tools: ACPClient.Server
  private var stream = PeerStream(isNamed: false)
  private var phase = Phase.new
  private let earlier: String
  private var isResuming = false
  private var thread = ""
  private var turn = ""
  private var lastCall: Int64 = 10
  private var turnCall: Int64 = 0
  private var items: [String: Item] = [:]
  private var open: Set<ReplyToken> = []
  private var outgoing: [UInt8] = []

  /// - Parameter earlier: the thread to take up again; empty for a new one.
  package init(directory: String, tools: ACPClient.Server, earlier: String = "") {
    (self.directory, self.tools, self.earlier) = (directory, tools, earlier)
  }

  package mutating func takeOutgoing() -> [UInt8] {
    defer { outgoing = [] }
    return outgoing
  }

  private mutating func send(_ message: RPCMessage) { outgoing += message.line(isNamed: false) }

  package var canPrompt: Bool { phase == .idle }
  package var isOpen: Bool { phase == .idle || phase == .prompting }

  package mutating func start(version: String) {
    phase = .initializing
    send(
      .request(
        id: .number(Call.initialize.rawValue), method: "initialize",
        params: ["clientInfo": ["name": "ringi", "title": "Ringi", "version": .string(version)]]))
  }

  package mutating func prompt(_ text: String) {
    phase = .prompting
    lastCall += 1
    turnCall = lastCall
    send(
      .request(
        id: .number(turnCall), method: "turn/start",
        params: [
          "threadId": .string(thread), "input": [["type": "text", "text": .string(text)]],
          "approvalPolicy": "untrusted", "approvalsReviewer": "user",
        ]))
  }

  package mutating func cancel() {
    guard phase == .prompting, !turn.isEmpty else { return }
    lastCall += 1
    send(
      .request(
        id: .number(lastCall), method: "turn/interrupt",
        params: ["threadId": .string(thread), "turnId": .string(turn)]))
    for token in open { answer(token, .cancelled) }
  }

  package mutating func askAgain() -> Bool { false }

  package mutating func leaves(_ token: ReplyToken) -> Bool { false }

  package mutating func receive(_ bytes: [UInt8]) -> [LinkEvent] {
    var events: [LinkEvent] = []
    for item in stream.read(bytes) where phase != .closed {
      switch item {
      case .message(let message): events += handle(message)
      case .noMessage(let line, let why): events.append(close("it sent a line that is no message (\(why)): \(line)"))
      case .fault(let why): events.append(close(why))
      }
    }
    return events
  }

  private mutating func close(_ why: String) -> LinkEvent {
    phase = .closed
    return .fault(why)
  }

  private mutating func handle(_ message: RPCMessage) -> [LinkEvent] {
    switch message {
    case .response(.number(let id), let result): handleResult(id, result)
    case .failure(.number(let id)?, let error): handleFailure(id, error)
    case .response, .failure: []
    case .notification(let method, let params): notified(method, params)
    case .request(let id, let method, let params): asked(id, method, params)
    }
  }

  private mutating func handleResult(_ id: Int64, _ result: JSON) -> [LinkEvent] {
    switch (id, phase) {
    case (Call.initialize.rawValue, .initializing):
      phase = .opening
      send(.notification(method: "initialized", params: .object([])))
      isResuming = !earlier.isEmpty
      openThread()
      return []
    case (Call.thread.rawValue, .opening):
      guard let name = result["thread"]?["id"]?.string else { return [close("it opened no thread")] }
      thread = name
      phase = .idle
      return [.ready(agent: "codex", session: name, isResumed: isResuming)]
    case (turnCall, .prompting):
      turn = result["turn"]?["id"]?.string ?? ""
      return []
    default: return []
    }
  }

  private mutating func handleFailure(_ id: Int64, _ error: RPCError) -> [LinkEvent] {
    switch (id, phase) {
    case (Call.thread.rawValue, .opening) where isResuming:
      // What it does not know any more is begun anew.
      isResuming = false
      openThread()
      return []
    case (Call.initialize.rawValue, .initializing), (Call.thread.rawValue, .opening):
      return [close("it refused to start: \(error.message)")]
    case (turnCall, .prompting):
      phase = .idle
      return [.stopped(reason: "error: \(error.message)")]
    default: return []
    }
  }

  private mutating func openThread() {
    var params = threadParameters.members ?? []
    if isResuming { params.append(.init("threadId", .string(earlier))) }
    send(
      .request(
        id: .number(Call.thread.rawValue), method: isResuming ? "thread/resume" : "thread/start",
        params: .object(params)))
  }

  private var threadParameters: JSON {
    let environment = tools.environment.map { JSON.Member($0.name, .string($0.value)) }
    let server: JSON = [
      "command": .string(tools.command), "args": .array(tools.arguments.map { .string($0) }),
      "env": .object(environment),
    ]
    return [
      "cwd": .string(directory), "approvalPolicy": "untrusted", "approvalsReviewer": "user",
      "sandbox": "danger-full-access", "config": ["mcp_servers": .object([.init(tools.name, server)])],
    ]
  }

  // MARK: what it tells

  private mutating func notified(_ method: String, _ params: JSON) -> [LinkEvent] {
    guard params["threadId"]?.string == thread, !thread.isEmpty else { return [] }
    switch method {
    case "item/started":
      guard let item = params["item"], let id = item["id"]?.string, items.count < 10_000 else { return [] }
      items[id, default: Item(fields: item)].fields = item
      return []
    case "item/completed": return completed(params["item"] ?? .null)
    case "turn/plan/updated":
      let statuses = ["pending": PlanEntry.Status.pending, "inProgress": .inProgress, "completed": .completed]
      return [
        .plan(
          (params["plan"]?.array ?? []).prefix(500).map {
            PlanEntry(title: $0["step"]?.string ?? "", status: statuses[$0["status"]?.string ?? ""] ?? .pending)
          })
      ]
    case "turn/completed":
      guard phase == .prompting else { return [] }
      (phase, turn) = (.idle, "")
      items = [:]
      let ended = params["turn"]
      switch ended?["status"]?.string {
      case "completed": return [.stopped(reason: "end_turn")]
      case let status: return [.stopped(reason: "error: \(ended?["error"]?["message"]?.string ?? status ?? "unknown")")]
      }
    default: return []
    }
  }

  private mutating func completed(_ item: JSON) -> [LinkEvent] {
    guard let id = item["id"]?.string else { return [] }
    let known = items.removeValue(forKey: id)
    switch item["type"]?.string {
    case "agentMessage":
      guard let text = item["text"]?.string, !text.isEmpty else { return [] }
      return [.said(text + "\n")]
    case "commandExecution", "fileChange", "mcpToolCall", "webSearch", "dynamicToolCall":
      let isDone = item["status"]?.string.map { $0 == "completed" } ?? true && item["exitCode"]?.int ?? 0 == 0
      return [.ended(call: id, isDone: isDone, did: known?.isAsked == true ? "" : Self.words(item))]
    default: return []
    }
  }

  private static func words(_ item: JSON) -> String {
    let what =
      item["command"]?.string ?? item["query"]?.string ?? item["tool"]?.string
      ?? (item["changes"]?.array ?? []).compactMap { $0["path"]?.string }.joined(separator: ", ")
    return "\(item["type"]?.string ?? "something"): \(what)"
  }

  // MARK: what it asks

  private mutating func asked(_ id: RPCID, _ method: String, _ params: JSON) -> [LinkEvent] {
    guard params["threadId"]?.string == thread, isOpen, let item = params["itemId"]?.string else {
      return fail(id, "\(method) is not offered")
    }
    let effect: ProposedEffect
    switch method {
    case "item/fileChange/requestApproval": effect = fileChange(items[item]?.fields, params)
    case "item/commandExecution/requestApproval": effect = command(items[item]?.fields, params)
    // More rights for the rest of a turn are not given: each deed is asked for by itself.
    default: return fail(id, "\(method) is not offered")
    }
    items[item, default: Item(fields: .null)].isAsked = true
    let token = ReplyToken(connection: 0, id: id, shape: .approval(call: item))
    open.insert(token)
    let claims = Claims(title: "", reason: params["reason"]?.string ?? "", kind: "")
    return [.proposal(Proposal(effect: effect, claims: claims), token)]
  }

  private mutating func fail(_ id: RPCID, _ message: String) -> [LinkEvent] {
    send(.failure(id: id, RPCError(code: RPCError.methodNotFound, message: message)))
    return []
  }

  private func command(_ item: JSON?, _ params: JSON) -> ProposedEffect {
    guard let line = params["command"]?.string ?? item?["command"]?.string,
      params["kind"]?.string ?? "command" == "command"
    else { return .other(OtherAction(target: "a command that Codex does not name", payload: params.pretty)) }
    var notes: [String] = []
    if params["networkApprovalContext"]?.members != nil { notes.append("it asks for the network") }
    return .command(arguments: Self.words(ofLine: line), directory: params["cwd"]?.string ?? directory, notes: notes)
  }

  /// Codex wraps a script for a shell: `/bin/bash -lc 'touch a'`. Unwrapped where nothing in it could be read otherwise.
  private static func words(ofLine line: String) -> [String] {
    for shell in ["/bin/bash -lc '", "/bin/sh -lc '", "/bin/zsh -lc '", "bash -lc '"] where line.hasPrefix(shell) {
      let script = line.dropFirst(shell.count)
      guard script.last == "'", !script.dropLast().contains("'") else { continue }
      return [String(shell.prefix { $0 != " " }), "-lc", String(script.dropLast())]
    }
    return ["sh", "-c", line]
  }

  /// The question itself names nothing: the item that was told before has the whole change.
  private func fileChange(_ item: JSON?, _ params: JSON) -> ProposedEffect {
    let parts = (item?["changes"]?.array ?? []).map(change)
    guard !parts.isEmpty, !parts.contains(nil), params["grantRoot"]?.string == nil else {
      return .other(OtherAction(target: "a change of files", payload: (item?["changes"] ?? params).pretty))
    }
    let known = parts.compactMap { $0 }.flatMap(\.self)
    return known.count == 1 ? known[0] : .changes(known)
  }

  /// nil for what can't be told.
  private func change(_ fields: JSON) -> [ProposedEffect]? {
    guard let path = fields["path"]?.string, path.hasPrefix("/"), let diff = fields["diff"]?.string else { return nil }
    let place = Array(path.utf8)
    switch fields["kind"]?["type"]?.string {
    case "add": return [.write(path: place, text: Array(diff.utf8))]
    case "delete": return [.delete(path: place)]
    case "update":
      guard let target = fields["kind"]?["move_path"]?.string else {
        return [.patch(path: place, hunks: Array(diff.utf8))]
      }
      // Codex says the place once more under the hunks.
      let tail = "\n\nMoved to: \(target)"
      let hunks = diff.hasSuffix(tail) ? String(diff.dropLast(tail.count)) : diff
      return CodexPatch.moving(place, to: Array(whole(target).utf8), hunks: Array(hunks.utf8))
    default: return nil
    }
  }

  private func whole(_ path: String) -> String { path.hasPrefix("/") ? path : "\(directory)/\(path)" }

  package mutating func answer(_ token: ReplyToken, _ answer: Answer) {
    guard open.remove(token) != nil else { return }
    let decision =
      switch answer {
      // INVARIANT: only what is done is allowed, this once.
      case .done: "accept"
      case .cancelled: "cancel"
      case .content, .ran, .prepared, .waiting, .scheduled, .refused, .rejected, .failed, .invalid: "decline"
      }
    send(.response(id: token.id, result: ["decision": .string(decision)]))
  }
}

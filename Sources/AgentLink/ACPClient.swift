// The client side of the Agent Client Protocol, stable v1, as a state machine: bytes in, events out, bytes to send
// collected in `outgoing`. Where it offers file reads and writes and terminals, Ringi performs them.

import Domain
import Wire

package struct ACPClient: AgentPeer {
  package struct Server: Hashable, Sendable {
    package let name: String
    package let command: String
    package let arguments: [String]
    package let environment: [(name: String, value: String)]
    package init(name: String, command: String, arguments: [String], environment: [(name: String, value: String)]) {
      self.name = name
      self.command = command
      self.arguments = arguments
      self.environment = environment
    }
    package static func == (a: Self, b: Self) -> Bool { a.name == b.name && a.command == b.command }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
  }

  enum Phase: Hashable, Sendable { case new, initializing, opening, idle, prompting, closed }
  enum Call: Int64 { case initialize = 1, newSession = 2 }

  let directory: String
  let offersFiles: Bool
  private let earlier: String
  private var isResuming = false
  private let otherDirectories: [String]
  private let servers: [Server]
  private var stream = PeerStream()
  private(set) var phase = Phase.new
  var session = ""
  /// The last request of ours, beside the first two.
  var lastCall: Int64 = 10
  private var promptID: Int64 = 0
  private var takesDirectories = false
  private var agentName = "agent"
  /// Questions about calls that the agent had not told of yet.
  var askedAhead: [String: ToolCall] = [:]
  /// Under which name a call was asked about, where that is another one.
  var askedAs: [String: String] = [:]
  /// How one logs in to it, in its own words.
  private var logins = ""
  /// Its own ways of asking.
  var modes: [Mode] = []
  /// The option that holds the mode; nil where the agent has modes of the older form.
  var modeOption: String?
  var toolCalls: [String: ToolCall] = [:]
  /// Requests of the agent that have no answer yet.
  var open: Set<ReplyToken> = []
  /// What it has asked us to run, by the name it was given.
  var terminals: [String: Terminal] = [:]
  var lastTerminal = 0
  /// Lines before it spoke the protocol; a few are told, and more than many is no greeting.
  private var greetings = 0
  private static let shownGreetings = 20
  private static let mostGreetings = 1_000
  /// Questions of this turn whose call is not over, by its name.
  var asked: [String: ToolCall] = [:]
  /// What the agent is known to leave to us, and what it said it would and then did by itself.
  var handedOver: Set<Handed> = []
  var hasBroken: Set<Handed> = []
  /// Calls that were answered with a yes because their work is to come to us.
  var promised: [String: Promise] = [:]
  package private(set) var outgoing: [UInt8] = []

  /// - Parameters:
  ///   - offersFiles: the agent reads and writes files through us; false leaves that to itself.
  ///   - earlier: the session to take up again; empty for a new one.
  package init(
    directory: String, otherDirectories: [String], servers: [Server], offersFiles: Bool = true, earlier: String = ""
  ) {
    self.earlier = earlier
    self.offersFiles = offersFiles
    self.directory = directory
    self.otherDirectories = otherDirectories
    self.servers = servers
  }

  package mutating func takeOutgoing() -> [UInt8] {
    defer { outgoing = [] }
    return outgoing
  }

  mutating func send(_ message: RPCMessage) { outgoing += message.line }

  package mutating func start(version: String) {
    phase = .initializing
    send(
      .request(
        id: .number(Call.initialize.rawValue), method: "initialize",
        params: [
          "protocolVersion": 1,
          "clientCapabilities": [
            "fs": ["readTextFile": .bool(offersFiles), "writeTextFile": .bool(offersFiles)],
            "terminal": .bool(offersFiles),
          ],
          "clientInfo": ["name": "ringi", "title": "Ringi", "version": .string(version)],
        ]))
  }

  /// One turn at a time.
  package mutating func prompt(_ text: String) {
    phase = .prompting
    lastCall += 1
    promptID = lastCall
    send(
      .request(
        id: .number(promptID), method: "session/prompt",
        params: ["sessionId": .string(session), "prompt": [["type": "text", "text": .string(text)]]]))
  }

  package var canPrompt: Bool { phase == .idle }
  /// A session is open.
  package var isOpen: Bool { phase == .idle || phase == .prompting }

  /// Cancels the turn; every open permission request is answered as the protocol demands.
  package mutating func cancel() {
    guard phase == .prompting else { return }
    send(.notification(method: "session/cancel", params: ["sessionId": .string(session)]))
    for token in open { answer(token, .cancelled) }
  }

  package mutating func receive(_ bytes: [UInt8]) -> [LinkEvent] {
    var events: [LinkEvent] = []
    for item in stream.read(bytes) where phase != .closed {
      switch item {
      case .message(let message): events += handle(message)
      // A greeting before it speaks the protocol is no message, and no fault.
      case .noMessage(let line, _) where !isOpen && greetings < Self.mostGreetings:
        greetings += 1
        if greetings <= Self.shownGreetings { events.append(.said("\(line)\n")) }
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
    case .response(.number(let id), let result): return handleResult(id, result)
    case .response: return []
    case .failure(.number(let id)?, let error): return handleFailure(id, error)
    case .failure: return []
    case .notification("session/update", let params): return update(params)
    case .notification: return []
    case .request(let id, let method, let params): return handleRequest(id, method, params)
    }
  }

  private mutating func handleResult(_ id: Int64, _ result: JSON) -> [LinkEvent] {
    switch (id, phase) {
    case (Call.initialize.rawValue, .initializing):
      guard result["protocolVersion"]?.int == 1 else { return [close("it does not speak ACP version 1")] }
      agentName = result["agentInfo"]?["name"]?.string ?? "agent"
      logins = Self.logins(result["authMethods"]?.array ?? [])
      takesDirectories = result["agentCapabilities"]?["sessionCapabilities"]?["additionalDirectories"]?.members != nil
      phase = .opening
      let capabilities = result["agentCapabilities"]
      // To resume replays nothing; to load replays all of it, before the answer.
      let canResume = capabilities?["sessionCapabilities"]?["resume"]?.members != nil
      let way =
        earlier.isEmpty
        ? nil : canResume ? "session/resume" : capabilities?["loadSession"]?.bool == true ? "session/load" : nil
      isResuming = way != nil
      openSession(way ?? "session/new")
      return []
    case (Call.newSession.rawValue, .opening):
      guard let name = isResuming ? earlier : result["sessionId"]?.string else {
        return [close("it opened no session")]
      }
      session = name
      phase = .idle
      // How it asks is known, and seen to, before it is given its goal.
      return opened(result) + [.ready(agent: agentName, session: name, isResumed: isResuming)]
    case (promptID, .prompting):
      return turnEnded() + [.stopped(reason: result["stopReason"]?.string ?? "unknown")]
    default: return []
    }
  }

  private mutating func handleFailure(_ id: Int64, _ error: RPCError) -> [LinkEvent] {
    switch (id, phase) {
    case (Call.newSession.rawValue, .opening) where isResuming:
      // What it does not know any more is begun anew.
      isResuming = false
      openSession("session/new")
      return []
    case (Call.initialize.rawValue, .initializing), (Call.newSession.rawValue, .opening):
      return [
        close(
          error.code == -32000
            ? "it wants a login first\(logins): \(error.message)" : "it refused to start: \(error.message)")
      ]
    case (promptID, .prompting):
      return turnEnded() + [.stopped(reason: "error: \(error.message)")]
    default: return []
    }
  }

  /// INVARIANT: until it is open no session has our `session`'s name, so nothing that is replayed counts.
  private mutating func openSession(_ method: String) {
    var params = sessionParameters.members ?? []
    if isResuming { params.append(.init("sessionId", .string(earlier))) }
    send(.request(id: .number(Call.newSession.rawValue), method: method, params: .object(params)))
  }

  private var sessionParameters: JSON {
    let list = servers.map { server -> JSON in
      [
        "name": .string(server.name), "command": .string(server.command),
        "args": .array(server.arguments.map { .string($0) }),
        "env": .array(server.environment.map { ["name": .string($0.name), "value": .string($0.value)] }),
      ]
    }
    return .of([
      "cwd": .string(directory), "mcpServers": .array(list),
      "additionalDirectories": takesDirectories && !otherDirectories.isEmpty
        ? .array(otherDirectories.map { .string($0) }) : nil,
    ])
  }

  private mutating func handleRequest(_ id: RPCID, _ method: String, _ params: JSON) -> [LinkEvent] {
    guard phase == .prompting || phase == .idle, params["sessionId"]?.string == session else {
      return fail(id, RPCError.invalidParams, "no such session")
    }
    switch method {
    case _ where method.hasPrefix("terminal/") && offersFiles: return terminal(id, method, params)
    case "fs/read_text_file" where !offersFiles, "fs/write_text_file" where !offersFiles:
      return fail(id, RPCError.methodNotFound, "\(method) is not offered")
    case "fs/read_text_file":
      guard let path = params["path"]?.string else { return fail(id, RPCError.invalidParams, "no path") }
      let token = ReplyToken(
        connection: 0, id: id,
        shape: .readFile(line: params["line"]?.int.map { Int($0) }, limit: params["limit"]?.int.map { Int($0) }))
      return propose(.read(path: absolute(path)), .reads, path: path, token)
    case "fs/write_text_file":
      guard let path = params["path"]?.string, let content = params["content"]?.string else {
        return fail(id, RPCError.invalidParams, "no path or content")
      }
      return propose(
        .write(path: absolute(path), text: Array(content.utf8)), .writes, path: path,
        ReplyToken(connection: 0, id: id, shape: .writeFile))
    case "session/request_permission":
      guard let (proposal, shape) = permission(params) else {
        return fail(id, RPCError.invalidParams, "no tool call, or no way to say yes once was offered")
      }
      let token = ReplyToken(connection: 0, id: id, shape: shape)
      open.insert(token)
      return [.proposal(proposal, token)]
    default: return fail(id, RPCError.methodNotFound, "\(method) is not offered")
    }
  }

  /// The protocol wants absolute paths; what is relative is meant from the session's own folder.
  private func absolute(_ path: String) -> [UInt8] {
    Array((path.hasPrefix("/") ? path : "\(directory)/\(path)").utf8)
  }

  /// What is still open is over with the turn.
  private mutating func turnEnded() -> [LinkEvent] {
    phase = .idle
    let broken = brokenAtEnd()
    defer { (toolCalls, askedAhead, askedAs) = ([:], [:], [:]) }
    return broken
      + toolCalls.sorted { $0.key < $1.key }.filter { $0.value.isOpen && !$0.value.isSettled }.map {
        .ended(call: $0.key, isDone: false, did: "\(did($0.value)); it never said how that ended")
      }
  }

  private static func logins(_ methods: [JSON]) -> String {
    let names = methods.prefix(5).compactMap { $0["name"]?.string ?? $0["id"]?.string }
    return names.isEmpty ? "" : " (\(names.joined(separator: ", ")), by its own program)"
  }

  private mutating func propose(
    _ effect: ProposedEffect, _ work: Handed, path: String, _ token: ReplyToken
  ) -> [LinkEvent] {
    open.insert(token)
    let text: [UInt8]? = if case .write(_, let text, _) = effect { text } else { nil }
    let over = comes(work, absolute(path), text: text, token)
    let id = toolCalls.first { $0.value.paths.contains(path) && $0.value.isOpen }?.key
    let call = id.flatMap { toolCalls[$0] }
    if let id { toolCalls[id]?.isSettled = true }
    let claims = Claims(title: call?.title ?? "", reason: "", kind: call?.kind ?? "")
    return over + [.proposal(Proposal(effect: effect, claims: claims), token)]
  }

  mutating func fail(_ id: RPCID, _ code: Int64, _ message: String) -> [LinkEvent] {
    send(.failure(id: id, RPCError(code: code, message: message)))
    return []
  }

  /// Answers once; a second answer to the same request is dropped.
  package mutating func answer(_ token: ReplyToken, _ answer: Answer) {
    guard open.remove(token) != nil else { return }
    accepted(token, answer)
    switch (token.shape, answer) {
    case (.permission, .cancelled): selected(token.id, nil)
    // INVARIANT: only what is done is allowed; what is prepared the agent would do by itself.
    case (.permission(let allow, _, _), .done): selected(token.id, allow)
    case (.permission(_, let reject, _), _): selected(token.id, reject)
    case (.readFile(let line, let limit), .content(let bytes)):
      guard let text = String(validating: Self.cut(bytes, line, limit), as: UTF8.self) else {
        _ = fail(token.id, RPCError.invalidParams, "the file is not UTF-8 text")
        return
      }
      send(.response(id: token.id, result: ["content": .string(text)]))
    case (.terminal(let name), _): settle(name, answer)
    // What is not there has a code of its own, by which agents know a new file.
    case (.readFile, .invalid(let reason)) where reason.hasSuffix("does not exist"): _ = fail(token.id, -32002, reason)
    case (.writeFile, .done), (.writeFile, .prepared): send(.response(id: token.id, result: .object([])))
    default: _ = fail(token.id, -32050, answer.reason)
    }
  }

  private mutating func selected(_ id: RPCID, _ option: String?) {
    let outcome: JSON =
      option.map { ["outcome": "selected", "optionId": .string($0)] } ?? ["outcome": "cancelled"]
    send(.response(id: id, result: ["outcome": outcome]))
  }

  /// Lines from `line` (from 1), at most `limit`.
  private static func cut(_ bytes: [UInt8], _ line: Int?, _ limit: Int?) -> [UInt8] {
    guard line != nil || limit != nil else { return bytes }
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let skipped = line.map { $0 > 1 ? $0 - 1 : 0 } ?? 0
    return Array(lines.dropFirst(skipped).prefix(max(0, limit ?? lines.count)).joined(separator: [10]))
  }
}

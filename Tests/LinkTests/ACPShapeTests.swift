// The Agent Client Protocol by the shapes of its own schema: whatever an agent may say is taken, whatever is damaged is
// answered, and all that Ringi says has the shape it must have.

import AgentLink
import Domain
import TestKit
import Testing
import Wire

@Suite("ACP by its schema")
struct ACPShapeTests {
  private let shapes: Shapes

  init() throws { shapes = try Shapes(Project.text(Project.corpus.appending(path: "acp/shapes.txt"))) }

  /// What an agent asks, and what it is answered.
  private static let asked = [
    "session/request_permission": ("RequestPermissionRequest", "RequestPermissionResponse"),
    "fs/read_text_file": ("ReadTextFileRequest", "ReadTextFileResponse"),
    "fs/write_text_file": ("WriteTextFileRequest", "WriteTextFileResponse"),
    "terminal/create": ("CreateTerminalRequest", "CreateTerminalResponse"),
    "terminal/output": ("TerminalOutputRequest", "TerminalOutputResponse"),
    "terminal/wait_for_exit": ("WaitForTerminalExitRequest", "WaitForTerminalExitResponse"),
    "terminal/kill": ("KillTerminalRequest", "KillTerminalResponse"),
    "terminal/release": ("ReleaseTerminalRequest", "ReleaseTerminalResponse"),
  ]
  /// What Ringi asks, and how it is answered.
  private static let asking = [
    "initialize": ("InitializeRequest", "InitializeResponse"),
    "session/new": ("NewSessionRequest", "NewSessionResponse"),
    "session/load": ("LoadSessionRequest", "LoadSessionResponse"),
    "session/resume": ("ResumeSessionRequest", "ResumeSessionResponse"),
    "session/prompt": ("PromptRequest", "PromptResponse"), "session/cancel": ("CancelNotification", ""),
    "session/set_mode": ("SetSessionModeRequest", ""),
    "session/set_config_option": ("SetSessionConfigOptionRequest", ""),
  ]
  private static let methods = asked.keys.sorted()

  /// One session, with what each side said.
  private struct Session {
    let shapes: Shapes
    var client: ACPClient
    var dice: Dice
    /// Requests of the agent, by their id.
    var asked: [Int64: String] = [:]
    var answered: Set<Int64> = []
    var terminals: [String] = []
    var waiting: [ReplyToken] = []
    var last: Int64 = 100
    var faults: [String] = []
    var proposals = 0
    /// Of Ringi's own requests: those without an answer.
    var open: [Int64: String] = [:]

    init(_ shapes: Shapes, seed: UInt64) {
      self.shapes = shapes
      dice = Dice(seed: seed)
      client = ACPClient(
        directory: "/w", otherDirectories: ["/other"],
        servers: [.init(name: "ringi", command: "/bin/ringi", arguments: ["mcp"], environment: [("A", "b")])],
        earlier: dice.below(3) == 0 ? "s" : "")
    }

    mutating func take(_ events: [LinkEvent]) {
      for event in events {
        switch event {
        case .fault(let why): faults.append("fault: \(why)")
        case .proposal(_, let token):
          proposals += 1
          waiting.append(token)
        case .withdrawn(let token): waiting.removeAll { $0 == token }
        case .ready, .plan, .said, .status, .ended, .handedOver, .broken, .mode, .stopped: break
        }
      }
      listen()
    }

    /// What Ringi has said, by its shape.
    mutating func listen() {
      for line in client.takeOutgoing().split(separator: 10) {
        guard let message = try? JSONReader.read(Array(line)) else {
          faults.append("no JSON: \(String(decoding: line, as: UTF8.self))")
          continue
        }
        if let method = message["method"]?.string {
          guard let shape = ACPShapeTests.asking[method]?.0 else {
            faults.append("unknown method \(method)")
            continue
          }
          if !shapes.fits(message["params"] ?? .null, shapes[shape]) { faults.append("not \(shape): \(message.text)") }
          if let id = message["id"]?.int { open[id] = method }
          continue
        }
        guard let id = message["id"]?.int, let method = asked[id] else {
          faults.append("an answer to nothing: \(message.text)")
          continue
        }
        if !answered.insert(id).inserted { faults.append("answered twice: \(method) \(message.text)") }
        guard let result = message["result"] else {
          if message["error"]?["code"]?.int == nil || message["error"]?["message"]?.string == nil {
            faults.append("no error and no result: \(message.text)")
          }
          continue
        }
        let shape = ACPShapeTests.asked[method]?.1 ?? ""
        if !shapes.fits(result, shapes[shape]) { faults.append("not \(shape): \(message.text)") }
        if let name = result["terminalId"]?.string { terminals.append(name) }
      }
    }

    /// The answers to Ringi's own requests, as an agent may give them.
    mutating func open(_ change: (inout JSON, String) -> Void = { _, _ in }) {
      client.start(version: "1")
      listen()
      for _ in 0..<4 {
        guard let (id, method) = open.first, method != "session/prompt" else { break }
        open[id] = nil
        guard let shape = ACPShapeTests.asking[method]?.1, !shape.isEmpty else { continue }
        var result = shapes.make(shapes[shape], &dice)
        if method == "initialize" { result = result.with("protocolVersion", 1) }
        if method == "session/new" { result = result.with("sessionId", "s") }
        change(&result, method)
        take(client.receive(RPCMessage.response(id: .number(id), result: result).line))
      }
      guard client.canPrompt else { return }
      if dice.below(2) == 0 { _ = client.askAgain() }
      client.prompt("go")
      listen()
    }

    mutating func send(_ method: String, damaged: Bool) {
      var params = shapes.make(shapes[ACPShapeTests.asked[method]?.0 ?? "SessionNotification"], &dice)
      params = params.with("sessionId", "s")
      if params["terminalId"] != nil, let name = terminals.randomElement(using: &dice) {
        params = params.with("terminalId", .string(name))
      }
      if damaged { params = shapes.damage(params, &dice) }
      guard method != "session/update" else {
        return take(client.receive(RPCMessage.notification(method: method, params: params).line))
      }
      last += 1
      asked[last] = method
      take(client.receive(RPCMessage.request(id: .number(last), method: method, params: params).line))
    }

    mutating func decide() {
      guard let token = waiting.randomElement(using: &dice) else { return }
      waiting.removeAll { $0 == token }
      let step = StepNumber(1)
      let answers: [Answer] = [
        .done(step, detail: ""), .content(Array("a\nb\n".utf8)), .prepared(step), .ran(step, code: 2, output: "out\n"),
        .refused(step, reason: "no"), .rejected(step, reason: "no"), .failed(step, reason: "it broke"),
        .invalid(reason: "it does not exist"), .cancelled,
      ]
      client.answer(token, answers[dice.below(answers.count)])
      listen()
    }

    /// The turn is taken back: what was asked has its answer by then.
    mutating func end() {
      client.cancel()
      listen()
      for name in terminals { send(release: name) }
      let left = asked.filter { !answered.contains($0.key) }
      if !left.isEmpty { faults.append("no answer to \(left.map(\.value).sorted())") }
    }

    private mutating func send(release name: String) {
      last += 1
      asked[last] = "terminal/release"
      take(
        client.receive(
          RPCMessage.request(
            id: .number(last), method: "terminal/release", params: ["sessionId": "s", "terminalId": .string(name)]
          ).line))
    }
  }

  @Test("what has a shape of the protocol is taken; what is asked is answered once, in its shape", arguments: 0..<60)
  func whole(seed: UInt64) {
    var session = Session(shapes, seed: seed)
    session.open()
    #expect(session.client.isOpen, "\(session.faults)")
    for _ in 0..<120 {
      let method = ([String](repeating: "session/update", count: 8) + Self.methods).randomElement(using: &session.dice)
      session.send(method ?? "", damaged: false)
      if session.dice.below(2) == 0 { session.decide() }
    }
    session.end()
    #expect(session.faults.isEmpty, "\(session.faults.prefix(3))")
    #expect(session.answered.count > 30 && session.proposals > 10)
  }

  @Test("what is damaged is answered once, ends no session and is nothing else than it says", arguments: 100..<160)
  func damaged(seed: UInt64) {
    var session = Session(shapes, seed: seed)
    session.open()
    for _ in 0..<120 {
      let method = ([String](repeating: "session/update", count: 6) + Self.methods).randomElement(using: &session.dice)
      session.send(method ?? "", damaged: session.dice.below(3) > 0)
      if session.dice.below(2) == 0 { session.decide() }
    }
    session.end()
    #expect(session.faults.isEmpty, "\(session.faults.prefix(3))")
  }

  @Test("an answer to what Ringi asks that is damaged opens a session or says why not", arguments: 200..<300)
  func opening(seed: UInt64) {
    var session = Session(shapes, seed: seed)
    var other = Dice(seed: seed &* 31)
    session.open { result, _ in if other.below(2) == 0 { result = shapes.damage(result, &other) } }
    #expect(session.client.isOpen || session.faults.count == 1, "\(session.faults)")
    #expect(session.faults.allSatisfy { $0.hasPrefix("fault: it ") }, "\(session.faults)")
  }

  @Test(
    "a request without what it is about proposes nothing",
    arguments: [
      ("fs/read_text_file", "path"), ("fs/write_text_file", "path"), ("fs/write_text_file", "content"),
      ("terminal/create", "command"), ("session/request_permission", "options"),
      ("session/request_permission", "toolCall"),
    ])
  func required(method: String, field: String) {
    for other: JSON? in [nil, .null, 1, [], true] {
      var session = Session(shapes, seed: 5)
      session.open()
      var params = shapes.make(shapes[Self.asked[method]?.0 ?? ""], &session.dice)
      params = params.with("sessionId", "s")
      if params["options"] != nil {
        params = params.with("options", [["optionId": "y", "name": "Yes", "kind": "allow_once"]])
      }
      params = other.map { params.with(field, $0) } ?? params.without(field)
      let events = session.client.receive(RPCMessage.request(id: .number(7), method: method, params: params).line)
      #expect(events.isEmpty, "\(method) with \(field) = \(other?.text ?? "nothing")")
      #expect(String(decoding: session.client.takeOutgoing(), as: UTF8.self).contains(#""error""#))
    }
  }
}

extension JSON {
  fileprivate func with(_ key: String, _ value: JSON) -> JSON {
    .object((members ?? []).filter { $0.key != key } + [.init(key, value)])
  }
  fileprivate func without(_ key: String) -> JSON { .object((members ?? []).filter { $0.key != key }) }
}

// What real ACP agents send when they ask, as their transcripts show it, and what it comes to.

import AgentLink
import Domain
import Testing
import Wire

@Suite("What ACP agents ask for")
struct ACPAskingTests {
  static let once =
    #"[{"optionId":"always","name":"Always","kind":"allow_always"},{"optionId":"yes","name":"Allow","kind":"allow_once"},{"optionId":"no","name":"Reject","kind":"reject_once"}]"#

  func opened(offersFiles: Bool = false) -> ACPClient {
    var client = ACPClient(directory: "/w", otherDirectories: [], servers: [], offersFiles: offersFiles)
    client.start(version: "1")
    _ = client.receive(line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1}}"#))
    _ = client.receive(line(#"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}"#))
    client.prompt("go")
    _ = client.takeOutgoing()
    return client
  }

  func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

  func update(_ fields: String) -> [UInt8] {
    line(#"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{\#(fields)}}}"#)
  }

  func ask(_ call: String, options: String = once) -> [UInt8] {
    line(
      #"{"jsonrpc":"2.0","id":0,"method":"session/request_permission","params":{"sessionId":"s","toolCall":{\#(call)},"options":\#(options)}}"#
    )
  }

  func proposal(_ events: [LinkEvent]) -> (effect: ProposedEffect, token: ReplyToken)? {
    for case .proposal(let proposal, let token) in events { return (proposal.effect, token) }
    return nil
  }

  func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test("a fragment of a file is a change within it, never the whole file")
  func fragment() throws {
    var client = opened()
    let asked =
      #""toolCallId":"t","kind":"edit","content":[{"type":"diff","path":"/w/a.txt","oldText":"old","newText":"new"}]"#
    let found = try #require(proposal(client.receive(ask(asked))))
    #expect(
      found.effect
        == .replace(path: bytes("/w/a.txt"), old: bytes("old"), new: bytes("new"), everywhere: false))
  }

  @Test(
    "the tool’s own input counts before the difference the agent draws, and a relative path is meant from its folder")
  func input() throws {
    var client = opened()
    // As Mistral Vibe asks: by the id alone, of a call that was told before.
    _ = client.receive(
      update(
        #""sessionUpdate":"tool_call","toolCallId":"effect-1","title":"write","kind":"edit","status":"in_progress","rawInput":{"filePath":"notes.txt","content":"one\n"},"content":[{"type":"diff","path":"notes.txt","newText":"one"}]"#
      ))
    let found = try #require(proposal(client.receive(ask(#""toolCallId":"effect-1""#))))
    #expect(found.effect == .write(path: bytes("/w/notes.txt"), text: bytes("one\n")))
    guard case .permission(let allow, let reject, let call) = found.token.shape else { Issue.record("shape"); return }
    #expect(allow == "yes" && reject == "no" && call == "effect-1")
    #expect(
      client.receive(update(#""sessionUpdate":"tool_call_update","toolCallId":"effect-1","status":"completed""#)) == [
        .ended(call: "effect-1", isDone: true, did: "")
      ])
  }

  @Test(
    "a question under another name is joined to the call with the same input; one that says nothing to the only open one"
  )
  func joined() throws {
    var client = opened()
    _ = client.receive(
      update(
        #""sessionUpdate":"tool_call","toolCallId":"tc-1","title":"terminal: rm x","kind":"execute","rawInput":{"command":"rm x"}"#
      ))
    // As Hermes asks.
    let hermes = try #require(
      proposal(
        client.receive(
          ask(#""toolCallId":"perm-check-1","kind":"execute","rawInput":{"command":"rm x","description":"d"}"#))))
    guard case .permission(_, _, "tc-1") = hermes.token.shape else { Issue.record("\(hermes.token.shape)"); return }
    client.answer(hermes.token, .done(StepNumber(1), detail: ""))
    #expect(
      client.receive(update(#""sessionUpdate":"tool_call_update","toolCallId":"tc-1","status":"completed""#)) == [
        .ended(call: "tc-1", isDone: true, did: "")
      ], "it was asked about")
    // As OpenHands asks: one name for every question, nothing in it.
    _ = client.receive(
      update(
        #""sessionUpdate":"tool_call","toolCallId":"call_9","title":"run","kind":"execute","rawInput":{"command":"ls"}"#
      ))
    let openHands = try #require(
      proposal(client.receive(ask(#""toolCallId":"confirmation-s","kind":"other","title":"Confirm Agent Actions""#))))
    #expect(openHands.effect == .command(arguments: ["sh", "-c", "ls"], directory: ""))
    client.answer(openHands.token, .done(StepNumber(2), detail: ""))
    // Of two that are open nobody can say which is meant: both are shown.
    for id in ["a", "b"] {
      _ = client.receive(
        update(
          #""sessionUpdate":"tool_call","toolCallId":"\#(id)","title":"run \#(id)","kind":"execute","rawInput":{"command":"do \#(id)"}"#
        ))
    }
    let both = try #require(
      proposal(client.receive(ask(#""toolCallId":"confirmation-s","title":"Confirm Agent Actions""#))))
    guard case .other(let other) = both.effect else { Issue.record("\(both.effect)"); return }
    #expect(other.payload.contains("do a") && other.payload.contains("do b"))
  }

  @Test("of several ways to say yes once the one that says no more is given, and never an always")
  func onlyOnce() throws {
    let options =
      #"[{"optionId":"risk_based","name":"Auto-approve low risk","kind":"allow_once"},{"optionId":"accept","name":"Yes","kind":"allow_once"},{"optionId":"reject","name":"No","kind":"reject_once"}]"#
    var client = opened()
    let found = try #require(proposal(client.receive(ask(#""toolCallId":"t","title":"x""#, options: options))))
    guard case .permission("accept", "reject", _) = found.token.shape else {
      Issue.record("\(found.token.shape)"); return
    }
    let always = #"[{"optionId":"a","name":"Always","kind":"allow_always"}]"#
    #expect(proposal(client.receive(ask(#""toolCallId":"u","title":"x""#, options: always))) == nil)
  }

  @Test("what it did without asking is told when it ends, and what never ended with the turn")
  func unasked() {
    var client = opened()
    _ = client.receive(
      update(
        #""sessionUpdate":"tool_call","toolCallId":"1","title":"bash","kind":"execute","rawInput":{"command":"touch x"}"#
      ))
    #expect(
      client.receive(update(#""sessionUpdate":"tool_call_update","toolCallId":"1","status":"completed""#)) == [
        .ended(call: "1", isDone: true, did: "execute: bash: touch x")
      ])
    _ = client.receive(update(#""sessionUpdate":"tool_call","toolCallId":"2","title":"write","kind":"edit""#))
    let events = client.receive(line(#"{"jsonrpc":"2.0","id":11,"result":{"stopReason":"end_turn"}}"#))
    guard case .ended(call: "2", isDone: false, let did)? = events.first else { Issue.record("\(events)"); return }
    #expect(did.contains("never said how that ended"))
  }

  @Test(
    "a mode that asks nobody is known by its name, and there is a way back",
    arguments: [
      ("accept-edits", "Accept Edits", false), ("default", "Default", true), ("bypassPermissions", "Bypass", false),
      ("always-ask", "Always Ask Mode", true), ("agent-full-access", "Agent (full access)", false),
      ("dont_ask", "Don't ask", false), ("plan", "Plan", true), ("read-only", "Read only", true),
      ("yolo", "YOLO", false),
    ])
  func modes(id: String, name: String, asks: Bool) {
    var client = ACPClient(directory: "/w", otherDirectories: [], servers: [])
    client.start(version: "1")
    _ = client.receive(line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1}}"#))
    let events = client.receive(
      line(
        #"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s","modes":{"currentModeId":"\#(id)","availableModes":[{"id":"\#(id)","name":"\#(name)"},{"id":"ask","name":"Ask"}]}}}"#
      ))
    // How it asks is seen to before it has its goal.
    #expect(events == [.mode(name, asks: asks), .ready(agent: "agent", session: "s")])
    _ = client.takeOutgoing()
    let isTold = client.askAgain()
    #expect(isTold)
    #expect(
      String(decoding: client.takeOutgoing(), as: UTF8.self).contains(
        #""method":"session/set_mode","params":{"sessionId":"s","modeId":"ask"}"#))
    #expect(
      client.receive(update(#""sessionUpdate":"current_mode_update","currentModeId":"ask""#)) == [
        .mode("Ask", asks: true)
      ])
  }

  static let edit = #""toolCallId":"t","kind":"edit","rawInput":{"path":"/w/a","content":"x"}"#
  static let write =
    #"{"jsonrpc":"2.0","id":4,"method":"fs/write_text_file","params":{"sessionId":"s","path":"/w/a","content":"x"}}"#

  func yes(_ client: inout ACPClient) -> Bool {
    String(decoding: client.takeOutgoing(), as: UTF8.self).contains(#""optionId":"yes""#)
  }

  @Test("several parts of one file are all of its change")
  func severalParts() throws {
    var client = opened()
    let diffs =
      #"{"type":"diff","path":"/w/n","oldText":"alpha\n","newText":"ALPHA\n"},{"type":"diff","path":"/w/n","oldText":"gamma","newText":"GAMMA"}"#
    let asked = try #require(
      proposal(client.receive(ask(#""toolCallId":"t","kind":"edit","title":"patch","content":[\#(diffs)]"#))))
    #expect(asked.effect == .patch(path: bytes("/w/n"), hunks: bytes("@@\n-alpha\n+ALPHA\n@@\n-gamma\n+GAMMA\n")))
  }

  @Test("lines before the protocol are no messages, whatever they look like; there is an end to them")
  func greeting() {
    func begun() -> ACPClient {
      var client = ACPClient(directory: "/w", otherDirectories: [], servers: [])
      client.start(version: "1")
      return client
    }
    var client = begun()
    let events = client.receive(line("hello\n{\"level\":\"info\"}\n{starting up}"))
    #expect(events == [.said("hello\n"), .said("{\"level\":\"info\"}\n"), .said("{starting up}\n")])
    var many = begun()
    let all = many.receive(line((1...1_001).map { "\($0)" }.joined(separator: "\n")))
    #expect(all.count == 21)
    guard case .fault? = all.last else { Issue.record("\(all.count)"); return }
  }

  @Test("a question about several files is about all of them")
  func severalDiffs() throws {
    var client = opened()
    let diffs =
      #"{"type":"diff","path":"/w/notes.md","oldText":"a","newText":"b"},{"type":"diff","path":"/w/second.md","newText":"c"}"#
    let asked = try #require(
      proposal(client.receive(ask(#""toolCallId":"t","kind":"edit","title":"patch","content":[\#(diffs)]"#))))
    #expect(
      asked.effect
        == .changes([
          .replace(path: bytes("/w/notes.md"), old: bytes("a"), new: bytes("b"), everywhere: false),
          .write(path: bytes("/w/second.md"), text: bytes("c")),
        ]))
  }

  @Test("an input that is told as words is read as the input it is")
  func wordsAsInput() throws {
    var client = opened()
    let words = #"{\"command\": \"wc -l notes.md\"}"#
    let asked = try #require(
      proposal(
        client.receive(
          ask(
            #""toolCallId":"t","title":"Shell: wc","content":[{"type":"content","content":{"type":"text","text":"\#(words)"}}]"#
          ))))
    #expect(asked.effect == .command(arguments: ["sh", "-c", "wc -l notes.md"], directory: ""))
  }

  @Test("without files of ours a file call is refused, whatever it says")
  func ownFiles() {
    var client = opened(offersFiles: true)
    // A command is no file.
    #expect(proposal(client.receive(ask(#""toolCallId":"u","kind":"execute","rawInput":{"command":"ls"}"#))) != nil)
    var own = opened()
    #expect(
      own.receive(
        line(
          #"{"jsonrpc":"2.0","id":5,"method":"fs/write_text_file","params":{"sessionId":"s","path":"/w/a","content":""}}"#
        )
      ).isEmpty, "what was not offered is not done")
  }

  @Test(
    "a session is taken up again as the agent can, nothing of it counts once more, and one it has forgotten is begun anew",
    arguments: [
      (#"{"sessionCapabilities":{"resume":{}},"loadSession":true}"#, "session/resume"),
      (#"{"loadSession":true}"#, "session/load"), (#"{"loadSession":false,"sessionCapabilities":{}}"#, "session/new"),
    ])
  func again(capabilities: String, method: String) {
    func sent(_ client: inout ACPClient) -> JSON {
      let lines = client.takeOutgoing().split(separator: 10).compactMap { try? JSONReader.read(Array($0)) }
      return lines.last ?? .null
    }
    for isKnown in [true, false] {
      var client = ACPClient(directory: "/w", otherDirectories: [], servers: [], earlier: "old")
      client.start(version: "1")
      _ = sent(&client)
      _ = client.receive(
        line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":\#(capabilities)}}"#))
      let asked = sent(&client)
      #expect(
        asked["method"]?.string == method
          && (asked["params"]?["sessionId"]?.string == "old") == (method != "session/new"))
      // What is replayed: a call that waits for a yes, and the question itself.
      let replay = [
        #"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"old","update":{"sessionUpdate":"tool_call","toolCallId":"t","title":"rm","kind":"execute","status":"pending"}}}"#,
        #"{"jsonrpc":"2.0","id":3,"method":"session/request_permission","params":{"sessionId":"old","toolCall":{"toolCallId":"t"},"options":\#(Self.once)}}"#,
      ]
      for text in replay { #expect(client.receive(line(text)).isEmpty) }
      #expect(sent(&client)["error"] != nil, "a question of the past has no answer")
      guard method != "session/new" else { continue }
      if isKnown {
        #expect(
          client.receive(line(#"{"jsonrpc":"2.0","id":2,"result":{}}"#)) == [
            .ready(agent: "agent", session: "old", isResumed: true)
          ])
        client.prompt("go on")
        let ended = client.receive(line(#"{"jsonrpc":"2.0","id":11,"result":{"stopReason":"end_turn"}}"#))
        #expect(ended == [.stopped(reason: "end_turn")], "nothing of the replay is left open")
      } else {
        _ = client.receive(line(#"{"jsonrpc":"2.0","id":2,"error":{"code":-32002,"message":"not found"}}"#))
        #expect(sent(&client)["method"]?.string == "session/new")
        #expect(
          client.receive(line(#"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"new"}}"#)) == [
            .ready(agent: "agent", session: "new")
          ])
      }
    }
  }
}

// What an agent may leave to us, and what it makes of our yes.

import AgentLink
import Domain
import Testing
import Wire

extension ACPAskingTests {
  @Test("an agent is offered to leave its files to us: until it has, its questions are a person's")
  func leavesFiles() throws {
    var client = opened(offersFiles: true)
    let (effect, token) = try #require(proposal(client.receive(ask(Self.edit))))
    #expect(effect == .write(path: bytes("/w/a"), text: bytes("x")))
    let isLeft = client.leaves(token)
    #expect(!isLeft)
    client.answer(token, .done(StepNumber(1), detail: ""))
    #expect(yes(&client))
    // The work comes to us: the question is done with. Only work that was accepted says that it does.
    let events = client.receive(line(Self.write))
    #expect(events.first == .handedOver(call: "t"))
    let write = try #require(proposal(events)).token
    func next(_ name: String, _ client: inout ACPClient, path: String = "/w/a") throws -> Bool {
      let asked = Self.edit.replacing(#""t""#, with: "\"\(name)\"").replacing("/w/a", with: path)
      let token = try #require(proposal(client.receive(ask(asked)))).token
      guard client.leaves(token) else { return false }
      client.answer(token, .done(StepNumber(0), detail: ""))
      return true
    }
    var refused = client
    refused.answer(write, .refused(StepNumber(2), reason: "not here"))
    #expect(try !next("u", &refused))
    client.answer(write, .prepared(StepNumber(2)))
    #expect(try next("v", &client))
    #expect(client.receive(line(Self.write.replacing("4", with: "5"))).count == 1, "it was left to this very work")
    // What it then does by itself is told, and it is asked again from there on; other work is no excuse.
    #expect(try next("w", &client))
    _ = client.receive(line(Self.write.replacing("4", with: "6").replacing("/w/a", with: "/w/other")))
    let over = client.receive(update(#""sessionUpdate":"tool_call_update","toolCallId":"w","status":"completed""#))
    guard case .broken(let did)? = over.first else { Issue.record("\(over)"); return }
    #expect(did.contains("/w/a") && did.contains("by itself"))
    #expect(try !next("x", &client))
    let again = try #require(proposal(client.receive(line(Self.write.replacing("4", with: "7"))))).token
    client.answer(again, .prepared(StepNumber(3)))
    #expect(try !next("y", &client), "once broken is broken")
  }

  @Test(
    "a promise is kept by the very work, once it was accepted", arguments: ["other text", "a no", "another command"])
  func promiseKept(case what: String) throws {
    var client = opened(offersFiles: true)
    let isCommand = what == "another command"
    func terminal(_ id: Int, _ command: String, _ words: String) -> [UInt8] {
      line(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"terminal/create","params":{"sessionId":"s","command":"\#(command)","args":[\#(words)]}}"#
      )
    }
    let first = isCommand ? terminal(4, "ls", "") : line(Self.write)
    let shown = try #require(proposal(client.receive(first))).token
    client.answer(shown, isCommand ? .ran(StepNumber(1), code: 0, output: "") : .prepared(StepNumber(1)))
    let asked = isCommand ? #""toolCallId":"t","kind":"execute","rawInput":{"command":"rm old/x"}"# : Self.edit
    let token = try #require(proposal(client.receive(ask(asked)))).token
    let isLeft = client.leaves(token)
    #expect(isLeft)
    client.answer(token, .done(StepNumber(0), detail: ""))
    let came =
      isCommand
      ? terminal(5, "cat", #""old/x""#)
      : line(
        Self.write.replacing("4", with: "5").replacing(
          #""content":"x""#, with: what == "a no" ? #""content":"x""# : #""content":"y""#))
    let work = try #require(proposal(client.receive(came))).token
    client.answer(
      work,
      what == "a no"
        ? .rejected(StepNumber(2), reason: "no")
        : isCommand ? .ran(StepNumber(2), code: 0, output: "") : .prepared(StepNumber(2)))
    let over = client.receive(update(#""sessionUpdate":"tool_call_update","toolCallId":"t","status":"completed""#))
    guard case .broken? = over.first else { Issue.record("\(over)"); return }
  }

  @Test("a shell's line and its words are one command")
  func sameCommand() throws {
    var client = opened(offersFiles: true)
    let asked = #""toolCallId":"t","kind":"execute","rawInput":{"command":"touch handed.txt"}"#
    #expect(proposal(client.receive(ask(asked))) != nil)
    let events = client.receive(
      line(
        #"{"jsonrpc":"2.0","id":4,"method":"terminal/create","params":{"sessionId":"s","command":"touch","args":["handed.txt"]}}"#
      ))
    #expect(events.first == .handedOver(call: "t"))
  }

  @Test("what was to come and had not when the turn ended is told")
  func promisedAtEnd() throws {
    var client = opened(offersFiles: true)
    let write = try #require(proposal(client.receive(line(Self.write)))).token
    client.answer(write, .prepared(StepNumber(1)))
    let token = try #require(proposal(client.receive(ask(Self.edit)))).token
    let isLeft = client.leaves(token)
    #expect(isLeft)
    client.answer(token, .done(StepNumber(0), detail: ""))
    let end = client.receive(line(#"{"jsonrpc":"2.0","id":11,"result":{"stopReason":"end_turn"}}"#))
    guard case .broken(let did)? = end.first else { Issue.record("\(end)"); return }
    #expect(did.contains("/w/a") && did.contains("is not known"))
  }

  @Test("a command that the agent has left to us is none that it did by itself, and needs one yes")
  func leavesCommands() throws {
    var client = opened(offersFiles: true)
    let run =
      #"{"jsonrpc":"2.0","id":4,"method":"terminal/create","params":{"sessionId":"s","command":"sh","args":["-c","ls"]}}"#
    let asked = #""toolCallId":"t","kind":"execute","rawInput":{"command":"ls"}"#
    #expect(proposal(client.receive(ask(asked))) != nil)
    let events = client.receive(line(run))
    #expect(events.first == .handedOver(call: "t"))
    client.answer(try #require(proposal(events)).token, .ran(StepNumber(2), code: 0, output: ""))
    let told =
      #""sessionUpdate":"tool_call_update","toolCallId":"u","kind":"execute","title":"run ls","status":"completed","content":[{"type":"terminal","terminalId":"ringi-1"}]"#
    #expect(client.receive(update(told)) == [.ended(call: "t", isDone: true, did: "")])
    let second = try #require(proposal(client.receive(ask(asked.replacing(#""t""#, with: #""v""#))))).token
    let isLeft = client.leaves(second)
    #expect(isLeft)
    let other = try #require(
      proposal(client.receive(ask(#""toolCallId":"w","kind":"edit","rawInput":{"path":"/w/a","content":"x"}"#)))
    ).token
    let isOtherLeft = client.leaves(other)
    #expect(!isOtherLeft, "of files it has shown nothing")
  }
}

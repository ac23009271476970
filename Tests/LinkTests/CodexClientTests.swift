// Codex's app-server as a state machine, with lines as codex 0.163 sends them.

import AgentLink
import Domain
import Testing
import Wire

@Suite("Codex client")
struct CodexClientTests {
  private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

  private func sent(_ client: inout CodexClient) -> [JSON] {
    client.takeOutgoing().split(separator: 10).compactMap { try? JSONReader.read(Array($0)) }
  }

  private func opened() -> CodexClient {
    var client = CodexClient(
      directory: "/w", tools: .init(name: "ringi", command: "/r", arguments: ["mcp", "tools"], environment: []))
    client.start(version: "1")
    _ = client.receive(line(#"{"id":1,"result":{"userAgent":"codex"}}"#))
    let lines = sent(&client)
    #expect(!lines.contains { $0["jsonrpc"] != nil } && lines[1]["method"]?.string == "initialized")
    let start = lines[2]["params"]
    #expect(start?["approvalPolicy"]?.string == "untrusted" && start?["approvalsReviewer"]?.string == "user")
    #expect(client.receive(line(#"{"id":2,"result":{"thread":{"id":"T"}}}"#)) == [.ready(agent: "codex", session: "T")])
    client.prompt("go")
    _ = client.receive(line(#"{"id":11,"result":{"turn":{"id":"U"}}}"#))
    _ = client.takeOutgoing()
    return client
  }

  private static let started =
    #"{"method":"item/started","params":{"threadId":"T","turnId":"U","item":{"type":"fileChange","id":"p","status":"inProgress","changes":[{"path":"/w/a","kind":{"type":"update","move_path":null},"diff":"@@ -1 +1 @@\n-1\n+2\n"},{"path":"/w/b","kind":{"type":"add"},"diff":"x\n"},{"path":"/w/c","kind":{"type":"delete"},"diff":"y\n"}]}}}"#
  private static let asks =
    #"{"method":"item/fileChange/requestApproval","id":0,"params":{"threadId":"T","turnId":"U","itemId":"p","reason":null,"grantRoot":null}}"#

  @Test("a patch is asked about with everything in it, and a yes is for this once", arguments: [true, false])
  func patch(isYes: Bool) throws {
    var client = opened()
    _ = client.receive(line(Self.started))
    guard case .proposal(let proposal, let token)? = client.receive(line(Self.asks)).first else {
      Issue.record("no proposal")
      return
    }
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    #expect(
      proposal.effect
        == .changes([
          .patch(path: bytes("/w/a"), hunks: bytes("@@ -1 +1 @@\n-1\n+2\n")),
          .write(path: bytes("/w/b"), text: bytes("x\n")), .delete(path: bytes("/w/c")),
        ]))
    #expect(token.isRelayed && token.call == "p")
    client.answer(token, isYes ? .done(StepNumber(1), detail: "") : .rejected(StepNumber(1), reason: "no"))
    client.answer(token, .done(StepNumber(1), detail: ""))
    let answers = sent(&client)
    #expect(answers.count == 1 && answers[0]["result"]?["decision"]?.string == (isYes ? "accept" : "decline"))
    let ended =
      #"{"method":"item/completed","params":{"threadId":"T","item":{"type":"fileChange","id":"p","status":"\#(isYes ? "completed" : "declined")"}}}"#
    #expect(client.receive(line(ended)) == [.ended(call: "p", isDone: isYes, did: "")])
  }

  @Test("a file that moves as it is changed is a new one with the outcome, and the old one goes")
  func moved() throws {
    var client = opened()
    let item = Self.started.replacing("null", with: #""z""#).replacing(#"+2\n""#, with: #"+2\n\n\nMoved to: z""#)
    _ = client.receive(line(item))
    guard case .proposal(let proposal, _)? = client.receive(line(Self.asks)).first,
      case .changes(let parts) = proposal.effect
    else { return #expect(Bool(false), "no changes") }
    let hunks = Array("@@ -1 +1 @@\n-1\n+2\n".utf8)
    #expect(parts[0] == .patch(path: Array("/w/a".utf8), hunks: hunks, to: Array("/w/z".utf8)))
    #expect(parts[1] == .delete(path: Array("/w/a".utf8)) && parts.count == 4)
  }

  @Test("a question without its item, and rights for a whole folder, are shown as they came, and ask")
  func odd() {
    for (item, ask) in [
      ("", Self.asks), (Self.started, Self.asks.replacing(#""grantRoot":null"#, with: #""grantRoot":"/w""#)),
    ] {
      var client = opened()
      if !item.isEmpty { _ = client.receive(line(item)) }
      guard case .proposal(let proposal, _)? = client.receive(line(ask)).first, case .other = proposal.effect else {
        Issue.record("\(ask)")
        continue
      }
    }
    var client = opened()
    #expect(
      client.receive(
        line(
          #"{"method":"item/permissions/requestApproval","id":4,"params":{"threadId":"T","itemId":"x","permissions":{}}}"#
        )
      ).isEmpty)
    #expect(sent(&client).first?["error"] != nil, "an error is a no")
  }

  @Test("a script in its wrapper is shown by itself, where nothing in it could be read otherwise")
  func commands() {
    for (text, words) in [
      ("/bin/bash -lc 'touch a'", ["/bin/bash", "-lc", "touch a"]),
      (#"/bin/bash -lc 'echo '\"'\"'x'\"'\"''"#, ["sh", "-c", "/bin/bash -lc 'echo '\"'\"'x'\"'\"''"]),
      ("ls", ["sh", "-c", "ls"]),
    ] {
      var client = opened()
      let ask =
        #"{"method":"item/commandExecution/requestApproval","id":1,"params":{"kind":"command","threadId":"T","itemId":"c","command":"\#(text)","cwd":"/w"}}"#
      guard case .proposal(let proposal, _)? = client.receive(line(ask)).first else {
        Issue.record("\(text)")
        continue
      }
      #expect(proposal.effect == .command(arguments: words, directory: "/w"))
    }
  }

  @Test("what it did unasked is told, another thread’s word counts for nothing, and a failed turn says why")
  func tells() {
    var client = opened()
    let other = Self.asks.replacing(#""T""#, with: #""X""#)
    #expect(client.receive(line(other)).isEmpty)
    #expect(sent(&client).first?["error"] != nil)
    let did =
      #"{"method":"item/completed","params":{"threadId":"T","item":{"type":"webSearch","id":"w","query":"weather"}}}"#
    #expect(client.receive(line(did)) == [.ended(call: "w", isDone: true, did: "webSearch: weather")])
    let ended =
      #"{"method":"turn/completed","params":{"threadId":"T","turn":{"id":"U","status":"failed","error":{"message":"no key"}}}}"#
    #expect(client.receive(line(ended)) == [.stopped(reason: "error: no key")])
    #expect(client.canPrompt)
    guard case .fault? = client.receive(line("nonsense")).first else { Issue.record("taken"); return }
  }
}

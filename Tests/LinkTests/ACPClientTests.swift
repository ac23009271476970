import AgentLink
import Domain
import Testing
import Wire

@Suite("ACP client and tool server")
struct ACPClientTests {
  private func opened() -> ACPClient {
    var client = ACPClient(directory: "/w", otherDirectories: [], servers: [])
    client.start(version: "1")
    _ = client.receive(
      line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentInfo":{"name":"a","version":"1"}}}"#))
    _ = client.receive(line(#"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}"#))
    client.prompt("go")
    _ = client.takeOutgoing()
    return client
  }

  private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }
  private func sent(_ client: inout ACPClient) -> [JSON] {
    client.takeOutgoing().split(separator: 10).compactMap { try? JSONReader.read(Array($0)) }
  }

  @Test("the shortest exchange: initialize, new session, prompt, end of turn")
  func shortest() {
    var client = ACPClient(directory: "/w", otherDirectories: ["/s"], servers: [])
    client.start(version: "1")
    #expect(sent(&client)[0]["method"]?.string == "initialize")
    #expect(client.receive(line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1}}"#)).isEmpty)
    let open = sent(&client)[0]
    #expect(open["method"]?.string == "session/new" && open["params"]?["cwd"]?.string == "/w")
    #expect(open["params"]?["additionalDirectories"] == nil, "only when the agent offers it")
    #expect(
      client.receive(line(#"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}"#)) == [
        .ready(agent: "agent", session: "s")
      ])
    client.prompt("go")
    let id = sent(&client)[0]["id"]?.int ?? 0
    #expect(
      client.receive(line(#"{"jsonrpc":"2.0","id":\#(id),"result":{"stopReason":"end_turn"}}"#)) == [
        .stopped(reason: "end_turn")
      ])
  }

  @Test(
    "garbage freezes the run",
    arguments: [
      "hello", "{}", "[]", #"{"jsonrpc":"1.0","id":1,"method":"x"}"#, #"{"jsonrpc":"2.0","id":{},"method":"x"}"#,
      "\u{0}\u{1}",
    ])
  func garbage(text: String) {
    var client = opened()
    guard case .fault = client.receive(line(text)).first else {
      Issue.record("no fault for \(text)")
      return
    }
    #expect(
      client.receive(
        line(#"{"jsonrpc":"2.0","id":9,"method":"fs/read_text_file","params":{"sessionId":"s","path":"/w/a"}}"#)
      ).isEmpty)
  }

  @Test("an agent of another protocol version is refused")
  func version() {
    var client = ACPClient(directory: "/w", otherDirectories: [], servers: [])
    client.start(version: "1")
    guard case .fault = client.receive(line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":2}}"#)).first else {
      Issue.record("taken")
      return
    }
  }

  @Test("reads and writes become proposals, answered once, with the reason of a refusal as the error")
  func files() throws {
    var client = opened()
    let events = client.receive(
      line(
        #"{"jsonrpc":"2.0","id":"x","method":"fs/write_text_file","params":{"sessionId":"s","path":"/w/a","content":"hi"}}"#
      ))
    guard case .proposal(let proposal, let token)? = events.first else {
      Issue.record("no proposal")
      return
    }
    #expect(proposal.effect == .write(path: Array("/w/a".utf8), text: Array("hi".utf8)))
    client.answer(token, .rejected(StepNumber(4), reason: "not now"))
    client.answer(token, .done(StepNumber(4), detail: ""))
    let answers = sent(&client)
    #expect(answers.count == 1 && answers[0]["id"]?.string == "x")
    #expect(answers[0]["error"]?["message"]?.string == "rejected by a person (#4): not now")
  }

  @Test(
    "any line and limit is answered, none ends the host",
    arguments: [
      ("1", "-3"), ("-9223372036854775808", "1"), ("9223372036854775807", "9223372036854775807"), ("0", "0"),
      ("2", "1"),
    ])
  func lineAndLimit(line number: String, limit: String) {
    var client = opened()
    let request =
      #"{"jsonrpc":"2.0","id":3,"method":"fs/read_text_file","params":{"sessionId":"s","path":"/w/a","line":LINE,"limit":LIMIT}}"#
    let text = request.replacing("LINE", with: number).replacing("LIMIT", with: limit)
    guard case .proposal(_, let token)? = client.receive(line(text)).first else {
      Issue.record("no proposal")
      return
    }
    client.answer(token, .content(Array("a\nb\nc\n".utf8)))
    let content = sent(&client)[0]["result"]?["content"]?.string
    #expect(content == (number == "2" ? "b" : number.hasPrefix("-") ? "a" : ""))
  }

  @Test("permission is given only by an id that was offered, and never for always")
  func permission() {
    let request =
      #"{"jsonrpc":"2.0","id":0,"method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"t","title":"T","kind":"execute","rawInput":{"command":["rm","x"]}},"options":[OPTIONS]}}"#
    var client = opened()
    let options =
      #"{"optionId":"all","kind":"allow_always"},{"optionId":"one","kind":"allow_once"},{"optionId":"no","kind":"reject_once"}"#
    for (answer, expected) in [
      (Answer.done(StepNumber(1), detail: ""), "one"), (.rejected(StepNumber(1), reason: ""), "no"),
    ] {
      guard
        case .proposal(let proposal, let token)? = client.receive(line(request.replacing("OPTIONS", with: options)))
          .first
      else { return }
      #expect(proposal.effect == .command(arguments: ["rm", "x"], directory: ""))
      client.answer(token, answer)
      #expect(sent(&client)[0]["result"]?["outcome"]?["optionId"]?.string == expected)
    }
    #expect(
      client.receive(line(request.replacing("OPTIONS", with: #"{"optionId":"all","kind":"allow_always"}"#))).isEmpty)
    #expect(sent(&client)[0]["error"] != nil)
  }

  @Test("a cancelled turn answers every open permission")
  func cancel() {
    var client = opened()
    _ = client.receive(
      line(
        #"{"jsonrpc":"2.0","id":5,"method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"t"},"options":[{"optionId":"y","kind":"allow_once"}]}}"#
      ))
    client.cancel()
    let out = sent(&client)
    #expect(out[0]["method"]?.string == "session/cancel")
    #expect(out[1]["result"]?["outcome"]?["outcome"]?.string == "cancelled")
  }

  @Test("unknown updates are ignored, unknown requests refused")
  func unknown() {
    var client = opened()
    #expect(
      client.receive(
        line(
          #"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"brand_new"}}}"#
        )
      ).isEmpty)
    #expect(
      client.receive(line(#"{"jsonrpc":"2.0","id":7,"method":"brand/new","params":{"sessionId":"s"}}"#)).isEmpty)
    #expect(sent(&client)[0]["error"]?["code"]?.int == -32601)
  }

  @Test("SARIF levels, places and redlines become flags")
  func sarif() throws {
    let log: JSON = [
      "version": "2.1.0",
      "runs": [
        [
          "results": [
            [
              "ruleId": "Term", "level": "error", "message": ["text": "w"],
              "locations": [
                ["physicalLocation": ["artifactLocation": ["uri": "c.md"], "region": ["startLine": 4, "endLine": 6]]]
              ],
              "properties": ["impact": "i", "mustHave": true],
            ],
            ["ruleId": "Law", "level": "warning", "message": ["text": "m"], "properties": ["missing": true]],
          ]
        ]
      ],
    ]
    let findings = try #require(SARIF.findings(log, document: "d"))
    #expect(findings.map(\.level) == [.red, .missing])
    #expect(
      findings[0].document == "c.md" && findings[0].firstLine == 4 && findings[0].lastLine == 6
        && findings[0].isMustHave == true)
    #expect(SARIF.findings(["version": "1"], document: "d") == nil)
  }
}

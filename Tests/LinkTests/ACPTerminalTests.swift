import AgentLink
import Domain
import Testing
import Wire

@Suite("Terminals of ACP agents")
struct ACPTerminalTests {
  private func opened(offersFiles: Bool = true) -> ACPClient {
    var client = ACPClient(directory: "/w", otherDirectories: [], servers: [], offersFiles: offersFiles)
    client.start(version: "1")
    _ = client.receive(line(#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1}}"#))
    _ = client.receive(line(#"{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}"#))
    client.prompt("go")
    return client
  }

  private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

  private func ask(_ client: inout ACPClient, _ id: Int, _ method: String, _ rest: String) -> [LinkEvent] {
    _ = client.takeOutgoing()
    return client.receive(
      line(#"{"jsonrpc":"2.0","id":\#(id),"method":"terminal/\#(method)","params":{"sessionId":"s",\#(rest)}}"#))
  }

  private func said(_ client: inout ACPClient) -> [JSON] {
    client.takeOutgoing().split(separator: 10).compactMap { try? JSONReader.read(Array($0)) }
  }

  private func create(_ client: inout ACPClient, _ rest: String) throws -> (ProposedEffect, ReplyToken) {
    guard case .proposal(let proposal, let token)? = ask(&client, 7, "create", rest).first else {
      throw CancellationError()
    }
    #expect(said(&client).first?["result"]?["terminalId"]?.string == "ringi-1", "it is named at once")
    return (proposal.effect, token)
  }

  @Test("a command is a step; its agent hears how it ended, and the end of what it printed")
  func ran() throws {
    var client = opened()
    let (effect, token) = try create(&client, #""command":"ls","args":["-l"],"cwd":"/w/a","outputByteLimit":5"#)
    #expect(effect == .command(arguments: ["ls", "-l"], directory: "/w/a"))
    #expect(ask(&client, 8, "output", #""terminalId":"ringi-1""#).isEmpty)
    let early = said(&client).first?["result"]
    #expect(early?["output"]?.string == "" && early?["exitStatus"] == nil)
    #expect(ask(&client, 9, "wait_for_exit", #""terminalId":"ringi-1""#).isEmpty && said(&client).isEmpty)
    client.answer(token, .ran(StepNumber(1), code: 3, output: "abcdéé"))
    #expect(said(&client).first?["result"]?["exitCode"]?.int == 3)
    _ = ask(&client, 10, "output", #""terminalId":"ringi-1""#)
    let late = said(&client).first?["result"]
    #expect(late?["output"]?.string == "déé" && late?["truncated"]?.bool == true)
    #expect(late?["exitStatus"]?["exitCode"]?.int == 3)
    _ = ask(&client, 11, "release", #""terminalId":"ringi-1""#)
    _ = ask(&client, 12, "output", #""terminalId":"ringi-1""#)
    #expect(said(&client).first?["error"] != nil, "released is gone")
  }

  @Test("a no is an end with its reason; what is killed before it was decided is taken back")
  func notRun() throws {
    var client = opened()
    let (effect, token) = try create(&client, #""command":"rm -rf x; ls""#)
    #expect(effect == .command(arguments: ["/bin/sh", "-c", "rm -rf x; ls"], directory: ""), "a line is shown as one")
    client.answer(token, .rejected(StepNumber(1), reason: "not here"))
    _ = ask(&client, 8, "wait_for_exit", #""terminalId":"ringi-1""#)
    #expect(said(&client).first?["result"]?["exitCode"]?.int == 126)
    _ = ask(&client, 9, "output", #""terminalId":"ringi-1""#)
    #expect(said(&client).first?["result"]?["output"]?.string?.contains("not here") == true)
    var other = opened()
    let (_, open) = try create(&other, #""command":"ls""#)
    #expect(ask(&other, 8, "kill", #""terminalId":"ringi-1""#) == [.withdrawn(open)])
    other.answer(open, .ran(StepNumber(1), code: 0, output: "late"))
    _ = ask(&other, 9, "output", #""terminalId":"ringi-1""#)
    #expect(said(&other).first?["result"]?["output"]?.string?.contains("took it back") == true)
  }

  @Test(
    "an environment of the agent's is shown among the words; all of it is refused where the agent has its own shell")
  func environment() throws {
    var client = opened()
    let (effect, _) = try create(&client, #""command":"ls|wc","env":[{"name":"PATH","value":"/x"}]"#)
    #expect(effect == .command(arguments: ["/usr/bin/env", "PATH=/x", "/bin/sh", "-c", "ls|wc"], directory: ""))
    #expect(ask(&client, 8, "create", #""command":"ls","env":[{"name":"PATH"}]"#).isEmpty)
    #expect(said(&client).last?["error"] != nil)
    var own = opened(offersFiles: false)
    #expect(ask(&own, 7, "create", #""command":"ls""#).isEmpty)
    #expect(said(&own).first?["error"]?["code"]?.int == -32601)
  }
}

// The gateway as a state machine: what passes, what waits, and that nothing reaches a server but by its one door.

import AgentLink
import Domain
import TestKit
import Testing
import Wire

@Suite("MCP gateway")
struct MCPGatewayTests {
  private func bytes(_ lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

  private static let call =
    #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"append","arguments":{"line":"a"},"_meta":{"progressToken":"t"}}}"#

  @Test("every line but a call passes byte for byte, both ways, however the bytes arrive", arguments: 1...20)
  func transparent(seed: UInt64) {
    var dice = Dice(seed: seed)
    let client = [
      #"{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{"_meta":{"x":{"deep":[1,2.50,"é"]}}}}"#,
      #"{ "jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"clientInfo": {"name": "c"}} }"#,
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      #"{"params":{"cursor":""},"method":"tools/list","id":3,"jsonrpc":"2.0"}"#,
      #"{"jsonrpc":"2.0","id":5,"result":{"action":"accept","content":{"name":"作"}}}"#,
      #"{"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"test://x"}}"#,
    ]
    let server = [
      #"{"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"no","data":""}}"#,
      #"{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"message":"who?"}}"#,
      #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":3,"progress":0.5}}"#,
      #"{"result":{"tools":[],"ttlMs":0},"id":3,"jsonrpc":"2.0"}"#,
    ]
    var gateway = MCPGateway()
    func feed(_ all: [UInt8], _ give: (inout MCPGateway, [UInt8]) -> Void) {
      var rest = all[...]
      while !rest.isEmpty {
        let part = rest.prefix(Int(dice.next() % 90) + 1)
        give(&gateway, Array(part))
        rest = rest.dropFirst(part.count)
      }
    }
    feed(bytes(client)) { _ = $0.receive(fromClient: $1) }
    #expect(gateway.takeOutgoing().server == bytes(client))
    feed(bytes(server)) { _ = $0.receive(fromServer: $1) }
    #expect(gateway.takeOutgoing().client == bytes(server))
  }

  @Test("a call reaches the server by its pass alone, once, as it came")
  func oneDoor() {
    var gateway = MCPGateway()
    let events = gateway.receive(fromClient: bytes([Self.call]))
    #expect(gateway.takeOutgoing().server.isEmpty)
    guard case .call(let call)? = events.first else { Issue.record("no call"); return }
    #expect(call.tool == "append" && call.arguments == #"{"line":"a"}"# && call.wantsProgress && !call.isContinued)
    gateway.pass(call.id)
    gateway.pass(call.id)
    gateway.deny(call.id, "too late")
    #expect(gateway.takeOutgoing() == ([], bytes([Self.call])))
    let answer = #"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"ok"}]}}"#
    #expect(gateway.receive(fromServer: bytes([answer])) == [.answered(.number(7), isError: false, text: "ok")])
    #expect(gateway.takeOutgoing().client == bytes([answer]))
  }

  @Test("what is denied, or taken back while it waits, never reaches the server")
  func never() {
    for isCancelled in [true, false] {
      var gateway = MCPGateway()
      _ = gateway.receive(fromClient: bytes([Self.call]))
      if isCancelled {
        let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
        #expect(gateway.receive(fromClient: bytes([cancel])) == [.withdrawn(.number(7), wasPassed: false)])
        #expect(gateway.takeOutgoing() == ([], []), "nobody is told of what was never asked")
      } else {
        gateway.deny(.number(7), "no: the reason")
        let told = String(decoding: gateway.takeOutgoing().client, as: UTF8.self)
        #expect(told.contains(#""isError":true"#) && told.contains("no: the reason") && !told.contains("resultType"))
      }
      gateway.pass(.number(7))
      #expect(gateway.takeOutgoing().server.isEmpty)
    }
  }

  @Test("a client of the newer era hears of a no in its own form")
  func modern() {
    var gateway = MCPGateway()
    let call =
      #"{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"newer"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#
    let events = gateway.receive(fromClient: bytes([call]))
    #expect(events.first == .client(name: "newer"))
    gateway.list(for: .string("q"))
    let asked = String(decoding: gateway.takeOutgoing().server, as: UTF8.self)
    #expect(asked.contains(#""method":"tools/list""#) && asked.contains("clientCapabilities"))
    gateway.deny(.string("q"), "no")
    #expect(String(decoding: gateway.takeOutgoing().client, as: UTF8.self).contains(#""resultType":"complete""#))
  }

  @Test("a server can't answer a call that it was not given, nor be made to by an answer of the client’s")
  func noForgery() {
    var gateway = MCPGateway()
    _ = gateway.receive(fromClient: bytes([Self.call]))
    let forged = #"{"jsonrpc":"2.0","id":7,"result":{"content":[]}}"#
    let events = gateway.receive(fromServer: bytes([forged]))
    #expect(gateway.takeOutgoing().client.isEmpty && events.count == 1)
    gateway.deny(.number(7), "no")
    #expect(!gateway.takeOutgoing().client.isEmpty, "it is still answered")
  }

  @Test(
    "what two readers could read in two ways, or nobody knows, is not passed on",
    arguments: [
      #"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"append"}}"#,
      #"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"append"}}]"#,
      #"{"jsonrpc":"2.0","id":1.5,"method":"tools/call","params":{"name":"append"}}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"tools/execute","params":{"name":"append"}}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"append"}}"#,
      #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"append"}}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"append","arguments":["a"]}}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"append","arguments":{"n":12345678901234567890}}}"#,
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"append","arguments":{"s":"\ud800"}}}"#,
      #"{"id":1,"method":"tools/call","params":{"name":"append"}}"#,
      "tools/call", "{",
    ])
  func strict(line: String) {
    var gateway = MCPGateway()
    let events = gateway.receive(fromClient: bytes([line]))
    #expect(gateway.takeOutgoing().server.isEmpty)
    #expect(!events.contains { if case .call = $0 { true } else { false } })
  }

  @Test("the same list in another order is the same, any other word is not")
  func manifest() throws {
    func manifest(_ pages: [String]) throws -> ToolManifest {
      var gateway = MCPGateway()
      _ = gateway.receive(fromClient: bytes([Self.call]))
      gateway.list(for: .number(7))
      for (index, page) in pages.enumerated() {
        let more = index + 1 < pages.count ? #","nextCursor":"""# : ""
        let line = #"{"jsonrpc":"2.0","id":"ringi-\#(index + 1)","result":{"tools":[\#(page)]\#(more)}}"#
        _ = gateway.receive(fromServer: bytes([line]))
        _ = gateway.takeOutgoing()
      }
      return try #require(gateway.manifest)
    }
    let a = #"{"name":"a","description":"reads","inputSchema":{"type":"object","properties":{}}}"#
    let b = #"{"inputSchema":{"properties":{},"type":"object"},"description":"writes","name":"b"}"#
    let turned = #"{"name":"b","description":"writes","inputSchema":{"type":"object","properties":{}}}"#
    let first = try manifest([a, b])
    #expect(try first == manifest(["\(turned),\(a)"]) && first.tools.count == 2)
    #expect(try first != manifest([a, b.replacing("writes", with: "writes.")]))
    #expect(try first != manifest([a, b.replacing(#""type":"object""#, with: #""type":"string""#)]))
    #expect(try first != manifest([a]))
  }

  @Test("no word of a server’s looks like a line of Ringi’s own")
  func forged() throws {
    let line = "command: /usr/bin/good"
    let tool: JSON = .object([
      .init("name", .string("a\n\(line)")), .init("description", .string("b\n\(line)")),
      .init("x\n\(line)", 1), .init("title", .string("t\n\(line)")),
      .init(
        "inputSchema",
        .object([
          .init("p\n\(line)", 1), .init("required", .array([.string("q\n\(line)")])),
          .init(
            "properties",
            .object([
              .init(
                "k\n\(line)",
                .object([
                  .init("type", .string("s\n\(line)")), .init("title", .string("t\r\(line)")),
                  .init("description", .string("d\n\(line)")), .init("y\n\(line)", 2),
                ]))
            ])),
        ])),
    ])
    let made = try #require(ToolManifest([tool]).tools.first)
    let isOneLine = !made.name.contains(where: \.isNewline)
    #expect(isOneLine)
    let lines = made.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let areSetIn = lines.allSatisfy { $0.hasPrefix("  ") }
    #expect(lines.count > 5 && areSetIn)
    // Only a description has lines of its own, set in.
    let forged = lines.count { text in text.drop { $0 == " " }.hasPrefix(line) }
    #expect(forged == 2)
  }

  @Test("a call that goes on after it asked for input is known as such, and progress only grows")
  func input() {
    var gateway = MCPGateway()
    _ = gateway.receive(fromClient: bytes([Self.call]))
    for _ in 0..<3 { gateway.tell(.number(7), "waiting") }
    let told = String(decoding: gateway.takeOutgoing().client, as: UTF8.self)
    #expect(told.split(separator: "\n").count == 3 && told.contains(#""progressToken":"t""#))
    gateway.pass(.number(7))
    gateway.tell(.number(7), "waiting")
    #expect(gateway.takeOutgoing().client.isEmpty, "from then on the server tells")
    let ask = #"{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required","requestState":"s"}}"#
    #expect(gateway.receive(fromServer: bytes([ask])) == [.wantsInput(.number(7))])
    let again =
      #"{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"append","arguments":{"line":"a"},"requestState":"s"}}"#
    guard case .call(let call)? = gateway.receive(fromClient: bytes([again])).first else {
      Issue.record("no call"); return
    }
    #expect(call.isContinued)
  }
}

import Domain
import TestKit
import Testing
import Wire

@testable import AgentLink

@Suite("Ringi's own tools")
struct ToolServerTests {
  private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

  private func sent(_ server: inout ToolServer) -> [JSON] {
    server.takeOutgoing().split(separator: 10).compactMap { try? JSONReader.read(Array($0)) }
  }

  private func call(_ id: Int, _ tool: String, _ arguments: String, meta: String = "{}") -> [UInt8] {
    line(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments),"_meta":\#(meta)}}"#
    )
  }

  private static let modern =
    #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

  @Test(
    "the tools are listed with their schemas, none decides anything; those for files only where they are the way to them"
  )
  func tools() {
    for offersFiles in [true, false] {
      var server = ToolServer(connection: 1, offersFiles: offersFiles)
      _ = server.receive(line(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#))
      let list = sent(&server).first?["result"]?["tools"]?.array ?? []
      let names = list.compactMap { $0["name"]?.string }
      #expect(
        Set(names).isSuperset(of: [
          "plan", "mail_draft", "mail_send", "chat_post", "event_add", "file_delete", "file_rename", "findings_report",
          "propose", "step_status",
        ]))
      let files: Set = ["file_list", "file_search", "file_read", "file_write", "file_edit", "folder_make"]
      #expect(files.isSubset(of: names) == offersFiles && files.isDisjoint(with: names) != offersFiles)
      #expect(names.allSatisfy { !$0.contains("approve") && !$0.contains("decide") })
      #expect(list.allSatisfy { $0["inputSchema"]?["type"]?.string == "object" })
      _ = server.receive(call(2, "file_read", #"{"path":"a"}"#))
      #expect(sent(&server).isEmpty == offersFiles, "what is not offered can't be called")
    }
  }

  @Test("a call without its arguments is told which one is missing")
  func badCall() {
    var server = ToolServer(connection: 1)
    #expect(server.receive(call(1, "mail_send", #"{"to":["a"]}"#)).isEmpty)
    let text = String(decoding: server.takeOutgoing(), as: UTF8.self)
    #expect(text.contains("`subject` must be a string") && text.contains(#""isError":true"#))
  }

  @Test("in the modern way each request says what it speaks, and each result that it is whole")
  func modern() throws {
    var server = ToolServer(connection: 1, offersFiles: true)
    _ = server.receive(
      line(#"{"jsonrpc":"2.0","id":"d","method":"server/discover","params":{"_meta":\#(Self.modern)}}"#))
    let discovered = try #require(sent(&server).first?["result"])
    #expect(discovered["resultType"]?.string == "complete" && discovered["ttlMs"]?.int == 0)
    #expect(discovered["supportedVersions"]?.array?.compactMap(\.string) == ["2026-07-28"])
    // What it speaks is not known from before.
    _ = server.receive(line(#"{"jsonrpc":"2.0","id":2,"method":"server/discover","params":{"_meta":{}}}"#))
    #expect(sent(&server).first?["error"]?["code"]?.int == -32602)
    let other = Self.modern.replacing("2026-07-28", with: "2031-01-01")
    _ = server.receive(line(#"{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"_meta":\#(other)}}"#))
    let error = try #require(sent(&server).first?["error"])
    #expect(error["code"]?.int == -32022 && error["data"]?["requested"]?.string == "2031-01-01")
    #expect(error["data"]?["supported"]?.array?.first?.string == "2026-07-28")
    let events = server.receive(call(4, "file_list", "{}", meta: Self.modern))
    guard case .proposal(_, let token)? = events.first else { return #expect(Bool(false), "no proposal") }
    server.answer(token, .content(Array("a\n".utf8)))
    let result = try #require(sent(&server).first?["result"])
    #expect(result["resultType"]?.string == "complete" && result["content"]?.array?.first?["text"]?.string == "a\n")
    // One that listens hears that it is heard, and no end.
    _ = server.receive(
      line(
        #"{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"notifications":{},"_meta":\#(Self.modern)}}"#
      ))
    let heard = sent(&server)
    #expect(heard.count == 1 && heard[0]["method"]?.string == "notifications/subscriptions/acknowledged")
  }

  @Test("what the client took back is told, and not answered any more")
  func takenBack() {
    var server = ToolServer(connection: 1)
    guard case .proposal(_, let token)? = server.receive(call(7, "file_delete", #"{"path":"a"}"#)).first else {
      return #expect(Bool(false), "no proposal")
    }
    let cancel = line(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
    #expect(server.receive(cancel) == [.withdrawn(token)])
    #expect(server.receive(cancel).isEmpty)
    server.answer(token, .done(StepNumber(1), detail: ""))
    #expect(server.takeOutgoing().isEmpty)
  }

  @Test("the pages of a text, one after the other, are the text")
  func pages() throws {
    var dice = Dice(seed: 7)
    let words = ["", "a", "é", "日本", String(repeating: "x", count: 30_000)]
    for _ in 0..<60 {
      var text = ""
      for _ in 0..<dice.below(40) { text += "\(words[dice.below(words.count)])\n" }
      if dice.below(2) == 0 { text += "end" }
      let limit = dice.below(3) == 0 ? nil : 1 + dice.below(9)
      var (whole, line, rounds) = ("", 1, 0)
      while rounds < 100 {
        let page = try #require(TextPage(Array(text.utf8), from: line, limit: limit))
        #expect(page.text.utf8.count <= 60_001)
        whole += page.text
        rounds += 1
        guard let next = page.note.firstRange(of: "begins at line ") else { break }
        line = try #require(Int(page.note[next.upperBound...].dropLast()))
      }
      #expect(whole == text)
    }
    #expect(TextPage([0, 1], from: 1, limit: nil) == nil && TextPage([0xFF], from: 1, limit: nil) == nil)
    let beyond = TextPage(Array("a\nb\n".utf8), from: 9, limit: nil)
    #expect(beyond?.text == "" && beyond?.note == "(there is no line 9: it has 2)")
    let long = TextPage(Array(String(repeating: "é", count: 40_000).utf8), from: 1, limit: nil)
    #expect(long?.note.contains("the line is cut: it has 80000 bytes") == true)
    #expect(long?.text.allSatisfy { $0 == "é" } == true)
  }
}

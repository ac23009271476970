// The catalogue of known systems: its files, and calls as they read them.

import AgentLink
import Domain
import Foundation
import Settings
import TestKit
import Testing
import Wire

@Suite("Connector catalogue")
struct CatalogueTests {
  @Test("every system of the company's list has its file, and none lists a tool twice")
  func complete() throws {
    let all = try Catalogue.all()
    let named = [
      "google-drive", "gmail", "google-calendar", "docusign", "factset", "slack", "salesforce", "legalzoom", "apollo",
      "clay", "outreach", "msci", "wordpress", "jira", "servicenow",
    ]
    #expect(Set(all.map(\.id)) == Set(named))
    for connector in all {
      let names = connector.tools.flatMap(\.names)
      #expect(Set(names).count == names.count, "\(connector.id)")
      for tool in connector.tools {
        for name in tool.names { #expect(connector.tool(name)?.kind == tool.kind, "\(connector.id).\(name)") }
      }
    }
  }

  @Test("no tool whose name writes is listed as a look")
  func looks() throws {
    let writing = [
      "send", "create", "update", "delete", "remove", "write", "post_", "add_", "insert", "upsert", "publish", "trash",
      "archive", "move", "invite", "enroll", "purchase", "approve", "void",
    ]
    for connector in try Catalogue.all() {
      for tool in connector.tools where tool.kind.isRead {
        for name in tool.names where writing.contains(where: { name.lowercased().hasPrefix($0) }) {
          Issue.record("\(connector.id).\(name) is \(tool.kind.rawValue)")
        }
      }
    }
  }

  @Test(
    "each call of the corpus is what it is",
    arguments: Project.files(in: Project.corpus.appending(path: "connectors"), ending: ".json"))
  func corpus(file: URL) throws {
    let id = file.deletingPathExtension().lastPathComponent
    let connector = try #require(Catalogue.connector(id))
    #expect(Catalogue.connector("\(id)-second")?.id == id, "a second account of it")
    for entry in try #require(try JSONReader.read(Array(Data(contentsOf: file))).array) {
      let (tool, arguments) = (entry["tool"]?.string ?? "", entry["arguments"] ?? .object([]))
      let call = ConnectorCall(connector: id, tool: tool, arguments: arguments.text)
      let reading = try #require(CallReader.read(call, by: connector))
      #expect(reading.kind.rawValue == entry["kind"]?.string, "\(id).\(tool)")
      // Nothing that is sent is left out of what is shown.
      let shown = "\(reading.shape) \(reading.rest)"
      for text in Self.texts(arguments) { #expect(shown.contains(text), "\(id).\(tool): \(text)") }
    }
  }

  private static func texts(_ value: JSON) -> [String] {
    switch value {
    case .string(let text): text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)
    case .array(let list): list.flatMap(texts)
    case .object(let members): members.flatMap { texts($0.value) }
    case .int, .double, .bool, .null: []
    }
  }

  @Test("of a server that nobody accepted the catalogue is believed only where it tightens")
  func unaccepted() throws {
    let connector = try #require(Catalogue.connector("gmail"))
    for (tool, open, accepted) in [
      ("search_emails", ActionKind.connectorCall, ActionKind.mailSearch), ("send_email", .mailSend, .mailSend),
      ("no_such_tool", .connectorCall, .connectorCall),
    ] {
      var call = ConnectorCall(connector: "gmail", tool: tool, arguments: #"{"query":"x"}"#)
      let facts = { (call: ConnectorCall) in
        var facts = JudgingFacts()
        facts.reading = CallReader.read(call, by: connector)
        return facts
      }
      #expect(Classifier.action(.call(call), claims: Claims(), facts: facts(call)).kind == open)
      call.pin = Digest([UInt8](repeating: 1, count: 32))
      #expect(Classifier.action(.call(call), claims: Claims(), facts: facts(call)).kind == accepted)
    }
  }

  @Test("a mail's addresses are parted as a mailer would, and what can't be read is shown as it came")
  func mail() throws {
    let connector = try #require(Catalogue.connector("gmail"))
    func mail(_ arguments: String) throws -> Mail {
      let call = ConnectorCall(connector: "gmail", tool: "send_email", arguments: arguments)
      guard case .mail(let mail)? = CallReader.read(call, by: connector)?.shape else { throw CancellationError() }
      return mail
    }
    #expect(try mail(#"{"to":"a@x.example, \"B, C\" <b@y.example>; c@z.example"}"#).to.count == 3)
    #expect(try mail(#"{"to":["a@x.example","b@y.example"],"bcc":"eve@z.example"}"#).recipients.count == 3)
    let call = ConnectorCall(
      connector: "gmail", tool: "send_email", arguments: #"{"to":{"odd":{"deep":["eve@z.example"]}},"body":"b"}"#)
    let reading = try #require(CallReader.read(call, by: connector))
    #expect(reading.rest.contains { $0.name == "to" && $0.text.contains("eve@z.example") })
    let broken = ConnectorCall(connector: "gmail", tool: "send_email", arguments: "[1]")
    #expect(CallReader.read(broken, by: connector) == nil)
  }

  @Test("a server is known by its command, not by a file or flag that happens to be called so")
  func names() throws {
    func name(_ words: String...) throws -> String? { try Catalogue.name(of: words) }
    #expect(try name("npx", "-y", "@gongrzhe/server-gmail-autoauth-mcp") == "gmail")
    #expect(try name("uvx", "mcp-atlassian") == "jira")
    #expect(try name("uvx", "workspace-mcp") == "workspace-mcp")
    #expect(Catalogue.connector("workspace-mcp")?.tool("send_gmail_message")?.kind == .mailSend)
    #expect(Catalogue.connector("workspace-mcp")?.tool("get_events")?.kind.isRead == true)
    #expect(try name("mcp-server-time") == nil && name("python3", "--gmail-mcp") == nil)
    #expect(Catalogue.connector("gmailer") == nil && Catalogue.connector("time") == nil)
  }
}

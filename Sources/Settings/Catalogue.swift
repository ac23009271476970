// What is known of other systems, one data file each under Connectors/: which tools of their servers do what. The files are
// compiled in.
//
//   title: Gmail
//   servers: [gmail]                  # words of a command by which one of its servers is known
//   tools:
//     - names: [send_email, "send_*"]  # `sendEmail` and `send-email` are the same name
//       kind: mail.send
//       fields: {to: to, body: [body, message.text]}   # which argument is what; the first that is there counts

import Domain

package enum Catalogue {
  /// What its file says of the system that calls name so; nil for one that has none. A server that speaks for several
  /// systems is known by its own name, and its tools are those of all of them.
  package static func connector(_ name: String) -> Connector? {
    // A longer name is another system: `google-drive` is no second account of `google`.
    let own = files.filter { name == $0.id || name.hasPrefix("\($0.id)-") }.max { $0.id.count < $1.id.count }
    if let own { return known.first { $0.id == own.id } }
    let meant = known.filter { $0.servers.contains(name) }
    guard let first = meant.first else { return nil }
    return Connector(
      id: name, title: meant.map(\.title).joined(separator: ", "), servers: first.servers, tools: meant.flatMap(\.tools)
    )
  }

  /// By what calls to a server of this command are to be named; nil where no system is known by it.
  package static func name(of command: [String]) throws(SettingsFault) -> String? {
    // Neither flags nor files of a person's: the program, and what it is to start.
    let words = command.filter { !$0.hasPrefix("-") }.map { $0.lowercased() }
    let found = try all().compactMap { connector in
      connector.servers.first { word in words.contains { $0.contains(word) } }.map { (id: connector.id, word: $0) }
    }
    return found.count > 1 ? found[0].word : found.first?.id
  }

  /// Read once, when they are first asked for.
  private static let known = (try? all()) ?? []

  /// All of them, by name.
  package static func all() throws(SettingsFault) -> [Connector] {
    var out: [Connector] = []
    for file in files { out.append(try read(String(decoding: file.bytes, as: UTF8.self), id: file.id)) }
    return out
  }

  package static func read(_ text: String, id: String) throws(SettingsFault) -> Connector {
    let file = "\(id).yaml"
    let top = try Entry.document(text, file: file).mapping(["title", "servers", "tools"])
    guard let title = top["title"], let list = top["tools"] else {
      throw SettingsFault(file: file, line: 1, column: 1, message: "`title:` and `tools:` are needed")
    }
    var tools: [Connector.Tool] = []
    for entry in try list.list() { tools.append(try tool(entry)) }
    return Connector(id: id, title: try title.text(), servers: try texts(top["servers"]), tools: tools)
  }

  private static func tool(_ entry: Entry) throws(SettingsFault) -> Connector.Tool {
    let fields = try entry.mapping(["names", "kind", "fields"])
    guard let names = fields["names"], let kind = fields["kind"] else {
      throw entry.fault("a tool has `names` and a `kind`")
    }
    guard let known = ActionKind(rawValue: try kind.text()) else {
      throw kind.fault(unknown("kind", try kind.text(), of: ActionKind.allCases.map(\.rawValue)))
    }
    var found: [Connector.Field: [String]] = [:]
    for (name, value) in try fields["fields"]?.names() ?? [] {
      guard let field = Connector.Field(rawValue: name) else {
        throw value.fault(unknown("field", name, of: Connector.Field.allCases.map(\.rawValue)))
      }
      found[field] = try texts(value)
    }
    return Connector.Tool(names: try texts(names), kind: known, fields: found)
  }

  private static func texts(_ entry: Entry?) throws(SettingsFault) -> [String] {
    guard let entry else { return [] }
    if let one = try? entry.text() { return [one] }
    var out: [String] = []
    for item in try entry.texts() { out.append(try item.text()) }
    return out
  }

  private static let files: [(id: String, bytes: [UInt8])] = [
    ("apollo", PackageResources.apollo_yaml),
    ("clay", PackageResources.clay_yaml),
    ("docusign", PackageResources.docusign_yaml),
    ("factset", PackageResources.factset_yaml),
    ("gmail", PackageResources.gmail_yaml),
    ("google-calendar", PackageResources.google_calendar_yaml),
    ("google-drive", PackageResources.google_drive_yaml),
    ("jira", PackageResources.jira_yaml),
    ("legalzoom", PackageResources.legalzoom_yaml),
    ("msci", PackageResources.msci_yaml),
    ("outreach", PackageResources.outreach_yaml),
    ("salesforce", PackageResources.salesforce_yaml),
    ("servicenow", PackageResources.servicenow_yaml),
    ("slack", PackageResources.slack_yaml),
    ("wordpress", PackageResources.wordpress_yaml),
  ]
}

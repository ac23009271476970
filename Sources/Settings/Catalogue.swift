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
  /// What its file says of the system that calls name so; nil for one that has none.
  package static func connector(_ name: String) -> Connector? {
    // A longer name is another system: `google-drive` is no second account of `google`.
    files.filter { name == $0.id || name.hasPrefix("\($0.id)-") }.max { $0.id.count < $1.id.count }
      .flatMap { try? read(String(decoding: $0.bytes, as: UTF8.self), id: $0.id) }
  }

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
    ("gmail", PackageResources.gmail_yaml)
  ]
}

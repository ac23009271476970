// A call of another system, as the catalogue reads it.

import Domain
import Wire

package enum CallReader {
  /// nil for arguments that are no JSON object; what the catalogue does not list is a call like any other.
  package static func read(_ call: ConnectorCall, by connector: Connector?) -> CallReading? {
    guard let value = try? JSONReader.read(Array(call.arguments.utf8)), value.members != nil else { return nil }
    let tool =
      connector?.tool(call.tool) ?? Connector.Tool(names: [call.tool], kind: .connectorCall, fields: [:])
    var arguments = Reading(value, tool.fields)
    let shape = arguments.shape(tool.kind)
    var reading = CallReading(kind: tool.kind, shape: shape, rest: [], aims: [])
    switch shape {
    case .mail(let mail): reading.aims = mail.recipients.map { Address($0).mailbox }
    case .post(let post): reading.aims = [post.channel]
    case .event(let event): reading.aims = event.attendees.map { Address($0).mailbox }
    case .record: reading.aims = arguments.found(.record)?.texts ?? []
    }
    reading.aims.removeAll(where: \.isEmpty)
    reading.amount = (arguments.found(.amount)?.texts ?? []).joined(separator: " ")
    // An event that invites others is another thing than one that does not.
    if reading.kind == .eventAdd, case .event(let event) = shape, !event.attendees.isEmpty {
      reading.kind = .eventInvite
    }
    reading.rest = arguments.rest
    // Whose calendar another one is nobody here can tell.
    if reading.kind == .eventAdd, reading.rest.contains(where: { isOfCalendar($0.name) && $0.text != "primary" }) {
      reading.kind = .connectorCall
    }
    return reading
  }

  private static func isOfCalendar(_ name: String) -> Bool {
    ["calendarid", "calendar", "calendarname"].contains(name.lowercased().filter { $0 != "_" && $0 != "-" })
  }

  /// Arguments, and which of them have been shown.
  private struct Reading {
    private let value: JSON
    private let fields: [Connector.Field: [String]]
    private var shown: Set<String> = []

    init(_ value: JSON, _ fields: [Connector.Field: [String]]) { (self.value, self.fields) = (value, fields) }

    /// What stands there as text, one each; it is shown, then.
    mutating func texts(_ field: Connector.Field) -> [String] {
      guard let found = found(field) else { return [] }
      shown.insert(found.path)
      return found.texts
    }

    /// The first of its places that holds text.
    func found(_ field: Connector.Field) -> (path: String, texts: [String])? {
      for path in fields[field] ?? [] {
        var found: JSON? = value
        for part in path.split(separator: ".") { found = found?[String(part)] }
        if let texts = found.flatMap(Self.texts) { return (path, texts) }
      }
      return nil
    }

    mutating func text(_ field: Connector.Field) -> String { texts(field).joined(separator: ", ") }

    /// Several mailboxes may stand in one text.
    mutating func addresses(_ field: Connector.Field) -> [String] { texts(field).flatMap(Address.list) }

    mutating func shape(_ kind: ActionKind) -> CallReading.Shape {
      switch kind {
      case .mailSend, .mailDraft:
        .mail(
          Mail(
            from: text(.from), to: addresses(.to), cc: addresses(.cc), bcc: addresses(.bcc), replyTo: "",
            subject: text(.subject), body: text(.body), attachments: []))
      case .chatSend: .post(ChatPost(channel: text(.channel), text: text(.body)))
      case .eventAdd, .eventInvite:
        .event(
          CalendarEvent(
            title: text(.title), start: text(.start), end: text(.end), place: text(.place), notes: text(.notes),
            attendees: addresses(.attendees)))
      default: .record
      }
    }

    /// By name, what has not been shown: a text as it is, anything else as JSON.
    var rest: [CallReading.Argument] { Self.leaves(value, "", shown) }

    private static func leaves(_ value: JSON, _ path: String, _ shown: Set<String>) -> [CallReading.Argument] {
      if shown.contains(path) { return [] }
      guard let members = value.members,
        shown.contains(where: { $0.hasPrefix(path.isEmpty ? "" : "\(path).") }) || path.isEmpty
      else { return [CallReading.Argument(path, value.string ?? value.text)] }
      return members.flatMap { leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)", shown) }
    }

    /// nil for what is neither text, number nor a list of such, nor of objects that hold a mailbox.
    private static func texts(_ value: JSON) -> [String]? {
      switch value {
      case .string(let text): [text]
      case .int, .double, .bool: [value.text]
      case .array(let list):
        list.reduce([String]?.some([])) { all, item in
          guard let all, let text = item.string ?? item["email"]?.string ?? item["address"]?.string else { return nil }
          return all + [text]
        }
      case .object(let members):
        members.count == 1 ? members[0].value.string.map { [$0] } : value["email"]?.string.map { [$0] }
      case .null: nil
      }
    }
  }
}

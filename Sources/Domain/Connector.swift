// Other systems that agents reach through servers of their own: what is called there, and what a person has accepted of
// the server that takes the call.

/// A call of another system. `arguments` is the JSON text exactly as it came.
package struct ConnectorCall: Hashable, Sendable {
  package var connector: String
  package var tool: String
  package var arguments: String
  /// Whom or what it is aimed at, as the catalogue reads its arguments: mailboxes, a channel. Empty where it can't tell.
  package var aims: [String] = []
  /// The text a person accepted of the server that would take it; nil where Ringi does not stand in front of it.
  package var pin: Digest?
  package init(connector: String, tool: String, arguments: String) {
    self.connector = connector
    self.tool = tool
    self.arguments = arguments
  }

  /// What rules match.
  package var name: String { "\(connector).\(tool)" }

  /// Whom it is aimed at first, then what is called: names of servers are long and the same from call to call.
  package var target: String {
    if !aims.isEmpty { return "\(aims.joined(separator: ", ")) by \(name)" }
    return pin == nil ? name : "\(tool) by \(connector)"
  }
}

/// A server as it is: its command, its program, its tools and what it says of them, as text that people read.
package struct ConnectorPin: Hashable, Sendable {
  package var connector: String
  package var text: Content
  /// What was accepted before; nil at its first use.
  package var before: Content?
  package init(connector: String, text: Content, before: Content?) {
    self.connector = connector
    self.text = text
    self.before = before
  }
}

/// What the catalogue knows of a system: which tools of its servers do what.
package struct Connector: Hashable, Sendable {
  /// One of its tools, or several of the same kind.
  package struct Tool: Hashable, Sendable {
    /// Names as the known servers have them; a `*` stands for any run of characters.
    package var names: [String]
    package var kind: ActionKind
    /// Which arguments are what a person looks for: `to`, `subject`, `body`, `channel`, `amount`. Dots lead into objects.
    package var fields: [Field: [String]]
    package init(names: [String], kind: ActionKind, fields: [Field: [String]]) {
      self.names = names
      self.kind = kind
      self.fields = fields
    }
  }

  package enum Field: String, Hashable, Sendable, CaseIterable {
    case from, to, cc, bcc, subject, body, attachments
    case channel, title, start, end, place, notes, attendees, amount, record
  }

  /// As calls name it: `gmail`.
  package var id: String
  package var title: String
  /// Words of a command by which one of its servers is known.
  package var servers: [String]
  package var tools: [Tool]
  package init(id: String, title: String, servers: [String], tools: [Tool]) {
    self.id = id
    self.title = title
    self.servers = servers
    self.tools = tools
  }

  /// What a tool of this name does; nil for one the catalogue does not list.
  package func tool(_ name: String) -> Tool? {
    let name = Self.plain(name)
    return tools.first { $0.names.contains { Self.matches(Array(Self.plain($0).utf8)[...], Array(name.utf8)[...]) } }
  }

  /// `sendEmail`, `send-email` and `SEND_EMAIL` are one name.
  private static func plain(_ name: String) -> String {
    name.lowercased().filter { !["-", "_", ".", " "].contains($0) }
  }

  private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == UInt8(ascii: "*") {
      return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
    }
    return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
  }
}

/// A call as the catalogue reads it: what it is, and how people would see it. Only for the eye and for scrutiny: what is
/// sent are the arguments.
package struct CallReading: Hashable, Sendable {
  package enum Shape: Hashable, Sendable {
    case mail(Mail)
    case post(ChatPost)
    case event(CalendarEvent)
    case record
  }
  package var kind: ActionKind
  package var shape: Shape
  /// What its shape does not show, by name.
  package var rest: [Argument]
  package var aims: [String]
  /// What is to be paid or charged, where it says so.
  package var amount = ""
  package init(kind: ActionKind, shape: Shape, rest: [Argument], aims: [String]) {
    self.kind = kind
    self.shape = shape
    self.rest = rest
    self.aims = aims
  }

  package struct Argument: Hashable, Sendable {
    package let name: String
    package let text: String
    package init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }
}

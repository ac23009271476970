// A message's way out through a tool of a connector, where no command takes it.

import Domain
import Yams

/// What a tool is called with: the words of the settings, with places that a message fills.
package indirect enum ToolArguments: Hashable, Sendable {
  case text(String)
  /// `true`, `false` or a whole number, as it is written.
  case plain(String)
  case list([ToolArguments])
  case record([Member])

  package struct Member: Hashable, Sendable {
    package let name: String
    package let value: ToolArguments
  }

  /// The names in braces.
  var places: Set<String> {
    switch self {
    case .text(let text): Set(text.matches(of: /\{([a-z]+)\}/).map { String($0.1) })
    case .plain: []
    case .list(let values): values.reduce(into: []) { $0.formUnion($1.places) }
    case .record(let members): members.reduce(into: []) { $0.formUnion($1.value.places) }
    }
  }
}

package struct ToolWay: Hashable, Sendable {
  /// A connector of desk.yaml.
  package let connector: String
  package let tool: String
  package let arguments: ToolArguments

  static let ofPosts = (known: ["channel", "text"], needed: ["text"])
  static let ofEvents = (
    known: ["title", "start", "end", "place", "notes", "attendees", "organizer"],
    needed: ["title", "start", "attendees"]
  )

  /// - Parameters:
  ///   - fields: of `chat:` or `calendar:`.
  ///   - places: what a message of the kind can fill, and what has to be said somewhere.
  /// - Returns: nil where no connector is named.
  static func read(
    _ fields: [String: Entry], connectors: Set<String>, _ places: (known: [String], needed: [String])
  ) throws(SettingsFault) -> ToolWay? {
    guard let connector = fields["connector"] else {
      if let odd = fields["tool"] ?? fields["arguments"] { throw odd.fault("`connector` says whose tool this is") }
      return nil
    }
    if let odd = fields["command"] {
      throw odd.fault("a message leaves by a `command` or by a `connector`, not by both")
    }
    let name = try connector.text()
    guard connectors.contains(name) else {
      throw connector.fault(unknown("connector", name, of: connectors.sorted()))
    }
    guard let tool = fields["tool"], let arguments = fields["arguments"] else {
      throw connector.fault("a message through a connector needs its `tool` and the `arguments` that it is called with")
    }
    let value = try arguments.arguments()
    guard case .record = value else { throw arguments.fault("expected `name: value` lines") }
    for place in value.places.sorted() where !places.known.contains(place) {
      throw arguments.fault(unknown("place", "{\(place)}", of: places.known.map { "{\($0)}" }))
    }
    for place in places.needed where !value.places.contains(place) {
      throw arguments.fault("{\(place)} is nowhere in the arguments, so it would be lost")
    }
    return ToolWay(connector: name, tool: try tool.text(), arguments: value)
  }
}

extension Entry {
  fileprivate func arguments() throws(SettingsFault) -> ToolArguments {
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return isPlain && (["true", "false"].contains(scalar.string) || Int64(scalar.string) != nil)
        ? .plain(scalar.string) : .text(scalar.string)
    case .sequence(let sequence):
      var out: [ToolArguments] = []
      for node in sequence { out.append(try Entry(file: file, node: node).arguments()) }
      return .list(out)
    case .mapping:
      var out: [ToolArguments.Member] = []
      for (name, value) in try names() { out.append(.init(name: name, value: try value.arguments())) }
      return .record(out)
    case .alias: throw fault("expected the words themselves")
    }
  }
}

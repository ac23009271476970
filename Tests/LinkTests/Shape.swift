// The shapes of a protocol's messages, as `Corpus/acp/shapes.txt` writes them: read, made up at random, and checked.

import TestKit
import Wire

indirect enum Shape {
  case string, integer, number, boolean, null, any
  case literal(String)
  case list(Shape)
  case object([(name: String, isOptional: Bool, shape: Shape)])
  case both([Shape])
  case either([Shape])
  case named(String)
}

struct Shapes {
  private var all: [String: Shape] = [:]

  init(_ text: String) throws {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: " = ", maxSplits: 1)
      var reader = ShapeReader(String(parts[1]))
      all[String(parts[0])] = try reader.either()
    }
  }

  subscript(name: String) -> Shape {
    guard let found = all[name] else { preconditionFailure("no shape `\(name)`") }
    return found
  }

  private func has(_ name: String) -> Bool { all[name] != nil }

  // MARK: made up

  /// A message of the shape.
  func make(_ shape: Shape, _ dice: inout Dice, depth: Int = 0) -> JSON {
    switch shape {
    case .string: .string(Self.words[dice.below(Self.words.count)])
    case .integer: .int(Int64(dice.below(9)))
    case .number: dice.below(2) == 0 ? .double(1.5) : .int(3)
    case .boolean: .bool(dice.below(2) == 0)
    case .null: .null
    case .any: [["command": "ls -l"], "text", .null, ["path": "/w/a", "n": 1], [1, "b"]][dice.below(5)]
    case .literal(let word): .string(word)
    case .list(let element): .array((0..<dice.below(3)).map { _ in make(element, &dice, depth: depth + 1) })
    case .object(let fields):
      .object(
        fields.compactMap { field in
          guard !field.isOptional || depth < 6 && dice.below(2) == 0 else { return nil }
          return .init(field.name, make(field.shape, &dice, depth: depth + 1))
        } + (dice.below(8) == 0 ? [.init("_meta", ["x": 1]), .init("more", "y")] : []))
    case .both(let parts):
      .object(
        parts.flatMap { make($0, &dice, depth: depth).members ?? [] }.reduce(into: []) { out, member in
          if !out.contains(where: { $0.key == member.key }) { out.append(member) }
        })
    case .either(let choices): make(choices[dice.below(choices.count)], &dice, depth: depth)
    case .named(let name): make(self[name], &dice, depth: depth)
    }
  }

  private static let words = [
    "", "a", "/w/notes.md", "/w/../etc/passwd", "作業.txt", "e\u{301}", "\u{202E}txt", "\u{1B}[2J", "line\nline", "t1",
    String(repeating: "long ", count: 300),
  ]

  // MARK: checked

  func fits(_ value: JSON, _ shape: Shape) -> Bool {
    switch shape {
    case .string: value.string != nil
    case .integer: value.int != nil
    case .number: if case .double = value { true } else { value.int != nil }
    case .boolean: value.bool != nil
    case .null: value == .null
    case .any: true
    case .literal(let word): value.string == word
    case .list(let element): value.array.map { $0.allSatisfy { fits($0, element) } } ?? false
    case .object(let fields):
      value.members != nil
        && fields.allSatisfy { field in value[field.name].map { fits($0, field.shape) } ?? field.isOptional }
    case .both(let parts): parts.allSatisfy { fits(value, $0) }
    case .either(let choices): choices.contains { fits(value, $0) }
    case .named(let name): fits(value, self[name])
    }
  }

  // MARK: damaged

  /// The message with one of its fields, at any depth, gone or of another type.
  func damage(_ value: JSON, _ dice: inout Dice) -> JSON {
    switch value {
    case .object(let members) where !members.isEmpty:
      let place = dice.below(members.count)
      var members = members
      let inner = members[place].value
      let isDeep: Bool = if case .object = inner { true } else if case .array = inner { true } else { false }
      if isDeep, dice.below(3) > 0 {
        members[place] = .init(members[place].key, damage(inner, &dice))
      } else if dice.below(2) == 0 {
        members.remove(at: place)
      } else {
        members[place] = .init(members[place].key, other(than: inner, &dice))
      }
      return .object(members)
    case .array(var values) where !values.isEmpty:
      let place = dice.below(values.count)
      values[place] = damage(values[place], &dice)
      return .array(values)
    default: return other(than: value, &dice)
    }
  }

  private func other(than value: JSON, _ dice: inout Dice) -> JSON {
    let kinds: [JSON] = [.null, true, -1, .double(0.5), "word", [], ["x": [:]], [["y", 2]], .int(.max)]
    let other = kinds[dice.below(kinds.count)]
    return other == value ? .null : other
  }
}

/// One line's text, from left to right.
private struct ShapeReader {
  struct Fault: Error { let rest: String }
  private var rest: Substring
  init(_ text: String) { rest = Substring(text) }

  mutating func either() throws -> Shape {
    var choices = [try both()]
    while take("|") { choices.append(try both()) }
    return choices.count == 1 ? choices[0] : .either(choices)
  }

  private mutating func both() throws -> Shape {
    var parts = [try one()]
    while take("&") { parts.append(try one()) }
    return parts.count == 1 ? parts[0] : .both(parts)
  }

  private mutating func one() throws -> Shape {
    if take("(") {
      let inner = try either()
      return try closed(inner, ")")
    }
    if take("[") {
      let element = try either()
      return try closed(.list(element), "]")
    }
    if take("\"") {
      let word = rest.prefix { $0 != "\"" }
      rest = rest.dropFirst(word.count + 1)
      return .literal(String(word))
    }
    if take("{") { return try object() }
    let name = try word()
    return switch name {
    case "string": .string
    case "integer": .integer
    case "number": .number
    case "boolean": .boolean
    case "null": .null
    case "any": .any
    default: .named(name)
    }
  }

  private mutating func object() throws -> Shape {
    var fields: [(name: String, isOptional: Bool, shape: Shape)] = []
    while !take("}") {
      let name = try word()
      let isOptional = take("?")
      guard take(":") else { throw Fault(rest: String(rest)) }
      fields.append((name, isOptional, try either()))
      _ = take(",")
    }
    return .object(fields)
  }

  private mutating func closed(_ shape: Shape, _ end: Character) throws -> Shape {
    guard take(end) else { throw Fault(rest: String(rest)) }
    return shape
  }

  private mutating func word() throws -> String {
    rest = rest.drop { $0 == " " }
    let name = rest.prefix { $0.isLetter || $0 == "_" }
    guard !name.isEmpty else { throw Fault(rest: String(rest)) }
    rest = rest.dropFirst(name.count)
    return String(name)
  }

  private mutating func take(_ character: Character) -> Bool {
    rest = rest.drop { $0 == " " }
    guard rest.first == character else { return false }
    rest = rest.dropFirst()
    return true
  }
}

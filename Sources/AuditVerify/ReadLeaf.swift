// Reads the written form of a leaf, and nothing else: this module shares no code with the writer.

/// A leaf as read: its fields by key.
package struct ReadLeaf: Sendable {
  package let fields: [String: String]
  /// The same in the order of the written form.
  package var ordered: [(key: String, value: String)] {
    (Self.keys + [Self.facts]).compactMap { key in fields[key].map { (key, $0) } }
  }
  package var index: Int64? { fields["index"].flatMap { Int64($0) } }

  private static let keys = [
    "ringi-leaf", "index", "time", "monotonic", "boot", "actor-kind", "actor", "authentication", "run", "step",
    "revision", "event", "kind", "level", "rule", "origin", "policy", "effect", "preview", "painted", "reason-code",
    "commitment",
  ]
  /// The line that version 2 has after those.
  private static let facts = "facts"

  /// nil when a line is missing, out of order, not UTF-8 or holds a raw control character.
  package init?(_ bytes: [UInt8]) {
    guard bytes.last == 10 else { return nil }
    let lines = bytes.dropLast().split(separator: 10, omittingEmptySubsequences: false)
    let keys = lines.count == Self.keys.count ? Self.keys : Self.keys + [Self.facts]
    guard lines.count == keys.count else { return nil }
    var fields: [String: String] = [:]
    for (line, key) in zip(lines, keys) {
      let name = Array(key.utf8)
      guard line.starts(with: name) else { return nil }
      let rest = line.dropFirst(name.count)
      if rest.isEmpty {
        fields[key] = ""
        continue
      }
      guard rest.first == 32, rest.count > 1, let value = Self.unescaped(rest.dropFirst()) else { return nil }
      fields[key] = value
    }
    guard fields["ringi-leaf"] == (keys.count == Self.keys.count ? "1" : "2") else { return nil }
    self.fields = fields
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String? {
    var out: [UInt8] = []
    var i = bytes.startIndex
    while i < bytes.endIndex {
      let byte = bytes[i]
      guard byte >= 32, byte != 127 else { return nil }
      if byte == UInt8(ascii: "\\") {
        guard bytes.endIndex - i >= 4, bytes[i + 1] == UInt8(ascii: "x"),
          let value = UInt8(String(decoding: bytes[(i + 2)...(i + 3)], as: UTF8.self), radix: 16)
        else { return nil }
        out.append(value)
        i += 4
      } else {
        out.append(byte)
        i += 1
      }
    }
    return String(validating: out, as: UTF8.self)
  }
}

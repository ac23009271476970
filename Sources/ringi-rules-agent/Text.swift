// Small text tools: CSV rows, rule files, phrases. No Foundation here.

enum Text {
  /// RFC 4180 rows as dictionaries by the header's names.
  static func table(_ text: String) -> [[String: String]] {
    let rows = rows(text)
    guard let header = rows.first else { return [] }
    return rows.dropFirst().map { row in
      Dictionary(zip(header, row).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    }
  }

  private static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\"" where isQuoted && scalars.first == "\"":
        field += "\""
        scalars.removeFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        row.append(field)
        field = ""
      case "\n" where !isQuoted:
        rows.append(row + [field])
        row = []
        field = ""
      case "\r" where !isQuoted: continue
      default: field.unicodeScalars.append(scalar)
      }
    }
    if !field.isEmpty || !row.isEmpty { rows.append(row + [field]) }
    return rows.filter { $0 != [""] }
  }

  static func csv(_ field: String) -> String {
    field.contains { $0 == "," || $0 == "\"" || $0.isNewline } ? "\"\(field.replacing("\"", "\"\""))\"" : field
  }

  /// `## Title` sections of `key: value` lines; a key may come more than once.
  static func sections(_ text: String) -> [(title: String, fields: [(key: String, value: String)])] {
    var out: [(title: String, fields: [(key: String, value: String)])] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("## ") {
        out.append((String(line.dropFirst(3)), []))
      } else if !out.isEmpty, let colon = line.firstIndex(of: ":"), !line.hasPrefix("#"), !line.hasPrefix(" ") {
        out[out.count - 1].fields.append((String(line[..<colon]), trimmed(line[line.index(after: colon)...])))
      } else if !out.isEmpty, line.hasPrefix("  "), !out[out.count - 1].fields.isEmpty {
        let last = out[out.count - 1].fields.count - 1
        out[out.count - 1].fields[last].value += "\n\(trimmed(line))"
      }
    }
    return out
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  static func list(_ text: String, by separator: Character = ";") -> [String] {
    text.split(separator: separator).map { trimmed($0) }.filter { !$0.isEmpty }
  }

  /// `Mika Arai <m.arai@kumo.example>` without the address.
  static func name(_ address: String) -> String {
    let name = trimmed(address.prefix { $0 != "<" })
    return name.isEmpty ? address : name
  }

  /// The first of `phrases` that stands in `text`, letters' case ignored.
  static func first(_ phrases: [String], in text: String) -> String? {
    let lowered = text.lowercased()
    return phrases.first { lowered.contains($0.lowercased()) }
  }

  /// Numbers before a unit: `five (5) years`, `24 months`, `3年`, `５年`.
  static func numbers(before units: [String], in text: String) -> [Int] {
    let scalars = Array(text.lowercased().unicodeScalars)
    var out: [Int] = []
    for unit in units {
      let word = Array(unit.lowercased().unicodeScalars)
      guard scalars.count > word.count else { continue }
      for start in 1...(scalars.count - word.count) where scalars[start..<(start + word.count)].elementsEqual(word) {
        var end = start
        while end > 0, scalars[end - 1] == " " || scalars[end - 1] == ")" || scalars[end - 1] == "-" { end -= 1 }
        var first = end
        while first > 0, digit(scalars[first - 1]) != nil { first -= 1 }
        guard first < end else { continue }
        out.append(scalars[first..<end].reduce(0) { $0 * 10 + (digit($1) ?? 0) })
      }
    }
    return out
  }

  private static func digit(_ scalar: Unicode.Scalar) -> Int? {
    switch scalar.value {
    case 48...57: Int(scalar.value) - 48
    case 0xFF10...0xFF19: Int(scalar.value) - 0xFF10
    default: nil
    }
  }
}

extension String {
  /// The places where `pattern` stands give way to `words`. A blank of the pattern is also a line's end, `…` any words
  /// of the same sentence.
  func rewriting(_ pattern: String, _ words: String) -> String {
    let (text, pattern) = (Array(unicodeScalars), Array(pattern.unicodeScalars))
    func end(_ from: Int, _ first: Int) -> Int? {
      var at = from
      for index in first..<pattern.count {
        if pattern[index] == "…" {
          for next in at...text.count {
            if let end = end(next, index + 1) { return end }
            if next == text.count || [".", "。"].contains(text[next]) { return nil }
          }
        }
        guard at < text.count, text[at] == pattern[index] || pattern[index] == " " && text[at] == "\n" else {
          return nil
        }
        at += 1
      }
      return at
    }
    guard !pattern.isEmpty else { return self }
    var (out, at) = (String.UnicodeScalarView(), 0)
    while at < text.count {
      if let end = end(at, 0), end > at {
        out.append(contentsOf: words.unicodeScalars)
        at = end
      } else {
        out.append(text[at])
        at += 1
      }
    }
    return String(out)
  }

  func replacing(_ needle: String, _ replacement: String) -> String {
    guard !needle.isEmpty else { return self }
    var out = ""
    var rest = self[...]
    while let found = rest.firstRange(of: needle) {
      out += rest[..<found.lowerBound]
      out += replacement
      rest = rest[found.upperBound...]
    }
    return out + rest
  }
}

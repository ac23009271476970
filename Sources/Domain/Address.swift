/// One recipient, split into what it shows and where it goes.
package struct Address: Hashable, Sendable {
  /// As given, with any display name.
  package let text: String
  /// `local@domain`, ASCII letters lower-cased; the whole text when it has no `@`.
  package let mailbox: String
  package let domain: String

  package init(_ text: String) {
    self.text = text
    var inner = Substring(text)
    if let open = text.lastIndex(of: "<"), let close = text[open...].firstIndex(of: ">") {
      inner = text[text.index(after: open)..<close]
    }
    let lowered = String(
      String.UnicodeScalarView(
        inner.unicodeScalars.filter { $0 != " " && $0 != "\t" }.map {
          ("A"..."Z").contains($0) ? Unicode.Scalar($0.value + 32) ?? $0 : $0
        }))
    mailbox = lowered
    domain = lowered.lastIndex(of: "@").map { String(lowered[lowered.index(after: $0)...]) } ?? ""
  }

  /// True for exactly one `name@domain`, with or without one display name that names no other address. Whatever else a
  /// header could hold would go where nobody saw it (RFC 5322, section 3.4).
  package var isSingle: Bool {
    let parts = mailbox.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
      mailbox.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !mailbox.contains(where: { ",;:<>()[]\\\"".contains($0) }),
      !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
    else { return false }
    // A blank within would vanish from where the mail goes, and not from what is shown.
    let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let open = text.firstIndex(of: "<") else {
      return !text.contains(">") && !text.drop(while: blanks).reversed().drop(while: blanks).contains(where: blanks)
    }
    if text[open...].prefix(while: { $0 != ">" }).contains(where: blanks) { return false }
    let name = text[..<open].filter { $0 != " " && $0 != "\"" }
    let tail = text[open...].drop { $0 != ">" }.dropFirst()
    return text[open...].dropFirst().firstIndex(of: "<") == nil && tail.allSatisfy { $0 == " " }
      && (!name.contains("@") || name.lowercased() == mailbox)
  }

  /// True when the domain is one of `domains` or below one of them.
  package func isInside(_ domains: [String]) -> Bool {
    domains.contains { domain == $0 || domain.hasSuffix(".\($0)") }
  }

  /// The known domain this one imitates: not equal, yet at most two edits away (one for short names),
  /// or equal once look-alike letters are folded. nil when it imitates none.
  package func imitates(_ known: [String]) -> String? {
    guard !domain.isEmpty, !known.contains(domain), !isInside(known) else { return nil }
    return known.first { candidate in
      if Self.folded(domain) == Self.folded(candidate) { return true }
      let limit = candidate.utf8.count >= 10 ? 2 : 1
      return editDistance(Array(domain.unicodeScalars), Array(candidate.unicodeScalars), limit: limit) <= limit
    }
  }

  /// Letters that pass for another in most typefaces, folded onto one of them.
  private static func folded(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "0", "о", "ο": out += "o"
      case "1", "l", "і", "ı", "|": out += "i"
      case "а": out += "a"
      case "е": out += "e"
      case "с": out += "c"
      case "р": out += "p"
      case "5": out += "s"
      case "-": continue
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out.replacing("rn", with: "m").replacing("vv", with: "w")
  }
}

extension String {
  /// Every occurrence of `needle` replaced; no Foundation here.
  package func replacing(_ needle: String, with replacement: String) -> String {
    let source = Array(utf8)
    let target = Array(needle.utf8)
    guard !target.isEmpty, source.count >= target.count else { return self }
    var out: [UInt8] = []
    var i = 0
    while i < source.count {
      if i + target.count <= source.count, source[i..<(i + target.count)].elementsEqual(target) {
        out.append(contentsOf: replacement.utf8)
        i += target.count
      } else {
        out.append(source[i])
        i += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// Levenshtein distance, cut off: any value above `limit` means "more than `limit`".
package func editDistance<T: Equatable>(_ a: [T], _ b: [T], limit: Int) -> Int {
  if abs(a.count - b.count) > limit { return limit + 1 }
  var previous = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for (j, y) in b.enumerated() {
      row.append(min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, row[j] + 1))
    }
    previous = row
  }
  return previous[b.count]
}

extension Address {
  /// The mailboxes of one text: commas and semicolons part them, but not within quotes or angle brackets.
  package static func list(_ text: String) -> [String] {
    var (out, one, isQuoted, isInside) = ([String](), "", false, false)
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "<" where !isQuoted: isInside = true
      case ">" where !isQuoted: isInside = false
      case ",", ";":
        guard isQuoted || isInside else {
          out.append(one)
          one = ""
          continue
        }
      default: break
      }
      one.append(character)
    }
    return (out + [one]).map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }.filter {
      !$0.isEmpty
    }
  }
}

// The one function that makes text safe for a terminal. Every scalar becomes a printable glyph of known width or a
// visible token; nothing is dropped. What comes out holds no control, format or invisible character.

/// One glyph on the screen: a base with its combining marks, or one character of a token.
package struct Glyph: Hashable, Sendable {
  package let letter: Letter
  /// Columns: 1 or 2.
  package let width: Int
  /// True for characters that stand for one that can't be shown.
  package let isToken: Bool
  /// Offset of the scalar it came from; negative for blanks of a layout.
  package let offset: Int

  /// A visible stand-in for something that can't be seen.
  package static func token(_ letter: Unicode.Scalar, offset: Int) -> Glyph {
    Glyph(letter: Letter(letter), width: 1, isToken: true, offset: offset)
  }
  package static let padding = Glyph(letter: .blank, width: 1, isToken: false, offset: -1)
  package var text: String { letter.text }
}

package enum SafeText {
  package static func glyphs(_ text: String) -> [Glyph] {
    var out: [Glyph] = []
    out.reserveCapacity(text.utf8.count)
    var offset = -1
    for scalar in text.unicodeScalars {
      offset += 1
      let value = scalar.value
      if value >= 0x20 && value < 0x7F {
        out.append(Glyph(letter: Letter(scalar), width: 1, isToken: false, offset: offset))
        continue
      }
      switch shape(scalar) {
      case .columns(let width):
        out.append(Glyph(letter: Letter(scalar), width: width, isToken: false, offset: offset))
      case .mark:
        if let last = out.last, !last.isToken, last.letter != .blank, let letter = last.letter.adding(scalar) {
          out[out.count - 1] = Glyph(letter: letter, width: last.width, isToken: false, offset: last.offset)
        } else {
          out += token(scalar, offset)
        }
      case .hidden:
        out += token(scalar, offset)
      }
    }
    return out
  }

  private enum Shape { case columns(Int), mark, hidden }

  private static func shape(_ scalar: Unicode.Scalar) -> Shape {
    // Frames, kana and the common ideographs fill most screens: known without asking the Unicode tables.
    switch scalar.value {
    case 0x2500...0x259F: return .columns(1)
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFC: return .columns(2)
    default: break
    }
    let properties = scalar.properties
    guard let age = properties.age, age.major <= 14, !properties.isDefaultIgnorableCodePoint else { return .hidden }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return .hidden
    case .spaceSeparator: return scalar == "\u{3000}" ? .columns(2) : .hidden
    case .nonspacingMark, .enclosingMark: return .mark
    case .spacingMark: return .columns(1)
    default: break
    }
    switch scalar.value {
    // Regional indicators and skin tones change the width of their neighbours in some terminals; conjoining jamo
    // melt into the syllable before them.
    case 0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF, 0x1160...0x11FF, 0xD7B0...0xD7FF, 0x2800: return .hidden
    default: return .columns(isWide(scalar.value) ? 2 : 1)
    }
  }

  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    var (low, high) = (0, WideRanges.all.count)
    while low < high {
      let middle = (low + high) / 2
      let range = WideRanges.all[middle]
      if range.upperBound < value {
        low = middle + 1
      } else if range.lowerBound > value {
        high = middle
      } else {
        return true
      }
    }
    return false
  }

  /// `‹TAB›`, `‹ESC›`, `‹U+202E›`.
  private static func token(_ scalar: Unicode.Scalar, _ offset: Int) -> [Glyph] {
    let name: String
    switch scalar.value {
    case 9: name = "TAB"
    case 10: name = "LF"
    case 13: name = "CR"
    case 27: name = "ESC"
    case 0xA0: name = "NBSP"
    case 0x200D: name = "ZWJ"
    default:
      let hex = String(scalar.value, radix: 16, uppercase: true)
      name = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
    return "‹\(name)›".unicodeScalars.map { Glyph.token($0, offset: offset) }
  }

  /// True when every character is printable ASCII, and so takes one column each.
  static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

  /// Columns the text takes.
  package static func width(_ text: String) -> Int {
    isPlain(text) ? text.utf8.count : glyphs(text).reduce(0) { $0 + $1.width }
  }

  /// The text with tokens in place, for plain output.
  package static func plain(_ text: String) -> String { glyphs(text).map(\.text).joined() }
}

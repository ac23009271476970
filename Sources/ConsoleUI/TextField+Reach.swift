// Undo, words and search of the text field.

import CellScreen

extension TextField {
  private static let depth = 200

  mutating func remember() {
    past.append(Snapshot(lines: lines, row: row, column: column))
    if past.count > Self.depth { past.removeFirst() }
    future = []
  }

  /// A change that is one step of undo; none when nothing came of it.
  mutating func change(_ body: (inout TextField) -> Void) {
    let before = Snapshot(lines: lines, row: row, column: column)
    body(&self)
    guard lines != before.lines else { return }
    past.append(before)
    if past.count > Self.depth { past.removeFirst() }
    future = []
  }

  mutating func undo() {
    guard let last = past.popLast() else { return }
    future.append(Snapshot(lines: lines, row: row, column: column))
    (lines, row, column) = (last.lines, last.row, last.column)
  }

  mutating func redo() {
    guard let next = future.popLast() else { return }
    past.append(Snapshot(lines: lines, row: row, column: column))
    (lines, row, column) = (next.lines, next.row, next.column)
  }

  // MARK: words

  /// Scripts that are written without blanks end a word where the script changes.
  private enum Class { case blank, kana, ideograph, letter, other }

  private static func kind(_ character: Character) -> Class {
    if character.isWhitespace { return .blank }
    switch character.unicodeScalars.first?.value ?? 0 {
    case 0x3040...0x30FF, 0xFF66...0xFF9F: return .kana
    case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: return .ideograph
    default: return character.isLetter || character.isNumber ? .letter : .other
    }
  }

  func wordStart() -> (column: Int, row: Int) {
    guard column > 0 else { return row > 0 ? (lines[row - 1].count, row - 1) : (0, 0) }
    var at = column
    while at > 0, Self.kind(lines[row][at - 1]) == .blank { at -= 1 }
    guard at > 0 else { return (0, row) }
    let kind = Self.kind(lines[row][at - 1])
    while at > 0, Self.kind(lines[row][at - 1]) == kind { at -= 1 }
    return (at, row)
  }

  func wordEnd() -> (column: Int, row: Int) {
    let line = lines[row]
    guard column < line.count else { return row + 1 < lines.count ? (0, row + 1) : (column, row) }
    var at = column
    while at < line.count, Self.kind(line[at]) == .blank { at += 1 }
    guard at < line.count else { return (at, row) }
    let kind = Self.kind(line[at])
    while at < line.count, Self.kind(line[at]) == kind { at += 1 }
    return (at, row)
  }

  // MARK: search

  /// Keys while the search is open: text is added, Ctrl-F goes to the next match, anything else ends it.
  mutating func search(_ key: Key) -> Bool {
    guard var text = sought else { return false }
    switch key {
    case .character(let character):
      text.append(character)
      sought = text
      find(text, from: (row, column))
    case .backspace:
      if !text.isEmpty { text.removeLast() }
      sought = text
      find(text, from: (row, column))
    case .control("f"):
      if text.isEmpty { text = lastSought }
      sought = text
      find(text, from: (row, column + 1))
    case .enter, .escape:
      lastSought = text
      sought = nil
    default:
      lastSought = text
      sought = nil
      return handle(key)
    }
    return true
  }

  /// The first match at or after the place, around at the end.
  private mutating func find(_ text: String, from place: (row: Int, column: Int)) {
    let needle = Array(text.lowercased())
    (isSoughtAround, isSoughtNowhere) = (false, !needle.isEmpty)
    guard !needle.isEmpty else { return }
    for offset in 0...lines.count {
      let line = (place.row + offset) % lines.count
      let haystack = lines[line].map { Character($0.lowercased().first.map(String.init) ?? String($0)) }
      let start = offset == 0 ? place.column : 0
      guard haystack.count >= needle.count, start <= haystack.count - needle.count else { continue }
      for at in start...(haystack.count - needle.count) where haystack[at..<(at + needle.count)].elementsEqual(needle) {
        (isSoughtAround, isSoughtNowhere) = ((line, at) < place, false)
        (row, column) = (line, at)
        return
      }
    }
  }
}

/// A text field's lines broken into rows of a width, around the cursor: what the editor draws.
package struct FieldRows: Sendable {
  package struct Row: Sendable {
    package let line: Int
    package let from: Int
    package let to: Int
  }
  package let rows: [Row]
  /// The row and column of the cursor.
  package let cursor: (row: Int, column: Int)

  /// - Parameter reach: lines before and after the cursor that are laid out at all.
  package init(_ field: TextField, width: Int, reach: Int) {
    let width = max(2, width)
    var rows: [Row] = []
    var cursor = (row: 0, column: 0)
    for line in max(0, field.row - reach)...min(field.lines.count - 1, field.row + reach) {
      let starts = Self.starts(field.lines[line], width)
      for (index, from) in starts.enumerated() {
        let to = index + 1 < starts.count ? starts[index + 1] : field.lines[line].count
        let isLast = index + 1 == starts.count
        if line == field.row, field.column >= from, field.column < to || isLast {
          cursor = (rows.count, field.lines[line][from..<field.column].reduce(0) { $0 + SafeText.width(String($1)) })
          // At the very edge the cursor waits on the next row.
          if cursor.column >= width { cursor = (rows.count + 1, 0) }
        }
        rows.append(Row(line: line, from: from, to: to))
        if isLast, cursor == (rows.count, 0) { rows.append(Row(line: line, from: to, to: to)) }
      }
    }
    self.rows = rows
    self.cursor = cursor
  }

  /// Where each row of a line begins: after a blank where there is one, anywhere in scripts that have none.
  private static func starts(_ line: [Character], _ width: Int) -> [Int] {
    var (starts, columns, blank) = ([0], 0, 0)
    for (index, character) in line.enumerated() {
      let wide = SafeText.width(String(character))
      if columns + wide > width {
        // The word goes down whole, unless it is as long as the row; a blank at the edge goes down alone.
        let start = character != " " && blank > starts[starts.count - 1] ? blank : index
        starts.append(start)
        columns = line[start..<index].reduce(0) { $0 + SafeText.width(String($1)) }
      }
      if character == " " { blank = index + 1 }
      columns += wide
    }
    return starts
  }
}

import CellScreen

/// A small text editor: lines of characters, a cursor, undo, a search, and nothing that reaches outside.
package struct TextField: Hashable, Sendable {
  package internal(set) var lines: [[Character]]
  package internal(set) var row = 0
  package internal(set) var column = 0
  package let isMultiLine: Bool
  /// What is searched for while the search is open; nil while it is not.
  package internal(set) var sought: String?
  /// The last match stands before the place it was searched from.
  package internal(set) var isSoughtAround = false
  package internal(set) var isSoughtNowhere = false
  /// The last search, for the next match.
  var lastSought = ""
  var past: [Snapshot] = []
  var future: [Snapshot] = []
  /// Typing in one go is one step of undo.
  var isTyping = false

  struct Snapshot: Hashable, Sendable {
    let lines: [[Character]]
    let row: Int
    let column: Int
  }

  /// - Parameter line: where the cursor begins in a text of several lines, from 0.
  package init(_ text: String, isMultiLine: Bool, line: Int = 0) {
    self.isMultiLine = isMultiLine
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    if lines.isEmpty { lines = [[]] }
    if !isMultiLine {
      row = lines.count - 1
      column = lines[row].count
    } else {
      row = max(0, min(line, lines.count - 1))
    }
  }

  package var text: String { lines.map { String($0) }.joined(separator: "\n") }
  /// Something was written since it was opened.
  package var isChanged: Bool { !past.isEmpty }
  package var isEmpty: Bool { lines.allSatisfy(\.isEmpty) }

  /// A paste, or a text put in at once: one step of undo.
  package mutating func insert(_ text: String) {
    remember()
    for character in text { put(character) }
  }

  /// Another text in place of all of it: one step of undo.
  package mutating func replace(with text: String) {
    remember()
    let new = TextField(text, isMultiLine: isMultiLine)
    (lines, row, column) = (new.lines, min(row, new.lines.count - 1), 0)
  }

  /// False when the key means nothing here.
  package mutating func handle(_ key: Key) -> Bool {
    if sought != nil { return search(key) }
    if case .character(let character) = key {
      if !isTyping { remember() }
      isTyping = true
      put(character)
      return true
    }
    isTyping = false
    switch key {
    case .enter:
      guard isMultiLine else { return false }
      remember()
      breakLine()
    case .backspace, .control("h"): change { $0.deleteBackward() }
    case .delete, .control("d"): change { if $0.move(1) { $0.deleteBackward() } }
    case .control("w"): change { $0.delete(to: $0.wordStart()) }
    case .control("u"): change { $0.delete(to: (0, $0.row)) }
    case .control("k"): change { $0.lines[$0.row].removeSubrange($0.column...) }
    case .tab where isMultiLine: insert("  ")
    case .control("z"), .control("_"): undo()
    case .control("y"): redo()
    case .control("f"):
      guard isMultiLine else { return false }
      sought = ""
    default: return travel(key)
    }
    return true
  }

  /// Moves only.
  private mutating func travel(_ key: Key) -> Bool {
    switch key {
    case .left: _ = move(-1)
    case .right: _ = move(1)
    case .wordLeft: (column, row) = wordStart()
    case .wordRight: (column, row) = wordEnd()
    case .up: moveRow(-1)
    case .down: moveRow(1)
    case .pageUp: moveRow(-10)
    case .pageDown: moveRow(10)
    case .home, .control("a"): column = 0
    case .end, .control("e"): column = lines[row].count
    default: return false
    }
    return true
  }

  // MARK: changes

  private mutating func put(_ character: Character) {
    guard character.isNewline else {
      lines[row].insert(character, at: column)
      // A mark that joins the character before it makes no new one.
      column = min(column + 1, lines[row].count)
      return
    }
    if isMultiLine { breakLine() } else { put(" ") }
  }

  private mutating func breakLine() {
    let rest = Array(lines[row][column...])
    lines[row].removeSubrange(column...)
    lines.insert(rest, at: row + 1)
    row += 1
    column = 0
  }

  private mutating func deleteBackward() {
    if column > 0 {
      column -= 1
      lines[row].remove(at: column)
    } else if row > 0 {
      let rest = lines.remove(at: row)
      row -= 1
      column = lines[row].count
      lines[row] += rest
    }
  }

  /// From there to the cursor.
  private mutating func delete(to place: (column: Int, row: Int)) {
    if place.row < row { return deleteBackward() }
    lines[row].removeSubrange(place.column..<column)
    column = place.column
  }

  private mutating func move(_ step: Int) -> Bool {
    let next = column + step
    if next >= 0, next <= lines[row].count {
      column = next
    } else if step < 0, row > 0 {
      row -= 1
      column = lines[row].count
    } else if step > 0, row + 1 < lines.count {
      row += 1
      column = 0
    } else {
      return false
    }
    return true
  }

  private mutating func moveRow(_ step: Int) {
    row = min(max(0, row + step), lines.count - 1)
    column = min(column, lines[row].count)
  }
}

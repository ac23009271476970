import CellScreen

/// A small multi-line editor: characters, a cursor, and nothing that reaches outside.
package struct TextField: Hashable, Sendable {
  package private(set) var lines: [[Character]]
  package private(set) var row = 0
  package private(set) var column = 0
  package let isMultiLine: Bool

  package init(_ text: String, isMultiLine: Bool) {
    self.isMultiLine = isMultiLine
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    if lines.isEmpty { lines = [[]] }
    if !isMultiLine {
      row = lines.count - 1
      column = lines[row].count
    }
  }

  package var text: String { lines.map { String($0) }.joined(separator: "\n") }
  package var isEmpty: Bool { lines.allSatisfy(\.isEmpty) }

  package mutating func insert(_ text: String) {
    for character in text {
      if character.isNewline {
        if isMultiLine { breakLine() } else { insert(" ") }
      } else {
        lines[row].insert(character, at: column)
        column += 1
      }
    }
  }

  private mutating func breakLine() {
    let rest = Array(lines[row][column...])
    lines[row].removeSubrange(column...)
    lines.insert(rest, at: row + 1)
    row += 1
    column = 0
  }

  /// False when the key means nothing here.
  package mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .enter:
      guard isMultiLine else { return false }
      breakLine()
    case .backspace: deleteBackward()
    case .delete:
      guard move(1) else { return true }
      deleteBackward()
    case .left: _ = move(-1)
    case .right: _ = move(1)
    case .up: moveRow(-1)
    case .down: moveRow(1)
    case .pageUp: moveRow(-10)
    case .pageDown: moveRow(10)
    case .home: column = 0
    case .control("u"):
      lines[row].removeSubrange(..<column)
      column = 0
    case .end: column = lines[row].count
    case .tab where isMultiLine: insert("  ")
    default: return false
    }
    return true
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

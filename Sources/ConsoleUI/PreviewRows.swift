// A preview laid out for a width: docket first, then the body. Each row knows its line, so that what was painted
// can be told in lines.

import CellScreen
import Domain
import EffectPreview

package struct PreviewRows: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    case docket(Int)
    case rule
    case line(Int)
  }
  package struct Row: Hashable, Sendable {
    package let source: Source
    /// True for the second and later rows of a wrapped line.
    package let isContinuation: Bool
    package let change: Int?
    package let from: Int
    package let to: Int
  }

  package let step: StepID
  package let revision: Revision
  package let width: Int
  package let docket: Docket
  package let preview: Preview
  package let rows: [Row]
  /// First row of each change.
  package let changeRows: [Int]
  private static let labelWidth = 8
  private static let numberWidth = 6

  package init(_ loaded: LoadedPreview, step: StepSummary, width: Int) {
    self.step = loaded.step
    revision = loaded.revision
    self.width = width
    preview = loaded.preview
    docket = Docket(step)
    var rows: [Row] = []
    for (index, line) in docket.lines.enumerated() {
      rows += Self.wrapped(.docket(index), line.value, width - Self.labelWidth, change: nil)
    }
    rows.append(Row(source: .rule, isContinuation: false, change: nil, from: 0, to: 0))
    var changeRows: [Int] = []
    for (index, line) in preview.lines.enumerated() {
      if let change = line.change, change == changeRows.count { changeRows.append(rows.count) }
      rows += Self.wrapped(.line(index), line.text, width - Self.indent(line), change: line.change)
    }
    self.rows = rows
    self.changeRows = changeRows
  }

  private static func indent(_ line: PreviewLine) -> Int {
    switch line.role {
    case .context, .removed, .added: numberWidth
    case .label, .content, .warning, .gap: 1
    }
  }

  private static func wrapped(_ source: Source, _ text: String, _ width: Int, change: Int?) -> [Row] {
    let width = max(4, width)
    // Most lines are short and plain: no glyphs are made for them here.
    if text.utf8.count <= width, text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) {
      return [Row(source: source, isContinuation: false, change: change, from: 0, to: text.utf8.count)]
    }
    let glyphs = SafeText.glyphs(text).map { ($0, Role.text) }
    var from = 0
    return Wrap.rows(glyphs, width: width).enumerated().map { index, row in
      defer { from += row.count }
      return Row(source: source, isContinuation: index > 0, change: change, from: from, to: from + row.count)
    }
  }

  /// The row as spans of glyphs, ready to be put.
  package func glyphs(_ index: Int, discarded: Set<Int>, isCurrentChange: Bool) -> [(Glyph, Role)] {
    let row = rows[index]
    switch row.source {
    case .docket(let line): return docketGlyphs(docket.lines[line], row)
    case .rule:
      let count = preview.changes == 0 ? "" : " \(preview.changes) change\(preview.changes == 1 ? "" : "s") "
      let dashes = String(repeating: "─", count: max(0, width - SafeText.width(count)))
      return SafeText.glyphs(dashes + count).map { ($0, .border) }
    case .line(let line): return lineGlyphs(preview.lines[line], row, discarded, isCurrentChange)
    }
  }

  private func docketGlyphs(_ line: Docket.Line, _ row: Row) -> [(Glyph, Role)] {
    let role: Role =
      switch line.role {
      case .fact: .text
      case .claim: .claim
      case .warning: .warning
      }
    let label = row.isContinuation ? "" : line.label
    let head = label + String(repeating: " ", count: max(1, Self.labelWidth - SafeText.width(label)))
    return SafeText.glyphs(head).map { ($0, line.role == .warning ? .warning : .dim) }
      + SafeText.glyphs(line.value)[row.from..<row.to].map { ($0, role) }
  }

  private func lineGlyphs(
    _ line: PreviewLine, _ row: Row, _ discarded: Set<Int>, _ isCurrent: Bool
  ) -> [(Glyph, Role)] {
    let isOut = line.change.map { discarded.contains($0) } ?? false
    let (sign, role, word): (String, Role, Role) =
      switch line.role {
      case .added: (isOut ? "✗" : "+", isOut ? .dim : .added, .addedWord)
      case .removed: (isOut ? " " : "-", isOut ? .dim : .removed, .removedWord)
      case .context: (" ", .context, .context)
      case .label: (" ", .dim, .dim)
      case .content: (" ", .text, .text)
      case .warning: ("!", .warning, .warning)
      case .gap: (" ", .gap, .gap)
      }
    var head = sign
    if Self.indent(line) == Self.numberWidth {
      let number = row.isContinuation ? "" : String(line.number)
      head = (isCurrent ? "▌" : " ") + sign + String(repeating: " ", count: max(0, 3 - number.count)) + number + " "
      if head.count > Self.numberWidth { head = String(head.prefix(Self.numberWidth)) }
    }
    let text = line.role == .gap && !line.text.isEmpty ? "⋯ \(line.text)" : line.text
    let glyphs = line.role == .gap ? SafeText.glyphs(text)[...] : SafeText.glyphs(text)[row.from..<row.to]
    let body = glyphs.map { glyph -> (Glyph, Role) in
      let isMarked = !isOut && line.marks.contains { $0.contains(glyph.offset) }
      return (glyph, isMarked ? word : role)
    }
    return SafeText.glyphs(head).map { ($0, role) } + body
  }

  /// Lines of the body of which every row is among `seen`.
  package func linesSeen(_ seen: Set<Int>) -> Int {
    var missing: Set<Int> = []
    for (index, row) in rows.enumerated() where !seen.contains(index) {
      if case .line(let line) = row.source { missing.insert(line) }
    }
    return preview.lines.count - missing.count
  }

  package func firstUnseen(_ seen: Set<Int>) -> Int? { rows.indices.first { !seen.contains($0) } }
}

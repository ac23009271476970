import CellScreen
import Domain
import EffectPreview

extension PreviewRows {
  /// A row ready to be put.
  /// - Parameter decided: who or what decided the step, for the one row that says so.
  package func glyphs(
    _ index: Int, discarded: Set<Int>, currentChange: Int?, decided: String, ascii: Bool
  ) -> [(Glyph, Role)] {
    switch rows[index] {
    case .docket(let part): return docketGlyphs(docket.lines[part.line], part)
    case .decided:
      return SafeText.glyphs("decided").map { ($0, .dim) } + SafeText.glyphs(" by \(decided)").map { ($0, .key) }
    case .rule:
      let words = preview.changes == 0 ? "" : " \(preview.changes) change\(preview.changes == 1 ? "" : "s") "
      let dashes = String(repeating: ascii ? "-" : "─", count: max(0, width - SafeText.width(words)))
      return SafeText.glyphs(dashes + words).map { ($0, .border) }
    case .line(let part): return lineGlyphs(part, discarded, currentChange)
    case .pair(let old, let new):
      let half = (width - 1) / 2
      return side(old, half, discarded, currentChange) + SafeText.glyphs(ascii ? "|" : "│").map { ($0, .border) }
        + side(new, half, discarded, currentChange)
    }
  }

  private func side(_ part: Part?, _ half: Int, _ discarded: Set<Int>, _ current: Int?) -> [(Glyph, Role)] {
    var glyphs = part.map { lineGlyphs($0, discarded, current) } ?? []
    var used = glyphs.reduce(0) { $0 + $1.0.width }
    // The blank that ends a wrapped row needs no column.
    while used > half, let last = glyphs.popLast() { used -= last.0.width }
    return glyphs + SafeText.glyphs(String(repeating: " ", count: max(0, half - used))).map { ($0, .text) }
  }

  private func docketGlyphs(_ line: Docket.Line, _ part: Part) -> [(Glyph, Role)] {
    let role: Role =
      switch line.role {
      case .fact: .text
      case .claim: .claim
      case .warning: .warning
      }
    let label = part.isContinuation ? "" : line.label
    let head = label + String(repeating: " ", count: max(1, Self.labelWidth - SafeText.width(label)))
    return SafeText.glyphs(head).map { ($0, line.role == .warning ? .warning : .dim) }
      + SafeText.glyphs(line.value)[part.from..<part.to].map { ($0, role) }
  }

  private func lineGlyphs(_ part: Part, _ discarded: Set<Int>, _ current: Int?) -> [(Glyph, Role)] {
    let line = preview.lines[part.line]
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
    if line.role == .gap { return SafeText.glyphs(line.text.isEmpty ? " " : " ⋯ \(line.text)").map { ($0, .gap) } }
    var head = sign
    if [.context, .removed, .added].contains(line.role) {
      let number = part.isContinuation ? "" : String(part.number)
      let isCurrent = current != nil && line.change == current
      head = (isCurrent ? "▌" : " ") + sign + String(repeating: " ", count: max(0, 3 - number.count)) + number + " "
      if head.count > Self.numberWidth { head = String(head.prefix(Self.numberWidth)) }
    }
    let glyphs = table?.glyphs(line) ?? SafeText.glyphs(line.text)
    let trailing = [.added, .removed].contains(line.role) ? glyphs.count - Self.blanksAtEnd(glyphs) : glyphs.count
    let body = glyphs[part.from..<part.to].enumerated().map { offset, glyph -> (Glyph, Role) in
      // Blanks at the end of a changed line are a change nobody would see.
      if part.from + offset >= trailing { return (Self.blank(glyph.offset), role) }
      let isMarked = !isOut && line.marks.contains { $0.contains(glyph.offset) }
      return (glyph, isMarked ? word : role)
    }
    return SafeText.glyphs(head).map { ($0, role) } + body
      + (part.isCut ? SafeText.glyphs("…").map { ($0, Role.warning) } : [])
  }

  private static func blanksAtEnd(_ glyphs: [Glyph]) -> Int {
    glyphs.reversed().prefix { $0.text == " " && $0.offset >= 0 }.count
  }

  private static func blank(_ offset: Int) -> Glyph { Glyph.token("·", offset: offset) }
}

/// Comma-separated lines as a table: every character stays, blanks of the layout are put after the commas.
struct TableColumns: Hashable, Sendable {
  private let widths: [Int]
  /// Wider columns are left ragged.
  private static let widest = 40

  /// Columns of the screen a row takes.
  var width: Int { widths.reduce(0) { $0 + $1 + 1 } }

  /// nil where the step is of no CSV file, or its lines are too many to be looked at twice.
  init?(_ preview: Preview, target: String) {
    guard target.lowercased().hasSuffix(".csv"), preview.lines.count <= 20_000 else { return nil }
    var widths: [Int] = []
    for line in preview.lines where [.context, .added, .removed].contains(line.role) {
      for (index, field) in Self.fields(SafeText.glyphs(line.text)).enumerated() {
        let width = min(Self.widest, field.reduce(0) { $0 + $1.width })
        if index < widths.count { widths[index] = max(widths[index], width) } else { widths.append(width) }
      }
    }
    guard widths.count > 1 else { return nil }
    self.widths = widths
  }

  func glyphs(_ line: PreviewLine) -> [Glyph]? {
    guard [.context, .added, .removed].contains(line.role) else { return nil }
    var out: [Glyph] = []
    let fields = Self.fields(SafeText.glyphs(line.text))
    for (index, field) in fields.enumerated() {
      out += field
      guard index + 1 < fields.count else { break }
      let width = field.reduce(0) { $0 + $1.width }
      let gap = max(1, (index < widths.count ? widths[index] : 0) - width + 1)
      out += (0..<gap).map { _ in Glyph.padding }
    }
    return out
  }

  /// Each field with its comma; a comma between quotes is no end.
  private static func fields(_ glyphs: [Glyph]) -> [[Glyph]] {
    var out: [[Glyph]] = [[]]
    var isQuoted = false
    for glyph in glyphs {
      out[out.count - 1].append(glyph)
      if glyph.text == "\"" { isQuoted.toggle() }
      if glyph.text == ",", !isQuoted { out.append([]) }
    }
    return out
  }
}

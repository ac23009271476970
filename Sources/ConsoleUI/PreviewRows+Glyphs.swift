import CellScreen
import Domain
import EffectPreview

extension PreviewRows {
  /// A row ready to be put.
  /// - Parameter decided: who or what decided the step, for the rows that say so.
  package func glyphs(
    _ index: Int, discarded: Set<Int>, currentChange: Int?, decided: (DecidedLine) -> String, ascii: Bool
  ) -> [(Glyph, Role)] {
    switch rows[index] {
    case .name(let part): return docketGlyphs(Docket.Line("of", name), part)
    case .docket(let part): return docketGlyphs(docket.lines[part.line], part)
    case .decided(let line):
      let label = line.rawValue + String(repeating: " ", count: Self.labelWidth - line.rawValue.utf8.count)
      return SafeText.glyphs(label).map { ($0, .dim) } + SafeText.glyphs(decided(line)).map { ($0, .key) }
    case .reason(let part): return docketGlyphs(Docket.Line("reason", reason), part)
    case .rule:
      let words = preview.changes == 0 ? "" : " \(preview.changes) change\(preview.changes == 1 ? "" : "s") "
      let dashes = String(repeating: ascii ? "-" : "─", count: max(0, width - SafeText.width(words)))
      return SafeText.glyphs(dashes + words).map { ($0, .border) }
    case .line(let part):
      var out: [(Glyph, Role)] = []
      addLine(part, discarded, currentChange, to: &out)
      return out
    case .pair(let old, let new):
      let half = (width - 1) / 2
      var out: [(Glyph, Role)] = []
      out.reserveCapacity(width)
      addSide(old, half, discarded, currentChange, to: &out)
      Self.add(ascii ? "|" : "│", .border, to: &out)
      addSide(new, half, discarded, currentChange, to: &out)
      return out
    }
  }

  /// A screen of changes has thousands of glyphs, drawn anew at every key: they go into one list, row by row.
  private static func add(_ text: String, _ role: Role, to out: inout [(Glyph, Role)]) {
    for glyph in SafeText.glyphs(text) { out.append((glyph, role)) }
  }

  private func addSide(
    _ part: Part?, _ half: Int, _ discarded: Set<Int>, _ current: Int?, to out: inout [(Glyph, Role)]
  ) {
    let start = out.count
    if let part { addLine(part, discarded, current, to: &out) }
    var used = 0
    for index in start..<out.count { used += out[index].0.width }
    // The blank that ends a wrapped row needs no column.
    while used > half, let last = out.popLast() { used -= last.0.width }
    while used < half {
      out.append((.padding, .text))
      used += 1
    }
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

  private func addLine(
    _ part: Part, _ discarded: Set<Int>, _ current: Int?, to out: inout [(Glyph, Role)]
  ) {
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
    if line.role == .gap { return Self.add(line.text.isEmpty ? " " : " ⋯ \(line.text)", .gap, to: &out) }
    var head = sign
    if [.context, .removed, .added].contains(line.role) {
      let number = part.isContinuation || part.number == 0 ? "" : String(part.number)
      let isCurrent = current != nil && line.change == current
      head =
        (isCurrent ? "▌" : " ") + sign + String(repeating: " ", count: max(0, numberWidth - 3 - number.count))
        + number + " "
    }
    let glyphs = table?.glyphs(line) ?? SafeText.glyphs(line.text)
    let trailing = [.added, .removed].contains(line.role) ? glyphs.count - Self.blanksAtEnd(glyphs) : glyphs.count
    Self.add(head, role, to: &out)
    for index in part.from..<part.to {
      let glyph = glyphs[index]
      // Blanks at the end of a changed line are a change nobody would see.
      if index >= trailing {
        out.append((Self.blank(glyph.offset), role))
      } else {
        let isMarked = !isOut && !line.marks.isEmpty && line.marks.contains { $0.contains(glyph.offset) }
        out.append((glyph, isMarked ? word : role))
      }
    }
    if part.isCut { Self.add("…", .warning, to: &out) }
  }

  private static func blanksAtEnd(_ glyphs: [Glyph]) -> Int {
    glyphs.reversed().prefix { $0.letter == .blank && $0.offset >= 0 }.count
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

  private init(widths: [Int]) { self.widths = widths }

  /// Narrower columns, where long fields stand out and the rest still lines up; nil where not even that fits.
  func fitted(to limit: Int) -> TableColumns? {
    guard width > limit else { return self }
    return stride(from: Self.widest - 4, through: 8, by: -4).lazy
      .map { widest in TableColumns(widths: widths.map { min($0, widest) }) }.first { $0.width <= limit }
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
      if glyph.letter == Letter("\"") { isQuoted.toggle() }
      if glyph.letter == Letter(","), !isQuoted { out.append([]) }
    }
    return out
  }
}

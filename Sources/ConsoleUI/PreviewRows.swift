// A preview laid out for a width: docket first, then the body, one below the other or old and new side by side. Each row
// knows its lines, so that what was painted can be told in lines.

import CellScreen
import Domain
import EffectPreview

package struct PreviewRows: Hashable, Sendable {
  /// A piece of a line: glyphs `from..<to` of what is shown of it.
  package struct Part: Hashable, Sendable {
    package let line: Int
    /// What stands before it: the number in its own text, 0 for none.
    package var number: Int
    package let from: Int
    package let to: Int
    /// The second and later pieces of a wrapped line.
    package let isContinuation: Bool
    /// The rest of the line is beyond the edge.
    package let isCut: Bool
  }
  package enum Row: Hashable, Sendable {
    /// What it is about, whole, where the title has no room for it.
    case name(Part)
    case docket(Part)
    /// Between docket and body.
    case rule
    case line(Part)
    /// Old at the left, new at the right; nil where that side has nothing.
    case pair(Part?, Part?)
    /// Who decided it: the desk's word, not part of what was shown for deciding.
    case decided(DecidedLine)
    /// A person's reason, or why it failed or was withdrawn: whole, as it is what people ask first.
    case reason(Part)
  }

  package let step: StepID
  package let revision: Revision
  package let width: Int
  package let docket: Docket
  package let preview: Preview
  let reason: String
  let name: String
  package let rows: [Row]
  /// First row of each change.
  package let changeRows: [Int]
  package let isSideBySide: Bool
  let table: TableColumns?
  static let labelWidth = 8
  /// The cells of a mark, a sign, a line's number and a blank.
  let numberWidth: Int
  /// From this width on, changes stand side by side unless the person says otherwise.
  private static let wideEnough = 116

  package init(
    _ loaded: LoadedPreview, step: StepSummary, width: Int, layout: DiffLayout = .unified, isWrapped: Bool = true
  ) {
    self.step = loaded.step
    revision = loaded.revision
    self.width = width
    preview = loaded.preview
    docket = Docket(step)
    let hasBoth = preview.lines.contains { $0.role == .removed } && preview.lines.contains { $0.role == .added }
    let whole = TableColumns(preview, target: step.target)
    // A table that doesn't fit into a half is no table there.
    var highest = 0
    for line in preview.lines where line.number > highest { highest = line.number }
    numberWidth = 3 + max(3, String(highest).count)
    let fits = whole.map { [numberWidth] in $0.width + numberWidth <= (width - 1) / 2 } ?? true
    isSideBySide = hasBoth && fits && (layout == .sideBySide || layout == .automatic && width >= Self.wideEnough)
    // Columns that stand below each other only until a line ends are none.
    let table = isWrapped && !isSideBySide ? whole?.fitted(to: width - numberWidth) : whole
    self.table = table
    name = step.targetInLists
    var rows: [Row] = []
    // Two long names with the same beginning must not look alike.
    if Self.isNamed(step.kind), step.kind.verb.count + 1 + SafeText.width(name) > width - Self.titleRest(step) {
      rows += Self.parts(0, name, width - Self.labelWidth, isWrapped: true).map { .name($0) }
    }
    let isOpen = step.state.isOpen
    // Once it is decided, what the rule says of times to come says nothing any more.
    for (index, line) in docket.lines.enumerated() where isOpen || line.label != "when" {
      rows += Self.parts(index, line.value, width - Self.labelWidth, isWrapped: true).map { .docket($0) }
    }
    if !isOpen, !step.decidedBy.isEmpty || step.state == .expired {
      rows += DecidedLine.lines(step).map { .decided($0) }
    }
    // How a command ended is what people ask of it.
    let tells = Self.hasReason(step.state) || step.kind == .commandRun && step.state == .done
    reason = tells ? step.reason : ""
    if !reason.isEmpty {
      rows += Self.parts(0, reason, width - Self.labelWidth, isWrapped: true).map { .reason($0) }
    }
    rows.append(.rule)
    var builder = Builder(
      preview: preview, table: table, width: width, numberWidth: numberWidth, isWrapped: isWrapped, rows: rows)
    if isSideBySide { builder.addPairs() } else { builder.addLines(0..<preview.lines.count) }
    self.rows = builder.rows
    changeRows = builder.changeRows
  }

  /// What the title has to the right of the name: the level, and where the step stands.
  private static func titleRest(_ step: StepSummary) -> Int {
    let state =
      step.state == .waiting ? (step.expiresAt == nil ? 0 : 20) : SafeText.width(Words.state(step)) + 3
    return step.verdict.level.rawValue.count + 5 + state
  }

  /// A message names its recipients in its body, a command its words.
  private static func isNamed(_ kind: ActionKind) -> Bool {
    switch kind {
    case .mailDraft, .mailSend, .chatSend, .eventAdd, .eventInvite, .contractSend, .personalDataSend, .commandRun: false
    default: true
    }
  }

  private static func hasReason(_ state: StepState) -> Bool {
    switch state {
    case .rejected, .expired, .withdrawn, .discarded, .failed, .unknown: true
    case .proposed, .refused, .permitted, .staged, .waiting, .approved, .kept, .performing, .done, .undone: false
    }
  }

  static func parts(
    _ line: Int, _ text: String, _ width: Int, isWrapped: Bool, number: Int = 0, glyphs: [Glyph]? = nil
  ) -> [Part] {
    let width = max(4, width)
    // Most lines are short and plain: no glyphs are made for them here.
    if glyphs == nil, text.utf8.count <= width, text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) {
      return [Part(line: line, number: number, from: 0, to: text.utf8.count, isContinuation: false, isCut: false)]
    }
    let glyphs = glyphs ?? SafeText.glyphs(text)
    guard isWrapped else {
      var (columns, to) = (0, 0)
      while to < glyphs.count, columns + glyphs[to].width <= width {
        columns += glyphs[to].width
        to += 1
      }
      return [Part(line: line, number: number, from: 0, to: to, isContinuation: false, isCut: to < glyphs.count)]
    }
    var from = 0
    return Wrap.rows(glyphs.map { ($0, Role.text) }, width: width).enumerated().map { index, row in
      defer { from += row.count }
      return Part(line: line, number: number, from: from, to: from + row.count, isContinuation: index > 0, isCut: false)
    }
  }

  /// Lines of the body of which every row is among `seen`, and none was cut.
  package func linesSeen(_ seen: Set<Int>) -> Int {
    // Asked at every paint, of every row: a bit for each line, and no list for a row.
    var isMissing = [Bool](repeating: false, count: preview.lines.count)
    func look(_ part: Part, _ isSeen: Bool) {
      if !isSeen || part.isCut, isMissing.indices.contains(part.line) { isMissing[part.line] = true }
    }
    for index in rows.indices {
      let isSeen = seen.contains(index)
      switch rows[index] {
      case .line(let part): look(part, isSeen)
      case .pair(let old, let new):
        if let old { look(old, isSeen) }
        if let new { look(new, isSeen) }
      case .name, .docket, .rule, .decided, .reason: break
      }
    }
    return isMissing.count { !$0 }
  }

  /// The first row that was not painted, or of which a part is beyond the edge.
  package func firstUnseen(_ seen: Set<Int>) -> Int? {
    rows.indices.first { !seen.contains($0) } ?? rows.indices.first { isCut($0) }
  }

  /// The first row of the body.
  var firstBody: Int? { rows.indices.first { !Self.body(rows[$0]).isEmpty } }

  package func isCut(_ row: Int) -> Bool { rows.indices.contains(row) && Self.body(rows[row]).contains(where: \.isCut) }

  private static func body(_ row: Row) -> [Part] {
    switch row {
    case .line(let part): [part]
    case .pair(let old, let new): [old, new].compactMap { $0 }
    case .name, .docket, .rule, .decided, .reason: []
    }
  }

  /// The row at which a numbered line of the text begins.
  package func row(ofLine number: Int) -> Int? {
    rows.firstIndex { row in Self.body(row).contains { $0.number == number && !$0.isContinuation } }
  }

  package func startsAttachment(_ row: Int) -> Bool {
    guard case .line(let part) = rows[row] else { return false }
    let line = preview.lines[part.line]
    return line.role == .label && line.text.hasPrefix("attached ")
  }
}

/// Rows of the body.
private struct Builder {
  let preview: Preview
  let table: TableColumns?
  let width: Int
  let numberWidth: Int
  let isWrapped: Bool
  var rows: [PreviewRows.Row]
  var changeRows: [Int] = []

  mutating func addLines(_ range: Range<Int>) {
    for index in range {
      let line = preview.lines[index]
      note(line.change)
      let indent = [.context, .removed, .added].contains(line.role) ? numberWidth : 1
      rows += parts(index, width - indent).map { .line($0) }
    }
  }

  private mutating func note(_ change: Int?) {
    if let change, change == changeRows.count { changeRows.append(rows.count) }
  }

  private func parts(_ index: Int, _ width: Int) -> [PreviewRows.Part] {
    // What changes may lie beyond the edge: only what stays as it is is cut there.
    let isChange = preview.lines[index].change != nil
    return PreviewRows.parts(
      index, preview.lines[index].text, width, isWrapped: isWrapped || isChange, number: preview.lines[index].number,
      glyphs: table?.glyphs(preview.lines[index]))
  }

  mutating func addPairs() {
    let half = (width - 1) / 2 - numberWidth
    var index = 0
    // A line both texts have stands further down in the new one.
    var shift = 0
    while index < preview.lines.count {
      let line = preview.lines[index]
      switch line.role {
      case .context:
        let pieces = parts(index, half)
        rows += pieces.map { part in
          var right = part
          right.number += shift
          return .pair(part, right)
        }
        index += 1
      case .removed, .added:
        note(line.change)
        let end =
          preview.lines[index...].firstIndex { $0.change != line.change || ![.removed, .added].contains($0.role) }
          ?? preview.lines.count
        let old = (index..<end).filter { preview.lines[$0].role == .removed }
        let new = (index..<end).filter { preview.lines[$0].role == .added }
        for place in 0..<max(old.count, new.count) {
          let left = place < old.count ? parts(old[place], half) : []
          let right = place < new.count ? parts(new[place], half) : []
          for row in 0..<max(left.count, right.count) {
            rows.append(.pair(row < left.count ? left[row] : nil, row < right.count ? right[row] : nil))
          }
        }
        shift += new.count - old.count
        index = end
      case .label, .content, .warning, .gap:
        // Below a heading other texts begin, with lines of their own.
        if line.role == .label || line.role == .warning { shift = 0 }
        addLines(index..<(index + 1))
        index += 1
      }
    }
  }
}

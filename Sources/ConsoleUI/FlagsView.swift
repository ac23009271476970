import CellScreen
import Domain
import EffectPreview

enum FlagsView {
  static func drawList(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    let flags = model.flags
    let changed = flags.count(where: \.isRelevelled)
    let isNarrow = region.width < 60
    var counts = Finding.Level.allCases.compactMap { level -> String? in
      let count = flags.count { $0.level == level }
      return count == 0 ? nil : isNarrow ? "\(count)\(level.letter)" : "\(count) \(level.word)"
    }
    if changed > 0 { counts.append("\(changed) changed\(isNarrow ? "" : " by people")") }
    frame.pane(
      region, [Span("Flags ", .title), Span(counts.joined(separator: isNarrow ? " " : " · "), .dim)], model,
      isFocused: model.pane == .list)
    let inner = region.inner
    let here = flags.firstIndex { $0.id == model.finding } ?? 0
    let top = ListRows.top(here: here, count: flags.count, height: inner.height)
    for line in 0..<min(inner.height, flags.count - top) {
      let row = flags[top + line]
      let isSelected = row.id == model.finding
      let (sign, role) = Marks.mark(
        model.mark(of: row), isPartial: row.isInPart, ascii: model.isASCII)
      // Where there is little room the letter says it, and leaves some for the document.
      let level = isNarrow ? row.level.letter : row.level.word
      let gap = String(repeating: " ", count: isNarrow ? 1 : max(1, 8 - level.count))
      frame.putCut(
        [
          Span(isSelected ? (model.isASCII ? ">" : "▶") : " ", .key), Span("\(sign) ", role),
          Span(level, Marks.flag(row.level)), Span(gap, .text), Span(row.isRelevelled ? "* " : "", .key),
          Span("\(row.finding.clause)  ", .text), Span(isNarrow ? row.stem : name(row.finding.document), .dim),
        ], x: inner.x, y: inner.y + line, limit: inner.width)
      if isSelected { frame.paint(.selected, x: inner.x, y: inner.y + line, width: inner.width) }
    }
    frame.more(region, flags.count - top - inner.height, "below", above: top, ascii: model.isASCII)
  }

  /// The file's name; its folders stand on the card.
  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// - Returns: the rows of the card that are on the screen; nil where it is not drawn.
  static func drawCard(_ model: Model, _ region: Region, _ frame: inout Frame) -> Range<Int>? {
    guard region.width > 8 else { return nil }
    frame.pane(region, [Span("Clause", .title)], model, isFocused: model.pane == .preview)
    guard let row = model.currentFinding else { return nil }
    let paragraphs = card(row, model.settledCopies[row.finding.document], hasCopy: model.hasCopy(row))
    Card.draw(paragraphs, model, region, &frame)
    let count = rowCount(paragraphs, region.width - 4)
    let top = max(0, min(model.cardScroll, count - region.inner.height))
    return top..<min(count, top + region.inner.height)
  }

  /// Lines of a text with some of its scalars in another role.
  private static func spans(_ text: String, _ role: Role, _ marks: [Range<Int>], _ marked: Role) -> [[Span]] {
    var (lines, run, isMarked): ([[Span]], String, Bool) = ([[]], "", false)
    func flush() {
      if !run.isEmpty { lines[lines.count - 1].append(Span(run, isMarked ? marked : role)) }
      run = ""
    }
    for (offset, scalar) in text.unicodeScalars.enumerated() {
      if scalar == "\n" {
        flush()
        lines.append([])
        continue
      }
      let here = marks.contains { $0.contains(offset) }
      if here != isMarked {
        flush()
        isMarked = here
      }
      run.unicodeScalars.append(scalar)
    }
    flush()
    return lines
  }

  /// The first row, down to the redline's end, that has not been on the screen: a yes keeps words that were read.
  static func unseenRow(_ row: FindingRow, width: Int, seen: Set<Int>) -> Int? {
    let paragraphs = card(row)
    let label = paragraphs.firstIndex { isRedlineLabel($0.first?.text ?? "") }
    let lines = row.wording.split(separator: "\n", omittingEmptySubsequences: false).count
    let wanted = label.map { paragraphs.prefix($0 + 1 + lines) } ?? paragraphs[...]
    return (0..<rowCount(Array(wanted), width - 4)).first { !seen.contains($0) }
  }

  private static func isRedlineLabel(_ text: String) -> Bool {
    text.hasPrefix("suggested redline") || text.hasPrefix("redline, ")
  }

  private static func rowCount(_ paragraphs: [[Span]], _ width: Int) -> Int {
    paragraphs.reduce(0) { $0 + Wrap.rows($1, width: width).count }
  }

  /// The clause card, field by field; each entry is one paragraph.
  private static func card(_ row: FindingRow, _ copy: StepSummary? = nil, hasCopy: Bool = true) -> [[Span]] {
    let finding = row.finding
    let place =
      finding.firstLine == 0
      ? "missing from the document"
      : finding.lastLine <= finding.firstLine
        ? "line \(finding.firstLine)" : "lines \(finding.firstLine)–\(finding.lastLine)"
    var out: [[Span]] = [
      [
        Span("\(row.level.word)  ", Marks.flag(row.level)), Span(finding.clause, .title),
        Span("  \(finding.document), \(place)", .dim),
      ]
    ]
    if let human = row.humanLevel {
      out.append([
        Span("level  ", .dim),
        Span("\(finding.level.word) by the agent, \(human.word) by \(row.levelBy): \(row.levelReason)", .key),
      ])
    }
    if !row.hasRedline, row.mark != .undecided {
      let word = row.mark == .keep ? "agreed by \(row.redlineBy)" : "\(row.redlineBy) disagrees: \(row.markReason)"
      out.append([Span("word   ", .dim), Span(word, .key)])
    }
    if let gap = row.gap { out.append([Span("incomplete: \(gap)", .warning)]) }
    func field(_ name: String, _ text: String, _ role: Role, _ marks: [Range<Int>] = [], _ marked: Role = .text) {
      guard !text.isEmpty else { return }
      out.append([Span("", .text)])
      out.append([Span(name, .dim)])
      out += spans(text, role, marks, marked)
    }
    // The difference is marked in both: what the redline takes away, what it puts in.
    let marks = row.hasRedline && finding.firstLine > 0 ? Preview.wordMarks(finding.text, row.wording) : nil
    field("the clause says", finding.text, .context, marks?.old ?? [], .removedWord)
    field("why (the agent’s words)", Claims.quoted(finding.why), .claim)
    field("standard position", finding.standard, .text)
    let said = row.markReason.isEmpty ? "" : ": \(row.markReason)"
    let word = row.mark == .undecided ? "" : "\(row.mark == .keep ? " — kept" : " — discarded")\(said)"
    let isOut = row.mark == .discard
    let whose =
      !row.isRewritten
      ? "suggested redline"
      : row.isInPart
        ? "redline, what is left of it" : "redline, \(finding.redline.isEmpty ? "" : "re")written by \(row.redlineBy)"
    field("\(whose)\(word)", row.wording, isOut ? .dim : .added, isOut ? [] : marks?.new ?? [], .addedWord)
    if row.hasRedline, !hasCopy {
      out.append([Span("no copy was prepared that holds it: a yes agrees with it, and changes no file", .warning)])
    }
    if let copy, !row.wording.isEmpty {
      let why = copy.reason.isEmpty || copy.state == .done ? "" : ": \(copy.reason)"
      let fate = copy.state == .done ? "in place" : copy.state.word
      out.append([
        Span("copy   ", .dim), Span("\(copy.target) is \(fate)\(why)", copy.state == .done ? .text : .warning),
      ])
    }
    field("fallback", finding.fallback, .text)
    field("business impact", finding.impact, .text)
    out.append([Span("", .text)])
    out.append([
      Span(
        finding.isMustHave.map { $0 ? "must-have" : "nice-to-have" } ?? "must-have or not: the agent does not say",
        finding.isMustHave == true ? .warning : .dim),
      Span(finding.escalation.isEmpty ? "" : " · escalate to \(finding.escalation)", .text),
    ])
    return out
  }
}

import CellScreen
import Domain

enum FlagsView {
  static func drawList(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    let flags = model.flags
    let counts = Finding.Level.allCases.map { level in "\(flags.count { $0.level == level }) \(level.word)" }
    frame.pane(
      region, [Span("Flags ", .title), Span(counts.joined(separator: " · "), .dim)], model,
      isFocused: model.pane == .list)
    let inner = region.inner
    let here = flags.firstIndex { $0.id == model.finding } ?? 0
    let top = ListRows.top(here: here, count: flags.count, height: inner.height)
    for line in 0..<min(inner.height, flags.count - top) {
      let row = flags[top + line]
      let isSelected = row.id == model.finding
      let (sign, role) = Marks.mark(row.mark, isPartial: false, ascii: model.isASCII)
      let level = row.level.word + String(repeating: " ", count: max(0, 8 - row.level.word.count))
      frame.putCut(
        [
          Span(isSelected ? (model.isASCII ? ">" : "▶") : " ", .key), Span("\(sign) ", role),
          Span(level, Marks.flag(row.level)), Span(row.humanLevel == nil ? "" : "* ", .key),
          Span("\(row.finding.clause)  ", .text), Span(name(row.finding.document), .dim),
        ], x: inner.x, y: inner.y + line, limit: inner.width)
      if isSelected { frame.paint(.selected, x: inner.x, y: inner.y + line, width: inner.width) }
    }
    frame.more(region, flags.count - top - inner.height, "below", ascii: model.isASCII)
  }

  /// The file's name; its folders stand on the card.
  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  static func drawCard(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 8 else { return }
    frame.pane(region, [Span("Clause", .title)], model, isFocused: model.pane == .preview)
    guard let row = model.currentFinding else { return }
    Card.draw(card(row), model, region, &frame)
  }

  /// The clause card, field by field; each entry is one paragraph.
  private static func card(_ row: FindingRow) -> [[Span]] {
    let finding = row.finding
    let place = finding.firstLine == 0 ? "missing from the document" : "lines \(finding.firstLine)–\(finding.lastLine)"
    var out: [[Span]] = [
      [
        Span("\(row.level.word)  ", Marks.flag(row.level)), Span(finding.clause, .title),
        Span("  \(finding.document), \(place)", .dim),
      ]
    ]
    if let human = row.humanLevel {
      out.append([
        Span("level  ", .dim),
        Span("\(finding.level.word) by the agent, \(human.word) by \(row.decidedBy): \(row.levelReason)", .key),
      ])
    }
    if let gap = finding.gap { out.append([Span("incomplete: \(gap)", .warning)]) }
    func field(_ name: String, _ text: String, _ role: Role) {
      guard !text.isEmpty else { return }
      out.append([Span("", .text)])
      out.append([Span(name, .dim)])
      out += text.split(separator: "\n", omittingEmptySubsequences: false).map { [Span(String($0), role)] }
    }
    field("the clause says", finding.text, .context)
    field("why (the agent’s words)", Claims.quoted(finding.why), .claim)
    field("standard position", finding.standard, .text)
    let word = row.mark == .undecided ? "" : row.mark == .keep ? " — kept" : " — discarded"
    field("suggested redline\(word)", finding.redline, row.mark == .discard ? .dim : .added)
    field("fallback", finding.fallback, .text)
    field("business impact", finding.impact, .text)
    out.append([Span("", .text)])
    out.append([
      Span(finding.isMustHave ? "must-have" : "nice-to-have", finding.isMustHave ? .warning : .dim),
      Span(finding.escalation.isEmpty ? "" : " · escalate to \(finding.escalation)", .text),
    ])
    return out
  }
}

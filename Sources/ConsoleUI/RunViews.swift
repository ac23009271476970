import CellScreen
import Domain

enum QueueView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    frame.pane(region, [Span("Queue", .title)], model, isFocused: model.pane == .list)
    let inner = region.inner
    guard !model.queue.isEmpty else {
      let words =
        switch model.run?.state ?? .starting {
        case .starting where model.hasHost: "the agent is starting…"
        case .live where model.hasHost: "the agent is at work; nothing is proposed yet"
        default: "no steps"
        }
      for (index, row) in Wrap.rows([Span(words, .dim)], width: inner.width - 2).prefix(inner.height).enumerated() {
        frame.put(row, x: inner.x + 1, y: inner.y + index, limit: inner.width - 2)
      }
      return
    }
    let here = model.selection.flatMap { model.queueIndex[$0] } ?? 0
    let top = ListRows.top(here: here, count: model.queue.count, height: inner.height)
    for line in 0..<min(inner.height, model.queue.count - top) {
      row(model, model.queue[top + line], inner, inner.y + line, &frame)
    }
    frame.more(region, model.queue.count - top - inner.height, "below", above: top, ascii: model.isASCII)
  }

  private static func row(_ model: Model, _ row: QueueRow, _ inner: Region, _ y: Int, _ frame: inout Frame) {
    switch row {
    case .heading(let title, let status, let done, let total):
      let sign =
        status == .completed ? (model.isASCII ? "v" : "✓") : status == .inProgress ? (model.isASCII ? ">" : "▸") : " "
      let count = total == 0 ? "" : " \(done)/\(total)"
      let width = SafeText.width(count)
      frame.putCut([Span("\(sign) ", .dim), Span(title, .title)], x: inner.x, y: y, limit: inner.width - width - 1)
      frame.put(count, .dim, x: inner.x + inner.width - width, y: y, limit: width)
    case .forecast(let entry):
      let level = entry.forecast ?? .watched
      frame.putCut(
        [
          Span("  \(model.isASCII ? ":" : "░") ", .forecast),
          Span("   \(level.letter) \(entry.intendedKind) \(entry.intendedTarget)", .forecast),
        ],
        x: inner.x, y: y, limit: inner.width)
    case .step(let id): if let step = model.steps[id] { self.step(model, step, inner, y, &frame) }
    }
  }

  private static func step(_ model: Model, _ step: StepSummary, _ inner: Region, _ y: Int, _ frame: inout Frame) {
    let isSelected = step.id == model.selection
    let (sign, role) = Marks.state(step, ascii: model.isASCII)
    let number = String(step.number.value)
    let worst = model.findings.filter { $0.finding.document == step.target && $0.level != .green }.map(\.level).min()
    var spans = [
      Span(isSelected ? (model.isASCII ? ">" : "▶") : " ", .key), Span("\(sign) ", role),
      Span(String(repeating: " ", count: max(0, 2 - number.count)) + number, .dim),
      Span(" \(step.verdict.level.letter) ", Marks.level(step.verdict.level)),
      Span(step.kind.verb + String(repeating: " ", count: max(1, 7 - step.kind.verb.count)), .text),
    ]
    let isQuiet = step.state.isOver || step.kind.isRead
    let taken = spans.reduce(0) { $0 + SafeText.width($1.text) }
    var tail: [Span] = []
    if step.kind != .fileRead, let worst {
      tail += [Span(" ", .text), Span("\(model.isASCII ? "f" : "⚑")\(worst.letter)", Marks.flag(worst))]
    }
    if !step.reach.warnings.isEmpty, !step.state.isOver { tail.append(Span(model.isASCII ? " !" : " ⚠", .warning)) }
    if step.reach.goesOut, !step.state.isOver { tail.append(Span(model.isASCII ? " ^" : " ↗", .warning)) }
    if step.state == .approved, let due = step.dueAt {
      let left = inner.width < 46 ? Standing.shortly(due, model) : Standing.left(due, model)
      tail.append(Span(" \(model.run?.isPaused == true ? "held" : left)", .warning))
    }
    if model.skipped.contains(step.id), step.state == .waiting { tail.append(Span(" skipped", .dim)) }
    let tailWidth = tail.reduce(0) { $0 + SafeText.width($1.text) }
    spans.append(Span(Words.target(step, columns: inner.width - tailWidth - taken), isQuiet ? .dim : .text))
    frame.putCut(spans, x: inner.x, y: y, limit: inner.width - tailWidth)
    frame.put(tail, x: inner.x + inner.width - tailWidth, y: y, limit: tailWidth)
    if isSelected { frame.paint(.selected, x: inner.x, y: y, width: inner.width) }
  }
}

enum PreviewView {
  static func draw(_ model: Model, _ layout: Layout, _ drawing: inout Drawing) {
    let region = layout.preview
    guard region.width > 8 else { return }
    drawing.frame.pane(region, [Span("Preview", .title)], model, isFocused: model.pane == .preview)
    let inner = region.inner
    guard let step = model.current else {
      let hint = model.run?.state.isOver == true ? "the run is over; \(model.run?.note ?? "")" : "nothing is selected"
      for (index, row) in Wrap.rows([Span(hint, .dim)], width: inner.width - 2).prefix(inner.height).enumerated() {
        drawing.frame.put(row, x: inner.x + 1, y: inner.y + index, limit: inner.width - 2)
      }
      return
    }
    title(model, step, inner, &drawing.frame)
    guard let rows = model.rows, rows.step == step.id, rows.revision == step.revision else {
      drawing.frame.put("reading…", .dim, x: inner.x + 1, y: inner.y + 1, limit: inner.width)
      return
    }
    let area = layout.previewText
    let end = min(rows.rows.count, model.previewScroll + area.height)
    for index in model.previewScroll..<max(end, model.previewScroll) {
      drawing.frame.put(
        rows.glyphs(
          index, discarded: step.discardedChanges,
          currentChange: rows.changeRows.count > 1 && !(model.view == .review && model.pane == .list)
            ? model.change : nil,
          decided: { Words.decided($0, step, model) }, ascii: model.isASCII), x: area.x,
        y: area.y + index - model.previewScroll, limit: area.width)
    }
    drawing.frame.more(region, rows.rows.count - end, "rows", ascii: model.isASCII)
    if rows.changeRows.count > 1 {
      drawing.frame.put(
        " change \(min(model.change + 1, rows.changeRows.count)) of \(rows.changeRows.count) ", .dim, x: region.x + 2,
        y: region.y + region.height - 1, limit: region.width - 20)
    }
    drawing.painted.step = step.id
    drawing.painted.revision = step.revision
    drawing.rows = model.previewScroll..<max(end, model.previewScroll)
  }

  private static func title(_ model: Model, _ step: StepSummary, _ inner: Region, _ frame: inout Frame) {
    let level = step.verdict.level
    var right = [Span(" \(level.letter) \(level.rawValue) ", Marks.level(level))]
    if let row = model.unheard(of: step) {
      right.append(Span("· flag changed by \(row.levelBy) ", .warning))
    } else if step.state == .waiting, let end = step.expiresAt {
      let left = end.milliseconds - model.time.milliseconds
      right.append(Span("· a no in \(TimeLength.words(left)) ", left < 60_000 ? .danger : .warning))
    } else if step.state != .waiting {
      right.append(Span("· \(Words.state(step, isPaused: model.run?.isPaused == true)) ", .dim))
    }
    let width = right.reduce(0) { $0 + SafeText.width($1.text) }
    frame.putCut(
      [Span("\(step.kind.verb.uppercased()) ", .title), Span(step.target, .title)], x: inner.x + 1, y: inner.y,
      limit: inner.width - width - 2)
    frame.put(right, x: inner.x + inner.width - width, y: inner.y, limit: width)
  }
}

enum TrailView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2, region.height > 2 else { return }
    let line = model.isASCII ? "-" : "─"
    let state = check(model)
    let scope = model.isStepTrail ? "Audit trail of this step" : "Audit trail"
    frame.pane(
      region, [Span("\(scope) \(line) ", .title), state, Span(" · \(Words.count(model.leafCount)) entries", .dim)],
      model,
      isFocused: model.pane == .trail)
    let inner = region.inner
    let lines = model.trail.suffix(inner.height)
    for (offset, entry) in lines.enumerated() {
      row(model, entry, inner, inner.y + offset, &frame)
    }
  }

  static func check(_ model: Model) -> Span {
    switch model.check {
    case .checking(let percent): Span("checking \(percent) %\(left(percent, model))", .warning)
    case .intact: Span("intact", .good)
    case .broken(let why): Span("BROKEN: \(why)", .danger)
    }
  }

  /// How long the check will go on, where that is worth a word.
  private static func left(_ percent: Int, _ model: Model) -> String {
    guard let since = model.checkSince, percent >= 5 else { return "" }
    let left = (model.time.milliseconds - since.milliseconds) * Int64(100 - percent) / Int64(percent)
    return left < 3_000 ? "" : ", about \(TimeLength.words(left)) left"
  }

  private static func who(_ entry: TrailLine) -> String {
    switch entry.actorKind {
    case "person": entry.actor
    case "performer": "ringi"
    default: entry.actorKind
    }
  }

  /// Words that no agent said but a step brought back: `#4` and `printed`.
  private static func source(_ entry: TrailLine) -> (who: String, deed: String)? {
    let parts = entry.actor.split(separator: " ")
    guard entry.actorKind == "agent", parts.count == 2, parts[0].first == "#",
      parts[0].dropFirst().allSatisfy(\.isNumber),
      parts[1] == "printed" || parts[1] == "answered"
    else { return nil }
    return (String(parts[0]), String(parts[1]))
  }

  /// - Parameter isDeskWide: entries of other days and runs stand among them.
  static func row(
    _ model: Model, _ entry: TrailLine, _ inner: Region, _ y: Int, isDeskWide: Bool = false, _ frame: inout Frame
  ) {
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - SafeText.width(text)))
    }
    let isBad = ["refused", "rejected", "failed", "lost", "withdrawn", "unknown"].contains(entry.event)
    let words = entry.event == "said"
    let source = words ? source(entry) : nil
    // In another system nothing is rolled back: it was not done.
    let event = entry.event == "rolled back" && !entry.kind.hasPrefix("file.") ? "not done" : entry.event
    let day = entry.time.date(offset: model.zone)
    let isOld = isDeskWide && day != model.time.date(offset: model.zone)
    let place = isDeskWide ? padded(entry.run.map { "run \($0)" } ?? "desk", 7) : ""
    var spans = [
      Span(" \(isOld ? "\(day.suffix(5)) " : "")\(entry.time.clock(offset: model.zone)) \(place)", .dim),
      Span("#\(entry.index.value) ", .dim),
      Span(padded(source?.who ?? who(entry), 8), entry.actorKind == "person" ? .key : .text),
      Span(padded(source?.deed ?? event, 10), isBad ? .danger : .text),
    ]
    if words {
      // A quotation in it ends no quotation of ours.
      let said = Claims.quoted(entry.note).replacing("“", with: "‘").replacing("”", with: "’")
      spans.append(Span("“\(said)”", .claim))
    } else {
      let step = entry.step.map { "#\($0) " } ?? ""
      let what = "\(step)\(entry.kind) \(entry.target)"
      // What is of no step has its words at once.
      if what != " " { spans.append(Span(padded(what, min(60, inner.width / 2)), .text)) }
      spans.append(Span(entry.note, .dim))
    }
    frame.putCut(spans, x: inner.x, y: y, limit: inner.width)
  }
}

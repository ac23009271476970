import CellScreen
import Domain

/// The wall of runs, and below or beside it the selected run, incidents and signs.
enum LiveView {
  private struct Column {
    let title: String
    let width: Int
    let isRight: Bool
    let cell: (RunActivity, Model) -> Span
  }

  static func drawList(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    let runs = model.wall?.runs ?? []
    let live = runs.count(where: \.hasHost)
    let waiting = runs.reduce(0) { $0 + $1.summary.counts.waiting }
    frame.pane(
      region,
      [
        Span("Live ", .title), Span("\(live) live · \(waiting) waiting on the desk · trail ", .dim),
        TrailView.check(model), Span(" ", .dim),
      ], model,
      isFocused: model.pane == .list)
    let inner = region.inner
    guard model.wall != nil else {
      frame.put(" reading…", .dim, x: inner.x, y: inner.y, limit: inner.width)
      return
    }
    let columns = columns(
      inner.width - 2, hasBudgets: runs.contains { $0.budget != nil },
      hasHeld: runs.contains { $0.summary.counts.held > 0 })
    var x = inner.x + 2
    for column in columns {
      let title = column.isRight ? padLeft(column.title, column.width) : column.title
      frame.put(title, .dim, x: x, y: inner.y, limit: column.width)
      x += column.width + 1
    }
    let height = inner.height - 1
    let here = runs.firstIndex { $0.summary.id == model.liveSelection } ?? 0
    let top = ListRows.top(here: here + 1, count: runs.count + 1, height: inner.height)
    for line in 0..<max(0, min(height, runs.count - top)) {
      let run = runs[top + line]
      let y = inner.y + 1 + line
      let isSelected = run.summary.id == model.liveSelection
      frame.put(isSelected ? (model.isASCII ? ">" : "▶") : " ", .key, x: inner.x, y: y, limit: 1)
      var x = inner.x + 2
      for column in columns {
        let span = column.cell(run, model)
        let text = column.isRight ? padLeft(span.text, column.width) : span.text
        frame.putCut([Span(text, run.summary.state.isOver ? .dim : span.role)], x: x, y: y, limit: column.width)
        x += column.width + 1
      }
      if isSelected { frame.paint(.selected, x: inner.x, y: y, width: inner.width) }
    }
    frame.more(region, runs.count - top - height, "below", above: top, ascii: model.isASCII)
  }

  private static func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - SafeText.width(text))) + text
  }

  /// The columns that fit, in the order of the screen; the last to be added are the first to go.
  private static func columns(_ width: Int, hasBudgets: Bool, hasHeld: Bool) -> [Column] {
    let budget = Column(title: "budget", width: 7, isRight: true) { run, _ in
      guard let budget = run.budget else { return Span("", .dim) }
      return Span(budget.percent, budget.share > 1 ? .danger : budget.share >= 0.8 ? .warning : .dim)
    }
    // Approved for a time to come: it goes, though nothing waits.
    let held = Column(title: "held", width: 4, isRight: true) { run, _ in
      Span("\(run.summary.counts.held)", run.summary.counts.held > 0 ? .warning : .dim)
    }
    let all: [(rank: Int, column: Column)] =
      [
        (0, Column(title: "run", width: 4, isRight: true) { run, _ in Span(run.summary.id.description, .dim) }),
        (0, Column(title: "workspace", width: 17, isRight: false) { run, _ in Span(run.summary.workspace, .text) }),
        (4, Column(title: "agent", width: 12, isRight: false) { run, _ in Span(run.summary.agent, .text) }),
        (
          5,
          Column(title: "grade", width: 8, isRight: false) { run, _ in
            Span(run.summary.grade.rawValue, run.summary.grade == .weak ? .warning : .dim)
          }
        ),
        (0, Column(title: "state", width: 9, isRight: false, cell: state)),
        (6, Column(title: "by", width: 8, isRight: false) { run, _ in Span(run.summary.startedBy, .dim) }),
        (
          3,
          Column(title: "steps a minute", width: 15, isRight: false) { run, model in
            Span(sparkline(run.perMinute, ascii: model.isASCII), .autonomous)
          }
        ),
        (
          0,
          Column(title: "waits", width: 5, isRight: true) { run, _ in
            Span("\(run.summary.counts.waiting)", run.summary.counts.waiting > 0 ? .watched : .dim)
          }
        ),
        (
          0,
          Column(title: "oldest", width: 7, isRight: true) { run, model in
            Span(run.oldestWait.map { TimeLength.words(model.time.milliseconds - $0.milliseconds) } ?? "", .warning)
          }
        ),
        (
          1,
          Column(title: "prepared", width: 8, isRight: true) { run, _ in
            Span("\(run.summary.counts.prepared)", run.summary.counts.prepared > 0 ? .batched : .dim)
          }
        ),
        (7, Column(title: "done", width: 5, isRight: true) { run, _ in Span("\(run.summary.counts.done)", .text) }),
        (
          2,
          Column(title: "refused", width: 7, isRight: true) { run, _ in
            Span("\(run.summary.counts.refused)", run.summary.counts.refused > 0 ? .forbidden : .dim)
          }
        ),
      ] + (hasBudgets ? [(3, budget)] : []) + (hasHeld ? [(0, held)] : [])
    var limit = all.map(\.rank).max() ?? 0
    func fits(_ limit: Int) -> Bool { all.filter { $0.rank <= limit }.reduce(0) { $0 + $1.column.width + 1 } <= width }
    while limit > 0, !fits(limit) { limit -= 1 }
    return all.filter { $0.rank <= limit }.map(\.column)
  }

  private static func state(_ run: RunActivity, _ model: Model) -> Span {
    let summary = run.summary
    let isAlone = !run.hasHost && summary.state == .live
    if summary.isPaused, !summary.state.isOver, !isAlone {
      return Span("paused", summary.pausedWhy.isEmpty ? .warning : .danger)
    }
    if !summary.failureWords.isEmpty { return Span("failed", .danger) }
    switch summary.state {
    // A host needs a moment to take its lock.
    case .starting where model.time.milliseconds - summary.startedAt.milliseconds < 5_000:
      return Span("starting", .good)
    case .starting, .live: return run.hasHost ? Span(summary.state.rawValue, .good) : Span("no host", .danger)
    case .review where summary.isStopped: return Span("stopped", .warning)
    case .review where !run.hasHost && summary.lostItsHost: return Span("host gone", .warning)
    case .review: return Span("review", .batched)
    case .lost: return Span("lost", .danger)
    case .finished, .closed: return Span(summary.stateWord, summary.isStopped ? .warning : .dim)
    }
  }

  /// One glyph a minute; an empty minute is a dot, so that a gap is seen as one.
  static func sparkline(_ counts: [Int], ascii: Bool) -> String {
    let most = max(1, counts.max() ?? 1)
    let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return counts.map { count in
      if count == 0 { return ascii ? "." : "·" }
      return ascii ? String(min(9, count)) : bars[min(7, (count * 8 - 1) / most)]
    }.joined()
  }

  // MARK: the card

  static func drawCard(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 8 else { return }
    frame.pane(region, [Span("Incidents, signs, this run", .title)], model, isFocused: model.pane == .preview)
    Card.draw(lines(model), model, region, &frame)
  }

  private static func lines(_ model: Model) -> [[Span]] {
    guard let wall = model.wall else { return [] }
    var out: [[Span]] = []
    let open = wall.incidents.filter(\.isOpen)
    out.append([Span("Incidents ", .title), Span(open.isEmpty ? "none open" : "\(open.count) open", .dim)])
    for incident in open { out.append(clock(incident, model)) }
    for incident in wall.incidents.filter({ !$0.isOpen }).prefix(3) {
      out.append([
        Span("  \(incident.id) ", .dim), Span(incident.what, .text),
        Span(" — closed by \(incident.closedBy): \(incident.outcome)", .dim),
      ])
    }
    out.append([])
    out.append([Span("Signs in the last day ", .title), Span(wall.anomalies.isEmpty ? "none" : "", .dim)])
    for anomaly in wall.anomalies.prefix(12) { out.append(sign(anomaly, model)) }
    if let run = model.wantedRun {
      out.append([])
      out.append([Span("Run \(run.id) ", .title), Span("\(run.workspace), started by \(run.startedBy)", .dim)])
      out.append([
        Span("  goal  ", .dim),
        Span(Claims.quoted(run.goal.split(whereSeparator: \.isNewline).joined(separator: " ")), .text),
      ])
      out.append([Span("  agent ", .dim), Span("\(run.agent) (\(run.trust))", .text)])
      if run.isPaused, !run.pausedWhy.isEmpty, !run.state.isOver {
        let key = model.keymap.name(.pause)
        out.append([Span("  paused ", .dim), Span("\(run.pausedWhy); \(key) lets it go on", .danger)])
      }
      if let budget = wall.runs.first(where: { $0.summary.id == run.id })?.budget {
        out.append([
          Span("  budget ", .dim), Span("\(budget.words) ", budget.share >= 1 ? .warning : .text),
          Span(budget.rule, .dim),
        ])
      }
      if !run.note.isEmpty { out.append([Span("  note  ", .dim), Span(run.note, .warning)]) }
    }
    let score = wall.score
    if score.decisions > 0 {
      out.append([])
      out.append([Span("You, in the last day ", .title), Span("for your own eyes", .dim)])
      out.append([
        Span(
          "  \(score.decisions >= 2_000 ? "the last 2 000" : "\(score.decisions)") decisions · \(score.approved * 100 / score.decisions) % yes · median \(TimeLength.words(score.median))",
          .text),
        Span(score.unseen == 0 ? "" : " · \(score.unseen) from a list or by number", .warning),
        Span(
          score.unread == 0 ? " · none faster than reading" : " · \(score.unread) faster than reading",
          score.unread == 0 ? .dim : .warning),
      ])
    }
    return out
  }

  private static func clock(_ incident: Incident, _ model: Model) -> [Span] {
    let left = incident.left(at: model.time)
    let place = incident.run.map { " run \($0)\(incident.step.map { ".\($0)" } ?? "")" } ?? ""
    let words = left > 0 ? "\(TimeLength.words(left)) left to tell the CTO" : "OVER by \(TimeLength.words(-left))"
    return [
      Span("  \(model.isASCII ? "!" : "⚑") \(incident.id)\(place) ", .danger),
      Span(words, left > 0 ? .warning : .danger),
      Span("  by \(incident.raisedBy): ", .dim), Span(incident.what, .text),
    ]
  }

  private static func sign(_ anomaly: Anomaly, _ model: Model) -> [Span] {
    let words: String =
      switch anomaly.sign {
      case .refusalBurst: "\(anomaly.count) refusals, three or more within 10 minutes"
      case .outsideFolders: "\(anomaly.count) attempt\(anomaly.count == 1 ? "" : "s") outside the folders"
      case .fasterThanReading:
        "\(anomaly.person) approved \(anomaly.count) faster than \(anomaly.count == 1 ? "it" : "they") can be read"
      case .oddHours: "\(anomaly.person) decided \(anomaly.count) between 22:00 and 6:00"
      }
    return [
      Span("  \(anomaly.at.clock(offset: model.zone).prefix(5)) run \(anomaly.run) ", .dim), Span(words, .warning),
    ]
  }
}

/// Paragraphs in a pane, wrapped and scrolled by `cardScroll`.
enum Card {
  static func draw(_ paragraphs: [[Span]], _ model: Model, _ region: Region, scroll: Int? = nil, _ frame: inout Frame) {
    let inner = Region(x: region.x + 2, y: region.y + 1, width: region.width - 4, height: region.height - 2)
    let lines = paragraphs.flatMap { Wrap.rows($0, width: inner.width) }
    let top = max(0, min(scroll ?? model.cardScroll, lines.count - inner.height))
    for (offset, line) in lines[top...].prefix(inner.height).enumerated() {
      frame.put(line, x: inner.x, y: inner.y + offset, limit: inner.width)
    }
    frame.more(region, lines.count - top - inner.height, "rows", ascii: model.isASCII)
  }
}

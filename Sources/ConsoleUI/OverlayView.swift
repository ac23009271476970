import CellScreen
import Domain

/// Questions over the view. What is asked stands in Ringi's own words; agents' words are quoted.
enum OverlayView {
  static func draw(_ model: Model, _ frame: inout Frame) {
    guard let overlay = model.overlay else { return }
    switch overlay {
    case .reason(let purpose, let field): reason(model, purpose, field, &frame)
    case .editor(_, _, let field): editor(model, field, &frame)
    case .search(let field): line(model, "search", field, "Enter finds · Esc back", &frame)
    case .palette(let field): palette(model, field, &frame)
    case .filter(let field): line(model, "filter", field, "Enter keeps it · Esc back", &frame)
    case .level(let id, let isForKind): level(model, id, isForKind, &frame)
    case .finish: finish(model, &frame)
    case .bulk(let ids): bulk(model, ids, &frame)
    case .confirm(let what): confirm(model, what, &frame)
    }
  }

  private static func confirm(_ model: Model, _ what: Confirmation, _ frame: inout Frame) {
    switch what {
    case .stop(let run):
      dialog(
        model, "Stop run \(run)?", [[Span("What waits is withdrawn; what is prepared can still be reviewed.", .text)]],
        "a stop run \(run) · Esc back", &frame)
    case .stopAll(let count):
      dialog(
        model, "Stop all runs?",
        [[Span("\(count) run\(count == 1 ? "" : "s") with a live host. What waits in them is withdrawn.", .warning)]],
        "a stop all \(count) · Esc back", &frame)
    case .revoke(let word):
      dialog(
        model, "Revoke \(StandingApproval.origin) \(word.id)?",
        [
          [
            Span(
              "\(word.kind.rawValue) in run \(word.run) is judged by the policy alone from now on; what it has decided stays decided.",
              .text)
          ]
        ], "a revoke · Esc back", &frame)
    }
  }

  private static func level(_ model: Model, _ id: StepID, _ isForKind: Bool, _ frame: inout Frame) {
    guard let step = model.steps[id] else { return }
    let words = ["done and recorded", "prepared, reviewed at the end", "a person approves each", "refused"]
    var lines: [[Span]] = [
      [
        Span(isForKind ? "(•) " : "( ) ", .key), Span("every \(step.kind.rawValue) from now on in this run", .text),
      ],
      [Span(isForKind ? "( ) " : "(•) ", .key), Span("only #\(step.number), \(step.kind.verb) \(step.target)", .text)],
      [],
    ]
    for (index, level) in TrustLevel.allCases.enumerated() {
      lines.append([
        Span("\(index + 1)  ", .key), Span("\(level.letter) \(level.rawValue)", Marks.level(level)),
        Span("  \(words[index])\(level == step.verdict.level ? "  — as it is now" : "")", .dim),
      ])
    }
    lines += [
      [],
      [Span("Stricter is always possible; looser only as far as the company’s policy goes. It is on the trail.", .dim)],
    ]
    dialog(model, "Trust level", lines, "1–4 sets it · Tab this step or its kind · Esc back", &frame)
  }

  @discardableResult
  private static func dialog(
    _ model: Model, _ title: String, _ paragraphs: [[Span]], _ hint: String, _ frame: inout Frame
  ) -> Region {
    let width = min(model.width - 2, 84)
    let lines = paragraphs.flatMap { Wrap.rows($0, width: width - 4) }
    let height = min(model.height - 2, lines.count + 4)
    let region = Region(
      x: (model.width - width) / 2, y: max(1, (model.height - height) / 2), width: width, height: height)
    frame.fill(region)
    frame.box(region, title: [Span(title, .title)], role: .focus, ascii: model.isASCII)
    let isCut = lines.count > height - 3
    for (offset, line) in lines.prefix(isCut ? height - 4 : height - 3).enumerated() {
      frame.put(line, x: region.x + 2, y: region.y + 1 + offset, limit: width - 4)
    }
    if isCut {
      frame.put(
        "… \(lines.count - height + 4) more lines", .warning, x: region.x + 2, y: region.y + height - 3,
        limit: width - 4)
    }
    frame.putCut([Span(hint, .key)], x: region.x + 2, y: region.y + height - 2, limit: width - 4)
    return region
  }

  private static func reason(_ model: Model, _ purpose: ReasonPurpose, _ field: TextField, _ frame: inout Frame) {
    var lines: [[Span]] = []
    let title: String
    switch purpose {
    case .reject(let id):
      title = "Reject #\(model.steps[id]?.number.value ?? 0): why? The agent is told."
      for (index, reason) in Reasons.reject.enumerated() {
        lines.append([Span("\(index + 1)  ", .key), Span(reason, .text)])
      }
      lines.append([Span("a number, or your own words", .dim)])
    case .level(_, let level): title = "Level \(level.word): why?"
    case .discardRedline: title = "Discard the redline: why?"
    case .incident(let run, let step):
      let place = run.map { " on run \($0)\(step.map { ", step #\($0)" } ?? "")" } ?? ""
      title = "Raise an incident\(place): what happened?"
      lines.append([Span("The CTO has to know within 24 hours; the clock is on every screen of this desk.", .dim)])
    case .closeIncident(let id):
      title = "Close incident \(id): what came of it?"
      if let incident = model.wall?.incidents.first(where: { $0.id == id }) {
        lines.append([Span(incident.what, .text)])
      }
    case .later(let id):
      title = "Send #\(model.steps[id]?.number.value ?? 0) later: when?"
      lines.append([Span("a time to come: 14:05 · or from now: 30m, 2h, 1d", .dim)])
    }
    if !model.status.isEmpty, model.isStatusBad { lines.append([Span(model.status, .warning)]) }
    lines.append([Span("> ", .key), Span(field.text + " ", .input)])
    let region = dialog(model, title, lines, "Enter \(titleDeed(purpose)) · Esc back, nothing decided", &frame)
    let before =
      Wrap.rows([Span("> " + field.text, .input)], width: region.width - 4).last?.reduce(0) { $0 + $1.0.width } ?? 0
    frame.cursor = (region.x + 2 + before, region.y + region.height - 3)
  }

  private static func titleDeed(_ purpose: ReasonPurpose) -> String {
    switch purpose {
    case .reject: "rejects"
    case .level: "changes the level"
    case .discardRedline: "discards"
    case .incident: "raises it"
    case .closeIncident: "closes it"
    case .later: "approves, to be sent then"
    }
  }

  private static func line(_ model: Model, _ title: String, _ field: TextField, _ hint: String, _ frame: inout Frame) {
    let y = model.height - 1
    frame.fill(Region(x: 0, y: y, width: model.width, height: 1), .input)
    let end = frame.put([Span(" \(title): ", .key), Span(field.text, .input)], x: 0, y: y, limit: model.width - 1)
    frame.cursor = (end, y)
    let width = SafeText.width(hint)
    if end + width + 4 < model.width { frame.put(hint, .dim, x: model.width - width - 1, y: y, limit: width) }
  }

  private static func palette(_ model: Model, _ field: TextField, _ frame: inout Frame) {
    let matches = Palette.matches(field.text).prefix(max(1, model.height - 8))
    dialog(
      model, "Command",
      matches.map { binding in
        let why = binding.obstacle(model)
        let name = Palette.name(binding)
        return [
          Span(name + String(repeating: " ", count: max(1, 16 - name.count)), why == nil ? .key : .dim),
          Span(binding.help, why == nil ? .text : .dim), Span(why.map { " (\($0))" } ?? "", .dim),
        ]
      }, "Enter runs the first · Esc back", &frame)
    line(model, "command", field, "", &frame)
  }

  private static func editor(_ model: Model, _ field: TextField, _ frame: inout Frame) {
    let region = Region(x: 0, y: 1, width: model.width, height: model.height - 2)
    frame.fill(region)
    frame.box(
      region, title: [Span("Your version  ", .title), Span("Ctrl-S keep · Esc back, nothing changed", .key)],
      role: .focus, ascii: model.isASCII)
    let inner = Region(x: region.x + 1, y: region.y + 1, width: region.width - 2, height: region.height - 2)
    let layout = FieldRows(field, width: inner.width - 1, reach: inner.height)
    let top = max(0, min(layout.cursor.row - inner.height / 2, layout.rows.count - inner.height))
    for offset in 0..<min(inner.height, layout.rows.count - top) {
      let row = layout.rows[top + offset]
      let glyphs = SafeText.glyphs(String(field.lines[row.line][row.from..<row.to])).map { ($0, Role.text) }
      frame.put(glyphs, x: inner.x, y: inner.y + offset, limit: inner.width)
      // A line that goes on below says so at the edge.
      if row.to < field.lines[row.line].count {
        frame.put(model.isASCII ? "\\" : "↩", .dim, x: inner.x + inner.width - 1, y: inner.y + offset, limit: 1)
      }
    }
    let foot: [Span] =
      !model.status.isEmpty
      ? [Span(" \(model.status) ", .warning)]
      : field.sought.map { [Span(" find: ", .key), Span("\($0) ", .input), Span(" Ctrl-F next · Enter done ", .dim)] }
        ?? [Span(" line \(field.row + 1) of \(field.lines.count) · Ctrl-F find · Ctrl-Z undo · Ctrl-Y redo ", .dim)]
    frame.putCut(foot, x: region.x + 2, y: region.y + region.height - 1, limit: region.width - 4)
    frame.cursor = (inner.x + layout.cursor.column, inner.y + layout.cursor.row - top)
  }

  private static func finish(_ model: Model, _ frame: inout Frame) {
    let list = model.prepared
    let kept = list.filter { $0.mark == .keep }
    let discarded = list.filter { $0.mark == .discard }
    let left = list.filter { $0.mark == .undecided }
    var lines: [[Span]] = [
      [Span("files: together, all or nothing · calls: one by one · drafts: saved, not sent", .dim)], [Span("", .text)],
    ]
    lines.append([Span("\(kept.count) kept", .good), Span("  \(ReviewView.totals(kept))", .dim)])
    lines += kept.prefix(8).map {
      [
        Span(
          "  ✓ \($0.target)\($0.discardedChanges.isEmpty ? "" : " (without \($0.discardedChanges.count) of its changes)")",
          .text)
      ]
    }
    if kept.count > 8 { lines.append([Span("  and \(kept.count - 8) more", .dim)]) }
    lines.append([Span("\(discarded.count) discarded", discarded.isEmpty ? .dim : .danger)])
    lines += discarded.prefix(4).map { [Span("  ✗ \($0.target)", .dim)] }
    if !left.isEmpty { lines.append([Span("\(left.count) undecided stay in the review", .warning)]) }
    dialog(model, "Finish the review?", lines, "a finish · Esc back, every mark is kept", &frame)
  }

  private static func bulk(_ model: Model, _ ids: [StepID], _ frame: inout Frame) {
    let steps = ids.compactMap { model.steps[$0] }
    let verb = model.view == .review ? "Keep" : "Approve"
    let lines =
      [[Span("One record is written for each.", .dim)]]
      + steps.map { step in
        [Span("  #\(step.number) ", .dim), Span("\(step.kind.verb) \(step.target)", .text)]
      }
    dialog(model, "\(verb) these \(steps.count)?", lines, "a \(verb.lowercased()) \(steps.count) · Esc back", &frame)
  }
}

import CellScreen
import Domain

/// Questions over the view. What is asked stands in Ringi's own words; agents' words are quoted.
enum OverlayView {
  static func draw(_ model: Model, _ frame: inout Frame) {
    guard let overlay = model.overlay else { return }
    switch overlay {
    case .reason(let purpose, let field): reason(model, purpose, field, &frame)
    case .editor(let step, _, let field): editor(model, step, field, &frame)
    case .search(let field): line(model, "search", field, "Enter finds · Esc back", &frame)
    case .palette(let field): palette(model, field, &frame)
    case .filter(let field): line(model, "filter", field, "Enter or Esc back, it stays; Ctrl-U clears it", &frame)
    case .level(let id, let isForKind): level(model, id, isForKind, &frame)
    case .finish: finish(model, &frame)
    case .bulk(let ids): bulk(model, ids, &frame)
    case .confirm(let what): confirm(model, what, &frame)
    }
  }

  private static func confirm(_ model: Model, _ what: Confirmation, _ frame: inout Frame) {
    let yes = model.keymap.name(.approve)
    switch what {
    case .again(let step, _):
      dialog(
        model, "Do it again?",
        [
          [Span("#\(step.number), \(step.kind.verb) \(step.targetInLists), may have happened already.", .warning)],
          [Span("Look for it first. A yes does it once more; a no (\(model.keymap.name(.reject))) leaves it.", .text)],
        ], "\(yes) do it once more · Esc back, nothing decided", &frame)
    case .close(let open):
      dialog(
        model, "Close this run?",
        [
          [
            Span(
              "\(open) that wait, are prepared or are held are withdrawn. `b` reviews what is prepared first.",
              open == 0 ? .text : .warning)
          ]
        ],
        "\(yes) close the run · Esc back", &frame)
    case .resume(let prepared):
      dialog(
        model, "Start the agent again?",
        [
          [
            Span(
              resumeWords(model, prepared),
              .text)
          ]
        ], "\(yes) start the agent · Esc back", &frame)
    case .stop(let run):
      dialog(
        model, "Stop run \(run)?",
        [
          [
            Span(
              "What waits, and what was approved for later, is withdrawn; what is prepared can still be reviewed.",
              .text)
          ]
        ],
        "\(yes) stop run \(run) · Esc back", &frame)
    case .stopAll(let count):
      dialog(
        model, "Stop all runs?",
        [
          [
            Span(
              "\(count) run\(count == 1 ? "" : "s") with an agent at work or something that waits. What waits in them, and what was approved for later, is withdrawn.",
              .warning)
          ]
        ],
        "\(yes) stop all \(count) · Esc back", &frame)
    case .pause(let run):
      dialog(
        model, "Pause run \(run)?",
        [
          [
            Span(
              "Nothing is proposed and nothing takes effect until somebody goes on; what waits can still be decided.",
              .text)
          ]
        ],
        "\(yes) pause run \(run) · Esc back", &frame)
    case .goOn(let run, let held):
      dialog(
        model, "Go on with run \(run)?",
        [
          [
            held == 0
              ? Span("Its agent goes on, and proposes again. No approved step waits for it.", .text)
              : Span(
                "\(held) approved step\(held == 1 ? "" : "s") \(held == 1 ? "takes" : "take") effect then; what is more than a minute late waits for you again. `u` takes one back before.",
                .warning)
          ]
        ], "\(yes) go on · Esc back, it stays paused", &frame)
    case .revoke(let word):
      dialog(
        model, "Revoke \(StandingApproval.origin) \(word.id)?",
        [
          [
            Span(
              "\(word.kind.rawValue) in run \(word.run) is judged by the policy alone from now on; what it has decided stays decided.",
              .text)
          ]
        ], "\(yes) revoke · Esc back", &frame)
    }
  }

  private static func resumeWords(_ model: Model, _ prepared: Int) -> String {
    guard model.run?.command.isEmpty != false else {
      return
        "It begins from the beginning, and finds its files as its first start left them: what it did once it may do twice. Read what is prepared again."
    }
    let stay =
      prepared == 0 ? "" : prepared == 1 ? " The prepared result stays;" : " The \(prepared) prepared results stay;"
    return
      "It begins with the goal again.\(stay) what it proposes once more takes the place of the same, and what was done already says so."
  }

  private static func level(_ model: Model, _ id: StepID, _ isForKind: Bool, _ frame: inout Frame) {
    dialog(
      model, "Trust level", levelLines(model, id, isForKind), "1–4 sets it · Tab this step or its kind · Esc back",
      &frame)
  }

  /// Why a step can't have a level; empty where it may.
  private static func bar(_ step: StepSummary, _ level: TrustLevel, _ model: Model) -> String {
    if level == .batched, !step.kind.canBeHeld { return "not for what can’t be held back" }
    guard level < step.verdict.level else { return "" }
    if step.verdict.isFloor { return "not below the policy’s floor" }
    guard let limit = model.levelLimit, limit.step == step.id, level < limit.level else { return "" }
    return "looser than the company’s policy (\(limit.level.rawValue))"
  }

  private static func levelLines(_ model: Model, _ id: StepID, _ isForKind: Bool) -> [[Span]] {
    guard let step = model.steps[id] else { return [] }
    let words = ["done and recorded", "prepared, reviewed at the end", "a person approves each", "refused"]
    var lines: [[Span]] = [
      [
        Span(isForKind ? "(•) " : "( ) ", .key), Span("every \(step.kind.rawValue) from now on in this run", .text),
      ],
      [Span(isForKind ? "( ) " : "(•) ", .key), Span("only #\(step.number), \(step.kind.verb) \(step.target)", .text)],
      [],
    ]
    for (index, level) in TrustLevel.allCases.enumerated() {
      let bar = bar(step, level, model)
      lines.append([
        Span("\(index + 1)  ", bar.isEmpty ? .key : .dim),
        Span("\(level.letter) \(level.rawValue)", bar.isEmpty ? Marks.level(level) : .dim),
        Span("  \(bar.isEmpty ? words[index] : bar)\(level == step.verdict.level ? "  — as it is now" : "")", .dim),
      ])
    }
    lines += [
      [],
      [
        Span(
          "\(isForKind ? "It holds for 8 hours in this run; view 6 lists it and revokes it. " : "")Looser only as far as the company’s policy goes; a floor stays. It is on the trail.",
          .dim)
      ],
    ]
    return lines
  }

  @discardableResult
  static func dialog(
    _ model: Model, _ title: String, _ paragraphs: [[Span]], _ hint: String, _ frame: inout Frame,
    showsEnd: Bool = false
  ) -> Region {
    let width = dialogWidth(model)
    let said = !model.status.isEmpty && model.isStatusBad && !showsEnd ? [[Span(model.status, .warning)]] : []
    let lines = (paragraphs + said).flatMap { Wrap.rows($0, width: width - 4) }
    let height = min(model.height - 2, lines.count + 4)
    let region = Region(
      x: (model.width - width) / 2, y: max(1, (model.height - height) / 2), width: width, height: height)
    frame.fill(region)
    frame.box(region, title: [Span(title, .title)], role: .focus, ascii: model.isASCII)
    let isCut = lines.count > height - 3 && !showsEnd
    var hint = hint
    let body = showsEnd ? height - 3 : dialogBody(model, lines.count)
    let top = max(0, min(showsEnd ? lines.count : model.overlayScroll, lines.count - body))
    for (offset, line) in lines[top...].prefix(body).enumerated() {
      frame.put(line, x: region.x + 2, y: region.y + 1 + offset, limit: width - 4)
    }
    if isCut {
      let below = lines.count - body - top
      let words = below == 0 ? "the end of the list" : "\(below) more line\(below == 1 ? "" : "s") below: PgDn"
      frame.put(words, .warning, x: region.x + 2, y: region.y + height - 3, limit: width - 4)
      let key = model.keymap.name(.approve)
      if below > 0, hint.hasPrefix("\(key) ") || hint.hasPrefix("Enter or \(key) ") {
        hint = "\(model.keymap.name(.approve)) reads on; the yes comes at its end · Esc back"
      }
    }
    frame.putCut([Span(hint, .key)], x: region.x + 2, y: region.y + height - 2, limit: width - 4)
    return region
  }

  private static func reason(_ model: Model, _ purpose: ReasonPurpose, _ field: TextField, _ frame: inout Frame) {
    var lines: [[Span]] = []
    let title: String
    switch purpose {
    case .reject(let id):
      let step = model.steps[id]
      let what = step.map { "#\($0.number), \($0.kind.verb) \($0.targetInLists)" } ?? ""
      let isQuestion = step?.isQuestionOnly == true
      title = isQuestion ? "\(what), did not happen: how do you know?" : "Reject \(what): why?"
      lines.append([Span(Self.hearer(model), .dim)])
    case .level(let id, let level):
      let row = model.findings.first { $0.id == id }
      title =
        "“\(row?.finding.clause ?? "")” in \(row?.stem ?? "") from \(row?.level.word ?? "") to \(level.word): why?"
    case .discardRedline(let id):
      let row = model.findings.first { $0.id == id }
      let clause = "“\(row?.finding.clause ?? "")”"
      title =
        !(row.map(model.hasCopy) ?? true)
        ? "Disagree with the flag on \(clause) in \(row?.stem ?? ""): why?"
        : "Discard the redline of \(clause) in \(row?.stem ?? ""): why?"
    case .leaveOut(let id, let change):
      let target = model.steps[id]?.targetInLists ?? ""
      let name = model.steps[id].map { "#\($0.number), \($0.kind.verb) \(target)" } ?? target
      title = change.map { "Leave out change \($0 + 1) of \(target): why?" } ?? "Discard \(name): why?"
    case .incident(let run, let step):
      let place = run.map { " on run \($0)\(step.map { ", step #\($0)" } ?? "")" } ?? ""
      title = "Raise an incident\(place): what happened?"
      lines.append([Span("The CTO has to know within 24 hours; the clock is on every screen of this desk.", .dim)])
    case .closeIncident(let id):
      title = "Close incident \(id): what came of it?"
      if let incident = model.wall?.incidents.first(where: { $0.id == id }) {
        lines.append([Span(incident.what, .text)])
        let open = model.wall?.incidents.count(where: \.isOpen) ?? 0
        if open > 1 { lines.append([Span("\(open) are open: Tab goes to another", .dim)]) }
      }
    case .later(let id):
      title = "Send #\(model.steps[id]?.number.value ?? 0) later: when?"
      lines.append([
        Span("a time to come: 14:05 · tomorrow 9:00 · 2026-12-01 14:05 · or from now: 90s, 30m, 1h30m, 2d", .dim)
      ])
      if let due = model.time.later(field.text, offset: model.zone) {
        let date = due.date(offset: model.zone)
        let day = date == model.time.date(offset: model.zone) ? "today" : date
        let left = TimeLength.words(due.milliseconds - model.time.milliseconds)
        let isTomorrow =
          due.date(offset: model.zone)
          == Timestamp(milliseconds: model.time.milliseconds + 86_400_000).date(offset: model.zone)
        lines.append([
          Span(
            "= \(isTomorrow ? "tomorrow, " : "")\(day), \(due.clock(offset: model.zone).prefix(5)), in \(left)", .good)
        ])
      }
    }
    let listed = Reasons.listed(for: purpose, model).listed
    for (index, reason) in listed.enumerated() { lines.append([Span("\(index + 1)  ", .key), Span(reason, .text)]) }
    if case .leaveOut = purpose {
      lines.append([Span("a number, your own words, or Enter alone", .dim)])
    } else if !listed.isEmpty {
      lines.append([Span("a number, or your own words", .dim)])
    }
    if !model.status.isEmpty, model.isStatusBad { lines.append([Span(model.status, .warning)]) }
    lines.append([Span("> ", .key), Span(field.text + " ", .input)])
    let region = dialog(
      model, title, lines,
      "Enter \(titleDeed(purpose, model)) · Esc\(field.text.isEmpty ? "" : " twice") back, nothing decided", &frame,
      showsEnd: true)
    let before =
      Wrap.rows([Span("> " + field.text, .input)], width: region.width - 4).last?.reduce(0) { $0 + $1.0.width } ?? 0
    frame.cursor = (region.x + 2 + before, region.y + region.height - 3)
  }

  /// Who hears of a no.
  private static func hearer(_ model: Model) -> String {
    let isThere = model.run.map { $0.state == .live || $0.state == .starting } ?? false
    return isThere ? "The agent is told." : "The agent has ended: the reason is for the record."
  }

  static func titleDeed(_ purpose: ReasonPurpose, _ model: Model) -> String {
    switch purpose {
    case .reject(let id): model.steps[id]?.isQuestionOnly == true ? "says that it did not" : "rejects"
    case .level: "changes the level"
    case .discardRedline: "records it"
    case .leaveOut(_, let change): change == nil ? "discards it" : "leaves it out"
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
    // Before anything is typed, only what can be done here.
    let all = Palette.matches(field.text).filter { !field.text.isEmpty || $0.obstacle(model) == nil }
    let matches = all.prefix(max(1, model.height - 8))
    dialog(
      model, "Command",
      matches.isEmpty
        ? [[Span("there is no command `\(field.text)`", .warning)]]
        : matches.map { binding in
          let why = binding.obstacle(model)
          let name = Palette.name(binding)
          return [
            Span(name + String(repeating: " ", count: max(1, 16 - name.count)), why == nil ? .key : .dim),
            Span(binding.help, why == nil ? .text : .dim), Span(why.map { " (\($0))" } ?? "", .dim),
          ]
        }, matches.isEmpty ? "Esc back" : "Tab takes the first, Enter runs it · Esc back", &frame)
    line(model, "command", field, "", &frame)
  }

  /// Of a message the number: its recipients are among what is changed.
  private static func edited(_ step: StepSummary?) -> String {
    guard let step else { return "it" }
    return step.kind.isFile ? step.target : "#\(step.number), \(step.kind.verb)"
  }

  private static func editor(_ model: Model, _ id: StepID, _ field: TextField, _ frame: inout Frame) {
    let region = Region(x: 0, y: 1, width: model.width, height: model.height - 2)
    frame.fill(region)
    frame.box(
      region,
      title: [
        Span("Ctrl-S keep · Esc back  ", .key), Span("your version of \(edited(model.steps[id]))", .title),
      ],
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
      : field.sought.map {
        [Span(" find: ", .key), Span("\($0) ", .input), findNote(field), Span(" Ctrl-F next · Enter done ", .dim)]
      }
        ?? [
          Span(
            " line \(field.row + 1) of \(field.lines.count)\(model.agentsText == nil ? "" : " · Ctrl-R the agent’s version") · Ctrl-F find · Ctrl-Z undo · Ctrl-Y redo ",
            .dim)
        ]
    frame.putCut(foot, x: region.x + 2, y: region.y + region.height - 1, limit: region.width - 4)
    frame.cursor = (inner.x + layout.cursor.column, inner.y + layout.cursor.row - top)
  }

  /// Lines of an open question's list that are still below what is shown.
  static func linesBelow(_ model: Model) -> Int {
    let paragraphs: [[Span]] =
      switch model.overlay {
      case .finish: finishLines(model)
      case .bulk(let ids): bulkLines(model, ids)
      case .level(let id, let isForKind): levelLines(model, id, isForKind)
      default: []
      }
    let count = paragraphs.reduce(0) { $0 + Wrap.rows($1, width: dialogWidth(model) - 4).count }
    return max(0, count - dialogBody(model, count) - model.overlayScroll)
  }

  private static func findNote(_ field: TextField) -> Span {
    Span(field.isSoughtNowhere ? " not there " : field.isSoughtAround ? " on from the top " : "", .warning)
  }

  /// Where it would leave a column at each side, the frames of the panes stood doubled beside its own.
  private static func dialogWidth(_ model: Model) -> Int { model.width < 88 ? model.width : 84 }
  /// Rows for the paragraphs of a dialog with so many lines.
  private static func dialogBody(_ model: Model, _ lines: Int) -> Int {
    let height = min(model.height - 2, lines + 4)
    return lines > height - 3 ? height - 4 : height - 3
  }
}

import CellScreen
import Domain

enum HeaderView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    frame.fill(region, .header)
    let role = model.person.role.isEmpty ? "" : " · \(model.person.role)"
    let who: [Span] = [Span("\(model.person.name)\(role) ", .header)]
    if model.view == .live, let wall = model.wall {
      let waiting = wall.runs.reduce(0) { $0 + $1.summary.counts.waiting }
      let spans =
        [Span(" ringi  all runs", .header)] + alerts(model) + [
          Span("  \(wall.runs.count { $0.hasHost }) live", .header),
          Span(" · \(waiting) waiting", waiting > 0 ? .alert : .header),
        ]
      frame.putCut(spans, x: 0, y: region.y, limit: region.width)
      if width(spans) + 3 + width(who) <= region.width {
        frame.put(who, x: region.width - width(who), y: region.y, limit: region.width)
      }
      return
    }
    // From the wall of runs the trail is the desk's, whichever run this console would open.
    if model.view == .audit, model.home == .live {
      frame.putCut(
        [Span(" ringi  the trail of all runs", .header)] + alerts(model), x: 0, y: region.y, limit: region.width)
      return
    }
    guard let run = model.run else {
      frame.put([Span(" ringi  no run yet", .header)], x: 0, y: 0, limit: region.width)
      return
    }
    let arrow = model.isASCII ? ">" : "▸"
    let dot = model.isASCII ? "*" : "●"
    let isAlone = !model.hasHost && run.needsHost
    let word = run.state == .lost ? "lost, no host" : "no host"
    let state =
      run.isPaused && !run.state.isOver
      ? "paused"
      : isAlone
        ? word : "\(run.stateWord)\(run.failureWords.isEmpty ? "" : ", program failed")"
    let isBroken = run.isPaused && !run.pausedWhy.isEmpty && !run.state.isOver
    let counts = run.counts
    let held = model.waitingForTime
    // What must be known in any case, then counts by how much they ask of a person: the last are the first to go.
    let urgent =
      alerts(model) + [Span("  \(dot) \(state)", run.state == .lost || isAlone || isBroken ? .alert : .header)]
    // Of a run that is over the ends count, not that nothing waits.
    let isOver = run.state.isOver && counts.waiting == 0
    let all: [(rank: Int, span: Span)] =
      [
        isOver
          ? (0, Span("  \(counts.done) done", .header))
          : (0, Span("  \(counts.waiting) waiting", counts.waiting > 0 ? .alert : .header)),
        (1, Span(held > 0 ? " · \(held) approved, held" : "", .header)),
        (counts.prepared > 0 ? 1 : 2, Span(isOver ? "" : " · \(counts.prepared) prepared", .header)),
        (3, Span(isOver ? "" : " · \(counts.done) done", .header)),
        (counts.refused > 0 ? 2 : 3, Span(" · \(counts.refused) refused", counts.refused > 0 ? .alert : .header)),
      ] + (counts.rejected > 0 ? [(2, Span(" · \(counts.rejected) rejected", .header))] : [])
      + (counts.discarded > 0 ? [(4, Span(" · \(counts.discarded) discarded", .header))] : [])
      + (counts.failed > 0 ? [(2, Span(" · \(counts.failed) failed", .alert))] : [])
    func tail(_ rank: Int) -> [Span] { urgent + all.filter { $0.rank <= rank }.map(\.span) }
    let place = "\(run.workspace) \(arrow) run \(run.id)"
    let grade = "(\(run.trust))"
    let heads = [
      " ringi  \(place) \(arrow) \(run.agent) \(grade)", " \(place) \(arrow) \(run.agent) \(grade)",
      " \(place) \(grade)",
      " \(place)",
    ].map { Span($0, .header) }
    let whole = [heads[0]] + tail(4)
    if width(whole) + 3 + width(who) <= region.width {
      frame.put(whole, x: 0, y: region.y, limit: region.width)
      frame.put(who, x: region.width - width(who), y: region.y, limit: region.width)
      return
    }
    // Who acts and how far it can be trusted is worth more than what is over.
    let choices =
      [(0, 4), (1, 4), (1, 3), (1, 2), (2, 2), (2, 1), (3, 1), (3, 0)].map { [heads[$0.0]] + tail($0.1) }
    // Under whose name a key decides is worth more than what is done.
    let name = [Span("\(model.person.name) ", .header)]
    if let spans = choices.prefix(4).first(where: { width($0) + 2 + width(name) <= region.width }) {
      frame.put(spans, x: 0, y: region.y, limit: region.width)
      frame.put(name, x: region.width - width(name), y: region.y, limit: region.width)
      return
    }
    // Where even that is too much, what waits here comes before what waits elsewhere.
    let least = [heads[3], all[0].span] + alerts(model, isShort: true) + urgent.suffix(1)
    frame.putCut(choices.first { width($0) <= region.width } ?? least, x: 0, y: region.y, limit: region.width)
  }

  /// What every view has to say: nothing is decided here, somebody has to answer for something.
  private static func alerts(_ model: Model, isShort: Bool = false) -> [Span] {
    var out = model.isReadOnly && model.view != .live ? [Span("  LOOK ONLY", .alert)] : []
    if !model.settingsFault.isEmpty { out.append(Span("  SETTINGS BROKEN", .alert)) }
    let elsewhere = model.waitingElsewhere
    if elsewhere > 0, model.view != .live {
      out.append(
        Span(
          isShort
            ? "  \(elsewhere) elsewhere (\(model.keymap.name(.next)))"
            : "  \(elsewhere) wait\(elsewhere == 1 ? "s" : "") elsewhere (\(model.keymap.name(.next)))", .alert))
    }
    let open = model.wall?.incidents.filter(\.isOpen) ?? []
    guard let oldest = open.last else { return out }
    let left = oldest.left(at: model.time)
    // Hours will do here; view 4 has the minutes.
    let clock =
      left <= 0 ? "OVERDUE" : left < 7_200_000 ? "\(TimeLength.words(left)) left" : "\(left / 3_600_000) h left"
    let words = "\(open.count) incident\(open.count == 1 ? "" : "s")"
    out.append(Span(isShort ? "  \(words), \(clock.replacing(" left", with: ""))" : "  \(words), \(clock)", .alert))
    return out
  }

  private static func width(_ spans: [Span]) -> Int { spans.reduce(0) { $0 + SafeText.width($1.text) } }
}

enum FooterView {
  private static func width(_ spans: [Span]) -> Int { spans.reduce(0) { $0 + SafeText.width($1.text) } }

  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    frame.fill(region, .status)
    let work = model.isStatusBad ? "" : model.work.map { WorkBar.words($0, model) } ?? ""
    if !model.status.isEmpty || !work.isEmpty {
      // What a yes would do now stays on the screen beside any word.
      var deed = ""
      let isShown = !(model.showsPreview || model.view == .flags) || Layout(model).preview.width > 0
      if model.overlay == nil, isShown, let yes = CommandTable.binding(.approve), yes.obstacle(model) == nil,
        let label = yes.label(model)
      {
        deed = " \(model.keymap.name(.approve)) \(label) "
      }
      let room = region.width - SafeText.width(deed)
      let words = [Span(" \(work.isEmpty ? model.status : work)", model.isStatusBad ? .warning : .good)]
      // What is too long for it begins in the row above: how to go on stands at the end.
      let rows = Wrap.rows(words, width: room - 1)
      let isLong = width(words) > room && region.y > 3
      for (line, glyphs) in rows.prefix(3).enumerated() where isLong {
        let y = region.y - min(3, rows.count) + 1 + line
        frame.fill(Region(x: 0, y: y, width: region.width, height: 1), .status)
        frame.put(glyphs, x: line == 0 ? 0 : 1, y: y, limit: room)
      }
      if !isLong { frame.putCut(words, x: 0, y: region.y, limit: room) }
      frame.put(deed, model.isArmed ? .key : .dim, x: room, y: region.y, limit: region.width - room)
      return
    }
    let right = place(model)
    // Under a question its own keys count; elsewhere help is always within reach.
    guard model.overlay == nil else { return }
    let help = " ? help "
    let limit = region.width - SafeText.width(right) - SafeText.width(help) - 1
    var x = 1
    for binding in order where binding.command != .help {
      // How a review ends is shown from the beginning.
      guard binding.means(in: model.view), let label = binding.label(model),
        let key = model.keymap.keys(binding).first
      else { continue }
      // Asked last: a reason can take a look at every step of a run.
      let isBlocked = binding.obstacle(model) != nil
      guard !isBlocked || binding.command == .finish else { continue }
      let isDeciding = binding.command == .approve || binding.command == .reject
      let isDim = isDeciding && !model.isArmed || isBlocked
      let role: Role = isDim ? .dim : .key
      let width = SafeText.width(key.name) + 1 + SafeText.width(label) + 2
      guard x + width <= limit else { continue }
      x = frame.put(
        [Span(key.name, role), Span(" \(label)  ", isDim ? .dim : .status)], x: x, y: region.y,
        limit: width)
    }
    frame.put(
      [Span(" ?", .key), Span(" help ", .status)], x: region.width - SafeText.width(right + help), y: region.y,
      limit: SafeText.width(help))
    frame.put(right, .dim, x: region.width - SafeText.width(right), y: region.y, limit: region.width)
  }

  /// What wants a person before what only helps to look; the rest as in the table. What does not fit is in the help.
  private static let order: [Binding] = {
    let words: [Command] = [.approve, .reject, .finish]
    let first: [Command] = [.next, .nextChange, .review, .flags, .drafts]
    func found(_ commands: [Command]) -> [Binding] { commands.compactMap { CommandTable.binding($0) } }
    return found(words) + CommandTable.decide.filter { !words.contains($0.command) } + found(first)
      + CommandTable.bindings.filter { $0.group != .decide && !first.contains($0.command) }
  }()

  /// Where one is, at the right edge.
  private static func place(_ model: Model) -> String {
    switch model.view {
    case .flags:
      return
        "\(model.flags.count(where: model.wantsWord)) undecided "
    case .review: return "\(model.undecidedCount) undecided "
    case .drafts: return "\(model.draftIDs.count) message\(model.draftIDs.count == 1 ? "" : "s") "
    case .live: return "\(model.wall?.runs.count ?? 0) run\(model.wall?.runs.count == 1 ? "" : "s") "
    case .audit: return ""
    case .policy:
      return model.policy.map { $0.greyAreas.isEmpty ? "" : "\($0.greyAreas.count) grey " } ?? ""
    case .run, .help:
      let waits = model.waitingIDs
      if waits.isEmpty { return "" }
      guard let place = model.selection.flatMap({ waits.firstIndex(of: $0) }) else { return "\(waits.count) waiting " }
      return "\(place + 1) of \(waits.count) waiting "
    }
  }
}

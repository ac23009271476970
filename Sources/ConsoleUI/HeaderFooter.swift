import CellScreen
import Domain

enum HeaderView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    frame.fill(region, .header)
    let who: [Span] = [Span("\(model.person.name) · \(model.person.role) ", .header)]
    guard let run = model.run else {
      frame.put([Span(" ringi  no run yet", .header)], x: 0, y: 0, limit: region.width)
      return
    }
    let arrow = model.isASCII ? ">" : "▸"
    let dot = model.isASCII ? "*" : "●"
    let isAlone = !model.hasHost && (run.state == .live || run.state == .starting)
    let state = run.isPaused ? "paused" : isAlone ? "no host" : run.state.rawValue
    let counts = run.counts
    let open = model.wall?.incidents.filter(\.isOpen) ?? []
    var tail: [Span] = []
    if model.isReadOnly { tail.append(Span("  LOOK ONLY", .alert)) }
    if let oldest = open.last {
      let left = oldest.left(at: model.time)
      tail.append(
        Span(
          "  \(open.count) incident\(open.count == 1 ? "" : "s"), \(left > 0 ? "\(TimeLength.words(left)) left" : "OVERDUE")",
          .alert))
    }
    tail += [Span("  \(dot) \(state)", run.state == .lost || state == "no host" ? .alert : .header)]
    tail.append(Span("  \(counts.waiting) waiting", counts.waiting > 0 ? .alert : .header))
    tail.append(Span(" · \(counts.prepared) prepared", .header))
    tail.append(Span(" · \(counts.done) done", .header))
    tail.append(Span(" · \(counts.refused) refused", counts.refused > 0 ? .alert : .header))
    if counts.rejected > 0 { tail.append(Span(" · \(counts.rejected) rejected", .header)) }
    let long = Span(
      " ringi  \(run.workspace) \(arrow) run \(run.id) \(arrow) \(run.agent) (\(run.grade.rawValue), \(run.model))",
      .header)
    let middle = Span(
      " \(run.workspace) \(arrow) run \(run.id) \(arrow) \(run.agent) (\(run.grade.rawValue), \(run.model))", .header)
    let short = Span(" \(run.workspace) \(arrow) run \(run.id) (\(run.grade.rawValue), \(run.model))", .header)
    let tiny = Span(" \(run.workspace) \(arrow) run \(run.id)", .header)
    let choices: [[Span]] = [
      [long] + tail + [Span("   ", .header)] + who, [long] + tail, [middle] + tail, [short] + tail, [tiny] + tail,
      [tiny] + Array(tail.prefix(3)),
    ]
    let chosen = choices.first { width($0) <= region.width } ?? [tiny] + Array(tail.prefix(2))
    if chosen.count == choices[0].count {
      frame.put([long] + tail, x: 0, y: region.y, limit: region.width)
      frame.put(who, x: region.width - width(who), y: region.y, limit: region.width)
    } else {
      frame.putCut(chosen, x: 0, y: region.y, limit: region.width)
    }
  }

  private static func width(_ spans: [Span]) -> Int { spans.reduce(0) { $0 + SafeText.width($1.text) } }
}

enum FooterView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    frame.fill(region, .status)
    if !model.status.isEmpty {
      frame.putCut(
        [Span(" \(model.status)", model.isStatusBad ? .warning : .good)], x: 0, y: region.y, limit: region.width)
      return
    }
    let right = place(model)
    // Under a question its own keys count; elsewhere help is always within reach.
    guard model.overlay == nil else { return }
    let help = " ? help "
    let limit = region.width - SafeText.width(right) - SafeText.width(help) - 1
    var x = 1
    for binding in order where binding.command != .help {
      guard binding.means(in: model.view), let label = binding.label(model), binding.obstacle(model) == nil,
        let key = model.keymap.keys(binding).first
      else {
        continue
      }
      let isDeciding = binding.command == .approve || binding.command == .reject
      let role: Role = isDeciding && !model.isArmed ? .dim : .key
      let width = SafeText.width(key.name) + 1 + SafeText.width(label) + 2
      guard x + width <= limit else { continue }
      x = frame.put(
        [Span(key.name, role), Span(" \(label)  ", isDeciding && !model.isArmed ? .dim : .status)], x: x, y: region.y,
        limit: width)
    }
    frame.put(
      [Span(" ?", .key), Span(" help ", .status)], x: region.width - SafeText.width(right + help), y: region.y,
      limit: SafeText.width(help))
    frame.put(right, .dim, x: region.width - SafeText.width(right), y: region.y, limit: region.width)
  }

  /// What wants a person before what only helps to look; the rest as in the table. What does not fit is in the help.
  private static let order: [Binding] = {
    let first: [Command] = [.next, .nextChange, .review, .flags, .drafts]
    let wanting = first.compactMap { CommandTable.binding($0) }
    return CommandTable.decide + wanting
      + CommandTable.bindings.filter { $0.group != .decide && !first.contains($0.command) }
  }()

  /// Where one is, at the right edge.
  private static func place(_ model: Model) -> String {
    switch model.view {
    case .flags: return "\(model.flags.count { $0.mark == .undecided && $0.level != .green }) undecided "
    case .review: return "\(model.prepared.count { $0.mark == .undecided }) undecided "
    case .drafts: return "\(model.draftIDs.count) messages "
    case .live: return "\(model.wall?.runs.count ?? 0) runs "
    case .audit: return ""
    case .policy: return "\(model.policy?.greyAreas.count ?? 0) grey "
    case .run, .help:
      let waits = model.waitingIDs
      if waits.isEmpty { return "" }
      guard let place = model.selection.flatMap({ waits.firstIndex(of: $0) }) else { return "\(waits.count) waiting " }
      return "\(place + 1) of \(waits.count) waiting "
    }
  }
}

import Domain

/// The queue: the plan's headings with the steps under them, what was announced and not yet proposed as forecasts; or
/// what waits by risk and age, and the rest below.
enum QueueBuilder {
  static func rows(_ model: Model) -> [QueueRow] {
    switch model.queueOrder {
    case .plan: byPlan(model)
    case .risk: byRisk(model)
    }
  }

  private struct Placed {
    let id: StepID
    let state: StepState
  }

  private static func byPlan(_ model: Model) -> [QueueRow] {
    // Ids and states, not steps: a run can have very many of them.
    var byEntry = [[Placed]](repeating: [], count: model.plan.count)
    var outside: [Placed] = []
    for id in model.order {
      guard let place = model.steps.index(forKey: id), !isGone(model.steps.values[place]) else { continue }
      let placed = Placed(id: id, state: model.steps.values[place].state)
      if let plan = model.steps.values[place].plan, model.plan.indices.contains(plan) {
        byEntry[plan].append(placed)
      } else {
        outside.append(placed)
      }
    }
    let come = come(model, byEntry)
    var rows: [QueueRow] = []
    rows.reserveCapacity(model.order.count + model.plan.count + 1)
    for (index, entry) in model.plan.enumerated() {
      let steps = byEntry[index]
      rows.append(
        .heading(
          // An agent's heading can't look like Ringi's own marks.
          title: Claims.quoted(entry.title), status: status(entry, steps), done: steps.count { $0.state == .done },
          total: steps.count)
      )
      rows += steps.map { .step($0.id) }
      if steps.isEmpty, entry.forecast != nil, !come.contains(Announced(entry)) { rows.append(.forecast(entry)) }
    }
    if !outside.isEmpty {
      rows.append(
        .heading(
          title: !model.plan.isEmpty
            ? "Outside the plan"
            : model.run?.view != PrivateView.none
              ? "What it changed and asked for"
              : model.run?.isHooked == true ? "What it asked for" : "No plan yet",
          status: outside.contains(where: isOpen) || model.run?.state.isOver != true
            ? .inProgress : outside.allSatisfy { $0.state == .done } ? .completed : .pending,
          done: outside.count { $0.state == .done }, total: outside.count))
      rows += outside.map { .step($0.id) }
    }
    return rows
  }

  private static func byRisk(_ model: Model) -> [QueueRow] {
    let waiting = model.waiting.sorted { (risk($0), $1.proposedAt, $1.number) > (risk($1), $0.proposedAt, $0.number) }
    let waits = Set(model.waitingIDs)
    let rest = model.order.filter { id in !waits.contains(id) && model.steps[id].map { !isGone($0) } ?? false }
    var rows: [QueueRow] = [.heading(title: "Waits for you, by risk", status: .inProgress, done: 0, total: 0)]
    rows += waiting.map { .step($0.id) }
    rows.append(.heading(title: "The rest", status: .completed, done: 0, total: 0))
    return rows + rest.map { .step($0) }
  }

  /// Another version took its place before anybody looked; the trail has it.
  private static func isGone(_ step: StepSummary) -> Bool {
    step.state == .withdrawn && step.reason.hasPrefix("replaced by #")
  }

  /// What can't be taken back before what can, what goes far before what stays.
  static func risk(_ step: StepSummary) -> Int {
    var out = 0
    if !step.reach.canBeUndone { out += 100 }
    if step.reach.goesOut { out += 50 }
    out += min(20, step.reach.outsideRecipients.count * 5) + min(20, step.reach.warnings.count * 5)
    if !step.evidence.isEmpty { out += 40 }
    if !step.verdict.brokenRules.isEmpty { out += 10 }
    return out
  }

  private struct Announced: Hashable {
    let kind: String
    let target: String
    init(_ entry: PlanEntry) { (kind, target) = (entry.intendedKind, entry.intendedTarget) }
    init(_ step: StepSummary) { (kind, target) = (step.kind.rawValue, step.target) }
  }

  /// What was announced and has been proposed, be it under another heading: an agent says late where it is.
  private static func come(_ model: Model, _ byEntry: [[Placed]]) -> Set<Announced> {
    let open = Set(
      model.plan.indices.filter { byEntry[$0].isEmpty && model.plan[$0].forecast != nil }.map {
        Announced(model.plan[$0])
      })
    guard !open.isEmpty else { return [] }
    return Set(model.order.lazy.compactMap { model.steps[$0].map(Announced.init) }.filter(open.contains))
  }

  /// The agent's own tick counts only where everything under the heading is done.
  private static func status(_ entry: PlanEntry, _ steps: [Placed]) -> PlanEntry.Status {
    if steps.contains(where: isOpen) { return .inProgress }
    return entry.status == .completed && !steps.allSatisfy { $0.state == .done } ? .pending : entry.status
  }

  /// What is prepared may wait.
  private static func isOpen(_ step: Placed) -> Bool { !step.state.isOver && step.state != .staged }
}

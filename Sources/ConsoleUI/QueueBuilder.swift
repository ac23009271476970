import Domain

/// The queue: the plan's headings with the steps under them, what was announced and not yet proposed as forecasts.
enum QueueBuilder {
  static func rows(_ model: Model) -> [QueueRow] {
    var byEntry: [Int: [StepSummary]] = [:]
    var outside: [StepSummary] = []
    for id in model.order {
      guard let step = model.steps[id] else { continue }
      if let plan = step.plan, model.plan.indices.contains(plan) {
        byEntry[plan, default: []].append(step)
      } else {
        outside.append(step)
      }
    }
    var rows: [QueueRow] = []
    for (index, entry) in model.plan.enumerated() {
      let steps = byEntry[index] ?? []
      rows.append(
        .heading(
          title: entry.title, status: steps.contains(where: isOpen) ? .inProgress : entry.status,
          done: steps.count { $0.state.isOver }, total: steps.count))
      rows += steps.map { .step($0.id) }
      if steps.isEmpty, entry.forecast != nil { rows.append(.forecast(entry)) }
    }
    if !outside.isEmpty {
      rows.append(
        .heading(
          title: model.plan.isEmpty ? "No plan yet" : "Outside the plan",
          status: outside.contains(where: isOpen) || model.run?.state.isOver != true ? .inProgress : .completed,
          done: outside.count { $0.state.isOver }, total: outside.count))
      rows += outside.map { .step($0.id) }
    }
    return rows
  }

  /// The agent's own tick counts only where nothing under the heading is still open; what is prepared may wait.
  private static func isOpen(_ step: StepSummary) -> Bool { !step.state.isOver && step.state != .staged }
}

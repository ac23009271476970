// The desk as it was read: what has become of steps and runs since, and which of it is news for the person.

import CellScreen
import Domain

func read(_ model: inout Model, _ reading: DeskReading) -> [Intent] {
  let wasOver = model.run?.state.isOver ?? true
  let paused = model.run?.id == reading.run?.id ? model.run?.pausedWhy ?? "" : ""
  let isNews = reading.isWhole || !reading.steps.isEmpty || model.plan != reading.plan || model.run != reading.run
  model.run = reading.run
  model.plan = reading.plan
  model.findings = reading.findings
  model.trail = reading.trail
  model.leafCount = reading.leafCount
  model.hasHost = reading.hasHost
  let before = model.current
  let (listed, asked) = (listed(model), asked(model))
  let waited = Set(model.waitingIDs)
  if reading.isWhole {
    model.steps = Dictionary(minimumCapacity: reading.steps.count)
    model.order = []
    model.order.reserveCapacity(reading.steps.count)
  }
  for step in reading.steps {
    let before = model.steps.updateValue(step, forKey: step.id)
    if let before { tellOutcome(&model, before, step) } else { model.order.append(step.id) }
  }
  // What failed is worth more than that it is over.
  if !wasOver, let run = reading.run, run.state.isOver, !model.isStatusBad {
    // What stands there may be where the files are: it stays, before the end.
    let words = run.note.isEmpty ? "the run is over" : "the run is over: \(run.note)"
    say(&model, model.status.isEmpty ? words : "\(model.status) · \(words)")
  }
  let isBroken = paused.isEmpty && reading.run?.pausedWhy.isEmpty == false && !model.isStatusBad
  if isBroken, let run = reading.run {
    say(&model, "the run is paused: \(run.pausedWhy); \(model.keymap.name(.pause)) lets it go on")
  }
  // A word elsewhere on the desk moves nothing here.
  if isNews {
    model.sortSteps()
    rebuildQueue(&model)
  }
  keepSelections(&model)
  rearm(&model, listed)
  closeStale(&model, asked)
  // What was there when the console was opened is no news.
  let bell = reading.isWhole ? [] : ring(model, waited, isBroken: isBroken)
  let after = model.current
  if after?.id != before?.id || after?.revision != before?.revision { return showCurrent(&model) + bell }
  // What came of it stands at the top.
  if let after, let before, after.state != before.state, after.state == .failed { model.previewScroll = 0 }
  // A mark or a state changed what the rows say, not where they are.
  if after != before { layOut(&model) }
  return bell
}

/// A step that starts to wait while nobody looks: the window has no keyboard, or no key came for a minute.
private func ring(_ model: Model, _ waited: Set<StepID>, isBroken: Bool) -> [Intent] {
  guard model.home != .live, model.isUnattended else { return [] }
  if isBroken, let run = model.run { return [.notify("\(run.workspace): paused, \(run.pausedWhy)")] }
  let fresh = model.waiting.filter { !waited.contains($0.id) }
  guard let first = fresh.first else { return [] }
  let more = fresh.count > 1 ? " and \(fresh.count - 1) more" : ""
  return [.notify("\(model.run?.workspace ?? "ringi"): #\(first.number) \(first.kind.verb)\(more) waits for you")]
}

func rebuildQueue(_ model: inout Model) {
  model.queue = QueueBuilder.rows(model)
  model.queueIndex = Dictionary(minimumCapacity: model.queue.count)
  for (index, row) in model.queue.enumerated() { if let step = row.step { model.queueIndex[step] = index } }
}

/// What came of a step that this person decided: where a mail went, why an edit failed.
private func tellOutcome(_ model: inout Model, _ before: StepSummary, _ step: StepSummary) {
  if step.state == .expired, before.state == .waiting, model.overlay == nil {
    return say(&model, "#\(step.number) has expired, which is a no: \(step.reason)", isBad: true)
  }
  guard step.decidedBy == model.person.name, !before.state.isOver, model.overlay == nil else { return }
  // A quick host is through before the desk is read again.
  let isBack = before.state != step.state || before.decidedAt != step.decidedAt
  switch step.state {
  // A review says its own sum; a line for each kept file would hide it.
  case .done where step.verdict.level == .watched:
    say(&model, "#\(step.number) done\(step.reason.isEmpty ? "" : ": \(Outbox.brief(step.reason))")")
  case .failed: say(&model, "#\(step.number) failed: \(step.reason)", isBad: true)
  case .waiting where isBack: say(&model, "#\(step.number) waits again: \(step.reason)", isBad: true)
  case .staged where isBack && before.state != .waiting: say(&model, "not put in place: \(step.reason)", isBad: true)
  default: break
  }
}

private func keepSelections(_ model: inout Model) {
  let wanted = model.waitingIDs.first { !model.skipped.contains($0) }
  let isIdle = model.selected.map { $0.state != .waiting } ?? true
  if model.selection == nil || (model.isFollowing && isIdle) {
    model.selection = wanted ?? (model.isFollowing ? model.order.last : model.order.first)
  }
  let prepared = model.preparedIDs
  if model.reviewSelection.map({ !prepared.contains($0) }) ?? true { model.reviewSelection = prepared.first }
  if model.draftSelection.flatMap({ model.steps[$0] }) == nil { model.draftSelection = model.draftIDs.first }
  let flags = model.flags
  if model.finding.flatMap({ id in flags.first { $0.id == id } }) == nil { model.finding = flags.first?.id }
  if model.view == .review, prepared.isEmpty {
    // What was kept and not sent is what comes next.
    let drafts = model.keptDrafts.filter { [.kept, .performing, .done].contains(model.steps[$0]?.state) }
    model.view = drafts.isEmpty ? .run : .drafts
    if let first = drafts.first { model.draftSelection = first }
    if let wanted, model.selected?.state != .waiting { model.selection = wanted }
    model.keptDrafts = []
    model.pane = .list
    if model.overlay == .finish { model.overlay = nil }
  }
}

/// What an open list asks a yes to, as it stands there.
private func listed(_ model: Model) -> [StepSummary]? {
  switch model.overlay {
  case .finish: model.prepared
  case .bulk(let ids): ids.compactMap { model.steps[$0] }
  case .reason, .editor, .search, .palette, .filter, .level, .confirm, nil: nil
  }
}

/// A list that somebody else changes under an open question is a new question: it is read before it is answered.
private func rearm(_ model: inout Model, _ before: [StepSummary]?) {
  guard let before, let now = listed(model), before != now else { return }
  (model.overlayAt, model.overlayScroll) = (model.now, 0)
  say(&model, "what is listed here has changed meanwhile: look again", isBad: true)
}

/// The step that an open question for words is about, as it was when it was asked.
private func asked(_ model: Model) -> StepSummary? {
  switch model.overlay {
  case .reason(.reject(let id), _), .reason(.leaveOut(let id, _), _), .reason(.later(let id), _), .level(let id, _):
    model.steps[id]
  default: nil
  }
}

/// An answer is to what was shown when it was asked for.
private func closeStale(_ model: inout Model, _ before: StepSummary?) {
  guard let before, let now = model.steps[before.id], now.revision != before.revision || now.state != before.state
  else { return }
  model.overlay = nil
  say(&model, "#\(now.number) changed while you answered: look at it again, nothing was decided", isBad: true)
}

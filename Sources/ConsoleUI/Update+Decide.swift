// Yes and no, and what keeps a keystroke honest: a key decides only what has been on the screen, painted and still,
// and what can't be put back only once all of it was painted.

import CellScreen
import Domain

/// nil when the hand may decide what is under the cursor; otherwise why not.
private func unarmed(_ model: Model) -> String? {
  unseen(model)
    ?? (model.isQuick
      ? "that came in one go with the key before it; press again"
      : model.isArmed ? nil : "it has just appeared; look first, then press again")
}

/// nil when a question may be asked of what is under the cursor: its own answer decides, and is armed by itself.
func unseen(_ model: Model) -> String? {
  if model.showsPreview || model.view == .flags, Layout(model).preview.width == 0 {
    return "its preview is not on the screen; Tab or z shows it"
  }
  return model.painted == model.expectedPaint ? nil : "it changed under the cursor; look again"
}

func yes(_ model: inout Model) -> [Intent] {
  if let why = unarmed(model) {
    say(&model, why, isBad: true)
    return [.flushInput]
  }
  guard model.isArmedForYes else {
    say(&model, "read its `careful` lines first, then press again", isBad: true)
    return [.flushInput]
  }
  switch model.view {
  case .run: return approve(&model)
  case .drafts:
    guard let step = model.current else { return [] }
    if step.state == .staged { return keep(&model) }
    return Deed.isSavedDraft(step) || Deed.isFailedSend(step) ? [.raiseSend(step)] : approve(&model)
  case .review: return keep(&model)
  case .flags:
    guard let row = model.currentFinding else { return [] }
    let width = Layout(model).preview.width
    let seen = model.seenCards[row.id].flatMap { $0.width == width && $0.words == row.wording ? $0.rows : nil } ?? []
    if let unseen = FlagsView.unseenRow(row, width: width, seen: seen) {
      model.cardScroll = unseen
      say(&model, "the next part of the \(row.hasRedline ? "redline" : "flag"): look, then press again")
      return []
    }
    let isTurned = row.mark == .discard
    let intents: [Intent] = [.markRedline(row, .keep, reason: "")]
    let next = advanceFlag(&model)
    if isTurned { say(&model, "“\(row.finding.clause)” is kept now; its discard and the reason stay in the record") }
    return intents + next
  case .live, .audit, .policy, .help: return []
  }
}

/// A question that is not asked: what is typed as its answer must not be taken for commands.
func unasked(_ model: inout Model, _ why: String) -> [Intent] {
  (model.isAnswerUnheard, model.refusedAt) = (true, model.now)
  say(&model, why, isBad: true)
  return [.flushInput]
}

func no(_ model: inout Model) -> [Intent] {
  if let why = unseen(model) { return unasked(&model, why) }
  switch model.view {
  case .run, .drafts:
    guard let step = model.current else { return [] }
    if step.state == .staged { return leaveOut(&model) }
    model.overlay = .reason(.reject(step.id), TextField("", isMultiLine: false))
  case .policy:
    model.overlay = model.selectedStanding.map { .confirm(.revoke($0)) }
  case .review: return leaveOut(&model)
  case .flags:
    guard let row = model.currentFinding else { return [] }
    model.overlay = .reason(.discardRedline(row.id), TextField("", isMultiLine: false))
  case .live, .audit, .help: break
  }
  return []
}

/// What the record says of the screen; nil, after showing the next unseen part, while not all was seen that must be.
func painting(_ model: inout Model) -> Painting? {
  guard let step = model.current, let rows = model.rows, rows.step == step.id, rows.revision == step.revision else {
    say(&model, "the preview is not there yet", isBad: true)
    return nil
  }
  let seen = model.seen[step.id].flatMap { $0.revision == step.revision ? $0.rows : nil } ?? []
  if step.mustBeSeenWhole, let unseen = rows.firstUnseen(seen) {
    if rows.isCut(unseen) {
      model.isWrapped = true
      layOut(&model)
      say(&model, "cut lines are wrapped now: look, then press again")
      return nil
    }
    model.previewScroll = unseen
    clampScroll(&model)
    say(&model, "the next part of it: look, then press again")
    return nil
  }
  let count = rows.linesSeen(seen)
  // What can be put back may be approved before its end, but not before any of it was there.
  if count == 0, !rows.preview.lines.isEmpty, let first = rows.firstBody {
    model.previewScroll = rows.changeRows.first ?? first
    clampScroll(&model)
    say(&model, "this is what it does: look, then press again")
    return nil
  }
  return Painting(seen: count, total: rows.preview.lines.count, milliseconds: model.timeOnScreen)
}

/// What is kept was on the screen, or a part of it.
private func keep(_ model: inout Model) -> [Intent] {
  let hasPreview = model.rows.map { $0.step == model.current?.id } ?? false
  // A draft is only saved, and its send asks again; a call is made when the review is finished.
  let isOnlySaved = model.current.map { $0.mustBeSeenWhole && !$0.isHeldCall } ?? false
  guard !hasPreview || isOnlySaved || painting(&model) != nil else { return [] }
  return mark(&model, .keep)
}

private func approve(_ model: inout Model) -> [Intent] {
  // Somebody who has named a time must not send at once by habit.
  if let id = model.current?.id, let time = model.wantedTime.removeValue(forKey: id) {
    say(
      &model,
      "\(time) is forgotten, nothing was sent: \(model.keymap.name(.approve)) again is at once, \(model.keymap.name(.later)) names a time",
      isBad: true)
    return [.flushInput]
  }
  guard let painted = painting(&model), let step = model.current else { return [] }
  // A hand that presses twice must not send twice: this yes is another one, and has a question of its own.
  if step.mayHaveHappened, !step.isQuestionOnly, !step.kind.isFile {
    model.overlay = .confirm(.again(step, painted: painted.description))
    return []
  }
  let hold = step.verdict.hold > 0 ? ", in \(step.verdict.hold) s; u takes it back" : ""
  say(&model, "#\(step.number): yes, \(Deed.approval(step))\(hold)\(Deed.pausedWords(model))")
  let intents: [Intent] = [.decide(step, .approve, painted: painted.description)]
  // Where u can take it back, it stays under the cursor; and so that a hand that pages with the same key stops after
  // what went out, so does that.
  if hold.isEmpty, !step.mustBeSeenWhole { return intents + advance(&model, past: step.id) }
  model.isFollowing = false
  return intents
}

/// Approve now, to happen later. It counts once everything has been seen.
func later(_ model: inout Model) -> [Intent] {
  if let why = unseen(model) { return unasked(&model, why) }
  guard let step = model.current else { return [] }
  // What is typed now is a time, also where more has to be seen first.
  model.overlay = .reason(.later(step.id), TextField(model.wantedTime[step.id] ?? "", isMultiLine: false))
  return []
}

/// To the next step that waits; where none does, the selection stays.
func advance(_ model: inout Model, past id: StepID) -> [Intent] {
  model.isFollowing = true
  if model.view == .drafts {
    // From a draft to a draft, from what waits to what waits: the next yes must not mean something else.
    let state = model.steps[id]?.state
    guard let next = nextDraft(model, after: id, by: 1, where: { $0.state == state }) else { return [] }
    model.draftSelection = next
    return showCurrent(&model)
  }
  guard let next = nextWaiting(model, after: id, forward: true), next != id else { return [] }
  model.selection = next
  // A hand that presses the next key would otherwise leave one out.
  if let step = model.steps[next], !model.status.isEmpty { say(&model, "\(model.status) · now #\(step.number)") }
  return showCurrent(&model)
}

/// The next message that wants a person: it waits, or it is a draft that nobody has decided on.
func nextDraft(
  _ model: Model, after id: StepID?, by step: Int, where fits: (StepSummary) -> Bool = { _ in true }
) -> StepID? {
  let ids = model.draftIDs
  guard !ids.isEmpty else { return nil }
  let here = id.flatMap { ids.firstIndex(of: $0) } ?? 0
  let around = (1..<max(2, ids.count)).map { ids[((here + step * $0) % ids.count + ids.count) % ids.count] }
  return around.first { id in
    guard let step = model.steps[id], fits(step) else { return false }
    return step.state == .waiting || step.state == .staged && step.mark == .undecided || Deed.isUnsent(step, model)
  }
}

func nextWaiting(_ model: Model, after id: StepID?, forward: Bool) -> StepID? {
  let ids = model.queue.compactMap(\.step).filter { model.steps[$0]?.state == .waiting }
  let fresh = ids.filter { !model.skipped.contains($0) }
  let candidates = fresh.isEmpty ? ids : fresh
  guard let id, let here = model.queueIndex[id] else { return forward ? candidates.first : candidates.last }
  if forward {
    return candidates.first { (model.queueIndex[$0] ?? 0) > here } ?? candidates.first { $0 != id }
  }
  return candidates.last { (model.queueIndex[$0] ?? 0) < here } ?? candidates.last { $0 != id }
}

func skip(_ model: inout Model) -> [Intent] {
  guard let step = model.selected else { return [] }
  model.skipped.insert(step.id)
  say(&model, "#\(step.number) stays waiting")
  return advance(&model, past: step.id)
}

func rest(_ model: inout Model) -> [Intent] {
  if let why = unarmed(model) {
    say(&model, why, isBad: true)
    return [.flushInput]
  }
  switch model.view {
  case .review:
    let left = model.prepared.filter { $0.mark == .undecided && $0.canBeKeptWithOthers }
    model.overlay = .bulk(left.map(\.id))
  case .run:
    guard let step = model.selected else { return [] }
    model.overlay = .bulk(model.waiting.filter { Deed.like(step, $0) }.map(\.id))
  case .flags, .drafts, .live, .audit, .policy, .help: break
  }
  return []
}

// MARK: the review

/// How much of a step's preview was on the screen, for the record.
func seen(_ model: Model, _ step: StepSummary) -> String {
  guard let rows = model.rows, rows.step == step.id, rows.revision == step.revision else { return "not shown" }
  let seen = model.seen[step.id].flatMap { $0.revision == step.revision ? $0.rows : nil } ?? []
  return Painting(
    seen: rows.linesSeen(seen), total: rows.preview.lines.count, milliseconds: model.timeOnScreen
  ).description
}

/// A no says why, everywhere; in the review Enter alone will do.
private func leaveOut(_ model: inout Model) -> [Intent] {
  guard let step = model.current else { return [] }
  let isChange = model.view == .review && model.pane == .preview && Deed.changeCount(model) > 1
  model.overlay = .reason(
    .leaveOut(step.id, change: isChange ? model.change : nil), TextField("", isMultiLine: false))
  return []
}

/// - Parameter change: the one change that is meant; nil for the whole result, or for the one under the cursor.
func mark(_ model: inout Model, _ mark: Mark, change: Int? = nil, reason: String? = nil) -> [Intent] {
  guard let step = model.current else { return [] }
  let isChange = model.view == .review && model.pane == .preview && Deed.changeCount(model) > 1
  if let change = change ?? (isChange && mark == .keep ? model.change : nil) {
    var discarded = step.discardedChanges
    if mark == .discard { discarded.insert(change) } else { discarded.remove(change) }
    say(
      &model,
      "change \(change + 1) \(mark == .keep ? "stays in" : "is left out"); a in the list keeps the file with what stays in"
    )
    return [.mark(step, step.mark, discarding: discarded, reason: reason, painted: seen(model, step))]
      + nextChange(&model)
  }
  // What was left out stays left out: only its own key takes it in again.
  let intents: [Intent] = [
    .mark(step, mark, discarding: step.discardedChanges, reason: reason, painted: seen(model, step))
  ]
  if model.view == .drafts {
    say(&model, "#\(step.number) marked \(mark.rawValue); b, then Enter, finishes the review")
    return intents + advance(&model, past: step.id)
  }
  say(
    &model,
    "#\(step.number) \(mark == .keep ? "is kept" : "is discarded, all of it"); nothing counts before Enter finishes")
  let list = model.prepared
  // At the end of the list the eye goes back to what has no word yet.
  if list.last?.id == step.id,
    let left = list.first(where: { $0.id != step.id && $0.mark == .undecided })
  {
    model.reviewSelection = left.id
    return intents + showCurrent(&model)
  }
  return intents + moveReview(&model, 1)
}

private func nextChange(_ model: inout Model) -> [Intent] {
  guard model.change + 1 < Deed.changeCount(model) else { return [] }
  return look(&model, .nextChange)
}

func toggle(_ model: inout Model) -> [Intent] {
  if model.view == .flags {
    guard let row = model.currentFinding else { return [] }
    say(&model, "“\(row.finding.clause)” is undecided again; what was said stays in the record")
    return [.markRedline(row, .undecided, reason: "taken back")]
  }
  guard let step = model.current else { return [] }
  let next: Mark =
    switch step.mark {
    case .undecided: .keep
    case .keep: .discard
    case .discard: .undecided
    }
  say(
    &model,
    "#\(step.number) \(next == .keep ? "is kept" : next == .discard ? "is discarded, all of it" : "is undecided")")
  return [.mark(step, next, discarding: step.discardedChanges, painted: seen(model, step))]
}

func moveReview(_ model: inout Model, _ by: Int) -> [Intent] {
  let list = model.prepared
  guard let here = list.firstIndex(where: { $0.id == model.reviewSelection }) else { return [] }
  let next = max(0, min(list.count - 1, here + by))
  guard next != here else { return [] }
  model.reviewSelection = list[next].id
  return showCurrent(&model)
}

func finish(_ model: inout Model) -> [Intent] {
  model.pane = .list
  model.overlay = .finish
  return []
}

// MARK: flags

func changeLevel(_ model: inout Model, _ command: Command) -> [Intent] {
  guard let row = model.currentFinding else { return [] }
  let level = command == .raise ? row.level.raised : row.level.lowered
  model.overlay = .reason(.level(row.id, level), TextField("", isMultiLine: false))
  return []
}

/// To the next flag without a word, as the list goes, then around; where none is left, the selection stays.
func advanceFlag(_ model: inout Model) -> [Intent] {
  let flags = model.flags
  let here = flags.firstIndex { $0.id == model.finding } ?? 0
  let left = flags.enumerated().filter { $0.element.id != model.finding && model.wantsWord($0.element) }
  if let next = left.first(where: { $0.offset > here }) ?? left.first { model.finding = next.element.id }
  model.cardScroll = 0
  return []
}

/// To the next or the earlier flag without a word, as they stand, around at the ends.
func stepFlag(_ model: inout Model, forward: Bool) -> [Intent] {
  let flags = model.flags
  guard let here = flags.firstIndex(where: { $0.id == model.finding }) else { return [] }
  let order =
    forward ? Array(flags[(here + 1)...]) + flags[..<here] : flags[..<here].reversed() + flags[(here + 1)...].reversed()
  guard let next = order.first(where: model.wantsWord) else {
    say(&model, "no other flag wants a word")
    return []
  }
  model.finding = next.id
  model.cardScroll = 0
  return []
}

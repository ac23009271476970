// Moving about. Nothing here decides.

import CellScreen
import Domain

func look(_ model: inout Model, _ command: Command) -> [Intent] {
  switch command {
  case .up, .down, .top, .bottom, .pageUp, .pageDown: return move(&model, command)
  case .next, .previous: return jump(&model, forward: command == .next)
  case .nextChange, .previousChange: return goToChange(&model, command == .nextChange ? 1 : -1)
  case .pane:
    let panes: [Pane] =
      model.view == .run ? [.list, .preview, .trail] : model.view == .help ? [.list] : [.list, .preview]
    let here = panes.firstIndex(of: model.pane) ?? 0
    model.pane = panes[(here + 1) % panes.count]
    layOut(&model)
    return []
  case .left, .right:
    let pane: Pane = command == .left ? .list : .preview
    if model.pane == pane {
      say(
        &model,
        command == .left ? "this is the list; up and down move in it" : "this is the preview; up and down move in it")
    }
    model.pane = pane
    layOut(&model)
    return []
  case .zoom:
    model.isZoomed.toggle()
    layOut(&model)
    return []
  case .stepTrail:
    model.isStepTrail.toggle()
    return [.loadTrail(step: model.isStepTrail ? model.current?.id : nil)]
  case .runView: return go(&model, .run)
  case .flags: return go(&model, .flags)
  case .review: return go(&model, .review)
  case .help:
    if model.view == .help { return back(&model) }
    (model.helpedView, model.helpedPane) = (model.view, model.pane)
    (model.view, model.pane, model.isZoomed, model.helpScroll) = (.help, .list, false, 0)
    return []
  case .back: return back(&model)
  case .drafts: return go(&model, .drafts)
  case .live: return enter(&model, .live)
  case .audit: return enter(&model, .audit)
  case .policy: return go(&model, .policy)
  case .order:
    model.queueOrder = model.queueOrder == .plan ? .risk : .plan
    say(&model, model.queueOrder == .risk ? "what waits, by risk and age" : "in the order of the plan")
    rebuildQueue(&model)
    return []
  case .wrap:
    model.isWrapped.toggle()
    say(&model, model.isWrapped ? "long lines wrap" : "long lines are cut at the edge")
    layOut(&model)
    return []
  case .sideBySide:
    model.diffLayout =
      switch model.diffLayout {
      case .automatic: .sideBySide
      case .sideBySide: .unified
      case .unified: .automatic
      }
    layOut(&model)
    let isRefused = model.diffLayout == .sideBySide && model.rows?.isSideBySide == false
    say(
      &model,
      isRefused ? "this can’t stand side by side: too wide, or one side only" : "changes: \(model.diffLayout.word)")
    return []
  case .openDocument:
    if model.view == .drafts { return openAttachment(&model) }
    guard model.view == .flags, let row = model.currentFinding else { return [] }
    // The document itself, as it was read, at the clause; the report where nobody has read it.
    let read = model.order.last { id in
      model.steps[id].map { $0.kind == .fileRead && $0.target == row.finding.document } ?? false
    }
    model.selection = read ?? row.step
    model.isFollowing = false
    let intents = enter(&model, .run)
    model.isOpenedFromFlags = true
    model.wantedLine = read == nil || row.finding.firstLine == 0 ? nil : row.finding.firstLine
    return intents
  default: return []
  }
}

/// From the wall that somebody watches, a view of a run is one of the run under the cursor.
private func go(_ model: inout Model, _ view: ViewKind) -> [Intent] {
  guard model.home == .live, model.view == .live, let wanted = model.liveSelection, wanted != model.run?.id else {
    return enter(&model, view)
  }
  return [.openRun(wanted, view: view)]
}

func enter(_ model: inout Model, _ view: ViewKind) -> [Intent] {
  // The same message stays under the cursor from the run to its drafts and back.
  if view == .drafts, model.view == .run, let id = model.selection, model.draftIDs.contains(id) {
    model.draftSelection = id
  }
  if view == .run, model.view == .drafts, let id = model.draftSelection {
    model.selection = id
    model.isFollowing = false
  }
  model.view = view
  model.isOpenedFromFlags = false
  model.pane = .list
  model.isZoomed = false
  model.helpScroll = 0
  model.cardScroll = 0
  switch view {
  case .live:
    if model.home != .live, let run = model.run { (model.liveSelection, model.isLiveChosen) = (run.id, true) }
    return [.loadWall]
  case .policy: return [.loadPolicy]
  case .audit:
    model.audit.detail = nil
    return refilter(&model, model.audit.filter)
  case .review:
    let list = model.prepared
    model.reviewSelection = (list.first { $0.mark == .undecided } ?? list.first)?.id
    return showCurrent(&model) + (model.isReadOnly ? [] : [.checkPrepared])
  case .run, .flags, .drafts, .help: return showCurrent(&model)
  }
}

func back(_ model: inout Model) -> [Intent] {
  if model.isZoomed {
    model.isZoomed = false
    layOut(&model)
    return []
  }
  if model.view == .audit, model.audit.detail != nil {
    model.audit.detail = nil
    model.pane = .list
    return []
  }
  // Whoever looked something up stands where they stood.
  if model.view == .help {
    (model.view, model.pane) = (model.helpedView, model.helpedPane)
    layOut(&model)
    return []
  }
  if model.view == .review || model.view == .flags, model.pane == .preview {
    model.pane = .list
    return []
  }
  if model.view == .run, model.isOpenedFromFlags { return enter(&model, .flags) }
  return model.view == model.home ? [] : enter(&model, model.home)
}

private func move(_ model: inout Model, _ command: Command) -> [Intent] {
  let page = max(1, Layout(model).previewText.height - 1)
  let step: Int =
    switch command {
    case .up: -1
    case .down: 1
    case .pageUp: -page
    case .pageDown: page
    case .top: -1_000_000
    default: 1_000_000
    }
  let isPage = command == .pageUp || command == .pageDown
  switch model.view {
  case .help:
    let whole = max(1, Layout(model).list.height - 3)
    model.helpScroll = max(0, model.helpScroll + (isPage ? (step < 0 ? -whole : whole) : step))
    return []
  case .flags:
    if model.pane == .preview || isPage {
      model.cardScroll = max(0, model.cardScroll + step)
      return []
    }
    return moveFlag(&model, step)
  case .live, .audit, .policy: return moveDesk(&model, step, isPage: isPage)
  case .run, .review, .drafts:
    if model.pane == .preview || isPage {
      model.previewScroll += step
      clampScroll(&model)
      return []
    }
    if model.view == .drafts { return moveDraft(&model, step) }
    return model.view == .run ? moveQueue(&model, step) : moveReview(&model, step)
  }
}

private func moveQueue(_ model: inout Model, _ by: Int) -> [Intent] {
  guard !model.queueIndex.isEmpty else { return [] }
  model.isFollowing = false
  // Not by scanning all steps: the row is known, and steps are close to it.
  let here = model.selection.flatMap { model.queueIndex[$0] } ?? 0
  var row = max(0, min(model.queue.count - 1, here + by))
  let direction = by < 0 ? -1 : 1
  while model.queue.indices.contains(row), model.queue[row].step == nil { row += direction }
  if !model.queue.indices.contains(row) {
    row = direction < 0 ? model.queue.firstIndex { $0.step != nil } ?? here : here
  }
  guard let step = model.queue[row].step, step != model.selection else { return [] }
  model.selection = step
  return showCurrent(&model)
}

private func moveFlag(_ model: inout Model, _ by: Int) -> [Intent] {
  let flags = model.flags
  let here = flags.firstIndex { $0.id == model.finding } ?? 0
  guard !flags.isEmpty else { return [] }
  model.finding = flags[max(0, min(flags.count - 1, here + by))].id
  model.cardScroll = 0
  return []
}

private func jump(_ model: inout Model, forward: Bool) -> [Intent] {
  switch model.view {
  case .flags: return stepFlag(&model, forward: forward)
  case .review:
    let list = model.prepared
    guard !list.isEmpty else { return [] }
    let here = list.firstIndex { $0.id == model.reviewSelection } ?? 0
    let order =
      forward ? Array(list[(here + 1)...]) + list[...here] : list[..<here].reversed() + list[here...].reversed()
    guard let next = order.first(where: { $0.mark == .undecided }) else {
      say(&model, "every result has its mark; Enter finishes the review")
      return []
    }
    model.reviewSelection = next.id
    return showCurrent(&model)
  case .drafts:
    // What waits comes before what is only prepared or saved.
    let (here, by) = (model.draftSelection, forward ? 1 : -1)
    guard
      let next = nextDraft(model, after: here, by: by, where: { $0.state == .waiting })
        ?? nextDraft(model, after: here, by: by)
    else {
      say(&model, "no message wants you")
      return []
    }
    model.draftSelection = next
    return showCurrent(&model)
  case .run, .help, .live, .audit, .policy:
    let found = nextWaiting(model, after: model.selection, forward: forward)
    // From the last of this run the way leads to the others before it leads around.
    let isAround =
      forward && model.selected?.state == .waiting && model.runWaitingElsewhere != nil && !model.isReadOnly
      && (found.flatMap { model.queueIndex[$0] } ?? 0) < (model.selection.flatMap { model.queueIndex[$0] } ?? 0)
    guard let next = isAround ? nil : found else {
      let isHere = model.selected?.state == .waiting
      // What wants me may be in another run: there it can be decided as here.
      if let other = model.runWaitingElsewhere, !model.isReadOnly {
        // A hand that pages through one run must not find itself deciding in another.
        if isHere, model.offeredRun != other {
          model.offeredRun = other
          say(&model, "this is the last here; \(model.keymap.name(.next)) again goes to run \(other)")
          return []
        }
        return [.openRun(other, toDecide: true)]
      }
      say(
        &model,
        isHere
          ? "nothing else waits; this one does"
          : model.waitingElsewhere > 0
            ? "nothing waits in this run; \(model.keymap.name(.live)) shows \(model.waitingElsewhere) in others"
            : model.preparedIDs.isEmpty ? "nothing waits for you" : "nothing waits; b reviews what is prepared")
      return []
    }
    model.isFollowing = false
    model.selection = next
    if model.view != .run { return enter(&model, .run) }
    return showCurrent(&model)
  }
}

private func moveDraft(_ model: inout Model, _ by: Int) -> [Intent] {
  let here = model.draftSelection.flatMap { model.draftIDs.firstIndex(of: $0) } ?? 0
  guard !model.draftIDs.isEmpty else { return [] }
  let next = model.draftIDs[max(0, min(model.draftIDs.count - 1, here + by))]
  guard next != model.draftSelection else { return [] }
  model.draftSelection = next
  return showCurrent(&model)
}

/// To the next attachment of a message, around at the end.
private func openAttachment(_ model: inout Model) -> [Intent] {
  guard let rows = model.rows else { return [] }
  let starts = rows.rows.indices.filter { rows.startsAttachment($0) }
  guard let next = starts.first(where: { $0 > model.previewScroll }) ?? starts.first else {
    say(&model, "nothing is attached as text", isBad: true)
    return []
  }
  model.previewScroll = next
  clampScroll(&model)
  say(&model, "attachment \((starts.firstIndex(of: next) ?? 0) + 1) of \(starts.count)")
  return []
}

extension DiffLayout {
  var word: String {
    switch self {
    case .automatic: "as the width allows"
    case .unified: "one below the other"
    case .sideBySide: "side by side"
    }
  }
}

private func goToChange(_ model: inout Model, _ by: Int) -> [Intent] {
  guard let rows = model.rows, !rows.changeRows.isEmpty else { return [] }
  model.change = max(0, min(rows.changeRows.count - 1, model.change + by))
  model.previewScroll = max(0, rows.changeRows[model.change] - 2)
  clampScroll(&model)
  return []
}

// Keys while something asks: reasons, the editor, search, the palette, last words.

import CellScreen
import Domain

func overlayKey(_ model: inout Model, _ key: Key, isBurst: Bool) -> [Intent] {
  guard let overlay = model.overlay else { return [] }
  if key == .escape, !isSearching(overlay) {
    if case .editor(_, _, let field) = overlay, field.isChanged, !model.isLeavingEditor {
      model.isLeavingEditor = true
      say(&model, "Esc again drops what you wrote; Ctrl-S keeps it", isBad: true)
      return []
    }
    if case .filter = overlay {
      model.overlay = nil
      return []
    }
    if case .reason(let purpose, let field) = overlay, field.isChanged, !field.text.allSatisfy(\.isWhitespace),
      !model.isLeavingEditor
    {
      model.isLeavingEditor = true
      say(&model, "Esc again drops what you wrote; Enter \(OverlayView.titleDeed(purpose, model))", isBad: true)
      return []
    }
    model.overlay = nil
    say(&model, "nothing was decided")
    return []
  }
  model.isLeavingEditor = false
  switch overlay {
  case .finish, .bulk, .confirm, .level: scrollList(&model, key)
  case .reason, .editor, .search, .palette, .filter: break
  }
  switch overlay {
  case .reason(let purpose, let field): return reasonKey(&model, key, purpose, field, isBurst: isBurst)
  case .editor(let step, let revision, let field): return editorKey(&model, key, step, revision, field)
  case .search(let field): return searchKey(&model, key, field)
  case .palette(let field): return paletteKey(&model, key, field)
  case .filter(let field): return filterKey(&model, key, field)
  case .level(let id, let isForKind): return levelKey(&model, key, id, isForKind: isForKind, isBurst: isBurst)
  case .finish:
    guard isYes(&model, key, isBurst, takesEnter: true) else { return [] }
    model.overlay = nil
    model.keptDrafts = model.prepared.filter { $0.mark == .keep && $0.kind == .mailDraft && $0.reach.connector.isEmpty }
      .map(\.id)
    say(&model, "finishing the review")
    return [.finishReview(listed: model.prepared)]
  case .bulk(let ids):
    guard isYes(&model, key, isBurst) else { return [] }
    model.overlay = nil
    let steps = ids.compactMap { model.steps[$0] }
    if model.view == .review {
      return [.markAll(steps, .keep, painted: "listed with \(steps.count)")]
    }
    return [.decideAll(steps, .approve, painted: "listed with \(steps.count)")]
  case .confirm(let what):
    guard isYes(&model, key, isBurst) else { return [] }
    model.overlay = nil
    switch what {
    case .pause(let run): return [.pause(run, true)]
    case .goOn(let run, _): return [.pause(run, false)]
    case .close: return [.close]
    case .resume: return [.resume]
    case .stop(let run): return [.stop(run)]
    case .stopAll: return [.stopAll]
    case .revoke(let word): return [.revoke(word)]
    case .again(let step, let painted):
      guard model.steps[step.id]?.revision == step.revision, model.steps[step.id]?.state == .waiting else {
        say(&model, "it changed meanwhile; nothing was decided", isBad: true)
        return []
      }
      say(&model, "#\(step.number): yes, \(Deed.approval(step))")
      return [.decide(step, .approve, painted: painted)]
    }
  }
}

/// The last yes to a question: not typed ahead, not before it could be read, and not before all of its list was shown.
private func isYes(_ model: inout Model, _ key: Key, _ isBurst: Bool, takesEnter: Bool = false) -> Bool {
  let isEnter = key == .enter
  guard model.keymap.means(key, .approve) || takesEnter && isEnter, !isBurst, !model.isQuick, model.isOverlayArmed
  else {
    if isEnter, !takesEnter { say(&model, "Enter is no yes to this: \(model.keymap.name(.approve)) is", isBad: true) }
    return false
  }
  guard OverlayView.linesBelow(model) == 0 else {
    scrollList(&model, .pageDown)
    return false
  }
  say(&model, "")
  return true
}

/// Moves the list of a question.
private func scrollList(_ model: inout Model, _ key: Key) {
  let more = OverlayView.linesBelow(model)
  let page = max(1, model.height - 8)
  switch key {
  case .down, .character("j"): model.overlayScroll += min(1, more)
  case .pageDown, .character(" "): model.overlayScroll += min(page, more)
  case .end: model.overlayScroll += more
  case .up, .character("k"): model.overlayScroll = max(0, model.overlayScroll - 1)
  case .pageUp: model.overlayScroll = max(0, model.overlayScroll - page)
  case .home: model.overlayScroll = 0
  default: break
  }
}

/// A search inside the editor is what Esc ends first.
private func isSearching(_ overlay: Overlay) -> Bool {
  if case .editor(_, _, let field) = overlay { field.sought != nil } else { false }
}

private func reasonKey(
  _ model: inout Model, _ key: Key, _ purpose: ReasonPurpose, _ field: TextField, isBurst: Bool
) -> [Intent] {
  var field = field
  say(&model, "")
  if key == .tab, case .closeIncident(let id) = purpose {
    let open = (model.wall?.incidents.filter(\.isOpen) ?? []).map(\.id)
    let next = open.firstIndex(of: id).map { open[($0 + open.count - 1) % open.count] } ?? id
    model.overlay = .reason(.closeIncident(next), field)
    return []
  }
  if key == .enter {
    // The question may be asked early; its answer counts only when what it is about could be seen.
    guard !isBurst else {
      say(&model, "that came faster than a hand types; press Enter again", isBad: true)
      return [.flushInput]
    }
    guard !decides(purpose) || model.isArmed || model.isOverlayArmed else {
      say(&model, "it has just appeared; look first, then press Enter again", isBad: true)
      return [.flushInput]
    }
    // A number alone is one of the list; it is text like any other until Enter.
    let reasons = Reasons.listed(for: purpose, model)
    if let number = Int(field.text), wantsWords(purpose) || !reasons.listed.isEmpty {
      guard reasons.listed.indices.contains(number - 1) else {
        let words = reasons.listed.isEmpty ? "a number is no reason here" : "there is no reason \(number)"
        say(&model, "\(words): a few words", isBad: true)
        return []
      }
      return reasoned(&model, purpose, reasons.listed[number - 1], code: reasons.code(number))
    }
    if wantsWords(purpose), field.text.count(where: { !$0.isWhitespace }) == 1 {
      say(&model, "one letter is no reason here: a few words", isBad: true)
      return []
    }
    let intents = reasoned(&model, purpose, field.text, code: field.isEmpty ? "none" : "typed")
    model.isTypingOn = model.overlay == nil && !field.isEmpty
    return intents
  }
  // A time that was kept is there to be confirmed; another one is typed in its place.
  if case .later(let id) = purpose, case .character = key, !field.isChanged, model.wantedTime[id] == field.text {
    field = TextField("", isMultiLine: false)
  }
  _ = field.handle(key)
  model.overlay = .reason(purpose, field)
  return []
}

/// The answer is a word on what is under the cursor.
private func decides(_ purpose: ReasonPurpose) -> Bool {
  switch purpose {
  case .reject, .discardRedline, .leaveOut, .later: true
  case .level, .incident, .closeIncident: false
  }
}

/// What a single letter or a number of no list is no answer to.
private func wantsWords(_ purpose: ReasonPurpose) -> Bool {
  switch purpose {
  case .level, .discardRedline, .leaveOut, .incident, .closeIncident: true
  case .reject, .later: false
  }
}

private func reasoned(_ model: inout Model, _ purpose: ReasonPurpose, _ reason: String, code: String) -> [Intent] {
  switch purpose {
  case .reject(let id):
    guard let step = model.steps[id] else { return [] }
    guard !reason.allSatisfy(\.isWhitespace) else {
      say(&model, "a no needs a reason: a number of the list, or a few words", isBad: true)
      return []
    }
    model.overlay = nil
    say(&model, "\(step.isQuestionOnly ? "did not happen:" : "rejected") #\(step.number): \(reason)")
    let painted = model.current?.id == id ? seen(model, step) : "not shown"
    let intents: [Intent] = [.decide(step, .reject(code: code, reason: reason), painted: painted)]
    return intents + advance(&model, past: id)
  case .level(let id, let level):
    guard !reason.allSatisfy(\.isWhitespace) else {
      say(&model, "a changed level needs a reason", isBad: true)
      return []
    }
    model.overlay = nil
    guard let row = model.findings.first(where: { $0.id == id }) else { return [] }
    tellPlace(&model, row, level)
    let intents: [Intent] = [.setLevel(row, level, reason: reason)]
    guard level == .green, row.wantsWord else { return intents }
    // GREEN wants no word: it goes to the end of the list, the cursor to the next that wants one.
    let next = advanceFlag(&model)
    if let now = model.currentFinding, now.id != id { say(&model, "\(model.status) · now “\(now.finding.clause)”") }
    return intents + next
  case .discardRedline(let id):
    guard !reason.allSatisfy(\.isWhitespace) else {
      say(&model, "say why, in a few words", isBad: true)
      return []
    }
    model.overlay = nil
    guard let row = model.findings.first(where: { $0.id == id }) else { return [] }
    return [.markRedline(row, .discard, reason: reason)] + advanceFlag(&model)
  case .leaveOut(let id, let change):
    model.overlay = nil
    guard model.current?.id == id else {
      say(&model, "it is not under the cursor any more; nothing was decided", isBad: true)
      return []
    }
    return mark(&model, .discard, change: change, reason: reason.allSatisfy(\.isWhitespace) ? "" : reason)
  case .incident(let run, let step):
    guard !reason.allSatisfy(\.isWhitespace) else {
      say(&model, "say what happened", isBad: true)
      return []
    }
    model.overlay = nil
    return [.raiseIncident(reason, run, step)]
  case .closeIncident(let id):
    guard !reason.allSatisfy(\.isWhitespace) else {
      say(&model, "say what came of it", isBad: true)
      return []
    }
    model.overlay = nil
    return [.closeIncident(id, outcome: reason)]
  case .later(let id): return setLater(&model, id, reason)
  }
}

/// The list is in the order of levels: a flag that moves takes the cursor with it, and says where it went.
private func tellPlace(_ model: inout Model, _ row: FindingRow, _ level: Finding.Level) {
  var moved = model
  if let index = moved.findings.firstIndex(where: { $0.id == row.id }) { moved.findings[index].humanLevel = level }
  let place = moved.flags.firstIndex { $0.id == row.id } ?? 0
  let next = level == .green && row.wantsWord ? "" : "; \(model.keymap.name(.next)): next"
  say(&model, "“\(row.finding.clause)” is \(level.word) now, place \(place + 1) of \(moved.flags.count)\(next)")
}

/// The time was given: the approval counts for what was shown, as any does.
private func setLater(_ model: inout Model, _ id: StepID, _ text: String) -> [Intent] {
  guard let due = model.time.later(text, offset: model.zone) else {
    say(
      &model,
      "“\(text)” is not a time to come within 31 days: write 14:05, tomorrow 9:00, 2026-12-01 14:05, 30m, 1h30m or 2d",
      isBad: true)
    return []
  }
  let day = due.date(offset: model.zone)
  // A time of day that is over means tomorrow only to somebody who says so.
  if text.contains(":"), !text.contains(" "), day != model.time.date(offset: model.zone), model.wantsTomorrow != text {
    model.wantsTomorrow = text
    say(&model, "\(text) is over today: Enter again for tomorrow, \(day)", isBad: true)
    return []
  }
  model.wantsTomorrow = nil
  model.overlay = nil
  guard model.current?.id == id else { return [] }
  guard let painted = painting(&model), let step = model.current else {
    model.wantedTime[id] = text
    say(&model, "not yet: look at this, then \(model.keymap.name(.later)), Enter for \(text)")
    return []
  }
  model.wantedTime[id] = nil
  say(&model, "#\(step.number): yes, \(Standing.countdown(due, step, model)); u takes it back")
  model.isFollowing = false
  return [.decideLater(step, painted: painted.description, at: due)]
}

private func filterKey(_ model: inout Model, _ key: Key, _ field: TextField) -> [Intent] {
  var field = field
  if key == .enter {
    model.overlay = nil
    return []
  }
  _ = field.handle(key)
  model.overlay = .filter(field)
  return refilter(&model, field)
}

private func levelKey(
  _ model: inout Model, _ key: Key, _ id: StepID, isForKind: Bool, isBurst: Bool
) -> [Intent] {
  if key == .tab {
    model.overlay = .level(id, isForKind: !isForKind)
    return []
  }
  guard case .character(let character) = key, let digit = character.wholeNumberValue, !isBurst, !model.isQuick,
    model.isOverlayArmed,
    TrustLevel.allCases.indices.contains(digit - 1), let step = model.steps[id]
  else { return [] }
  model.overlay = nil
  return [.setTrust(step, TrustLevel.allCases[digit - 1], isForKind: isForKind)]
}

/// What became of a text that was taken, while its editor is still open.
func editedWords(_ model: Model) -> String {
  let yes = model.keymap.name(.approve)
  if model.view == .flags {
    // The clause has the lines that it had: what was written stands elsewhere in the copy.
    if case .editor(_, _, let field)? = model.overlay, let wording = model.currentFinding?.wording, !wording.isEmpty,
      "\n\(field.text)\n".contains("\n\(wording)\n")
    {
      return "this clause is as it was: what you wrote stands elsewhere in its copy"
    }
    if model.currentFinding?.mark == .discard {
      return "your words stand in its copy and stay left out, as the redline is discarded; \(yes) takes them in"
    }
    return "the copy has your words, the card those of its clause; \(yes) keeps them"
  }
  if model.current?.state == .staged, model.view == .run {
    return "your version is shown; the review (\(model.keymap.name(.review))) decides it"
  }
  return "your version is shown; \(yes) \(model.current?.state == .staged ? "keeps" : "approves") it"
}

private func editorKey(
  _ model: inout Model, _ key: Key, _ step: StepID, _ revision: Revision, _ field: TextField
) -> [Intent] {
  var field = field
  if key == .control("s") {
    // The editor stays until the text is taken: what somebody wrote is never lost to an error.
    guard let current = model.steps[step], current.revision == revision else {
      say(&model, "the step changed meanwhile; Esc goes back, your text was not used", isBad: true)
      return []
    }
    guard current.state == .waiting || current.state == .staged else {
      say(
        &model, "already \(current.state.word) by \(current.decidedBy); Esc goes back, your text was not used",
        isBad: true)
      return []
    }
    guard field.isChanged else {
      model.overlay = nil
      say(&model, "nothing was changed")
      return []
    }
    return [.edit(current, text: field.text)]
  }
  say(&model, "")
  if key == .control("r"), let agents = model.agentsText { field.replace(with: agents) } else { _ = field.handle(key) }
  model.overlay = .editor(step, revision, field)
  return []
}

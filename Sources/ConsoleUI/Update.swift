// The one function that changes the model. Messages in, wishes out; no clock, no file, no terminal.

import CellScreen
import Domain
import EffectPreview

package func update(_ model: inout Model, _ message: Message) -> [Intent] {
  let before = model.overlay?.question
  let intents = handle(&model, message)
  let after = model.overlay?.question
  guard after != before else { return intents }
  // A question counts from its first painting; and what stood behind one is new to the eye when it goes.
  (model.overlayAt, model.overlayScroll, model.isLeavingEditor) = (.max, 0, false)
  if after == nil { disarm(&model) }
  return intents
}

/// What is on the screen has to be painted, and looked at, anew before a key decides it.
private func disarm(_ model: inout Model) {
  noteLooked(&model)
  model.painted = nil
}

private func noteLooked(_ model: inout Model) {
  guard let step = model.painted?.step, let revision = model.painted?.revision else { return }
  let earlier = model.looked[step].flatMap { $0.revision == revision ? $0.time : nil } ?? 0
  model.looked[step] = (revision, earlier + model.now - model.paintedAt)
}

private func handle(_ model: inout Model, _ message: Message) -> [Intent] {
  switch message {
  case .input(let event, let at):
    model.now = at
    let isTyping = at - model.lastInput < Model.typing
    let isAnswering = isTyping || at - model.refusedAt < Model.answering
    model.lastInput = at
    if model.isTypingOn {
      if isTyping, model.overlay == nil, case .key(let key, _) = event, key == .enter || key.isCharacter {
        say(&model, "Enter took your words: what you type after it goes nowhere; pause a moment", isBad: true)
        return [.flushInput]
      }
      model.isTypingOn = false
    }
    if model.isAnswerUnheard {
      // What counts down can always be taken back.
      if isAnswering, model.overlay == nil, case .key(let key, _) = event, key == .enter || key.isCharacter,
        !(Deed.canTakeBack(model) && model.keymap.binding(for: key, in: model.view)?.command == .undo)
      {
        say(&model, "nothing was asked just now, so what you type goes nowhere: pause a moment", isBad: true)
        return [.flushInput]
      }
      model.isAnswerUnheard = false
    }
    // Somebody who was refused a question and types its answer must not pause a run or raise an incident with it.
    if isTyping, model.overlay == nil, model.isStatusBad, !model.status.isEmpty, case .key(let key, _) = event,
      model.keymap.binding(for: key, in: model.view)?.group == .run
    {
      say(&model, "that came while something was refused: \(key.name) did nothing; press it again", isBad: true)
      return [.flushInput]
    }
    let since = at - model.lastCharacter
    if case .key(let key, _) = event, key.isCharacter { model.lastCharacter = at }
    model.isQuick = since < Model.betweenKeys
    return input(&model, event, at)
  case .tick(let at, let wall):
    model.now = at
    model.time = wall
    if let ends = model.statusEnds, at >= ends { say(&model, "") }
    return []
  case .reading(let reading): return read(&model, reading)
  case .copies(let documents, let settled):
    (model.copiedDocuments, model.settledCopies) = (documents, settled)
    return []
  case .wall, .policy, .limit, .trailPage, .entry, .proof, .opened: return deskWide(&model, message)
  case .enter(let view): return perform(&model, view.command)
  case .selected(let id):
    if model.view == .drafts, model.draftIDs.contains(id) {
      model.draftSelection = id
      return showCurrent(&model)
    }
    if model.view == .review, model.preparedIDs.contains(id) {
      model.reviewSelection = id
      return showCurrent(&model)
    }
    model.view = .run
    model.pane = .list
    model.isFollowing = false
    model.selection = id
    return showCurrent(&model)
  case .preview(let loaded):
    guard loaded.step == model.current?.id, loaded.revision == model.current?.revision else { return [] }
    model.preview = loaded
    layOut(&model)
    scrollToWanted(&model)
    return []
  case .painted(let painted, let rows, let at):
    model.now = at
    if painted != model.painted {
      noteLooked(&model)
      model.painted = painted
      model.paintedAt = at
    }
    if model.overlay != nil, model.overlayAt == .max { model.overlayAt = at }
    noteSeen(&model, painted, rows)
    return []
  case .checked(let check):
    if check == .intact, model.check != .intact, model.view == .audit {
      say(&model, "intact: all \(Words.count(model.leafCount)) entries were checked")
    }
    if case .checking(let percent) = check, percent == 0 || model.checkSince == nil { model.checkSince = model.time }
    model.check = check
    return []
  case .work(let work):
    model.work = work
    return []
  case .editable(let step, let revision, let text, let agents, let line):
    guard let text, let current = model.steps[step], current.revision == revision else {
      say(&model, "this step has no text to change", isBad: true)
      return []
    }
    model.overlay = .editor(step, revision, TextField(text, isMultiLine: true, line: line))
    model.agentsText = agents
    return []
  case .restored(let text):
    guard case .editor(let step, let revision, var field)? = model.overlay else { return [] }
    field.replace(with: text)
    model.overlay = .editor(step, revision, field)
    say(&model, "what you wrote before is back; Ctrl-Z takes it out, Esc twice drops it")
    return []
  case .edited:
    let words = editedWords(model)
    model.overlay = nil
    say(&model, words)
    return []
  case .greeted(let text, let isBad):
    say(&model, text, isBad: isBad)
    model.statusEnds = model.now + Model.greeting
    return []
  case .told(let text, let isBad):
    say(&model, text, isBad: isBad)
    return []
  case .writtenFolders(let path):
    model.writtenFolders = path
    return []
  case .settings(let fault):
    model.settingsFault = fault
    say(&model, fault.isEmpty ? "the settings can be read again" : fault, isBad: !fault.isEmpty)
    return []
  }
}

func say(_ model: inout Model, _ text: String, isBad: Bool = false) {
  model.status = text
  // News gives the footer back to the keys; what went wrong stays until somebody has pressed one.
  model.statusEnds = isBad || text.isEmpty ? nil : model.now + Model.news
  model.isStatusBad = isBad
}

private func noteSeen(_ model: inout Model, _ painted: Painted, _ rows: Range<Int>?) {
  if let finding = painted.finding, let rows {
    let width = Layout(model).preview.width
    let words = model.currentFinding.flatMap { $0.id == finding ? $0.wording : nil } ?? ""
    var seen = model.seenCards[finding] ?? (width, words, [])
    if seen.width != width || seen.words != words { seen = (width, words, []) }
    seen.rows.formUnion(rows)
    model.seenCards[finding] = seen
  }
  guard let step = painted.step, let revision = painted.revision, let rows else { return }
  var seen = model.seen[step] ?? (revision, [])
  if seen.revision != revision { seen = (revision, []) }
  guard !rows.isEmpty, !(seen.rows.contains(rows.lowerBound) && seen.rows.contains(rows.upperBound - 1)) else { return }
  seen.rows.formUnion(rows)
  model.seen[step] = seen
}

/// Asks for the preview of what is under the cursor.
func showCurrent(_ model: inout Model) -> [Intent] {
  model.preview = nil
  model.rows = nil
  model.previewScroll = 0
  model.change = 0
  guard let step = model.current else { return [] }
  var intents: [Intent] = [.loadPreview(step.id)]
  if model.isStepTrail { intents.append(.loadTrail(step: step.id)) }
  return intents
}

/// Rows for the width the preview pane has now.
func layOut(_ model: inout Model) {
  guard let preview = model.preview, let step = model.steps[preview.step] else {
    model.rows = nil
    return
  }
  let width = Layout(model).previewText.width
  model.rows = PreviewRows(preview, step: step, width: width, layout: model.diffLayout, isWrapped: model.isWrapped)
  clampScroll(&model)
}

/// Two lines of what comes before stay in sight.
private func scrollToWanted(_ model: inout Model) {
  guard let line = model.wantedLine, let rows = model.rows else { return }
  model.wantedLine = nil
  model.previewScroll = max(0, (rows.row(ofLine: line) ?? 0) - 2)
  clampScroll(&model)
}

func clampScroll(_ model: inout Model) {
  let height = Layout(model).previewText.height
  model.previewScroll = max(0, min(model.previewScroll, (model.rows?.rows.count ?? 0) - height))
}

/// A command from a key or the palette, with its obstacle checked.
func perform(_ model: inout Model, _ command: Command) -> [Intent] {
  guard let binding = CommandTable.binding(command) else { return [] }
  if command != .next { model.offeredRun = nil }
  if let why = binding.obstacle(model) {
    if command.asksForWords { return unasked(&model, why) }
    say(&model, why, isBad: true)
    return []
  }
  switch command {
  case .approve: return yes(&model)
  case .reject: return no(&model)
  case .edit:
    if model.view == .flags { return model.currentFinding.map { [.loadRedline($0)] } ?? [] }
    return model.current.map { [.loadEditable($0.id)] } ?? []
  case .editOutside: return model.current.map { [.editOutside($0)] } ?? []
  case .skip: return skip(&model)
  case .undo: return model.current.map { [Deed.canTakeBack(model) ? .takeBack($0) : .undo($0)] } ?? []
  case .later: return later(&model)
  case .level:
    // Its digit sets a level at once: it is armed like a yes.
    if let why = unseen(model) { return unasked(&model, why) }
    model.overlay = model.current.map { .level($0.id, isForKind: false) }
    return model.current.map { [.loadLimit($0)] } ?? []
  case .sendDraft: return model.current.map { [.raiseSend($0)] } ?? []
  case .approveRest: return rest(&model)
  case .toggleMark: return toggle(&model)
  case .finish: return finish(&model)
  case .raise, .lower: return changeLevel(&model, command)
  case .pause:
    guard let run = model.wantedRun else { return [] }
    // Where it is one key among many it asks, in either direction: the next key may be a yes to something else. In Live it
    // is what the key is there for.
    if run.isPaused, run.counts.held > 0 || model.view != .live {
      model.overlay = .confirm(.goOn(run.id, held: run.counts.held))
      return []
    }
    if run.isPaused || model.view == .live { return [.pause(run.id, !run.isPaused)] }
    model.overlay = .confirm(.pause(run.id))
    return []
  case .stop:
    model.overlay = model.wantedRun.map { .confirm(.stop($0.id)) }
    return []
  case .stopAll:
    model.overlay = .confirm(
      .stopAll(model.wall?.runs.count { $0.hasHost || !$0.summary.state.isOver && $0.summary.hasOpenYes } ?? 1))
    return []
  case .incident:
    model.overlay = .reason(
      .incident(model.wantedRun?.id, model.current?.number), TextField("", isMultiLine: false))
    return []
  case .closeIncident:
    // The one of the run under the cursor, else the oldest; Tab goes to the next.
    let open = model.wall?.incidents.filter(\.isOpen) ?? []
    let incident = open.last { $0.run != nil && $0.run == model.liveSelection } ?? open.last
    model.overlay = incident.map { .reason(.closeIncident($0.id), TextField("", isMultiLine: false)) }
    return []
  case .openRun: return model.liveSelection.map { [.openRun($0)] } ?? []
  case .decideHere:
    model.isReadOnly = false
    say(&model, "you decide here now")
    return []
  case .verify:
    say(&model, "checking the whole trail again")
    return [.verify]
  case .export:
    do throws(TrailFilter.Fault) { return [.export(try TrailFilter(model.audit.filter.text, now: model.time))] } catch {
      say(&model, "nothing was written: \(error.sentence)", isBad: true)
      return []
    }
  case .register: return [.writeRegister]
  case .filter:
    model.overlay = .filter(model.audit.filter)
    return []
  case .openEntry: return model.audit.selection.map { [.loadEntry($0)] } ?? []
  case .resume:
    model.overlay = .confirm(.resume(model.preparedIDs.count))
    return []
  case .close:
    model.overlay = .confirm(
      .close(model.waitingIDs.count + model.preparedIDs.count + model.steps.values.count { $0.state == .approved }))
    return []
  case .suspend: return [.suspend]
  case .leave:
    // From a document that was opened at its clause the way leads back to its flag.
    guard model.view == model.home, !model.isOpenedFromFlags else { return back(&model) }
    return [.quit]
  case .search:
    model.overlay = .search(TextField("", isMultiLine: false))
    return []
  case .palette:
    model.overlay = .palette(TextField("", isMultiLine: false))
    return []
  default: return look(&model, command)
  }
}

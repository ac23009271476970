// What yes and no would do now, in the words of the footer, and why they can't.

import Domain

/// The words of a yes, for the line mode as well.
package enum ApprovalWords { package static func of(_ step: StepSummary) -> String { Deed.approval(step) } }

/// Why a word on a redline comes too late, for the desk as well.
package enum SettledCopy {
  /// nil where the word is true of the copy as it is: a yes to what is in place.
  package static func obstacle(_ copy: StepSummary, _ row: FindingRow, _ mark: Mark) -> String? {
    let isThere = [.kept, .performing, .done].contains(copy.state)
    if isThere, mark == .keep, row.mark == .undecided { return nil }
    let fate = isThere ? "is in place; change the file itself" : "is \(copy.state.word)"
    return "a word here would change nothing: \(copy.target) \(fate)"
  }
}

enum Deed {
  @Sendable static func yes(_ model: Model) -> String? {
    switch model.view {
    case .run: model.selected.flatMap { $0.state == .waiting ? approval($0, model) : nil }
    case .drafts:
      model.current.flatMap { step in
        step.state == .waiting
          ? approval(step, model)
          : step.state == .staged
            ? (step.kind == .eventAdd ? "keep event" : "keep draft")
            : isUnsent(step, model) ? "raise the send" : isFailedSend(step) ? "raise it again" : nil
      }
    case .review: model.pane == .preview && changeCount(model) > 1 ? "keep change" : model.current.map { _ in "keep" }
    case .flags: model.currentFinding.map { flag($0, model) }
    case .live, .audit, .policy, .help: nil
    }
  }

  /// Somebody who has named a time must not send at once by habit.
  private static func approval(_ step: StepSummary, _ model: Model) -> String {
    guard model.wantedTime[step.id] == nil else { return "\(approval(step)) now instead" }
    guard let rows = model.rows, rows.step == step.id, rows.revision == step.revision else { return approval(step) }
    // With what is on the screen now: this frame tells of itself.
    let top = model.previewScroll
    let own = model.seen[step.id].flatMap { $0.revision == step.revision ? $0.rows : nil } ?? []
    let seenRows = own.union(top..<max(top, min(rows.rows.count, top + Layout(model).previewText.height)))
    let (seen, total) = (rows.linesSeen(seenRows), rows.preview.lines.count)
    // What can be put back may be approved before its end; how much of it was on the screen is said.
    if step.mustBeSeenWhole {
      return rows.firstUnseen(seenRows) == nil ? approval(step) : "read on, \(seen)/\(total) lines seen"
    }
    return seen < total ? "\(approval(step)), \(seen)/\(total) lines seen" : approval(step)
  }

  private static func flag(_ row: FindingRow, _ model: Model) -> String {
    let region = Layout(model).preview
    let own = model.seenCards[row.id].flatMap { $0.width == region.width && $0.words == row.wording ? $0.rows : nil }
    let seen = (own ?? []).union(model.cardScroll..<model.cardScroll + max(0, region.inner.height))
    guard FlagsView.unseenRow(row, width: region.width, seen: seen) == nil else { return "read on" }
    return model.hasCopy(row) ? "keep redline" : "agree"
  }

  static func approval(_ step: StepSummary) -> String {
    if step.isQuestionOnly { return "say that it happened" }
    if step.reach.goesNowhere {
      let outside = step.reach.outsideRecipients.count
      return outside == 0 ? "put in outbox" : "put in outbox (\(outside) outside)"
    }
    if step.mayHaveHappened, !step.kind.isFile { return "do it once more" }
    return switch step.kind {
    case .mailSend:
      step.reach.outsideRecipients.isEmpty ? "send" : "send to \(step.reach.outsideRecipients.count) outside"
    case .chatSend: "post"
    case .fileEdit: "approve edit"
    case .fileDelete: "approve delete"
    case .fileCreate: "approve new file"
    case .fileRename: "approve rename"
    case .folderMake: "approve new folder"
    case .folderRemove: "approve removal"
    case .eventInvite: "send invitation"
    case .eventAdd: "add event"
    case .connectorCall: "approve call"
    case .connectorTrust: "trust this connector as it is"
    case .commandRun: "run command"
    default: "approve"
    }
  }

  /// What is said of a yes in a paused run.
  static func pausedWords(_ model: Model) -> String {
    model.run?.isPaused == true ? "; not before the run goes on" : ""
  }

  @Sendable static func no(_ model: Model) -> String? {
    switch model.view {
    case .run:
      model.selected.flatMap { $0.state == .waiting ? $0.isQuestionOnly ? "say that it did not" : "reject" : nil }
    case .drafts: model.current.flatMap { $0.state == .waiting ? "reject" : $0.state == .staged ? "discard" : nil }
    case .review:
      model.pane == .preview && changeCount(model) > 1 ? "discard change" : model.current.map { _ in "discard" }
    case .flags: model.currentFinding.map { model.hasCopy($0) ? "discard redline" : "disagree" }
    case .policy: model.selectedStanding.flatMap { $0.holds(at: model.time) ? "revoke" : nil }
    case .live, .audit, .help: nil
    }
  }

  /// Opened to look only: nothing is decided there.
  @Sendable static func readOnly(_ model: Model) -> String? {
    model.isReadOnly
      ? "opened to look only\(model.isLocked ? "" : "; :decide-here lets you decide")" : nil
  }

  /// Where the rules can't be read the answer can only be no.
  @Sendable static func noYes(_ model: Model) -> String? {
    noWord(model)
      ?? (model.settingsFault.isEmpty ? nil : "nothing is permitted until this is mended: \(model.settingsFault)")
  }

  /// Neither yes nor no.
  private static func noWord(_ model: Model) -> String? {
    if model.view == .live || model.view == .audit { return "nothing to decide in this view; 1 is the run" }
    if let why = readOnly(model) { return why }
    switch model.view {
    case .run: return notWaiting(model.selected)
    case .drafts:
      guard let step = model.current else { return "no message is selected" }
      if isSavedDraft(step) || isFailedSend(step), let sending = Standing.sending(step, model) {
        if sending.isUndelivered { return "it lies in the outbox as #\(sending.number); there it can be raised again" }
        return sending.state == .done ? "it was sent as #\(sending.number)" : "its sending is #\(sending.number)"
      }
      return step.state == .staged || isSavedDraft(step) || isFailedSend(step) ? nil : notWaiting(step)
    case .review: return model.current == nil ? "nothing is prepared" : nil
    case .flags: return noFlag(model) ?? noCopy(model, .keep)
    case .policy: return "a rule is changed in its file; x revokes a standing approval"
    case .live, .audit: return nil
    case .help: return "nothing to decide here; Esc goes back"
    }
  }

  private static func notWaiting(_ step: StepSummary?) -> String? {
    guard let step else { return "no step is selected" }
    switch step.state {
    case .waiting: return nil
    case .refused: return "policy forbids this step; nobody can approve it here"
    case .staged: return "prepared: it is decided in the review (b)"
    case .approved where step.dueAt != nil: return "#\(step.number) is approved and held; u takes it back"
    default: return "#\(step.number) is \(step.state.word)\(step.decidedBy.isEmpty ? "" : " (\(step.decidedBy))")"
    }
  }

  @Sendable static func noNo(_ model: Model) -> String? {
    if model.view == .policy {
      return readOnly(model)
        ?? (model.selectedStanding.map { $0.holds(at: model.time) ? nil : "it holds no more" }
          ?? "a rule is changed in its file; only a standing approval can be revoked here")
    }
    if model.view == .flags { return noFlag(model) ?? noCopy(model, .discard) }
    if model.view == .drafts, isSavedDraft(model.current) {
      return "the draft is saved; nothing is sent unless you say so"
    }
    // It can be raised again, not undone.
    if model.view == .drafts, let step = model.current, isFailedSend(step) {
      return readOnly(model) ?? notWaiting(step)
    }
    return noWord(model)
  }

  static func noFlag(_ model: Model) -> String? {
    readOnly(model)
      ?? (model.view == .flags ? (model.currentFinding == nil ? "no flag is selected" : nil) : "flags are in view 2")
  }

  /// A redline is a change of its copy: once that is put in place or dropped, a word on it would change nothing.
  private static func noCopy(_ model: Model, _ mark: Mark) -> String? {
    guard let row = model.currentFinding, !row.wording.isEmpty,
      let copy = model.settledCopies[row.finding.document]
    else { return nil }
    return SettledCopy.obstacle(copy, row, mark)
  }

  /// What was said of a flag is taken back as if nobody had spoken; what was said stays in the record.
  @Sendable static func noTakingBack(_ model: Model) -> String? {
    noFlag(model) ?? noCopy(model, .undecided)
      ?? (model.currentFinding?.mark == .undecided ? "nothing was said of this flag yet: a is yes, x is no" : nil)
  }

  @Sendable static func noEdit(_ model: Model) -> String? {
    if let why = readOnly(model) { return why }
    if model.view == .flags {
      guard let row = model.currentFinding else { return "no flag is selected" }
      if let why = noCopy(model, .discard) { return why }
      guard model.copiedDocuments.contains(row.finding.document) else {
        return "\(row.stem) has no prepared copy to write it into"
      }
      // Where none was suggested a person writes one, in the clause's place.
      return row.hasRedline || row.finding.firstLine > 0
        ? nil : "no words are suggested for this missing clause: write them into the copy, in the review (b)"
    }
    guard let step = model.current, step.state == .waiting || step.state == .staged else {
      return "only what waits or is prepared can be changed"
    }
    if !step.reach.connector.isEmpty {
      return "what is called in another system can’t be changed here; a no with its reason goes to the agent"
    }
    if step.isRelayed, model.run?.takesOurText(step.kind) != true {
      return "the agent does this itself: reject it and say what you want"
    }
    switch step.kind {
    case .fileCreate, .fileEdit, .mailSend, .mailDraft, .chatSend, .eventAdd, .eventInvite: return nil
    default: return "this step has no text to change"
    }
  }

  /// Approved, and not due yet.
  static func canTakeBack(_ model: Model) -> Bool { model.current?.state == .approved && model.current?.dueAt != nil }

  @Sendable static func noUndo(_ model: Model) -> String? {
    if let why = readOnly(model) { return why }
    if canTakeBack(model) { return nil }
    guard let step = model.current, step.state == .done else {
      return "nothing to undo: it is not done, and not held"
    }
    if step.kind.isFile { return nil }
    if step.isUndelivered { return "it went nowhere, it lies in the desk’s outbox: remove it there" }
    return step.kind.goesOut ? "what has gone out can’t be taken back" : "only changes of files can be put back"
  }

  @Sendable static func noLater(_ model: Model) -> String? {
    if let why = readOnly(model) { return why }
    guard let step = model.current, step.state == .waiting else { return "only what waits can be sent later" }
    if step.isRelayed { return "the agent does this itself, so it can’t be set for later" }
    return [.mailSend, .chatSend, .eventInvite].contains(step.kind) ? nil : "only a message is sent later"
  }

  @Sendable static func noLevel(_ model: Model) -> String? {
    if let why = readOnly(model) { return why }
    guard let step = model.current, model.showsPreview else { return "no step is selected" }
    return step.verdict.isFloor ? "\(step.verdict.rule) is a floor: nobody changes its level in a run" : nil
  }

  static func isSavedDraft(_ step: StepSummary?) -> Bool { step?.isSavedDraft == true }

  /// A saved draft that nobody has sent, or is about to send.
  static func isUnsent(_ step: StepSummary?, _ model: Model) -> Bool {
    step.map { isSavedDraft($0) && Standing.sending($0, model) == nil } ?? false
  }

  /// A message that did not go out can be raised again, as a person's own step.
  static func isFailedSend(_ step: StepSummary?) -> Bool { step?.isUndelivered ?? false }

  @Sendable static func noRest(_ model: Model) -> String? {
    if let why = readOnly(model) { return why }
    switch model.view {
    case .review:
      if model.undecidedCount == 0 { return "every result has its mark" }
      let left = model.preparedIDs.lazy.compactMap { model.steps[$0] }.filter { $0.mark == .undecided }
      return left.contains(where: \.canBeKeptWithOthers)
        ? nil : "what is left clashes with somebody’s change, or is a call that can’t be taken back: one by one only"
    case .run:
      guard let step = model.selected, step.state == .waiting else { return "no waiting step is selected" }
      if step.kind == .fileDelete { return "deletes are looked at one by one" }
      if step.mustBeSeenWhole { return "this goes out or can’t be undone: one by one only" }
      if !step.verdict.allowsBulk { return "its rule does not allow it: one by one only" }
      let alike = model.waitingIDs.lazy.compactMap { model.steps[$0] }.filter { like(step, $0) }
      return alike.prefix(2).count > 1 ? nil : "no other waiting step is like this one"
    case .flags: return "flags are decided one by one"
    default: return "nothing to approve here"
    }
  }

  /// Same rule, same kind, and nothing that goes out or can't be put back.
  static func like(_ a: StepSummary, _ b: StepSummary) -> Bool {
    a.verdict.origin == b.verdict.origin && a.verdict.rule == b.verdict.rule && a.kind == b.kind && !b.mustBeSeenWhole
  }

  static func changeCount(_ model: Model) -> Int { model.rows?.changeRows.count ?? 0 }
}

// What people approved: done when it is due, if it is still what they saw.

import Domain
import GateKeeper

extension Host {
  /// What is due now; what is held or set for later stays approved until then.
  func lookAtApproved() throws(JournalFault) {
    nextDue = nil
    // Paused is paused: nothing takes effect, whoever approved it.
    followPolicy()
    guard policyFault.isEmpty else { return }
    try judgeOpen()
    guard try store.run(run)?.isPaused != true else { return }
    let now = store.clock.wall()
    for step in try store.steps(of: run, in: [.approved])
    where !(isViewMounted && step.kind.isFile) && !(summary.isHooked && step.isRelayed) {
      guard let due = step.dueAt, now < due else {
        // One that can't be done now keeps neither its agent's answer nor the others.
        let token = waiting[step.id]
        do { try performApproved(step) } catch  where !error.code.endsPerforming {
          if let token, try store.step(step.id)?.state == .waiting { waiting[step.id] = token }
          StandardError.write("ringi host \(run): #\(step.number): \(error.detail)")
        }
        continue
      }
      nextDue = min(nextDue ?? due, due)
    }
  }

  /// What waits, or is set for later, shows at once how it would be now: at its time nobody may be there.
  private func judgeOpen() throws(JournalFault) {
    guard isPolicyNew else { return }
    isPolicyNew = false
    var again: [Transition] = []
    for step in try store.steps(of: run, in: [.waiting, .approved]) where !maker.isCurrent(step) {
      again.append(try maker.judgedAnew(step))
    }
    try desk.gate.move(again)
  }

  private func performApproved(_ step: StepSummary) throws(JournalFault) {
    guard try !isAtGateway(step) else { return }
    // The yes says that it had happened.
    if step.isQuestionOnly, !step.isRelayed {
      _ = try desk.gate.permit([step.id])
      return try desk.gate.conclude([(step.id, .done(detail: "\(StepSummary.hadHappened) \(step.decidedBy)"))])
    }
    let token = waiting.removeValue(forKey: step.id)
    // A machine that slept past the time must not send yesterday's words in the person's name.
    if let due = step.dueAt, store.clock.wall().milliseconds - due.milliseconds > Self.overdue {
      if let token { waiting[step.id] = token }
      let again = try maker.changing(try maker.revised(step)) {
        $0.reach.warnings.insert("it was to happen at \(due.clock(offset: store.clock.zone)) and did not", at: 0)
      }
      return try desk.gate.move([
        Transition(
          step: step.id, event: .revise, actor: .performer, reasonCode: "overdue", reason: "its time had passed",
          revised: again)
      ])
    }
    // Between the reading of the rules and here there was no other look at them.
    guard maker.isCurrent(step) else {
      if let token { waiting[step.id] = token }
      return try desk.gate.move([try maker.judgedAnew(step)])
    }
    if step.kind.isFile, let effect = try? maker.effect(of: step.id), let gone = maker.goneFolder(step, effect) {
      return try waitAgain(step, because: gone)
    }
    if step.isRelayed {
      seenVersion = -1
      // Nobody but the agent that asked does it.
      guard let token else {
        return try desk.gate.move([
          Transition(
            step: step.id, event: .withdraw, actor: .performer, reasonCode: "turn-over",
            reason: "the agent no longer waits for this")
        ])
      }
      return try allow(step, token)
    }
    if let token, case .readFile = token.shape, step.revision != .first, try !isAsShown(step) {
      waiting[step.id] = token
      return
    }
    let outcome = try perform([step.id]).first?.outcome ?? .failed(detail: "")
    if case .done = outcome { try remember(step) }
    guard let token else { return }
    if try store.step(step.id)?.state == .waiting {
      waiting[step.id] = token
    } else {
      try answer(token, reply(step, outcome, to: token))
    }
  }

  /// A read that was shown anew finds what was shown; else it waits again with what it finds.
  private func isAsShown(_ step: StepSummary) throws(JournalFault) -> Bool {
    let now = try maker.revised(step)
    guard try store.previewBytes(of: step.id) != now.previewBytes else {
      contents[step.id] = try maker.content(of: now.action.effect)
      return true
    }
    try desk.gate.move([
      Transition(
        step: step.id, event: .revise, actor: .performer, reasonCode: "target-changed",
        reason: "what it would read has changed", revised: now)
    ])
    return false
  }

  /// It is shown as it would be now, or fails where it can't be any more.
  private func waitAgain(_ step: StepSummary, because words: String) throws(JournalFault) {
    guard let again = try maker.again(step) else {
      _ = try desk.gate.permit([step.id])
      return try desk.gate.conclude([(step.id, .failed(detail: "\(words); nothing was done"))])
    }
    try desk.gate.move([
      Transition(
        step: step.id, event: .revise, actor: .performer, reasonCode: "target-changed", reason: words, revised: again)
    ])
  }

  private func remember(_ step: StepSummary) throws(JournalFault) {
    // What lies in the outbox has reached nobody.
    guard step.kind == .mailSend, !step.reach.goesNowhere else { return }
    try store.remember(
      mailboxes: (step.reach.outsideRecipients + step.reach.insideRecipients).map { Address($0).mailbox })
  }
}

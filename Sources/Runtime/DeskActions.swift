// What a person can do to the desk, in the console and on the command line alike. Every deed goes through the gate;
// performing is left to the run's host.

import Domain
import EffectPreview
import Effector
import GateKeeper
import Storage
import TextDiff

package struct DeskActions {
  let desk: Desk
  var gate: Gate<DeskStore> { desk.gate }
  var store: DeskStore { desk.store }

  package init(_ desk: Desk) { self.desk = desk }

  func maker(_ run: RunID) throws(RuntimeFault) -> StepMaker {
    guard let summary = try journalled({ () throws(JournalFault) in try store.run(run) }) else {
      throw RuntimeFault(.usage, "there is no run \(run)")
    }
    let loaded = try WorkspaceLoader.load(summary.directory, desk: desk.directory)
    do {
      return StepMaker(
        run: summary, loaded: loaded, scopes: try Scopes(loaded.workspace.folders), store: store)
    } catch { throw RuntimeFault(.fault, error.sentence) }
  }

  /// - Parameter dueAt: when an approval takes effect; nil for at once, or after its rule's hold.
  package func decide(
    _ step: StepSummary, _ decision: Decision, painted: String, dueAt: Timestamp? = nil
  ) throws(RuntimeFault) {
    try checkTime([step])
    if decision == .approve { try checkCurrent([step]) }
    if try takeUpAgain(step, decision) { return }
    try journalled { () throws(JournalFault) in
      try gate.decide(step.id, decision, by: desk.person, shown: Shown(step, painted: painted), dueAt: dueAt)
      if decision == .approve { try settleQuestion(step) }
    }
    try wakePerformer(step.run)
    try endOfRun(step.run)
  }

  /// What has waited too long is a no already, whoever has looked at the clock since.
  private func checkTime(_ steps: [StepSummary]) throws(RuntimeFault) {
    let now = store.clock.wall()
    guard let late = steps.first(where: { $0.state == .waiting && $0.expiresAt.map { $0 <= now } ?? false }) else {
      return
    }
    try journalled { () throws(JournalFault) in _ = try Expiry.apply(desk, late.run) }
    throw RuntimeFault(
      .refused, "the time of #\(late.number) is over, which is a no (its rule says `expires`); nothing was decided")
  }

  /// A yes is to what was shown: under other rules, or with another way out, a step is judged and shown anew first.
  private func checkCurrent(_ steps: [StepSummary]) throws(RuntimeFault) {
    guard let run = steps.first?.run else { return }
    let maker = try maker(run)
    let stale = steps.filter { !maker.isCurrent($0) }
    guard let first = stale.first else { return }
    try journalled { () throws(JournalFault) in
      var again: [Transition] = []
      for step in stale { again.append(try maker.judgedAnew(step)) }
      try gate.move(again)
    }
    throw RuntimeFault(
      .refused,
      "the rules or the way out changed since #\(first.number) was shown; nothing was decided, look at it as it is now")
  }

  /// An approval that is not due yet waits again, as it was.
  package func takeBack(_ step: StepSummary) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in
      try gate.move([
        Transition(
          step: step.id, event: .takeBack, actor: .person(desk.person), reasonCode: "taken-back",
          reason: "taken back by \(desk.person.name)")
      ])
    }
  }

  /// One record for each step, all in one transaction.
  package func decide(_ steps: [StepSummary], _ decision: Decision, painted: String) throws(RuntimeFault) {
    try checkTime(steps)
    if decision == .approve { try checkCurrent(steps) }
    try journalled { () throws(JournalFault) in
      try gate.decide(
        steps.map { (step: $0.id, decision: decision, shown: Shown($0, painted: painted)) }, by: desk.person)
      if decision == .approve { for step in steps { try settleQuestion(step) } }
    }
    if let run = steps.first?.run { try wakePerformer(run) }
  }

  /// Deciding only records; where no host lives, one is started to perform.
  func wakePerformer(_ run: RunID) throws(RuntimeFault) {
    try RunStarter.attend(desk, run)
  }

  /// A person's own version of what an agent proposed: the next revision, shown before it is approved.
  package func edit(_ step: StepSummary, text: String) throws(RuntimeFault) {
    let run = try journalled { () throws(JournalFault) in try store.run(step.run) }
    guard !step.isRelayed || run?.takesOurText(step.kind) == true else {
      throw RuntimeFault(
        .refused, "the agent does #\(step.number) itself and would do its own text; reject it and say what you want")
    }
    let maker = try maker(step.run)
    try journalled { () throws(JournalFault) in
      let before = try maker.editableText(step) ?? ""
      guard before != text else { throw JournalFault(.illegal, "nothing was changed") }
      guard let effect = try maker.edited(step, text) else {
        throw JournalFault(.illegal, "this step has no text to change")
      }
      let flags = RedlineDesk(self)
      let held = try flags.changes(of: step)
      let new = try maker.revised(step, as: effect, rewritten: try maker.rewriting(step, effect))
      guard new.verdict.level != .forbidden else {
        throw JournalFault(
          .illegal,
          "with this text policy forbids it (\(new.verdict.rule): \((new.action.evidence + new.verdict.reasons).joined(separator: "; "))); nothing was changed"
        )
      }
      try gate.move([
        Transition(
          step: step.id, event: .revise, actor: .person(desk.person), reasonCode: "edited",
          reason: "edited by \(desk.person.name)",
          revised: new)
      ])
      try flags.keep(held, in: step.id)
    }
  }

  package func editableText(_ step: StepSummary) throws(RuntimeFault) -> String? {
    let maker = try maker(step.run)
    return try journalled { () throws(JournalFault) in try maker.editableText(step) }
  }

  /// The text as the agent proposed it, whatever people made of it since.
  package func agentsText(_ step: StepSummary) throws(RuntimeFault) -> String? {
    let maker = try maker(step.run)
    return try journalled { () throws(JournalFault) in try maker.agentsText(step) }
  }

  /// A new step that puts back what a done step did; it waits like any other.
  package func undo(_ step: StepSummary) throws(RuntimeFault) -> StepSummary {
    guard step.state == .done else {
      throw RuntimeFault(.refused, "#\(step.number) is \(step.state.word); only what was done can be undone")
    }
    let maker = try maker(step.run)
    return try journalled { () throws(JournalFault) in
      for other in try store.steps(of: step.run, in: [.waiting, .approved, .performing])
      where try store.undone(by: other.id) == step.id {
        throw JournalFault(.illegal, "to undo #\(step.number) is proposed already, as #\(other.number)")
      }
      guard let proposed = try maker.undoing(step) else {
        throw JournalFault(
          .illegal, "#\(step.number) can’t be undone: it left the desk, changed nothing, or is as it was already")
      }
      return try raise(proposed)
    }
  }

  /// Draws a send step from a saved or prepared draft: the person's own proposal.
  package func raiseSend(_ step: StepSummary) throws(RuntimeFault) -> StepSummary {
    let maker = try maker(step.run)
    return try journalled { () throws(JournalFault) in
      // What failed, or went no further than the outbox, goes out as it is.
      let effect: Effect
      switch try maker.effect(of: step.id) {
      case .draftMail(let draft): effect = .sendMail(draft)
      case .sendMail(let mail) where step.isUndelivered: effect = .sendMail(mail)
      case .post(let post) where step.isUndelivered: effect = .post(post)
      case .addEvent(let event) where step.isUndelivered: effect = .addEvent(event)
      default: throw JournalFault(.illegal, "#\(step.number) is no draft")
      }
      // What was raised from it, and from that again.
      var family: Set<StepID> = [step.id]
      let earlier = try store.steps(of: step.run).steps.filter { other in
        guard let from = other.raisedFrom, family.contains(from) else { return false }
        return family.insert(other.id).inserted
      }
      if let open = earlier.first(where: { !$0.state.isOver }) {
        throw JournalFault(.illegal, "a send of this draft is raised already: #\(open.number)")
      }
      let new = try maker.changing(try maker.revised(step, as: effect)) {
        if let sent = earlier.last(where: { $0.state == .done && !$0.isUndelivered }) {
          $0.reach.warnings.insert("this draft was sent before, as #\(sent.number)", at: 0)
        } else if let laid = earlier.last(where: { $0.state == .done })
          ?? (step.kind != .mailDraft && step.state == .done ? step : nil)
        {
          $0.reach.warnings.insert(
            "this lies in the outbox already, as #\(laid.number): it would be there twice", at: 0)
        }
        if $0.verdict.level < .watched {
          $0.verdict.level = .watched
          $0.verdict.reasons.append("a send of one’s own is shown before it happens")
        }
        $0.claims = Claims(
          title: step.isUndelivered ? "send #\(step.number) again" : "send the draft #\(step.number)", reason: "",
          kind: "")
        $0.raisedFrom = step.id
      }
      return try raise(new)
    }
  }

  /// A person's own step; a run that was over has something to decide again.
  private func raise(_ new: NewStep) throws(JournalFault) -> StepSummary {
    let step = try gate.intake(new, by: .person(desk.person))
    if let run = try store.run(new.run), run.state.isOver {
      let before = run.isStopped ? "; \(RunSummary.stopped) before" : ""
      try store.setState(run.id, .review, note: "opened again for #\(step.number)\(before)", by: .person(desk.person))
    }
    return step
  }

  package func pause(_ run: RunID, _ isPaused: Bool) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in try store.setPaused(run, isPaused, by: .person(desk.person)) }
  }

  /// - Returns: how many steps were withdrawn by this; nil where the run's host does it.
  @discardableResult
  package func stop(_ run: RunID) throws(RuntimeFault) -> Int? {
    try journalled { () throws(JournalFault) in
      try store.askToStop(run, by: desk.person)
      // Without an agent at work nobody is there to stop: what is open is withdrawn here.
      let isOver = try store.run(run)?.state == .review
      guard isOver || RunLock.holder(desk.directory, run) != .agent else { return nil }
      let open = try withdrawStopped(run)
      // A pause that nobody can end would hold back the review.
      if try store.run(run)?.isPaused == true {
        try store.setPaused(run, false, by: .performer, why: RunSummary.stopEndsPause)
      }
      // A session has no host to end it; what its agent still asks is refused.
      if let session = try store.run(run), session.isHooked, session.state == .live {
        try HookSession(desk: desk, run: session).end(RunSummary.stopped, isLost: false)
      }
      return open
    }
  }

  /// Starts the agent of a lost run again, on the same run.
  package func resume(_ run: RunID) throws(RuntimeFault) {
    let summary = try journalled { () throws(JournalFault) in try store.run(run) }
    guard summary?.isHooked != true, summary?.isOfCaller != true else {
      throw RuntimeFault(.refused, "its agent is started by hand: take its session up there")
    }
    guard RunLock.clear(desk.directory, run) else {
      throw RuntimeFault(
        .refused,
        summary?.state == .review
          ? "run \(run) was not lost: its agent has ended, and `ringi review \(run)` decides what it left"
          : "run \(run) has a live agent")
    }
    try journalled { () throws(JournalFault) in try store.noteContinued(run, by: desk.person) }
    try RunStarter.spawnHost(desk, run, performOnly: false)
  }

  package func close(_ run: RunID) throws(RuntimeFault) {
    let summary = try journalled { () throws(JournalFault) in try store.run(run) }
    if summary?.state.isOver == true { throw RuntimeFault(.refused, "run \(run) is over") }
    if let summary, summary.isHooked, !summary.agentProcess.isEmpty, RunPulse.isLive(desk.directory, summary) {
      throw RuntimeFault(.refused, "the agent of run \(run) is still there; stop it first")
    }
    guard RunLock.clear(desk.directory, run, isInReview: summary?.state == .review) else {
      throw RuntimeFault(.refused, "run \(run) has a live host; stop it first")
    }
    try journalled { () throws(JournalFault) in
      // Nobody is left who could say what came of what was being done.
      try gate.move(
        try store.steps(of: run, in: [.performing]).map {
          Transition(
            step: $0.id, event: .lose, actor: .person(desk.person), reasonCode: "performer-gone",
            reason: "the host died while it did this, and the run was closed: it may have happened")
        })
      let open = try store.steps(of: run, in: [.waiting, .staged, .approved, .permitted, .kept])
      try gate.move(
        open.map {
          Transition(
            step: $0.id, event: .withdraw, actor: .person(desk.person), reasonCode: "run-closed",
            reason: $0.mayHaveHappened
              ? "the run was closed; whether it happened was never said" : "the run was closed")
        })
      ShadowWorkspace.remove(desk.directory, run)
      try store.setState(run, .closed, note: "closed by \(desk.person.name)", by: .person(desk.person))
    }
  }
}

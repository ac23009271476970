// How steps and runs come to their end by a person's word.

import Domain
import GateKeeper
import Storage

extension DeskActions {
  /// A no to the last open step of a run that nobody works on any more ends it, as a yes does when it is done.
  func endOfRun(_ run: RunID) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in
      guard let now = try store.run(run), now.state == .review, !RunPulse.isLive(desk.directory, now),
        RunLock.isFree(desk.directory, run),
        try store.steps(of: run, in: [.staged, .waiting, .approved, .kept, .performing, .unknown, .permitted]).isEmpty
      else { return }
      try store.setState(run, .finished, note: now.note, by: .performer)
    }
  }

  /// A yes to the question whether something happened is no yes to do it: nobody here could.
  func settleQuestion(_ step: StepSummary) throws(JournalFault) {
    guard step.isQuestionOnly, let now = try store.step(step.id), now.state == .approved else { return }
    do {
      _ = try gate.permit([step.id])
      try gate.conclude([(step.id, .done(detail: "\(StepSummary.hadHappened) \(desk.person.name)"))])
    } catch {
      // Its run's host may say so at the same moment.
      guard let now = try store.step(step.id), now.state == .performing || now.state == .done else { throw error }
    }
  }

  /// A no to the question whether a kept call happened: it is prepared again, and can be kept once more.
  /// - Returns: false for any other no.
  func takeUpAgain(_ step: StepSummary, _ decision: Decision) throws(RuntimeFault) -> Bool {
    guard decision.event == .reject, step.isQuestionOnly, !step.isRelayed, step.verdict.level == .batched,
      step.state == .waiting
    else { return false }
    let maker = try maker(step.run)
    let words = "it had not happened, says \(desk.person.name)"
    try journalled { () throws(JournalFault) in
      let person = Actor.person(desk.person)
      try gate.move([
        Transition(step: step.id, event: .loosen, actor: person, reasonCode: "had-not-happened", reason: words)
      ])
      guard let now = try store.step(step.id), now.state == .staged else { return }
      let again = try maker.changing(try maker.revised(now)) {
        $0.reach.warnings.removeAll { $0.contains(StepSummary.mayHaveHappened) }
        $0.reach.warnings.insert("kept once; \(words)", at: 0)
      }
      try gate.move([
        Transition(
          step: step.id, event: .revise, actor: person, reasonCode: "had-not-happened", reason: words, revised: again)
      ])
    }
    return true
  }

  /// What is open when a run is stopped.
  func withdrawStopped(_ run: RunID) throws(JournalFault) -> Int {
    let open = try store.steps(of: run, in: [.waiting, .approved, .permitted])
    try desk.withdraw(open, by: .person(desk.person), code: "stopped", because: RunSummary.stopped)
    return open.count
  }
}

extension Desk {
  /// Withdraws them, each by itself where one is over already: who stopped a run, its host and the session that asked may be
  /// at it at the same moment.
  func withdraw(
    _ steps: [StepSummary], by actor: Actor, code: String, because words: String
  ) throws(JournalFault) {
    let all = steps.map { Transition(step: $0.id, event: .withdraw, actor: actor, reasonCode: code, reason: words) }
    do { try gate.move(all) } catch {
      for one in all {
        do { try gate.move([one]) } catch {
          guard try store.step(one.step)?.state.isOver == true else { throw error }
        }
      }
    }
  }
}

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
    _ = try gate.permit([step.id])
    try gate.conclude([(step.id, .done(detail: "it had happened, says \(desk.person.name)"))])
  }

  /// What is open when a run is stopped; the session that asked may be withdrawing the same at the same moment.
  func withdrawStopped(_ run: RunID) throws(JournalFault) -> Int {
    var count = 0
    for step in try store.steps(of: run, in: [.waiting, .approved, .permitted]) {
      let word = Transition(
        step: step.id, event: .withdraw, actor: .person(desk.person), reasonCode: "stopped",
        reason: "stopped by a person")
      do { try gate.move([word]) } catch {
        guard try store.step(step.id)?.state.isOver == true else { throw error }
      }
      count += 1
    }
    return count
  }
}

// What people say about the desk and about levels: incidents, standing approvals, the level of one step, stopping all.

import Domain
import GateKeeper
import PolicyEngine
import Storage

/// What a changed level is for.
package enum LevelScope: Hashable, Sendable { case step, kind }

extension DeskActions {
  /// How long a standing approval holds, in milliseconds: a working day. It ends with its run in any case.
  private static let standingLength: Int64 = 8 * 3_600_000

  package func raiseIncident(_ what: String, run: RunID?, step: StepNumber?) throws(RuntimeFault) -> Int64 {
    try journalled { () throws(JournalFault) in try store.raise(what, run: run, step: step, by: desk.person) }
  }

  package func closeIncident(_ id: Int64, outcome: String) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in try store.closeIncident(id, outcome: outcome, by: desk.person) }
  }

  /// Asks every run to stop in which something could still take effect: a live one, and one that waits for a yes.
  package func stopAll() throws(RuntimeFault) -> Int {
    let open = try journalled { () throws(JournalFault) in try store.runs() }
      .filter { run in
        !run.state.isOver
          && (run.hasOpenYes || RunPulse.isLive(desk.directory, run) || !RunLock.isFree(desk.directory, run.id))
      }
    for run in open { try stop(run.id) }
    return open.count
  }

  /// How far the policies let a person loosen a step.
  package func limit(_ step: StepSummary) throws(RuntimeFault) -> TrustLevel {
    let maker = try maker(step.run)
    let effect = try journalled { () throws(JournalFault) in try maker.effect(of: step.id) }
    return loosest(step.kind, effect, under: maker.loaded.policy)
  }

  /// - Returns: one sentence of what holds now.
  package func setLevel(_ step: StepSummary, _ level: TrustLevel, _ scope: LevelScope) throws(RuntimeFault) -> String {
    let maker = try maker(step.run)
    let limit = try limit(step)
    if level < step.verdict.level, level < limit {
      throw RuntimeFault(
        .refused, "the company’s policy lets \(step.kind.rawValue) go no looser than \(limit.rawValue) here")
    }
    if level == .batched, !step.kind.canBeHeld {
      throw RuntimeFault(.refused, "\(step.kind.rawValue) can’t be held back for a review, so it can’t be Batched")
    }
    switch scope {
    case .kind: return try setStanding(step, level)
    case .step: return try setOne(step, level, maker)
    }
  }

  private func setStanding(_ step: StepSummary, _ level: TrustLevel) throws(RuntimeFault) -> String {
    let until = Timestamp(milliseconds: store.clock.wall().milliseconds + Self.standingLength)
    let word = try journalled { () throws(JournalFault) in
      try store.setStanding(step.kind, level, run: step.run, until: until, by: desk.person)
    }
    let count = try tighten(step)
    let judged = count == 0 ? "; what waits already waits on" : "; \(count) of it judged anew"
    return
      "\(step.kind.rawValue) is \(level.rawValue) in this run until \(until.clock(offset: store.clock.zone).prefix(5))\(judged) (\(StandingApproval.origin) \(word.id); view 6 can revoke it)"
  }

  /// What is open of a kind and would be judged stricter now is judged anew.
  private func tighten(_ step: StepSummary) throws(RuntimeFault) -> Int {
    let maker = try maker(step.run)
    return try journalled { () throws(JournalFault) in
      var again: [Transition] = []
      for open in try store.steps(of: step.run, in: [.waiting, .staged]) where open.kind == step.kind {
        let new = try maker.revised(open)
        guard new.verdict.level > open.verdict.level else { continue }
        again.append(
          Transition(
            step: open.id, event: .revise, actor: .person(desk.person), reasonCode: "level-changed",
            reason: "\(new.verdict.level.rawValue) by \(desk.person.name)", revised: new))
      }
      try gate.move(again)
      return again.count
    }
  }

  private func setOne(_ step: StepSummary, _ level: TrustLevel, _ maker: StepMaker) throws(RuntimeFault) -> String {
    let event: StepEvent
    switch (step.state, level) {
    case (.waiting, .batched) where step.isRelayed:
      throw RuntimeFault(.refused, "the agent does #\(step.number) itself, so it can’t be prepared for a review")
    case (.waiting, .batched): event = .loosen
    case (.staged, .watched): event = .tighten
    case (.waiting, .forbidden), (.staged, .forbidden):
      throw RuntimeFault(.refused, "a no to this one step is r or x; Forbidden is for the rest of its kind")
    case (.waiting, .autonomous), (.staged, .autonomous):
      throw RuntimeFault(.refused, "a yes to this one step is a; Autonomous is for the rest of its kind")
    default: throw RuntimeFault(.refused, "#\(step.number) is \(level.rawValue) already, or decided")
    }
    try journalled { () throws(JournalFault) in
      let new = try maker.changing(try maker.revised(step)) {
        $0.verdict.level = level
        $0.verdict.reasons.insert("\(level.rawValue) for this step: \(desk.person.name) said so", at: 0)
      }
      try gate.move([
        Transition(
          step: step.id, event: event, actor: .person(desk.person), reasonCode: "level-changed",
          reason: "\(level.rawValue) by \(desk.person.name)", revised: new)
      ])
    }
    return level == .batched
      ? "#\(step.number) is prepared; the review (b) decides it" : "#\(step.number) waits for you"
  }

  package func revokeStanding(_ id: Int64) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in try store.revokeStanding(id, by: desk.person) }
  }
}

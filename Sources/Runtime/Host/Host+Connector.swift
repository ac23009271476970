// Calls that Ringi makes at a connector's server by itself: what is not done comes back to where it was decided, with the
// reason, and a server that is another one than was accepted is a question of its own.

import AuditLog
import Domain
import GateKeeper

extension Host {
  /// A kept call that was not done goes back into the review, and says why.
  func takeBack(_ id: StepID, _ outcome: Outcome) throws(JournalFault) {
    guard case .rolledBack(let detail) = outcome, let step = try store.step(id), step.state == .staged,
      case .call = try maker.effect(of: id)
    else { return }
    let question = try askAboutServer(of: step)
    let tried = "kept once, and not done: "
    let again =
      if let again = try maker.reaccepted(step) { again } else { try maker.revised(step) }
    let revised = try maker.changing(again) {
      $0.reach.warnings.removeAll { $0.hasPrefix(tried) }
      $0.reach.warnings.insert("\(tried)\(detail)\(question)", at: 0)
    }
    try desk.gate.move([
      Transition(
        step: id, event: .revise, actor: .performer, reasonCode: "not-done", reason: detail, revised: revised)
    ])
  }

  /// What a person approved alone and the disk, or the server, was not as it was shown: as it is now; nil where that is
  /// the end of it.
  func shownAnew(_ id: StepID, _ outcome: Outcome?) throws(JournalFault) -> (step: NewStep, why: String)? {
    guard case .rolledBack(let detail)? = outcome, let step = try store.step(id) else { return nil }
    let tried = "approved once, and not done: "
    guard outputs.strangers[id] != nil else {
      if case .call = try maker.effect(of: id) { return nil }
      if let again = try maker.again(step) { return (again, detail) }
      // Nothing of it took effect: what a person decided they can decide again, once what was in the way is not.
      guard step.kind.isFile, step.verdict.level == .watched else { return nil }
      let form = try maker.changing(try maker.revised(step)) {
        $0.reach.warnings.removeAll { $0.hasPrefix(tried) }
        $0.reach.warnings.insert("\(tried)\(detail)", at: 0)
      }
      return (form, detail)
    }
    let question = try askAboutServer(of: step)
    let again = if let again = try maker.reaccepted(step) { again } else { try maker.revised(step) }
    return (
      try maker.changing(again) {
        $0.reach.warnings.removeAll { $0.hasPrefix(tried) }
        $0.reach.warnings.insert("\(tried)\(detail)\(question)", at: 0)
      }, detail
    )
  }

  /// Asks a person to accept the server as it is, once, as the gateway does.
  /// - Returns: where that is asked, in words that go on.
  private func askAboutServer(of step: StepSummary) throws(JournalFault) -> String {
    guard let text = outputs.strangers.removeValue(forKey: step.id),
      let connector = maker.connector(of: try maker.effect(of: step.id))
    else { return "" }
    let digest = Hashing.sha256(text)
    guard try store.trusted(connector)?.digest != digest else { return "; it was accepted meanwhile" }
    func words(_ trust: StepSummary) -> String {
      "; accept it as it is now, which is asked as \(trust.run).\(trust.number), or mend it"
    }
    if let asked = try store.trustSteps(connector).first(where: { $0.pin.text.digest == digest })?.step {
      switch asked.state {
      case .waiting, .approved, .performing: return words(asked)
      case .rejected where asked.run == run, .refused where asked.run == run:
        return ", and was not accepted as it is now"
      default: break
      }
    }
    let made: NewStep
    do {
      made = try maker.make(
        Proposal(effect: .trust(connector: connector, text: text), claims: Claims()), plan: nil,
        staging: StagingArea(), isRelayed: false
      ).step
    } catch { return "" }
    let trust = try desk.gate.intake(made, by: .performer)
    if trust.state == .permitted { try perform([trust.id]) }
    return words(trust)
  }

  /// A server was accepted: what is prepared for it is shown with what was accepted.
  func followAcceptance(_ id: StepID) throws(JournalFault) {
    guard case .trust = try maker.effect(of: id) else { return }
    for step in try store.steps(of: run, in: [.staged]) {
      guard let again = try maker.reaccepted(step) else { continue }
      try desk.gate.move([
        Transition(
          step: step.id, event: .revise, actor: .performer, reasonCode: "server-accepted",
          reason: "its server was accepted anew", revised: again)
      ])
    }
  }
}

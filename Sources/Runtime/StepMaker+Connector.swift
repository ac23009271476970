// Calls of other systems, and the servers that take them.

import AgentLink
import Domain
import EffectPreview
import GateKeeper
import Settings

extension StepMaker {
  /// What the catalogue makes of a call; its arguments by name where it does not list it.
  func reading(_ call: ConnectorCall) -> CallReading? {
    CallReader.read(call, by: Catalogue.connector(call.connector))
  }

  /// The call with whom or what it is aimed at, and for a server of the desk's own with what was accepted of it.
  func aimed(_ call: ConnectorCall) throws(JournalFault) -> ConnectorCall {
    var call = call
    if call.pin == nil, settings.connectors[call.connector] != nil {
      call.pin = try store.trusted(call.connector)?.digest
    }
    call.aims = reading(call)?.aims ?? []
    return call
  }

  /// A call that may have happened already, in whichever run, says so when it is asked for again.
  func notTwice(_ step: NewStep, _ call: ConnectorCall) throws(JournalFault) -> NewStep {
    // Only where somebody looks at it.
    guard !step.action.kind.isRead, step.verdict.level >= .watched else { return step }
    for old in try store.relayed(step.action.kind, target: step.action.effect.target)
    where old.mayHaveHappened && old.state != .rejected {
      guard case .call(let before) = try effect(of: old.id), before.arguments == call.arguments else { continue }
      let words = old.state == .done ? "which had happened" : "which may have been done already"
      return try changing(step) {
        $0.reach.warnings.insert("the same call as \(old.run).\(old.number), \(words)", at: 0)
      }
    }
    return step
  }

  /// A call whose server was accepted anew since it was shown; nil where it was not.
  func reaccepted(_ step: StepSummary) throws(JournalFault) -> NewStep? {
    guard case .call(var call) = try effect(of: step.id), let pin = try store.trusted(call.connector)?.digest,
      pin != call.pin
    else { return nil }
    let isFirst = call.pin == nil
    call.pin = pin
    let again = try revised(step, as: .call(call))
    guard !isFirst else { return again }
    return try changing(again) {
      let words = "its server was accepted anew since this was shown"
      $0.reach.warnings.removeAll { $0 == words }
      $0.reach.warnings.insert(words, at: 0)
    }
  }

  /// A server as it is, against what was accepted of it.
  func trust(_ connector: String, _ text: [UInt8]) throws -> Material {
    let before = try store.trusted(connector)
    let pin = ConnectorPin(connector: connector, text: try store.store(text), before: before)
    let old = try before.flatMap { try store.load($0.digest) } ?? []
    return Material(
      effect: .trust(pin), images: PreviewImages(before: old, after: text),
      warnings: before == nil ? [] : ["it was accepted before, and is another one now: what changed is marked below"])
  }
}

// What waits longer than its rule's `expires:` is a no, recorded as one. Looked at by the run's host, by consoles where there
// is none, by a program that asks, and again when somebody decides.

import Domain
import GateKeeper
import Storage

enum Expiry {
  /// Without a rule that expires there is nothing to look at.
  static func isPossible(in workspace: String, _ desk: Desk) -> Bool {
    (try? WorkspaceLoader.policy(workspaceDirectory: workspace, desk: desk.directory).0.mayExpire) ?? false
  }

  /// - Returns: true when something expired.
  @discardableResult
  static func apply(_ desk: Desk, _ run: RunID) throws(JournalFault) -> Bool {
    let now = desk.store.clock.wall()
    let late = try desk.store.steps(of: run, in: [.waiting]).filter { step in
      step.expiresAt.map { $0 <= now } ?? false
    }
    try desk.gate.move(
      late.map {
        Transition(
          step: $0.id, event: .expire, actor: .policy, reasonCode: "expired",
          reason: "nobody decided it in \(Plain.length(Int64($0.verdict.expires) * 1_000))")
      })
    return !late.isEmpty
  }
}

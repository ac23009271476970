// The rules a step is judged by, and what of their budgets is used.

import Domain
import GateKeeper
import PolicyEngine
import Storage

extension StepMaker {
  /// The rules of the files, and over them what people said for the rest of this run.
  func policy() throws(JournalFault) -> Policy {
    let now = store.clock.wall()
    var policy = loaded.policy
    policy.standing = try store.standing(of: run.id).filter { $0.holds(at: now) }.map { word in
      Rule(
        subjects: [.kind(word.kind)], targets: [], exceptions: [], level: word.level, isAlways: false, allowsBulk: true,
        why: "\(word.madeBy) said so", origin: Origin(file: StandingApproval.origin, line: Int(word.id)))
    }
    return policy
  }

  /// What the action takes of each budget, beside what steps before it have taken.
  func spending(_ action: Action, _ reach: Reach, _ material: Material) throws(JournalFault) -> [Spending] {
    // What is put back is no use of anything.
    guard !material.images.isGivingBack else { return [] }
    var out: [Spending] = []
    for var one in PolicyEngine.spending(action, reach: reach, under: loaded.policy) {
      one.before = try store.spent(of: one, run: run.id, before: material.revises, replacing: material.replaces)
      out.append(one)
    }
    return out
  }
}

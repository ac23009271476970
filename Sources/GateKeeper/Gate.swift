// The choke point. Agents' proposals enter by `intake`, people's decisions by `decide`, performers get their
// permits by `permit`; each records first and answers only when the record is durable.

import AuditLog
import Domain
import PolicyEngine

package struct Gate<Record: Journal> {
  private let journal: Record

  package init(journal: Record) { self.journal = journal }

  /// Judges and records a proposal.
  /// - Parameter preview: made from the verdict, so that what is shown includes it.
  package func intake(_ step: NewStep, by agent: Actor) throws(JournalFault) -> StepSummary {
    let event = Self.event(of: step)
    var step = step
    // Only what is prepared takes the place of something prepared; what waits may yet be refused.
    if event != .stage { step.replaces = nil }
    return try journal.propose(step, by: agent, events: [event])
  }

  private static func event(of step: NewStep) -> StepEvent {
    switch step.verdict.level {
    case .forbidden: .refuse
    case .watched: .hold
    case .batched: step.action.kind.isRead || step.action.kind == .findingReport ? .permit : .stage
    case .autonomous: .permit
    }
  }

  /// The same, for who performs it next: what policy lets happen at once has begun when the record is durable, in one
  /// transaction with it.
  /// - Parameter perform: is given the permit then, and only then.
  package func intake(
    _ step: NewStep, by agent: Actor, atOnce perform: (StepSummary, consuming Permit) -> Void
  ) throws(JournalFault) -> StepSummary {
    guard Self.event(of: step) == .permit else { return try intake(step, by: agent) }
    var step = step
    step.replaces = nil
    let begun = try journal.propose(step, by: agent, events: [.permit, .begin])
    // INVARIANT: a permit is for exactly the bytes that were recorded and shown.
    guard begun.effectDigest == Hashing.sha256(step.action.canonicalBytes(salt: step.salt)) else {
      throw JournalFault(.changed, "the stored effect is not the one that was recorded")
    }
    perform(
      begun, Permit(effects: [PermittedEffect(step: begun.id, action: step.action, digest: begun.effectDigest)]))
    return begun
  }

  /// A person's word on a waiting or prepared step.
  /// - Parameter dueAt: when an approval takes effect; nil for at once, or after its rule's hold.
  package func decide(
    _ step: StepID, _ decision: Decision, by person: Person, shown: Shown, dueAt: Timestamp? = nil
  ) throws(JournalFault) {
    try journal.apply([
      Transition(
        step: step, event: decision.event, actor: .person(person), shown: shown, reasonCode: decision.reasonCode,
        reason: decision.reason, dueAt: dueAt)
    ])
  }

  /// Several words in one transaction, one record each: the end of a review.
  package func decide(
    _ decisions: [(step: StepID, decision: Decision, shown: Shown)], by person: Person
  ) throws(JournalFault) {
    try journal.apply(
      decisions.map {
        Transition(
          step: $0.step, event: $0.decision.event, actor: .person(person), shown: $0.shown,
          reasonCode: $0.decision.reasonCode, reason: $0.decision.reason)
      })
  }

  /// Marks the steps as performing, durably, and only then mints the permit for them.
  package func permit(_ steps: [StepID]) throws(JournalFault) -> Permit {
    var effects: [PermittedEffect] = []
    for step in steps {
      let stored = try journal.action(of: step)
      // INVARIANT: a permit is for exactly the bytes that were recorded and shown.
      guard Hashing.sha256(stored.bytes) == stored.digest else {
        throw JournalFault(.changed, "the stored effect is not the one that was recorded")
      }
      do {
        effects.append(
          PermittedEffect(step: step, action: try Action(canonicalBytes: stored.bytes), digest: stored.digest))
      } catch {
        throw JournalFault(.unreadable, "field \(error.key): expected \(error.expected)")
      }
    }
    try journal.apply(
      effects.map { Transition(step: $0.step, event: .begin, actor: .performer, effect: $0.digest) })
    return Permit(effects: effects)
  }

  /// What came of it.
  /// - Parameter answer: what it brought back, for the trail.
  package func conclude(
    _ outcomes: [(step: StepID, outcome: Outcome)], answer: String? = nil
  ) throws(JournalFault) {
    try journal.apply(
      outcomes.map {
        var transition = Transition(
          step: $0.step, event: $0.outcome.event, actor: .performer, reasonCode: $0.outcome.code,
          reason: $0.outcome.detail)
        transition.answer = answer
        return transition
      })
  }

  /// What no person decides: withdrawals, losses, revisions.
  package func move(_ transitions: [Transition]) throws(JournalFault) { try journal.apply(transitions) }
}

/// What a performer reports.
package enum Outcome: Hashable, Sendable {
  case done(detail: String)
  case failed(detail: String)
  /// Part of a set of which nothing took effect.
  case rolledBack(detail: String)
  /// It may have taken effect: nobody here can tell.
  case unknown(detail: String)

  package var event: StepEvent {
    switch self {
    case .done: .succeed
    case .failed: .fail
    case .rolledBack: .rollback
    case .unknown: .lose
    }
  }

  package var code: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .rolledBack: "rolled-back"
    case .unknown: "may-have-happened"
    }
  }

  package var detail: String {
    switch self {
    case .done(let detail), .failed(let detail), .rolledBack(let detail), .unknown(let detail): detail
    }
  }

  /// The same, with more to say of it.
  package func saying(_ more: String) -> Outcome {
    let words = detail.isEmpty ? more : "\(detail); \(more)"
    return switch self {
    case .done: .done(detail: words)
    case .failed: .failed(detail: words)
    case .rolledBack: .rolledBack(detail: words)
    case .unknown: .unknown(detail: words)
    }
  }
}

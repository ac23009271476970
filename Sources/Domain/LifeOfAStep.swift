// The life of a step, written once. GateKeeper enforces this table, LifeOfAStepTests goes through every pair.
//
//   proposed ─▶ refused | permitted | staged | waiting
//   waiting ─▶ approved | rejected | expired | withdrawn | waiting (next revision)
//   staged ─▶ kept | discarded | withdrawn | staged (next revision)
//   permitted, approved, kept ─▶ performing ─▶ done | failed | unknown
//     performing ─▶ staged (a set was rolled back whole) | waiting (the target had changed, nothing took effect)
//   unknown ─▶ done | failed | waiting | kept          done ◀─▶ undone (an undo, and the undo of that)
//   approved ─▶ waiting (taken back before it was due)
//   waiting ◀─▶ staged (a person changed the level of this one step)
//
// A new form is judged like a new step: what it makes Forbidden is refused, what it makes Watched waits.

package enum StepState: String, Sendable, Hashable, CaseIterable {
  case proposed, refused, permitted, staged, waiting, approved, rejected, expired, withdrawn
  case kept, discarded, performing, done, failed, unknown, undone
}

package enum StepEvent: String, Sendable, Hashable, CaseIterable {
  /// The verdict.
  case refuse, permit, stage, hold
  /// A person, a rule's `expires:`, or the end of the agent.
  case approve, reject, expire, withdraw
  /// A person takes an approval back before it is due.
  case takeBack
  /// A person decides this one alone (from the review), or lets it be prepared (from the queue).
  case tighten, loosen
  /// What was shown has changed: shown again, decided again.
  case revise
  /// The review.
  case keep, discard
  /// The performer. `rollback`: nothing of a set took effect.
  case begin, succeed, fail, rollback
  /// The performer died; a later one found out, or asks a person.
  case lose, reconcileDone, reconcileFailed, ask
  /// It had not begun, and a person has kept it: it goes with the rest of its set.
  case retry
  case undo
  /// Its undo was undone.
  case redo
}

extension StepState {
  /// As people read it.
  package var word: String { self == .staged ? "prepared" : rawValue }

  /// The state after `event`, nil when the transition is illegal.
  package func after(_ event: StepEvent) -> StepState? {
    switch (self, event) {
    case (.proposed, .refuse): .refused
    case (.proposed, .permit): .permitted
    case (.proposed, .stage): .staged
    case (.proposed, .hold): .waiting
    case (.waiting, .approve): .approved
    case (.waiting, .reject): .rejected
    case (.waiting, .expire): .expired
    case (.waiting, .withdraw), (.staged, .withdraw), (.approved, .withdraw), (.permitted, .withdraw),
      (.kept, .withdraw):
      .withdrawn
    case (.waiting, .revise), (.approved, .revise): .waiting
    case (.staged, .revise), (.kept, .revise): .staged
    case (.approved, .takeBack): .waiting
    case (.waiting, .loosen): .staged
    case (.staged, .tighten): .waiting
    case (.staged, .keep): .kept
    case (.staged, .discard): .discarded
    case (.permitted, .begin), (.approved, .begin), (.kept, .begin): .performing
    case (.performing, .succeed): .done
    case (.performing, .fail): .failed
    case (.performing, .rollback): .staged
    case (.performing, .revise): .waiting
    case (.performing, .lose): .unknown
    case (.unknown, .reconcileDone): .done
    case (.unknown, .reconcileFailed): .failed
    case (.unknown, .ask): .waiting
    case (.unknown, .retry): .kept
    case (.done, .undo): .undone
    case (.undone, .redo): .done
    default: nil
    }
  }

  /// The state after `event`, for a step of that level.
  /// - Parameter level: of the step as it is, or of its new form for events that bring one.
  package func after(_ event: StepEvent, at level: TrustLevel) -> StepState? {
    guard let next = after(event) else { return nil }
    switch event {
    case .revise where level == .forbidden, .tighten where level == .forbidden, .ask where level == .forbidden:
      return .refused
    // INVARIANT: Forbidden has no approve path.
    case .approve, .keep, .loosen, .begin, .permit, .retry: return level == .forbidden ? nil : next
    case .revise where next == .staged && level == .watched: return .waiting
    default: return next
    }
  }

  /// True when nothing more can happen to the step but an undo.
  package var isOver: Bool {
    switch self {
    case .refused, .rejected, .expired, .withdrawn, .discarded, .done, .failed, .undone: true
    case .proposed, .permitted, .staged, .waiting, .approved, .kept, .performing, .unknown: false
    }
  }

  /// True while a person's word is still to come.
  package var isOpen: Bool { self == .waiting || self == .staged }

  /// True when the state is reached only through a person's or a rule's permission.
  package var mayBegin: Bool { after(.begin) != nil }
}

extension StepEvent {
  /// It says who has decided the step, or that nobody has any more.
  package var isDecision: Bool {
    switch self {
    case .approve, .reject, .keep, .discard, .takeBack: true
    case .refuse, .permit, .stage, .hold, .expire, .withdraw, .tighten, .loosen, .revise, .begin, .succeed, .fail,
      .rollback, .lose, .reconcileDone, .reconcileFailed, .ask, .retry, .undo,
      .redo:
      false
    }
  }

  /// The word of the record.
  package var record: String {
    switch self {
    case .refuse: "refused"
    case .permit: "permitted"
    case .stage: "prepared"
    case .hold: "held"
    case .approve: "approved"
    case .reject: "rejected"
    case .expire: "expired"
    case .withdraw: "withdrawn"
    case .takeBack: "taken back"
    case .tighten: "held alone"
    case .loosen: "left to the review"
    case .revise: "changed"
    case .keep: "kept"
    case .discard: "discarded"
    case .begin: "began"
    case .succeed: "done"
    case .fail: "failed"
    case .rollback: "rolled back"
    case .lose: "lost"
    case .reconcileDone: "found done"
    case .reconcileFailed: "found not done"
    case .ask: "asked"
    case .retry: "taken up again"
    case .undo: "undone"
    case .redo: "in effect again"
    }
  }
}

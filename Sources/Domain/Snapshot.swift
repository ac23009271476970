// What a console is shown of the desk: values, read in one snapshot, never live objects.

package enum RunState: String, Sendable, Hashable, CaseIterable {
  case starting, live
  /// The agent has finished; something still waits or is prepared.
  case review
  case finished
  /// Agent or host is gone before the end.
  case lost
  case closed

  package var isOver: Bool { self == .finished || self == .closed }
}

package struct RunSummary: Hashable, Sendable {
  package var id: RunID
  package var workspace: String
  package var directory: String
  package var goal: String
  package var agent: String
  package var grade: Grade
  package var model: ModelLocation
  package var state: RunState
  package var isPaused: Bool
  /// The last thing worth saying about the run: why it was lost, where the files are.
  package var note: String
  package var startedAt: Timestamp
  package var startedBy: String
  package var counts: Counts

  package struct Counts: Hashable, Sendable {
    package var waiting = 0
    package var prepared = 0
    package var done = 0
    package var refused = 0
    /// Said no to by a person: rejected or discarded.
    package var rejected = 0
    package init() {}
  }

  package init(
    id: RunID, workspace: String, directory: String, goal: String, agent: String, grade: Grade, model: ModelLocation,
    state: RunState, isPaused: Bool, note: String, startedAt: Timestamp, startedBy: String = "",
    counts: Counts
  ) {
    self.startedBy = startedBy
    self.id = id
    self.workspace = workspace
    self.directory = directory
    self.goal = goal
    self.agent = agent
    self.grade = grade
    self.model = model
    self.state = state
    self.isPaused = isPaused
    self.note = note
    self.startedAt = startedAt
    self.counts = counts
  }
}

/// A person's mark on a prepared result, before the review is finished.
package enum Mark: String, Sendable, Hashable, CaseIterable { case undecided, keep, discard }

/// One row of the queue.
package struct StepSummary: Hashable, Sendable {
  package var id: StepID
  package var run: RunID
  package var number: StepNumber
  /// Index of the plan entry it belongs to, nil for "outside the plan".
  package var plan: Int?
  package var state: StepState
  package var revision: Revision
  package var kind: ActionKind
  package var claims: Claims
  package var target: String
  package var verdict: Verdict
  package var evidence: [String]
  package var reach: Reach
  package var mustBeSeenWhole: Bool
  package var effectDigest: Digest
  package var previewDigest: Digest
  package var policyDigest: Digest
  package var proposedAt: Timestamp
  package var decidedBy: String
  package var decidedAt: Timestamp?
  /// A person's reason, or why it failed or was withdrawn.
  package var reason: String
  package var mark: Mark
  /// Discarded changes of a kept text file, by index from 0.
  package var discardedChanges: Set<Int>
  /// The content its changes are shown against: the file as it is, or the one a new file mostly repeats.
  package var basis: Digest?
  /// The agent, not Ringi, performs what is allowed.
  package var isRelayed: Bool
  /// When an approved step takes effect; nil for at once.
  package var dueAt: Timestamp?
  /// The draft a person raised this send step from.
  package var raisedFrom: StepID?
  /// What was on the screen when it was decided: `Painting`'s text form.
  package var painted: String
  /// When it last began to wait; nil on desks from before schema 3.
  package var waitsSince: Timestamp?

  package init(
    id: StepID, run: RunID, number: StepNumber, plan: Int?, state: StepState, revision: Revision, kind: ActionKind,
    claims: Claims, target: String, verdict: Verdict, evidence: [String], reach: Reach, mustBeSeenWhole: Bool,
    effectDigest: Digest, previewDigest: Digest, policyDigest: Digest, proposedAt: Timestamp, decidedBy: String,
    decidedAt: Timestamp?, reason: String, mark: Mark, discardedChanges: Set<Int>,
    basis: Digest?, isRelayed: Bool = false, dueAt: Timestamp? = nil, raisedFrom: StepID? = nil, painted: String = "",
    waitsSince: Timestamp? = nil
  ) {
    self.waitsSince = waitsSince
    self.dueAt = dueAt
    self.raisedFrom = raisedFrom
    self.painted = painted
    self.id = id
    self.run = run
    self.number = number
    self.plan = plan
    self.state = state
    self.revision = revision
    self.kind = kind
    self.claims = claims
    self.target = target
    self.verdict = verdict
    self.evidence = evidence
    self.reach = reach
    self.mustBeSeenWhole = mustBeSeenWhole
    self.effectDigest = effectDigest
    self.previewDigest = previewDigest
    self.policyDigest = policyDigest
    self.proposedAt = proposedAt
    self.decidedBy = decidedBy
    self.decidedAt = decidedAt
    self.reason = reason
    self.mark = mark
    self.discardedChanges = discardedChanges
    self.basis = basis
    self.isRelayed = isRelayed
  }

  /// When its rule's `expires:` makes it a no; nil for never.
  package var expiresAt: Timestamp? {
    guard verdict.expires > 0 else { return nil }
    return Timestamp(milliseconds: (waitsSince ?? proposedAt).milliseconds + Int64(verdict.expires) * 1_000)
  }
}

/// One line of the audit trail, joined with what the desk still knows of the step.
package struct TrailLine: Hashable, Sendable {
  package var index: LeafIndex
  package var time: Timestamp
  package var actorKind: String
  package var actor: String
  package var event: String
  package var step: StepNumber?
  package var run: RunID?
  package var kind: String
  package var target: String
  package var note: String
  package init(
    index: LeafIndex, time: Timestamp, actorKind: String, actor: String, event: String, step: StepNumber?, run: RunID?,
    kind: String, target: String, note: String
  ) {
    self.index = index
    self.time = time
    self.actorKind = actorKind
    self.actor = actor
    self.event = event
    self.step = step
    self.run = run
    self.kind = kind
    self.target = target
    self.note = note
  }
}

/// A flag with what a person has made of it.
package struct FindingRow: Hashable, Sendable {
  package var id: Int64
  package var step: StepID
  package var finding: Finding
  /// The level a person gave it, nil while it is the agent's.
  package var humanLevel: Finding.Level?
  package var levelReason: String
  package var decidedBy: String
  package var decidedAt: Timestamp?
  /// The redline: undecided, keep or discard.
  package var mark: Mark
  /// Why a redline is discarded.
  package var markReason: String
  /// The words a person put in the redline's place; empty while they are the agent's.
  package var rewritten: String
  /// False while the agent has not heard of a changed level.
  package var isTold: Bool
  package init(
    id: Int64, step: StepID, finding: Finding, humanLevel: Finding.Level?, levelReason: String, decidedBy: String,
    decidedAt: Timestamp? = nil, mark: Mark, markReason: String = "", rewritten: String = "",
    isTold: Bool = true
  ) {
    self.rewritten = rewritten
    self.markReason = markReason
    self.isTold = isTold
    self.decidedAt = decidedAt
    self.id = id
    self.step = step
    self.finding = finding
    self.humanLevel = humanLevel
    self.levelReason = levelReason
    self.decidedBy = decidedBy
    self.mark = mark
  }
  package var level: Finding.Level { humanLevel ?? finding.level }
  /// The redline as it stands: a person's words before the agent's.
  package var wording: String { rewritten.isEmpty ? finding.redline : rewritten }
  /// The name of the document without folders and endings, as memos and messages are named after it.
  package var stem: String {
    let name = finding.document.split(separator: "/").last ?? ""
    return name.split(separator: ".").first.map(String.init) ?? String(name)
  }
}

/// What is known of the trail since the console was opened.
package enum TrailCheck: Hashable, Sendable {
  case checking(percent: Int)
  case intact
  /// The verifier's own sentence.
  case broken(String)
}

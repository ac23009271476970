// The gate's port to the durable record. Every call is one transaction that also appends its audit leaves;
// when it throws, nothing was recorded and nothing may happen.

import Domain

/// A step as it enters the desk.
package struct NewStep: Hashable, Sendable {
  package var run: RunID
  package var plan: Int?
  package var action: Action
  package var salt: [UInt8]
  package var claims: Claims
  package var verdict: Verdict
  package var reach: Reach
  package var effectDigest: Digest
  package var policyDigest: Digest
  package var previewDigest: Digest
  package var previewBytes: [UInt8]
  /// The docket as it was shown; its words stay what they were when Ringi's own change.
  package var docket = ""
  package var findings: [Finding]
  /// An earlier prepared step on the same target that this one takes the place of.
  package var replaces: StepID?
  /// For a new file that mostly repeats another one: the content its changes are shown against.
  package var basis: Digest?
  /// The done step that this one puts back.
  package var undoes: StepID?
  /// The agent, not Ringi, performs what is allowed.
  package var isRelayed: Bool
  /// The draft a person raised this send step from.
  package var raisedFrom: StepID?
  /// What the agent calls it, by which later words on it are joined; empty where it has no name.
  package var callID = ""
  package init(
    run: RunID, plan: Int?, action: Action, salt: [UInt8], claims: Claims, verdict: Verdict, reach: Reach,
    effectDigest: Digest, policyDigest: Digest, previewDigest: Digest, previewBytes: [UInt8], findings: [Finding],
    replaces: StepID?, basis: Digest?, undoes: StepID? = nil, isRelayed: Bool = false, raisedFrom: StepID? = nil
  ) {
    self.raisedFrom = raisedFrom
    self.run = run
    self.plan = plan
    self.action = action
    self.salt = salt
    self.claims = claims
    self.verdict = verdict
    self.reach = reach
    self.effectDigest = effectDigest
    self.policyDigest = policyDigest
    self.previewDigest = previewDigest
    self.previewBytes = previewBytes
    self.findings = findings
    self.replaces = replaces
    self.basis = basis
    self.undoes = undoes
    self.isRelayed = isRelayed
  }
}

/// What a person saw when deciding. The decision counts only while all of it still holds.
package struct Shown: Hashable, Sendable {
  package let revision: Revision
  package let effect: Digest
  package let policy: Digest
  package let preview: Digest
  /// `seen 12 of 46 lines`.
  package let painted: String
  package init(revision: Revision, effect: Digest, policy: Digest, preview: Digest, painted: String) {
    self.revision = revision
    self.effect = effect
    self.policy = policy
    self.preview = preview
    self.painted = painted
  }
  package init(_ step: StepSummary, painted: String) {
    self.init(
      revision: step.revision, effect: step.effectDigest, policy: step.policyDigest, preview: step.previewDigest,
      painted: painted)
  }
}

/// One compare-and-set on a step.
package struct Transition: Hashable, Sendable {
  package var step: StepID
  package var event: StepEvent
  package var actor: Actor
  /// What was shown, for decisions; nil for what no person decides.
  package var shown: Shown?
  package var reasonCode: String
  package var reason: String
  /// The step's new form, for `revise`.
  package var revised: NewStep?
  /// When an approval takes effect, if not at once or after its rule's hold.
  package var dueAt: Timestamp?
  /// The effect a permit is minted for; the step must still have it.
  package var effect: Digest?
  /// What the step brought back, in the words of whoever said it: an entry of its own before this one, in one transaction.
  package var answer: String?
  package init(
    step: StepID, event: StepEvent, actor: Actor, shown: Shown? = nil, reasonCode: String = "", reason: String = "",
    revised: NewStep? = nil, dueAt: Timestamp? = nil, effect: Digest? = nil
  ) {
    self.effect = effect
    self.dueAt = dueAt
    self.step = step
    self.event = event
    self.actor = actor
    self.shown = shown
    self.reasonCode = reasonCode
    self.reason = reason
    self.revised = revised
  }
}

/// Why nothing was recorded.
package struct JournalFault: Error, Hashable, Sendable {
  package enum Code: String, Sendable, Hashable {
    /// Somebody else was first: `detail` says who and when.
    case alreadyDecided
    /// What was shown is no longer what would happen.
    case changed
    /// The table of the life of a step has no such transition.
    case illegal
    case noSuchStep
    case unwritable
    case unreadable
    /// The desk's disk has no room: what was read before still counts.
    case full

    /// Who performs stops: nothing may happen that can't be recorded.
    package var endsPerforming: Bool {
      switch self {
      case .unwritable, .unreadable, .full: true
      case .alreadyDecided, .changed, .illegal, .noSuchStep: false
      }
    }
  }
  package let code: Code
  package let detail: String
  package init(_ code: Code, _ detail: String = "") {
    self.code = code
    self.detail = detail
  }
}

package protocol Journal {
  /// Records a step with its verdict; `events` lead from `proposed` to its first state.
  func propose(_ step: NewStep, by agent: Actor, events: [StepEvent]) throws(JournalFault) -> StepSummary
  /// All or nothing.
  func apply(_ transitions: [Transition]) throws(JournalFault)
  /// The stored canonical bytes of a step's action, with the digest they were recorded under.
  func action(of step: StepID) throws(JournalFault) -> (bytes: [UInt8], digest: Digest)
}

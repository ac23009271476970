// A step as a console and a report see it.

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
  package var mustBeSeenWhole: Bool
  package var proposedAt: Timestamp
  package var decidedAt: Timestamp?
  package var mark: Mark
  /// The agent, not Ringi, performs what is allowed.
  package var isRelayed: Bool
  /// What the agent calls it; empty where it has no name.
  package var callID = ""
  /// When an approved step takes effect; nil for at once.
  package var dueAt: Timestamp?
  /// The draft a person raised this send step from.
  package var raisedFrom: StepID?
  /// When it last began to wait; nil on desks from before schema 3.
  package var waitsSince: Timestamp?

  /// What was proposed, judged and shown: one value for as long as the step has one form, with what was said of it. A
  /// desk has many steps that are copied often, so copies share it.
  private final class Form: Hashable, Sendable {
    struct Values: Hashable, Sendable {
      var claims: Claims
      var target: String
      var verdict: Verdict
      var evidence: [String]
      var reach: Reach
      var effectDigest: Digest
      var previewDigest: Digest
      var policyDigest: Digest
      var basis: Digest?
      var decidedBy: String
      var reason: String
      var painted: String
      var markReason = ""
      var markPainted = ""
      var discardedChanges: Set<Int>
    }
    let values: Values
    init(_ values: Values) { self.values = values }
    static func == (a: Form, b: Form) -> Bool { a === b || a.values == b.values }
    func hash(into hasher: inout Hasher) { hasher.combine(values) }
  }
  private var form: Form

  private mutating func change(_ body: (inout Form.Values) -> Void) {
    var values = form.values
    body(&values)
    form = Form(values)
  }

  package var claims: Claims {
    get { form.values.claims }
    set { change { $0.claims = newValue } }
  }
  package var target: String {
    get { form.values.target }
    set { change { $0.target = newValue } }
  }
  package var verdict: Verdict {
    get { form.values.verdict }
    set { change { $0.verdict = newValue } }
  }
  package var evidence: [String] {
    get { form.values.evidence }
    set { change { $0.evidence = newValue } }
  }
  package var reach: Reach {
    get { form.values.reach }
    set { change { $0.reach = newValue } }
  }
  package var effectDigest: Digest {
    get { form.values.effectDigest }
    set { change { $0.effectDigest = newValue } }
  }
  package var previewDigest: Digest {
    get { form.values.previewDigest }
    set { change { $0.previewDigest = newValue } }
  }
  package var policyDigest: Digest {
    get { form.values.policyDigest }
    set { change { $0.policyDigest = newValue } }
  }
  package var decidedBy: String {
    get { form.values.decidedBy }
    set { change { $0.decidedBy = newValue } }
  }
  /// A person's reason, or why it failed or was withdrawn.
  package var reason: String {
    get { form.values.reason }
    set { change { $0.reason = newValue } }
  }
  /// Why it is discarded in the review, or which of its changes are; empty when nobody said.
  package var markReason: String {
    get { form.values.markReason }
    set { change { $0.markReason = newValue } }
  }
  /// What of it was on the screen when it was marked; empty where nothing was.
  package var markPainted: String {
    get { form.values.markPainted }
    set { change { $0.markPainted = newValue } }
  }
  /// Discarded changes of a kept text file, by index from 0.
  package var discardedChanges: Set<Int> {
    get { form.values.discardedChanges }
    set { change { $0.discardedChanges = newValue } }
  }
  /// The content its changes are shown against: the file as it is, or the one a new file mostly repeats.
  package var basis: Digest? {
    get { form.values.basis }
    set { change { $0.basis = newValue } }
  }
  /// What was on the screen when it was decided: `Painting`'s text form.
  package var painted: String {
    get { form.values.painted }
    set { change { $0.painted = newValue } }
  }

  package init(
    id: StepID, run: RunID, number: StepNumber, plan: Int?, state: StepState, revision: Revision, kind: ActionKind,
    claims: Claims, target: String, verdict: Verdict, evidence: [String], reach: Reach, mustBeSeenWhole: Bool,
    effectDigest: Digest, previewDigest: Digest, policyDigest: Digest, proposedAt: Timestamp, decidedBy: String,
    decidedAt: Timestamp?, reason: String, mark: Mark, discardedChanges: Set<Int>,
    basis: Digest?, isRelayed: Bool = false, dueAt: Timestamp? = nil, raisedFrom: StepID? = nil, painted: String = "",
    waitsSince: Timestamp? = nil
  ) {
    form = Form(
      Form.Values(
        claims: claims, target: target, verdict: verdict, evidence: evidence, reach: reach, effectDigest: effectDigest,
        previewDigest: previewDigest, policyDigest: policyDigest, basis: basis, decidedBy: decidedBy, reason: reason,
        painted: painted, discardedChanges: discardedChanges))
    self.waitsSince = waitsSince
    self.dueAt = dueAt
    self.raisedFrom = raisedFrom
    self.id = id
    self.run = run
    self.number = number
    self.plan = plan
    self.state = state
    self.revision = revision
    self.kind = kind
    self.mustBeSeenWhole = mustBeSeenWhole
    self.proposedAt = proposedAt
    self.decidedAt = decidedAt
    self.mark = mark
    self.isRelayed = isRelayed
  }

  /// When its rule's `expires:` makes it a no; nil for never.
  package var expiresAt: Timestamp? {
    guard verdict.expires > 0 else { return nil }
    return Timestamp(milliseconds: (waitsSince ?? proposedAt).milliseconds + Int64(verdict.expires) * 1_000)
  }
}

extension StepSummary {
  /// The target as lists show it: what is renamed with its new name, a folder with what is looked for in it.
  package var targetInLists: String {
    if kind == .fileRead, !reach.topic.isEmpty { return "\(target) “\(reach.topic)”" }
    if !reach.connector.isEmpty, !reach.topic.isEmpty { return "“\(reach.topic)” \(target)" }
    return reach.becomes.isEmpty ? target : "\(target) → \(reach.becomes)"
  }
}

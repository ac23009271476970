/// Something went wrong and somebody has to answer for it: raised by a person, closed by a person, with a clock of
/// 24 hours in between that everybody sees.
package struct Incident: Hashable, Sendable {
  package var id: Int64
  package var run: RunID?
  package var step: StepNumber?
  package var what: String
  package var raisedBy: String
  package var raisedAt: Timestamp
  package var closedBy: String
  package var closedAt: Timestamp?
  package var outcome: String
  package init(
    id: Int64, run: RunID?, step: StepNumber?, what: String, raisedBy: String, raisedAt: Timestamp, closedBy: String,
    closedAt: Timestamp?, outcome: String
  ) {
    self.id = id
    self.run = run
    self.step = step
    self.what = what
    self.raisedBy = raisedBy
    self.raisedAt = raisedAt
    self.closedBy = closedBy
    self.closedAt = closedAt
    self.outcome = outcome
  }

  package var isOpen: Bool { closedAt == nil }

  /// Milliseconds until it has to be with the CTO; negative when that time is over.
  package func left(at now: Timestamp) -> Int64 { raisedAt.milliseconds + 86_400_000 - now.milliseconds }
}

/// A person's word on the level of a kind of action, for the rest of one run.
package struct StandingApproval: Hashable, Sendable {
  package var id: Int64
  package var run: RunID
  package var kind: ActionKind
  package var level: TrustLevel
  package var madeBy: String
  package var madeAt: Timestamp
  package var expiresAt: Timestamp
  package var revokedBy: String
  /// Steps it has decided.
  package var uses: Int
  package init(
    id: Int64, run: RunID, kind: ActionKind, level: TrustLevel, madeBy: String, madeAt: Timestamp, expiresAt: Timestamp,
    revokedBy: String, uses: Int = 0
  ) {
    self.id = id
    self.run = run
    self.kind = kind
    self.level = level
    self.madeBy = madeBy
    self.madeAt = madeAt
    self.expiresAt = expiresAt
    self.revokedBy = revokedBy
    self.uses = uses
  }

  /// The `file` of the origin that a verdict by it has; the line is its number.
  package static let origin = "standing approval"

  package func holds(at now: Timestamp) -> Bool { revokedBy.isEmpty && now < expiresAt }
}

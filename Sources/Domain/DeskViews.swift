// What the desk-wide views show: values, read in one snapshot.

/// One line of the wall of runs.
package struct RunActivity: Hashable, Sendable {
  package var summary: RunSummary
  package var hasHost: Bool
  /// Steps proposed in each of the last minutes, oldest first.
  package var perMinute: [Int]
  package var oldestWait: Timestamp?
  /// The budget that is used up most; nil where its rules have none.
  package var budget: Spending?
  package init(summary: RunSummary, hasHost: Bool, perMinute: [Int], oldestWait: Timestamp?) {
    self.summary = summary
    self.hasHost = hasHost
    self.perMinute = perMinute
    self.oldestWait = oldestWait
  }
}

/// Everything of the desk that is not one run's.
package struct WallReading: Sendable {
  package var runs: [RunActivity]
  package var incidents: [Incident]
  package var anomalies: [Anomaly]
  package var score: ReviewerScore
  /// Runs that no person has paused, and that wait for one to go on.
  package var broken: Set<RunID> {
    Set(runs.map(\.summary).filter { $0.isPaused && !$0.pausedWhy.isEmpty && !$0.state.isOver }.map(\.id))
  }
  package init(runs: [RunActivity], incidents: [Incident], anomalies: [Anomaly], score: ReviewerScore) {
    self.runs = runs
    self.incidents = incidents
    self.anomalies = anomalies
    self.score = score
  }
}

/// A rule as a line, with what it has decided.
package struct RuleLine: Hashable, Sendable {
  package enum Layer: String, Sendable, Hashable, CaseIterable { case company, workspace }
  package var layer: Layer
  package var text: String
  package var level: TrustLevel
  package var isFloor: Bool
  package var why: String
  package var origin: Origin
  package var defect: String
  /// How much of it may happen by its level alone; empty for any number.
  package var budget = ""
  /// Steps it has decided on this desk.
  package var count: Int
  package init(
    layer: Layer, text: String, level: TrustLevel, isFloor: Bool, why: String, origin: Origin, defect: String,
    count: Int
  ) {
    self.layer = layer
    self.text = text
    self.level = level
    self.isFloor = isFloor
    self.why = why
    self.origin = origin
    self.defect = defect
    self.count = count
  }
}

package struct PolicyReading: Sendable {
  package var version: String
  package var rules: [RuleLine]
  package var standing: [StandingApproval]
  package var greyAreas: [ActionKind]
  package init(version: String, rules: [RuleLine], standing: [StandingApproval], greyAreas: [ActionKind]) {
    self.version = version
    self.rules = rules
    self.standing = standing
    self.greyAreas = greyAreas
  }
}

/// One record of the trail with all its fields, its proof, and what the desk keeps beside it.
package struct EntryDetail: Sendable {
  package var index: LeafIndex
  /// In the order of the written form.
  package var fields: [(key: String, value: String)]
  /// What checking the inclusion proof said.
  package enum Proof: Hashable, Sendable {
    /// A long log is read in pieces.
    case pending
    case proved(String)
    case missing(String)
  }
  package var proof: Proof
  /// The words a person or the agent wrote, when the desk still has them.
  package var words: String
  /// The recorded preview as text, docket first; empty when the record is of no step.
  package var preview: [String]
  package init(
    index: LeafIndex, fields: [(key: String, value: String)], proof: Proof, words: String,
    preview: [String]
  ) {
    self.index = index
    self.fields = fields
    self.proof = proof
    self.words = words
    self.preview = preview
  }
}

/// Matches of a filter, newest first, found a piece at a time.
package struct TrailPage: Sendable {
  package var lines: [TrailLine]
  /// Entries looked at so far, of how many.
  package var scanned: Int64
  package var total: Int64
  package var isComplete: Bool
  package init(lines: [TrailLine], scanned: Int64, total: Int64, isComplete: Bool) {
    self.lines = lines
    self.scanned = scanned
    self.total = total
    self.isComplete = isComplete
  }
}

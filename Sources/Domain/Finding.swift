/// A flag on a document: a SARIF 2.1.0 result in the words of a reviewer.
package struct Finding: Hashable, Sendable {
  /// SARIF levels error, warning, note and none.
  package enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
    case red, yellow, missing, green
    /// The order of triage: RED first.
    package var rank: Int {
      switch self {
      case .red: 0
      case .yellow: 1
      case .missing: 2
      case .green: 3
      }
    }
    package var letter: String {
      switch self {
      case .red: "R"
      case .yellow: "Y"
      case .missing: "M"
      case .green: "G"
      }
    }
    package var word: String { rawValue.uppercased() }
    package static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }
    package var raised: Level { self == .green || self == .missing ? .yellow : .red }
    package var lowered: Level { self == .red ? .yellow : .green }
  }

  package var document: String
  /// The clause type, as the playbook names it.
  package var clause: String
  package var level: Level
  /// Lines of the document, from 1; 0 when the clause is missing.
  package var firstLine: Int
  package var lastLine: Int
  /// The clause's own words.
  package var text: String
  package var standard: String
  package var why: String
  package var redline: String
  package var fallback: String
  package var impact: String
  package var escalation: String
  /// nil where the agent did not say.
  package var isMustHave: Bool?

  package init(
    document: String, clause: String, level: Level, firstLine: Int, lastLine: Int, text: String, standard: String,
    why: String, redline: String, fallback: String, impact: String, escalation: String, isMustHave: Bool?
  ) {
    self.document = document
    self.clause = clause
    self.level = level
    self.firstLine = firstLine
    self.lastLine = lastLine
    self.text = text
    self.standard = standard
    self.why = why
    self.redline = redline
    self.fallback = fallback
    self.impact = impact
    self.escalation = escalation
    self.isMustHave = isMustHave
  }

  /// What a reviewer would miss: a YELLOW without a redline, a RED without an exposure.
  package var gap: String? {
    switch level {
    case .yellow where redline.isEmpty: "no redline is suggested"
    case .red where impact.isEmpty: "no exposure is given"
    default: nil
    }
  }
}

import Domain

/// One line of policy.
package struct Rule: Hashable, Sendable {
  /// A kind, a family (`file.*`) or everything (`*`).
  package enum Subject: Hashable, Sendable {
    case kind(ActionKind)
    case family(String)
    case everything

    func matches(_ kind: ActionKind) -> Bool {
      switch self {
      case .kind(let own): own == kind
      case .family(let prefix): kind.rawValue.hasPrefix(prefix)
      case .everything: true
      }
    }

    package var text: String {
      switch self {
      case .kind(let kind): kind.rawValue
      case .family(let prefix): "\(prefix)*"
      case .everything: "*"
      }
    }
  }

  package var subjects: [Subject]
  /// The rule speaks only of targets that match one of these; empty means all.
  package var targets: [Glob]
  /// And of none that match one of these.
  package var exceptions: [Glob]
  package var level: TrustLevel
  /// A floor: workspaces may tighten it and never loosen it.
  package var isAlways: Bool
  /// The rule's own "approve the rest that are like this one".
  package var allowsBulk: Bool
  /// Seconds an approval is held before it takes effect.
  package var hold: Int
  /// Seconds a step may wait before it expires; 0 for ever.
  package var expires: Int
  /// How much of it may happen by its level alone; at most one for each unit and span.
  package var budgets: [Budget] = []
  package var why: String
  package var origin: Origin
  /// Why the rule can't be evaluated, nil when it can. A broken rule still names its subjects.
  package var defect: String?

  package init(
    subjects: [Subject], targets: [Glob], exceptions: [Glob], level: TrustLevel, isAlways: Bool, allowsBulk: Bool,
    hold: Int = 0, expires: Int = 0, why: String, origin: Origin, defect: String? = nil
  ) {
    self.hold = hold
    self.expires = expires
    self.subjects = subjects
    self.targets = targets
    self.exceptions = exceptions
    self.level = level
    self.isAlways = isAlways
    self.allowsBulk = allowsBulk
    self.why = why
    self.origin = origin
    self.defect = defect
  }

  package func names(_ kind: ActionKind) -> Bool { subjects.contains { $0.matches(kind) } }

  package func matches(_ kind: ActionKind, target: String) -> Bool {
    names(kind) && (targets.isEmpty || targets.contains { $0.matches(target) })
      && !exceptions.contains { $0.matches(target) }
  }

  /// What it says of time, in words; empty for nothing.
  package var times: String {
    [hold > 0 ? "held \(hold) s after the yes" : "", expires > 0 ? "a no after \(expires) s" : ""]
      .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// `at most 20 per run`; empty where it has no budget.
  package var budgetWords: String {
    budgets.isEmpty ? "" : "at most \(budgets.map(\.words).joined(separator: " and "))"
  }

  /// The rule in one line, as the docket shows it.
  package var text: String {
    var out = subjects.map(\.text).joined(separator: ", ")
    if !targets.isEmpty { out += " " + targets.map(\.text).joined(separator: ", ") }
    if !exceptions.isEmpty { out += " except " + exceptions.map(\.text).joined(separator: ", ") }
    return out
  }
}

/// The company's rules and one workspace's, and what people said for the rest of one run.
package struct Policy: Hashable, Sendable {
  package var version: String
  package var company: [Rule]
  package var workspace: [Rule]
  /// Standing approvals: stricter always, looser only as far as the company's own rules go.
  package var standing: [Rule]
  /// So many steps in a row that come to nothing pause a run; 0 for never.
  package var pauseAfter = Breaker.usual
  package init(version: String, company: [Rule], workspace: [Rule], standing: [Rule] = []) {
    self.standing = standing
    self.version = version
    self.company = company
    self.workspace = workspace
  }

  /// Somewhere `expires:` is said, so what waits may have an end.
  package var mayExpire: Bool { (company + workspace).contains { $0.expires > 0 } }

  package static let none = Policy(version: "none", company: [], workspace: [])
}

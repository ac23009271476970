/// A place in a settings file, for people: `policy.yaml:12`.
package struct Origin: Hashable, Sendable, CustomStringConvertible {
  package let file: String
  /// From 1; 0 when the file as a whole is meant.
  package let line: Int
  package init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
  package var description: String { line == 0 ? file : "\(file):\(line)" }
}

/// What policy says of one action, with everything that made it say so.
package struct Verdict: Hashable, Sendable {
  package var level: TrustLevel
  /// The deciding rule's words, empty when no rule named the action.
  package var rule: String
  package var origin: Origin?
  /// True when the deciding rule is a floor.
  package var isFloor: Bool
  /// True when the deciding rule lets a person approve the rest that are like one step.
  package var allowsBulk: Bool
  /// Seconds an approval is held before it takes effect; it can be taken back meanwhile.
  package var hold: Int
  /// Seconds a step may wait before it expires, which is a no; 0 for ever.
  package var expires: Int
  /// Why, one line each, the deciding one first.
  package var reasons: [String]
  /// Rules that could not be evaluated; any of these makes the level Watched at least.
  package var brokenRules: [String]

  package init(
    level: TrustLevel, rule: String, origin: Origin?, isFloor: Bool, allowsBulk: Bool = false, hold: Int = 0,
    expires: Int = 0, reasons: [String], brokenRules: [String]
  ) {
    self.hold = hold
    self.expires = expires
    self.level = level
    self.rule = rule
    self.origin = origin
    self.isFloor = isFloor
    self.allowsBulk = allowsBulk
    self.reasons = reasons
    self.brokenRules = brokenRules
  }
}

/// A prepared result whose file a person changed meanwhile.
package enum Clash {
  package static let warning = "somebody changed it since it was prepared; keeping this replaces their version"
}

extension StepSummary {
  /// Decided by itself, never with others.
  package var isClash: Bool { reach.warnings.contains(Clash.warning) }
}

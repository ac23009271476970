/// A prepared result whose place a person changed meanwhile, in the words that its docket says first.
package enum Clash {
  package static let warning = "somebody changed it since it was prepared; keeping this replaces their version"
  package static let removed = "somebody removed it since it was prepared; keeping this brings it back"
  /// Of a rename: the content is theirs.
  package static let renamed = "somebody changed it since it was prepared; keeping this moves their version"
  /// Of a change of permissions: the content is theirs.
  package static let permissions =
    "somebody changed it since it was prepared; keeping this gives their version other permissions"
  /// Before what stands in the way.
  package static let blocked = "it can’t be put in place as things are: "

  /// What a person had left out and what can't be told apart any more, beside somebody else's change.
  package static func takenIn(_ count: Int) -> String {
    let words = count == 1 ? "a change that was left out is" : "\(count) changes that were left out are"
    return "\(words) in it again, as the file has changed around it: look again"
  }

  package static func isSaid(by warning: String) -> Bool {
    [self.warning, removed, renamed, permissions].contains(warning) || warning.hasPrefix(blocked)
  }
}

extension StepSummary {
  /// Decided by itself, never with others.
  package var isClash: Bool { reach.warnings.contains(where: Clash.isSaid) }

  /// A call of another system: kept, it is made when the review is finished.
  package var isHeldCall: Bool { !reach.connector.isEmpty }

  /// A list of several may keep it: nobody else's change is at stake, and it is nothing that can't be taken back.
  package var canBeKeptWithOthers: Bool { !isClash && !(isHeldCall && mustBeSeenWhole) }
}

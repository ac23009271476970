// A person's choice of changes, carried to another difference: the old text has become another, the new one has not.

extension LineDiff {
  /// The changes here that are those of another difference: the same lines give way to the same lines.
  ///
  /// Of changes that read alike it counts which of them one is; where there are more or fewer of them by now, none is it.
  /// - Parameter chosen: indices into the other's `changes`.
  /// - Returns: indices into `changes`.
  package func same(as chosen: Set<Int>, of other: LineDiff) -> Set<Int> {
    let (mine, theirs) = (alike, other.alike)
    var out = Set<Int>()
    for (words, places) in theirs {
      guard let own = mine[words], own.count == places.count else { continue }
      for (place, index) in zip(places, own) where chosen.contains(place) { out.insert(index) }
    }
    return out
  }

  private struct Words: Hashable {
    let old: ArraySlice<UInt8>
    let new: ArraySlice<UInt8>
  }

  private var alike: [Words: [Int]] {
    Dictionary(grouping: changes.indices) { index in
      let change = changes[index]
      return Words(
        old: old.bytes[old.starts[change.oldRange.lowerBound]..<old.starts[change.oldRange.upperBound]],
        new: new.bytes[new.starts[change.newRange.lowerBound]..<new.starts[change.newRange.upperBound]])
    }
  }
}

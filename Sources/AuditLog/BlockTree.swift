// The tree of a long log in pieces: the roots of its whole blocks are kept, so that a proof reads two blocks and not all
// leaves. A log only grows, so a root once computed stays true.

import Domain

package struct BlockTree: Sendable {
  /// Leaves of a block; a power of two, so that each block is a subtree of its own (RFC 6962, section 2.1).
  package static let block = 4_096
  private var roots: [Digest] = []

  package init() {}

  /// Leaves that the known roots cover.
  package var covered: Int { roots.count * Self.block }

  /// The next whole block's leaf hashes.
  package mutating func add(_ hashes: [Digest]) {
    precondition(hashes.count == Self.block, "a block is whole")
    roots.append(MerkleProof.root(hashes[...]))
  }

  /// What an inclusion proof in a tree of `size` leaves reads: the leaf's own block, and the last one when it is not whole.
  package static func needed(for index: Int, size: Int) -> [Range<Int>] {
    let first = index / block * block
    let own = first..<min(size, first + block)
    let last = size / block * block..<size
    return last.isEmpty || own == last ? [own] : [own, last]
  }

  /// The inclusion proof, from the leaf upwards; nil while a block that it needs is missing.
  /// - Parameter leaves: the hashes of the ranges of `needed`.
  package func inclusion(of index: Int, size: Int, leaves: [Range<Int>: [Digest]]) -> [Digest]? {
    guard (0..<size).contains(index), covered >= size / Self.block * Self.block else { return nil }
    func hashes(_ range: Range<Int>) -> ArraySlice<Digest>? {
      leaves.first { $0.key.lowerBound <= range.lowerBound && range.upperBound <= $0.key.upperBound }.map {
        $0.value[(range.lowerBound - $0.key.lowerBound)..<(range.upperBound - $0.key.lowerBound)]
      }
    }
    func root(_ range: Range<Int>) -> Digest? {
      if range.count == Self.block, range.lowerBound.isMultiple(of: Self.block) {
        return roots[range.lowerBound / Self.block]
      }
      if range.count < Self.block { return hashes(range).map { MerkleProof.root($0) } }
      let cut = range.lowerBound + MerkleProof.split(range.count)
      guard let left = root(range.lowerBound..<cut), let right = root(cut..<range.upperBound) else { return nil }
      return Hashing.node(left, right)
    }
    func path(_ range: Range<Int>) -> [Digest]? {
      if let own = hashes(range) { return MerkleProof.inclusion(of: index - range.lowerBound, in: own) }
      let cut = range.lowerBound + MerkleProof.split(range.count)
      let (left, right) = (range.lowerBound..<cut, cut..<range.upperBound)
      guard let below = path(index < cut ? left : right), let sibling = root(index < cut ? right : left) else {
        return nil
      }
      return below + [sibling]
    }
    return path(0..<size)
  }
}

// The Merkle tree of RFC 6962, section 2.1: leaf hash SHA-256(0x00 || leaf), node hash SHA-256(0x01 || l || r).
// The writer keeps only the right edge (one hash for each bit set in the size), so an append costs O(log n).

import Domain

import struct Crypto.SHA256

package enum Hashing {
  package static func sha256(_ bytes: some Sequence<UInt8>) -> Digest {
    var hasher = SHA256()
    let contiguous = Array(bytes)
    contiguous.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    guard let digest = Digest(Array(hasher.finalize())) else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }

  package static func leaf(_ bytes: [UInt8]) -> Digest { sha256([0] + bytes) }
  package static func node(_ left: Digest, _ right: Digest) -> Digest { sha256([1] + left.bytes + right.bytes) }
}

/// SHA-256 of what comes in parts.
package struct RunningDigest {
  private var hasher = SHA256()
  package init() {}
  package mutating func add(_ part: UnsafeRawBufferPointer) { hasher.update(bufferPointer: part) }
  package func digest() -> Digest? { Digest(Array(hasher.finalize())) }
}

/// The right edge of a tree: all that is needed to append and to compute the root.
package struct Frontier: Hashable, Sendable {
  package private(set) var size: Int64
  /// Roots of the complete subtrees, largest first: one for each bit set in `size`.
  package private(set) var peaks: [Digest]

  package init() {
    size = 0
    peaks = []
  }

  /// - Returns: nil when the number of peaks does not fit the size.
  package init?(size: Int64, peaks: [Digest]) {
    guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.peaks = peaks
  }

  package mutating func append(leafHash: Digest) {
    var hash = leafHash
    var bit = size
    while bit & 1 == 1, let left = peaks.popLast() {
      hash = Hashing.node(left, hash)
      bit >>= 1
    }
    peaks.append(hash)
    size += 1
  }

  package var root: Digest {
    guard var hash = peaks.last else { return Hashing.sha256([]) }
    for peak in peaks.dropLast().reversed() { hash = Hashing.node(peak, hash) }
    return hash
  }
}

/// Proofs over a whole list of leaf hashes (RFC 6962, sections 2.1.1 and 2.1.2).
package enum MerkleProof {
  package static func root(_ leaves: ArraySlice<Digest>) -> Digest {
    guard leaves.count > 1 else { return leaves.first ?? Hashing.sha256([]) }
    let cut = leaves.startIndex + split(leaves.count)
    return Hashing.node(root(leaves[..<cut]), root(leaves[cut...]))
  }

  package static func inclusion(of index: Int, in leaves: ArraySlice<Digest>) -> [Digest] {
    guard leaves.count > 1 else { return [] }
    let k = split(leaves.count)
    let cut = leaves.startIndex + k
    return index < k
      ? inclusion(of: index, in: leaves[..<cut]) + [root(leaves[cut...])]
      : inclusion(of: index - k, in: leaves[cut...]) + [root(leaves[..<cut])]
  }

  /// The largest power of two smaller than `count`.
  static func split(_ count: Int) -> Int {
    var k = 1
    while k * 2 < count { k *= 2 }
    return k
  }
}

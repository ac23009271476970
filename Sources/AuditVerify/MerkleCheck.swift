// Checking proofs, after RFC 9162, sections 2.1.3.2 and 2.1.4.2.

import Crypto

package enum MerkleCheck {
  private static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var hasher = SHA256()
    ([1] + left + right).withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return Array(hasher.finalize())
  }

  /// SHA-256(0x00 || leaf), RFC 6962, section 2.1.
  package static func leafHash(_ leaf: [UInt8]) -> [UInt8] {
    var hasher = SHA256()
    ([0] + leaf).withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return Array(hasher.finalize())
  }

  package static func inclusion(leafHash: [UInt8], index: UInt64, size: UInt64, proof: [[UInt8]], root: [UInt8]) -> Bool
  {
    guard index < size, leafHash.count == 32, root.count == 32 else { return false }
    var (fn, sn, hash) = (index, size - 1, leafHash)
    for step in proof {
      guard sn != 0 else { return false }
      if fn & 1 == 1 || fn == sn {
        hash = node(step, hash)
        if fn & 1 == 0 { while fn & 1 == 0 && fn != 0 { (fn, sn) = (fn >> 1, sn >> 1) } }
      } else {
        hash = node(hash, step)
      }
      (fn, sn) = (fn >> 1, sn >> 1)
    }
    return sn == 0 && hash == root
  }

  package static func consistency(
    from size1: UInt64, root1: [UInt8], to size2: UInt64, root2: [UInt8], proof: [[UInt8]]
  ) -> Bool {
    // From an empty tree nothing can be proved: every tree follows from it.
    guard size1 > 0, size1 <= size2 else { return false }
    if size1 == size2 { return proof.isEmpty && root1 == root2 }
    var path = proof[...]
    var start = root1
    if !size1.isPowerOfTwo {
      guard let first = path.popFirst() else { return false }
      start = first
    }
    var (fn, sn) = (size1 - 1, size2 - 1)
    while fn & 1 == 1 { (fn, sn) = (fn >> 1, sn >> 1) }
    var (old, new) = (start, start)
    guard !proof.isEmpty else { return false }
    for step in path {
      guard sn != 0 else { return false }
      if fn & 1 == 1 || fn == sn {
        old = node(step, old)
        new = node(step, new)
        if fn & 1 == 0 { while fn & 1 == 0 && fn != 0 { (fn, sn) = (fn >> 1, sn >> 1) } }
      } else {
        new = node(new, step)
      }
      (fn, sn) = (fn >> 1, sn >> 1)
    }
    return sn == 0 && old == root1 && new == root2
  }
}

extension UInt64 {
  fileprivate var isPowerOfTwo: Bool { self != 0 && self & (self - 1) == 0 }
}

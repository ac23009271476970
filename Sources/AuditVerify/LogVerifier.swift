// Recomputes a log from its leaves and holds it against its checkpoints. Feed leaves in the order of their
// place, and each checkpoint when its size has been reached.

import Crypto

/// What is wrong, and where.
package struct AuditFault: Error, Hashable, Sendable {
  package enum Code: String, Sendable, Hashable {
    case unreadable, misplaced, hashDiffers, rootDiffers, badSignature, wrongOrigin, cut, uncovered, shrunk
  }
  package let code: Code
  /// The first leaf that can't be trusted, from 0.
  package let leaf: Int64
  /// The last one, where the place is known only as a range.
  package let last: Int64

  package init(_ code: Code, leaf: Int64, last: Int64? = nil) {
    self.code = code
    self.leaf = leaf
    self.last = last ?? leaf
  }

  /// One sentence for people.
  package var sentence: String {
    let place = leaf == last ? "entry #\(leaf)" : "an entry from #\(leaf) to #\(last)"
    return switch code {
    case .unreadable: "\(place) can't be read"
    case .misplaced: "\(place) is not the entry that belongs there: one was added, removed or moved"
    case .hashDiffers: "\(place) was changed after it was written"
    case .rootDiffers: "\(place) differs from what the signed checkpoint covers"
    case .badSignature: "the checkpoint over \(place) is not signed by this desk"
    case .wrongOrigin: "the checkpoint over \(place) belongs to another log"
    case .cut: "the log ends before \(place), which a checkpoint covers: its tail was cut"
    case .uncovered: "\(place) is under no checkpoint"
    case .shrunk: "checkpoints run backwards at \(place)"
    }
  }
}

package struct LogVerifier: Sendable {
  private let key: VerifierKey
  private let origin: String
  package private(set) var size: Int64 = 0
  private var peaks: [[UInt8]] = []
  package private(set) var covered: Int64 = 0

  package init(key: VerifierKey, origin: String) {
    self.key = key
    self.origin = origin
  }

  /// The next leaf: its bytes and the hash stored beside it.
  package mutating func add(_ bytes: [UInt8], storedHash: [UInt8]) throws(AuditFault) {
    guard let leaf = ReadLeaf(bytes), let index = leaf.index else { throw AuditFault(.unreadable, leaf: size) }
    guard index == size else { throw AuditFault(.misplaced, leaf: size) }
    var hash = Self.hash(0, bytes)
    guard hash == storedHash else { throw AuditFault(.hashDiffers, leaf: size) }
    var bit = size
    while bit & 1 == 1, let left = peaks.popLast() {
      hash = Self.hash(1, left + hash)
      bit >>= 1
    }
    peaks.append(hash)
    size += 1
  }

  /// A checkpoint over exactly the leaves added so far.
  package mutating func check(_ note: String, signature: Bool) throws(AuditFault) {
    let first = min(covered, max(size - 1, 0))
    guard let head = signature ? Note.open(note, with: key) : Note.head(note) else {
      throw AuditFault(.badSignature, leaf: first, last: max(size - 1, 0))
    }
    guard head.origin == origin else { throw AuditFault(.wrongOrigin, leaf: first, last: max(size - 1, 0)) }
    guard head.size == size else {
      throw head.size > size ? AuditFault(.cut, leaf: size, last: head.size - 1) : AuditFault(.shrunk, leaf: head.size)
    }
    guard head.root == root else { throw AuditFault(.rootDiffers, leaf: first, last: max(size - 1, 0)) }
    covered = size
  }

  /// After the last leaf.
  package func finish() throws(AuditFault) {
    if covered < size { throw AuditFault(.uncovered, leaf: covered, last: size - 1) }
  }

  package var root: [UInt8] {
    guard var hash = peaks.last else { return Array(SHA256().finalize()) }
    for peak in peaks.dropLast().reversed() { hash = Self.hash(1, peak + hash) }
    return hash
  }

  private static func hash(_ prefix: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var hasher = SHA256()
    withUnsafeBytes(of: prefix) { hasher.update(bufferPointer: $0) }
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return Array(hasher.finalize())
  }
}

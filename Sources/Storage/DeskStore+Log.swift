// Appending to the audit log, inside the transaction of what is recorded.

import AuditLog
import Domain
import GateKeeper
import SQLite

/// Appends leaves of one transaction, and signs the head once at the end.
struct LogAppender {
  private var frontier: Frontier
  private let firstSize: Int64
  private let store: DeskStore

  init(_ store: DeskStore) throws(JournalFault) {
    self.store = store
    let stored = try DeskStore.sql { () throws(SQLiteFault) in
      try store.connection.first("SELECT value FROM desk WHERE key='frontier'") { $0.bytes(0) }
    }
    frontier = try Self.read(stored ?? [])
    firstSize = frontier.size
  }

  /// `size` as 8 bytes, then the peaks.
  private static func read(_ bytes: [UInt8]) throws(JournalFault) -> Frontier {
    guard !bytes.isEmpty else { return Frontier() }
    let size = bytes.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    let peaks = stride(from: 8, to: bytes.count, by: 32).compactMap {
      Digest(Array(bytes[$0..<min($0 + 32, bytes.count)]))
    }
    guard let frontier = Frontier(size: size, peaks: peaks) else {
      throw JournalFault(.unreadable, "the log's edge is damaged; run `ringi audit verify`")
    }
    return frontier
  }

  mutating func append(
    _ actor: Actor, _ event: String, run: RunID?, step: StepID? = nil, note: String = "",
    fill: (inout Leaf) -> Void = { _ in }
  ) throws(JournalFault) {
    let clock = store.clock
    var leaf = Leaf(
      index: LeafIndex(frontier.size), wall: clock.wall(), monotonic: clock.monotonic(), boot: clock.boot, actor: actor,
      event: event)
    leaf.run = run
    fill(&leaf)
    // Words are kept beside the log, where they can be erased; the leaf holds their salted digest.
    let salt = note.isEmpty ? [] : clock.random(16)
    if !note.isEmpty { leaf.commitment = Hashing.sha256(salt + Array(note.utf8)) }
    let bytes = leaf.canonicalBytes
    let hash = Hashing.leaf(bytes)
    let index = frontier.size
    try DeskStore.sql { () throws(SQLiteFault) in
      try store.connection.run(
        "INSERT INTO leaf VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", .integer(index), .blob(bytes), .blob(hash.bytes),
        run.map { .integer($0.value) } ?? .null, step.map { .integer($0.value) } ?? .null, .text(note), .blob(salt))
    }
    frontier.append(leafHash: hash)
  }

  func seal() throws(JournalFault) {
    let size = frontier.size
    guard size > firstSize else { return }
    var edge: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * $0)) }
    for peak in frontier.peaks { edge += peak.bytes }
    guard let note = try? store.signer.checkpoint(origin: DeskStore.origin, size: size, root: frontier.root) else {
      throw JournalFault(.unwritable, "the desk's key can't sign")
    }
    let bytes = edge
    try DeskStore.sql { () throws(SQLiteFault) in
      try store.connection.run(
        "INSERT INTO desk VALUES ('frontier', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1", .blob(bytes))
      try store.connection.run("INSERT INTO checkpoint VALUES (?1, ?2)", .integer(size), .text(note))
    }
  }
}

extension DeskStore {
  /// A transaction that records: `body` appends, then the head is signed.
  @discardableResult
  func record<T>(_ body: (inout LogAppender, _ change: Int64) throws(JournalFault) -> T) throws(JournalFault) -> T {
    try write { () throws(JournalFault) in
      var log = try LogAppender(self)
      let out = try body(&log, try nextChange())
      try log.seal()
      return out
    }
  }

  package func leafCount() throws(JournalFault) -> Int64 {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT COALESCE(MAX(id) + 1, 0) FROM leaf") { $0.int(0) } ?? 0
    }
  }

  /// A piece of the log and the checkpoints that belong to it, from one snapshot: a writer may be busy meanwhile.
  package struct Piece: Sendable {
    /// In the order of their place: place, bytes, stored hash.
    package var leaves: [(index: Int64, bytes: [UInt8], hash: [UInt8])]
    /// Checkpoints over more than the leaves before the piece, up to its last leaf; to the very last one at the end.
    package var checkpoints: [(size: Int64, note: String)]
    /// No leaf follows.
    package var isEnd: Bool
  }

  package func piece(from index: Int64, count: Int) throws(JournalFault) -> Piece {
    try Self.sql { () throws(SQLiteFault) in
      try connection.read { () throws(SQLiteFault) in
        let leaves = try connection.rows(
          "SELECT id, bytes, hash FROM leaf WHERE id >= ?1 ORDER BY id LIMIT ?2", .integer(index),
          .integer(Int64(count))
        ) { (index: $0.int(0), bytes: $0.bytes(1), hash: $0.bytes(2)) }
        let isEnd = leaves.count < count
        let notes = try connection.rows(
          "SELECT size, note FROM checkpoint WHERE size > ?1 AND size <= ?2 ORDER BY size", .integer(index),
          .integer(isEnd ? Int64.max : index + Int64(count))
        ) { (size: $0.int(0), note: $0.text(1)) }
        return Piece(leaves: leaves, checkpoints: notes, isEnd: isEnd)
      }
    }
  }

  package func lastCheckpoint() throws(JournalFault) -> String? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1") { $0.text(0) }
    }
  }
}

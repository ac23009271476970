// The trail read backwards a piece at a time, for filters and exports; and the proof of one entry.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// Up to `count` entries below `index`, newest first.
  package func trail(below index: Int64, count: Int) throws(JournalFault) -> [TrailLine] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT l.id, l.bytes, s.target, s.reason, l.note FROM leaf l LEFT JOIN step s ON s.id = l.step
        WHERE l.id < ?1 ORDER BY l.id DESC LIMIT ?2
        """, .integer(index), .integer(Int64(count)), map: Self.trailLine)
    }
  }

  /// A leaf as it was written, the step it is of, and the words beside it; nil when there is none.
  package func leaf(_ index: LeafIndex) throws(JournalFault) -> (bytes: [UInt8], step: StepID?, words: String)? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT bytes, step, note FROM leaf WHERE id = ?1", .integer(index.value)) {
        ($0.bytes(0), $0.isNull(1) ? nil : StepID($0.int(1)), $0.text(2))
      }
    }
  }

  /// The inclusion proof of an entry in the log's head, with the signed checkpoint it leads to (RFC 6962, 2.1.1).
  package func inclusion(
    of index: LeafIndex
  ) throws(JournalFault) -> (size: Int64, proof: [Digest], checkpoint: String)? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.read { () throws(SQLiteFault) in
        guard
          let head = try connection.first(
            "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1", map: { ($0.int(0), $0.text(1)) })
        else { return nil }
        let hashes = try connection.rows("SELECT hash FROM leaf WHERE id < ?1 ORDER BY id", .integer(head.0)) {
          Digest($0.bytes(0))
        }.compactMap { $0 }
        let place = Int(index.value)
        guard hashes.indices.contains(place), hashes.count == head.0 else { return nil }
        return (head.0, MerkleProof.inclusion(of: place, in: hashes[...]), head.1)
      }
    }
  }
}

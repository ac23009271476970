// What a check of the rows against the log reads.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  package func leafNotes(
    from index: Int64, count: Int
  ) throws(JournalFault) -> [(index: Int64, bytes: [UInt8], words: String, salt: [UInt8])] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        "SELECT id, bytes, note, salt FROM leaf WHERE id >= ?1 ORDER BY id LIMIT ?2", .integer(index),
        .integer(Int64(count))
      ) { ($0.int(0), $0.bytes(1), $0.text(2), $0.bytes(3)) }
    }
  }

  package func leafBytes(of step: StepID) throws(JournalFault) -> [[UInt8]] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows("SELECT bytes FROM leaf WHERE step = ?1 ORDER BY id", .integer(step.value)) { $0.bytes(0) }
    }
  }

  package func salt(of step: StepID) throws(JournalFault) -> [UInt8]? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT salt FROM step WHERE id = ?1", .integer(step.value)) { $0.bytes(0) }
    }
  }

  /// A digest whose bytes are others; nil when every blob is what it is named after.
  package func firstBadBlob() throws(JournalFault) -> Digest? {
    var found: Digest?
    try Self.sql { () throws(SQLiteFault) in
      try connection.each("SELECT digest, bytes FROM blob", []) { row in
        guard found == nil, let digest = Digest(row.bytes(0)), Hashing.sha256(row.bytes(1)) != digest else { return }
        found = digest
      }
    }
    return found
  }
}

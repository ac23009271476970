// What a check of the rows against the log reads.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// An entry with what is kept beside it, and the run and the step's number it is filed under; empty for none.
  package struct FiledLeaf: Sendable {
    package let index: Int64
    package let bytes: [UInt8]
    package let words: String
    package let salt: [UInt8]
    package let run: String
    package let step: String
  }

  package func leafNotes(from index: Int64, count: Int) throws(JournalFault) -> [FiledLeaf] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT l.id, l.bytes, l.note, l.salt, COALESCE(l.run, ''), COALESCE(s.number, CASE WHEN l.step IS NULL THEN '' ELSE '?' END)
        FROM leaf l LEFT JOIN step s ON s.id = l.step AND s.run = l.run WHERE l.id >= ?1 ORDER BY l.id LIMIT ?2
        """, .integer(index), .integer(Int64(count))
      ) {
        FiledLeaf(
          index: $0.int(0), bytes: $0.bytes(1), words: $0.text(2), salt: $0.bytes(3), run: $0.text(4), step: $0.text(5))
      }
    }
  }

  package func stepCount(of run: RunID) throws(JournalFault) -> Int {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT COUNT(*) FROM step WHERE run = ?1", .integer(run.value)) { Int($0.int(0)) } ?? 0
    }
  }

  /// Entries of a step, with the words beside them.
  package func leafBytes(of step: StepID) throws(JournalFault) -> [(bytes: [UInt8], words: String)] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows("SELECT bytes, note FROM leaf WHERE step = ?1 ORDER BY id", .integer(step.value)) {
        ($0.bytes(0), $0.text(1))
      }
    }
  }

  /// It puts back what another step did.
  package func isUndo(_ step: StepID) throws(JournalFault) -> Bool {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT undoes FROM step WHERE id = ?1 AND undoes IS NOT NULL", .integer(step.value)) { _ in
        true
      } ?? false
    }
  }

  package func salt(of step: StepID) throws(JournalFault) -> [UInt8]? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT salt FROM step WHERE id = ?1", .integer(step.value)) { $0.bytes(0) }
    }
  }

  /// What the desk has bytes of, in the database and beside it.
  package func keptDigests() throws(JournalFault) -> Set<Digest> {
    var found = largeDigests()
    try Self.sql { () throws(SQLiteFault) in
      try connection.each("SELECT digest FROM blob", []) { row in
        if let digest = Digest(row.bytes(0)) { found.insert(digest) }
      }
    }
    return found
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
    return found ?? firstBadLarge()
  }
}

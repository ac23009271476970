// The trail read backwards a piece at a time, for filters and exports; and the proof of one entry.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// Up to `count` entries below `index`, newest first.
  package func trail(below index: Int64, count: Int) throws(JournalFault) -> [TrailLine] {
    try trailLines(where: "l.id < ?1", .integer(index), .integer(Int64(count)))
  }

  /// A leaf as it was written, the step it is of, and the words beside it; nil when there is none.
  package func leaf(_ index: LeafIndex) throws(JournalFault) -> (bytes: [UInt8], step: StepID?, words: String)? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT bytes, step, note FROM leaf WHERE id = ?1", .integer(index.value)) {
        ($0.bytes(0), $0.isNull(1) ? nil : StepID($0.int(1)), $0.text(2))
      }
    }
  }

  /// The log's head as last signed; nil on an empty log.
  package func head() throws(JournalFault) -> (size: Int, checkpoint: String)? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1") {
        (Int($0.int(0)), $0.text(1))
      }
    }
  }

  /// Stored hashes of leaves, in order; fewer than asked for where some are gone.
  package func leafHashes(_ range: Range<Int>) throws(JournalFault) -> [Digest] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        "SELECT hash FROM leaf WHERE id >= ?1 AND id < ?2 ORDER BY id", .integer(Int64(range.lowerBound)),
        .integer(Int64(range.upperBound))
      ) { Digest($0.bytes(0)) }.compactMap { $0 }
    }
  }
}

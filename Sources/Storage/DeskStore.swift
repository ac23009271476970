// The desk's database: the journal of every step, the audit log, the blobs, and what consoles read.
//
// Layout of the desk (mode 0700): desk.db, lock (writers queue on it before BEGIN IMMEDIATE), bell (touched after
// each commit; waiters watch it), key (Ed25519 seed, 0600), key.pub, outbox/, run-N.lock, run-N.sock, run-N.log.

import AuditLog
import Domain
import GateKeeper
import Glibc
import SQLite

/// The clocks a record carries, handed in.
package struct DeskClock: Sendable {
  package var wall: @Sendable () -> Timestamp
  /// Milliseconds since boot.
  package var monotonic: @Sendable () -> Int64
  package var boot: String
  /// Seconds east of UTC, for times in messages to people.
  package var zone: Int
  package var random: @Sendable (_ count: Int) -> [UInt8]
  package init(
    wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Int64, boot: String, zone: Int,
    random: @escaping @Sendable (_ count: Int) -> [UInt8]
  ) {
    self.wall = wall
    self.monotonic = monotonic
    self.boot = boot
    self.zone = zone
    self.random = random
  }
}

package final class DeskStore {
  let connection: Connection
  package let directory: String
  package let clock: DeskClock
  let signer: Signer
  private let lock: Int32
  private let bell: Int32

  package static let origin = "ringi.desk/audit"

  /// - Parameter directory: exists, mode 0700, on a local file system.
  package init(directory: String, clock: DeskClock, signer: Signer) throws(JournalFault) {
    self.directory = directory
    self.clock = clock
    self.signer = signer
    let lock = open("\(directory)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    self.lock = lock
    bell = open("\(directory)/bell", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0, bell >= 0 else { throw JournalFault(.unwritable, "\(directory) can't be written") }
    flock(lock, LOCK_EX)
    defer { flock(lock, LOCK_UN) }
    connection = try Self.sql { () throws(SQLiteFault) in
      let connection = try Connection(path: "\(directory)/desk.db", mode: .create)
      try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
      try connection.execute("PRAGMA secure_delete=ON; PRAGMA mmap_size=67108864")
      try Schema.migrate(connection)
      return connection
    }
  }

  deinit {
    close(lock)
    close(bell)
  }

  @discardableResult
  static func sql<T>(_ body: () throws(SQLiteFault) -> T) throws(JournalFault) -> T {
    do { return try body() } catch { throw fault(error) }
  }

  static func fault(_ error: SQLiteFault) -> JournalFault {
    guard !error.isFull else {
      return JournalFault(.full, "the desk’s disk is full, so nothing is recorded and nothing is done: make room")
    }
    return JournalFault(.unwritable, "the desk's database: \(error.message)")
  }

  /// One durable transaction: writers queue on the lock file, the bell rings after the commit.
  @discardableResult
  func write<T>(_ body: () throws(JournalFault) -> T) throws(JournalFault) -> T {
    while flock(lock, LOCK_EX) != 0 && errno == EINTR {}
    defer { flock(lock, LOCK_UN) }
    let out = try connection.write(body, mapping: Self.fault)
    var byte: UInt8 = 1
    pwrite(bell, &byte, 1, 0)
    return out
  }

  /// Counts writes, so that readers can ask for what is new.
  func nextChange() throws(JournalFault) -> Int64 {
    try Self.sql { () throws(SQLiteFault) in
      let next = (try connection.first("SELECT value FROM desk WHERE key='change'") { $0.int(0) } ?? 0) + 1
      try connection.run(
        "INSERT INTO desk VALUES ('change', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1", .integer(next))
      return next
    }
  }

  /// What was committed, as far as it can be told from counts: by others, and by this connection.
  package struct Version: Hashable, Sendable {
    let others: Int64
    let own: Int64
  }

  /// Another one whenever anybody has written, this connection included.
  package func version() -> Version { Version(others: dataVersion(), own: connection.changeCount) }

  /// Changes whenever another connection has committed.
  package func dataVersion() -> Int64 {
    (try? connection.first("PRAGMA data_version") { $0.int(0) }) ?? -1
  }

  /// Stores bytes under their digest; the same bytes are stored once.
  package func store(_ bytes: [UInt8]) throws(JournalFault) -> Content {
    let digest = Hashing.sha256(bytes)
    try write { () throws(JournalFault) in try keep(bytes, digest) }
    return Content(digest: digest, size: bytes.count)
  }

  func keep(_ bytes: [UInt8], _ digest: Digest) throws(JournalFault) {
    try Self.sql { () throws(SQLiteFault) in
      try connection.run("INSERT INTO blob VALUES (?1, ?2) ON CONFLICT DO NOTHING", .blob(digest.bytes), .blob(bytes))
    }
  }

  /// The bytes of a digest, checked; nil when they were erased or are not the bytes that were stored.
  package func load(_ digest: Digest) throws(JournalFault) -> [UInt8]? {
    let found = try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT bytes FROM blob WHERE digest = ?1", .blob(digest.bytes)) { $0.bytes(0) }
    }
    guard let found, Hashing.sha256(found) == digest else { return nil }
    return found
  }
}

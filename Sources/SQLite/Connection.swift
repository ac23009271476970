// A small, general layer over SQLite's C API: it knows no table. One connection belongs to one thread at a time.

import CSQLite

/// A failed call, with everything SQLite said.
package struct SQLiteFault: Error, Hashable, Sendable {
  /// Primary result code, e.g. SQLITE_BUSY = 5.
  package let code: Int32
  package let extended: Int32
  package let message: String
  package let sql: String
  package init(code: Int32, extended: Int32, message: String, sql: String) {
    self.code = code
    self.extended = extended
    self.message = message
    self.sql = sql
  }

  /// SQLITE_FULL: the disk has no room.
  package var isFull: Bool { code == 13 }
}

/// A value of a column or a parameter.
package enum Value: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

package final class Connection {
  private let handle: OpaquePointer
  private var cache: [String: Statement] = [:]

  package enum Mode { case create, readWrite, readOnly }

  package init(path: String, mode: Mode) throws(SQLiteFault) {
    var opened: OpaquePointer?
    let flags =
      switch mode {
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .readWrite: SQLITE_OPEN_READWRITE
      case .readOnly: SQLITE_OPEN_READONLY
      }
    let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw SQLiteFault(code: code & 0xFF, extended: code, message: message, sql: "open")
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, 5_000)
  }

  deinit {
    cache.removeAll()
    sqlite3_close_v2(handle)
  }

  /// Runs statements that return nothing.
  package func execute(_ sql: String) throws(SQLiteFault) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw fault(code, sql) }
  }

  /// Runs one statement with parameters, ignoring rows.
  @discardableResult
  package func run(_ sql: String, _ values: Value...) throws(SQLiteFault) -> Int {
    try each(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  /// Rows this connection has inserted, changed and deleted since it was opened, those of undone transactions included.
  package var changeCount: Int64 { sqlite3_total_changes64(handle) }

  package var lastInsertID: Int64 { sqlite3_last_insert_rowid(handle) }

  /// All rows, each mapped.
  package func rows<T>(_ sql: String, _ values: Value..., map: (borrowing Row) -> T) throws(SQLiteFault) -> [T] {
    var out: [T] = []
    try each(sql, values) { out.append(map($0)) }
    return out
  }

  /// The first row, mapped.
  package func first<T>(_ sql: String, _ values: Value..., map: (borrowing Row) -> T) throws(SQLiteFault) -> T? {
    var out: T?
    try each(sql, values) { if out == nil { out = map($0) } }
    return out
  }

  /// Row by row, without holding them.
  package func each(_ sql: String, _ values: [Value], _ body: (borrowing Row) -> Void) throws(SQLiteFault) {
    let statement = try prepared(sql)
    defer { statement.reset() }
    for (index, value) in values.enumerated() {
      let code = statement.bind(value, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw fault(code, sql) }
    }
    while true {
      switch sqlite3_step(statement.handle) {
      case SQLITE_ROW: body(Row(statement: statement.handle))
      case SQLITE_DONE: return
      case let code: throw fault(code, sql)
      }
    }
  }

  /// Runs `body` between BEGIN IMMEDIATE and COMMIT; any error rolls back.
  package func write<T, E: Error>(
    _ body: () throws(E) -> T, mapping fault: (SQLiteFault) -> E
  ) throws(E) -> T {
    do { try execute("BEGIN IMMEDIATE") } catch { throw fault(error) }
    let out: T
    do throws(E) { out = try body() } catch {
      try? execute("ROLLBACK")
      throw error
    }
    do { try execute("COMMIT") } catch {
      try? execute("ROLLBACK")
      throw fault(error)
    }
    return out
  }

  /// Runs `body` on one snapshot.
  package func read<T>(_ body: () throws(SQLiteFault) -> T) throws(SQLiteFault) -> T {
    try execute("BEGIN")
    defer { try? execute("COMMIT") }
    return try body()
  }

  private func prepared(_ sql: String) throws(SQLiteFault) -> Statement {
    if let statement = cache[sql] { return statement }
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(self.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else { throw fault(code, sql) }
    let statement = Statement(handle: handle)
    cache[sql] = statement
    return statement
  }

  private func fault(_ code: Int32, _ sql: String) -> SQLiteFault {
    SQLiteFault(code: code & 0xFF, extended: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql)
  }
}

/// A prepared statement, kept by its connection.
final class Statement {
  let handle: OpaquePointer
  init(handle: OpaquePointer) { self.handle = handle }
  deinit { sqlite3_finalize(handle) }

  func bind(_ value: Value, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(handle, index)
    case .integer(let number): return sqlite3_bind_int64(handle, index, number)
    case .text(let text):
      var copy = text
      return copy.withUTF8 { buffer in
        buffer.withMemoryRebound(to: CChar.self) {
          csqlite_bind_text(handle, index, $0.baseAddress ?? emptyText, Int32($0.count))
        }
      }
    case .blob(let bytes):
      return bytes.withUnsafeBytes { csqlite_bind_blob(handle, index, $0.baseAddress, Int32($0.count)) }
    }
  }

  private var emptyText: UnsafePointer<CChar> { csqlite_empty() }

  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }
}

/// The current row; its columns from 0.
package struct Row: ~Copyable {
  fileprivate let statement: OpaquePointer

  package func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
  package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

  package func text(_ column: Int32) -> String { String(decoding: raw(column), as: UTF8.self) }
  package func bytes(_ column: Int32) -> [UInt8] { Array(raw(column)) }

  /// Reads a column where it lies; the bytes are there only as long as `body` runs.
  package func withBytes<T>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> T) -> T { body(raw(column)) }

  /// Good until the statement steps on.
  private func raw(_ column: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
  }
}

// A filter over the whole trail, newest first, a piece at a time: a console does it between keys, an export in one go.

import Domain
import GateKeeper
import Storage

struct TrailSearch {
  private let store: DeskStore
  let filter: TrailFilter
  private(set) var lines: [TrailLine] = []
  /// The next piece ends below this entry.
  private var cursor: Int64
  /// Entries there are.
  private(set) var total: Int64
  private(set) var isComplete = false
  /// What a screen can hold is less by far.
  private let limit: Int

  init(_ store: DeskStore, _ filter: TrailFilter, limit: Int) throws(JournalFault) {
    self.store = store
    self.filter = filter
    self.limit = limit
    total = try store.leafCount()
    cursor = total
    isComplete = total == 0
  }

  var page: TrailPage { TrailPage(lines: lines, scanned: total - cursor, total: total, isComplete: isComplete) }

  mutating func step(_ count: Int) throws(JournalFault) {
    guard !isComplete else { return }
    let piece = try store.trail(below: cursor, count: count)
    lines += piece.filter { filter.matches($0) }
    cursor = piece.last?.index.value ?? 0
    let isTooOld = filter.oldest.map { oldest in piece.last.map { $0.time < oldest } ?? true } ?? false
    if isTooOld { cursor = 0 }
    isComplete = cursor == 0 || lines.count >= limit
  }

  /// What was written since; true when there was something.
  mutating func catchUp() throws(JournalFault) -> Bool {
    let now = try store.leafCount()
    guard now > total else { return false }
    let fresh = try store.trail(below: now, count: Int(now - total))
    lines = fresh.filter { filter.matches($0) } + lines
    total = now
    return true
  }
}

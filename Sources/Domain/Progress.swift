/// How far something long has come, in bytes.
package struct Progress: Hashable, Sendable {
  package var done = 0
  package var total = 0
  package init(done: Int = 0, total: Int = 0) {
    self.done = done
    self.total = total
  }
}

/// Sizes as people read them.
package enum ByteCount {
  /// `512 bytes`, `1.5 KiB`, `64 MiB`.
  package static func words(_ count: Int) -> String {
    guard count >= 1_024 else { return count == 1 ? "1 byte" : "\(count) bytes" }
    var (unit, tenths) = (0, count * 10 / 1_024)
    while tenths >= 10_240, unit < 3 { (unit, tenths) = (unit + 1, tenths / 1_024) }
    let part = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
    return "\(tenths / 10)\(part) \(["KiB", "MiB", "GiB", "TiB"][unit])"
  }
}

/// Something long that a run's host is doing.
package struct Work: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable { case reading, placing }
  package let kind: Kind
  package let progress: Progress
  package let since: Timestamp
  package init(kind: Kind, progress: Progress, since: Timestamp) {
    self.kind = kind
    self.progress = progress
    self.since = since
  }

  /// From 0 to 100.
  package var percent: Int { progress.total > 0 ? min(100, max(0, progress.done) * 100 / progress.total) : 0 }
}

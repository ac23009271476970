/// Cuts a byte stream into lines at LF, with a cap: a peer that never ends its line is cut off.
package struct LineFraming: Sendable {
  package enum Item: Hashable, Sendable {
    case line([UInt8])
    /// The line grew beyond the cap; the stream can't be trusted any more.
    case overflow
  }

  package static let maximumLine = 32 * 1024 * 1024
  private var pending: [UInt8] = []
  private var scanned = 0
  private var isBroken = false
  private let maximum: Int

  /// What has come of a line that has not ended.
  package var rest: [UInt8] { pending }

  package init(maximum: Int = LineFraming.maximumLine) { self.maximum = maximum }

  package mutating func add(_ bytes: some Sequence<UInt8>) -> [Item] {
    guard !isBroken else { return [] }
    pending.append(contentsOf: bytes)
    var out: [Item] = []
    var start = 0
    while let end = pending[max(scanned, start)...].firstIndex(of: 10) {
      var line = pending[start..<end]
      if line.last == 13 { line = line.dropLast() }
      if !line.isEmpty { out.append(.line(Array(line))) }
      start = end + 1
      scanned = start
    }
    pending.removeFirst(start)
    scanned = pending.count
    if pending.count > maximum {
      isBroken = true
      pending = []
      out.append(.overflow)
    }
    return out
  }
}

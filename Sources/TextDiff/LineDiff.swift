/// One place where two texts differ: lines `oldRange` of the old give way to `newRange` of the new.
package struct Change: Hashable, Sendable {
  package let oldRange: Range<Int>
  package let newRange: Range<Int>
}

/// The line difference of two byte strings.
package struct LineDiff: Sendable {
  package let old: LineTable
  package let new: LineTable
  package let changes: [Change]

  package init(old: [UInt8], new: [UInt8]) {
    self.old = LineTable(old)
    self.new = LineTable(new)
    let (a, b) = intern(self.old, self.new)
    changes = Self.changes(a, b)
  }

  /// Groups marks into changes; elements seen on one side only never enter the search.
  static func changes(_ a: [Int32], _ b: [Int32]) -> [Change] {
    let top = Int(max(a.max() ?? -1, b.max() ?? -1)) + 1
    var inA = [Bool](repeating: false, count: top)
    var inB = inA
    for id in a { inA[Int(id)] = true }
    for id in b { inB[Int(id)] = true }
    let keptA = a.indices.filter { inB[Int(a[$0])] }
    let keptB = b.indices.filter { inA[Int(b[$0])] }
    let marks = Myers.marks(keptA.map { a[$0] }, keptB.map { b[$0] })
    var removed = [Bool](repeating: true, count: a.count)
    var added = [Bool](repeating: true, count: b.count)
    for (i, index) in keptA.enumerated() { removed[index] = marks.removed[i] }
    for (i, index) in keptB.enumerated() { added[index] = marks.added[i] }
    var out: [Change] = []
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      let (startI, startJ) = (i, j)
      while i < a.count, removed[i] { i += 1 }
      while j < b.count, added[j] { j += 1 }
      if i > startI || j > startJ {
        out.append(Change(oldRange: startI..<i, newRange: startJ..<j))
      } else {
        i += 1
        j += 1
      }
    }
    return out
  }

  /// The new text with some changes taken back.
  /// - Parameter discarded: indices into `changes`.
  package func applying(allBut discarded: Set<Int>) -> [UInt8] {
    guard !discarded.isEmpty else { return new.bytes }
    var out: [UInt8] = []
    var line = 0
    for (index, change) in changes.enumerated() {
      out.append(contentsOf: old.bytes[old.starts[line]..<old.starts[change.oldRange.lowerBound]])
      if discarded.contains(index) {
        out.append(
          contentsOf: old.bytes[old.starts[change.oldRange.lowerBound]..<old.starts[change.oldRange.upperBound]])
      } else {
        out.append(
          contentsOf: new.bytes[new.starts[change.newRange.lowerBound]..<new.starts[change.newRange.upperBound]])
      }
      line = change.oldRange.upperBound
    }
    out.append(contentsOf: old.bytes[old.starts[line]..<old.starts[old.count]])
    return out
  }
}

/// Numbers for lines, equal exactly for equal bytes. Open addressing over a 64-bit multiply-fold hash.
private func intern(_ old: LineTable, _ new: LineTable) -> ([Int32], [Int32]) {
  var capacity = 16
  while capacity < (old.count + new.count) * 2 { capacity *= 2 }
  var slots = [Int32](repeating: -1, count: capacity)
  var firsts: [(isOld: Bool, start: Int, count: Int, hash: UInt64)] = []

  func number(_ table: LineTable, isOld: Bool) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(table.count)
    for line in 0..<table.count {
      let (start, end) = (table.starts[line], table.starts[line + 1])
      var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
      table.bytes.withUnsafeBufferPointer { buffer in
        for i in start..<end {
          let product = (hash ^ UInt64(buffer[i])).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
          hash = product.high ^ product.low
        }
      }
      var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while true {
        let id = slots[slot]
        if id < 0 {
          slots[slot] = Int32(firsts.count)
          ids.append(Int32(firsts.count))
          firsts.append((isOld, start, end - start, hash))
          break
        }
        let first = firsts[Int(id)]
        if first.hash == hash, first.count == end - start {
          let other = first.isOld ? old.bytes : new.bytes
          if other[first.start..<(first.start + first.count)].elementsEqual(table.bytes[start..<end]) {
            ids.append(id)
            break
          }
        }
        slot = (slot + 1) & (capacity - 1)
      }
    }
    return ids
  }
  let a = number(old, isOld: true)
  let b = number(new, isOld: false)
  return (a, b)
}

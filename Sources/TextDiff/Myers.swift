// Linear-space Myers: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986),
// section 4b, with a cost cap: past it the best path so far is taken, so that unlike inputs cost O(n·cap).

/// Marks which elements of `a` are removed and which of `b` are added.
struct EditMarks {
  var removed: [Bool]
  var added: [Bool]
}

struct Myers {
  private let a: [Int32]
  private let b: [Int32]
  private var marks: EditMarks
  private var forward: [Int32]
  private var backward: [Int32]
  private let middle: Int
  private let cap: Int

  /// - Parameters: `a` and `b` are interned elements: equal numbers mean equal elements.
  static func marks(_ a: [Int32], _ b: [Int32]) -> EditMarks {
    var run = Myers(a, b)
    run.compare(0, a.count, 0, b.count)
    return run.marks
  }

  private init(_ a: [Int32], _ b: [Int32]) {
    self.a = a
    self.b = b
    marks = EditMarks(removed: .init(repeating: false, count: a.count), added: .init(repeating: false, count: b.count))
    middle = b.count + 1
    forward = .init(repeating: 0, count: a.count + b.count + 3)
    backward = forward
    var root = 256
    while root * root < a.count + b.count { root *= 2 }
    cap = root
  }

  private mutating func compare(_ lowA: Int, _ highA: Int, _ lowB: Int, _ highB: Int) {
    var (lowA, highA, lowB, highB) = (lowA, highA, lowB, highB)
    while true {
      while lowA < highA, lowB < highB, a[lowA] == b[lowB] { (lowA, lowB) = (lowA + 1, lowB + 1) }
      while lowA < highA, lowB < highB, a[highA - 1] == b[highB - 1] { (highA, highB) = (highA - 1, highB - 1) }
      if lowA == highA {
        for j in lowB..<highB { marks.added[j] = true }
        return
      }
      if lowB == highB {
        for i in lowA..<highA { marks.removed[i] = true }
        return
      }
      let (x, y) = split(lowA, highA, lowB, highB)
      compare(lowA, x, lowB, y)
      (lowA, lowB) = (x, y)
    }
  }

  /// A point on a shortest path from corner to corner. Both corners differ on entry.
  private mutating func split(_ lowA: Int, _ highA: Int, _ lowB: Int, _ highB: Int) -> (Int, Int) {
    let (minK, maxK) = (lowA - highB, highA - lowB)
    let (forwardK, backwardK) = (lowA - lowB, highA - highB)
    let isOdd = !(forwardK - backwardK).isMultiple(of: 2)
    var (fLow, fHigh, bLow, bHigh) = (forwardK, forwardK, backwardK, backwardK)
    let m = middle
    forward[m + forwardK] = Int32(lowA)
    backward[m + backwardK] = Int32(highA)
    var cost = 0
    while true {
      cost += 1
      // Forward: widen the band by one diagonal on each side that is inside the box.
      if fLow > minK { fLow -= 1; forward[m + fLow - 1] = -1 } else { fLow += 1 }
      if fHigh < maxK { fHigh += 1; forward[m + fHigh + 1] = -1 } else { fHigh -= 1 }
      for k in stride(from: fHigh, through: fLow, by: -2) {
        let (down, right) = (forward[m + k + 1], forward[m + k - 1] + 1)
        var x = Int(max(down, right))
        while x < highA, x - k < highB, a[x] == b[x - k] { x += 1 }
        forward[m + k] = Int32(x)
        if isOdd, k >= bLow, k <= bHigh, Int(backward[m + k]) <= x { return (x, x - k) }
      }
      if bLow > minK { bLow -= 1; backward[m + bLow - 1] = .max } else { bLow += 1 }
      if bHigh < maxK { bHigh += 1; backward[m + bHigh + 1] = .max } else { bHigh -= 1 }
      for k in stride(from: bHigh, through: bLow, by: -2) {
        let (up, left) = (backward[m + k - 1], backward[m + k + 1] == .max ? .max : backward[m + k + 1] - 1)
        var x = Int(min(up, left))
        while x > lowA, x - k > lowB, a[x - 1] == b[x - k - 1] { x -= 1 }
        backward[m + k] = Int32(x)
        if !isOdd, k >= fLow, k <= fHigh, x <= Int(forward[m + k]) { return (x, x - k) }
      }
      if cost >= cap { return furthest(fLow, fHigh, bLow, bHigh, (lowA, highA, lowB, highB)) }
    }
  }

  private func furthest(
    _ fLow: Int, _ fHigh: Int, _ bLow: Int, _ bHigh: Int, _ box: (Int, Int, Int, Int)
  ) -> (Int, Int) {
    let m = middle
    var best = (x: box.0, y: box.2, gain: -1)
    for k in stride(from: fHigh, through: fLow, by: -2) {
      let x = min(Int(forward[m + k]), box.1)
      let y = x - k
      guard y >= box.2, y <= box.3, x >= box.0 else { continue }
      let gain = (x - box.0) + (y - box.2)
      if gain > best.gain { best = (x, y, gain) }
    }
    for k in stride(from: bHigh, through: bLow, by: -2) {
      let x = max(Int(backward[m + k]), box.0)
      let y = x - k
      guard y >= box.2, y <= box.3, x <= box.1 else { continue }
      let gain = (box.1 - x) + (box.3 - y)
      if gain > best.gain { best = (x, y, gain) }
    }
    // Never a corner: a corner would not shrink the problem.
    if best.x == box.0 && best.y == box.2 { return (box.0 + 1, box.2) }
    if best.x == box.1 && best.y == box.3 { return (box.1 - 1, box.3) }
    return (best.x, best.y)
  }
}

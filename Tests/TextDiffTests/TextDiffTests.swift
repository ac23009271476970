import Testing
import TextDiff

/// SplitMix64: the same texts each time.
struct Random: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Line and word difference")
struct TextDiffTests {
  private func text(_ random: inout Random, lines: Int, words: Int) -> [[UInt8]] {
    (0..<lines).map { _ in Array("line \(Int.random(in: 0..<words, using: &random))\n".utf8) }
  }

  @Test("keeping all gives the new text, discarding all gives the old one", arguments: 0..<60)
  func wholeOrNothing(seed: Int) {
    var random = Random(state: UInt64(seed))
    let old = text(&random, lines: Int.random(in: 0..<80, using: &random), words: seed % 3 == 0 ? 4 : 60)
    var new = old
    for _ in 0..<Int.random(in: 0..<20, using: &random) {
      let at = Int.random(in: 0...new.count, using: &random)
      if Bool.random(using: &random), at < new.count {
        new.remove(at: at)
      } else {
        new.insert(Array("new \(at)\n".utf8), at: at)
      }
    }
    if seed % 5 == 0 { new.append(Array("no end".utf8)) }
    let (a, b) = (old.flatMap { $0 }, new.flatMap { $0 })
    let diff = LineDiff(old: a, new: b)
    #expect(diff.applying(allBut: []) == b)
    #expect(diff.applying(allBut: Set(diff.changes.indices)) == a)
    #expect(diff.changes.isEmpty == (a == b))
    // Between changes both sides are equal, line by line.
    var (i, j) = (0, 0)
    for change in diff.changes {
      while i < change.oldRange.lowerBound {
        #expect(diff.old[i].elementsEqual(diff.new[j]))
        (i, j) = (i + 1, j + 1)
      }
      #expect(j == change.newRange.lowerBound)
      (i, j) = (change.oldRange.upperBound, change.newRange.upperBound)
    }
  }

  @Test("the script is a shortest one on small texts", arguments: 0..<40)
  func shortest(seed: Int) {
    var random = Random(state: UInt64(seed + 1_000))
    let a = text(&random, lines: 12, words: 5)
    let b = text(&random, lines: 12, words: 5)
    var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in a.indices {
      for j in b.indices {
        table[i + 1][j + 1] = a[i] == b[j] ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
      }
    }
    let diff = LineDiff(old: a.flatMap { $0 }, new: b.flatMap { $0 })
    let cost = diff.changes.reduce(0) { $0 + $1.oldRange.count + $1.newRange.count }
    #expect(cost == a.count + b.count - 2 * table[a.count][b.count])
  }

  @Test("any subset of changes can be discarded")
  func subsets() {
    let old = Array("a\nb\nc\nd\ne\n".utf8)
    let new = Array("a\nB\nc\nD\ne\nf\n".utf8)
    let diff = LineDiff(old: old, new: new)
    #expect(diff.changes.count == 3)
    #expect(diff.applying(allBut: [1]) == Array("a\nB\nc\nd\ne\nf\n".utf8))
  }

  @Test("words that differ are marked, in scripts without blanks too")
  func words() throws {
    let marks = try #require(WordDiff.changed("shall continue in perpetuity.", "shall continue for three years."))
    #expect(marks.old == [15..<17, 18..<28])
    let japanese = try #require(WordDiff.changed("契約の終了後も無期限に存続する", "契約の終了後も3年間存続する"))
    #expect(!japanese.old.isEmpty && !japanese.new.isEmpty)
    #expect(WordDiff.changed("completely different", "nothing 共通 here at all") == nil)
  }
}

// Which words of two lines differ, for the marks inside a changed line. Words are runs of letters and digits;
// every other character, and every ideograph or kana, is a word of its own.

package enum WordDiff {
  /// Changed ranges as offsets into the scalars of each line.
  /// nil when the lines have so little in common that marks would only be noise.
  package static func changed(_ old: String, _ new: String) -> (old: [Range<Int>], new: [Range<Int>])? {
    let (a, b) = (words(old), words(new))
    guard a.count <= 2_000, b.count <= 2_000 else { return nil }
    var ids: [[Unicode.Scalar]: Int32] = [:]
    func number(_ list: [Word]) -> [Int32] {
      list.map { word in
        if let id = ids[word.scalars] { return id }
        let id = Int32(ids.count)
        ids[word.scalars] = id
        return id
      }
    }
    let changes = LineDiff.changes(number(a), number(b))
    let kept = a.count - changes.reduce(0) { $0 + $1.oldRange.count }
    guard kept * 3 >= max(a.count, b.count) else { return nil }
    return (changes.compactMap { span(a, $0.oldRange) }, changes.compactMap { span(b, $0.newRange) })
  }

  private struct Word {
    let scalars: [Unicode.Scalar]
    let range: Range<Int>
  }

  private static func span(_ list: [Word], _ range: Range<Int>) -> Range<Int>? {
    range.isEmpty ? nil : list[range.lowerBound].range.lowerBound..<list[range.upperBound - 1].range.upperBound
  }

  private static func words(_ line: String) -> [Word] {
    var out: [Word] = []
    let view = Substring(line).unicodeScalars
    var start = view.startIndex
    var offset = 0
    var (position, wordOffset) = (view.startIndex, 0)
    func joins(_ scalar: Unicode.Scalar) -> Bool {
      scalar.value < 0x2E80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }
    while position < view.endIndex {
      let joined = joins(view[position])
      let next = view.index(after: position)
      offset += 1
      let continues = joined && next < view.endIndex && joins(view[next])
      if !continues {
        out.append(Word(scalars: Array(view[start..<next]), range: wordOffset..<offset))
        start = next
        wordOffset = offset
      }
      position = next
    }
    return out
  }
}

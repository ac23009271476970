// Applying the hunks of a unified diff (as git and GNU diff write them) to the very text they were made from: exactly where
// they say, or not at all. A hunk without numbers, as models write them, stands where its old lines are found first after the
// one before.

package enum UnifiedPatch {
  /// - Parameter hunks: from the first `@@` on, without the names of files.
  /// - Returns: nil where a hunk is no hunk, or does not fit.
  package static func apply(_ hunks: [UInt8], to text: [UInt8]) -> [UInt8]? {
    let old = lines(text)
    var out: [ArraySlice<UInt8>] = []
    var at = 0
    var rest = lines(hunks)[...]
    while let header = rest.popFirst() {
      guard let (start, count, newCount) = Self.header(header) else {
        guard let place = found(header, &rest, old, from: at) else { return nil }
        out += old[at..<place.start] + place.new
        at = place.start + place.count
        continue
      }
      // A hunk that takes no line stands after the line it names.
      let place = count == 0 ? start : start - 1
      guard place >= at, place <= old.count else { return nil }
      out += old[at..<place]
      at = place
      var (taken, given) = (0, 0)
      while taken < count || given < newCount, let line = rest.popFirst() {
        var own = line.dropFirst()
        if rest.first?.first == UInt8(ascii: "\\") {
          rest.removeFirst()
          if own.last == 10 { own = own.dropLast() }
        }
        // A blank line of context may have lost its blank.
        let sign = line.first == 10 ? UInt8(ascii: " ") : line.first
        if line.first == 10 { own = line }
        switch sign {
        case UInt8(ascii: " "), UInt8(ascii: "-"):
          guard at < old.count, old[at].elementsEqual(own) else { return nil }
          if sign == UInt8(ascii: " ") {
            out.append(old[at])
            given += 1
          }
          at += 1
          taken += 1
        case UInt8(ascii: "+"):
          out.append(own)
          given += 1
        default: return nil
        }
      }
      guard taken == count, given == newCount else { return nil }
    }
    return Array((out + old[at...]).joined())
  }

  /// - Parameter header: `@@`, or `@@` and a line that stands somewhere before the place.
  /// - Returns: where its old lines begin, how many they are, and what takes their place.
  private static func found(
    _ header: ArraySlice<UInt8>, _ rest: inout ArraySlice<ArraySlice<UInt8>>, _ old: [ArraySlice<UInt8>], from: Int
  ) -> (start: Int, count: Int, new: [ArraySlice<UInt8>])? {
    let (mark, end) = (Array("@@".utf8), Array("*** End of File".utf8))
    guard header.starts(with: mark) else { return nil }
    var body = rest.prefix { !$0.starts(with: mark) }
    rest = rest.dropFirst(body.count)
    var isAtEnd = false
    if let last = body.last, bare(last).elementsEqual(end) {
      isAtEnd = true
      body.removeLast()
    }
    var (before, after) = ([ArraySlice<UInt8>](), [ArraySlice<UInt8>]())
    for line in body {
      switch line.first {
      case UInt8(ascii: " "): (before, after) = (before + [line.dropFirst()], after + [line.dropFirst()])
      case UInt8(ascii: "-"): before.append(line.dropFirst())
      case UInt8(ascii: "+"): after.append(line.dropFirst())
      case 10: (before, after) = (before + [line], after + [line])
      default: return nil
      }
    }
    guard !body.isEmpty else { return nil }
    var at = from
    let anchor = trimmed(header.dropFirst(2))
    if !anchor.isEmpty {
      guard let line = old[at...].firstIndex(where: { trimmed($0).elementsEqual(anchor) }) else { return nil }
      at = line + 1
    }
    // What only adds, adds at the end.
    if before.isEmpty { return (old.count, 0, after) }
    guard old.count - before.count >= at else { return nil }
    let places = isAtEnd ? old.count - before.count...old.count - before.count : at...old.count - before.count
    let place = places.first { place in
      before.indices.allSatisfy { bare(old[place + $0]).elementsEqual(bare(before[$0])) }
    }
    return place.map { ($0, before.count, after) }
  }

  private static func bare(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { line.last == 10 ? line.dropLast() : line }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 10 || byte == 13 }
    let rest = line.drop(while: isBlank)
    return rest.prefix((rest.lastIndex { !isBlank($0) }).map { $0 + 1 - rest.startIndex } ?? 0)
  }

  /// Each with its own end.
  private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var (out, start) = ([ArraySlice<UInt8>](), 0)
    while start < text.count {
      let end = text[start...].firstIndex(of: 10).map { $0 + 1 } ?? text.count
      out.append(text[start..<end])
      start = end
    }
    return out
  }

  /// `@@ -start,count +start,count @@`, where a count of 1 may be left out.
  private static func header(_ line: ArraySlice<UInt8>) -> (start: Int, count: Int, newCount: Int)? {
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard words.count >= 4, words[0] == "@@", words[3].hasPrefix("@@"), let old = range(words[1], "-"),
      let new = range(words[2], "+")
    else { return nil }
    return (old.start, old.count, new.count)
  }

  private static func range(_ word: Substring, _ sign: Character) -> (start: Int, count: Int)? {
    guard word.first == sign else { return nil }
    let parts = word.dropFirst().split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = parts.first, let start = first, start >= 0, parts.count <= 2 else { return nil }
    guard parts.count == 2 else { return (start, 1) }
    return parts[1].flatMap { $0 >= 0 ? (start, $0) : nil }
  }
}

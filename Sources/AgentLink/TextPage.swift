// A page of a long text, for models: whole lines, and where the next page begins.

struct TextPage {
  let text: String
  /// What the page leaves out, in words; empty where it is all of it.
  let note: String

  /// What one answer holds at most, unless a single line is longer.
  private static let mostLines = 2_000
  private static let mostBytes = 60_000

  /// - Parameter first: its first line, from 1.
  /// - Returns: nil for what is no text.
  init?(_ bytes: [UInt8], from first: Int, limit: Int?) {
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    // The last line's end begins no further one.
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    let start = max(1, first)
    var (end, size) = (start, 0)
    while end <= lines.count, end - start < min(limit.map { max(1, $0) } ?? Self.mostLines, Self.mostLines) {
      size += lines[end - 1].count + 1
      if end > start, size > Self.mostBytes { break }
      end += 1
    }
    guard start <= lines.count else {
      (text, note) = ("", "(there is no line \(start): it has \(lines.count))")
      return
    }
    let slice = bytes[
      lines[start - 1].startIndex..<(end - 1 == lines.count ? bytes.endIndex : lines[end - 1].startIndex)]
    let isCut = slice.count > Self.mostBytes && end - start == 1
    // A character is not cut in two.
    text =
      isCut
      ? String(String(decoding: slice.prefix(Self.mostBytes), as: UTF8.self).unicodeScalars.dropLast())
      : String(decoding: slice, as: UTF8.self)
    var notes: [String] = []
    if isCut { notes.append("the line is cut: it has \(slice.count) bytes") }
    if start > 1 || end <= lines.count { notes.append("lines \(start) to \(end - 1) of \(lines.count)") }
    if end <= lines.count { notes.append("the next page begins at line \(end)") }
    note = notes.isEmpty ? "" : "(\(notes.joined(separator: "; ")))"
  }
}

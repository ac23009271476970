// What can be shown of bytes that are no text: what kind they say they are, and where they differ.

import Domain

extension Preview {
  static func binary(_ before: [UInt8], _ after: [UInt8]) -> Preview {
    var lines = [PreviewLine(.warning, "not text: a summary only"), PreviewLine(.label, sizes(before, after))]
    lines += summary("before", before) + summary("after", after)
    if !before.isEmpty, !after.isEmpty { lines += difference(before, after) }
    return Preview(lines: lines, changes: 1)
  }

  /// What is too large to be shown is told by its size and digest; nil for anything else.
  static func large(_ effect: Effect) -> Preview? {
    let (before, after) = (effect.preImage?.content, effect.newContent)
    if case .renameFile = effect { return nil }
    guard before?.isLarge ?? false || after?.isLarge ?? false else { return nil }
    var lines = [
      PreviewLine(.warning, "more than \(ByteCount.words(Content.mostInHand)): its bytes are not shown")
    ]
    if let before {
      lines.append(PreviewLine(.removed, "\(ByteCount.words(before.size)), SHA-256 \(Hex.encode(before.digest.bytes))"))
    }
    if let after {
      lines.append(PreviewLine(.added, "\(ByteCount.words(after.size)), SHA-256 \(Hex.encode(after.digest.bytes))"))
    }
    if before?.digest == after?.digest { lines.append(PreviewLine(.label, "the bytes are the same")) }
    return Preview(lines: lines, changes: 1)
  }

  static func sizes(_ before: [UInt8], _ after: [UInt8]) -> String {
    "before \(before.count) bytes, after \(after.count) bytes"
  }

  /// What kind of file the first bytes say it is, and those bytes.
  private static func summary(_ name: String, _ bytes: [UInt8]) -> [PreviewLine] {
    guard !bytes.isEmpty else { return [] }
    let signs: [([UInt8], String)] = [
      (Array("%PDF".utf8), "a PDF document"), ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
      ([0xFF, 0xD8, 0xFF], "a JPEG picture"), (Array("GIF8".utf8), "a GIF picture"),
      (Array("PK".utf8), "a zip archive, as .docx and .xlsx are"), ([0x1F, 0x8B], "a gzip archive"),
      ([0x7F, 0x45, 0x4C, 0x46], "a program (ELF)"), ([0xD0, 0xCF, 0x11, 0xE0], "an older Office document"),
      (Array("SQLite format 3".utf8), "an SQLite database"),
    ]
    let kind = signs.first { bytes.starts(with: $0.0) }?.1 ?? "of a kind that is not known here"
    let head = bytes.prefix(16).map { Hex.encode([$0]) }.joined(separator: " ")
    return [PreviewLine(.label, "\(name): \(kind), begins with \(head)")]
  }

  /// Rows of 16 bytes that a person can hold beside each other, and no more of them than are looked at.
  private static let row = 16
  private static let mostRows = 8

  private static func difference(_ before: [UInt8], _ after: [UInt8]) -> [PreviewLine] {
    let common = min(before.count, after.count)
    var (count, first) = (0, -1)
    var rows: [Int] = []
    for place in 0..<common where before[place] != after[place] {
      count += 1
      if first < 0 { first = place }
      if rows.last != place / row, rows.count < mostRows { rows.append(place / row) }
    }
    if before.count != after.count, rows.last != common / row, rows.count < mostRows { rows.append(common / row) }
    guard count > 0 || before.count != after.count else { return [PreviewLine(.label, "the bytes are the same")] }
    let place = first < 0 ? common : first
    let longer = before.count == after.count ? "" : ", and \(abs(before.count - after.count)) more at the end"
    var lines = [
      PreviewLine(
        .label, "\(count) byte\(count == 1 ? "" : "s") of what both have differ\(longer), first at byte \(place):")
    ]
    for index in rows {
      for (role, bytes) in [(PreviewLine.Role.removed, before), (.added, after)] {
        let part = bytes.dropFirst(index * row).prefix(row)
        guard !part.isEmpty else { continue }
        lines.append(PreviewLine(role, "\(index * row): \(part.map { Hex.encode([$0]) }.joined(separator: " "))"))
      }
    }
    return lines
  }
}

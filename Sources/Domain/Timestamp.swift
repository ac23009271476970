/// Milliseconds since 1970-01-01 UTC, by the wall clock. Handed in, never read here.
package struct Timestamp: Hashable, Sendable, Comparable {
  package let milliseconds: Int64
  package init(milliseconds: Int64) { self.milliseconds = milliseconds }
  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

  /// RFC 3339 in UTC with milliseconds.
  package var rfc3339: String {
    let (date, time, rest) = civil(offset: 0)
    return "\(date)T\(time).\(Self.pad(rest, 3))Z"
  }

  /// `14:02:11` at `offset` seconds east of UTC.
  package func clock(offset: Int) -> String { civil(offset: offset).time }
  /// `2026-11-22` at `offset` seconds east of UTC.
  package func date(offset: Int) -> String { civil(offset: offset).date }

  /// `2026-11-22 14:02` at `offset` seconds east of UTC.
  package func minute(offset: Int) -> String { "\(date(offset: offset)) \(clock(offset: offset).prefix(5))" }

  // Days to a civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  private func civil(offset: Int) -> (date: String, time: String, rest: Int64) {
    let local = milliseconds + Int64(offset) * 1000
    let days = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
    let inDay = local - days * 86_400_000
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let seconds = inDay / 1000
    let time =
      "\(Self.pad(seconds / 3600, 2)):\(Self.pad(seconds / 60 % 60, 2)):\(Self.pad(seconds % 60, 2))"
    return ("\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))", time, inDay % 1000)
  }

  private static func pad(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

extension Timestamp {
  /// Reads what `rfc3339` writes; nil for anything else.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 24, bytes[10] == UInt8(ascii: "T"), bytes[23] == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), let rest = number(20..<23), (1...12).contains(month)
    else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = hour * 3600 + minute * 60 + second
    self.init(milliseconds: days * 86_400_000 + seconds * 1000 + rest)
  }
}

extension Timestamp {
  /// A time to come, as people write it: `14:05` (the next one by the clock), `tomorrow 9:00`, `2026-12-01 14:05`, or
  /// `30m`, `1h30m`, `2d` from now.
  /// - Parameter offset: seconds east of UTC.
  /// - Returns: nil for anything else, for what is past, and for more than 31 days.
  package func later(_ text: String, offset: Int) -> Timestamp? {
    // `2026-12-01T14:05` as well.
    let words = (text.first?.isNumber ?? false ? text.replacing("T", with: " ") : text).split(separator: " ").map(
      String.init)
    let limit: Int64 = 31 * 86_400_000
    if let length = TimeLength.sum(words.joined()) {
      return length >= 1_000 && length <= limit ? Timestamp(milliseconds: milliseconds + length) : nil
    }
    let local = milliseconds + Int64(offset) * 1000
    let today = local / 86_400_000
    guard let time = words.last.flatMap(Self.timeOfDay) else { return nil }
    let wanted: Int64
    switch words.count {
    case 1:
      let next = today * 86_400_000 + time
      wanted = next > local ? next : next + 86_400_000
    case 2:
      guard let day = words[0].lowercased() == "tomorrow" ? today + 1 : Self.day(words[0]) else { return nil }
      wanted = day * 86_400_000 + time
    default: return nil
    }
    return wanted > local && wanted - local <= limit ? Timestamp(milliseconds: wanted - Int64(offset) * 1000) : nil
  }

  /// `9:05` as milliseconds of the day.
  private static func timeOfDay(_ text: String) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count == 2, let hour = Int64(parts[0]), let minute = Int64(parts[1]),
      (0..<24).contains(hour), (0..<60).contains(minute)
    else { return nil }
    return (hour * 60 + minute) * 60_000
  }

  /// `2026-12-01` as days since 1970 in the civil calendar; nil for a day that is none.
  /// Source: Howard Hinnant, “chrono-Compatible Low-Level Date Algorithms”, days_from_civil.
  private static func day(_ text: String) -> Int64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int64($0) }
    guard parts.count == 3, (1970...9999).contains(parts[0]), (1...12).contains(parts[1]) else { return nil }
    let (year, month, day) = (parts[0], parts[1], parts[2])
    let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...lengths[Int(month) - 1]).contains(day) else { return nil }
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let ofEra = y - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}

// The time of an event as a person reads it: `Fri 2026-11-27 14:00 (UTC+09:00)`. What is not exactly of the form
// RFC 3339 gives (section 5.6, seconds and offset may be missing) is shown as it is.

enum EventTime {
  static func words(_ text: String) -> String {
    let bytes = Array(text.utf8)
    func number(_ from: Int, _ count: Int) -> Int? {
      guard from + count <= bytes.count else { return nil }
      let digits = bytes[from..<(from + count)]
      return digits.allSatisfy { (48...57).contains($0) } ? digits.reduce(0) { $0 * 10 + Int($1 - 48) } : nil
    }
    func isAt(_ index: Int, _ character: Character) -> Bool {
      index < bytes.count && bytes[index] == character.asciiValue
    }
    guard let year = number(0, 4), isAt(4, "-"), let month = number(5, 2), isAt(7, "-"), let day = number(8, 2),
      isAt(10, "T"), let hour = number(11, 2), isAt(13, ":"), let minute = number(14, 2), year >= 1900,
      (1...12).contains(month), (1...daysIn(month, year)).contains(day), hour < 24, minute < 60
    else { return text }
    var rest = 16
    if isAt(16, ":") {
      // Seconds that say something are shown as they are.
      guard number(17, 2) == 0 else { return text }
      rest = 19
    }
    let zone: String
    if bytes.count == rest {
      zone = ""
    } else if bytes.count == rest + 1, isAt(rest, "Z") {
      zone = " (UTC)"
    } else if bytes.count == rest + 6, isAt(rest, "+") || isAt(rest, "-"), number(rest + 1, 2) != nil,
      isAt(rest + 3, ":"), number(rest + 4, 2) != nil
    {
      zone = " (UTC\(String(decoding: bytes[rest...], as: UTF8.self)))"
    } else {
      return text
    }
    let date = String(decoding: bytes[0..<10], as: UTF8.self)
    let time = String(decoding: bytes[11..<16], as: UTF8.self)
    return "\(weekday(year, month, day)) \(date) \(time)\(zone)"
  }

  private static func daysIn(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Sakamoto's method.
  private static func weekday(_ year: Int, _ month: Int, _ day: Int) -> String {
    let shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1]
    let y = month < 3 ? year - 1 : year
    return ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][(y + y / 4 - y / 100 + y / 400 + shift + day) % 7]
  }
}

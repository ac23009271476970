// Signs of personal data and of money in plain text. These only ever raise scrutiny: a miss leaves the level
// that the plain kind has, a false alarm asks a person or refuses.

package enum PersonalData {
  /// What the text seems to hold, one short phrase each; empty when nothing was found.
  package static func signs(in text: String) -> [String] {
    var found: [String] = []
    let runs = digitRuns(text)
    if runs.contains(where: { (13...19).contains($0.count) && passesLuhn($0) }) {
      found.append("a payment card number")
    }
    if runs.contains(where: { $0.count == 12 && isMyNumber($0) }), hasAny(text, ["マイナンバー", "個人番号", "my number"]) {
      found.append("a My Number (個人番号)")
    }
    let mailboxes = Set(words(text).filter { $0.contains("@") && $0.contains(".") })
    let phones = runs.filter { (10...11).contains($0.count) && $0.first == 0 }
    if mailboxes.count >= 5 && phones.count >= 5 {
      found.append("a list of \(mailboxes.count) people with telephone numbers")
    }
    return found
  }

  static func hasAny(_ text: String, _ needles: [String]) -> Bool {
    let lowered = text.lowercased()
    return needles.contains { lowered.contains($0) }
  }

  static func words(_ text: String) -> [Substring] {
    text.split {
      $0 == " " || $0 == "," || $0 == "\n" || $0 == "\t" || $0 == "<" || $0 == ">" || $0 == ";" || $0 == "\""
    }
  }

  /// Runs of digits, single blanks and hyphens between digits allowed.
  static func digitRuns(_ text: String) -> [[Int]] {
    var out: [[Int]] = []
    var run: [Int] = []
    var gap = 0
    for byte in text.utf8 {
      if byte >= 48 && byte <= 57 {
        run.append(Int(byte) - 48)
        gap = 0
      } else if (byte == 32 || byte == 45) && gap == 0 && !run.isEmpty {
        gap = 1
      } else {
        if !run.isEmpty { out.append(run) }
        run = []
        gap = 0
      }
    }
    if !run.isEmpty { out.append(run) }
    return out
  }

  /// ISO/IEC 7812-1, Annex B.
  static func passesLuhn(_ digits: [Int]) -> Bool {
    guard Set(digits).count > 1 else { return false }
    let sum = digits.reversed().enumerated().reduce(0) { sum, item in
      let doubled = item.offset.isMultiple(of: 2) ? item.element : item.element * 2
      return sum + (doubled > 9 ? doubled - 9 : doubled)
    }
    return sum.isMultiple(of: 10)
  }

  /// The check digit of Ordinance 85 (2014) of the Japanese Ministry of Internal Affairs, article 5.
  static func isMyNumber(_ digits: [Int]) -> Bool {
    guard digits.count == 12 else { return false }
    var sum = 0
    for n in 1...11 {
      let weight = n <= 6 ? n + 1 : n - 5
      sum += digits[11 - n] * weight
    }
    let rest = sum % 11
    return digits[11] == (rest <= 1 ? 0 : 11 - rest)
  }

  /// True when the text holds an account number in the form of ISO 13616 whose check digits fit.
  static func holdsIBAN(_ text: String) -> Bool {
    let letters = Array(text.uppercased().utf8).filter { $0 != 32 }
    guard letters.count >= 15 else { return false }
    return (0...(letters.count - 15)).contains { start in
      guard isLetter(letters[start]), isLetter(letters[start + 1]) else { return false }
      guard isDigit(letters[start + 2]), isDigit(letters[start + 3]) else { return false }
      var end = start + 4
      while end < letters.count, end - start < 34, isLetter(letters[end]) || isDigit(letters[end]) { end += 1 }
      return end - start >= 15 && (start + 15...end).contains { ibanChecks(letters[start..<$0]) }
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte >= 65 && byte <= 90 }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  /// The first four characters moved to the end, letters as 10...35, modulo 97 is 1.
  private static func ibanChecks(_ number: ArraySlice<UInt8>) -> Bool {
    var remainder = 0
    for byte in number.dropFirst(4) + number.prefix(4) {
      let value = Int(byte)
      remainder = isDigit(byte) ? remainder * 10 + value - 48 : remainder * 100 + value - 55
      remainder %= 97
    }
    return remainder == 1
  }
}

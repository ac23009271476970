/// What the record of a decision says of the screen: how much was shown, and for how long it stood there.
package struct Painting: Hashable, Sendable, CustomStringConvertible {
  package let seen: Int
  package let total: Int
  /// From the first paint of what was decided to the key.
  package let milliseconds: Int64
  package init(seen: Int, total: Int, milliseconds: Int64) {
    self.seen = seen
    self.total = total
    self.milliseconds = milliseconds
  }

  /// `seen 12 of 46 lines in 3.2 s`.
  package var description: String {
    "seen \(seen) of \(total) lines in \(milliseconds / 1000).\(milliseconds / 100 % 10) s"
  }

  /// Reads what `description` writes; nil for anything else, as what was decided by number or in bulk.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 8, words[0] == "seen", words[7] == "s", let seen = Int(words[1]), let total = Int(words[3])
    else { return nil }
    let parts = words[6].split(separator: ".")
    guard parts.count == 2, let whole = Int64(parts[0]), let tenth = Int64(parts[1]) else { return nil }
    self.init(seen: seen, total: total, milliseconds: whole * 1000 + tenth * 100)
  }

  /// A quick reader takes in about ten short lines a second; what was decided faster, or within a second with a part of
  /// it unseen, was not read.
  package var isFasterThanReading: Bool {
    seen >= 4 && Int64(seen) * 100 > milliseconds || seen < total && milliseconds < 1_000
  }
}

// Changes that no line shows: how lines end, and whether the last one does.

extension Preview {
  /// In words; nothing where a file is new or gone.
  static func endings(_ before: [UInt8], _ after: [UInt8]) -> [String] {
    guard !before.isEmpty, !after.isEmpty else { return [] }
    var out: [String] = []
    let (old, new) = (Kind(before), Kind(after))
    if old != new, old != .none, new != .none { out.append("line ends change: \(old.rawValue) to \(new.rawValue)") }
    if before.last == 10, after.last != 10 { out.append("the last line loses its line end") }
    if before.last != 10, after.last == 10 { out.append("the last line gets a line end") }
    return out
  }

  private enum Kind: String {
    case none, lf = "LF", crlf = "CRLF", mixed = "LF and CRLF mixed"

    init(_ bytes: [UInt8]) {
      var (lf, crlf) = (false, false)
      var last: UInt8 = 0
      for byte in bytes {
        if byte == 10 { if last == 13 { crlf = true } else { lf = true } }
        last = byte
      }
      self = lf && crlf ? .mixed : lf ? .lf : crlf ? .crlf : .none
    }
  }
}

/// What one cell shows: a scalar and the marks on it, none for the column that a wide glyph covers besides. It lies in
/// place, so that a screen of them is copied and compared without an allocation.
package struct Letter: Hashable, Sendable {
  /// Marks a cell can hold beside its base (ncurses keeps 5 wide characters).
  static let maximumMarks = 3

  private var base: UInt32
  private var first: UInt32 = 0
  private var second: UInt32 = 0
  private var third: UInt32 = 0

  package static let blank = Letter(" ")
  package static let none = Letter(value: 0)

  package init(_ scalar: Unicode.Scalar) { base = scalar.value }
  private init(value: UInt32) { base = value }

  /// A printable ASCII character.
  init(ascii byte: UInt8) { base = UInt32(byte) }

  /// nil when there is no room for another mark.
  func adding(_ mark: Unicode.Scalar) -> Letter? {
    var out = self
    if first == 0 {
      out.first = mark.value
    } else if second == 0 {
      out.second = mark.value
    } else if third == 0 {
      out.third = mark.value
    } else {
      return nil
    }
    return out
  }

  /// Calls `body` with each scalar's value, the base first.
  package func forEach(_ body: (UInt32) -> Void) {
    guard base != 0 else { return }
    body(base)
    guard first != 0 else { return }
    body(first)
    if second != 0 { body(second) }
    if third != 0 { body(third) }
  }

  package var text: String {
    var out = String.UnicodeScalarView()
    forEach { if let scalar = Unicode.Scalar($0) { out.append(scalar) } }
    return String(out)
  }
}

// ECMA-48 control sequences that no key is known for: `ESC [`, parameters, one final byte; or `ESC O` and one byte.

import CCurses

struct UnnamedKey {
  private enum Place: Equatable { case outside, escape, parameters, last, mouse(left: Int) }
  private var place = Place.outside
  /// `ESC [` came just now.
  private var isBracket = false

  enum Verdict {
    /// It is no part of a sequence.
    case none
    /// It belongs to one, and means nothing.
    case held
    /// The ESC before it was a key of its own.
    case escapeFirst
  }

  /// An ESC came, and nothing after it.
  var isEscape: Bool { place == .escape }

  /// - Parameter code: a character; nil for a key that has a name.
  mutating func take(_ code: wint_t?) -> Verdict {
    let isFirst = isBracket
    isBracket = place == .escape && code == 91
    switch (place, code) {
    case (.outside, 27?):
      place = .escape
      return .held
    case (.outside, _): return .none
    case (.escape, 91?):
      place = .parameters
      return .held
    case (.escape, 79?):
      place = .last
      return .held
    case (.escape, _):
      place = .outside
      return .escapeFirst
    // `ESC [ M` and three bytes: a mouse as old terminals report it.
    case (.parameters, 77?) where isFirst:
      place = .mouse(left: 3)
      return .held
    case (.mouse(let left), _?):
      place = left == 1 ? .outside : .mouse(left: left - 1)
      return .held
    case (.parameters, let code?) where code < 0x40 && code >= 0x20: return .held
    case (.parameters, _?), (.last, _?):
      place = .outside
      return .held
    case (.parameters, nil), (.last, nil), (.mouse, nil):
      place = .outside
      return .none
    }
  }
}

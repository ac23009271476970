/// One key as the terminal gave it.
package enum Key: Hashable, Sendable {
  case character(Character)
  case control(Character)
  case enter, escape, tab, backTab, backspace, delete
  case up, down, left, right, wordLeft, wordRight, pageUp, pageDown, home, end

  /// How help and footer write it.
  package var name: String {
    switch self {
    case .character(" "): "space"
    case .character(let character): String(character)
    case .control(let character): "Ctrl-\(character.uppercased())"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "Shift-Tab"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .up: "↑"
    case .down: "↓"
    case .left: "←"
    case .right: "→"
    case .wordLeft: "Ctrl-←"
    case .wordRight: "Ctrl-→"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .home: "Home"
    case .end: "End"
    }
  }
}

/// What comes from a terminal.
package enum InputEvent: Hashable, Sendable {
  /// `isBurst`: it came in the same read as other input, as typed-ahead keys, pastes and stray reports do.
  case key(Key, isBurst: Bool)
  /// Bracketed paste.
  case paste(String)
  case resize(width: Int, height: Int)
  /// The window has got the keyboard, or lost it.
  case focus(Bool)
  case click(x: Int, y: Int)
  case wheel(x: Int, y: Int, isUp: Bool)
}

/// How cells of one role look.
package struct Style: Hashable, Sendable {
  /// Indices of the 256-colour palette, nil for the terminal's own.
  package var foreground: Int?
  package var background: Int?
  package var isBold: Bool
  package var isDim: Bool
  package var isReverse: Bool
  package var isUnderlined: Bool
  package init(
    foreground: Int? = nil, background: Int? = nil, isBold: Bool = false, isDim: Bool = false, isReverse: Bool = false,
    isUnderlined: Bool = false
  ) {
    self.foreground = foreground
    self.background = background
    self.isBold = isBold
    self.isDim = isDim
    self.isReverse = isReverse
    self.isUnderlined = isUnderlined
  }
}

/// The terminal as the console knows it: 7 members, two implementors (ncurses, and the headless one of the tests).
package protocol Screen {
  var width: Int { get }
  var height: Int { get }
  /// Shows a frame; only what differs from the last one is sent.
  mutating func show(_ frame: Frame, styles: [Role: Style])
  /// Input that is there now, without waiting.
  mutating func poll() -> [InputEvent]
  /// Throws away input nobody has read yet.
  mutating func flushInput()
  mutating func setTitle(_ title: String)
  /// Rings, and asks the terminal to tell a person who looks elsewhere.
  mutating func notify(_ text: String)
}

extension Key {
  /// Reads what `name` writes; nil for anything else.
  package init?(name: String) {
    let named: [Key] = [
      .character(" "), .enter, .escape, .tab, .backTab, .backspace, .delete, .up, .down, .left, .right, .pageUp,
      .pageDown, .home, .end,
    ]
    let words: [String: Key] = ["up": .up, "down": .down, "left": .left, "right": .right]
    if let key = named.first(where: { $0.name.lowercased() == name.lowercased() }) ?? words[name.lowercased()] {
      self = key
    } else if name.hasPrefix("Ctrl-"), name.count == 6, let last = name.lowercased().last, ("a"..."z").contains(last) {
      self = .control(last)
    } else if name.count == 1, let character = name.first {
      self = .character(character)
    } else {
      return nil
    }
  }
}

// The one terminal, claimed once and given back on return, throw, signal and crash. Nothing but frames reaches it.

import CCurses
import CTerminalGuard
import CellScreen
import Glibc

/// Why there can be no console here, and what to do.
package struct TerminalFault: Error, Hashable, Sendable {
  package let sentence: String
}

package final class CursesTerminal: Screen {
  package private(set) var width: Int
  package private(set) var height: Int
  /// True where the locale can't show more than ASCII.
  package let isASCII: Bool
  private let handle: OpaquePointer
  private var last: Frame?
  private var lastStyles: [Role: Style] = [:]
  private let colors: ColorPairs
  private let paper: PaintBuffer
  private var isOpen = true
  /// Kept from row to row, so that drawing allocates nothing.
  private static let pasteStart = Int32(KEY_MAX) + 1
  private static let pasteEnd = Int32(KEY_MAX) + 2
  private static let focusIn = Int32(KEY_MAX) + 3
  private static let focusOut = Int32(KEY_MAX) + 4
  static let wordLeft = Int32(KEY_MAX) + 5
  static let wordRight = Int32(KEY_MAX) + 6
  /// Paste marks and focus reports on.
  private static let reports = "\u{1B}[?2004h\u{1B}[?1004h"

  package static func open(wantsColor: Bool) throws(TerminalFault) -> CursesTerminal {
    let isUTF8 = chooseLocale()
    guard let name = getenv("TERM").map({ String(cString: $0) }), !name.isEmpty else {
      throw TerminalFault(
        sentence: "TERM is not set, so the terminal's kind is unknown; `--plain` asks without a screen")
    }
    guard tg_install() == 0 else { throw TerminalFault(sentence: "standard input is no terminal") }
    guard let paper = PaintBuffer() else { throw TerminalFault(sentence: "standard output can't be written") }
    guard let handle = newterm(nil, paper.stream, nc_stdin()) else {
      throw TerminalFault(sentence: "the terminal `\(name)` is not in the terminfo database; try TERM=xterm-256color")
    }
    guard nc_has_cup() == 1 else {
      endwin()
      tg_restore()
      throw TerminalFault(sentence: "the terminal `\(name)` can't place its cursor; `--plain` asks without a screen")
    }
    return CursesTerminal(handle: handle, paper: paper, isASCII: !isUTF8, wantsColor: wantsColor)
  }

  /// True when the character set is UTF-8. Where no locale is set it is asked for; a terminal that is of another, or older
  /// than Unicode, gets what ASCII has.
  private static func chooseLocale() -> Bool {
    func charset() -> String { String(cString: nl_langinfo(nl_item(CODESET))) }
    func isUTF8() -> Bool { charset() == "UTF-8" }
    setlocale(LC_ALL, "")
    let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
    if terminal.hasPrefix("vt1") || terminal.hasPrefix("vt2") || terminal == "ansi" { return false }
    if isUTF8() { return true }
    guard charset() == "ANSI_X3.4-1968" else { return false }
    return setlocale(LC_CTYPE, "C.UTF-8") != nil && isUTF8()
  }

  /// What was pasted so far, while its end has not come; and when its last character did.
  private var pasted: String?
  private var pastedAt: Int64 = 0
  /// So long without a character, in milliseconds, a paste is over.
  private static let pasteEnds: Int64 = 10_000
  /// In bytes; what is longer is cut.
  private static let longestPaste = 1 << 20

  private init(handle: OpaquePointer, paper: PaintBuffer, isASCII: Bool, wantsColor: Bool) {
    self.handle = handle
    self.paper = paper
    self.isASCII = isASCII
    width = Int(nc_cols())
    height = Int(nc_lines())
    colors = ColorPairs(wantsColor: wantsColor)
    nc_set_escdelay(25)
    raw()
    noecho()
    nonl()
    keypad(nc_stdscr(), true)
    nodelay(nc_stdscr(), true)
    curs_set(0)
    define_key("\u{1B}[200~", Self.pasteStart)
    define_key("\u{1B}[201~", Self.pasteEnd)
    define_key("\u{1B}[I", Self.focusIn)
    define_key("\u{1B}[O", Self.focusOut)
    // What terminals send whatever TERM says of them.
    for (home, end) in [("[1~", "[4~"), ("[7~", "[8~"), ("[H", "[F"), ("OH", "OF")] {
      define_key("\u{1B}\(home)", KEY_HOME)
      define_key("\u{1B}\(end)", KEY_END)
    }
    define_key("\u{1B}[1;5D", Self.wordLeft)
    define_key("\u{1B}[1;5C", Self.wordRight)
    // Alt with an arrow, and what macOS terminals send for it.
    for left in ["\u{1B}[1;3D", "\u{1B}b"] { define_key(left, Self.wordLeft) }
    for right in ["\u{1B}[1;3C", "\u{1B}f"] { define_key(right, Self.wordRight) }
    mousemask(NC_CLICK | NC_WHEEL_UP | NC_WHEEL_DOWN, nil)
    mouseinterval(0)
    send(Self.reports)
  }

  deinit { close() }

  /// Gives the terminal back; safe to call twice.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    endwin()
    tg_restore()
  }

  /// Bytes beside ncurses: only our own constants, and a title that was made safe.
  private func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
  }

  /// Readable when a signal has come.
  package var wakeDescriptor: Int32 { tg_wake_fd() }

  /// Resizes, true when the program was asked to end, and true when it goes on after it was stopped.
  package func takeSignals() -> (resize: InputEvent?, isEnding: Bool, isBack: Bool) {
    let events = tg_take()
    let isBack = events & TG_CONTINUED != 0
    // Whoever stopped it may have left the terminal as a shell wants it.
    if isBack { reclaim() }
    guard events & TG_RESIZED != 0 else { return (nil, events & TG_ENDING != 0, isBack) }
    var size = winsize()
    if ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      resizeterm(Int32(size.ws_row), Int32(size.ws_col))
      width = Int(size.ws_col)
      height = Int(size.ws_row)
      redrawAll()
    }
    return (.resize(width: width, height: height), events & TG_ENDING != 0, isBack)
  }

  package static var endingSignal: Int32 { tg_ending_signal() }

  private func redrawAll() {
    last = nil
    clearok(nc_stdscr(), true)
  }

  /// Stops the program as the shell's job control wants it, and takes the terminal again afterwards.
  package func suspend() {
    release()
    raise(SIGSTOP)
    reclaim()
  }

  /// Lends the terminal to another program.
  package func release() {
    def_prog_mode()
    endwin()
    tg_restore()
  }

  package func reclaim() {
    tg_rearm()
    reset_prog_mode()
    send(Self.reports)
    redrawAll()
  }

  package func show(_ frame: Frame, styles: [Role: Style]) {
    let isFresh = last == nil || last?.width != frame.width || last?.height != frame.height || lastStyles != styles
    for y in 0..<min(frame.height, height) {
      let row = frame.row(y)
      guard !isFresh, let old = last?.row(y) else {
        putRow(row, y, from: row.startIndex, to: row.endIndex, styles)
        continue
      }
      guard let (from, to) = Self.difference(old, row) else { continue }
      putRow(row, y, from: from, to: to, styles)
    }
    if let cursor = frame.cursor {
      move(Int32(cursor.y), Int32(cursor.x))
      curs_set(1)
    } else {
      curs_set(0)
    }
    paper.paint { _ = refresh() }
    last = frame
    lastStyles = styles
  }

  /// The cells between the first and the last that differ, whole glyphs; nil when none does.
  private static func difference(_ old: ArraySlice<Cell>, _ new: ArraySlice<Cell>) -> (from: Int, to: Int)? {
    var (from, to) = (new.startIndex, new.endIndex)
    while from < to, old[from] == new[from] { from += 1 }
    guard from < to else { return nil }
    while old[to - 1] == new[to - 1] { to -= 1 }
    // Half of a wide glyph, old or new, brings its other half with it.
    while from > new.startIndex, new[from].width == 0 || old[from].width == 0 { from -= 1 }
    while to < new.endIndex, new[to].width == 0 || old[to].width == 0 { to += 1 }
    return (from, to)
  }

  private func putRow(_ row: ArraySlice<Cell>, _ y: Int, from: Int, to: Int, _ styles: [Role: Style]) {
    var line: [cchar_t] = []
    line.reserveCapacity(to - from)
    // A base, its marks, and the zero that ends them.
    var wide = [wchar_t](repeating: 0, count: 5)
    // Cells of one role stand together: its look is asked for once a run, not once a cell.
    var role: Role?
    var look: (attr_t, Int32) = (NC_NORMAL, 0)
    for index in from..<to where row[index].width > 0 {
      let cell = row[index]
      if cell.role != role {
        role = cell.role
        look = colors.attributes(styles[cell.role] ?? Style())
      }
      var count = 0
      cell.letter.forEach { value in
        // Marks that go with a letter need no cell of their own.
        guard !isASCII || count == 0 else { return }
        wide[count] = isASCII ? Self.plain(value) : wchar_t(bitPattern: value)
        count += 1
      }
      wide[count] = 0
      var complex = cchar_t()
      _ = nc_cell(&complex, wide, look.0, look.1)
      line.append(complex)
      // Where a wide letter can't be, its second cell would keep what was there before.
      if isASCII, cell.width == 2 { line.append(complex) }
    }
    _ = mvadd_wchnstr(Int32(y), Int32(from - row.startIndex), line, Int32(line.count))
  }

  /// What stands for a character on a terminal without Unicode: punctuation of Ringi's own words as its plain form, any
  /// other as one sign that stands for nothing else.
  private static func plain(_ value: UInt32) -> wchar_t {
    let letter: Unicode.Scalar =
      switch value {
      case ..<127: Unicode.Scalar(UInt8(value))
      case 0x2018, 0x2019: "'"
      case 0x201C, 0x201D: "\""
      case 0x2010...0x2015: "-"
      case 0x2026: "~"
      case 0xB7: "."
      case 0xD7: "x"
      default: "#"
      }
    return wchar_t(bitPattern: letter.value)
  }

  private static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  package func poll() -> [InputEvent] {
    var keys: [Key] = []
    var events: [InputEvent] = []
    var code: wint_t = 0
    // An end that never comes must not swallow all that is typed later.
    if let text = pasted, Self.milliseconds() - pastedAt > Self.pasteEnds {
      events.append(.paste(text))
      pasted = nil
    }
    // A key that the terminal's description does not name comes as its bytes: they must not be taken for letters.
    var unnamed = UnnamedKey()
    while true {
      let kind = wget_wch(nc_stdscr(), &code)
      if kind == ERR { break }
      if pasted != nil { pastedAt = Self.milliseconds() }
      if pasted == nil {
        switch unnamed.take(kind == OK ? code : nil) {
        case .held: continue
        case .escapeFirst: keys.append(.escape)
        case .none: break
        }
      }
      if kind == Int32(KEY_CODE_YES) && Int32(bitPattern: code) == Self.pasteStart {
        (pasted, pastedAt) = ("", Self.milliseconds())
      } else if kind == Int32(KEY_CODE_YES) && Int32(bitPattern: code) == Self.pasteEnd {
        if let pasted { events.append(.paste(pasted)) }
        pasted = nil
      } else if pasted != nil {
        if kind == OK, let scalar = Unicode.Scalar(code), (pasted?.utf8.count ?? 0) < Self.longestPaste {
          pasted?.unicodeScalars.append(scalar == "\r" ? "\n" : scalar)
        }
      } else if kind == Int32(KEY_CODE_YES), let event = report(Int32(bitPattern: code)) {
        events.append(event)
      } else if let key = kind == OK ? KeyCodes.character(code) : KeyCodes.function(Int32(bitPattern: code)) {
        keys.append(key)
      }
    }
    if unnamed.isEscape { keys.append(.escape) }
    // Anything that came together is no single stroke of a hand.
    let isBurst = keys.count + events.count > 1
    return keys.map { .key($0, isBurst: isBurst) } + events
  }

  /// A focus report or the mouse; nil for keys.
  private func report(_ code: Int32) -> InputEvent? {
    switch code {
    case Self.focusIn: return .focus(true)
    case Self.focusOut: return .focus(false)
    case KEY_MOUSE:
      var mouse = MEVENT()
      guard getmouse(&mouse) == OK else { return .click(x: -1, y: -1) }
      let (x, y) = (Int(mouse.x), Int(mouse.y))
      if mouse.bstate & NC_WHEEL_UP != 0 { return .wheel(x: x, y: y, isUp: true) }
      if mouse.bstate & NC_WHEEL_DOWN != 0 { return .wheel(x: x, y: y, isUp: false) }
      return .click(x: x, y: y)
    default: return nil
    }
  }

  package func notify(_ text: String) {
    beep()
    refresh()
    guard !isASCII, getenv("TERM").map({ String(cString: $0) != "linux" }) ?? false else { return }
    let safe = SafeText.plain(text).filter { $0 != ";" }
    // iTerm2's OSC 9 and rxvt's OSC 777; inside tmux both go through its passthrough, which doubles each ESC.
    for sequence in ["\u{1B}]9;\(safe)\u{7}", "\u{1B}]777;notify;Ringi;\(safe)\u{7}"] {
      let isInTmux = getenv("TMUX") != nil
      send(isInTmux ? "\u{1B}Ptmux;\u{1B}\(sequence)\u{1B}\\" : sequence)
    }
  }

  package func flushInput() { flushinp() }

  package func setTitle(_ title: String) {
    guard !isASCII, getenv("TERM").map({ String(cString: $0) != "linux" }) ?? false else { return }
    send("\u{1B}]2;\(SafeText.plain(title))\u{7}")
  }
}

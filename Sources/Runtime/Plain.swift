import CellScreen
import Domain
import Glibc

/// Text for lines that are printed without a console: agents' characters shown or shown as tokens.
enum Plain {
  /// `45 s`, `12 min`, `3 h 5 min`, `2 d`.
  static func length(_ milliseconds: Int64) -> String { TimeLength.words(milliseconds) }

  /// The same for text of several lines of our own.
  static func lines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { safe(String($0)) }.joined(separator: "\n")
  }

  static func safe(_ text: String) -> String { SafeText.plain(text) }

  /// Prints with every line broken between words where the terminal is too narrow for it. What is no terminal gets
  /// the lines as they are.
  static func print(_ text: String, terminator: String = "\n") {
    var size = winsize()
    guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 10 else {
      return Swift.print(text, terminator: terminator)
    }
    Swift.print(folded(text, columns: Int(size.ws_col)), terminator: terminator)
  }

  /// Continued lines begin under the text of their first, as far as blanks say where that is.
  static func folded(_ text: String, columns: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      guard SafeText.width(String(line)) > columns else { return String(line) }
      let indent = String(repeating: " ", count: min(line.prefix { $0 == " " }.count, columns / 4))
      let words = [Span(String(line.drop { $0 == " " }), .text)]
      return Wrap.rows(words, width: columns - indent.count)
        .map { row -> String in
          let text = indent + row.map(\.0.text).joined()
          // A blank in the last column would be a line of its own.
          return SafeText.width(text) < columns ? text : String(text.reversed().drop { $0 == " " }.reversed())
        }
        .joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

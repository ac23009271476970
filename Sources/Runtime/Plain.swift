import CellScreen
import Domain

/// Text for lines that are printed without a console: agents' characters shown or shown as tokens.
enum Plain {
  /// `45 s`, `12 min`, `3 h 5 min`, `2 d`.
  static func length(_ milliseconds: Int64) -> String { TimeLength.words(milliseconds) }

  /// The same for text of several lines of our own.
  static func lines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { safe(String($0)) }.joined(separator: "\n")
  }

  static func safe(_ text: String) -> String { SafeText.plain(text) }
}

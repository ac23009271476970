import CellScreen

/// Text for lines that are printed without a console: agents' characters shown or shown as tokens.
enum Plain {
  static func safe(_ text: String) -> String { SafeText.plain(text) }
}

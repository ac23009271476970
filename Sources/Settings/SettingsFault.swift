import Domain

/// What is wrong in a settings file, where, and how to mend it.
package struct SettingsFault: Error, Hashable, Sendable {
  package let file: String
  /// From 1; 0 when the file as a whole is meant.
  package let line: Int
  package let column: Int
  package let message: String
  package init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// `policy.yaml:12:5: unknown level `wached`; did you mean `watched`?`
  package var sentence: String { line == 0 ? "\(file): \(message)" : "\(file):\(line):\(column): \(message)" }
}

/// The nearest of some words, for "did you mean".
func nearest(_ word: String, in words: [String]) -> String? {
  let scored = words.map { ($0, editDistance(Array(word.lowercased().utf8), Array($0.utf8), limit: 6)) }
  guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(2, word.utf8.count / 3) else { return nil }
  return best.0
}

func unknown(_ what: String, _ word: String, of words: [String]) -> String {
  let hint = nearest(word, in: words).map { "did you mean `\($0)`?" } ?? "it can be \(words.joined(separator: ", "))"
  return "unknown \(what) `\(word)`; \(hint)"
}

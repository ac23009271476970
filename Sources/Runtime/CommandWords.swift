// A command line as a person types it, split into the arguments of one program. There is no shell: what only a shell
// would understand is refused, not handed on as it is.

enum CommandWords {
  /// A word as a shell's line has it.
  static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "/._-".utf8.contains(byte)
    }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  /// Blanks part words; '…' and "…" keep them together, a backslash keeps the next character.
  static func split(_ text: String) throws(RuntimeFault) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else if "|&;<>`$".contains(character) {
        throw RuntimeFault(
          .usage, "no shell reads the command line, so `\(character)` means nothing there; quote it, or name a script")
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else { throw RuntimeFault(.usage, "the command line ends inside quotes") }
    if let done = word { words.append(done) }
    guard words.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw RuntimeFault(.usage, "a NUL can’t be in an argument")
    }
    return words
  }
}

/// What a cell means. Only a theme knows colours.
package enum Role: String, Sendable, Hashable, CaseIterable {
  case text, dim, title, header, border, focus, selected
  case added, removed, addedWord, removedWord, context, gap
  case claim, token, warning, danger, good
  case watched, batched, autonomous, forbidden, forecast
  case red, yellow, green
  case key, status, input
  /// What stands out in the header, on its ground.
  case alert

  /// The letter of golden screens; unique.
  package var letter: Character {
    switch self {
    case .text: "."
    case .dim: "d"
    case .title: "T"
    case .header: "H"
    case .border: "b"
    case .focus: "F"
    case .selected: "s"
    case .added: "+"
    case .removed: "-"
    case .addedWord: "P"
    case .removedWord: "M"
    case .context: "c"
    case .gap: "~"
    case .claim: "q"
    case .token: "t"
    case .warning: "w"
    case .danger: "!"
    case .good: "g"
    case .watched: "W"
    case .batched: "B"
    case .autonomous: "A"
    case .forbidden: "X"
    case .forecast: "f"
    case .red: "R"
    case .yellow: "Y"
    case .green: "G"
    case .key: "k"
    case .status: "S"
    case .input: "i"
    case .alert: "a"
    }
  }
}

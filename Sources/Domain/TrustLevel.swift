/// How far an action may go without a person. Ordered by strictness: the stricter is the greater.
package enum TrustLevel: String, Sendable, Hashable, CaseIterable, Comparable {
  case autonomous, batched, watched, forbidden

  package var strictness: Int {
    switch self {
    case .autonomous: 0
    case .batched: 1
    case .watched: 2
    case .forbidden: 3
    }
  }

  /// The letter on the screen.
  package var letter: String {
    switch self {
    case .autonomous: "A"
    case .batched: "B"
    case .watched: "W"
    case .forbidden: "F"
    }
  }

  package static func < (a: TrustLevel, b: TrustLevel) -> Bool { a.strictness < b.strictness }
}

/// What Ringi can promise about an agent, from who performs the effects.
package enum Grade: String, Sendable, Hashable, CaseIterable {
  /// Ringi performs.
  case enforced
  /// The agent waits for our answer.
  case asked
  /// The agent obeys a hook that fails closed.
  case hooked
  /// What it did is found and recorded.
  case weak
}

/// What an agent's process sees in the place of the allowed folders.
package enum PrivateView: String, Sendable, Hashable, CaseIterable {
  /// The folders themselves.
  case none = ""
  /// An overlay over them: what it changes lies in a folder of its own.
  case overlay
  /// A copy of them, where an overlay can't be.
  case copy
}

/// Where an agent's model runs: what the agent reads goes there.
package enum ModelLocation: Sendable, Hashable, CustomStringConvertible {
  case local
  case remote(region: String)

  package var description: String {
    switch self {
    case .local: "local"
    case .remote(let region): "remote \(region)"
    }
  }

  /// Reads what `description` writes: `local`, `remote` or `remote REGION`.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    switch words.first {
    case "local" where words.count == 1: self = .local
    case "remote" where words.count <= 2: self = .remote(region: words.count == 2 ? String(words[1]) : "unknown")
    default: return nil
    }
  }
}

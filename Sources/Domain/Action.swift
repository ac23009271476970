/// A judged kind with its effect. The kind is what Ringi computes from the effect, never the agent's label.
package struct Action: Hashable, Sendable {
  package let kind: ActionKind
  package let effect: Effect
  /// Why the kind is stricter than the effect's plain form, one line each; empty when it isn't.
  package let evidence: [String]

  package init(kind: ActionKind, effect: Effect, evidence: [String] = []) {
    self.kind = kind
    self.effect = effect
    self.evidence = evidence
  }

  /// True when the pre-image is kept and the effect can be put back byte for byte.
  package var canBeUndone: Bool {
    switch effect {
    case .createFile, .editFile, .renameFile, .deleteFile, .makeFolder, .removeFolder, .changeMode, .changeFiles: true
    case .readFile, .look, .web, .reportFindings, .draftMail: true
    case .addEvent(let event): event.attendees.isEmpty
    case .outside, .unfit, .sendMail, .post, .call, .trust, .command, .push, .other: false
    }
  }

  /// True where `a` must have shown everything first: what goes out or can't be put back.
  package var mustBeSeenWhole: Bool { kind.goesOut || !canBeUndone || kind == .fileDelete || effect.deletes }

}

extension Effect {
  /// Among other things it deletes a file.
  fileprivate var deletes: Bool {
    fileParts.contains { if case .deleteFile = $0 { true } else { false } }
  }
}

/// What the agent says about a proposal. Nothing here decides anything.
package struct Claims: Hashable, Sendable {
  package var title: String
  package var reason: String
  /// The agent's own word for the kind.
  package var kind: String
  package init(title: String = "", reason: String = "", kind: String = "") {
    self.title = title
    self.reason = reason
    self.kind = kind
  }
}

extension Claims {
  /// An agent's words as they may stand beside Ringi's own: the characters that frames, marks and bars are drawn with
  /// are named, so that no quotation can look like a screen.
  package static func quoted(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x2500...0x25FF, 0x2190...0x21FF, 0x2610...0x2612, 0x2713...0x2718, 0x2039...0x203A, 0x2691,
        0x1FB00...0x1FBAF:
        out += "‹U+\(String(scalar.value, radix: 16, uppercase: true))›"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

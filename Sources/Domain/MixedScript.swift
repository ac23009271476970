// Words whose letters come from scripts that look alike: `раypal` begins with two Cyrillic letters (SECURITY: T4; Unicode
// UTS #39, 5.1, single-script words, for the scripts whose letters are taken for Latin ones). Japanese, which mixes Han,
// kana and Latin, has none.

package enum MixedScript {
  private enum Script: String {
    case latin = "Latin", cyrillic = "Cyrillic", greek = "Greek", armenian = "Armenian"
    case cherokee = "Cherokee"
  }

  /// A word as it stands in a text, and the scripts of its letters by name.
  package struct Word: Hashable, Sendable {
    package let text: String
    package let scripts: [String]
  }

  /// Each such word once, in the order of the text; no more than `most`.
  package static func words(in text: String, most: Int = 3) -> [Word] {
    // Most texts have none of these letters.
    guard text.unicodeScalars.contains(where: { script($0) != nil && $0.value > 0x24F }) else { return [] }
    var out: [Word] = []
    var (word, scripts) = ("", Set<Script>())
    func end() {
      if scripts.count > 1, out.count < most, !out.contains(where: { $0.text == word }) {
        out.append(Word(text: word, scripts: scripts.map(\.rawValue).sorted()))
      }
      (word, scripts) = ("", [])
    }
    for scalar in text.unicodeScalars {
      guard scalar.properties.isAlphabetic || scalar.properties.generalCategory == .decimalNumber else {
        end()
        continue
      }
      word.unicodeScalars.append(scalar)
      if let script = script(scalar) { scripts.insert(script) }
    }
    end()
    return out
  }

  /// nil for every script whose letters nobody takes for Latin ones. Of Greek only those that look like Latin: `µm` and `Δt`
  /// are no deceit.
  private static func script(_ scalar: Unicode.Scalar) -> Script? {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: .latin
    case 0x400...0x52F, 0x1C80...0x1C8F, 0xA640...0xA69F: .cyrillic
    case 0x531...0x587: .armenian
    case 0x13A0...0x13FF, 0xAB70...0xABBF: .cherokee
    case 0x391, 0x392, 0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C, 0x39D, 0x39F, 0x3A1, 0x3A4, 0x3A5, 0x3A7, 0x3BA, 0x3BD,
      0x3BF, 0x3C1, 0x3C5:
      .greek
    default: nil
    }
  }
}

extension Effect {
  /// Words that people go by: where it goes, and what it says to others.
  var spokenWords: [String] {
    switch self {
    case .sendMail(let mail), .draftMail(let mail):
      mail.recipients + [mail.from, mail.replyTo, mail.subject, mail.body] + mail.attachments.map(\.path.display)
    case .post(let post): [post.channel, post.text]
    case .addEvent(let event): event.attendees + [event.title, event.place, event.notes]
    case .command(let call): call.arguments
    case .call(let call): [call.arguments]
    case .other(let other): [other.payload]
    default: [target]
    }
  }
}

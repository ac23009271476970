import CellScreen
import ConsoleUI
import Foundation
import Settings
import TestKit
import Testing

@Suite("Themes and keymap")
struct ThemeTests {
  /// Frames and rules are lines, not text.
  private static let lines: Set<Role> = [.border]

  @Test(
    "every text is readable on its ground: 4.5 to 1, in the high-contrast theme 7 to 1",
    arguments: ["dark", "light", "contrast", "colorblind"])
  func contrast(name: String) throws {
    let theme = try ThemeFile.read(try #require(BuiltInThemes.texts[name]), file: "\(name).yaml")
    let ground = try #require(theme.ground, "the theme says which ground it is made for")
    for role in Role.allCases {
      let style = try #require(theme.styles[role], "\(role.rawValue) has a style")
      guard let text = style.foreground, !Self.lines.contains(role) else { continue }
      let ratio = Contrast.ratio(text, style.background ?? ground)
      #expect(ratio >= (name == "contrast" ? 7 : 4.5), "\(name) \(role.rawValue): \(ratio)")
    }
  }

  @Test("the arithmetic gives what WCAG gives for black, white and mid grey")
  func arithmetic() {
    #expect(abs(Contrast.ratio(16, 231) - 21) < 0.01)
    #expect(abs(Contrast.ratio(16, 16) - 1) < 0.001)
    // #808080 on white: 3.95 by every checker.
    #expect(abs(Contrast.ratio(244, 231) - 3.95) < 0.02)
  }

  @Test("without colour no two meanings that stand side by side look alike but for their glyphs")
  func mono() throws {
    let theme = try ThemeFile.read(try #require(BuiltInThemes.texts["mono"]), file: "mono.yaml")
    #expect(theme.styles.values.allSatisfy { $0.foreground == nil && $0.background == nil })
    for role in [Role.selected, .addedWord, .removedWord, .token, .header, .red, .key] {
      let style = theme.styles[role] ?? Style()
      #expect(style.isBold || style.isReverse || style.isUnderlined, "\(role.rawValue)")
    }
    #expect(theme.styles[.addedWord] != theme.styles[.removedWord])
  }

  @Test("the shipped keys mean one thing in each view")
  func shipped() { #expect(Keymap.shipped.clash == nil) }

  @Test(
    "a keymap that is off says where and what",
    arguments: [
      ("aprove: [y]", "keymap.yaml:1:9: unknown command `aprove`; did you mean `approve`?"),
      ("approve: [foo]", "keymap.yaml:1:11: `foo` is no key"),
      ("approve: [n]", "n would mean both `approve` and `next`"),
    ])
  func faults(text: String, says: String) {
    #expect {
      _ = try KeymapFile.read(text)
    } throws: { error in
      (error as? SettingsFault)?.sentence.contains(says) == true
    }
  }

  @Test("a key that was given to another command means that one, and nothing else does")
  func remapped() throws {
    let keymap = try KeymapFile.read("approve: [y]\nnext: [n, Ctrl-n]\n")
    #expect(keymap.binding(for: .character("y"), in: .run)?.command == .approve)
    #expect(keymap.binding(for: .character("a"), in: .run) == nil)
    #expect(keymap.binding(for: .control("n"), in: .run)?.command == .next)
    #expect(keymap.binding(for: .character("o"), in: .run)?.command == .order)
    #expect(keymap.binding(for: .character("o"), in: .flags)?.command == .openDocument)
  }

  @Test("every key that has a name is read back from it")
  func names() {
    for binding in CommandTable.bindings {
      for key in binding.keys { #expect(Key(name: key.name) == key, "\(key.name)") }
    }
  }
}

@Suite("The README's keys")
struct KeyListTests {
  @Test("the key list in the README is the one the table gives")
  func readme() throws {
    let text = Project.text(Project.root.appending(path: "README.md"))
    let parts = text.components(separatedBy: "<!-- keys -->\n")
    let list = try #require(parts.last?.components(separatedBy: "<!-- /keys -->").first)
    #expect(list == KeyTable.markdown(.shipped).trimmed + "\n", "run `ringi keys` and put its output there")
  }
}

extension String {
  fileprivate var trimmed: String {
    var out = self
    while out.last == "\n" { out.removeLast() }
    return out
  }
}

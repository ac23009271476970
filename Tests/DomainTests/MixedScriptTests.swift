import Domain
import Foundation
import Testing

@Suite("Words of scripts that look alike")
struct MixedScriptTests {
  @Test(
    "a word with letters of two scripts that look alike is named, once",
    arguments: [
      ("pay to \u{440}\u{430}ypal or \u{440}\u{430}ypal", ["\u{440}\u{430}ypal"]),
      ("\u{391}pple", ["\u{391}pple"]), ("k\u{3BF}n.example", ["k\u{3BF}n"]),
      ("\u{13A0}corn", ["\u{13A0}corn"]), ("договор и contract", []), ("IT-отдел", []),
      ("5 \u{B5}m, 3 \u{3BC}s, \u{394}t", []), ("Zürich, façade, İstanbul", []),
      ("ＮＤＡの第2条、Term条項、ｶﾀｶﾅ", []), ("", []),
    ])
  func words(text: String, found: [String]) {
    #expect(MixedScript.words(in: text).map(\.text) == found)
  }

  @Test("nothing in the samples, Japanese or English, is one")
  func samples() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../sample-workspaces")
      .standardized
    let files =
      FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    var count = 0
    for file in files {
      guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
      count += 1
      #expect(MixedScript.words(in: text) == [], "\(file.lastPathComponent)")
    }
    #expect(count > 20)
  }

  @Test("a mail that names one says so on its docket")
  func mail() {
    let mail = Mail(
      from: "me@kumo.example", to: ["you@aster.example"], cc: [], bcc: [], replyTo: "", subject: "s",
      body: "Please log in at \u{440}\u{430}ypal today.\n", attachments: [])
    let reach = Reach.of(
      Action(kind: .mailSend, effect: .sendMail(mail)), facts: JudgingFacts(insideDomains: ["kumo.example"]))
    #expect(reach.warnings.first == "“\u{440}\u{430}ypal” mixes Cyrillic and Latin letters that look alike")
  }
}

import CellScreen
import ConsoleUI
import Domain
import Foundation
import TestKit
import Testing

@Suite("Golden screens")
struct GoldenTests {
  static let sizes = [(80, 24), (120, 36), (200, 60), (40, 12), (20, 5)]
  static let views = [
    "run", "mail", "flags", "drafts", "live", "audit", "entry", "policy", "review", "help", "reject", "level",
    "incident",
    "finish", "editor", "ascii", "risk",
  ]

  private func model(_ view: String, _ width: Int, _ height: Int) -> Model {
    var driver = Driver(width, height)
    if view == "ascii" { driver.model.isASCII = true }
    driver.send(.reading(Fixture.reading()))
    driver.send(.checked(.intact))
    driver.wait(1_000)
    switch view {
    case "mail": driver.press("n")
    case "flags": driver.press("2")
    case "drafts": driver.press("3")
    case "live", "incident":
      driver.send(.wall(Fixture.wall))
      driver.press(view == "live" ? "4" : "4i")
    case "audit", "entry":
      driver.press("5")
      driver.send(
        .trailPage(TrailPage(lines: Fixture.trail.reversed(), scanned: 1_205, total: 1_205, isComplete: true)))
      if view == "entry" {
        driver.press(.enter)
        driver.send(.entry(Fixture.entry))
      }
    case "policy":
      driver.press("6")
      driver.send(.policy(Fixture.policy))
    case "level": driver.press(width < 80 ? "zT" : "T")
    case "risk": driver.press("o")
    case "review": driver.press("b")
    case "help": driver.press("?")
    case "reject": driver.press(width < 80 ? "zr" : "r")
    case "finish":
      driver.send(.writtenFolders("/w/contract-triage/files"))
      driver.press("b")
      driver.wait(1_000)
      var marked = Fixture.reading()
      for index in marked.steps.indices where marked.steps[index].state == .staged {
        marked.steps[index].mark = index == 1 ? .keep : .discard
      }
      driver.send(.reading(marked))
      driver.wait(1_000)
      driver.press(.enter)
    case "editor": driver.send(.editable(StepID(4), .first, "# NDA\n\n第7条 有効期間は3年間とする。\nEdited by hand.\n"))
    default: break
    }
    driver.wait(1_000)
    return driver.model
  }

  @Test("each view at each size is as recorded, text and roles", arguments: views, sizes.indices)
  func golden(view: String, size: Int) throws {
    let (width, height) = Self.sizes[size]
    let frame = draw(model(view, width, height)).frame
    let file = Project.root.appending(path: "Tests/ConsoleTests/Golden/\(view)-\(width)x\(height).frame")
    let expected = try? String(contentsOf: file, encoding: .utf8)
    if expected == nil || ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try frame.golden.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(expected == frame.golden, "\(file.lastPathComponent) differs; look, then RECORD_SNAPSHOTS=1")
  }

  @Test("every row is exactly as wide as the screen, at any size")
  func widths() {
    for view in Self.views {
      for (width, height) in [(80, 24), (33, 9), (101, 31), (79, 24), (1, 1), (240, 20)] {
        let frame = draw(model(view, width, height)).frame
        for y in 0..<frame.height {
          let row = frame.row(y)
          #expect(row.reduce(0) { $0 + $1.width } == frame.width, "\(view) \(width)x\(height) row \(y)")
        }
      }
    }
  }

  @Test("the docket does not depend on what the agent says, but for the line that quotes it")
  func docketIsTheEffects() {
    func docket(_ says: String) -> [String] {
      let step = Fixture.step(4, .sendMail(Fixture.mail), kind: .mailSend, level: .watched, state: .waiting, says: says)
      let rows = PreviewRows(
        LoadedPreview(step: step.id, revision: .first, preview: Fixture.preview(step)), step: step, width: 60)
      return rows.docket.lines.filter { $0.role != .claim }.map { "\($0.label) \($0.value)" } + [rows.docket.title]
    }
    for forged in ["", "rule none\naffects nothing", "┌ Preview ┐", "\u{1B}[2J", String(repeating: "x", count: 5_000)] {
      #expect(docket(forged) == docket("honest"))
    }
  }
}

@Suite("Safe text")
struct SafeTextTests {
  @Test("no scalar at all comes out as a control, format or invisible character, and every width is 1 or 2")
  func everyScalar() {
    for value in UInt32(0)...0x1FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for glyph in SafeText.glyphs("a" + String(Character(scalar))) {
        #expect(glyph.width == 1 || glyph.width == 2)
        for out in glyph.text.unicodeScalars {
          switch out.properties.generalCategory {
          case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator:
            Issue.record("U+\(String(value, radix: 16)) comes out as U+\(String(out.value, radix: 16))")
          default: break
          }
        }
      }
    }
  }

  @Test(
    "nothing is dropped: every scalar is shown or named",
    arguments: ["a\u{200B}b", "\u{202E}evil", "e\u{301}", "\u{301}x", "🇯🇵", "👨‍👩‍👧", "\tx\r\n"])
  func nothingDropped(text: String) {
    for scalar in text.unicodeScalars {
      let shown = SafeText.plain(text)
      let isThere =
        shown.unicodeScalars.contains(scalar) || shown.contains("U+") || shown.contains("TAB") || shown.contains("CR")
        || shown.contains("ZWJ")
      #expect(isThere, "\(scalar.value)")
    }
  }

  @Test("Japanese takes two columns a character and no tokens")
  func japanese() {
    #expect(SafeText.width("秘密保持契約書（第７条）") == 24)
    #expect(SafeText.glyphs("乙は、3年間とする。ｶﾅ").allSatisfy { !$0.isToken })
  }

  @Test("the naughty strings never reach a cell raw")
  func naughty() throws {
    guard let folder = Project.outerCorpus("naughty-strings") else { return }
    let list =
      try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "blns.json"))) as? [String] ?? []
    #expect(list.count > 400)
    for text in list {
      var frame = Frame(width: 60, height: 1)
      frame.putCut([Span(text)], x: 0, y: 0, limit: 60)
      #expect(frame.row(0).reduce(0) { $0 + $1.width } == 60)
      #expect(frame.text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }
  }

  @Test("wrapping keeps every glyph and never splits a wide one", arguments: 2..<14)
  func wrapping(width: Int) {
    let glyphs = SafeText.glyphs("The quick 茶色の狐 jumps over のろまな犬 and\u{202E} then some").map { ($0, Role.text) }
    let rows = Wrap.rows(glyphs, width: width)
    #expect(rows.flatMap { $0 }.map(\.0) == glyphs.map(\.0))
    for row in rows {
      let columns = row.reduce(0) { $0 + $1.0.width } - (row.last?.0.text == " " ? 1 : 0)
      #expect(columns <= width)
    }
  }
}

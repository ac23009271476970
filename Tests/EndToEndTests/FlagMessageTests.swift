// What people say of a flag, and the messages and records that name it.

import Domain
import Foundation
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Messages and flags", .enabled(if: canMakeViews))
  struct FlagMessageTests {
    let ringi: Ringi
    let desk: Desk
    let actions: DeskActions
    let copy: StepSummary
    let post: StepSummary
    let run = RunID(1)

    init() throws {
      ringi = try Ringi()
      desk = try ringi.openRun(try ringi.workspace(agent: "true")).desk
      actions = DeskActions(desk)
      let document = "# NDA\n\n## 1. Term\nThis lasts for ever and ever.\n\n## 2. Law\nThe law of Delaware.\n"
      try document.write(toFile: "\(ringi.folder.path)/space/files/nda.md", atomically: true, encoding: .utf8)
      let (desk, actions) = (desk, actions)
      func take(_ effect: ProposedEffect) throws -> StepSummary {
        let made = try actions.maker(RunID(1)).make(
          Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
        return try desk.gate.intake(made.step, by: .agent("a"))
      }
      func flag(_ clause: String, _ line: Int, _ text: String, _ redline: String) -> Finding {
        Finding(
          document: "nda.md", clause: clause, level: .red, firstLine: line, lastLine: line, text: text, standard: "",
          why: "", redline: redline, fallback: "", impact: "", escalation: "", isMustHave: nil)
      }
      let report = try take(
        .findings(
          document: "nda.md", sarif: [],
          [
            flag("Term", 4, "It ends tomorrow.", "This lasts for three years."),
            flag("Law", 7, "The  law of\nDelaware.", "The law of Japan."),
          ]))
      #expect(
        report.reach.warnings == [
          "the agent has other words for “Term” in nda.md than the document: the document’s are shown"
        ])
      let redlined = document.replacing("for ever and ever", with: "for three years").replacing(
        "Delaware", with: "Japan")
      copy = try take(.write(path: Array("nda.md".utf8), text: Array(redlined.utf8)))
      post = try take(.post(ChatPost(channel: "#legal", text: "RED nda: Term, Law")))
      #expect(copy.state == .staged && post.state == .waiting)
    }

    private func rows() throws -> [FindingRow] { try desk.store.findings(of: run).sorted { $0.id < $1.id } }
    private func said() throws -> [String] { try #require(try desk.store.step(post.id)).reach.warnings }

    @Test("the card has the document’s words, whatever the agent says that they are")
    func words() throws {
      #expect(try rows().map(\.finding.text) == ["This lasts for ever and ever.", "The  law of\nDelaware."])
    }

    @Test("a message says what was said of a flag that it names for as long as that holds, wherever it was said")
    func follows() throws {
      #expect(try said() == [])
      try actions.setLevel(rows()[0], .yellow, run: run, reason: "small")
      #expect(try said().count == 1 && said()[0].contains("changed from RED to YELLOW: “Term” in nda"))
      // Left out in the review, it is a discarded redline like any.
      var now = try #require(try desk.store.step(copy.id))
      try actions.mark(now, .keep, discarding: [0], reason: "they will not", painted: "t")
      #expect(try said().count == 2 && said()[0].contains("discarded the redline of “Term” in nda"))
      #expect(try rows()[0].mark == .discard)
      now = try #require(try desk.store.step(copy.id))
      try actions.mark(now, .keep, discarding: [], reason: nil, painted: "t")
      #expect(try said().count == 1, "taken in again")
      try actions.setLevel(rows()[0], .red, run: run, reason: "no, it is")
      #expect(try said() == [], "as the agent had it")
      let waiting = try #require(try desk.store.step(post.id))
      #expect(waiting.state == .waiting && waiting.revision != .first)
    }

    @Test("a text about several documents names a flag only in a line with its document")
    func lines() throws {
      let row = try #require(try rows().first)
      let stems: Set = ["nda", "other"]
      #expect(RedlineDesk.names(row, in: "RED nda: Law\nRED nda: Term, Law", among: stems))
      #expect(!RedlineDesk.names(row, in: "RED nda: Law\nRED other: Term", among: stems))
      #expect(RedlineDesk.names(row, in: "On nda\n\nTerm: too long", among: stems), "about no other")
    }

    @Test("a person’s own words keep the warning while they name the flag, and lose it with the name")
    func edited() throws {
      try actions.setLevel(rows()[0], .yellow, run: run, reason: "small")
      try actions.edit(try #require(try desk.store.step(post.id)), text: "RED nda: Term, Law, today\n")
      #expect(try said().count == 1)
      try actions.edit(try #require(try desk.store.step(post.id)), text: "RED nda: Law\n")
      #expect(try said() == [])
    }

    @Test(
      "what was left out in a review is told by its last form, with who and why; a register that was changed is found")
    func leftOut() throws {
      try actions.mark(copy, .keep, discarding: [0], reason: "they will not", painted: "t")
      // Nobody performs here.
      _ = try? actions.finishReview(run)
      let shown = try ringi("show", "1.\(copy.number)").output
      #expect(shown.contains("\(desk.person.name) left this out in the review: they will not"), "\(shown)")
      #expect(shown.contains("- This lasts for three years.") && shown.contains("+ This lasts for ever and ever."))
      let json = try ringi("show", "1.\(copy.number)", "--json").output
      #expect(json.contains(#""sign": "-""#) && json.contains(#""sign": "+""#), "\(json)")
      let path = try #require(try Register.write(desk, run))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try (text + "one more\r\n").write(toFile: path, atomically: false, encoding: .utf8)
      let result = try ringi("audit", "verify")
      #expect(result.code == 1 && result.error.contains("is not the one that was written"), "\(result)")
      unlink(path)
      #expect(try ringi("audit", "verify").output.contains("1 register file is there no more"))
    }
  }
}

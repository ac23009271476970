import ConsoleUI
import Domain
import Foundation
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Test("a person writes the redline that no agent suggested, and takes back what was said of a flag")
  func ownRedline() throws {
    let ringi = try Ringi()
    #expect(try ringi("demo", "contract-triage").code == 0)
    var sitting = try Sitting(ringi, 120, 40)
    try sitting.until("the flags are there") { $0.findings.count > 20 && $0.preparedIDs.count >= 16 }
    let copies = sitting.model.prepared.filter { $0.target.hasPrefix("redlines/") }.map(\.target)
    try sitting.press("2")
    let row = try #require(
      sitting.model.flags.first { row in
        !row.hasRedline && row.finding.firstLine > 0 && copies.contains { $0.contains(row.stem) }
      })
    func select(_ id: Int64) throws {
      for _ in 0..<90 where sitting.model.finding != id { try sitting.press("k") }
      for _ in 0..<90 where sitting.model.finding != id { try sitting.press("j") }
    }
    func now() throws -> FindingRow { try #require(sitting.model.findings.first { $0.id == row.id }) }
    // The copy opens at the clause, which a person's words take the place of.
    try select(row.id)
    try sitting.press("e")
    let editor = try #require(
      sitting.model.overlay.flatMap { if case .editor(_, _, let field) = $0 { field } else { nil } })
    let lines = row.finding.text.split(separator: "\n").map(String.init)
    #expect(lines.contains(String(editor.lines[editor.row])), "\(editor.lines[editor.row]) of \(lines)")
    try sitting.press(.end)
    try sitting.press(" As we say.")
    try sitting.press(.control("s"))
    try sitting.until("the flag has a redline") { model in
      model.findings.contains { $0.id == row.id && $0.rewritten.hasSuffix("As we say.") }
    }
    #expect(sitting.text.contains("redline, written by \(try now().redlineBy)"), "\(sitting.text)")
    #expect(sitting.model.status.contains("the copy has your words"), "\(sitting.model.status)")
    // What stands before the clause is none of its words; what stands in its line is.
    for (isAbove, word) in [(true, "elsewhere in its copy"), (false, "the copy has your words")] {
      try sitting.press("e")
      for _ in 0..<80 where isAbove { try sitting.press(.up) }
      try sitting.press(.home)
      try sitting.press("Y")
      try sitting.press(.control("s"))
      try sitting.until("it says where that stands") { $0.overlay == nil && $0.status.contains(word) }
    }
    // It is a redline like any: kept, discarded with its change, and taken back.
    for _ in 0..<4 where try now().mark == .undecided { try sitting.decide("a") }
    try sitting.until("it is kept") { $0.findings.contains { $0.id == row.id && $0.mark == .keep } }
    try select(row.id)
    try sitting.decide("x")
    try sitting.press("they will not")
    try sitting.press(.enter)
    try sitting.until("its change is left out") { model in
      model.prepared.contains { $0.target.contains(row.stem) && $0.discardedChanges.count == 1 }
    }
    try select(row.id)
    try sitting.press(" ")
    try sitting.until("nothing is said of it, and nothing left out") { model in
      model.findings.contains { $0.id == row.id && $0.mark == .undecided }
        && !model.prepared.contains { $0.target.contains(row.stem) && !$0.discardedChanges.isEmpty }
    }
    try sitting.press(" ")
    #expect(sitting.model.status.contains("nothing was said of this flag"), "\(sitting.model.status)")
    let trail = try ringi("audit", "log", "\(row.finding.clause),").output
    for word in ["redline rewritten", "redline keep", "redline discard", "redline undecided"] {
      #expect(trail.contains(word), "\(word) in \(trail)")
    }
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    try stop(ringi)
  }
}

extension SessionTests {
  @Test(
    "a flag without a redline, on the lines of another's, leaves that alone; its clause's words come from the document")
  func sharedLines() throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(agent: "true")
    let desk = try ringi.openRun(space).desk
    let document = "# NDA\n\n## 1. Term\nThis lasts for ever and ever.\n\n## 2. Law\nThe law of Delaware.\n"
    try document.write(toFile: "\(ringi.folder.path)/space/files/nda.md", atomically: true, encoding: .utf8)
    let actions = DeskActions(desk)
    func take(_ effect: ProposedEffect) throws -> StepSummary {
      let made = try actions.maker(RunID(1)).make(
        Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }
    func flag(_ clause: String, _ document: String = "nda.md", redline: String = "") -> Finding {
      Finding(
        document: document, clause: clause, level: .yellow, firstLine: 4, lastLine: 4, text: "", standard: "", why: "",
        redline: redline, fallback: "", impact: "", escalation: "", isMustHave: nil)
    }
    let redline = "This lasts for three years."
    let report = try take(
      .findings(
        document: "nda.md", sarif: [],
        [flag("Term", redline: redline), flag("Ever"), flag("Law", "elsewhere.md", redline: "Japan.")]))
    #expect(report.reach.warnings == ["there is no document elsewhere.md"])
    let copy = try take(
      .write(
        path: Array("nda.md".utf8),
        text: Array(document.replacingOccurrences(of: "This lasts for ever and ever.", with: redline).utf8)))
    #expect(copy.state == .staged && copy.basis != nil)
    func rows() throws -> [FindingRow] { try desk.store.findings(of: RunID(1)).sorted { $0.id < $1.id } }
    func left() throws -> Set<Int>? { try desk.store.step(copy.id)?.discardedChanges }
    #expect(try rows().map(\.finding.text) == ["This lasts for ever and ever.", "This lasts for ever and ever.", ""])
    // A no to the flag beside it is no word on the redline.
    try actions.markRedline(rows()[1], .discard, run: RunID(1), reason: "no")
    #expect(try left() == [] && rows().map(\.mark) == [.undecided, .discard, .undecided])
    try actions.markRedline(rows()[0], .discard, run: RunID(1), reason: "no")
    #expect(try left() == [0])
    // Nor is what is said in the review a word on the flag beside it.
    try actions.markRedline(rows()[1], .undecided, run: RunID(1), reason: "taken back")
    let now = try #require(try desk.store.step(copy.id))
    try actions.mark(now, .undecided, discarding: [], reason: nil, painted: "t")
    #expect(try rows().map(\.mark) == [.keep, .undecided, .undecided] && left() == [])
    // What no copy holds is agreed with, and nothing is kept.
    try actions.markRedline(rows()[2], .keep, run: RunID(1), reason: "")
    let trail = try ringi("audit", "log", "elsewhere.md").output
    #expect(trail.contains("flag agreed") && !trail.contains("redline keep"), "\(trail)")
    let path = try #require(try Register.write(desk, RunID(1)))
    let line = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\r\n").last {
      $0.contains("elsewhere")
    }
    #expect(line?.contains(",agreed,") == true, "\(line ?? "")")
    // A no to the whole copy is one to what it holds.
    try actions.markRedline(rows()[0], .undecided, run: RunID(1), reason: "taken back")
    let whole = try #require(try desk.store.step(copy.id))
    try actions.mark(whole, .discard, discarding: [], reason: "not ours", painted: "t")
    _ = try? actions.finishReview(RunID(1))
    let after = try #require(try Register.write(desk, RunID(1)))
    #expect(
      try String(contentsOfFile: after, encoding: .utf8).contains(
        ",redline discarded with its copy,\(desk.person.name),"))
  }
}

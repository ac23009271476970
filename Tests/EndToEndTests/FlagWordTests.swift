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

// Budgets: what a rule lets happen by itself only so often, counted where nobody else can count in between.

import Domain
import Foundation
import GateKeeper
import Storage
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Budgets of rules")
  struct BudgetTests {
    let ringi: Ringi
    let space: String
    let desk: Desk
    let run: RunID

    init() throws {
      ringi = try Ringi()
      space = try ringi.workspace(
        agent: "true",
        policy: """
          rules:
            - {action: file.create, level: batched, budget: [3 per run, 1 KiB per run]}
            - {action: file.edit, level: batched, budget: 4 per hour}
            - {action: mail.draft, level: batched, budget: 2 per run}
          """)
      desk = try ringi.openRun(space).desk
      run = RunID(1)
    }

    private func write(_ name: String, _ text: String) -> ProposedEffect {
      .write(path: Array("\(space)/files/\(name)".utf8), text: Array(text.utf8))
    }

    private func make(_ effect: ProposedEffect, in run: RunID) throws -> NewStep {
      try DeskActions(desk).maker(run).make(
        Proposal(effect: effect, claims: Claims()), plan: nil, staging: try StagingArea.rebuilt(run, from: desk.store),
        isRelayed: false
      ).step
    }

    private func propose(_ effect: ProposedEffect, in run: RunID = RunID(1)) throws -> StepSummary {
      try desk.gate.intake(try make(effect, in: run), by: .agent("a"))
    }

    private func reject(_ step: StepSummary) throws {
      try desk.gate.decide(
        step.id, .reject(code: "other", reason: "no"), by: desk.person, shown: Shown(step, painted: "t"))
    }

    @Test(
      "so many happen by the rule's level; the next waits for a person, who is told why; what came to nothing is free")
    func perRun() throws {
      for index in 1...3 {
        let step = try propose(write("n\(index).txt", "n"))
        #expect(step.state == .staged)
        #expect(step.reach.spending.first?.words == "\(index) of 3 per run")
      }
      let fourth = try propose(write("n4.txt", "n"))
      #expect(fourth.state == .waiting && fourth.verdict.level == .watched)
      #expect(fourth.verdict.reasons.contains("past a budget (3 per run, used up), so a person decides"))
      let shown = try ringi("show", "1.4").output
      #expect(
        shown.contains("budget  3 per run, used up (file.create) · 4 bytes of 1 KiB per run (file.create)"), "\(shown)")
      #expect(try ringi("audit", "log", "n4").output.contains("watched, past a budget: file.create"))
      // A new version of what is prepared takes its place, and is no further one.
      #expect(try propose(write("n3.txt", "again")).state == .staged)
      // An approved one counts like any other; one that was not wanted does not.
      try desk.gate.decide(fourth.id, .approve, by: desk.person, shown: Shown(fourth, painted: "t"))
      let fifth = try propose(write("n5.txt", "n"))
      #expect(fifth.state == .waiting)
      try reject(fifth)
      let first = try #require(try desk.store.step(StepNumber(1), of: run))
      try desk.gate.decide(
        [(step: first.id, decision: .discard(reason: ""), shown: Shown(first, painted: "t"))], by: desk.person)
      #expect(try propose(write("n6.txt", "n")).state == .waiting, "three are there: two prepared, one approved")
      #expect(try ringi("audit", "verify").code == 0)
    }

    @Test("bytes count as well, each of those a message goes to, and each part of a set")
    func amounts() throws {
      #expect(try propose(write("big.txt", String(repeating: "x", count: 1_000))).state == .staged)
      let second = try propose(write("more.txt", String(repeating: "y", count: 100)))
      #expect(second.state == .waiting)
      #expect(second.reach.spending.last?.words == "1 KiB per run, 1000 bytes of them used; this takes 100 bytes")
      try reject(second)
      let set = try propose(.changes([write("a.txt", "a"), write("b.txt", "b"), write("c.txt", "c")]))
      #expect(set.state == .waiting && set.reach.spending.first?.own == 3)
      func draft(_ to: [String]) throws -> StepSummary {
        try propose(
          .draft(
            Mail(
              from: "desk@kumo.example", to: to, cc: [], bcc: [], replyTo: "", subject: "s", body: "b", attachments: []),
            attachments: []))
      }
      #expect(try draft(["a@kumo.example"]).state == .staged)
      #expect(try draft(["b@kumo.example", "c@kumo.example"]).state == .waiting)
    }

    @Test("an hour counts in all runs of the workspace; nobody gets past it by asking between two looks")
    func perHour() throws {
      let other = try ringi.openRun(space).run
      for name in ["a.txt", "b.txt", "c.txt"] {
        try "old".write(toFile: "\(space)/files/\(name)", atomically: true, encoding: .utf8)
      }
      #expect(try propose(write("a.txt", "new")).state == .staged)
      #expect(try propose(write("a.txt", "newer"), in: other).state == .staged)
      #expect(try propose(write("b.txt", "new")).state == .staged)
      // Made while one more was free, and brought in when it was not.
      let late = try make(write("b.txt", "late"), in: other)
      #expect(late.verdict.level == .batched)
      #expect(try propose(write("c.txt", "new")).state == .staged)
      let fault = #expect(throws: JournalFault.self) { try desk.gate.intake(late, by: .agent("a")) }
      #expect(fault?.code == .changed && fault?.detail.contains("propose it again") == true)
      #expect(try propose(write("b.txt", "late"), in: other).state == .waiting)
      #expect(try ringi("audit", "verify").code == 0)
    }
  }
}

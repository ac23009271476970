import AuditLog
import Domain
import GateKeeper
import Storage
import TestKit
import Testing

@Suite("Gate and journal")
struct GateTests {
  /// A journal whose disk is full from some call on.
  private final class FailingJournal: Journal {
    let store: DeskStore
    var budget: Int
    init(_ store: DeskStore, budget: Int) {
      self.store = store
      self.budget = budget
    }
    private func spend() throws(JournalFault) {
      budget -= 1
      if budget < 0 { throw JournalFault(.unwritable, "disk full") }
    }
    func propose(_ step: NewStep, by agent: Actor, events: [StepEvent]) throws(JournalFault) -> StepSummary {
      try spend()
      return try store.propose(step, by: agent, events: events)
    }
    func apply(_ transitions: [Transition]) throws(JournalFault) {
      try spend()
      try store.apply(transitions)
    }
    func action(of step: StepID) throws(JournalFault) -> (bytes: [UInt8], digest: Digest) { try store.action(of: step) }
  }

  private func waiting(_ folder: Project.Folder, _ level: TrustLevel = .watched) throws -> (DeskStore, StepSummary) {
    let store = try Sample.store(folder)
    let step = try Gate(journal: store).intake(
      Sample.step(try Sample.run(store), Sample.post("x"), level: level), by: .agent("t"))
    return (store, step)
  }

  @Test("each level has its first state")
  func levels() throws {
    for (level, state) in [
      (TrustLevel.forbidden, StepState.refused), (.watched, .waiting), (.batched, .staged), (.autonomous, .permitted),
    ] {
      let folder = try Project.Folder()
      #expect(try waiting(folder, level).1.state == state)
    }
  }

  @Test("nothing is permitted when the record can't be written")
  func noAuditNoAction() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder)
    let gate = Gate(journal: FailingJournal(store, budget: 1))
    try gate.decide(step.id, .approve, by: Sample.person, shown: Shown(step, painted: ""))
    #expect(throws: JournalFault.self) { _ = try gate.permit([step.id]).effects.count }
    #expect(try store.step(step.id)?.state == .approved)
  }

  @Test("a forbidden step has no approve path")
  func forbidden() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder, .forbidden)
    let gate = Gate(journal: store)
    for decision in [Decision.approve, .keep] {
      #expect(throws: JournalFault.self) {
        try gate.decide(step.id, decision, by: Sample.person, shown: Shown(step, painted: ""))
      }
    }
    #expect(throws: JournalFault.self) { _ = try gate.permit([step.id]).effects.count }
  }

  @Test("what a revision makes Forbidden is refused, whatever it was before")
  func forbiddenByRevision() throws {
    for level in [TrustLevel.watched, .batched] {
      let folder = try Project.Folder()
      let (store, step) = try waiting(folder, level)
      let gate = Gate(journal: store)
      try gate.move([
        Transition(
          step: step.id, event: .revise, actor: .person(Sample.person),
          revised: Sample.step(step.run, Sample.post("4111 1111 1111 1111"), level: .forbidden, salt: 2))
      ])
      let now = try #require(try store.step(step.id))
      #expect(now.state == .refused)
      #expect(throws: JournalFault.self) {
        try gate.decide(step.id, .approve, by: Sample.person, shown: Shown(now, painted: ""))
      }
    }
  }

  @Test("what is prepared and becomes Watched waits for a person")
  func tightenedByRevision() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder, .batched)
    try Gate(journal: store).move([
      Transition(
        step: step.id, event: .revise, actor: .performer,
        revised: Sample.step(step.run, Sample.post("x"), level: .watched, salt: 2))
    ])
    let now = try #require(try store.step(step.id))
    #expect(now.state == .waiting && now.waitsSince != nil)
  }

  @Test("flags of one report with the same place stay beside each other; a later report takes their place")
  func findings() throws {
    let folder = try Project.Folder()
    let store = try Sample.store(folder)
    let run = try Sample.run(store)
    func flag(_ level: Finding.Level) -> Finding {
      Finding(
        document: "a.md", clause: "Term", level: level, firstLine: 4, lastLine: 5, text: "", standard: "", why: "",
        redline: "", fallback: "", impact: "", escalation: "", isMustHave: false)
    }
    for salt in [UInt8(1), 2] {
      var step = Sample.step(run, Sample.post("x"), level: .autonomous, salt: salt)
      step.findings = [flag(.red), flag(.yellow)]
      _ = try Gate(journal: store).intake(step, by: .agent("t"))
      #expect(try store.findings(of: run).map(\.finding.level) == [.red, .yellow])
    }
  }

  @Test("of two consoles exactly one decides, the other is told by whom and when")
  func twoConsoles() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder)
    let second = try Sample.store(folder)
    try Gate(journal: store).decide(step.id, .approve, by: Sample.person, shown: Shown(step, painted: ""))
    let fault = #expect(throws: JournalFault.self) {
      try Gate(journal: second).decide(
        step.id, .reject(code: "typed", reason: "no"), by: Sample.other, shown: Shown(step, painted: ""))
    }
    #expect(fault?.code == .alreadyDecided)
    #expect(fault?.detail.contains("aiko at 16:26:40") == true || fault?.detail.contains("decided by aiko at") == true)
    #expect(try second.step(step.id)?.decidedBy == "aiko")
  }

  @Test("a decision on what is no longer shown does not count", arguments: 0..<4)
  func stale(field: Int) throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder)
    let wrong = Hashing.sha256([99])
    let shown = Shown(
      revision: field == 0 ? step.revision.next : step.revision, effect: field == 1 ? wrong : step.effectDigest,
      policy: field == 2 ? wrong : step.policyDigest, preview: field == 3 ? wrong : step.previewDigest, painted: "")
    let fault = #expect(throws: JournalFault.self) {
      try Gate(journal: store).decide(step.id, .approve, by: Sample.person, shown: shown)
    }
    #expect(fault?.code == .changed)
    #expect(try store.step(step.id)?.state == .waiting)
  }

  @Test("a permit is spent once")
  func singleUse() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder)
    let gate = Gate(journal: store)
    try gate.decide(step.id, .approve, by: Sample.person, shown: Shown(step, painted: ""))
    let permit = try gate.permit([step.id])
    #expect(permit.effects.map(\.step) == [step.id])
    #expect(throws: JournalFault.self) { _ = try gate.permit([step.id]).effects.count }
  }

  @Test("several decisions are one transaction: one that can't be made undoes the rest")
  func allOrNothing() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder)
    let refused = try Gate(journal: store).intake(
      Sample.step(step.run, Sample.post("y"), level: .forbidden, salt: 2), by: .agent("t"))
    let before = try store.leafCount()
    #expect(throws: JournalFault.self) {
      try Gate(journal: store).decide(
        [(step.id, .approve, Shown(step, painted: "")), (refused.id, .approve, Shown(refused, painted: ""))],
        by: Sample.person)
    }
    #expect(try store.step(step.id)?.state == .waiting)
    #expect(try store.leafCount() == before)
  }

  @Test("only what is prepared takes the place of something prepared")
  func replacing() throws {
    let folder = try Project.Folder()
    let (store, first) = try waiting(folder, .batched)
    let gate = Gate(journal: store)
    var second = Sample.step(first.run, Sample.post("y"), level: .watched, salt: 2)
    second.replaces = first.id
    _ = try gate.intake(second, by: .agent("t"))
    #expect(try store.step(first.id)?.state == .staged)
    var third = Sample.step(first.run, Sample.post("z"), level: .batched, salt: 3)
    third.replaces = first.id
    _ = try gate.intake(third, by: .agent("t"))
    #expect(try store.step(first.id)?.state == .withdrawn)
  }

  @Test("every transition appends its leaf")
  func leaves() throws {
    let folder = try Project.Folder()
    let (store, step) = try waiting(folder)
    let gate = Gate(journal: store)
    let before = try store.leafCount()
    try gate.decide(step.id, .approve, by: Sample.person, shown: Shown(step, painted: "seen 1 of 1 lines"))
    let permit = try gate.permit([step.id])
    try gate.conclude([(permit.effects[0].step, .done(detail: "ok"))])
    let trail = try store.trail(of: step.run, limit: 10)
    #expect(try store.leafCount() == before + 3)
    #expect(trail.suffix(3).map(\.event) == ["approved", "began", "done"])
    #expect(trail.suffix(3).first?.actor == "aiko")
  }
}

// The circuit breaker: a run that goes on and gets nowhere waits for a person.

import Domain
import GateKeeper
import Storage
import TestKit
import Testing

@Suite("Circuit breaker")
struct BreakerTests {
  private let folder: Project.Folder
  private let store: DeskStore
  private let run: RunID
  private var gate: Gate<DeskStore> { Gate(journal: store) }

  init() throws {
    folder = try Project.Folder()
    store = try Sample.store(folder)
    run = try Sample.run(store)
    try store.setState(run, .live, note: "", by: .performer)
  }

  private func propose(_ level: TrustLevel, _ text: String = "x") throws -> StepSummary {
    try gate.intake(Sample.step(run, Sample.post(text), level: level), by: .agent("t"))
  }

  private func reject() throws {
    let step = try propose(.watched)
    try gate.decide(step.id, .reject(code: "other", reason: "no"), by: Sample.person, shown: Shown(step, painted: ""))
  }

  private func fail() throws {
    let step = try propose(.autonomous)
    _ = try gate.permit([step.id])
    try gate.conclude([(step.id, .failed(detail: "no way"))])
  }

  private var paused: (isPaused: Bool, why: String) {
    get throws {
      let found = try #require(try store.run(run))
      return (found.isPaused, found.pausedWhy)
    }
  }

  @Test("five refusals, rejections or failures in a row pause the run in the record of the fifth")
  func trips() throws {
    try reject()
    _ = try propose(.forbidden)
    try fail()
    _ = try propose(.forbidden)
    // A question that waits is no end, and a look is no progress.
    _ = try propose(.watched)
    #expect(try !paused.isPaused)
    let before = try store.leafCount()
    _ = try propose(.forbidden)
    #expect(try paused == (true, "5 in a row were refused, rejected or failed"))
    #expect(try store.leafCount() == before + 3, "proposed, refused, run paused")
    // Who lets it go on begins a new count.
    try store.setPaused(run, false, by: .person(Sample.person))
    #expect(try paused == (false, ""))
    for _ in 0..<4 { _ = try propose(.forbidden) }
    #expect(try !paused.isPaused)
    try reject()
    #expect(try paused.isPaused)
  }

  @Test("what gets on is no row; a run that is over or paused by a person is left alone")
  func leftAlone() throws {
    for level in [TrustLevel.batched, .batched, .batched] {
      for _ in 0..<4 { _ = try propose(.forbidden) }
      _ = try propose(level)
    }
    #expect(try !paused.isPaused)
    try store.setPaused(run, true, by: .person(Sample.person))
    for _ in 0..<9 { _ = try propose(.forbidden) }
    #expect(try paused == (true, ""))
    try store.setPaused(run, false, by: .person(Sample.person))
    try store.setState(run, .review, note: "", by: .performer)
    for _ in 0..<9 { try reject() }
    #expect(try !paused.isPaused)
  }

  @Test("the stricter of two numbers counts, and 0 is never", arguments: [(5, 3, 3), (0, 3, 3), (3, 0, 3), (0, 0, 0)])
  func stricter(one: Int, other: Int, both: Int) { #expect(Breaker.stricter(one, other) == both) }

  @Test("a budget is read as it is written, and says what is left")
  func budgets() {
    for text in ["20 per run", "5 per hour", "10 MiB per run", "0 per run"] { #expect(Budget(text)?.words == text) }
    for text in [
      "", "20", "20 per day", "-1 per run", "5 cats per run", "9999999999999 GiB per run", "1.5 MiB per run",
    ] {
      #expect(Budget(text) == nil)
    }
  }
}

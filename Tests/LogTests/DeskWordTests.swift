import AuditLog
import Domain
import Foundation
import GateKeeper
import SQLite
import Synchronization
import TestKit
import Testing

@testable import Storage

@Suite("What people say of the desk")
struct DeskWordTests {
  /// A desk whose clock is told the time.
  private final class Desk {
    let folder: Project.Folder
    let store: DeskStore
    let run: RunID

    final class Time: Sendable {
      let now = Mutex<Int64>(1_795_000_000_000)
    }
    let clock = Time()

    init() throws {
      folder = try Project.Folder()
      let clock = self.clock
      var desk = Sample.clock
      desk.wall = { Timestamp(milliseconds: clock.now.withLock { $0 }) }
      store = try DeskStore(directory: folder.path, clock: desk, signer: Sample.signer())
      run = try Sample.run(store)
    }

    func pass(_ milliseconds: Int64) { clock.now.withLock { $0 += milliseconds } }

    func post(hold: Int = 0) throws -> StepSummary {
      var step = Sample.step(run, Sample.post("x"), level: .watched)
      step.verdict.hold = hold
      return try Gate(journal: store).intake(step, by: .agent("t"))
    }
  }

  private func approve(_ desk: Desk, _ step: StepSummary, dueAt: Timestamp? = nil) throws {
    try Gate(journal: desk.store).decide(
      step.id, .approve, by: Sample.person, shown: Shown(step, painted: "seen 1 of 1 lines in 2.0 s"), dueAt: dueAt)
  }

  @Test("what is held is not permitted before its time, and is then")
  func hold() throws {
    let desk = try Desk()
    let step = try desk.post(hold: 10)
    try approve(desk, step)
    let gate = Gate(journal: desk.store)
    #expect(throws: JournalFault.self) { _ = try gate.permit([step.id]).effects.count }
    desk.pass(9_999)
    #expect(throws: JournalFault.self) { _ = try gate.permit([step.id]).effects.count }
    desk.pass(1)
    #expect(try gate.permit([step.id]).effects.count == 1)
  }

  @Test("taken back it waits as it was, and the time is gone")
  func takeBack() throws {
    let desk = try Desk()
    let step = try desk.post(hold: 10)
    try approve(desk, step)
    try Gate(journal: desk.store).move([Transition(step: step.id, event: .takeBack, actor: .person(Sample.person))])
    let now = try #require(try desk.store.step(step.id))
    #expect(now.state == .waiting && now.dueAt == nil && now.revision == step.revision && now.decidedBy.isEmpty)
    // What is being done, or is done, can't be taken back any more.
    try approve(desk, now, dueAt: Timestamp(milliseconds: 1_795_000_000_000))
    _ = try Gate(journal: desk.store).permit([step.id]).effects.count
    #expect(throws: JournalFault.self) {
      try Gate(journal: desk.store).move([Transition(step: step.id, event: .takeBack, actor: .person(Sample.person))])
    }
  }

  @Test("the trail says until when an approval is held")
  func dueIsOnTheTrail() throws {
    let desk = try Desk()
    let step = try desk.post()
    try approve(desk, step, dueAt: Timestamp(milliseconds: 1_795_000_600_000))
    let bytes = try #require(try desk.store.leafBytes(of: step.id).last?.bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("reason-code due 2026-") && text.contains("painted seen 1 of 1 lines in 2.0 s"))
    #expect(try desk.store.step(step.id)?.painted == "seen 1 of 1 lines in 2.0 s")
  }

  @Test("an incident is raised and closed once, each a leaf, and its clock is of 24 hours")
  func incidents() throws {
    let desk = try Desk()
    let before = try desk.store.leafCount()
    let id = try desk.store.raise("it tried to pay", run: desk.run, step: StepNumber(3), by: Sample.person)
    let incident = try #require(try desk.store.incidents().first)
    #expect(incident.isOpen && incident.left(at: incident.raisedAt) == 86_400_000)
    try desk.store.closeIncident(id, outcome: "stopped", by: Sample.other)
    #expect(throws: JournalFault.self) { try desk.store.closeIncident(id, outcome: "again", by: Sample.person) }
    let closed = try #require(try desk.store.incidents().first)
    #expect(!closed.isOpen && closed.closedBy == Sample.other.name && closed.outcome == "stopped")
    #expect(try desk.store.leafCount() == before + 2)
    let lines = try desk.store.trail(of: desk.run, limit: 2)
    #expect(
      lines.map(\.event) == ["incident raised", "incident closed"]
        && lines.map(\.note) == ["incident 1: it tried to pay", "incident 1: stopped"])
  }

  @Test("the newest word on a kind counts, expires, and is revoked once; each is a leaf")
  func standing() throws {
    let desk = try Desk()
    func set(_ level: TrustLevel) throws -> StandingApproval {
      try desk.store.setStanding(
        .fileEdit, level, run: desk.run, until: Timestamp(milliseconds: 1_795_000_060_000), by: Sample.person)
    }
    _ = try set(.batched)
    let second = try set(.forbidden)
    let now = Timestamp(milliseconds: 1_795_000_000_000)
    #expect(try desk.store.standing(of: desk.run).filter { $0.holds(at: now) }.map(\.level) == [.forbidden])
    #expect(!second.holds(at: Timestamp(milliseconds: 1_795_000_060_000)))
    try desk.store.revokeStanding(second.id, by: Sample.other)
    #expect(try desk.store.standing(of: desk.run).allSatisfy { !$0.holds(at: now) })
    #expect(throws: JournalFault.self) { try desk.store.revokeStanding(second.id, by: Sample.person) }
  }

  @Test(
    "a proof made from the roots of blocks is the one made from all leaves",
    arguments: [1, 2, 7, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 12_288, 20_481])
  func inclusion(size: Int) throws {
    let leaves = (0..<size).map { Hashing.leaf(Array("leaf \($0)".utf8)) }
    var tree = BlockTree()
    while tree.covered + BlockTree.block <= size {
      tree.add(Array(leaves[tree.covered..<tree.covered + BlockTree.block]))
    }
    let places = Set(
      [0, 1, size / 3, size / 2, size - 2, size - 1, 4_095, 4_096, 8_192].filter { (0..<size).contains($0) })
    for index in places {
      var held: [Range<Int>: [Digest]] = [:]
      for range in BlockTree.needed(for: index, size: size) { held[range] = Array(leaves[range]) }
      #expect(
        tree.inclusion(of: index, size: size, leaves: held) == MerkleProof.inclusion(of: index, in: leaves[...]),
        "\(index)")
    }
    #expect(tree.inclusion(of: size, size: size, leaves: [:]) == nil)
  }

  @Test("a desk of the first schema is opened: its runs stay, and what is new works on it")
  func migration() throws {
    let folder = try Project.Folder()
    let old = try Connection(path: "\(folder.path)/desk.db", mode: .create)
    try old.execute("\(Schema.migrations[0]); PRAGMA user_version = 1")
    try old.execute(
      "INSERT INTO run (workspace, directory, goal, agent, grade, model, state, policy, startedAt, changedAt) VALUES ('w', '/w', 'g', 'a', 'enforced', 'local', 'live', x'00', 5, 1)"
    )
    let store = try Sample.store(folder)
    let run = try #require(try store.runs().first)
    #expect(run.workspace == "w" && run.startedBy.isEmpty)
    let step = try Gate(journal: store).intake(Sample.step(run.id, Sample.post("x"), level: .watched), by: .agent("t"))
    #expect(step.dueAt == nil)
    #expect(try store.raise("x", run: run.id, step: nil, by: Sample.person) == 1)
  }
}

// Several changes of files as one step: judged by the strictest, shown whole, done together or not at all, undone as one.

import Domain
import Foundation
import GateKeeper
import SQLite
import Storage
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Several changes as one step")
  struct FileSetTests {
    let ringi: Ringi
    let desk: Desk
    let files: String
    static let before = ["a.md": "a\n", "b.md": "b\n", "c.md": "c\n"]

    init() throws { try self.init(policy: "") }

    private init(policy: String) throws {
      ringi = try Ringi()
      let space = try ringi.workspace(agent: "true", policy: policy)
      files = "\(space)/files"
      desk = try ringi.openRun(space).desk
      for (name, text) in Self.before {
        try text.write(toFile: "\(files)/\(name)", atomically: false, encoding: .utf8)
      }
    }

    private func path(_ name: String) -> [UInt8] { Array("\(files)/\(name)".utf8) }
    private func write(_ name: String, _ text: String) -> ProposedEffect {
      .write(path: path(name), text: Array(text.utf8))
    }

    private func propose(_ parts: [ProposedEffect]) throws -> StepSummary {
      let made = try DeskActions(desk).maker(RunID(1)).make(
        Proposal(effect: .changes(parts), claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }

    private func keep(_ step: StepSummary) throws -> StepSummary {
      try desk.gate.decide([(step: step.id, decision: .keep, shown: Shown(step, painted: "t"))], by: desk.person)
      _ = try ringi("host", "1", "--perform-only")
      return try #require(try desk.store.step(step.id))
    }

    private func now() throws -> [String: String] {
      var out: [String: String] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: files) {
        if let text = try? String(contentsOfFile: "\(files)/\(name)", encoding: .utf8) { out[name] = text }
      }
      return out
    }

    @Test("edit, create, rename and delete as one wait for a person, are done together, and undone as one")
    func together() throws {
      let step = try propose([
        write("a.md", "new\n"), .makeFolder(path: path("deep")), write("deep/new.md", "made\n"),
        .rename(from: path("b.md"), to: path("moved.md")), .delete(path: path("c.md")),
      ])
      #expect(step.kind == .fileChange && step.state == .waiting && step.mustBeSeenWhole && step.reach.things == 5)
      let shown = try ringi("show", "1.1").output
      for line in [
        "1 of 5: EDIT a.md", "- a", "+ new", "2 of 5: FOLDER deep", "3 of 5: CREATE deep/new.md",
        "4 of 5: RENAME b.md", "5 of 5: DELETE c.md",
      ] { #expect(shown.contains(line), "\(line)\n\(shown)") }
      let done = try ringi.approve(desk, step)
      #expect(done.state == .done, "\(done.reason)")
      #expect(try now() == ["a.md": "new\n", "deep/new.md": "made\n", "moved.md": "b\n"])
      let undo = try DeskActions(desk).undo(done)
      #expect(undo.kind == .fileChange && undo.state == .waiting)
      let back = try ringi.approve(desk, undo)
      #expect(try back.state == .done && now() == Self.before, "\(back.reason)")
      #expect(!FileManager.default.fileExists(atPath: "\(files)/deep"))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
      // And who decided when is held against the log.
      try Connection(path: "\(ringi.desk)/desk.db", mode: .create).execute(
        "UPDATE step SET decidedAt = decidedAt + 86400000 WHERE id = 1")
      #expect(try ringi("audit", "verify").error.contains("at another time"))
    }

    @Test("with one of its files changed meanwhile none is touched, and the step shows which")
    func clash() throws {
      let step = try propose([write("a.md", "new\n"), write("b.md", "new\n")])
      #expect(step.state == .staged)
      try "mine\n".write(toFile: "\(files)/b.md", atomically: false, encoding: .utf8)
      #expect(try keep(step).state == .staged)
      #expect(try now()["a.md"] == "a\n" && now()["b.md"] == "mine\n")
      #expect(try DeskActions(desk).checkPrepared(RunID(1)) == 1)
      let again = try #require(try desk.store.step(step.id))
      #expect(again.reach.warnings == [Clash.warning, "somebody changed since: b.md"])
      #expect(try keep(again).state == .done)
      #expect(try now()["b.md"] == "new\n")
    }

    @Test("a folder that is not empty after all puts back everything that was done with it")
    func notEmpty() throws {
      try FileManager.default.createDirectory(atPath: "\(files)/deep/in", withIntermediateDirectories: true)
      try "x\n".write(toFile: "\(files)/deep/in/x.md", atomically: false, encoding: .utf8)
      try "y\n".write(toFile: "\(files)/deep/y.md", atomically: false, encoding: .utf8)
      let there = try now()
      let step = try propose([
        write("a.md", "new\n"), .delete(path: path("deep/in/x.md")), .removeFolder(path: path("deep/in")),
        .removeFolder(path: path("deep")),
      ])
      let done = try ringi.approve(desk, step)
      #expect(done.state == .waiting && done.reason.contains("something is still in it: `deep/y.md`"), "\(done.reason)")
      #expect(try now() == there)
    }

    @Test("undoing a new file takes the folders along that were made for it, once nothing else is in them")
    func folders() throws {
      let maker = try DeskActions(desk).maker(RunID(1))
      let steps = try ["x.md", "y.md"].map { name in
        let made = try maker.make(
          Proposal(effect: write("new/deep/\(name)", "x\n"), claims: Claims()), plan: nil, staging: StagingArea(),
          isRelayed: false)
        return try keep(try desk.gate.intake(made.step, by: .agent("a")))
      }
      #expect(try ringi("show", "1.1").output.contains("1 file in 2 new folders"))
      let first = try DeskActions(desk).undo(steps[1])
      #expect(first.kind == .fileDelete, "the other is still in it")
      #expect(try ringi.approve(desk, first).state == .done)
      let second = try DeskActions(desk).undo(steps[0])
      #expect(second.kind == .fileChange && second.target == "new/deep/x.md, new/deep, new")
      let undone = try ringi.approve(desk, second)
      #expect(undone.state == .done && !FileManager.default.fileExists(atPath: "\(files)/new"), "\(undone.reason)")
      let back = try ringi.approve(desk, try DeskActions(desk).undo(undone))
      #expect(try back.state == .done && now()["new/deep/x.md"] == "x\n", "\(back.reason)")
    }

    @Test("new bytes never inherit the right to act as somebody else; an undo gives it back with the old ones")
    func bits() throws {
      func bits() -> mode_t {
        var status = stat()
        stat("\(files)/a.md", &status)
        return status.st_mode & 0o7777
      }
      chmod("\(files)/a.md", 0o4755)
      let step = try propose([write("a.md", "new\n"), write("b.md", "new\n")])
      #expect(step.reach.warnings == ["a.md: it loses its set-user-id or set-group-id permission"])
      let done = try keep(step)
      #expect(done.state == .done && bits() == 0o755)
      #expect(try ringi.approve(desk, try DeskActions(desk).undo(done)).state == .done && bits() == 0o4755)
    }

    @Test("what is forbidden for one of them is forbidden for all")
    func forbidden() throws {
      let own = try Self(policy: "rules:\n  - {action: file.edit, target: b.md, level: forbidden}\n")
      let step = try own.propose([own.write("a.md", "new\n"), own.write("b.md", "new\n")])
      #expect(step.state == .refused && step.verdict.rule.contains("file.edit"))
    }

    @Test("a path outside is said as that; one file twice, or nothing, is no set")
    func odd() throws {
      let outside = try propose([write("a.md", "new\n"), .write(path: Array("/etc/x".utf8), text: [])])
      #expect(outside.kind == .fileOutside)
      for parts in [[write("a.md", "1"), .delete(path: path("a.md"))], []] {
        #expect(throws: ProposalFault.self) { try propose(parts) }
      }
    }

    @Test("after a performer died in the middle a person is asked for the rest, and for nothing else")
    func middle() throws {
      let step = try propose([write("a.md", "new\n"), write("b.md", "new\n"), .delete(path: path("c.md"))])
      try desk.gate.decide([(step: step.id, decision: .approve, shown: Shown(step, painted: "t"))], by: desk.person)
      _ = try desk.gate.permit([step.id])
      try "new\n".write(toFile: "\(files)/a.md", atomically: false, encoding: .utf8)
      _ = try ringi("host", "1", "--perform-only")
      let asked = try #require(try desk.store.step(step.id))
      #expect(asked.state == .waiting && asked.reach.things == 2)
      #expect(asked.reach.warnings.first?.contains("a part of it is in place") == true, "\(asked.reach.warnings)")
      #expect(try ringi.approve(desk, asked).state == .done)
      #expect(try now() == ["a.md": "new\n", "b.md": "new\n"])
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }
  }
}

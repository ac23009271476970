// Faults that last, and what is moved or written while files are put in place: the record must say what the disk says.

import Domain
import Foundation
import GateKeeper
import Glibc
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Faults that last", .enabled(if: strace))
  struct LastingFaultTests {
    let kept: KeptReview
    let names = ["a.md", "b.md", "c.md"]

    /// A kept review of three edits that waits for a performer.
    init() throws {
      kept = try KeptReview(of: ["sub/a.md", "sub/b.md", "sub/c.md"])
    }

    private func text(_ name: String) -> String {
      (try? String(contentsOfFile: "\(kept.files)/sub/\(name)", encoding: .utf8)) ?? "-"
    }

    private func steps() throws -> [StepSummary] {
      setenv("RINGI_DESK", kept.ringi.desk, 1)
      return try Desk(mustExist: true).store.steps(of: RunID(1)).steps.filter { $0.kind == .fileEdit }
    }

    @Test("an error that stays, from any rename on: what stands there is done, what does not is not", arguments: 1...8)
    func errors(from: Int) throws {
      _ = try kept.perform([
        "-o", "/dev/null", "-e", "trace=renameat2", "-e", "inject=renameat2:error=EIO:when=\(from)+",
      ])
      for (step, name) in zip(try steps(), names) {
        #expect((step.state == .done) == (text(name) == "new\n"), "\(name): \(step.state), \(text(name))")
        #expect(step.state != .performing && step.state != .unknown)
        // What can't be put back is in place, with the old bytes beside it.
        if text(name) == "old\n" { #expect([.staged, .kept, .waiting].contains(step.state), "\(step.state)") }
      }
      #expect(try kept.ringi("audit", "verify").output.hasPrefix("intact"))
      let said = try kept.ringi("audit", "log").output
      let isHalf = try steps().contains { $0.state == .done } && steps().contains { $0.state != .done }
      #expect(said.contains("NOT all or nothing") == isHalf, "\(said)")
    }

    @Test("a folder that is moved away while files are put in place takes none of them along")
    func moved() throws {
      let away = "\(kept.ringi.folder.path)/away"
      // The first rename of a commit comes after those that give each staged file its name.
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        "-c", "until ls \(kept.files)/sub/.ringi-step-3.tmp; do :; done; mv \(kept.files)/sub \(away)",
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      _ = try kept.perform([
        "-o", "/dev/null", "-e", "trace=renameat2", "-e", "inject=renameat2:delay_exit=300000:when=3",
      ])
      process.waitUntilExit()
      for (step, name) in zip(try steps(), names) {
        #expect(step.state != .done, "\(step.reason)")
        #expect((try? String(contentsOfFile: "\(away)/\(name)", encoding: .utf8)) == "old\n")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: away).count == 3, "nothing is left beside them")
    }

    @Test("what somebody writes into a staged file is not put in place, and a file of a staging name is left alone")
    func strangers() throws {
      let mine = "\(kept.files)/sub/.ringi-step-2.tmp"
      try "mine\n".write(toFile: mine, atomically: false, encoding: .utf8)
      _ = try kept.perform(["-o", "/dev/null", "-e", "trace=none"])
      #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine\n")
      #expect(names.allSatisfy { text($0) == "old\n" })
      #expect(try steps().allSatisfy { $0.state == .staged && $0.reason.contains("move it away, then try again") })
      unlink(mine)
      let desk = try Desk(mustExist: true)
      let review = try desk.store.steps(of: RunID(1), in: [.staged])
      for step in review { try DeskActions(desk).mark(step, .keep, discarding: [], painted: "t") }
      _ = try? DeskActions(desk).finishReview(RunID(1))
      _ = try kept.perform(["-o", "/dev/null", "-e", "trace=none"])
      #expect(names.allSatisfy { text($0) == "new\n" })
    }

    @Test("permissions that changed since they were shown are not overwritten")
    func permissions() throws {
      chmod("\(kept.files)/sub/b.md", 0o600)
      _ = try kept.perform(["-o", "/dev/null", "-e", "trace=none"])
      #expect(names.allSatisfy { text($0) == "old\n" })
      var status = stat()
      #expect(stat("\(kept.files)/sub/b.md", &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(try steps().allSatisfy { $0.state == .staged })
    }
  }
}

extension KeptReview {
  /// Edits of files, from `old` to `new`, kept.
  init(of names: [String]) throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(agent: "true")
    for name in names {
      let path = "\(space)/files/\(name)"
      try FileManager.default.createDirectory(
        atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
      try "old\n".write(toFile: path, atomically: false, encoding: .utf8)
    }
    let (desk, run) = try ringi.openRun(space)
    for name in names {
      let made = try DeskActions(desk).maker(run).make(
        Proposal(
          effect: .write(path: Array("\(space)/files/\(name)".utf8), text: Array("new\n".utf8)), claims: Claims()),
        plan: nil, staging: StagingArea(), isRelayed: false)
      let step = try desk.gate.intake(made.step, by: .agent("a"))
      try desk.gate.decide([(step: step.id, decision: .keep, shown: Shown(step, painted: "t"))], by: desk.person)
    }
    try desk.store.setState(run, .review, note: "", by: .performer)
    self.init(ringi: ringi, space: space)
  }

  private init(ringi: Ringi, space: String) { (self.ringi, self.space) = (ringi, space) }
}

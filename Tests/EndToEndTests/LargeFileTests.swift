// A file that is too large to be held: shown by size and digest, put in place, given back, and never read whole.

import AuditLog
import ConsoleUI
import Domain
import Foundation
import GateKeeper
import Storage
import TestKit
import Testing

@testable import Effector
@testable import Runtime

extension SessionTests {
  @Suite("Large files")
  struct LargeFileTests {
    let ringi: Ringi
    let desk: Desk
    let files: String
    static let size = Content.mostInHand + 5_000

    init() throws {
      ringi = try Ringi()
      let space = try ringi.workspace(agent: "true")
      files = "\(space)/files"
      desk = try ringi.openRun(space).desk
      try Self.write("\(files)/old.bin", "old")
    }

    /// A sparse file of the size, with some words in the middle.
    static func write(_ path: String, _ words: String) throws {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.truncate(atOffset: UInt64(size))
      try file.seek(toOffset: UInt64(size / 2))
      try file.write(contentsOf: Data(words.utf8))
      try file.close()
    }

    private func words(_ name: String) throws -> String {
      let file = try #require(FileHandle(forReadingAtPath: "\(files)/\(name)"))
      try file.seek(toOffset: UInt64(Self.size / 2))
      return String(decoding: try file.read(upToCount: 3) ?? Data(), as: UTF8.self)
    }

    private func propose(_ name: String, _ words: String) throws -> StepSummary {
      let source = "\(ringi.folder.path)/new"
      try Self.write(source, words)
      let file = try #require(FileHandle(forReadingAtPath: source))
      let content = try desk.store.keep(file: file.fileDescriptor)
      return try intake(.place(path: Array("\(files)/\(name)".utf8), content, text: [], mode: 0o644))
    }

    private func intake(_ effect: ProposedEffect) throws -> StepSummary {
      let made = try DeskActions(desk).maker(RunID(1)).make(
        Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }

    private func keep(_ step: StepSummary) throws -> StepSummary {
      try desk.gate.decide([(step: step.id, decision: .keep, shown: Shown(step, painted: "t"))], by: desk.person)
      _ = try ringi("host", "1", "--perform-only")
      return try #require(try desk.store.step(step.id))
    }

    @Test("an edit is shown by size and digest, put in place, and undone")
    func edit() throws {
      let step = try propose("old.bin", "new")
      #expect(step.state == .staged && step.kind == .fileEdit)
      let shown = try DeskReport(desk).step(StepAddress("1.1")).1.lines.map(\.text)
      #expect(shown.first == "more than 64 MiB: its bytes are not shown")
      #expect(shown.count { $0.hasPrefix("64 MiB, SHA-256 ") } == 2)
      #expect(try keep(step).state == .done && words("old.bin") == "new")
      let undo = try DeskActions(desk).undo(try #require(try desk.store.step(step.id)))
      #expect(try ringi.approve(desk, undo).state == .done && words("old.bin") == "old")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    /// Bytes that a file really takes.
    private func taken(_ path: String) throws -> Int {
      var status = stat()
      try #require(stat(path, &status) == 0)
      return Int(status.st_blocks) * 512
    }

    @Test("holes of a file stay holes on the desk, in its place and undone; what is larger than the limit is refused")
    func sparse() throws {
      #expect(try keep(try propose("old.bin", "new")).state == .done)
      let step = try #require(try desk.store.step(StepNumber(1), of: RunID(1)))
      #expect(try ringi.approve(desk, try DeskActions(desk).undo(step)).state == .done)
      #expect(try taken("\(files)/old.bin") < 1 << 20)
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(ringi.desk)/blobs") {
        #expect(try taken("\(ringi.desk)/blobs/\(name)") < 1 << 20)
        let bytes = try Data(contentsOf: URL(filePath: "\(ringi.desk)/blobs/\(name)"))
        #expect(Hashing.sha256(Array(bytes)).description == name, "the sum of all its bytes, holes and all")
      }
      let source = "\(ringi.folder.path)/huge"
      try Self.write(source, "huge")
      #expect(truncate(source, 65 << 30) == 0)
      let file = try #require(FileHandle(forReadingAtPath: source))
      let fault = #expect(throws: JournalFault.self) { try desk.store.keep(file: file.fileDescriptor) }
      #expect(fault?.detail == "it is larger than 64 GiB, the most that the desk keeps of one file")
    }

    @Test("what somebody changed meanwhile is not overwritten; what is as it was is not read again")
    func clash() throws {
      let step = try propose("old.bin", "new")
      #expect(try DeskActions(desk).checkPrepared(RunID(1)) == 0)
      try Self.write("\(files)/old.bin", "mine".prefix(3).description)
      #expect(try keep(step).state == .staged && words("old.bin") == "min")
      #expect(try DeskActions(desk).checkPrepared(RunID(1)) == 1)
      let again = try #require(try desk.store.step(step.id))
      #expect(again.reach.warnings.contains(Clash.warning))
      #expect(try keep(again).state == .done && words("old.bin") == "new")
    }

    @Test("a kept copy whose bytes were changed is not put in place, and verify says so")
    func tampered() throws {
      let step = try propose("made.bin", "new")
      let blobs = "\(ringi.desk)/blobs"
      for name in try FileManager.default.contentsOfDirectory(atPath: blobs) {
        try Self.write("\(blobs)/\(name)", "bad")
      }
      let after = try keep(step)
      #expect(
        [.waiting, .staged].contains(after.state) && after.reason.contains("gone from the desk"), "\(after.reason)")
      #expect(!FileManager.default.fileExists(atPath: "\(files)/made.bin"))
      #expect(try ringi("audit", "verify").code != 0)
    }

    @Test("reading, copying and attaching one are refused with the limit; moving and deleting one are not")
    func others() throws {
      let path = Array("\(files)/old.bin".utf8)
      let other = Array("\(files)/other.bin".utf8)
      for effect in [ProposedEffect.read(path: path), .copy(from: path, to: other)] {
        let maker = try DeskActions(desk).maker(RunID(1))
        let fault = #expect(throws: ProposalFault.self) {
          try maker.make(
            Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
        }
        #expect(fault?.reason.contains("larger than 64 MiB") == true, "\(String(describing: fault))")
      }
      let moved = try intake(.rename(from: path, to: other))
      #expect(try keep(moved).state == .done && words("other.bin") == "old")
      #expect(!FileManager.default.fileExists(atPath: "\(ringi.desk)/blobs"), "a move keeps no copy")
      let gone = try intake(.delete(path: other))
      let done = try ringi.approve(desk, gone)
      #expect(done.state == .done && !FileManager.default.fileExists(atPath: "\(files)/other.bin"))
      let back = try ringi.approve(desk, try DeskActions(desk).undo(done))
      #expect(try back.state == .done && words("other.bin") == "old")
    }
  }
}

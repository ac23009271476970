// Undo puts back what was there: bytes, permissions, owner, times and attributes, at random and with each system call
// failing once.

import CProcess
import Domain
import Foundation
import GateKeeper
import Glibc
import TestKit
import Testing

@testable import Runtime

/// Files with everything a file can have, changed by effects that were performed.
private struct Changed {
  let ringi: Ringi
  let desk: Desk
  var files: String { "\(ringi.folder.path)/space/files" }
  var actions: DeskActions { DeskActions(desk) }

  /// All there is to know of a file.
  struct State: Equatable {
    var bytes: [UInt8]
    var mode: UInt32
    var owner: UInt32
    var group: UInt32
    var modified: Int64
    var attributes: [String: [UInt8]]
  }

  init(seed: UInt64) throws {
    ringi = try Ringi()
    var random = Dice(seed: seed)
    let space = try ringi.workspace(agent: "true")
    desk = try ringi.openRun(space).desk
    for name in ["edited", "twice", "gone", "moved", "程度.md"] {
      try put(name, &random)
    }
  }

  private func put(_ name: String, _ random: inout Dice) throws {
    let path = "\(files)/\(name)"
    let bytes = (0..<random.below(3_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    try Data(bytes).write(to: URL(filePath: path))
    let file = open(path, O_RDWR | O_CLOEXEC)
    defer { close(file) }
    for index in 0..<random.below(4) {
      let value = (0..<random.below(400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      // A file system without attributes has none to lose.
      _ = cp_setxattr(file, "user.name\(index)", value, value.count)
    }
    fchmod(file, [0o644, 0o600, 0o755, 0o640, 0o444][random.below(5)])
    if getuid() == 0, random.below(2) == 0 { fchown(file, 1_000, 1_000) }
    let time = timespec(tv_sec: random.below(2_000_000_000), tv_nsec: random.below(1_000_000_000))
    futimens(file, [time, time])
  }

  func states() throws -> [String: State] {
    var out: [String: State] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: files) {
      let file = open("\(files)/\(name)", O_RDONLY | O_CLOEXEC)
      defer { close(file) }
      var status = stat()
      fstat(file, &status)
      var names = [UInt8](repeating: 0, count: 65_536)
      let length = max(0, cp_listxattr(file, &names, names.count))
      var attributes: [String: [UInt8]] = [:]
      for name in names[..<length].split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }) {
        var value = [UInt8](repeating: 0, count: 65_536)
        attributes[name] = Array(value[..<max(0, cp_getxattr(file, name, &value, value.count))])
      }
      out[name] = State(
        bytes: Array(try Data(contentsOf: URL(filePath: "\(files)/\(name)"))), mode: status.st_mode,
        owner: status.st_uid, group: status.st_gid,
        modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec), attributes: attributes)
    }
    return out
  }

  /// Proposes, says yes to each, and performs them.
  func perform(_ effects: [ProposedEffect]) throws -> [StepSummary] {
    let maker = try actions.maker(RunID(1))
    let steps = try effects.map { effect in
      try desk.gate.intake(
        maker.make(Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
          .step,
        by: .agent("a"))
    }
    return try decide(steps)
  }

  func undo(_ steps: [StepSummary]) throws -> [StepSummary] { try decide(try steps.map { try actions.undo($0) }) }

  private func decide(_ steps: [StepSummary]) throws -> [StepSummary] {
    try approve(steps)
    _ = try ringi("host", "1", "--perform-only")
    return try steps.map { try #require(try desk.store.step($0.id)) }
  }

  func approve(_ steps: [StepSummary]) throws {
    try desk.gate.decide(
      steps.map {
        (step: $0.id, decision: $0.state == .staged ? .keep : .approve, shown: Shown($0, painted: "t"))
      }, by: desk.person)
  }

  func effects() -> [ProposedEffect] {
    func path(_ name: String) -> [UInt8] { Array("\(files)/\(name)".utf8) }
    return [
      .write(path: path("edited"), text: Array("new\n".utf8)),
      .write(path: path("twice"), text: [0, 255, 10], mode: 0o755),
      .delete(path: path("gone")), .delete(path: path("程度.md")),
      .rename(from: path("moved"), to: path("moved to")), .write(path: path("made"), text: Array("made\n".utf8)),
    ]
  }
}

extension SessionTests {
  @Test(
    "an undo gives back bytes, permissions, owner, times and attributes; an undo of it takes them again",
    arguments: 0..<6)
  func undo(seed: Int) throws {
    let changed = try Changed(seed: UInt64(seed))
    let before = try changed.states()
    let done = try changed.perform(changed.effects())
    #expect(done.allSatisfy { $0.state == .done }, "\(done.map { "\($0.target) \($0.state) \($0.reason)" })")
    let after = try changed.states()
    #expect(after.count == before.count - 1 && after["gone"] == nil)
    let undone = try changed.undo(done)
    #expect(undone.allSatisfy { $0.state == .done }, "\(undone.map { "\($0.target) \($0.state) \($0.reason)" })")
    #expect(try changed.states() == before)
    _ = try changed.undo(undone)
    #expect(try changed.states() == after)
    for (first, undo) in zip(done, undone) {
      // What is in effect says so, and what is not.
      #expect(try changed.desk.store.step(first.id)?.state == .done)
      #expect(try changed.desk.store.step(undo.id)?.state == .undone)
    }
    #expect(try changed.ringi("audit", "verify").output.hasPrefix("intact"))
  }

  @Test(
    "each system call of an undo fails once: each file is as before or as after, and the trail verifies",
    .enabled(if: strace))
  func undoFaults() throws {
    let asked = ProcessInfo.processInfo.environment["RINGI_FAULTS"]
    let calls = Self.calls + ["futimens", "utimensat", "fchown", "fsetxattr", "flistxattr", "fgetxattr"]
    func prepared() throws -> (Changed, before: [String: Changed.State], after: [String: Changed.State]) {
      let changed = try Changed(seed: 7)
      let before = try changed.states()
      let done = try changed.perform(changed.effects())
      let after = try changed.states()
      try changed.approve(try done.map { try changed.actions.undo($0) })
      return (changed, before, after)
    }
    let (clean, _, _) = try prepared()
    let log = "\(clean.ringi.folder.path)/calls"
    _ = try KeptReview.perform(
      clean.ringi, ["-o", log, "-e", "trace=\(calls.filter { $0 != "futimens" }.joined(separator: ","))"])
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    let cells = calls.flatMap { call in
      ["error=EIO", "error=ENOSPC", "signal=KILL"].flatMap { fault in
        (0..<lines.count { $0.contains(" \(call)(") }).map { (call, fault, $0 + 1) }
      }
    }
    let naming = asked?.split(separator: ",").map(String.init) ?? ["fchown"]
    var (whole, part) = (0, 0)
    for (index, (call, fault, when)) in cells.enumerated()
    where asked == "all" || naming.contains(call) || asked == nil && index % 61 == 7 {
      let (changed, before, after) = try prepared()
      let cell = "\(call) \(fault) when=\(when)"
      _ = try KeptReview.perform(
        changed.ringi, ["-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):\(fault):when=\(when)"])
      for _ in 0..<2 where try !changed.desk.store.steps(of: RunID(1), in: [.approved, .performing]).isEmpty {
        _ = try changed.ringi("host", "1", "--perform-only")
      }
      let now = try changed.states()
      let undos = try changed.desk.store.steps(of: RunID(1)).steps.filter { $0.claims.title.hasPrefix("undo ") }
      for (name, state) in now { #expect(state == before[name] || state == after[name], "\(cell): \(name)") }
      let isThere = now["edited"] != nil && now["twice"] != nil && (now["moved"] != nil) != (now["moved to"] != nil)
      #expect(isThere && !now.keys.contains { $0.hasPrefix(".ringi") }, "\(cell): \(now.keys)")
      let isWhole = undos.allSatisfy { $0.state == .done }
      #expect(!isWhole || now == before, "\(cell): said to be done")
      #expect(undos.allSatisfy { [.done, .failed, .waiting].contains($0.state) }, "\(cell): \(undos.map(\.state))")
      #expect(try changed.ringi("audit", "verify").output.hasPrefix("intact"), "\(cell)")
      if isWhole { whole += 1 } else { part += 1 }
    }
    print("faults in an undo, of \(cells.count): \(whole) done, \(part) held or asked")
  }
}

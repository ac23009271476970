// Every system call of putting a review in place, failed once: an error, a full disk, or the end of the process. What
// must hold afterwards: all or nothing, nothing left beside, and a trail that verifies and says what happened.
//
// `RINGI_FAULTS=all swift test --filter faults` goes through all of them, `RINGI_FAULTS=fsync,write` through those; the
// suite takes every call that changes a name, and a sample of the rest.

import Domain
import Foundation
import GateKeeper
import Glibc
import Storage
import TestKit
import Testing

@testable import Runtime

extension Ringi {
  /// A run without an agent, for steps that a test proposes itself.
  func openRun(_ space: String) throws -> (desk: Desk, run: RunID) {
    setenv("RINGI_DESK", desk, 1)
    let own = try Desk()
    let loaded = try WorkspaceLoader.load(space, desk: own.directory)
    let run = try own.store.create(
      NewRun(
        workspace: loaded.workspace, goal: "g", agent: "a", grade: .enforced, model: .local,
        policy: loaded.policyDigest), by: own.person)
    return (own, run)
  }
}

extension Ringi {
  /// A person's yes, and a performer until it is done.
  func approve(_ own: Desk, _ step: StepSummary) throws -> StepSummary {
    try own.gate.decide([(step: step.id, decision: .approve, shown: Shown(step, painted: "t"))], by: own.person)
    _ = try self("host", "1", "--perform-only")
    return try #require(try own.store.step(step.id))
  }
}

/// A kept review that waits for a performer: an edit, a new file in a new folder, a rename, a new empty folder, and three
/// changes that are one step.
struct KeptReview {
  let ringi: Ringi
  let space: String
  var files: String { "\(space)/files" }

  static let before = [
    "edited.md": "old\n", "moved.md": "same\n", "gone.md": "to go\n", "one.md": "1\n", "two.md": "2\n",
    "private.md": "p\n",
  ]
  static let after = [
    "edited.md": "new\n", "private.md": "p\n[600]", "moved to.md": "same\n", "deep/made.md": "made\n", "one.md": "11\n",
    "moved two.md": "2\n",
    "three.md": "3\n",
  ]

  /// - Parameter onSmallDisks: the desk and the folder each lie on a memory disk of 4 MiB, which only root can make.
  init(onSmallDisks: Bool = false) throws {
    ringi = try Ringi()
    if onSmallDisks { try Self.mount(ringi.desk) }
    space = try ringi.workspace(agent: "true")
    if onSmallDisks { try Self.mount("\(space)/files") }
    for (name, text) in Self.before { try text.write(toFile: "\(files)/\(name)", atomically: false, encoding: .utf8) }
    let (desk, run) = try ringi.openRun(space)
    let maker = try DeskActions(desk).maker(run)
    func bytes(_ name: String) -> [UInt8] { Array("\(files)/\(name)".utf8) }
    let effects: [ProposedEffect] = [
      .write(path: bytes("edited.md"), text: Array("new\n".utf8)),
      .write(path: bytes("deep/made.md"), text: Array("made\n".utf8)),
      .rename(from: bytes("moved.md"), to: bytes("moved to.md")), .makeFolder(path: bytes("empty")),
      .write(path: bytes("private.md"), text: Array("p\n".utf8), mode: 0o600),
      .changes([
        .write(path: bytes("one.md"), text: Array("11\n".utf8)),
        .rename(from: bytes("two.md"), to: bytes("moved two.md")),
        .write(path: bytes("three.md"), text: Array("3\n".utf8)),
      ]),
      .delete(path: bytes("gone.md")),
    ]
    for effect in effects {
      let made = try maker.make(
        Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
      let step = try desk.gate.intake(made.step, by: .agent("a"))
      let decision: Decision = step.state == .staged ? .keep : .approve
      try desk.gate.decide([(step: step.id, decision: decision, shown: Shown(step, painted: "t"))], by: desk.person)
    }
    try desk.store.setState(run, .review, note: "", by: .performer)
  }

  private static func mount(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard Glibc.mount("tmpfs", path, "tmpfs", 0, "size=4m,mode=700") == 0 else { throw Unmounted(code: errno) }
  }
  struct Unmounted: Error { let code: Int32 }

  func unmount() {
    for path in [files, ringi.desk] { umount2(path, Int32(MNT_DETACH)) }
  }

  /// Fills the disk of a folder but for so many pages.
  func fill(_ folder: String, leaving pages: Int) {
    let file = open("\(folder)/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(file) }
    let page = [UInt8](repeating: 1, count: 4096)
    var size = 0
    while write(file, page, page.count) == page.count { size += page.count }
    ftruncate(file, max(0, size - pages * page.count))
  }

  /// What is in the folder, folders with a slash at the end; what nobody else may read says so.
  func found() -> [String: String] {
    var out: [String: String] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: files) ?? .init() {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(files)/\(name)", isDirectory: &isFolder)
      out[name + (isFolder.boolValue ? "/" : "")] =
        isFolder.boolValue ? "" : (try? String(contentsOfFile: "\(files)/\(name)", encoding: .utf8)) ?? "?"
      var status = stat()
      if stat("\(files)/\(name)", &status) == 0, status.st_mode & 0o777 == 0o600 { out[name, default: ""] += "[600]" }
    }
    return out
  }

  /// The performer under strace.
  func perform(_ options: [String]) throws -> Int32 { try Self.perform(ringi, options) }

  static func perform(_ ringi: Ringi, _ options: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/timeout")
    process.arguments =
      ["-s", "KILL", "20", "/usr/bin/strace", "-f", "-qq"] + options + [Ringi.program, "host", "1", "--perform-only"]
    process.environment = ["RINGI_DESK": ringi.desk, "PATH": "/usr/bin:/bin", "HOME": ringi.folder.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

extension SessionTests {
  static let strace = FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")
  static let calls = [
    "openat", "write", "pwrite64", "fsync", "fdatasync", "renameat2", "unlinkat", "unlink", "fchmod", "ftruncate",
    "read",
    "pread64", "newfstatat", "fstat", "mkdirat",
  ]

  @Test(
    "each system call of putting a review in place fails once: all or nothing, and the trail verifies",
    .enabled(if: strace))
  func faults() throws {
    let asked = ProcessInfo.processInfo.environment["RINGI_FAULTS"]
    // How often each is called when nothing fails.
    let clean = try KeptReview()
    let log = "\(clean.ringi.folder.path)/calls"
    #expect(try clean.perform(["-o", log, "-e", "trace=\(Self.calls.joined(separator: ","))"]) == 0)
    var after = KeptReview.after
    (after["deep/"], after["empty/"]) = ("", "")
    #expect(clean.found() == after)
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    var cells: [(call: String, fault: String, when: Int)] = []
    for call in Self.calls {
      let count = lines.count { $0.contains(" \(call)(") }
      for fault in ["error=EIO", "error=ENOSPC", "signal=KILL"] {
        for when in 0..<count { cells.append((call, fault, when + 1)) }
      }
    }
    let naming = asked?.split(separator: ",").map(String.init) ?? ["renameat2", "mkdirat", "unlinkat"]
    let chosen = cells.enumerated().filter { index, cell in
      asked == "all" || naming.contains(cell.call) || asked == nil && index % 97 == 11
    }.map(\.element)
    var (held, done) = (0, 0)
    for (call, fault, when) in chosen {
      let review = try KeptReview()
      let cell = "\(call) \(fault) when=\(when)"
      _ = try review.perform(["-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):\(fault):when=\(when)"])
      try review.check(cell, &held, &done)
    }
    print("\(chosen.count) of \(cells.count) faults: \(done) done, \(held) held")
  }
}

extension SessionTests {
  @Test(
    "a disk that is full, the desk's or the folder's, at each of 64 levels: all or nothing, and the trail verifies",
    .enabled(if: geteuid() == 0))
  func fullDisk() throws {
    var (held, done) = (0, 0)
    let wide = ProcessInfo.processInfo.environment["RINGI_FAULTS"] == "all"
    for level in stride(from: 0, to: 64, by: wide ? 1 : 6) {
      for isDesk in [true, false] {
        let review = try KeptReview(onSmallDisks: true)
        defer { review.unmount() }
        let place = isDesk ? review.ringi.desk : review.files
        review.fill(place, leaving: isDesk ? level * 2 : level % 16)
        _ = try review.ringi("host", "1", "--perform-only")
        unlink("\(place)/filler")
        try review.check("\(isDesk ? "desk" : "folder") full but for level \(level)", &held, &done)
      }
    }
    print("full disks: \(done) done, \(held) held")
  }
}

extension SessionTests {
  @Test("a performer that is killed at any moment: all or nothing, and the trail verifies")
  func killed() throws {
    let asked = ProcessInfo.processInfo.environment["RINGI_FAULTS"]
    var dice = Dice(seed: UInt64(asked ?? "") ?? 20_261_128)
    let clean = try KeptReview()
    let begun = Clocks.monotonic()
    _ = try clean.ringi("host", "1", "--perform-only")
    let length = Int(max(1, Clocks.monotonic() - begun))
    var (held, done) = (0, 0)
    for round in 0..<(asked == nil ? 5 : 200) {
      let review = try KeptReview()
      let process = Process()
      process.executableURL = URL(filePath: Ringi.program)
      process.arguments = ["host", "1", "--perform-only"]
      process.environment = [
        "RINGI_DESK": review.ringi.desk, "PATH": "/usr/bin:/bin", "HOME": review.ringi.folder.path,
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      // The moment itself is what varies: nothing is awaited here.
      let moment = dice.below(length)
      poll(nil, 0, Int32(moment))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try review.check("killed in round \(round) after \(moment) of \(length) ms", &held, &done)
    }
    print("killed at random: \(done) done, \(held) held")
  }

  @Test(
    "a desk without room says so, records nothing by halves, and goes on once there is some",
    .enabled(if: geteuid() == 0))
  func noRoom() throws {
    let review = try KeptReview(onSmallDisks: true)
    defer { review.unmount() }
    setenv("RINGI_DESK", review.ringi.desk, 1)
    let desk = try Desk(mustExist: true)
    func say() throws(JournalFault) {
      try desk.store.say(RunID(1), String(repeating: "word ", count: 10_000), by: .agent("a"))
    }
    review.fill(review.ringi.desk, leaving: 0)
    var count = 0
    let fault = #expect(throws: JournalFault.self) {
      while count < 1_000 {
        try say()
        count += 1
      }
    }
    #expect(fault?.code == .full && fault?.detail.hasSuffix("make room") == true)
    #expect(RuntimeFault(try #require(fault)).code == .full)
    unlink("\(review.ringi.desk)/filler")
    try say()
    #expect(try review.ringi("audit", "verify").output.hasPrefix("intact"))
    // Of the folder it is known before anything is written there.
    review.fill(review.files, leaving: 0)
    _ = try review.ringi("host", "1", "--perform-only")
    unlink("\(review.files)/filler")
    let batch = try desk.store.steps(of: RunID(1)).steps.filter { $0.verdict.level == .batched }
    #expect(batch.allSatisfy { $0.state == .staged })
    let trail = try review.ringi("audit", "log").output
    #expect(trail.contains("needs 20 KiB, and 4 KiB are left: make room"), "\(trail)")
    #expect(review.found()["edited.md"] == "old\n")
  }
}

extension KeptReview {
  /// A performer without faults takes it up; then all of the review is there, or nothing and it is held.
  func check(_ cell: String, _ held: inout Int, _ done: inout Int) throws {
    setenv("RINGI_DESK", ringi.desk, 1)
    let desk = try Desk(mustExist: true)
    for _ in 0..<2 where try desk.store.steps(of: RunID(1), in: [.kept, .approved, .performing]).isEmpty == false {
      _ = try ringi("host", "1", "--perform-only")
    }
    let steps = try desk.store.steps(of: RunID(1)).steps
    let found = found()
    let batch = steps.filter { $0.verdict.level == .batched }
    let isDone = batch.allSatisfy { $0.state == .done }
    var wanted = isDone ? Self.after : Self.before
    if isDone { (wanted["deep/"], wanted["empty/"]) = ("", "") }
    wanted["gone.md"] = steps.contains { $0.kind == .fileDelete && $0.state == .done } ? nil : "to go\n"
    #expect(found == wanted, "\(cell): \(found) \(steps.map { "\($0.number) \($0.state) \($0.reason)" })")
    #expect(
      isDone || batch.allSatisfy { $0.state == .staged },
      "\(cell): \(steps.map { "\($0.number) \($0.state) \($0.reason)" })")
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"), "\(cell)")
    if isDone { done += 1 } else { held += 1 }
  }
}

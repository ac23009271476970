// A folder on the way to a file is swapped with a symbolic link to somewhere else, as fast as it goes, while files below
// it are read and changed. What lies behind the link must stay unread and untouched.
//
// `RINGI_FLIPS=10000000 swift test --filter FlipperTests` goes on for so many swaps.

import CProcess
import Domain
import Foundation
import GateKeeper
import Glibc
import Synchronization
import TestKit
import Testing

@testable import Effector

/// Swaps two names on a thread of its own until it is told to end.
private final class Flipper: Sendable {
  private let flips = Atomic<Int>(0)
  private let isEnding = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)

  func start(_ a: String, _ b: String) {
    Thread.detachNewThread {
      let exchange: UInt32 = 2
      while !self.isEnding.load(ordering: .acquiring) {
        for _ in 0..<100 { _ = cp_renameat2(AT_FDCWD, a, AT_FDCWD, b, exchange) }
        self.flips.add(100, ordering: .relaxed)
      }
      self.isOver.store(true, ordering: .releasing)
    }
  }

  var count: Int { flips.load(ordering: .relaxed) }
  func end() {
    isEnding.store(true, ordering: .releasing)
    while !isOver.load(ordering: .acquiring) { sched_yield() }
  }
}

extension Outcome {
  fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}

@Suite("A link that comes and goes")
struct FlipperTests {
  @Test("a folder swapped with a link all the time: nothing behind the link is read or changed")
  func flip() throws {
    let bench = try Bench()
    let outside = "\(bench.folder.path)/outside"
    try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
    try "outside".write(toFile: "\(outside)/x.md", atomically: false, encoding: .utf8)
    try bench.put("sub/x.md", "inside")
    symlink(outside, "\(bench.work)/other")
    let real = open("\(bench.work)/sub", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(real) }
    let flipper = Flipper()
    flipper.start("\(bench.work)/sub", "\(bench.work)/other")
    let wanted = ProcessInfo.processInfo.environment["RINGI_FLIPS"].flatMap(Int.init) ?? 100_000
    var (reads, refusals, deeds) = (0, 0, 0)
    var round = 0
    while flipper.count < wanted || deeds < 20 {
      round += 1
      // What a refused second half of a rename left under its other name.
      renameat(real, "y.md", real, "x.md")
      for _ in 0..<50 {
        do throws(ScopeFault) {
          let text = String(decoding: try bench.scopes.read(FilePath("sub/x.md")).bytes, as: UTF8.self)
          #expect(text == "inside", "what lies behind the link was read")
          reads += 1
        } catch { refusals += 1 }
      }
      let name = "sub/\(round).md"
      let made = try bench.perform([.createFile(FilePath(name), try bench.content("made"))])
      if made.allSatisfy(\.isDone) { deeds += 1 }
      guard let image = try? bench.image("sub/x.md") else { continue }
      for effect: Effect in [
        .editFile(FilePath("sub/x.md"), image, try bench.content("inside")),
        .renameFile(from: FilePath("sub/x.md"), to: FilePath("sub/y.md"), image),
        .renameFile(from: FilePath("sub/y.md"), to: FilePath("sub/x.md"), image),
        .deleteFile(FilePath(name), image),
      ] {
        if try bench.perform([effect]).allSatisfy(\.isDone) { deeds += 1 }
      }
    }
    flipper.end()
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["x.md"])
    #expect(try String(contentsOfFile: "\(outside)/x.md", encoding: .utf8) == "outside")
    #expect(reads > 0 && refusals > 0, "both were met")
    print("\(flipper.count) swaps: \(reads) reads, \(refusals) refused, \(deeds) deeds")
  }
}

// What a program gives a file beside its bytes: times, attributes, permission bits. It reaches the folder, or it is said
// that it does not.

import CProcess
import ConsoleUI
import Domain
import Foundation
import Glibc
import TestKit
import Testing

@testable import Effector
@testable import Runtime

extension SessionTests {
  @Suite("Times, attributes and bits", .enabled(if: canMakeViews))
  struct FileDetailsTests {
    let ringi: Ringi
    let space: String
    var files: String { "\(space)/files" }

    init() throws {
      ringi = try Ringi()
      space = try ringi.workspace(agent: "exit 0")
    }

    private func run(_ script: String) throws -> Sitting { try Sitting(ringi, afterRunning: script, in: space) }

    private func status(_ name: String) -> stat {
      var status = stat()
      stat("\(files)/\(name)", &status)
      return status
    }

    private func attribute(_ name: String) -> String {
      let file = open("\(files)/\(name)", O_RDONLY)
      defer { close(file) }
      var value = [UInt8](repeating: 0, count: 100)
      let size = cp_getxattr(file, "user.k", &value, value.count)
      return String(decoding: value.prefix(max(0, size)), as: UTF8.self)
    }

    private func put(_ name: String, _ text: String = "words\n") throws {
      try text.write(toFile: "\(files)/\(name)", atomically: false, encoding: .utf8)
    }

    @Test("a copy keeps its time and attributes, a chmod keeps the time, a folder its sticky bit")
    func kept() throws {
      try put("a.txt")
      try put("c.txt")
      let file = open("\(files)/a.txt", O_RDWR)
      try #require(cp_setxattr(file, "user.k", "v", 1) == 0)
      close(file)
      utimes(
        "\(files)/c.txt", [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000_000, tv_usec: 0)])
      var sitting = try run(
        """
        touch -d '2001-02-03 04:05:06 UTC' a.txt; cp -a a.txt b.txt; chmod 600 c.txt; mkdir -m 1777 open

        """)
      #expect(try ringi("show", "1.1").output.contains("with extended attributes or an access list of its own"))
      #expect(try !ringi("show", "1.1").output.contains("as last changed at"))
      try sitting.press("b")
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("all is in place") { $0.run?.state == .finished }
      #expect(status("b.txt").st_mtim.tv_sec == 981_173_106 && attribute("b.txt") == "v")
      #expect(status("c.txt").st_mtim.tv_sec == 1_000_000_000 && status("c.txt").st_mode & 0o7777 == 0o600)
      #expect(status("open").st_mode & 0o7777 == 0o1777)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("set-id bits are refused or said to be left out; a file that has them loses them with its bytes")
    func bits() throws {
      try put("tool.sh")
      try put("old.sh")
      chmod("\(files)/tool.sh", 0o755)
      chmod("\(files)/old.sh", 0o4755)
      var sitting = try run("chmod 4755 tool.sh; echo more > made.sh; chmod 2755 made.sh; echo more >> old.sh\n")
      let list = try ringi("list", "1").output
      #expect(list.contains("F  refused  file.unfit  tool.sh"), "\(list)")
      let shown = try (1...3).map { try ringi("show", "1.\($0)").output }.joined()
      #expect(shown.contains("the program set set-group-id on it, which is never put in place"))
      #expect(shown.contains("it loses its set-user-id or set-group-id permission"))
      try sitting.press("b")
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("all is in place") { $0.run?.state == .finished }
      #expect(status("made.sh").st_mode & 0o7777 == 0o755 && status("old.sh").st_mode & 0o7777 == 0o755)
    }

    @Test("a time alone is no result, and that it is not kept is on the trail")
    func touched() throws {
      try put("a.txt")
      let sitting = try run("touch -d 2001-01-01 a.txt\n")
      #expect(sitting.model.steps.isEmpty && sitting.model.run?.state == .finished)
      let log = try ringi("audit", "log", "only the time").output
      #expect(log.contains("only the time of a file was changed, which is left as it was: `a.txt`"), "\(log)")
    }

    @Test("a file with other names says what becomes of them")
    func links() throws {
      try put("one.txt")
      link("\(files)/one.txt", "\(ringi.folder.path)/two.txt")
      _ = try run("echo more >> one.txt\n")
      #expect(
        try ringi("show", "1.1").output.contains("it has 1 other name (hard links), and the old bytes stay there"))
    }

    @Test("a folder whose permissions somebody changed meanwhile is a clash of its own, and the rest can be finished")
    func folder() throws {
      mkdir("\(files)/sub", 0o755)
      var sitting = try run("chmod 700 sub; echo new > new.txt\n")
      chmod("\(files)/sub", 0o711)
      try sitting.press("b")
      try sitting.until("it is told") { $0.prepared.contains(where: \.isClash) }
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("the rest is in place") { $0.run?.counts.done == 1 }
      #expect(status("sub").st_mode & 0o777 == 0o711 && status("new.txt").st_size == 4)
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("that as well") { $0.run?.state == .finished }
      #expect(status("sub").st_mode & 0o777 == 0o700)
    }

    @Test("a folder that can't go yet says what is still in it")
    func inside() throws {
      mkdir("\(files)/sub", 0o755)
      try put("sub/gone.txt")
      var sitting = try run("rm -r sub\n")
      try sitting.press("b")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("it is told") { $0.status.contains("still in it: `sub/gone.txt`") }
    }
  }
}

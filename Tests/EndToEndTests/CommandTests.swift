// Commands that a person approved: what was shown is what runs, within its limits, and what it prints is on the trail.

import Domain
import Foundation
import GateKeeper
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Approved commands", .enabled(if: canMakeViews))
  struct CommandTests {
    let ringi: Ringi
    let desk: Desk
    var files: String { "\(ringi.folder.path)/space/files" }

    init() throws {
      ringi = try Ringi()
      let space = try ringi.workspace(agent: "true")
      desk = try ringi.openRun(space).desk
    }

    private func propose(_ words: [String], in directory: String = "") throws -> StepSummary {
      let made = try DeskActions(desk).maker(RunID(1)).make(
        Proposal(effect: .command(arguments: words, directory: directory), claims: Claims()), plan: nil,
        staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }

    private func script(_ text: String) throws {
      try text.write(toFile: "\(files)/job.sh", atomically: false, encoding: .utf8)
    }

    @Test(
      "it waits, shows each argument and the script it is given, runs in the folder, and its output is on the trail")
    func runs() throws {
      try script("echo \"$1|$2\"; pwd; echo made > made.txt; echo oops >&2\n")
      let step = try propose(["sh", "job.sh", "a b", "$(id); x"])
      #expect(step.state == .waiting && step.kind == .commandRun && step.mustBeSeenWhole)
      let shown = try DeskReport(desk).step(StepAddress("1.1")).1.lines.map(\.text)
      #expect(shown.contains("runs: /usr/bin/sh") || shown.contains("runs: /bin/sh"), "\(shown)")
      #expect(shown.contains("with: $(id); x") && shown.contains("in: \(files)"))
      #expect(shown.contains { $0.contains("echo made > made.txt") }, "the script itself is shown")
      let done = try ringi.approve(desk, step)
      #expect(done.state == .done && done.reason.hasPrefix("ended with 0, 3 lines"), "\(done.state) \(done.reason)")
      #expect(try String(contentsOfFile: "\(files)/made.txt", encoding: .utf8) == "made\n")
      let trail = try ringi("audit", "log").output
      for line in ["a b|$(id); x", files, "oops"] { #expect(trail.contains(line), "\(trail)") }
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a command that runs is ended when a person stops the run")
    func stopped() throws {
      try script("echo begun; sleep 60\n")
      let step = try propose(["sh", "job.sh"])
      try desk.gate.decide([(step: step.id, decision: .approve, shown: Shown(step, painted: "t"))], by: desk.person)
      let began = Clocks.monotonic()
      let host = Process()
      host.executableURL = URL(filePath: Ringi.program)
      host.arguments = ["host", "1", "--perform-only"]
      host.environment = [
        "RINGI_DESK": ringi.desk, "PATH": "/usr/bin:/bin", "HOME": ringi.folder.path,
        "RINGI_SHARE": Project.root.path,
      ]
      try host.run()
      while try desk.store.step(step.id)?.state != .performing, Clocks.monotonic() - began < 30_000 { poll(nil, 0, 10) }
      try DeskActions(desk).stop(RunID(1))
      host.waitUntilExit()
      let done = try #require(try desk.store.step(step.id))
      #expect(done.state == .failed && done.reason.hasPrefix("stopped by a person"), "\(done.state) \(done.reason)")
      #expect(Clocks.monotonic() - began < 30_000)
    }

    @Test("a script that was changed after it was shown is not run")
    func changed() throws {
      try script("echo shown\n")
      let step = try propose(["/bin/sh", "\(files)/job.sh"])
      try script("touch bad\n")
      let done = try ringi.approve(desk, step)
      #expect(done.state == .failed && done.reason.contains("job.sh` is not as it was"), "\(done.reason)")
      #expect(!FileManager.default.fileExists(atPath: "\(files)/bad"))
    }

    @Test("neither the desk, the home nor the network is there for it, and the rest of the system is read-only")
    func limits() throws {
      try "secret".write(toFile: "\(ringi.folder.path)/home.txt", atomically: false, encoding: .utf8)
      try script(
        """
        ls \(ringi.desk) 2> /dev/null | wc -l; cat \(ringi.folder.path)/home.txt 2>&1 | grep -c secret
        touch /usr/bad 2>&1 | grep -c 'Read-only\\|denied'
        grep -c : /proc/net/dev

        """)
      _ = try ringi.approve(desk, try propose(["sh", "job.sh"]))
      let trail = try ringi("audit", "log").output.split(separator: "\n")
      let printed = trail.filter { $0.contains("printed") }.map { $0.split(separator: " ").last ?? "" }
      // Of network devices only the loopback.
      #expect(printed == ["0", "0", "1", "1"], "\(trail)")
    }

    @Test("how it fails is told; what is no program, or runs outside the folders, is not proposed")
    func fails() throws {
      let step = try ringi.approve(desk, try propose(["sh", "-c", "echo no; exit 3"]))
      #expect(step.state == .failed && step.reason.hasPrefix("ended with 3, 1 line of output"))
      #expect(try propose(["ls"], in: "/etc").state == .refused)
      #expect(throws: ProposalFault.self) { _ = try propose(["no-such-program-here"]) }
      #expect(throws: ProposalFault.self) { _ = try propose([]) }
      #expect(throws: ProposalFault.self) { _ = try propose(["sh\0x"]) }
    }
  }
}

import ConsoleUI
import Domain
import Foundation
import Glibc
import TestKit
import Testing

@testable import Effector
@testable import Runtime

/// Whether this machine allows what a private view is made of.
let canMakeViews: Bool = {
  guard let folder = try? Project.Folder() else { return false }
  do { _ = try ShadowProbe.kind(folder.path, []) } catch {
    print("skipped: no private view here: \(error)")
    return false
  }
  return true
}()

/// A program that asks nobody, on a private view of the folders. In the suite of the sessions, which is serial: each test
/// says by the environment which desk is meant.
extension SessionTests {
  @Suite("Private view", .enabled(if: canMakeViews))
  struct ShadowTests {
    private func space(_ ringi: Ringi, _ files: [String: String]) throws -> String {
      let space = try ringi.workspace(agent: "exit 0")
      for (name, text) in files {
        let path = "\(space)/files/\(name)"
        try FileManager.default.createDirectory(
          at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
      }
      return space
    }

    private func script(_ ringi: Ringi, _ text: String) throws -> String {
      let path = "\(ringi.folder.path)/job.sh"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return "sh \(path)"
    }

    private func stop(_ ringi: Ringi) throws {
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try DeskActions(try Desk(mustExist: true)).stopAll()
    }

    @Test("what a program does is prepared; nothing reaches a folder before the review, then all of it does")
    func program() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\nb\n", "gone.txt": "old\n", "sub/moved.txt": "the same words\n"])
      let job = try script(
        ringi,
        """
        echo 'hello from the job'
        sed -i s/b/B/ a.txt; rm gone.txt; mv sub/moved.txt 移動.txt; ln -s /etc/passwd link
        printf '#!/bin/sh\\n' > run.sh; chmod 755 run.sh
        """)
      let started = try ringi("run", "--agent", job, "--detach", space)
      #expect(started.code == 0, "\(started.error)")
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("the program has ended") { $0.run?.state == .review }
      #expect(sitting.text.contains("enforced on an overlay, local"))
      let list = try ringi("list", "1").output
      for line in [
        "B  prepared  file.edit  a.txt", "W  waiting  file.delete  gone.txt", "B  prepared  file.rename  sub/moved.txt",
        "B  prepared  file.create  run.sh", "F  refused  file.unfit  link",
      ] { #expect(list.contains(line), "\(line)\n\(list)") }
      #expect(try ringi("show", "1.4").output.contains("rwxr-xr-x"))
      #expect(try String(contentsOfFile: "\(space)/files/a.txt", encoding: .utf8) == "a\nb\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(space)/files").sorted() == ["a.txt", "gone.txt", "sub"])
      try sitting.press("b")
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("the files are in place") { $0.preparedIDs.isEmpty && $0.run?.counts.done == 3 }
      try sitting.decide("a")
      try sitting.until("the run is over") { $0.run?.state == .finished }
      #expect(try String(contentsOfFile: "\(space)/files/a.txt", encoding: .utf8) == "a\nB\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(space)/files").sorted() == [
          "a.txt", "run.sh", "sub", "移動.txt",
        ])
      #expect(FileManager.default.isExecutableFile(atPath: "\(space)/files/run.sh"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(ringi.desk)/shadow").isEmpty, "the view is gone")
      #expect(try ringi("audit", "log", "hello").output.contains("hello from the job"))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test(
      "the work is seen while it goes on; what the program changes again is one step, what it takes back is withdrawn")
    func live() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\n"])
      let job = try script(
        ringi,
        """
        echo one > out.txt; echo two > never.txt
        while [ ! -e /tmp/x ] && [ ! -e go ]; do read -t 1 line < /dev/null; sleep 0.05; [ "$(wc -c < a.txt)" = 2 ] || break
          n=$((n+1)); [ $n -lt 60 ] || break; done
        echo more >> out.txt; rm never.txt
        """)
      _ = try ringi("run", "--agent", job, "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("both are prepared while it runs") { $0.run?.state == .live && $0.preparedIDs.count == 2 }
      // Kept meanwhile, they are put in place only when the program has ended.
      try sitting.until("it has ended") { $0.run?.state == .review }
      #expect(sitting.model.prepared.map(\.target) == ["out.txt"])
      #expect(sitting.model.steps.values.contains { $0.target == "never.txt" && $0.state == .withdrawn })
      #expect(try ringi("show", "1.\(sitting.model.prepared[0].number)").output.contains("more"))
      try stop(ringi)
    }

    @Test("a file that a person changes while the program runs is a clash, and not kept in bulk")
    func overtaken() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\n", "b.txt": "b\n"])
      let job = try script(
        ringi, "echo mine >> a.txt; echo mine >> b.txt; n=0; while [ $n -lt 30 ]; do sleep 0.05; n=$((n+1)); done")
      _ = try ringi("run", "--agent", job, "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("it runs") { $0.run?.state == .live }
      try "theirs\n".write(toFile: "\(space)/files/a.txt", atomically: false, encoding: .utf8)
      try sitting.until("it has ended") { $0.run?.state == .review }
      try sitting.press("b")
      try sitting.until("the clash is known") { $0.prepared.contains { $0.isClash } }
      #expect(sitting.model.prepared.first { $0.isClash }?.target == "a.txt")
      try sitting.decide("A")
      try sitting.decide("a")
      #expect(sitting.model.prepared.first { $0.isClash }?.mark == .undecided)
      try stop(ringi)
    }

    @Test("a host that is killed takes its program with it, and what was done by then is still there to review")
    func killed() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\n", "old.txt": "a file that moves\n"])
      let job = try script(ringi, "echo work > early.txt; mv old.txt new.txt; echo ready; sleep 600")
      _ = try ringi("run", "--agent", job, "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("the program has said it") { $0.trail.contains { $0.note == "ready" } }
      try sitting.until("it is prepared as it goes") { $0.preparedIDs.count == 2 }
      let host = try #require(hosts(ringi.desk).first)
      kill(host, SIGKILL)
      // Whoever looks at the run next starts a performer for it.
      _ = try ringi("console")
      try sitting.until("its work is prepared by another performer") {
        $0.preparedIDs.count == 2 && $0.run?.state == .review
      }
      #expect(Set(sitting.model.prepared.map(\.targetInLists)) == ["early.txt", "old.txt → new.txt"])
      #expect(sitting.model.run?.counts.refused == 0, "what is prepared is not in its own way")
      #expect(!programs().contains { $0.line.contains("sleep 600") && $0.line.contains(ringi.folder.path) })
      #expect(try String(contentsOfFile: "\(space)/files/a.txt", encoding: .utf8) == "a\n")
    }

    @Test("a run that waits for its review is closed with its host, once")
    func closed() throws {
      let ringi = try Ringi()
      let space = try space(ringi, [:])
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try ringi("run", "--agent", try script(ringi, "echo work > new.txt; exit 1"), "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("it waits for its review") { $0.preparedIDs.count == 1 && $0.run?.state == .review }
      #expect(!hosts(ringi.desk).isEmpty)
      let actions = DeskActions(try Desk(mustExist: true))
      try actions.close(RunID(1))
      #expect(try actions.store.run(RunID(1))?.state == .closed && RunLock.isFree(ringi.desk, RunID(1)))
      #expect(!FileManager.default.fileExists(atPath: "\(space)/files/new.txt"))
      #expect(throws: RuntimeFault.self, "over is over") { try actions.close(RunID(1)) }
    }

    @Test("empty folders are steps; one that is still in use stays in the review until it is empty")
    func folders() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["sub/f.txt": "f\n", "alt/g.txt": "g g g\n"])
      let job = try script(ringi, "mkdir empty full; echo x > full/x; rm -r sub; mv alt/g.txt full/h.txt; rmdir alt")
      _ = try ringi("run", "--agent", job, "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("the program has ended") { $0.run?.state == .review }
      let list = try ringi("list", "1").output
      for line in [
        "B  prepared  folder.make  empty", "B  prepared  file.create  full/x", "W  waiting  file.delete  sub/f.txt",
        "B  prepared  folder.remove  sub", "B  prepared  folder.remove  alt",
        "B  prepared  file.rename  alt/g.txt → full/h.txt",
      ] { #expect(list.contains(line), "\(line)\n\(list)") }
      #expect(!list.contains("folder.make  full"), "a folder with something in it comes with that")
      try sitting.press("b")
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("it is in place") { $0.preparedIDs.count == 1 && $0.run?.counts.done == 4 }
      #expect(
        try FileManager.default.subpathsOfDirectory(atPath: "\(space)/files").sorted() == [
          "empty", "full", "full/h.txt", "full/x", "sub", "sub/f.txt",
        ])
      let removal = try #require(sitting.model.steps.values.first { $0.kind == .folderRemove && $0.target == "sub" })
      #expect(removal.state == .staged && removal.reason.contains("something is still in it"))
      // Once the file in it is gone, the folder can go.
      try sitting.press("1")
      while sitting.model.selected?.kind != .fileDelete { try sitting.press("n") }
      try sitting.decide("a")
      try sitting.until("the file is gone") { $0.run?.counts.done == 5 }
      try sitting.press("b")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("the folder is gone") { $0.run?.state == .finished }
      #expect(!FileManager.default.fileExists(atPath: "\(space)/files/sub"))
      try stop(ringi)
    }

    @Test("where another owner’s file lies in a folder, the view is a copy, and says so", .enabled(if: getuid() == 0))
    func copied() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\n", "b.txt": "b\n"])
      chown("\(space)/files/b.txt", 0, 12_345)
      _ = try ringi("run", "--agent", try script(ringi, "echo x >> a.txt; mv b.txt c.txt"), "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("the program has ended") { $0.run?.state == .review }
      #expect(sitting.text.contains("enforced on a copy, local"))
      #expect(sitting.model.prepared.map(\.targetInLists).sorted() == ["a.txt", "b.txt → c.txt"])
      #expect(try String(contentsOfFile: "\(space)/files/a.txt", encoding: .utf8) == "a\n")
      try stop(ringi)
    }

    @Test("a paused run's program stands still; a stop ends it, and what it had done is there for review")
    func paused() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\n"])
      let job = try script(ringi, "n=0; while [ $n -lt 6000 ]; do echo $n > n.txt; n=$((n+1)); sleep 0.01; done")
      _ = try ringi("run", "--agent", job, "--detach", space)
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("it runs") { $0.run?.state == .live }
      let upper = "\(ringi.desk)/shadow/run-1/0/upper/n.txt"
      let desk = try Desk(mustExist: true)
      try desk.store.setPaused(RunID(1), true, by: .person(desk.person))
      Doorbell.ring(desk.directory)
      // Its own state says it: T is stopped by a signal (proc(5)).
      try sitting.until("it stands still") { _ in programs().contains { $0.line.contains("job.sh") && $0.state == "T" }
      }
      try sitting.until("what it wrote is prepared, now that it is quiet") { $0.preparedIDs.count == 1 }
      #expect(FileManager.default.fileExists(atPath: upper))
      try stop(ringi)
      try sitting.until("it is over") { $0.run?.state == .review }
      #expect(!programs().contains { $0.line.contains(ringi.folder.path) && $0.line.contains("job.sh") })
      #expect(sitting.model.prepared.map(\.target) == ["n.txt"])
    }

    @Test(
      "an agent of the registry that speaks nothing runs on a private view, reads and keeps what its entry says, and no more"
    )
    func registered() throws {
      let ringi = try Ringi()
      let space = try space(ringi, ["a.txt": "a\n"])
      let home = ringi.folder.path
      for name in ["conf", "cache", "private"] {
        try FileManager.default.createDirectory(atPath: "\(home)/\(name)", withIntermediateDirectories: true)
        try "in \(name)\n".write(toFile: "\(home)/\(name)/f", atomically: false, encoding: .utf8)
      }
      let job = "\(home)/conf/job.sh"
      try """
      cat \(home)/conf/f \(home)/cache/f \(home)/private/f > seen.txt 2> /dev/null
      echo again >> \(home)/cache/f; echo x > \(home)/conf/g; echo "$1" >> a.txt; exit 0
      """.write(toFile: job, atomically: false, encoding: .utf8)
      try """
      agents:
        tidy:
          command: [sh, \(job), "{goal}"]
          speaks: nothing
          reads: [~/conf]
          keeps: [\(home)/cache]
          model: local
      """.write(toFile: "\(ringi.desk)/desk.yaml", atomically: false, encoding: .utf8)
      let started = try ringi("run", "--agent", "tidy", "--detach", space)
      #expect(started.code == 0, "\(started.error)")
      var sitting = try Sitting(ringi, 120, 36)
      try sitting.until("the program has ended") { $0.run?.state == .review && $0.preparedIDs.count == 2 }
      #expect(sitting.model.run?.agent == "tidy" && sitting.text.contains("enforced on an overlay"))
      let shown = try ringi("show", "1.2").output + ringi("show", "1.1").output
      #expect(shown.contains("in conf") && shown.contains("in cache") && !shown.contains("in private"), "\(shown)")
      #expect(shown.contains("+ work"), "the goal is an argument: \(shown)")
      #expect(try String(contentsOfFile: "\(home)/cache/f", encoding: .utf8) == "in cache\nagain\n")
      #expect(!FileManager.default.fileExists(atPath: "\(home)/conf/g"))
      try "agents:\n  tidy: {command: [sh], speaks: nothing, keeps: [~/space]}\n".write(
        toFile: "\(ringi.desk)/desk.yaml", atomically: false, encoding: .utf8)
      let refused = try ringi("run", "--agent", "tidy", "--detach", space)
      #expect(refused.code != 0 && refused.error.contains("can't keep"), "\(refused.error)")
      try stop(ringi)
    }

    @Test("what a command line can't be is said before anything starts")
    func refusals() throws {
      let ringi = try Ringi()
      let space = try space(ringi, [:])
      for (line, words) in [
        ("cat a | sort", "no shell reads"), ("sh -c 'exit", "ends inside quotes"),
        ("no-such-program x", "`no-such-program` is not a program"), ("no-such-agent", "no agent `no-such"),
      ] {
        let result = try ringi("run", "--agent", line, "--detach", space)
        #expect(result.code == 2 && result.error.contains(words), "\(line): \(result.error)")
      }
      let shown = try ringi("run", "--agent", "cat x", "--show", ringi.desk, "--detach", space)
      #expect(shown.code != 0 && shown.error.contains("can't be shown"), "\(shown.error)")
    }

    private func hosts(_ desk: String) -> [pid_t] {
      processes().filter { $0.line.contains("host 1") && $0.environment.contains("RINGI_DESK=\(desk)") }.map(\.pid)
    }

    private func programs() -> [(line: String, state: String)] {
      processes().map { process in
        let status = (try? String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)) ?? ""
        let state = status.split(separator: "\n").first { $0.hasPrefix("State:") }?.split(separator: "\t").last
        return (process.line, state.map { String($0.prefix(1)) } ?? "")
      }
    }

    private func processes() -> [(pid: pid_t, line: String, environment: String)] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }.map { pid in
        func text(_ name: String) -> String {
          String(decoding: (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/\(name)"))) ?? Data(), as: UTF8.self)
            .replacing("\0", with: " ")
        }
        return (pid, text("cmdline"), text("environ"))
      }
    }

    @Test("an agent that speaks ACP works on a private view: what it writes, with or without asking, is a batch")
    func speaking() throws {
      guard canMakeViews else { return print("skipped: no private views here") }
      let ringi = try Ringi()
      let ask =
        #"{"jsonrpc":"2.0","id":7,"method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"t","kind":"edit","rawInput":{"path":"kept.txt","content":"new"}},"options":[{"optionId":"y","name":"y","kind":"allow_once"},{"optionId":"n","name":"n","kind":"reject_once"}]}}"#
      let script =
        Ringi.speaking(
          [ask], then: "read d; echo \"$d\" > answer.txt; echo new > kept.txt; rm gone.txt; mkdir sub; echo x > sub/a")
        + "\n[ -S /tmp/ringi.sock ] && echo yes > door.txt; ls \"$HOME\" > home.txt 2>/dev/null"
        + "\nprintf '%s\\n' '{\"jsonrpc\":\"2.0\",\"id\":11,\"result\":{\"stopReason\":\"end_turn\"}}'; cat > /dev/null"
      let space = try ringi.workspace(agent: script)
      let files = "\(space)/files"
      try "old\n".write(toFile: "\(files)/kept.txt", atomically: true, encoding: .utf8)
      try "bye\n".write(toFile: "\(files)/gone.txt", atomically: true, encoding: .utf8)
      try "agents:\n  script: {command: [\"\(ringi.folder.path)/agent.sh\"], model: local}\n".write(
        toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
      setenv("RINGI_DESK", ringi.desk, 1)
      #expect(try ringi("run", "--detach", space).code == 0)
      let store = try Desk().store
      for _ in 0..<2_000 {
        guard try store.run(RunID(1))?.state != .review else { break }
        poll(nil, 0, 10)
      }
      #expect(try store.run(RunID(1))?.trust.hasPrefix("asked on an overlay") == true)
      let steps = try store.steps(of: RunID(1), in: StepState.allCases)
      func step(_ target: String) -> StepSummary? { steps.first { $0.target == target } }
      #expect(step("kept.txt")?.kind == .fileEdit && step("kept.txt")?.state == .staged)
      #expect(step("gone.txt")?.kind == .fileDelete && step("gone.txt")?.state == .waiting, "a delete asks by itself")
      #expect(step("sub/a")?.state == .staged && step("door.txt")?.state == .staged, "its way to our tools is there")
      #expect(!steps.contains { $0.isRelayed }, "what it asks of its own view is no question")
      #expect(try Set(FileManager.default.contentsOfDirectory(atPath: files)) == ["kept.txt", "gone.txt"])
      #expect(try String(contentsOfFile: "\(files)/kept.txt", encoding: .utf8) == "old\n")
      let answer = try #require(step("answer.txt"))
      #expect(try ringi("show", "1.\(answer.number)").output.contains(#""optionId":"y""#))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
      try stop(ringi)
    }
  }
}

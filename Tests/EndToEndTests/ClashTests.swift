// What people do to the folders between a program's work and its review, and what an undo finds there.

import ConsoleUI
import Domain
import Foundation
import Glibc
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Clashes", .enabled(if: canMakeViews))
  struct ClashTests {
    let ringi: Ringi
    let space: String
    var files: String { "\(space)/files" }

    init() throws {
      ringi = try Ringi()
      space = try ringi.workspace(agent: "exit 0")
    }

    private func run(_ script: String) throws -> Sitting { try Sitting(ringi, afterRunning: script, in: space) }

    private func actions() throws -> DeskActions {
      setenv("RINGI_DESK", ringi.desk, 1)
      return DeskActions(try Desk(mustExist: true))
    }

    private func put(_ name: String, _ text: String = "words\n") throws {
      try text.write(toFile: "\(files)/\(name)", atomically: false, encoding: .utf8)
    }
    private func text(_ name: String) -> String? { try? String(contentsOfFile: "\(files)/\(name)", encoding: .utf8) }
    private func mode(_ name: String) -> mode_t {
      var status = stat()
      stat("\(files)/\(name)", &status)
      return status.st_mode & 0o7777
    }

    /// Everything that can be kept by `A`, and the review finished.
    private func finish(_ sitting: inout Sitting) throws {
      try sitting.press("b")
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
    }

    private func undo(_ number: Int, _ sitting: inout Sitting) throws -> StepSummary {
      let actions = try actions()
      let step = try #require(try actions.store.step(StepNumber(number), of: RunID(1)))
      let undoing = try actions.undo(step)
      // The run's host does it where it is still there.
      _ = try ringi.approve(actions.desk, undoing)
      try sitting.until("it is undone") { $0.steps[undoing.id]?.state == .done }
      return undoing
    }

    @Test("a folder that went comes back with its files as private as it was, whatever is undone first")
    func privateFolder() throws {
      mkdir("\(files)/priv", 0o700)
      try put("priv/s.txt", "secret\n")
      var sitting = try run("rm -r priv\n")
      let actions = try actions()
      let removal = try #require(sitting.model.steps.values.first { $0.kind == .fileDelete })
      let folder = try #require(sitting.model.steps.values.first { $0.kind == .folderRemove })
      try actions.decide(removal, .approve, painted: "t")
      try sitting.until("the file is gone") { $0.steps[removal.id]?.state == .done }
      try finish(&sitting)
      try sitting.until("so is its folder") { $0.steps[folder.id]?.state == .done }
      _ = try undo(removal.number.value, &sitting)
      #expect(text("priv/s.txt") == "secret\n" && mode("priv") == 0o700)
      #expect(throws: RuntimeFault.self) { _ = try actions.undo(folder) }
      // Opened meanwhile by hand, the undo of its removal closes it again.
      chmod("\(files)/priv", 0o755)
      let again = try undo(folder.number.value, &sitting)
      #expect(again.kind == .folderMode && mode("priv") == 0o700)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test(
      "a change that was left out stays out beside what somebody else did; where it can’t be told apart, that is said")
    func leftOut() throws {
      func lines(_ one: String, _ two: String, _ three: String) -> String {
        "\(one)\nb\nc\nd\n\(two)\nf\ng\nh\n\(three)\n"
      }
      try put("a.txt", lines("a", "e", "i"))
      let sitting = try run("printf 'A\\nb\\nc\\nd\\nE\\nf\\ng\\nh\\nI\\n' > a.txt\n")
      let actions = try actions()
      var step = try #require(sitting.model.prepared.first)
      try actions.mark(step, .keep, discarding: [1], painted: "t")
      try put("a.txt", lines("by hand", "e", "i"))
      #expect(try actions.checkPrepared(step.run) == 1)
      step = try #require(try actions.store.step(step.id))
      #expect(step.isClash && step.mark == .undecided && step.discardedChanges == [1])
      #expect(try ringi("show", "1.\(step.number)").output.contains("── change 2 of 3, left out"))
      // Now it is another change: what it replaces has gone.
      try put("a.txt", lines("by hand", "e by hand", "i"))
      #expect(try actions.checkPrepared(step.run) == 1)
      step = try #require(try actions.store.step(step.id))
      #expect(step.discardedChanges.isEmpty && step.reach.warnings.contains(Clash.takenIn(1)))
    }

    @Test("a review is finished with the marks that were listed, or not at all")
    func listedMarks() throws {
      let sitting = try run("echo a > a.txt; echo b > b.txt\n")
      let actions = try actions()
      let prepared = sitting.model.prepared
      try actions.markAll(prepared, .keep, painted: "t")
      let listed = try actions.store.steps(of: RunID(1), in: [.staged])
      try actions.mark(prepared[0], .discard, discarding: [], reason: "not mine", painted: "t")
      let fault = #expect(throws: RuntimeFault.self) { _ = try actions.finishReview(RunID(1), listed: listed) }
      #expect(fault?.code == .refused && text("a.txt") == nil && text("b.txt") == nil)
      let now = try actions.store.steps(of: RunID(1), in: [.staged])
      #expect(try actions.finishReview(RunID(1), listed: now) == (1, 1))
    }

    @Test("a renamed file that somebody edited keeps their words, is shown, and is never kept in bulk")
    func renamed() throws {
      try put("a.txt", "one\ntwo\n")
      var sitting = try run("mv a.txt b.txt; echo new > c.txt\n")
      try put("a.txt", "one\nTWO by hand\n")
      try finish(&sitting)
      try sitting.until("the rest is in place") { $0.run?.counts.done == 1 }
      let step = try #require(sitting.model.prepared.first)
      #expect(step.isClash && text("a.txt") == "one\nTWO by hand\n" && text("b.txt") == nil)
      #expect(try ringi("show", "1.\(step.number)").output.contains("TWO by hand"))
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("it is moved as it is now") { $0.run?.state == .finished }
      #expect(text("b.txt") == "one\nTWO by hand\n" && text("a.txt") == nil)
    }

    @Test("what is in the way of one result is told on that one, and holds back no other")
    func inTheWay() throws {
      try put("a.txt")
      var sitting = try run("mv a.txt b.txt; mkdir made; echo x > made/in.txt; echo new > c.txt\n")
      try put("b.txt", "by hand\n")
      try put("made", "a file by hand\n")
      try finish(&sitting)
      try sitting.until("the rest is in place") { $0.run?.counts.done == 1 }
      #expect(text("c.txt") == "new\n" && text("b.txt") == "by hand\n" && text("made") == "a file by hand\n")
      #expect(sitting.model.prepared.count == 2 && sitting.model.prepared.allSatisfy(\.isClash))
      let actions = try actions()
      for step in sitting.model.prepared {
        let shown = try ringi("show", "1.\(step.number)").output
        #expect(shown.contains("it can’t be put in place as things are: `"), "\(shown)")
        try actions.mark(step, .keep, discarding: [], painted: "t")
        let fault = #expect(throws: RuntimeFault.self) { _ = try actions.finishReview(RunID(1)) }
        #expect(fault?.sentence.contains("#\(step.number) can’t be put in place") == true, "\(fault?.sentence ?? "")")
        try actions.mark(step, .undecided, discarding: [], painted: "t")
      }
      // Moved away, they are results like any other.
      unlink("\(files)/b.txt")
      unlink("\(files)/made")
      try actions.checkPrepared(RunID(1))
      try sitting.until("nothing is in the way") { !$0.prepared.contains(where: \.isClash) }
      try sitting.decide("A")
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("all is in place") { $0.run?.state == .finished }
      #expect(text("b.txt") == "words\n" && text("made/in.txt") == "x\n")
    }

    @Test("other permissions by the program and other words by a person are both kept")
    func merged() throws {
      try put("a.txt", "one\n")
      var sitting = try run("chmod 600 a.txt\n")
      try put("a.txt", "by hand\n")
      try sitting.press("b")
      try sitting.until("it is told") { $0.prepared.contains(where: \.isClash) }
      try sitting.decide("a")
      try sitting.press(.enter)
      try sitting.decide("a")
      try sitting.until("it is done") { $0.run?.state == .finished }
      #expect(text("a.txt") == "by hand\n" && mode("a.txt") == 0o600)
    }

    @Test("a private file that somebody removed comes back as private; one that was put back is no clash any more")
    func removed() throws {
      try put("a.txt", "one\n")
      try put("b.txt", "one\n")
      for name in ["a.txt", "b.txt"] { chmod("\(files)/\(name)", 0o600) }
      var sitting = try run("echo two >> a.txt; echo two >> b.txt\n")
      unlink("\(files)/a.txt")
      rename("\(files)/b.txt", "\(files)/away")
      let actions = try actions()
      #expect(try actions.checkPrepared(RunID(1)) == 2)
      rename("\(files)/away", "\(files)/b.txt")
      try actions.checkPrepared(RunID(1))
      try sitting.until("one is a clash") { $0.prepared.filter(\.isClash).map(\.target) == ["a.txt"] }
      #expect(try ringi("show", "1.1").output.contains("keeping this brings it back"))
      #expect(try !ringi("show", "1.2").output.contains("somebody"))
      for step in sitting.model.prepared { try actions.mark(step, .keep, discarding: [], painted: "t") }
      _ = try actions.finishReview(RunID(1))
      try sitting.until("both are in place") { $0.run?.state == .finished }
      #expect(text("a.txt") == "one\ntwo\n" && mode("a.txt") == 0o600 && mode("b.txt") == 0o600)
    }

    @Test("a file is not put into a folder that is not kept, nor into another in place of one that went")
    func folderOfFile() throws {
      mkdir("\(files)/priv", 0o700)
      var sitting = try run("mkdir -m 700 own; echo x > own/in.txt; echo x > priv/new.txt\n")
      let actions = try actions()
      for step in sitting.model.prepared where step.kind == .fileCreate {
        try actions.mark(step, .keep, discarding: [], painted: "t")
      }
      let fault = #expect(throws: RuntimeFault.self) { _ = try actions.finishReview(RunID(1)) }
      #expect(fault?.sentence.contains("lies in `own`, which is #1 and not kept") == true, "\(fault?.sentence ?? "")")
      rename("\(files)/priv", "\(ringi.folder.path)/priv")
      #expect(try actions.checkPrepared(RunID(1)) == 1)
      try sitting.until("it is told") { $0.prepared.contains { $0.isClash && $0.target == "priv/new.txt" } }
      rename("\(ringi.folder.path)/priv", "\(files)/priv")
      try actions.checkPrepared(RunID(1))
      for step in try actions.store.steps(of: RunID(1), in: [.staged]) {
        try actions.mark(step, .keep, discarding: [], painted: "t")
      }
      _ = try actions.finishReview(RunID(1))
      try sitting.until("all is in place") { $0.run?.state == .finished }
      #expect(mode("own") == 0o700 && mode("priv") == 0o700 && text("priv/new.txt") == "x\n")
    }

    @Test("a file that gives way to a folder says so, and the folder waits for it")
    func fileToFolder() throws {
      try put("x", "old\n")
      var sitting = try run("rm x; mkdir x; echo in > x/in.txt\n")
      let removal = try #require(sitting.model.waiting.first)
      #expect(
        removal.kind == .fileDelete && removal.reach.warnings.first?.contains("`x/in.txt` takes its place") == true)
      #expect(sitting.model.prepared.map(\.target) == ["x/in.txt"])
      let actions = try actions()
      try actions.mark(sitting.model.prepared[0], .keep, discarding: [], painted: "t")
      #expect(throws: RuntimeFault.self) { _ = try actions.finishReview(RunID(1)) }
      try actions.decide(removal, .approve, painted: "t")
      try sitting.until("the file is gone") { $0.steps[removal.id]?.state == .done }
      _ = try actions.finishReview(RunID(1))
      try sitting.until("the folder is there") { $0.run?.state == .finished }
      #expect(text("x/in.txt") == "in\n")
    }

    @Test("a file in the place of a folder comes when the folder has gone, and only then; undone one after the other")
    func folderToFile() throws {
      mkdir("\(files)/dir", 0o750)
      try put("dir/a.txt", "a\n")
      var sitting = try run("rm -r dir; echo now a file > dir\n")
      let actions = try actions()
      let made = try #require(sitting.model.prepared.first { $0.kind == .fileCreate })
      let folder = try #require(sitting.model.prepared.first { $0.kind == .folderRemove })
      #expect(made.target == "dir" && made.reach.warnings == [StepMaker.inPlaceOfFolder])
      func finish() throws -> String {
        for step in [made, folder] {
          let now = try #require(try actions.store.step(step.id))
          try actions.mark(now, .keep, discarding: [], painted: "t")
        }
        do {
          _ = try actions.finishReview(RunID(1))
          return ""
        } catch { return error.sentence }
      }
      #expect(try finish().contains("`dir/a.txt` is in the folder whose place it takes"))
      // The folder that stays is in the way.
      try actions.mark(try #require(try actions.store.step(folder.id)), .undecided, discarding: [], painted: "t")
      #expect(throws: RuntimeFault.self) { _ = try actions.finishReview(RunID(1)) }
      try actions.decide(try #require(sitting.model.waiting.first), .approve, painted: "t")
      try sitting.until("the file in it is gone") { $0.waiting.isEmpty && access("\(files)/dir/a.txt", F_OK) != 0 }
      #expect(try finish() == "")
      try sitting.until("the file is there") { $0.run?.state == .finished }
      #expect(text("dir") == "now a file\n")
      for step in [made, folder] {
        let undo = try actions.undo(try #require(try actions.store.step(step.id)))
        #expect(try ringi.approve(try Desk(mustExist: true), undo).state == .done)
      }
      #expect(mode("dir") == 0o750)
      #expect(try ringi("audit", "verify").code == 0)
    }

    @Test("of files with the same bytes the one that was moved is called renamed")
    func pairs() throws {
      mkdir("\(files)/old", 0o755)
      for (index, name) in ["old/a.txt", "old/b.txt"].enumerated() {
        try put(name, "same\n")
        let time = timeval(tv_sec: 1_000_000_000 + index, tv_usec: 0)
        utimes("\(files)/\(name)", [time, time])
      }
      let sitting = try run(
        "mv old/b.txt moved.txt; rm old/a.txt; echo same > fresh.txt; touch -d 2020-01-01 fresh.txt\n")
      let renames = sitting.model.steps.values.filter { $0.kind == .fileRename }.map {
        "\($0.target) \($0.reach.becomes)"
      }
      #expect(renames.contains("old/b.txt moved.txt"), "\(renames)")
    }

    @Test("folders made for a rename or for each other go with the undo; one with something in it says so at once")
    func folders() throws {
      try put("a.txt")
      var sitting = try run("mkdir -p new/er; mv a.txt new/er/b.txt; mkdir -p deep/deeper/deepest\n")
      try finish(&sitting)
      try sitting.until("all is in place") { $0.run?.state == .finished }
      let steps = sitting.model.steps.values
      let rename = try #require(steps.first { $0.kind == .fileRename })
      let folder = try #require(steps.first { $0.kind == .folderMake })
      try put("deep/deeper/deepest/mine.txt")
      let actions = try actions()
      let fault = #expect(throws: RuntimeFault.self) { _ = try actions.undo(folder) }
      #expect(fault?.sentence.contains("deepest/mine.txt` is in") == true, "\(fault?.sentence ?? "")")
      unlink("\(files)/deep/deeper/deepest/mine.txt")
      _ = try undo(folder.number.value, &sitting)
      _ = try undo(rename.number.value, &sitting)
      #expect(try FileManager.default.contentsOfDirectory(atPath: files) == ["a.txt"])
    }
  }
}

// Programs that ask before they act: the README's own examples, and a caller that comes back for its answer.

import Domain
import Foundation
import GateKeeper
import Glibc
import Storage
import TestKit
import Testing
import Wire

@testable import Runtime

extension SessionTests {
  @Suite("Proposals of any program")
  struct ProposeTests {
    let ringi: Ringi
    var project: String { "\(ringi.folder.path)/project" }
    var victim: String { "\(project)/old.txt" }

    init() throws {
      ringi = try Ringi()
      mkdir("\(ringi.folder.path)/project", 0o755)
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
      try "old\n".write(toFile: "\(ringi.folder.path)/project/old.txt", atomically: false, encoding: .utf8)
    }

    private func actions() throws -> DeskActions { DeskActions(try Desk(mustExist: true)) }

    private func waiting() throws -> StepSummary {
      let store = try actions().store
      for _ in 0..<600 {
        for run in try store.runs() { if let step = try store.steps(of: run.id, in: [.waiting]).first { return step } }
        poll(nil, 0, 10)
      }
      Issue.record("nothing ever waited")
      throw CancellationError()
    }

    /// A code block of the README, by its language and how it begins.
    private func example(_ language: String, _ start: String) throws -> String {
      let readme = try String(contentsOf: Project.root.appending(path: "README.md"), encoding: .utf8)
      let block = readme.components(separatedBy: "```\(language)\n").dropFirst().first { $0.hasPrefix(start) }
      return try #require(block?.components(separatedBy: "```").first)
    }

    private func start(_ program: String, _ arguments: [String], input: String = "") throws -> (Process, Pipe) {
      let process = Process()
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
      process.currentDirectoryURL = URL(filePath: project)
      let own = URL(filePath: Ringi.program).deletingLastPathComponent().path
      process.environment = [
        "RINGI_DESK": ringi.desk, "PATH": "\(own):/usr/local/bin:/usr/bin:/bin", "HOME": ringi.folder.path,
      ]
      let (output, stdin) = (Pipe(), Pipe())
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      process.standardInput = stdin
      try process.run()
      try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try stdin.fileHandleForWriting.close()
      return (process, output)
    }

    private func propose(_ json: String, _ options: String...) throws -> (answer: JSON, code: Int32) {
      let (process, output) = try start(Ringi.program, ["propose"] + options, input: json)
      let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
      process.waitUntilExit()
      return ((try? JSONReader.read(bytes)) ?? .null, process.terminationStatus)
    }

    @Test("what waits longer than its rule says is a no: for who asks, who decides late and who only looks")
    func expires() throws {
      try "rules:\n  - {action: file.delete, level: watched, expires: 1s}\n".write(
        toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      for name in ["a.txt", "b.txt"] {
        try "x".write(toFile: "\(project)/\(name)", atomically: true, encoding: .utf8)
      }
      func delete(_ name: String) -> String {
        #"{"session":"e","action":"file_delete","arguments":{"path":"\#(name)"}}"#
      }
      let asked = try propose(delete("a.txt"), "--wait", "20")
      #expect(asked.code == 1 && asked.answer["state"]?.string == "expired", "\(asked)")
      #expect(asked.answer["reason"]?.string?.contains("nobody decided it in 1 s") == true, "\(asked)")
      #expect(try propose(delete("b.txt"), "--no-wait").code == 4)
      let actions = DeskActions(try Desk(mustExist: true))
      let late = try #require(try actions.store.step(StepNumber(2), of: RunID(1)))
      while late.expiresAt ?? .init(milliseconds: 0) > actions.store.clock.wall() { poll(nil, 0, 20) }
      #expect(throws: RuntimeFault.self) { try actions.decide(late, .approve, painted: "t") }
      #expect(try actions.store.step(late.id)?.state == .expired)
      #expect(try propose(delete("b.txt"), "--no-wait").code == 4, "asked again it is another")
      let again = try #require(try actions.store.step(StepNumber(3), of: RunID(1)))
      while again.expiresAt ?? .init(milliseconds: 0) > actions.store.clock.wall() { poll(nil, 0, 20) }
      #expect(try ringi("list", "1").output.contains("expired  file.delete  b.txt"))
      #expect(try actions.store.step(again.id)?.state == .expired, "looking is enough")
    }

    @Test("what can't be done is a no with its reason, and stands on the trail")
    func unfit() throws {
      let asked = try propose(#"{"action":"file_edit","arguments":{"path":"none.txt","old":"a","new":"b"}}"#)
      #expect(asked.code == 1 && asked.answer["reason"]?.string == "this can't be done: `none.txt` does not exist")
      #expect(try ringi("audit", "log").output.contains("nothing was proposed: `none.txt` does not exist"))
    }

    @Test("the README's programs delete a file only after a yes", arguments: ["python", "sh"], [true, false])
    func examples(language: String, isYes: Bool) throws {
      let text = try example(language, language == "sh" ? "printf" : "import json")
      let script = "\(ringi.folder.path)/tidy"
      try text.write(toFile: script, atomically: true, encoding: .utf8)
      let program = language == "sh" ? "/bin/sh" : "/usr/bin/python3"
      guard access(program, X_OK) == 0 else { return print("skipped: no \(program)") }
      let (process, output) = try start(program, [script, victim])
      let step = try waiting()
      #expect(step.kind == .fileDelete && step.isRelayed && step.claims.reason == "nobody needs it")
      try actions().decide(step, isYes ? .approve : .reject(code: "typed", reason: "keep it"), painted: "t")
      _ = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(FileManager.default.fileExists(atPath: victim) == !isYes)
      #expect(try actions().store.runs().first?.grade == .asked)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("who does not wait comes back for the answer, which counts once")
    func polling() throws {
      let json = #"{"session":"s","action":"file_delete","arguments":{"path":"\#(victim)"}}"#
      let first = try propose(json, "--no-wait")
      #expect(first.code == 4 && first.answer["decision"]?.string == "waiting")
      let step = try waiting()
      #expect(first.answer["step"]?.string == "\(step.run).\(step.number)")
      // Nobody of it is there now, and it goes on waiting.
      _ = try ringi("list")
      try actions().decide(step, .approve, painted: "t")
      #expect(try ringi("status", "\(step.run).\(step.number)").output.contains(#""state":"approved""#))
      let second = try propose(json, "--no-wait")
      #expect(second.code == 0 && second.answer["decision"]?.string == "allow")
      #expect(try propose(json, "--no-wait").answer["decision"]?.string == "waiting", "the yes was used")
      #expect(FileManager.default.fileExists(atPath: victim), "Ringi itself does nothing")
    }

    @Test("a yes to a file that somebody changed since is no yes: the same deed waits again, another takes its place")
    func outdated() throws {
      func ask(_ action: String, _ rest: String) throws -> JSON {
        let json = #"{"session":"s","action":"\#(action)","arguments":{"path":"old.txt"\#(rest)}}"#
        return try propose(json, "--no-wait").answer
      }
      func change(_ text: String) throws { try text.write(toFile: victim, atomically: true, encoding: .utf8) }
      let whole = #","text":"new\n""#
      #expect(try ask("file_write", whole)["state"]?.string == "waiting")
      try actions().decide(try waiting(), .approve, painted: "t")
      try change("old\nand more\n")
      let again = try ask("file_write", whole)
      #expect(again["step"]?.string == "1.1" && again["state"]?.string == "waiting", "\(again)")
      #expect(try ringi("show", "1.1").output.contains("somebody changed it since it was shown"))
      try actions().decide(try waiting(), .approve, painted: "t")
      #expect(try ask("file_write", whole)["decision"]?.string == "allow")

      let part = #","old":"old","new":"older""#
      #expect(try ask("file_edit", part)["step"]?.string == "1.2")
      try actions().decide(try waiting(), .approve, painted: "t")
      try change("old\nand something else\n")
      #expect(try ask("file_edit", part)["step"]?.string == "1.3")
      let first = try #require(try actions().store.step(StepNumber(2), of: RunID(1)))
      #expect(first.state == .withdrawn && first.reason.contains("has changed since this was approved"))
    }

    @Test("an approval is held for programs that ask, too, and can be taken back until then")
    func held() throws {
      try
        "rules:\n  - {action: file.delete, level: watched, hold: 1s}\n  - {action: file.edit, level: watched, hold: 1h}\n"
        .write(toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      let delete = #"{"session":"h","action":"file_delete","arguments":{"path":"old.txt"}}"#
      #expect(try propose(delete, "--no-wait").code == 4)
      let step = try waiting()
      try actions().decide(step, .approve, painted: "t")
      let due = try #require(try actions().store.step(step.id)?.dueAt)
      let asked = try propose(delete, "--wait", "20")
      #expect(try asked.code == 0 && due <= actions().store.clock.wall(), "\(asked)")
      let edit = #"{"session":"h","action":"file_write","arguments":{"path":"old.txt","text":"n"}}"#
      #expect(try propose(edit, "--no-wait").code == 4)
      let other = try waiting()
      try actions().decide(other, .approve, painted: "t")
      let early = try propose(edit, "--no-wait").answer
      #expect(early["state"]?.string == "approved" && early["decision"]?.string != "allow", "\(early)")
      try actions().takeBack(try #require(try actions().store.step(other.id)))
      let again = try propose(edit, "--no-wait").answer
      #expect(again["state"]?.string == "waiting" && again["decidedBy"] == nil, "\(again)")
    }

    @Test("paths are seen from the program’s own folder; a session of another place is refused")
    func places() throws {
      let (one, two) = (try ringi.workspace(agent: "true"), "\(ringi.folder.path)/two")
      for folder in ["\(one)/files/sub", "\(two)/files"] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      for path in ["\(one)/files/x.txt", "\(one)/files/sub/x.txt", "\(two)/files/x.txt"] {
        try path.write(toFile: path, atomically: true, encoding: .utf8)
      }
      try FileManager.default.copyItem(atPath: "\(one)/workspace.yaml", toPath: "\(two)/workspace.yaml")
      func ask(_ folder: String, _ space: String) throws -> Int32 {
        let json =
          #"{"session":"tidy","directory":"\#(folder)","action":"file_delete","arguments":{"path":"x.txt"}}"#
        return try propose(json, "--no-wait", "--workspace", space).code
      }
      #expect(try ask("\(one)/files/sub", one) == 4)
      #expect(try waiting().target == "sub/x.txt")
      #expect(try ask("\(two)/files", two) == 2)
      #expect(try actions().store.runs().count == 1)
    }

    @Test("a yes to one deed is none to another on the same target, and its name is seen")
    func deeds() throws {
      func ask(_ deed: String) -> String {
        #"{"session":"s","action":"propose","arguments":{"action_kind":"\#(deed)","target":"users","payload":{"db":"prod"}}}"#
      }
      #expect(try propose(ask("table.count"), "--no-wait").code == 4)
      let step = try waiting()
      #expect(step.target == "table.count users")
      #expect(try ringi("show", "\(step.run).\(step.number)").output.contains("wants to do: table.count"))
      try actions().decide(step, .approve, painted: "t")
      let drop = try propose(ask("table.drop"), "--no-wait")
      #expect(drop.code == 4 && drop.answer["step"]?.string != "\(step.run).\(step.number)")
      #expect(try propose(ask("table.count"), "--no-wait").code == 0)
      try "rules: [{action: other, target: \"table.drop *\", level: forbidden, why: never that}]\n".write(
        toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      let third = try propose(ask("table.drop").replacing("users", with: "orders"), "--no-wait")
      #expect(third.code == 1 && third.answer["reason"]?.string?.contains("never that") == true)
      #expect(try ringi("audit", "log", "table.drop").output.contains("table.drop users"))
    }

    @Test("who would not be there for the answer is told so at once")
    func nobodyComesBack() throws {
      let json = #"{"action":"file_delete","arguments":{"path":"\#(victim)"}}"#
      #expect(try propose(json, "--no-wait").code == 2)
      #expect(try actions().store.runs().isEmpty)
    }

    @Test(
      "what can't be read proposes nothing and is no yes",
      arguments: [
        "", "{", "[]", #"{"action":"file_delete"}"#, #"{"action":"plan","arguments":{}}"#,
        #"{"action":"file_delete","arguments":{"path":7}}"#, #"{"action":"file_delete","arguments":{},"x":1}"#,
        #"{"action":"no_such","arguments":{}}"#, #"{"directory":"x","action":"chat_post","arguments":{}}"#,
      ])
    func odd(json: String) throws {
      let result = try propose(json)
      #expect(result.code == 2 && result.answer == .null)
      #expect(try actions().store.runs().isEmpty)
    }

    @Test("the published schema names every action with its arguments")
    func schema() throws {
      let schema = try JSONReader.read(Array(try ringi("propose", "--schema").output.utf8))
      let actions = try #require(schema["properties"]?["action"]?["enum"]?.array)
      #expect(["file_delete", "mail_send", "file_write", "file_edit"].allSatisfy { actions.contains(.string($0)) })
      #expect(!actions.contains("plan"))
      #expect(schema["allOf"]?.array?.count == actions.count)
    }
  }
}

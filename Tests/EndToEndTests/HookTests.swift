// Claude Code's hook as a process: an event on stdin, one JSON object on stdout. What an agent takes for a yes is only a
// yes that is on the record.

import Domain
import Foundation
import GateKeeper
import Glibc
import SQLite
import Storage
import TestKit
import Testing
import Wire

@testable import Runtime

extension Ringi {
  struct HookResult {
    let code: Int32
    /// nil where stdout is anything else than one JSON object and a line end.
    let object: JSON?
    let error: String
    var decision: String { object?["hookSpecificOutput"]?["permissionDecision"]?.string ?? "" }
    var reason: String { object?["hookSpecificOutput"]?["permissionDecisionReason"]?.string ?? "" }
  }

  /// A running hook.
  final class Hook {
    let process = Process()
    private let (input, output, error) = (Pipe(), Pipe(), Pipe())

    init(_ ringi: Ringi, _ event: String, _ arguments: [String], desk: String? = nil) throws {
      process.executableURL = URL(filePath: Ringi.program)
      process.arguments = ["hook", "claude-code"] + arguments
      process.environment = [
        "RINGI_DESK": desk ?? ringi.desk, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": ringi.folder.path,
        "RINGI_SHARE": Project.root.path,
      ]
      (process.standardInput, process.standardOutput, process.standardError) = (input, output, error)
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(event.utf8))
      try input.fileHandleForWriting.close()
    }

    var isAlive: Bool {
      let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
      return text.split(separator: ")").last.map { !$0.hasPrefix(" Z") } ?? false
    }

    func end() -> HookResult {
      let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
      let words = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      let object = bytes.last == 10 ? try? JSONReader.read(Array(bytes.dropLast())) : nil
      return HookResult(code: process.terminationStatus, object: object?.members == nil ? nil : object, error: words)
    }
  }

  func callAsFunction(_ verb: String, _ step: String, _ rest: [String]) throws -> Result {
    switch rest.count {
    case 0: try self(verb, step)
    case 1: try self(verb, step, rest[0])
    default: try self(verb, step, rest[0], rest[1])
    }
  }

  func hook(_ event: String, _ arguments: String..., desk: String? = nil) throws -> HookResult {
    try Hook(self, event, arguments, desk: desk).end()
  }
}

extension SessionTests {
  @Suite("Claude Code's hook")
  struct HookTests {
    let ringi: Ringi
    var project: String { "\(ringi.folder.path)/project" }

    init() throws {
      ringi = try Ringi()
      mkdir(project, 0o755)
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
    }

    private func event(_ name: String, _ more: String = "", session: String = "s1") -> String {
      #"{"session_id":"\#(session)","cwd":"\#(project)","hook_event_name":"\#(name)"\#(more.isEmpty ? "" : ",")\#(more)}"#
    }

    private func call(_ tool: String, _ input: String, id: String = "t1", name: String = "PreToolUse") -> String {
      let more = #""tool_name":"\#(tool)","tool_input":\#(input)"#
      return event(name, name == "PreToolUse" ? "\(more),\"tool_use_id\":\"\(id)\"" : more)
    }

    private func write(_ text: String = "x", _ file: String = "a.txt", id: String = "t1") -> String {
      call("Write", #"{"file_path":"\#(project)/\#(file)","content":"\#(text)"}"#, id: id)
    }

    private func actions() throws -> DeskActions { DeskActions(try Desk(mustExist: true)) }

    private func step(_ number: Int) throws -> StepSummary {
      try #require(try actions().store.step(StepNumber(number), of: RunID(1)))
    }

    /// Waits until a step is there and waits.
    private func waiting(_ number: Int) throws -> StepSummary {
      let store = try actions().store
      for _ in 0..<400 {
        if let step = try store.step(StepNumber(number), of: RunID(1)), step.state == .waiting { return step }
        poll(nil, 0, 10)
      }
      Issue.record("step \(number) never waited")
      throw CancellationError()
    }

    @Test("a call waits; a yes lets the agent do exactly it, once, and what it did is held against it")
    func approved() throws {
      let hook = try Ringi.Hook(ringi, write("hello"), ["--wait", "30"])
      let waits = try waiting(1)
      #expect(waits.kind == .fileCreate && waits.verdict.level == .watched && waits.isRelayed)
      try actions().decide(waits, .approve, painted: "t")
      let answer = hook.end()
      #expect(answer.decision == "allow" && answer.code == 0 && answer.reason.contains("#1"), "\(answer)")
      try "hello".write(toFile: "\(project)/a.txt", atomically: false, encoding: .utf8)
      #expect(try step(1).state == .performing, "nobody has said yet that it was done")
      _ = try ringi.hook(event("PostToolUse", #""tool_name":"Write","tool_use_id":"t1""#))
      #expect(try step(1).state == .done && step(1).reason.contains("the file is what was approved"))
      // The same again is another step, and asks again.
      unlink("\(project)/a.txt")
      let again = try ringi.hook(write("hello", id: "t2"), "--wait", "0")
      #expect(again.decision == "deny" && again.reason.contains("still waiting for a person as #2"), "\(again)")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("what is done otherwise, fails, or is never spoken of again is told so; what was done is put back by Ringi")
    func outcomes() throws {
      func allowed(_ number: Int, _ event: String) throws {
        let hook = try Ringi.Hook(ringi, event, ["--wait", "30"])
        try actions().decide(try waiting(number), .approve, painted: "t")
        #expect(hook.end().decision == "allow")
      }
      try allowed(1, write("good", "a.txt", id: "t1"))
      try "other".write(toFile: "\(project)/a.txt", atomically: false, encoding: .utf8)
      _ = try ringi.hook(event("PostToolUse", #""tool_name":"Write","tool_use_id":"t1""#))
      #expect(try step(1).isNotAsApproved)
      try allowed(2, call("Bash", #"{"command":"false"}"#, id: "t2"))
      _ = try ringi.hook(event("PostToolUseFailure", #""tool_name":"Bash","tool_use_id":"t2","error":"Exit code 1""#))
      #expect(try step(2).state == .failed && step(2).reason.contains("Exit code 1"))
      try allowed(3, call("Bash", #"{"command":"true"}"#, id: "t3"))
      // Claude Code's own question about it is no other step.
      let again = try ringi.hook(call("Bash", #"{"command":"true"}"#, name: "PermissionRequest"), "--wait", "0")
      #expect(again.object?["hookSpecificOutput"]?["decision"]?["behavior"]?.string == "allow")
      _ = try ringi.hook(event("Stop"))
      #expect(try step(3).state == .failed)
      let own = try actions()
      let undo = try own.undo(try step(1))
      #expect(!undo.isRelayed && undo.kind == .fileDelete)
      _ = try ringi.approve(own.desk, undo)
      #expect(try step(undo.number.value).state == .done && !FileManager.default.fileExists(atPath: "\(project)/a.txt"))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a yes to what has changed since it was shown is none; a paused run lets nothing happen")
    func changedSince() throws {
      try "one\ntwo\n".write(toFile: "\(project)/b.txt", atomically: false, encoding: .utf8)
      let edit = call("Edit", #"{"file_path":"\#(project)/b.txt","old_string":"one","new_string":"1"}"#)
      let hook = try Ringi.Hook(ringi, edit, ["--wait", "30"])
      let shown = try waiting(1)
      try "one\nTHREE\n".write(toFile: "\(project)/b.txt", atomically: false, encoding: .utf8)
      try actions().decide(shown, .approve, painted: "t")
      var again = shown
      for _ in 0..<400 where again.revision == shown.revision || again.state != .waiting {
        poll(nil, 0, 10)
        again = try step(1)
      }
      #expect(again.reach.warnings.contains("somebody changed it since it was shown"))
      #expect(try ringi("show", "1.1").output.contains("THREE"))
      try actions().pause(RunID(1), true)
      try actions().decide(again, .approve, painted: "t")
      poll(nil, 0, 300)
      #expect(try step(1).state == .approved, "paused is paused")
      try actions().pause(RunID(1), false)
      let answer = hook.end()
      #expect(
        answer.decision == "allow" && answer.object?["hookSpecificOutput"]?["updatedInput"] == nil, "nobody wrote it")
      // A folder on the way that is a link by now leads outside.
      let second = try Ringi.Hook(ringi, write("x", "sub/x.txt", id: "t9"), ["--wait", "30"])
      let inside = try waiting(2)
      symlink("/tmp", "\(project)/sub")
      try actions().decide(inside, .approve, painted: "t")
      #expect(second.end().decision == "deny")
      #expect(try step(2).state == .refused)
    }

    @Test("the agent's own settings are refused, and a command that names them says so")
    func steers() throws {
      for name in [".claude/settings.local.json", ".claude/hooks/x.sh", ".mcp.json"] {
        let answer = try ringi.hook(write("{}", name), "--wait", "0")
        #expect(answer.decision == "deny" && answer.reason.contains("forbidden by policy"), "\(answer)")
      }
      _ = try ringi.hook(call("Bash", #"{"command":"echo > .claude/settings.json"}"#), "--wait", "0")
      #expect(try ringi("show", "1.4").output.contains("careful  it names Claude Code’s own settings"))
    }

    @Test("files of CRLF lines can be edited as Claude Code does it")
    func crlf() throws {
      try "one\r\ntwo\r\n".write(toFile: "\(project)/b.txt", atomically: false, encoding: .utf8)
      _ = try ringi.hook(
        call("Edit", #"{"file_path":"\#(project)/b.txt","old_string":"one\ntwo","new_string":"1\n2"}"#), "--wait", "0")
      let actions = try actions()
      let made = try actions.maker(RunID(1)).effect(of: try step(1).id)
      let content = try #require(made.newContent)
      #expect(try actions.store.load(content.digest) == Array("1\r\n2\r\n".utf8))
    }

    @Test("a no reaches the agent with its reason")
    func rejected() throws {
      let hook = try Ringi.Hook(ringi, write(), ["--wait", "30"])
      try actions().decide(try waiting(1), .reject(code: "typed", reason: "not that file"), painted: "t")
      let answer = hook.end()
      #expect(answer.decision == "deny" && answer.reason.hasSuffix("(#1): not that file"), "\(answer)")
    }

    @Test("a yes that comes after the hook's time is honoured once, for the same bytes")
    func late() throws {
      #expect(try ringi.hook(write("late"), "--wait", "0").decision == "deny")
      try actions().decide(try waiting(1), .approve, painted: "t")
      #expect(try step(1).state == .approved, "nobody but the agent does it")
      #expect(try ringi.hook(write("later", id: "t2"), "--wait", "0").decision == "deny", "other bytes")
      #expect(try ringi.hook(write("late", id: "t3"), "--wait", "0").decision == "allow")
      #expect(try ringi.hook(write("late", id: "t4"), "--wait", "0").decision == "deny", "it was used")
      #expect(!FileManager.default.fileExists(atPath: "\(project)/a.txt"), "Ringi itself writes nothing")
    }

    @Test("a person's own text goes to the agent in place of its own, and is what the file is held against")
    func edited() throws {
      let hook = try Ringi.Hook(ringi, write("agents"), ["--wait", "30"])
      try actions().edit(try waiting(1), text: "mine\n")
      try actions().decide(try waiting(1), .approve, painted: "t")
      let answer = hook.end()
      let input = try #require(answer.object?["hookSpecificOutput"]?["updatedInput"])
      #expect(answer.decision == "allow" && input["content"]?.string == "mine\n")
      #expect(input["file_path"]?.string == "\(project)/a.txt")
      try "mine\n".write(toFile: "\(project)/a.txt", atomically: false, encoding: .utf8)
      _ = try ringi.hook(event("PostToolUse", #""tool_name":"Write","tool_use_id":"t1""#))
      #expect(try ringi("audit", "log").output.contains("the file is what was approved"))
      let edit = call(
        "Edit", #"{"file_path":"\#(project)/a.txt","old_string":"mine","new_string":"theirs"}"#, id: "t2")
      let second = try Ringi.Hook(ringi, edit, ["--wait", "30"])
      try actions().edit(try waiting(2), text: "again mine\n")
      try actions().decide(try waiting(2), .approve, painted: "t")
      let update = try #require(second.end().object?["hookSpecificOutput"]?["updatedInput"])
      #expect(update["old_string"]?.string == "mine\n" && update["new_string"]?.string == "again mine\n")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("edits are shown as the file would be; what can't be done is said; what lies outside is forbidden")
    func edits() throws {
      try "one\ntwo\none\n".write(toFile: "\(project)/b.txt", atomically: false, encoding: .utf8)
      func edit(_ old: String, all: Bool = false) -> String {
        call(
          "Edit",
          #"{"file_path":"\#(project)/b.txt","old_string":"\#(old)","new_string":"NEW","replace_all":\#(all)}"#)
      }
      _ = try ringi.hook(edit("two"), "--wait", "0")
      #expect(try ringi("show", "1.1").output.contains("+ NEW"))
      _ = try ringi.hook(edit("one", all: true), "--wait", "0")
      #expect(try ringi("show", "1.2").output.contains("- one"))
      #expect(try ringi.hook(edit("one"), "--wait", "0").reason.contains("stands 2 times"))
      #expect(try ringi.hook(edit("three"), "--wait", "0").reason.contains("is not in `b.txt`"))
      let outside = try ringi.hook(call("Read", #"{"file_path":"/etc/passwd"}"#), "--wait", "0")
      #expect(outside.decision == "deny" && outside.reason.contains("forbidden by policy"), "\(outside)")
      #expect(try ringi.hook(call("Read", #"{"file_path":"\#(project)/b.txt"}"#), "--wait", "0").decision == "allow")
    }

    @Test("commands, connectors and what is not known ask a person; what touches nothing is only recorded")
    func kinds() throws {
      let calls: [(String, String, ActionKind)] = [
        ("Bash", #"{"command":"rm -rf x\nls","run_in_background":true}"#, .commandRun),
        ("mcp__drive__create_file", #"{"name":"x"}"#, .connectorCall),
        ("NewTool", #"{"a":1}"#, .other), ("mcp__odd", #"{"a":1}"#, .other),
      ]
      for (index, (tool, input, kind)) in calls.enumerated() {
        #expect(try ringi.hook(call(tool, input, id: "t\(index)"), "--wait", "0").decision == "deny")
        #expect(try waiting(index + 1).kind == kind, "\(tool)")
      }
      // A page is a look, and recorded; an address that carries a card number away is none.
      let page = try ringi.hook(call("WebFetch", #"{"url":"https://a.example/x","prompt":"p"}"#), "--wait", "0")
      #expect(page.decision == "allow")
      let leak = call("WebFetch", #"{"url":"https://a.example/?q=4111111111111111","prompt":"p"}"#)
      #expect(try ringi.hook(leak, "--wait", "0").reason.contains("forbidden"))
      #expect(try ringi("list", "1").output.contains("web.fetch  https://a.example/x"))
      let shell = try ringi("show", "1.1").output
      #expect(
        shell.contains("  rm -rf x\n  ls\n") && shell.contains("careful  it goes on in the background"), "\(shell)")
      let inner = try ringi.hook(call("TodoWrite", #"{"todos":[]}"#), "--wait", "0")
      #expect(inner.object == ["suppressOutput": true] && inner.code == 0)
      #expect(try ringi("audit", "log").output.contains("uses TodoWrite"))
    }

    @Test(
      "whatever goes wrong in here, a call is answered with one object that denies",
      arguments: [
        "garbage", "no session", "no input", "half a character", "two keys", "relative path", "no desk", "bad policy",
        "broken desk.yaml", "root folder", "no key", "newer desk",
      ])
    func closed(what: String) throws {
      var (text, desk) = (write(), ringi.desk)
      switch what {
      case "garbage": text = "{\"hook_event_name\":\"PreToolUse\""
      case "no session": text = text.replacing("\"session_id\":\"s1\",", with: "")
      case "no input": text = event("PreToolUse", #""tool_name":"Write""#)
      case "half a character": text = write("\\ud800")
      case "two keys": text = text.replacing("\"content\":", with: "\"content\":\"y\",\"content\":")
      case "relative path": text = call("Write", #"{"file_path":"a.txt","content":"x"}"#)
      case "no desk": desk = "\(ringi.folder.path)/nowhere"
      case "bad policy": try "rules: 7\n".write(toFile: "\(desk)/policy.yaml", atomically: true, encoding: .utf8)
      case "broken desk.yaml": try "mail: [\n".write(toFile: "\(desk)/desk.yaml", atomically: true, encoding: .utf8)
      case "root folder": text = text.replacing("\"cwd\":\"\(project)\"", with: "\"cwd\":\"/\"")
      case "no key": try "x".write(toFile: "\(desk)/key", atomically: true, encoding: .utf8)
      case "newer desk":
        try Connection(path: "\(desk)/desk.db", mode: .readWrite).execute("PRAGMA user_version = 99")
      default: Issue.record("unknown \(what)")
      }
      let answer = try ringi.hook(text, "--wait", "1", desk: desk)
      #expect(answer.decision == "deny" && !answer.reason.isEmpty, "\(answer)")
      #expect(answer.code == 2 && !answer.error.isEmpty, "an agent that knows only codes is stopped as well")
    }

    @Test("a desk that hangs is answered for in time")
    func hangs() throws {
      let lock = open("\(ringi.desk)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      defer { close(lock) }
      try #require(flock(lock, LOCK_EX) == 0)
      let answer = try ringi.hook(write(), "--wait", "0", "--grace", "1")
      #expect(answer.decision == "deny" && answer.code == 2, "\(answer)")
    }

    @Test("a deciding command from inside the agent's own processes is refused, and on the trail")
    func inside() throws {
      // This process started the hook, so it passes for the agent.
      #expect(try ringi.hook(write(), "--wait", "0").decision == "deny")
      for words in [["approve", "1.1"], ["reject", "1.1", "no"], ["review", "1", "--keep", "all"], ["undo", "1.1"]] {
        let result = try ringi(words[0], words[1], Array(words.dropFirst(2)))
        #expect(result.code == 1 && result.error.contains("an agent decides nothing"), "\(result)")
      }
      #expect(try step(1).state == .waiting)
      #expect(try ringi("audit", "log").output.contains("came from inside the agent’s own processes"))
    }

    @Test("stopping the run stops the session; its end withdraws what waits")
    func ends() throws {
      #expect(try ringi.hook(write("1"), "--wait", "0").decision == "deny")
      let hook = try Ringi.Hook(ringi, write("2", id: "t2"), ["--wait", "30"])
      _ = try waiting(2)
      try actions().stop(RunID(1))
      let answer = hook.end()
      #expect(answer.decision == "deny" && answer.object?["continue"] == false, "\(answer)")
      #expect(try ringi.hook(write("3", id: "t3"), "--wait", "30").object?["continue"] == false)
      #expect(try ringi("audit", "log").output.contains("asked for after the stop, and refused: “Write {"))
      #expect(try step(1).state == .withdrawn && step(2).state == .withdrawn)
      let other = event(
        "PreToolUse", #""tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"u""#, session: "s2")
      _ = try ringi.hook(other, "--wait", "0")
      _ = try ringi.hook(event("SessionEnd", #""reason":"other""#, session: "s2"))
      let store = try actions().store
      #expect(try store.run(RunID(2))?.state == .finished)
      #expect(try store.step(StepNumber(1), of: RunID(2))?.state == .withdrawn)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("two questions of a session at once are one run, and the same call twice is one step with one yes")
    func parallel() throws {
      let hooks = try (0..<6).map { try Ringi.Hook(ringi, write("\($0 / 2)", id: "t\($0)"), ["--wait", "30"]) }
      _ = try waiting(3)
      let actions = try actions()
      #expect(try actions.store.runs().count == 1)
      // However the six have come together: each yes is used by one call.
      while hooks.contains(where: \.isAlive) {
        for step in try actions.store.steps(of: RunID(1), in: [.waiting]) {
          try actions.decide(step, .approve, painted: "t")
        }
        poll(nil, 0, 10)
      }
      let allowed = hooks.map { $0.end().decision }.count { $0 == "allow" }
      let steps = try actions.store.steps(of: RunID(1)).steps
      #expect((3...6).contains(steps.count) && steps.count { $0.state == .performing } == allowed)
    }
  }
}

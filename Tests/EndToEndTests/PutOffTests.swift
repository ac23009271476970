// An agent that nobody sits before is put off: its program ends over an open question, and is taken up again.

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
  @Suite("A session that is put off")
  struct PutOffTests {
    let ringi: Ringi
    var project: String { "\(ringi.folder.path)/project" }

    init() throws {
      ringi = try Ringi()
      mkdir(project, 0o755)
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
    }

    private func event(_ name: String, _ more: String = "") -> String {
      #"{"session_id":"s1","cwd":"\#(project)","hook_event_name":"\#(name)"\#(more)}"#
    }

    private var asks: String {
      event(
        "PreToolUse",
        #","tool_name":"Write","tool_use_id":"t1","tool_input":{"file_path":"\#(project)/a.txt","content":"x"}"#)
    }

    /// The hook as a child of a program with these words.
    private func hook(_ event: String, from words: [String]) throws -> JSON {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      let relay = "import subprocess,sys; sys.exit(subprocess.run(sys.argv[sys.argv.index('--')+1:]).returncode)"
      process.arguments =
        ["python3", "-c", relay] + words
        + ["--", Ringi.program, "hook", "claude-code", "--wait", "0", "--defer-after", "0"]
      process.environment = [
        "RINGI_DESK": ringi.desk, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": ringi.folder.path,
        "RINGI_SHARE": Project.root.path,
      ]
      let (input, output) = (Pipe(), Pipe())
      (process.standardInput, process.standardOutput) = (input, output)
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(event.utf8))
      try input.fileHandleForWriting.close()
      let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
      process.waitUntilExit()
      return try JSONReader.read(bytes)["hookSpecificOutput"] ?? .null
    }

    @Test("in print mode it ends over its question, which waits on, and has its answer when it comes again")
    func putOff() throws {
      guard access("/usr/bin/python3", X_OK) == 0 else { return print("skipped: no python3") }
      let first = try hook(asks, from: ["-p"])
      #expect(first["permissionDecision"]?.string == "defer")
      #expect(first["permissionDecisionReason"]?.string?.contains("claude -p --resume s1") == true)
      _ = try hook(event("SessionEnd", #","reason":"other""#), from: ["-p"])
      let actions = DeskActions(try Desk(mustExist: true))
      let step = try #require(try actions.store.step(StepNumber(1), of: RunID(1)))
      #expect(step.state == .waiting, "the end of the program is no end of the question")
      #expect(try actions.store.run(RunID(1))?.state == .live)
      #expect(try ringi("audit", "log").output.contains("put off until #1 is decided; then: claude -p --resume s1"))
      try actions.decide(step, .approve, painted: "t")
      #expect(try hook(asks, from: ["-p", "--resume", "s1"])["permissionDecision"]?.string == "allow")
      _ = try hook(event("SessionEnd", #","reason":"other""#), from: ["-p"])
      #expect(try actions.store.run(RunID(1))?.state.isOver == true)
    }

    @Test("where a person sits before it the answer is a no, which it can't take for silence")
    func interactive() throws {
      guard access("/usr/bin/python3", X_OK) == 0 else { return print("skipped: no python3") }
      #expect(try hook(asks, from: [])["permissionDecision"]?.string == "deny")
    }
  }
}

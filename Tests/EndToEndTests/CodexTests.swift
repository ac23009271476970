// The real Codex against a scripted model on loopback: `RINGI_CODEX=/path/to/codex swift test --filter CodexTests` (the program
// lies in the PyPI wheel `openai-codex-cli-bin`). Without it nothing here runs.

import Domain
import Foundation
import GateKeeper
import Glibc
import Storage
import TestKit
import Testing
import Wire

@testable import Runtime

private let codex = ProcessInfo.processInfo.environment["RINGI_CODEX"]

extension SessionTests {
  @Suite("The real Codex", .enabled(if: codex != nil))
  struct CodexTests {
    let ringi: Ringi
    let model = Process()
    let space: String
    var files: String { "\(space)/files" }

    init() throws {
      ringi = try Ringi()
      space = try ringi.workspace(agent: "")
      try "first\nold\nlast\n".write(toFile: "\(space)/files/a.txt", atomically: true, encoding: .utf8)
      try "c\n".write(toFile: "\(space)/files/c.txt", atomically: true, encoding: .utf8)
      let patch =
        "*** Begin Patch\n*** Update File: a.txt\n@@\n first\n-old\n+new\n last\n*** Update File: c.txt\n*** Move to: d.txt\n@@\n-c\n+C\n*** Add File: b.txt\n+b\n*** End Patch\n"
      let steps: JSON = [["patch": .string(patch)], ["run": "echo ran >> ran.txt"], ["say": "All done."]]
      let script = "\(ringi.folder.path)/steps.json"
      try steps.text.write(toFile: script, atomically: true, encoding: .utf8)
      model.executableURL = URL(filePath: "/usr/bin/env")
      model.arguments = ["python3", Project.corpus.appending(path: "agents/responses.py").path, script]
      let output = Pipe()
      model.standardOutput = output
      try model.run()
      let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      let home = "\(ringi.folder.path)/codex"
      mkdir(home, 0o700)
      try """
      model = "gpt-5.5"
      model_provider = "script"
      check_for_update_on_startup = false
      [model_providers.script]
      name = "script"
      base_url = "http://127.0.0.1:\(port)/v1"
      wire_api = "responses"
      request_max_retries = 0
      stream_max_retries = 0
      [analytics]
      enabled = false
      [features]
      plugins = false

      """.write(toFile: "\(home)/config.toml", atomically: true, encoding: .utf8)
      try """
      agents:
        script:
          command: [env, "CODEX_HOME=\(home)", NO_PROXY=127.0.0.1, "\(codex ?? "")", app-server]
          speaks: codex
          model: local
          view: none

      """.write(toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
      setenv("RINGI_DESK", ringi.desk, 1)
    }

    private func answer(_ store: DeskStore, _ gate: Gate<DeskStore>, _ person: Person, isYes: Bool) throws
      -> StepSummary
    {
      for _ in 0..<3_000 {
        if let step = try store.steps(of: RunID(1), in: [.waiting]).first {
          let decision: Decision = isYes ? .approve : .reject(code: "other", reason: "not so")
          try gate.decide([(step: step.id, decision: decision, shown: Shown(step, painted: "t"))], by: person)
          return step
        }
        poll(nil, 0, 10)
      }
      Issue.record("Codex never asked")
      throw CancellationError()
    }

    @Test("a patch and a command happen after a yes each, once, and not at all after a no", arguments: [true, false])
    func asks(isYes: Bool) throws {
      defer { kill(model.processIdentifier, SIGKILL) }
      #expect(try ringi("run", "--detach", space).code == 0)
      let desk = try Desk()
      let patch = try answer(desk.store, desk.gate, desk.person, isYes: isYes)
      #expect(
        patch.kind == .fileChange
          && Set(patch.target.components(separatedBy: ", ")) == ["a.txt", "b.txt", "c.txt", "d.txt"])
      let command = try answer(desk.store, desk.gate, desk.person, isYes: isYes)
      #expect(command.kind == .commandRun && command.target.contains("echo ran >> ran.txt"))
      if isYes {
        for _ in 0..<3_000 {
          guard try desk.store.run(RunID(1))?.state != .finished else { break }
          poll(nil, 0, 10)
        }
        #expect(try desk.store.step(patch.id)?.reason == "done by the agent, and the files are what was approved")
        #expect(try String(contentsOfFile: "\(files)/a.txt", encoding: .utf8) == "first\nnew\nlast\n")
        #expect(try String(contentsOfFile: "\(files)/ran.txt", encoding: .utf8) == "ran\n", "one yes, one run")
      } else {
        #expect(try FileManager.default.contentsOfDirectory(atPath: files).sorted() == ["a.txt", "c.txt"])
        #expect(try String(contentsOfFile: "\(files)/a.txt", encoding: .utf8) == "first\nold\nlast\n")
      }
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
      let stop = Process()
      stop.executableURL = URL(filePath: "/usr/bin/env")
      stop.arguments = ["pkill", "-f", ringi.folder.path]
      try stop.run()
      stop.waitUntilExit()
    }

    @Test("by its hook it asks for a patch and a command; a no is one, and what was done is held against the disk")
    func hook() throws {
      defer { kill(model.processIdentifier, SIGKILL) }
      let home = "\(ringi.folder.path)/codex"
      setenv("CODEX_HOME", home, 1)
      defer { unsetenv("CODEX_HOME") }
      let hook = "\(Ringi.program) hook codex --desk \(ringi.desk)"
      let groups = ["PreToolUse", "PermissionRequest", "PostToolUse", "Stop", "SessionEnd"].map {
        #""\#($0)":[{"hooks":[{"type":"command","command":"\#(hook)","timeout":60}]}]"#
      }
      try "{\"hooks\":{\(groups.joined(separator: ","))}}".write(
        toFile: "\(home)/hooks.json", atomically: true, encoding: .utf8)
      let agent = Process()
      // A test's threads block signals, and what they start inherits that: Codex would never hear that its hook has ended.
      let plainly =
        "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])"
      agent.executableURL = URL(filePath: "/usr/bin/env")
      agent.arguments = [
        "python3", "-c", plainly, codex ?? "", "exec", "--dangerously-bypass-hook-trust", "--skip-git-repo-check", "-s",
        "danger-full-access", "do it",
      ]
      agent.currentDirectoryURL = URL(filePath: files)
      agent.environment = ["CODEX_HOME": home, "NO_PROXY": "127.0.0.1", "PATH": "/usr/bin:/bin", "HOME": home]
      (agent.standardInput, agent.standardOutput, agent.standardError) = (
        FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
      )
      try agent.run()
      let desk = try Desk()
      let patch = try answer(desk.store, desk.gate, desk.person, isYes: true)
      #expect(
        patch.kind == .fileChange
          && Set(patch.target.components(separatedBy: ", ")) == ["a.txt", "b.txt", "c.txt", "d.txt"])
      let command = try answer(desk.store, desk.gate, desk.person, isYes: false)
      #expect(command.kind == .commandRun && command.number.value == 2)
      agent.waitUntilExit()
      #expect(try desk.store.run(RunID(1))?.grade == .weak)
      #expect(try desk.store.step(patch.id)?.reason == "done by the agent, and the files are what was approved")
      #expect(try Set(FileManager.default.contentsOfDirectory(atPath: files)) == ["a.txt", "b.txt", "d.txt"])
      #expect(try String(contentsOfFile: "\(files)/d.txt", encoding: .utf8) == "C\n")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }
  }
}

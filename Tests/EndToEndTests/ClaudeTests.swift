// The real Claude Code against a scripted model on loopback: `RINGI_CLAUDE=/path/to/claude swift test --filter ClaudeTests`
// (the program lies in the PyPI wheel `claude-agent-sdk`). Without it nothing here runs.

import Domain
import Foundation
import Glibc
import Storage
import TestKit
import Testing
import Wire

@testable import Runtime

private let claude = ProcessInfo.processInfo.environment["RINGI_CLAUDE"]

extension SessionTests {
  @Suite("The real Claude Code", .enabled(if: claude != nil))
  struct ClaudeTests {
    let ringi: Ringi
    let model: Process
    let port: String
    var project: String { "\(ringi.folder.path)/project" }
    var script: String { "\(ringi.folder.path)/script.json" }
    var log: String { "\(ringi.folder.path)/log" }

    init() throws {
      ringi = try Ringi()
      mkdir("\(ringi.folder.path)/project", 0o755)
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
      let project = "\(ringi.folder.path)/project"
      let calls: JSON = [
        ["name": "Write", "input": ["file_path": .string("\(project)/a.txt"), "content": "one\ntwo\n"]],
        ["name": "Edit", "input": ["file_path": .string("\(project)/a.txt"), "old_string": "two", "new_string": "2"]],
        ["name": "Bash", "input": ["command": "cat a.txt > b.txt", "description": "copy"]],
        ["name": "Read", "input": ["file_path": "/etc/hostname"]],
        ["name": "Bash", "input": ["command": "touch never"]],
      ]
      try calls.text.write(toFile: "\(ringi.folder.path)/script.json", atomically: true, encoding: .utf8)
      model = Process()
      model.executableURL = URL(filePath: "/usr/bin/env")
      model.arguments = [
        "python3", Project.root.appending(path: "Tests/Corpus/agents/messages.py").path,
        "\(ringi.folder.path)/script.json", "\(ringi.folder.path)/log",
      ]
      let output = Pipe()
      model.standardOutput = output
      try model.run()
      port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Claude Code on its way.
    private func start(_ words: [String] = ["copy it"]) throws -> Process {
      let process = Process()
      process.executableURL = URL(filePath: try #require(claude))
      process.arguments = ["-p"] + words + ["--allowedTools", "Write,Edit,Bash,Read"]
      process.currentDirectoryURL = URL(filePath: project)
      process.environment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": ringi.folder.path, "ANTHROPIC_API_KEY": "none",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:\(port)", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
      ]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }

    @Test("each call waits, is done as approved, refused or denied; the session is a run that ends with it")
    func session() throws {
      defer { kill(model.processIdentifier, SIGKILL) }
      #expect(try ringi("hook", "install", "claude-code", "--yes").code == 0)
      let process = try start()
      let actions = DeskActions(try Desk(mustExist: true))
      var shown: [ActionKind] = []
      while Self.isAlive(process.processIdentifier) {
        for step in try actions.store.runs(limit: 1).flatMap({ try actions.store.steps(of: $0.id, in: [.waiting]) }) {
          if step.kind == .fileEdit, step.revision == .first {
            try actions.edit(step, text: "one\nby hand\n")
            continue
          }
          shown.append(step.kind)
          // What it asks last gets a no.
          try actions.decide(
            step, shown.count == 4 ? .reject(code: "typed", reason: "that is not needed") : .approve, painted: "t")
        }
        poll(nil, 0, 20)
      }
      #expect(shown == [.fileCreate, .fileEdit, .commandRun, .commandRun])
      #expect(try String(contentsOfFile: "\(project)/b.txt", encoding: .utf8) == "one\nby hand\n")
      #expect(!FileManager.default.fileExists(atPath: "\(project)/never"))
      let run = try #require(try actions.store.runs(limit: 1).first)
      #expect(run.state == .finished && run.grade == .hooked && run.counts.refused == 1 && run.counts.rejected == 1)
      let told = try String(contentsOfFile: log, encoding: .utf8)
      #expect(told.contains("that is not needed") && told.contains("forbidden by policy"))
      let trail = try ringi("audit", "log", "--limit", "100").output
      #expect(trail.contains("done by the agent, and the file is what was approved"))
      #expect(trail.contains("prompt: copy it"))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("put off, it ends over its question; taken up again after the yes, it does what was asked")
    func putOff() throws {
      defer { kill(model.processIdentifier, SIGKILL) }
      #expect(try ringi("hook", "install", "claude-code", "--defer-after", "0", "--yes").code == 0)
      let first = try start()
      while Self.isAlive(first.processIdentifier) { poll(nil, 0, 50) }
      let actions = DeskActions(try Desk(mustExist: true))
      let run = try #require(try actions.store.runs(limit: 1).first)
      let step = try #require(try actions.store.steps(of: run.id, in: [.waiting]).first)
      #expect(run.state == .live && step.kind == .fileCreate)
      try actions.decide(step, .approve, painted: "t")
      let second = try start(["--resume", run.session])
      while Self.isAlive(second.processIdentifier) { poll(nil, 0, 50) }
      #expect(try actions.store.step(step.id)?.state == .done)
      #expect(try String(contentsOfFile: "\(project)/a.txt", encoding: .utf8) == "one\ntwo\n")
      // What it asked next puts it off once more, on the same run.
      #expect(try actions.store.steps(of: run.id, in: [.waiting]).map(\.kind) == [.fileEdit])
    }

    @Test(
      "a hook that is killed, a desk that is gone, a policy that can't be read: nothing happens",
      arguments: ["killed", "no desk", "bad policy"])
    func closed(what: String) throws {
      defer { kill(model.processIdentifier, SIGKILL) }
      #expect(try ringi("hook", "install", "claude-code", "--yes").code == 0)
      if what == "no desk" { rename(ringi.desk, "\(ringi.folder.path)/elsewhere") }
      if what == "bad policy" {
        try "rules: 7\n".write(toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      }
      let process = try start()
      while Self.isAlive(process.processIdentifier) {
        if what == "killed" { Self.killHooks(of: process.processIdentifier) }
        poll(nil, 0, 50)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: project).isEmpty)
    }

    /// Foundation tells it late, or never, where others have inherited what it listens to.
    private static func isAlive(_ pid: pid_t) -> Bool {
      let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
      return text.split(separator: ")").last.map { !$0.hasPrefix(" Z") } ?? false
    }

    private static func killHooks(of parent: pid_t) {
      let children = (try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)) ?? ""
      for child in children.split(separator: " ").compactMap({ pid_t($0) }) {
        let words = (try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)) ?? ""
        if words.contains("claude-code") { kill(child, SIGKILL) }
      }
    }
  }
}

// Pushing a branch, held against the real git.

import Domain
import Foundation
import GateKeeper
import TestKit
import Testing

@testable import Runtime

private let hasGit = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")

extension SessionTests {
  @Suite("Git push", .enabled(if: canMakeViews && hasGit))
  struct GitPushTests {
    let ringi: Ringi
    let desk: Desk
    var work: String { "\(ringi.folder.path)/space/files" }
    var remote: String { "\(ringi.folder.path)/remote.git" }

    init() throws {
      ringi = try Ringi()
      let space = try ringi.workspace(agent: "true")
      desk = try ringi.openRun(space).desk
      try git(["init", "-q", "--bare", "-b", "main", remote])
      try git(["init", "-q", "-b", "main", work])
      try git(["-C", work, "remote", "add", "origin", remote])
      try commit("first")
      try git(["-C", work, "push", "-q", "origin", "main"])
      try commit("second")
      try commit("third ‮ hidden")
    }

    @discardableResult
    private func git(_ words: [String]) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/git")
      process.arguments = words
      process.environment = [
        "HOME": ringi.folder.path, "PATH": "/usr/bin:/bin", "GIT_AUTHOR_NAME": "Aiko",
        "GIT_AUTHOR_EMAIL": "a@kumo.example",
        "GIT_COMMITTER_NAME": "Aiko", "GIT_COMMITTER_EMAIL": "a@kumo.example",
      ]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func commit(_ words: String) throws {
      try "\(words)\n".write(toFile: "\(work)/\(words.prefix(5)).md", atomically: false, encoding: .utf8)
      try git(["-C", work, "add", "."])
      try git(["-C", work, "commit", "-q", "-m", words])
    }

    private func there() throws -> String { try git(["--git-dir", remote, "rev-parse", "main"]) }
    private func here() throws -> String { try git(["-C", work, "rev-parse", "main"]) }

    private func propose(_ branch: String = "main", remote: String = "origin") throws -> StepSummary {
      let made = try DeskActions(desk).maker(RunID(1)).make(
        Proposal(effect: .push(repository: "", remote: remote, branch: branch), claims: Claims()), plan: nil,
        staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }

    @Test(
      "it shows where it goes, which commits and what they change; then the remote branch is there, and no hook ran")
    func pushes() throws {
      let hook = "\(work)/.git/hooks/pre-push"
      try "#!/bin/sh\ntouch \(ringi.folder.path)/hooked\n".write(toFile: hook, atomically: true, encoding: .utf8)
      chmod(hook, 0o755)
      for key in ["core.sshCommand", "core.fsmonitor", "credential.helper"] {
        try git(["-C", work, "config", key, "touch \(ringi.folder.path)/hooked"])
      }
      try git(["-C", work, "config", "url./elsewhere/.pushInsteadOf", "\(ringi.folder.path)/"])
      let step = try propose()
      #expect(step.state == .waiting && step.kind == .gitPush && step.mustBeSeenWhole && step.reach.things == 2)
      let shown = try DeskReport(desk).step(StepAddress("1.1")).1.lines.map(\.text)
      let tip = try here()
      #expect(shown.contains("to: \(remote)") && shown.contains("becomes: \(tip)"), "\(shown)")
      #expect(shown.contains { $0.hasSuffix("Aiko: second") } && shown.contains { $0.contains("2 files changed") })
      let done = try ringi.approve(desk, step)
      #expect(done.state == .done, "\(done.reason)")
      #expect(try there() == here())
      #expect(!FileManager.default.fileExists(atPath: "\(ringi.folder.path)/hooked"))
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
      #expect(throws: ProposalFault.self, "once fetched nothing is left to push") {
        try git(["-C", work, "fetch", "-q", "origin"])
        _ = try propose()
      }
    }

    @Test("a second push is held against the first, whose end the repository knows, and no hook heard of it")
    func again() throws {
      let hook = "\(work)/.git/hooks/reference-transaction"
      try "#!/bin/sh\ntouch \(ringi.folder.path)/hooked\n".write(toFile: hook, atomically: true, encoding: .utf8)
      chmod(hook, 0o755)
      try git(["-C", work, "branch", "-q", "-D", "-r", "origin/main"])
      unlink("\(ringi.folder.path)/hooked")
      try git(["--git-dir", remote, "update-ref", "-d", "refs/heads/main"])
      for words in ["", "fifth"] {
        if !words.isEmpty {
          try commit(words)
          unlink("\(ringi.folder.path)/hooked")
        }
        let step = try propose()
        #expect(try ringi.approve(desk, step).state == .done)
        #expect(try there() == here() && git(["-C", work, "rev-parse", "refs/remotes/origin/main"]) == here())
        #expect(access("\(ringi.folder.path)/hooked", F_OK) != 0, "a hook ran")
      }
    }

    @Test("nothing is pushed when the branch, the remote branch or the person’s settings have moved since")
    func moved() throws {
      let before = try there()
      let step = try propose()
      try commit("fourth")
      let late = try ringi.approve(desk, step)
      #expect(late.state == .failed && late.reason.contains("no longer at"), "\(late.reason)")
      #expect(try there() == before)
      // Somebody else pushes; this repository has not fetched it.
      let again = try propose()
      let other = "\(ringi.folder.path)/other"
      try git(["clone", "-q", remote, other])
      try git(["-C", other, "commit", "-q", "--allow-empty", "-m", "theirs"])
      try git(["-C", other, "push", "-q", "origin", "main"])
      let theirs = try there()
      let stale = try ringi.approve(desk, again)
      #expect(stale.state == .failed && stale.reason.contains("has moved"), "\(stale.reason)")
      #expect(try there() == theirs)
      let third = try propose()
      try git(["config", "--global", "url./elsewhere/.pushInsteadOf", "\(ringi.folder.path)/"])
      let sent = try ringi.approve(desk, third)
      #expect(sent.state == .failed && sent.reason.contains("elsewhere"), "\(sent.reason)")
      #expect(try there() == theirs)
    }

    @Test("rewriting history is called out; a new branch is one; odd remotes and names are refused with a reason")
    func odd() throws {
      try git(["-C", work, "push", "-q", "origin", "main"])
      try git(["-C", work, "reset", "-q", "--hard", "HEAD~1"])
      try commit("other")
      #expect(try propose().reach.warnings.contains { $0.hasPrefix("it rewrites history: 1 commit") })
      try git(["-C", work, "branch", "topic"])
      let topic = try ringi.approve(desk, try propose("topic"))
      #expect(topic.state == .done, "\(topic.reason)")
      #expect(try git(["--git-dir", remote, "rev-parse", "topic"]) == here())
      try git(["-C", work, "remote", "add", "bad", "ext::sh -c 'touch x'"])
      for (branch, name, mend) in [
        ("main", "bad", "https, ssh or a path"), ("main", "none", "it has bad, origin"),
        ("none", "origin", "it has main, topic"), ("--all", "origin", "`main`"), ("a b", "origin", "`main`"),
      ] {
        let fault = #expect(throws: ProposalFault.self, "\(branch) to \(name)") {
          _ = try propose(branch, remote: name)
        }
        #expect(fault?.reason.contains(mend) == true, "\(fault?.reason ?? "")")
      }
    }

    /// `RINGI_PUSH_TO=ssh://host/path` pushes a branch of its own to a real remote, with the person's own keys.
    @Test(
      "a remote that is reached over ssh or https gets the branch",
      .enabled(if: ProcessInfo.processInfo.environment["RINGI_PUSH_TO"] != nil))
    func real() throws {
      let place = try #require(ProcessInfo.processInfo.environment["RINGI_PUSH_TO"])
      try git(["-C", work, "remote", "add", "real", place])
      let branch = "ringi-\(ringi.folder.path.split(separator: "/").last ?? "")"
      try git(["-C", work, "branch", branch])
      let done = try ringi.approve(desk, try propose(branch, remote: "real"))
      #expect(done.state == .done, "\(done.reason)")
      #expect(try ringi("show", "1.1").output.contains("to: \(place)") || ringi("show", "1.1").output.contains(place))
    }
  }
}

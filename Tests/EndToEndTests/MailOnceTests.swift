// A mail goes out at most once. Where nobody can tell whether it went, the step waits again and says how to find out.

import Domain
import Foundation
import GateKeeper
import Storage
import TestKit
import Testing

@testable import Runtime

/// An approved mail that waits for a performer, and a mail command that notes each message it is given.
struct ApprovedMail {
  let ringi: Ringi
  var sent: String { "\(ringi.folder.path)/sent" }

  /// - Parameter end: what the command does once it has taken the message; nil sets no command up.
  init(_ end: String?) throws {
    ringi = try Ringi()
    let space = try ringi.workspace(agent: "true")
    if let end {
      let command = "\(ringi.folder.path)/sendmail"
      try "#!/bin/sh\ncat >> '\(ringi.folder.path)/sent'\n\(end)\n".write(
        toFile: command, atomically: true, encoding: .utf8)
      chmod(command, 0o755)
      try "mail: {sendmail: [\"\(command)\"]}\n".write(
        toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
    }
    let (desk, run) = try ringi.openRun(space)
    let mail = Mail(
      from: "me@kumo.example", to: ["you@aster.example"], cc: [], bcc: [], replyTo: "", subject: "s", body: "b\n",
      attachments: [])
    let made = try DeskActions(desk).maker(run).make(
      Proposal(effect: .send(mail, attachments: []), claims: Claims()), plan: nil, staging: StagingArea(),
      isRelayed: false)
    let step = try desk.gate.intake(made.step, by: .agent("a"))
    try desk.gate.decide(step.id, .approve, by: desk.person, shown: Shown(step, painted: "t"), dueAt: nil)
    try desk.store.setState(run, .review, note: "", by: .performer)
  }

  func step() throws -> StepSummary {
    setenv("RINGI_DESK", ringi.desk, 1)
    return try #require(try Desk(mustExist: true).store.steps(of: RunID(1)).steps.first)
  }

  /// Message-IDs of what was handed over, or lies in the outbox.
  func ids() -> [Substring] {
    let outbox = "\(ringi.desk)/outbox"
    let saved = ((try? FileManager.default.contentsOfDirectory(atPath: outbox)) ?? []).filter { $0.hasSuffix(".eml") }
    return (saved.map { "\(outbox)/\($0)" } + [sent]).flatMap { path in
      ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\r\n").filter {
        $0.hasPrefix("Message-ID: <")
      }
    }.map { $0.dropFirst(13).dropLast() }
  }
}

extension SessionTests {
  @Test("a mail command that is killed with the message in hand: the step waits again and names the Message-ID")
  func killedCommand() throws {
    let mail = try ApprovedMail("kill -9 $$")
    _ = try mail.ringi("host", "1", "--perform-only")
    let step = try mail.step()
    #expect(step.state == .waiting && step.mustBeSeenWhole)
    let id = try #require(mail.ids().first)
    #expect(mail.ids().count == 1)
    #expect(step.reach.warnings.contains { $0.contains("signal 9") && $0.contains("may have happened already") })
    #expect(step.reach.warnings.contains { $0.hasSuffix("Message-ID \(id)") }, "\(step.reach.warnings) \(id)")
    #expect(try mail.ringi("audit", "verify").output.hasPrefix("intact"))
  }

  @Test("the Message-ID is fixed at the draft: its send has it, and so has another try, until the words are others")
  func fixedID() throws {
    let mail = try ApprovedMail("kill -9 $$")
    _ = try mail.ringi("host", "1", "--perform-only")
    let first = try #require(mail.ids().first)
    let asked = try mail.step()
    let desk = try Desk(mustExist: true)
    try desk.gate.decide(asked.id, .approve, by: desk.person, shown: Shown(asked, painted: "t"), dueAt: nil)
    _ = try mail.ringi("host", "1", "--perform-only")
    #expect(mail.ids() == [first, first])
    let again = try mail.step()
    let text = try #require(try DeskActions(desk).editableText(again))
    try DeskActions(desk).edit(again, text: text + "other words\n")
    let edited = try mail.step()
    try desk.gate.decide(edited.id, .approve, by: desk.person, shown: Shown(edited, painted: "t"), dueAt: nil)
    _ = try mail.ringi("host", "1", "--perform-only")
    #expect(mail.ids().count == 3 && mail.ids()[2] != first)
    // A draft and the send that is raised from it.
    let ringi = try Ringi()
    let (other, run) = try ringi.openRun(try ringi.workspace(agent: "true"))
    let made = try DeskActions(other).maker(run).make(
      Proposal(
        effect: .draft(
          Mail(
            from: "me@kumo.example", to: ["you@aster.example"], cc: [], bcc: [], replyTo: "", subject: "s", body: "b\n",
            attachments: []), attachments: []), claims: Claims()), plan: nil, staging: StagingArea(),
      isRelayed: false)
    let draft = try other.gate.intake(made.step, by: .agent("a"))
    try other.store.setState(run, .review, note: "", by: .performer)
    try DeskActions(other).mark(draft, .keep, discarding: [], painted: "t")
    _ = try? DeskActions(other).finishReview(run)
    _ = try ringi("host", "1", "--perform-only")
    let saved = try #require(try other.store.step(draft.id))
    #expect(saved.state == .done)
    _ = try ringi.approve(other, try DeskActions(other).raiseSend(saved))
    let ids = try ["drafts/run-1-step-1.eml", "run-1-step-2.eml"].map { name in
      try String(contentsOfFile: "\(ringi.desk)/outbox/\(name)", encoding: .utf8).split(separator: "\r\n").first {
        $0.hasPrefix("Message-ID: ")
      }
    }
    #expect(ids[0] != nil && ids[0] == ids[1], "\(ids)")
  }

  @Test(
    "a performer killed at any moment of a sending: nothing goes twice, and what may have gone is asked",
    .enabled(if: strace))
  func mailOnce() throws {
    let asked = ProcessInfo.processInfo.environment["RINGI_FAULTS"]
    var (sent, again, later) = (0, 0, 0)
    for end in ["true", nil] {
      let calls = ["write", "pwrite64", "fsync", "fdatasync", "rename", "clone", "clone3", "wait4", "close"]
      let clean = try ApprovedMail(end)
      let log = "\(clean.ringi.folder.path)/calls"
      _ = try KeptReview.perform(clean.ringi, ["-o", log, "-e", "trace=\(calls.joined(separator: ","))"])
      #expect(try clean.step().state == .done && clean.ids().count == 1)
      let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      let cells = calls.flatMap { call in (0..<lines.count { $0.contains(" \(call)(") }).map { (call, $0 + 1) } }
      // The last calls are those around the deed.
      for (index, (call, when)) in cells.enumerated() where asked == "all" || index % 6 == 1 {
        let mail = try ApprovedMail(end)
        let options = ["-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(when)"]
        _ = try KeptReview.perform(mail.ringi, options)
        for _ in 0..<2 where [.approved, .performing].contains(try mail.step().state) {
          _ = try mail.ringi("host", "1", "--perform-only")
        }
        let step = try mail.step()
        let cell = "\(call) \(when) \(end ?? "outbox"): \(step.state), \(mail.ids())"
        #expect(mail.ids().count <= 1, "\(cell)")
        switch step.state {
        case .done:
          #expect(mail.ids().count == 1, "\(cell)")
          sent += 1
        case .waiting:
          #expect(step.reach.warnings.contains { $0.contains("may have happened already") }, "\(cell)")
          again += 1
        default:
          Issue.record("\(cell)")
          later += 1
        }
        #expect(try mail.ringi("audit", "verify").output.hasPrefix("intact"), "\(cell)")
      }
    }
    print("kills around a sending: \(sent) sent once, \(again) asked again, \(later) otherwise")
  }
}

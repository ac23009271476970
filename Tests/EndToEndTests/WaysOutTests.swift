// How a message leaves is part of what a person said yes to: a mail command that is set, changed or taken away in
// between makes the step wait again, and the new preview says where it goes.

import Domain
import Foundation
import GateKeeper
import Storage
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("Ways out")
  struct WaysOutTests {
    let ringi: Ringi
    let space: String
    let desk: Desk
    var sent: Bool { FileManager.default.fileExists(atPath: "\(ringi.folder.path)/sent") }
    var saved: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(ringi.desk)/outbox")) ?? [] }

    static let mail = Mail(
      from: "me@kumo.example", to: ["you@aster.example"], cc: [], bcc: [], replyTo: "", subject: "s", body: "b\n",
      attachments: [])
    static let event = CalendarEvent(
      title: "t", start: "2026-12-01T09:00:00Z", end: "2026-12-01T10:00:00Z", place: "", notes: "",
      attendees: ["you@aster.example"])

    init() throws {
      ringi = try Ringi()
      space = try ringi.workspace(agent: "true")
      let command = "\(ringi.folder.path)/take"
      try "#!/bin/sh\ncat > '\(ringi.folder.path)/sent'\n".write(toFile: command, atomically: true, encoding: .utf8)
      chmod(command, 0o755)
      desk = try ringi.openRun(space).desk
    }

    private func set(_ key: String?) throws {
      let text =
        key.map { "\($0): {\($0 == "mail" ? "sendmail" : "command"): [\"\(ringi.folder.path)/take\"]}\n" } ?? "{}\n"
      try text.write(toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
    }

    private func propose(_ effect: ProposedEffect) throws -> StepSummary {
      let made = try DeskActions(desk).maker(RunID(1)).make(
        Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }

    private func shown(_ step: StepSummary) throws -> Bool {
      try DeskReport(desk).step(StepAddress("1.\(step.number)")).1.lines.contains {
        $0.text.contains("no further than the desk’s outbox")
      }
    }

    /// Approves what is shown, after the desk has changed: nothing leaves, and the step shows the new way.
    private func waitsAgain(_ step: StepSummary, then key: String?) throws {
      #expect(try shown(step) == (key != nil))
      try set(key)
      let again = try ringi.approve(desk, step)
      #expect(again.state == .waiting && again.revision > step.revision && !sent && saved.isEmpty)
      #expect(try shown(again) == (key == nil))
      let log = try ringi("audit", "log").output
      #expect(log.contains("settings changed"), "\(log)")
      let done = try ringi.approve(desk, again)
      #expect(done.state == .done && sent == (key != nil) && saved.isEmpty == (key != nil), "\(done.reason) \(saved)")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a mail waits again when a mail command is set up or taken away", arguments: ["mail", nil])
    func mail(key: String?) throws {
      try set(key == nil ? "mail" : nil)
      try waitsAgain(try propose(.send(Self.mail, attachments: [])), then: key)
    }

    @Test("a post waits again when a chat command is set up")
    func post() throws {
      try waitsAgain(try propose(.post(ChatPost(channel: "#legal", text: "b"))), then: "chat")
    }

    @Test("an invitation waits again when a mail or a calendar command is set up", arguments: ["mail", "calendar"])
    func invitation(key: String) throws { try waitsAgain(try propose(.event(Self.event)), then: key) }

    @Test("a send raised from a draft by a console that was there before the mail command shows the new way")
    func raised() throws {
      let draft = try propose(.draft(Self.mail, attachments: []))
      try set("mail")
      #expect(try shown(try DeskActions(desk).raiseSend(draft)) == false)
    }

    @Test("what lies in the outbox says so when it is raised once more, and reached nobody")
    func outboxTwice() throws {
      let desk = try Desk()
      let draft = try propose(.draft(Self.mail, attachments: []))
      let first = try DeskActions(desk).raiseSend(draft)
      let laid = try ringi.approve(desk, first)
      #expect(laid.isUndelivered && laid.reason.hasPrefix(Outbox.prefix))
      let second = try DeskActions(desk).raiseSend(draft)
      #expect(second.reach.warnings.contains { $0.contains("lies in the outbox already, as #\(laid.number)") })
      #expect(second.reach.warnings.contains { $0.hasSuffix("never written to before") })
    }

    @Test("a file of the outbox that somebody changed is found; one that somebody took out is counted")
    func outboxChanged() throws {
      let desk = try Desk()
      let send = try DeskActions(desk).raiseSend(try propose(.draft(Self.mail, attachments: [])))
      let laid = try ringi.approve(desk, send)
      let saved = try #require(Outbox.saved(in: laid.reason))
      let file = "\(ringi.desk)/outbox/\(saved.name)"
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try text.replacingOccurrences(of: "\r\nTo: ", with: "\r\nTo: eve@evil.example,\r\n ").write(
        toFile: file, atomically: false, encoding: .utf8)
      let result = try ringi("audit", "verify")
      #expect(result.code == 1 && result.error.contains("is not the one that was put there"), "\(result)")
      unlink(file)
      #expect(try ringi("audit", "verify").output.contains("put in the outbox is there no more"))
    }

    @Test("a workspace.yaml that names another sender makes an approved invitation wait again")
    func sender() throws {
      try set("mail")
      let step = try propose(.event(Self.event))
      let text = try String(contentsOfFile: "\(space)/workspace.yaml", encoding: .utf8)
      try (text + "mail: {sender: other@kumo.example}\n").write(
        toFile: "\(space)/workspace.yaml", atomically: true, encoding: .utf8)
      let again = try ringi.approve(desk, step)
      #expect(again.state == .waiting && !sent)
    }
  }
}

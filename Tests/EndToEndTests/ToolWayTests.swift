// Posts and invitations that leave through a tool of a connector: what is called is what was shown, at a server that a person
// has accepted, and at most once.

import Domain
import Foundation
import GateKeeper
import Glibc
import Settings
import Storage
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Suite("messages through a tool", .enabled(if: access("/usr/bin/python3", X_OK) == 0))
  struct ToolWayTests {
    let ringi: Ringi
    let desk: Desk
    private var ledger: String { "\(ringi.folder.path)/ledger" }
    private var written: String { (try? String(contentsOfFile: ledger, encoding: .utf8)) ?? "" }
    private static let chat =
      #"{connector: slack, tool: slack_send_message, arguments: {channel_id: "{channel}", message: "{text}", unfurl: false}}"#
    private static let calendar = #"""
      {connector: google-calendar, tool: create_event, arguments: {summary: "{title}", start: {dateTime: "{start}"},
        attendees: "{attendees}", description: "for {attendees} by {organizer}", reminders: [10, "10"]}}
      """#

    init() throws {
      ringi = try Ringi()
      let space = try ringi.workspace(agent: "true")
      desk = try ringi.openRun(space).desk
      try settings()
    }

    private func settings(chat: String = chat, flags: String = "") throws {
      let server = Project.corpus.appending(path: "agents/mcp_server.py").path
      func connector(_ name: String) -> String {
        let calls = Project.corpus.appending(path: "connectors/\(name).json").path
        return "  \(name): {command: [/usr/bin/python3, \(server), \(ledger), \"tools=\(calls)\"]}\n"
      }
      try """
      connectors:
      \(connector("slack"))\(connector("google-calendar"))
      chat: \(chat)
      calendar: \(Self.calendar)

      """.write(toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
      try flags.write(toFile: "\(ledger).flags", atomically: true, encoding: .utf8)
    }

    private func propose(_ effect: ProposedEffect) throws -> StepSummary {
      let made = try DeskActions(desk).maker(RunID(1)).make(
        Proposal(effect: effect, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }

    private func shown(_ step: StepSummary) throws -> String {
      let (_, preview) = try DeskReport(desk).step(StepAddress("1.\(step.number)"))
      return preview.lines.map(\.text).joined(separator: "\n")
    }

    /// The server's question, answered with yes; then the message again.
    private func accept(_ step: StepSummary) throws -> StepSummary {
      let again = try ringi.approve(desk, step)
      #expect(again.state == .waiting && written.isEmpty, "\(again.state) \(again.reason)")
      #expect(again.reach.warnings.first?.contains("accept it as it is now") == true, "\(again.reach.warnings)")
      let trust = try #require(try desk.store.steps(of: RunID(1), in: [.waiting]).first { $0.kind == .connectorTrust })
      #expect(try ringi.approve(desk, trust).state == .done)
      return try #require(try desk.store.step(step.id))
    }

    @Test("a post is the call that was shown, once its server is accepted")
    func post() throws {
      let step = try propose(.post(ChatPost(channel: "legal", text: "Done \"today\"\n{channel}")))
      #expect(try shown(step).contains(#"`slack_send_message` at the desk’s connector `slack`"#))
      #expect(try shown(step).contains(#"with {"channel_id":"{channel}","message":"{text}","unfurl":false}"#))
      #expect(step.reach.warnings.contains { $0.contains("nobody has accepted the server") })
      let done = try ringi.approve(desk, try accept(step))
      #expect(done.state == .done && done.reason == "handed to `slack_send_message` of `slack`", "\(done.reason)")
      #expect(
        written
          == #"slack_send_message {"channel_id": "legal", "message": "Done \"today\"\n{channel}", "unfurl": false}"#
          + "\n")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("an invitation brings its guests as a list")
    func invitation() throws {
      let event = CalendarEvent(
        title: "Review", start: "2026-12-01T09:00:00Z", end: "2026-12-01T10:00:00Z", place: "", notes: "",
        attendees: ["Anna <anna@aster.example>", "bo@aster.example"])
      let done = try ringi.approve(desk, try accept(try propose(.event(event))))
      #expect(done.state == .done, "\(done.reason)")
      #expect(written.contains(#""attendees": ["anna@aster.example", "bo@aster.example"]"#), "\(written)")
      #expect(written.contains(#""description": "for anna@aster.example, bo@aster.example by "#), "\(written)")
      #expect(written.contains(#""reminders": [10, "10"]"#) && written.contains(#""start": {"dateTime": "2026-"#))
      // One that invites nobody goes nowhere.
      let own = try propose(
        .event(
          CalendarEvent(
            title: "Own", start: "2026-12-01T09:00:00Z", end: "2026-12-01T10:00:00Z", place: "", notes: "",
            attendees: [])))
      #expect(own.state == .staged && !own.reach.goesOut)
    }

    @Test(
      "what the server refuses failed and can be raised again; what it never answered asks; another tool is another way"
    )
    func ends() throws {
      let step = try accept(try propose(.post(ChatPost(channel: "a", text: "one"))))
      try settings(flags: "fails")
      let failed = try ringi.approve(desk, step)
      #expect(failed.state == .failed && failed.reason.contains("the quota is used up"), "\(failed.reason)")
      try settings(flags: "dies")
      let second = try propose(.post(ChatPost(channel: "a", text: "two")))
      let asked = try ringi.approve(desk, second)
      #expect(asked.state == .waiting && asked.reach.warnings.contains { $0.contains("it may have happened already") })
      #expect(written.contains("two"))
      let third = try propose(.post(ChatPost(channel: "a", text: "three")))
      try settings(chat: Self.chat.replacing("slack_send_message", with: "slack_post_message"))
      let again = try ringi.approve(desk, third)
      #expect(again.state == .waiting && again.revision > third.revision && !written.contains("three"))
      #expect(try shown(again).contains("slack_post_message"))
    }

    @Test(
      "settings that would lose a part of a message, or name what is not there, are refused with their place",
      arguments: [
        (#"{connector: slak, tool: t, arguments: {a: "{text}"}}"#, "unknown connector `slak`; did you mean `slack`?"),
        (#"{connector: slack, tool: t, arguments: {a: "x"}}"#, "{text} is nowhere in the arguments"),
        (#"{connector: slack, tool: t, arguments: {a: "{txt}", b: "{text}"}}"#, "unknown place `{txt}`"),
        (#"{connector: slack, arguments: {a: "{text}"}}"#, "needs its `tool` and the `arguments`"),
        (#"{connector: slack, command: [x], tool: t, arguments: {a: "{text}"}}"#, "by a `command` or by a `connector`"),
        (#"{tool: t}"#, "`connector` says whose tool this is"),
        (#"{connector: slack, tool: t, arguments: "{text}"}"#, "expected `name: value` lines"),
      ])
    func faults(chat: String, why: String) throws {
      let fault = #expect(throws: SettingsFault.self) {
        try DeskFile.read("connectors: {slack: {command: [x]}}\nchat: \(chat)\n")
      }
      #expect(
        fault?.sentence.contains(why) == true && fault?.sentence.hasPrefix("desk.yaml:2:") == true,
        "\(String(describing: fault))")
    }
  }
}

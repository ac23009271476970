// Calls of other systems that wait for the review of their run: Ringi makes them by itself, each at most once.

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
  @Suite("held calls of a connector", .enabled(if: access("/usr/bin/python3", X_OK) == 0))
  struct HeldCallTests {
    let ringi: Ringi
    private var ledger: String { "\(ringi.folder.path)/ledger" }
    private var written: String { (try? String(contentsOfFile: ledger, encoding: .utf8)) ?? "" }
    private static let draft = #"{"to":["anna@example.com"],"subject":"Offer","body":"Hello Anna"}"#
    private static let line =
      #"create_draft {"body": "Hello Anna", "subject": "Offer", "to": ["anna@example.com"]}"# + "\n"

    init() throws {
      ringi = try Ringi()
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
    }

    private func actions() throws -> DeskActions { DeskActions(try Desk(mustExist: true)) }

    private func setUp(_ flags: String = "") throws {
      let server = Project.corpus.appending(path: "agents/mcp_server.py").path
      let calls = Project.corpus.appending(path: "connectors/gmail.json").path
      try """
      connectors:
        gmail:
          command: [/usr/bin/python3, \(server), \(ledger), "tools=\(calls)"]
          secrets:
            SECRET: [/bin/sh, -c, "echo no part of it >&2; echo s3cret"]

      """.write(toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
      try flags.write(toFile: "\(ledger).flags", atomically: true, encoding: .utf8)
    }

    private func step(_ kind: ActionKind, _ state: StepState) throws -> StepSummary {
      let store = try actions().store
      for _ in 0..<1_000 {
        for run in try store.runs() {
          if let step = try store.steps(of: run.id, in: [state]).first(where: { $0.kind == kind }) { return step }
        }
        poll(nil, 0, 10)
      }
      Issue.record("no \(kind.rawValue) was ever \(state.rawValue)")
      throw CancellationError()
    }

    private func accept(_ trust: StepSummary) throws {
      let desk = try Desk(mustExist: true)
      try desk.gate.decide(trust.id, .approve, by: desk.person, shown: Shown(trust, painted: "t"))
      _ = try ringi("host", "\(trust.run)", "--perform-only")
    }

    /// A client's draft, held.
    private func held(by client: Ringi.Client, _ id: Int = 1) throws -> String? {
      try client.call(id, "create_draft", Self.draft)
      if try actions().store.trustSteps("gmail").isEmpty { try accept(try step(.connectorTrust, .waiting)) }
      return client.answer(id)?["result"]?["content"]?.array?.first?["text"]?.string
    }

    private func review(_ step: StepSummary, _ mark: Mark = .keep) throws {
      try actions().mark(
        try #require(try actions().store.step(step.id)), mark, discarding: [], reason: mark == .discard ? "no" : nil,
        painted: "t")
      _ = try? actions().finishReview(step.run)
      _ = try ringi("host", "\(step.run)", "--perform-only")
    }

    private func now(_ step: StepSummary) throws -> StepSummary { try #require(try actions().store.step(step.id)) }

    @Test(
      "a draft is held, its agent goes on, and is made once when the review is finished", arguments: ["", "modern"])
    func whole(era: String) throws {
      try setUp(era)
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      if era.isEmpty {
        let words = try held(by: client)
        #expect(words?.contains("held as #2") == true && words?.contains("has no result yet") == true, "\(words ?? "")")
        #expect(try held(by: client, 2)?.contains("held already as #2") == true)
      } else {
        let meta =
          #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
        try client.say(
          #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_draft","arguments":\#(Self.draft),"_meta":\#(meta)}}"#
        )
        try accept(try step(.connectorTrust, .waiting))
        #expect(client.answer(1)?["result"]?["isError"]?.bool == false)
      }
      try client.end()
      let draft = try step(.mailDraft, .staged)
      #expect(!draft.isRelayed && draft.reach.goesOut && !draft.reach.goesNowhere && written.isEmpty)
      let shown = try ringi("show", "\(draft.run).\(draft.number)").output
      #expect(shown.contains("Ringi starts its server for it") && shown.contains("Hello Anna"))
      #expect(try actions().store.run(draft.run)?.state == .review)
      try review(draft)
      #expect(written == "s3cret \(Self.line)")
      #expect(try now(draft).state == .done && now(draft).reason == StepSummary.passedOn)
      _ = try ringi("host", "\(draft.run)", "--perform-only")
      #expect(written == "s3cret \(Self.line)")
      let log = try ringi("audit", "log").output + shown
      #expect(!log.contains("s3cret") && log.contains("written"))
      #expect(try actions().store.run(draft.run)?.state == .finished)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("what is discarded is never called, what the server refuses comes back into the review with its words")
    func refused() throws {
      try setUp()
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      _ = try held(by: client)
      try client.end()
      let draft = try step(.mailDraft, .staged)
      try setUp("fails")
      try review(draft)
      #expect(try now(draft).state == .staged && written.isEmpty)
      #expect(try now(draft).reach.warnings.contains { $0.contains("the quota is used up") })
      #expect(try now(draft).mark == .undecided)
      try review(draft, .discard)
      #expect(try now(draft).state == .discarded && written.isEmpty)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a server that is another one by then is asked about first, and what it is to do is shown again")
    func changed() throws {
      try setUp()
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      _ = try held(by: client)
      try client.end()
      let draft = try step(.mailDraft, .staged)
      try setUp("formed")
      try review(draft)
      #expect(try written.isEmpty && now(draft).state == .staged)
      let trust = try step(.connectorTrust, .waiting)
      try accept(trust)
      #expect(try now(draft).reach.warnings.contains { $0.contains("accepted anew") })
      try review(draft)
      #expect(try written == "s3cret \(Self.line)" && now(draft).state == .done)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a tool that promises a form is not answered with words as if they were one")
    func formed() throws {
      try setUp("formed")
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      try client.call(1, "create_draft", Self.draft)
      try accept(try step(.connectorTrust, .waiting))
      let result = client.answer(1)?["result"]
      #expect(result?["isError"]?.bool == true)
      #expect(result?["content"]?.array?.first?["text"]?.string?.hasPrefix("this is no error: held as #2") == true)
      try client.end()
    }

    @Test("what had left for a server that gave no answer is a question", arguments: ["dies"])
    func unknown(flag: String) throws {
      try setUp()
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      _ = try held(by: client)
      try client.end()
      let draft = try step(.mailDraft, .staged)
      try setUp(flag)
      try review(draft)
      #expect(written == "s3cret \(Self.line)")
      #expect(try now(draft).state == .waiting && now(draft).isQuestionOnly)
      // A no takes it into the review again; a yes says that it happened. Neither calls.
      try setUp()
      try actions().decide(try now(draft), .reject(code: "typed", reason: "not there"), painted: "t")
      #expect(try now(draft).state == .staged && !now(draft).mayHaveHappened)
      try setUp(flag)
      try review(draft)
      #expect(try now(draft).isQuestionOnly && written == "s3cret \(Self.line)s3cret \(Self.line)")
      try actions().decide(try now(draft), .approve, painted: "t")
      _ = try ringi("host", "\(draft.run)", "--perform-only")
      #expect(try now(draft).state == .done && now(draft).reason.hasPrefix("it had happened"))
      #expect(written == "s3cret \(Self.line)s3cret \(Self.line)")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a secret that the server repeats is hidden from agent, people and record")
    func secrets() throws {
      try setUp()
      let first = try Ringi.Client(ringi, ["--connector", "gmail"])
      _ = try held(by: first)
      try first.end()
      try setUp("tells")
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      try client.call(1, "search_threads", #"{"query":"x"}"#)
      let text = client.answer(1)?["result"]?["content"]?.array?.first?["text"]?.string
      #expect(text == "my token is [hidden by Ringi]")
      try client.end()
      let draft = try step(.mailDraft, .staged)
      try review(draft)
      #expect(try now(draft).reach.warnings.contains { $0.contains("my token is [hidden by Ringi]") })
      let all = try ringi("audit", "export").output + ringi("audit", "log").output
      #expect(!all.contains("s3cret") && all.contains("hidden by Ringi"))
    }

    @Test("a stop ends no call that a person keeps after it")
    func afterStop() throws {
      try setUp()
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      _ = try held(by: client)
      let draft = try step(.mailDraft, .staged)
      _ = try actions().stop(draft.run)
      try client.end()
      try review(draft)
      #expect(try now(draft).state == .done && written == "s3cret \(Self.line)")
    }

    @Test(
      "an agent that Ringi runs is given the connectors of its workspace: held, asked and kept in its own run",
      arguments: [false, true])
    func injected(isPrivate: Bool) throws {
      guard !isPrivate || canMakeViews else { return print("skipped: no private views here") }
      let space = "\(ringi.folder.path)/space"
      try FileManager.default.createDirectory(atPath: "\(space)/files", withIntermediateDirectories: true)
      try "name: t\nagent: mailer\nfolders: [{path: files}]\nconnectors: [gmail]\n".write(
        toFile: "\(space)/workspace.yaml", atomically: true, encoding: .utf8)
      try "work".write(toFile: "\(space)/goal.txt", atomically: true, encoding: .utf8)
      try setUp()
      let script = Project.corpus.appending(path: "agents/acp_connector.py").path
      let calls = #"[["create_draft",\#(Self.draft)],["search_threads",{"query":"x"}],["sendEmail",\#(Self.draft)]]"#
      let view = isPrivate ? "reads: [\(script)]" : "view: none"
      let settings = try String(contentsOfFile: "\(ringi.desk)/desk.yaml", encoding: .utf8)
      try
        (settings + "agents:\n  mailer: {command: [/usr/bin/python3, \(script), '\(calls)'], model: local, \(view)}\n")
        .write(toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
      let started = try ringi("run", "--detach", space)
      #expect(started.code == 0, "\(started)")
      let trust = try step(.connectorTrust, .waiting)
      let desk = try Desk(mustExist: true)
      try desk.gate.decide(trust.id, .approve, by: desk.person, shown: Shown(trust, painted: "t"))
      let mail = try step(.mailSend, .waiting)
      #expect(mail.isRelayed && mail.run == trust.run && written == "s3cret search_threads {\"query\": \"x\"}\n")
      try desk.gate.decide(mail.id, .approve, by: desk.person, shown: Shown(mail, painted: "t"))
      #expect(try step(.mailSend, .done).reason == StepSummary.passedOn)
      let draft = try step(.mailDraft, .staged)
      for _ in 0..<1_000 {
        guard try actions().store.run(trust.run)?.state != .review else { break }
        poll(nil, 0, 10)
      }
      #expect(try actions().store.runs().count == 1 && actions().store.run(trust.run)?.state == .review)
      #expect(!written.contains("create_draft"))
      try actions().keepAll(trust.run)
      _ = try actions().finishReview(trust.run)
      #expect(try step(.mailDraft, .done).id == draft.id)
      #expect(written.contains("s3cret \(Self.line)"))
      for _ in 0..<1_000 {
        guard try actions().store.run(trust.run)?.state != .finished else { break }
        poll(nil, 0, 10)
      }
      let answers = try String(contentsOfFile: "\(space)/files/answers.txt", encoding: .utf8)
      #expect(answers.hasPrefix("held as #") && answers.hasSuffix("\nwritten\nwritten\n"), "\(answers)")
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("without its secret, its program or its entry a server is not started, and the reason says which")
    func closed() throws {
      try setUp()
      let client = try Ringi.Client(ringi, ["--connector", "gmail"])
      _ = try held(by: client)
      try client.end()
      let draft = try step(.mailDraft, .staged)
      let file = "\(ringi.desk)/desk.yaml"
      let settings = try String(contentsOfFile: file, encoding: .utf8)
      try settings.replacing("echo s3cret", with: "false").write(toFile: file, atomically: true, encoding: .utf8)
      try review(draft)
      #expect(
        try now(draft).state == .staged && now(draft).reach.warnings.contains { $0.contains("the secret SECRET") })
      let other = try ringi("mcp", "--connector", "jira")
      #expect(other.code == 2 && other.error.contains("desk.yaml names no connector `jira`"))
      #expect(written.isEmpty)
    }
  }
}

// `ringi mcp -- SERVER` between a client and a server, as processes: what is called happens after a yes or not at all.

import Domain
import Foundation
import GateKeeper
import Glibc
import Storage
import TestKit
import Testing
import Wire

@testable import Runtime

extension Ringi {
  /// A client of the gateway.
  final class Client {
    let process = Process()
    private let (input, output) = (Pipe(), Pipe())
    private var framing = LineFraming()
    private var lines: [JSON] = []

    convenience init(_ ringi: Ringi, _ arguments: [String], server: [String]) throws {
      try self.init(ringi, arguments + ["--"] + server)
    }

    /// - Parameter words: after `ringi mcp`.
    init(_ ringi: Ringi, _ words: [String]) throws {
      process.executableURL = URL(filePath: Ringi.program)
      process.arguments = ["mcp"] + words
      process.environment = [
        "RINGI_DESK": ringi.desk, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": ringi.folder.path,
        "RINGI_SHARE": Project.root.path,
      ]
      (process.standardInput, process.standardOutput) = (input, output)
      process.standardError = FileHandle.nullDevice
      try process.run()
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    func say(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8)) }

    func call(_ id: Int, _ tool: String, _ arguments: String) throws {
      try say(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments),"_meta":{"progressToken":\#(id)}}}"#
      )
    }

    /// The next message that answers this request; nil where the stream ends first, or nothing comes for 20 seconds.
    func answer(_ id: Int) -> JSON? {
      while true {
        if let index = lines.firstIndex(where: { $0["id"]?.int == Int64(id) }) { return lines.remove(at: index) }
        guard read() else { return nil }
      }
    }

    private func read() -> Bool {
      var descriptor = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 20_000) > 0 else { return false }
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { return false }
      for case .line(let line) in framing.add(data) { if let json = try? JSONReader.read(line) { lines.append(json) } }
      return true
    }

    func end() throws {
      try input.fileHandleForWriting.close()
      while read() {}
      process.waitUntilExit()
    }
  }
}

extension SessionTests {
  @Suite("MCP gateway as a process", .enabled(if: access("/usr/bin/python3", X_OK) == 0))
  struct GatewayTests {
    let ringi: Ringi
    private var ledger: String { "\(ringi.folder.path)/ledger" }
    private var written: String { (try? String(contentsOfFile: ledger, encoding: .utf8)) ?? "" }

    init() throws {
      ringi = try Ringi()
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
    }

    private func server(_ flags: String...) -> [String] {
      ["/usr/bin/python3", Project.corpus.appending(path: "agents/mcp_server.py").path, ledger] + flags
    }

    private func actions() throws -> DeskActions { DeskActions(try Desk(mustExist: true)) }

    /// The step of this kind that waits.
    private func waiting(_ kind: ActionKind) throws -> StepSummary {
      let store = try actions().store
      for _ in 0..<1_000 {
        for run in try store.runs() {
          if let step = try store.steps(of: run.id, in: [.waiting]).first(where: { $0.kind == kind }) { return step }
        }
        poll(nil, 0, 10)
      }
      Issue.record("no \(kind.rawValue) ever waited")
      throw CancellationError()
    }

    private func approve(_ step: StepSummary) throws {
      let desk = try Desk(mustExist: true)
      try desk.gate.decide(step.id, .approve, by: desk.person, shown: Shown(step, painted: "t"))
      if step.kind == .connectorTrust { _ = try ringi("host", "\(step.run)", "--perform-only") }
    }

    private func state(_ step: StepSummary) throws -> StepSummary { try #require(try actions().store.step(step.id)) }

    private func state(_ step: StepSummary, _ wanted: StepState) throws -> Bool {
      for _ in 0..<1_000 {
        if try state(step).state == wanted { return true }
        poll(nil, 0, 10)
      }
      return false
    }

    @Test("a person accepts the server as it is, then each call; a no reaches the model with its reason")
    func whole() throws {
      let client = try Ringi.Client(ringi, ["--name", "ledger"], server: server())
      try client.say(
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"desktop","version":"1"}}}"#
      )
      #expect(client.answer(1)?["result"]?["serverInfo"]?["name"]?.string == "small")
      #expect(try actions().store.runs().isEmpty, "a client that only looks is no run")
      try client.call(2, "append", #"{"line":"one"}"#)
      let trust = try waiting(.connectorTrust)
      let shown = try actions().store.previewBytes(of: trust.id).flatMap { String(validating: $0, as: UTF8.self) }
      #expect(shown?.contains("send_email") == true && shown?.contains("Adds a line.") == true)
      #expect(trust.target == "ledger" && written.isEmpty)
      try approve(trust)
      let call = try waiting(.connectorCall)
      // The acceptance is one step of a session that goes on.
      #expect(try actions().store.run(call.run)?.state == .live)
      #expect(call.target == "append by ledger" && call.claims.title.isEmpty && written.isEmpty)
      #expect(try actions().store.run(call.run)?.agent == "desktop")
      try approve(call)
      #expect(client.answer(2)?["result"]?["content"]?.array?.first?["text"]?.string == "written")
      #expect(written == "append {\"line\": \"one\"}\n")
      #expect(try state(call, .done) && state(call).reason == StepSummary.passedOn)
      // Trusted is trusted: no second question. Each call is one of its own.
      try client.call(3, "append", #"{"line":"one"}"#)
      let second = try waiting(.connectorCall)
      #expect(second.id != call.id)
      try actions().decide(second, .reject(code: "other", reason: "not twice"), painted: "t")
      let no = client.answer(3)?["result"]
      #expect(
        no?["isError"]?.bool == true && no?["content"]?.array?.first?["text"]?.string?.contains("not twice") == true)
      try client.end()
      #expect(written == "append {\"line\": \"one\"}\n")
      #expect(try actions().store.run(call.run)?.state == .finished)
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a server that says other things of its tools is asked about again, with the difference")
    func poisoned() throws {
      try trusted(server())
      // Nothing else would hold its calls.
      try "rules: [{action: connector.call, level: autonomous}]\n".write(
        toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      let known = try Ringi.Client(ringi, ["--name", "ledger"], server: server())
      try known.call(1, "append", #"{"line":"known"}"#)
      #expect(known.answer(1)?["result"]?["isError"]?.bool == false)
      try known.end()
      let client = try Ringi.Client(ringi, ["--name", "ledger"], server: server("worded"))
      try client.call(1, "append", #"{"line":"x"}"#)
      let again = try waiting(.connectorTrust)
      let shown = try #require(
        try actions().store.previewBytes(of: again.id).flatMap { String(validating: $0, as: UTF8.self) })
      #expect(shown.contains("id_rsa") && shown.contains("removed") && shown.contains("added"))
      try actions().decide(again, .reject(code: "other", reason: "poisoned"), painted: "t")
      #expect(client.answer(1)?["result"]?["content"]?.array?.first?["text"]?.string?.contains("poisoned") == true)
      try client.end()
      #expect(written == "append {\"line\": \"known\"}\n")
    }

    /// Accepts a server by a first session that is taken back.
    private func trusted(_ server: [String], name: String = "ledger") throws {
      let client = try Ringi.Client(ringi, ["--name", name], server: server)
      try client.call(1, "nothing_of_the_kind", "{}")
      try approve(try waiting(.connectorTrust))
      let call = try waiting(.connectorCall)
      try client.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
      #expect(try state(call, .withdrawn))
      try client.end()
    }

    @Test("an acceptance that was taken back is asked for again, and gives way to none before it")
    func forgotten() throws {
      try trusted(server())
      try trusted(server("worded"))
      #expect(try ringi("mcp", "--list").output.contains("ledger  accepted"))
      #expect(try ringi("mcp", "--forget", "ledger").code == 0)
      for flags in [server(), server("worded")] {
        let client = try Ringi.Client(ringi, ["--name", "ledger"], server: flags)
        try client.call(1, "append", "{}")
        let asked = try waiting(.connectorTrust)
        try actions().decide(asked, .reject(code: "other", reason: "no more"), painted: "t")
        #expect(client.answer(1)?["result"]?["isError"]?.bool == true)
        try client.end()
      }
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("no line of a long argument looks like another one")
    func arguments() throws {
      try trusted(server())
      let client = try Ringi.Client(ringi, ["--name", "ledger"], server: server())
      try client.call(1, "append", #"{"note":"thanks\nto: ACME Ltd","to":"EVIL Corp"}"#)
      let call = try waiting(.connectorCall)
      let shown = try ringi("show", "\(call.run).\(call.number)").output
      let lines = shown.split(separator: "\n").map(String.init)
      let real = try #require(lines.firstIndex { $0.hasSuffix("to: EVIL Corp") })
      let forged = try #require(lines.firstIndex { $0.contains("to: ACME Ltd") })
      #expect(real < forged && lines[forged].contains("    to: ACME Ltd") && !lines[real].contains("    to:"))
      try client.end()
    }

    @Test("of a known system a mail is a mail, judged by whom it goes to, and a search is a search")
    func catalogue() throws {
      try """
      rules:
        - {action: mail.send, target: "*@rival.example", level: forbidden, why: never them}
        - {action: mail.search, level: autonomous}

      """.write(toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      let client = try Ringi.Client(ringi, ["--name", "gmail"], server: server())
      try client.call(1, "search_emails", #"{"query":"budget"}"#)
      // Nobody has accepted it: what is said of its tools loosens nothing.
      try approve(try waiting(.connectorTrust))
      #expect(client.answer(1)?["result"]?["isError"]?.bool == false, "a search by an accepted server needs no yes")
      try client.call(2, "send_email", #"{"to":["eve@rival.example","a@b.example"],"subject":"s","body":"b"}"#)
      let text = client.answer(2)?["result"]?["content"]?.array?.first?["text"]?.string
      #expect(text?.contains("never them") == true, "\(text ?? "")")
      try client.call(
        3, "send_email", #"{"to":"Bo <bo@b.example>","subject":"Lunch","body":"At one?","priority":"high"}"#)
      let mail = try waiting(.mailSend)
      #expect(mail.target.contains("bo@b.example") && mail.reach.outsideRecipients == ["Bo <bo@b.example>"])
      #expect(mail.reach.topic == "Lunch")
      let shown = try #require(
        try actions().store.previewBytes(of: mail.id).flatMap { String(validating: $0, as: UTF8.self) })
      #expect(shown.contains("Subject: Lunch") && shown.contains("priority: high") && shown.contains("At one?"))
      try client.end()
      #expect(try state(mail, .withdrawn), "nobody waits for it any more")
      #expect(written == "search_emails {\"query\": \"budget\"}\n")
    }

    @Test(
      "each known system, on a server with its tools",
      arguments: Project.files(in: Project.corpus.appending(path: "connectors"), ending: ".json"))
    func system(file: URL) throws {
      let id = file.deletingPathExtension().lastPathComponent
      let calls = try #require(try JSONReader.read(Array(Data(contentsOf: file))).array)
      let client = try Ringi.Client(ringi, ["--name", id, "--wait", "0"], server: server("tools=\(file.path)"))
      try client.call(0, "anything", "{}")
      #expect(client.answer(0)?["result"]?["isError"]?.bool == true, "nobody waits")
      try approve(try waiting(.connectorTrust))
      for (index, call) in calls.enumerated() {
        try client.call(index + 1, call["tool"]?.string ?? "", (call["arguments"] ?? .object([])).text)
        let isError = client.answer(index + 1)?["result"]?["isError"]?.bool
        let steps = try actions().store.steps(of: RunID(1), in: StepState.allCases).sorted { $0.number < $1.number }
        let step = try #require(steps.last)
        let wanted = call["kind"]?.string ?? ""
        // Signs of payment or of people's data only make it stricter.
        #expect(step.kind.rawValue == wanted || step.state == .refused, "\(id): \(call.text)")
        #expect(isError == !(step.verdict.level < .watched), "\(id): \(call.text)")
        // The client has its answer before the desk has the record of it.
        if step.kind.isRead { #expect(try state(step, .done)) }
      }
      try client.end()
      let looks = calls.filter { ActionKind(rawValue: $0["kind"]?.string ?? "")?.isRead == true }
      #expect(written.split(separator: "\n").count <= looks.count, "nothing was written that nobody saw")
    }

    @Test("a server that dies, or a client that leaves, over a call that was passed on leaves a question, not a guess")
    func unknown() throws {
      for flag in ["dies", "silent"] {
        try trusted(server(flag), name: flag)
        let client = try Ringi.Client(ringi, ["--name", flag], server: server(flag))
        try client.call(1, "append", #"{"line":"\#(flag)"}"#)
        let call = try waiting(.connectorCall)
        try approve(call)
        for _ in 0..<1_000 where !written.contains(flag) { poll(nil, 0, 10) }
        try client.end()
        #expect(try state(call, .waiting) && state(call).mayHaveHappened, "\(flag)")
        #expect(written.contains("append {\"line\": \"\(flag)\"}\n"))
        // A yes says that it happened; nobody does it again. The same asked for once more says so.
        try actions().decide(try state(call), .approve, painted: "t")
        #expect(try state(call).state == .done && state(call).reason.hasPrefix("it had happened"))
        let again = try Ringi.Client(ringi, ["--name", flag], server: server(flag))
        try again.call(1, "append", #"{"line":"\#(flag)"}"#)
        let second = try waiting(.connectorCall)
        #expect(second.id != call.id && second.reach.warnings.contains { $0.contains("\(call.run).\(call.number)") })
        #expect(!second.isQuestionOnly)
        try again.end()
        #expect(written.split(separator: "\n").count(where: { $0.contains(flag) }) == 1)
      }
      #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    }

    @Test("a gate that is killed over a call that was passed on leaves the same question when its client has gone")
    func killedOverACall() throws {
      try trusted(server("silent"), name: "silent")
      let client = try Ringi.Client(ringi, ["--name", "silent"], server: server("silent"))
      try client.call(1, "append", #"{"line":"x"}"#)
      let call = try waiting(.connectorCall)
      try approve(call)
      for _ in 0..<1_000 where written.isEmpty { poll(nil, 0, 10) }
      kill(client.process.processIdentifier, SIGKILL)
      client.process.waitUntilExit()
      #expect(try state(call).state == .performing)
      let desk = try Desk(mustExist: true)
      let run = try #require(try desk.store.run(call.run))
      try HookSession(desk: desk, run: run).end("the agent is gone", isLost: true)
      #expect(try state(call).state == .waiting && state(call).mayHaveHappened)
    }

    @Test("without a desk, a record or readable rules nothing is passed on", arguments: ["desk", "policy", "record"])
    func closed(fault: String) throws {
      if fault == "desk" {
        let other = try Ringi()
        let client = try Ringi.Client(other, [], server: server())
        try client.end()
        return #expect(client.process.terminationStatus != 0 && written.isEmpty)
      }
      try trusted(server())
      let client = try Ringi.Client(ringi, ["--name", "ledger"], server: server())
      if fault == "policy" {
        try "rules: [{action: nonsense}]".write(toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
      } else {
        try FileManager.default.moveItem(atPath: "\(ringi.desk)/key", toPath: "\(ringi.desk)/key.away")
        unlink("\(ringi.desk)/desk.db")
      }
      try client.call(1, "append", #"{"line":"x"}"#)
      if fault == "policy" {
        let text = client.answer(1)?["result"]?["content"]?.array?.first?["text"]?.string
        #expect(text?.contains("the answer is no") == true && text?.contains("policy.yaml") == true, "\(text ?? "")")
      }
      try client.end()
      #expect(written.isEmpty)
    }

    @Test("when the gateway is killed its server ends, and a yes that comes after is for nothing")
    func killed() throws {
      try trusted(server())
      let client = try Ringi.Client(ringi, ["--name", "ledger"], server: server())
      try client.call(1, "append", #"{"line":"x"}"#)
      let call = try waiting(.connectorCall)
      kill(client.process.processIdentifier, SIGKILL)
      try client.end()
      try? approve(call)
      _ = try ringi("host", "\(call.run)", "--perform-only")
      #expect(written.isEmpty && FileManager.default.contentsEqual(atPath: ledger, andPath: "\(ledger).none") == false)
      #expect(![StepState.done, .performing].contains(try state(call).state))
    }
  }
}

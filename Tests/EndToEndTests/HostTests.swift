import Domain
import Foundation
import TestKit
import Testing

@testable import Runtime

/// What a host does beside agents: time that passes, policies that change, people who decide meanwhile.
extension SessionTests {
  private func write(_ id: Int, _ path: String, _ text: String, _ ringi: Ringi) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"fs/write_text_file","params":{"sessionId":"s","path":"\#(ringi.folder.path)/space/files/\#(path)","content":"\#(text)"}}"#
  }

  @Test("an agent is told of an expiry, which the host itself recorded, and the run goes on to its review")
  func expiry() throws {
    let ringi = try Ringi()
    let heard = "\(ringi.folder.path)/heard"
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [write(7, "a.md", "x", ringi)],
        then:
          "read r; echo \"$r\" > \(heard); printf '%s\\n' '{\"jsonrpc\":\"2.0\",\"id\":11,\"result\":{\"stopReason\":\"end_turn\"}}'; cat > /dev/null"
      ),
      policy: "rules:\n  - {action: file.create, level: watched, expires: 1s}\n")
    _ = try ringi("run", "--detach", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("it has expired") { $0.steps.values.first?.state == .expired }
    try sitting.until("the run is over") { $0.run?.state == .finished }
    let words = try String(contentsOfFile: heard, encoding: .utf8)
    #expect(words.contains("nobody decided it"), "\(words)")
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    try stop(ringi)
  }

  @Test("what was approved and held is judged anew when the policy changes meanwhile, and verify calls it honest")
  func changedPolicy() throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(
      agent: Ringi.speaking([write(7, "a.md", "x", ringi), write(8, "b.md", "y", ringi)]),
      policy:
        "rules:\n  - {action: file.create, target: a.md, level: watched, hold: 60s}\n  - {action: file.create, target: b.md, level: batched}\n"
    )
    _ = try ringi("run", "--detach", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("both are there") { $0.waitingIDs.count == 1 && $0.preparedIDs.count == 1 }
    try sitting.decide("a")
    try sitting.until("it is held") { $0.steps.values.contains { $0.state == .approved } }
    let held = try #require(sitting.model.steps.values.first { $0.state == .approved })
    try sitting.press("b")
    try sitting.decide("a")
    try "rules:\n  - {action: file.create, level: watched}\n".write(
      toFile: "\(space)/policy.yaml", atomically: true, encoding: .utf8)
    // Not at its time, when nobody may be there: now.
    try sitting.until("it waits again") { $0.steps[held.id]?.state == .waiting }
    #expect(sitting.model.steps[held.id]?.reach.warnings.first?.hasPrefix("the rules or the way out changed") == true)
    // What was kept before is not what holds now: judged anew, it waits for a person by itself.
    try sitting.press(.enter)
    try sitting.decide("a")
    #expect(sitting.model.status.contains("changed meanwhile: 1 result was judged anew"), "\(sitting.model.status)")
    try sitting.until("the prepared one waits") { $0.preparedIDs.isEmpty && $0.waitingIDs.count == 2 }
    #expect(!FileManager.default.fileExists(atPath: "\(space)/files/a.md"))
    let verified = try ringi("audit", "verify")
    #expect(verified.output.hasPrefix("intact"), "\(verified.error)")
    try stop(ringi)
  }

  @Test("a review begins with what is prepared as the rules have it by now")
  func reviewUnderNewRules() throws {
    let ringi = try Ringi()
    let rule = "rules:\n  - {action: file.create, level: batched, why: "
    let space = try ringi.workspace(agent: Ringi.speaking([write(7, "a.md", "x", ringi)]), policy: "\(rule)one}\n")
    _ = try ringi("run", "--detach", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("it is there") { $0.preparedIDs.count == 1 }
    try "\(rule)another}\n".write(toFile: "\(space)/policy.yaml", atomically: true, encoding: .utf8)
    try sitting.press("b")
    try sitting.until("it is judged anew") { $0.prepared.first?.verdict.reasons.contains("another") == true }
    #expect(sitting.model.status.contains("1 result is judged anew under them"), "\(sitting.model.status)")
    try stop(ringi)
  }

  @Test("a policy that can't be read permits nothing, and says why")
  func brokenPolicy() throws {
    let ringi = try Ringi()
    let heard = "\(ringi.folder.path)/heard"
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [write(7, "a.md", "x", ringi)],
        then:
          "read r; read go < \(ringi.folder.path)/go; printf '%s\\n' '\(write(8, "b.md", "y", ringi))'; read r; echo \"$r\" > \(heard).tmp; mv \(heard).tmp \(heard); cat > /dev/null"
      ),
      policy: "rules:\n  - {action: file.create, level: batched}\n")
    mkfifo("\(ringi.folder.path)/go", 0o600)
    _ = try ringi("run", "--detach", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("the first is prepared") { $0.preparedIDs.count == 1 }
    try "rules:\n  - {action: file.create, level: sometimes}\n".write(
      toFile: "\(space)/policy.yaml", atomically: true, encoding: .utf8)
    try "go\n".write(toFile: "\(ringi.folder.path)/go", atomically: false, encoding: .utf8)
    try sitting.until("the agent has heard") { _ in FileManager.default.fileExists(atPath: heard) }
    let words = try String(contentsOfFile: heard, encoding: .utf8)
    #expect(words.contains("the policy can't be read") && words.contains("policy.yaml:2"), "\(words)")
    #expect(sitting.model.order.count == 1)
    try stop(ringi)
  }

  @Test(
    "what a person discarded in a live run can be proposed again, and what a person rewrote is what the agent reads")
  func discardedAgain() throws {
    let ringi = try Ringi()
    let heard = "\(ringi.folder.path)/heard"
    let read =
      #"{"jsonrpc":"2.0","id":9,"method":"fs/read_text_file","params":{"sessionId":"s","path":"\#(ringi.folder.path)/space/files/b.md"}}"#
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [write(7, "a.md", "one", ringi), write(8, "b.md", "two", ringi)],
        then:
          "read r; read r; read go < \(ringi.folder.path)/go; printf '%s\\n' '\(read)'; read r; echo \"$r\" > \(heard); printf '%s\\n' '\(write(10, "a.md", "three", ringi))'; cat > /dev/null"
      ),
      policy: "rules:\n  - {action: file.create, level: batched}\n")
    mkfifo("\(ringi.folder.path)/go", 0o600)
    _ = try ringi("run", "--detach", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("both are prepared") { $0.preparedIDs.count == 2 }
    try sitting.press("b")
    try sitting.decide("x")
    try sitting.press("too long")
    try sitting.press(.enter)
    try sitting.press(.enter)
    #expect(sitting.text.contains(": too long"), "the last summary says why: \(sitting.text)")
    #expect(try ringi("review", "1", "--json").output.contains(#""mark":"discard","markReason":"too long""#))
    try sitting.decide("a")
    try sitting.until("one is discarded") { $0.preparedIDs.count == 1 }
    #expect(try ringi("audit", "log", "event:discarded").output.contains("too long"))
    try sitting.press("e")
    try sitting.press("my ")
    try sitting.press(.control("s"))
    try sitting.until("it is the person's") { $0.prepared.first?.revision != .first }
    try "go\n".write(toFile: "\(ringi.folder.path)/go", atomically: false, encoding: .utf8)
    try sitting.until("the first comes again") { $0.order.count == 4 && $0.preparedIDs.count == 2 }
    let words = try String(contentsOfFile: heard, encoding: .utf8)
    #expect(words.contains("my two"), "\(words)")
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    try stop(ringi)
  }

  @Test("who looks for a lock that is held leaves its holder's word as it is")
  func lockWord() throws {
    let folder = try Project.Folder()
    let run = RunID(7)
    let held = try RunLock(folder.path, run, as: .agent)
    #expect(RunLock.holder(folder.path, run) == .agent)
    #expect(throws: RuntimeFault.self) { _ = try RunLock(folder.path, run, as: .look) }
    #expect(RunLock.holder(folder.path, run) == .agent)
    held.become(.performer)
    #expect(RunLock.holder(folder.path, run) == .performer && !RunLock.isFree(folder.path, run))
    withExtendedLifetime(held) {}
  }

  @Test("that a desk's disk was full stands in the lock until a host writes it down or begins anew")
  func lockFull() throws {
    let folder = try Project.Folder()
    let run = RunID(7)
    do {
      let held = try RunLock(folder.path, run, as: .agent)
      held.markFull()
    }
    for _ in 0..<2 { #expect(try RunLock(folder.path, run, as: .look).isMarkedFull) }
    #expect(RunLock.isFree(folder.path, run))
    do { #expect(try !RunLock(folder.path, run, as: .performer).isMarkedFull) }
    #expect(try !RunLock(folder.path, run, as: .look).isMarkedFull)
  }

  @Test("a second edit is shown against the agent’s words, which are a key away; an attachment can be taken out")
  func editedTwice() throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "outgoing-drafts")
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("all messages are there") { $0.waitingIDs.count == 5 && $0.preparedIDs.count == 3 }
    let all = try sitting.session.actions.store.steps(of: RunID(1)).steps
    let mail = try #require(
      all.first { step in
        step.state == .waiting && (try? sitting.session.actions.editableText(step)?.contains("\nAttachment: ")) ?? false
      })
    while sitting.model.selection != mail.id { try sitting.press("n") }
    func edit(_ keys: (inout Sitting) throws -> Void) throws {
      let before = sitting.model.steps[mail.id]?.revision
      try sitting.press("e")
      try keys(&sitting)
      try sitting.press(.control("s"))
      try sitting.until("it is the person's") { $0.steps[mail.id]?.revision != before && $0.overlay == nil }
    }
    func changed() throws -> [String] {
      let lines = try DeskReport(sitting.session.desk).step(StepAddress("1.\(mail.number)")).1.lines
      return lines.drop { $0.text != StepMaker.rewrittenHeading }.filter { $0.role == .added }.map(\.text)
    }
    try edit { sitting in
      for _ in 0..<40 { try sitting.press(.down) }
      try sitting.press("first ")
    }
    try edit { sitting in
      for _ in 0..<4 { try sitting.press(.down) }
      try sitting.press(.control("k"))
      try sitting.press(.delete)
      for _ in 0..<40 { try sitting.press(.down) }
      try sitting.press("second ")
    }
    let words = try changed().joined(separator: "\n")
    #expect(words.contains("first ") && words.contains("second "), "against the agent's words, not the last: \(words)")
    #expect(
      try sitting.session.actions.editableText(#require(sitting.model.steps[mail.id]))?.contains("Attachment") == false)
    try edit { try $0.press(.control("r")) }
    #expect(try changed().isEmpty, "the agent's words again")
    #expect(sitting.model.steps[mail.id]?.effectDigest != mail.effectDigest, "a new form, with a salt of its own")
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    try stop(ringi)
  }

  @Test("an edit that policy would forbid changes nothing and says why")
  func forbiddenEdit() throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "outgoing-drafts")
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("all messages are there") { $0.waitingIDs.count == 5 }
    let mail = try #require(sitting.model.waiting.first { $0.kind == .mailSend && !$0.reach.outsideRecipients.isEmpty })
    while sitting.model.selection != mail.id { try sitting.press("n") }
    try sitting.press("e")
    try sitting.press(.control("e"))
    for _ in 0..<40 { try sitting.press(.down) }
    try sitting.press("Card 4111 1111 1111 1111")
    try sitting.press(.control("s"))
    #expect(sitting.model.status.contains("policy forbids it"), "\(sitting.model.status)")
    #expect(sitting.model.steps[mail.id]?.revision == mail.revision && sitting.model.overlay != nil)
    try stop(ringi)
  }

  @Test(
    "paused, nothing takes effect; a stricter level judges what is open anew; a stop withdraws what was set for later")
  func pauseAndStop() throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "outgoing-drafts")
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("all messages are there") { $0.waitingIDs.count == 5 && $0.preparedIDs.count == 3 }
    let outbox = "\(ringi.desk)/outbox"
    func out() -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: outbox)) ?? []).filter { $0 != "drafts" }
    }
    // An invitation, approved while the run is paused, goes when somebody goes on.
    let invitation = try #require(sitting.model.waiting.first { $0.kind == .eventInvite })
    while sitting.model.selection != invitation.id { try sitting.press("n") }
    try sitting.press("p")
    try sitting.decide("a")
    try sitting.until("it is paused") { $0.run?.isPaused == true }
    for _ in 0..<6 where sitting.model.steps[invitation.id]?.state == .waiting { try sitting.decide("a") }
    try sitting.until("it is approved") { $0.steps[invitation.id]?.state == .approved }
    try sitting.until("the host has looked") { _ in (try? ringi("list").output.contains("paused")) ?? false }
    #expect(out().isEmpty, "nothing takes effect while the run is paused")
    while sitting.model.overlay != nil { try sitting.press(.escape) }
    try sitting.press("p")
    #expect(sitting.text.contains("1 approved step takes effect then"), "going on says what it sets free")
    try sitting.decide("a")
    try sitting.until("it is done") { $0.steps[invitation.id]?.state == .done }
    // A kind becomes Forbidden: the one that is prepared is refused.
    let entry = try #require(sitting.model.prepared.first { $0.kind == .eventAdd })
    while sitting.model.selection != entry.id { try sitting.press("j") }
    try sitting.press("T")
    try sitting.press(.tab)
    try sitting.decide("4")
    try sitting.until("what was prepared is refused") { $0.steps[entry.id]?.state == .refused }
    while sitting.model.selection != sitting.model.order.first { try sitting.press("k") }
    // An edited mail is set for later; the trail keeps what the agent said.
    let mail = try #require(sitting.model.waiting.first { $0.kind == .mailSend })
    while sitting.model.selection != mail.id { try sitting.press("n") }
    try sitting.press("e")
    try sitting.press(.end)
    try sitting.press(", extra@kumo.example")
    try sitting.press(.control("s"))
    try sitting.until("it is the person's") { $0.steps[mail.id]?.revision != mail.revision }
    let trail = try ringi("audit", "log", "step:\(mail.number)").output.split(separator: "\n")
    #expect(trail.contains { $0.contains("proposed") && !$0.contains("extra@") })
    #expect(trail.contains { $0.contains("changed") && $0.contains("extra@") }, "\(trail)")
    try sitting.press("3")
    try sitting.sendLater("2h")
    try sitting.until("it is set") { $0.steps[mail.id]?.state == .approved }
    try sitting.press("K")
    try sitting.decide("a")
    try sitting.until("it is withdrawn") { $0.steps[mail.id]?.state == .withdrawn }
    #expect(out().count == 1, "only the invitation has gone out: \(out())")
    let verified = try ringi("audit", "verify")
    #expect(verified.output.hasPrefix("intact"), "\(verified.error)")
    try stop(ringi)
  }

  @Test(
    "an agent’s terminal is a step that Ringi runs after a yes, and the agent hears its end", .enabled(if: canMakeViews)
  )
  func agentsTerminal() throws {
    let ringi = try Ringi()
    let heard = "\(ringi.folder.path)/heard"
    func ask(_ id: Int, _ method: String, _ rest: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"terminal/\#(method)","params":{"sessionId":"s",\#(rest)}}"#
    }
    let name = #""terminalId":"ringi-1""#
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [ask(7, "create", #""command":"/usr/bin/wc","args":["-c","a.md"]"#)],
        then:
          "read r; printf '%s\\n' '\(ask(8, "wait_for_exit", name))'; read r; echo \"$r\" > \(heard).1; printf '%s\\n' '\(ask(9, "output", name))'; read r; echo \"$r\" > \(heard); cat > /dev/null"
      ))
    try "12345".write(toFile: "\(space)/files/a.md", atomically: true, encoding: .utf8)
    _ = try ringi("run", "--detach", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("it waits") { $0.waiting.first?.kind == .commandRun }
    #expect(!FileManager.default.fileExists(atPath: "\(heard).1"))
    for _ in 0..<4 where sitting.model.current?.state == .waiting { try sitting.decide("a") }
    try sitting.until("the agent has heard") { _ in FileManager.default.fileExists(atPath: heard) }
    #expect(try String(contentsOfFile: "\(heard).1", encoding: .utf8).contains(#""exitCode":0"#))
    #expect(try String(contentsOfFile: heard, encoding: .utf8).contains("5 a.md"))
    try stop(ringi)
  }
}

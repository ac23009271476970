import CellScreen
import ConsoleUI
import Domain
import Foundation
import TestKit
import Testing

@testable import Runtime

@Suite("Whole sessions", .serialized)
struct SessionTests {
  @Test("weekly brief, keys only: decide, review, finish, and the brief is there", arguments: [(80, 24), (200, 60)])
  func brief(width: Int, height: Int) throws {
    let ringi = try Ringi()
    let first = try ringi("demo", "weekly-brief")
    let copy = try #require(first.output.split(separator: "\n").first?.split(separator: " ").last)
    var sitting = try Sitting(ringi, width, height)
    try sitting.until("two steps wait, one is refused") { $0.waitingIDs.count == 2 && $0.run?.counts.refused == 1 }
    #expect(sitting.text.contains("#exec-brief") && sitting.text.contains("refused"))
    for _ in 0..<12 where !sitting.model.waitingIDs.isEmpty {
      if sitting.model.selected?.state != .waiting { try sitting.press("n") }
      try sitting.decide("a")
    }
    try sitting.until("nothing waits") { $0.waitingIDs.isEmpty && $0.run?.state == .review }
    #expect(!FileManager.default.fileExists(atPath: "\(copy)/files/briefs"), "nothing prepared is in the workspace")
    try sitting.press("b")
    for _ in 0..<8 where sitting.model.prepared.contains(where: { $0.mark == .undecided }) { try sitting.decide("a") }
    try sitting.press(.enter)
    #expect(sitting.text.contains("files: together, all or nothing"))
    try sitting.decide("a")
    try sitting.until("the run is over") { $0.run?.state == .finished }
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(copy)/files/briefs")
    #expect(files.count == 1)
    try sitting.until("the trail is checked") { $0.check == .intact }
    #expect(sitting.screen.shown.titles.last?.contains("0 waiting") == true)
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    let decided = try ringi("audit", "export", "decided", "event:approved").output
    #expect(decided.contains("seen ") && decided.contains(" lines in "))
  }

  @Test(
    "outgoing drafts: a hold is taken back, a message sent later, a run looked at only, an incident raised and closed")
  func drafts() throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "outgoing-drafts")
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("all messages are there") { $0.waitingIDs.count == 5 && $0.preparedIDs.count == 3 }
    try sitting.press("3")
    let mail = try #require(sitting.model.current)
    for _ in 0..<6 where sitting.model.current?.state == .waiting { try sitting.decide("a") }
    try sitting.until("it is held") { $0.steps[mail.id]?.state == .approved }
    #expect(sitting.text.contains("to the outbox in "))
    try sitting.press("u")
    try sitting.until("it waits again") { $0.steps[mail.id]?.state == .waiting }
    try sitting.sendLater("1h")
    try sitting.until("it is set for later") { $0.steps[mail.id]?.dueAt != nil }
    // An hour before midnight it is tomorrow.
    #expect(sitting.text.contains("to the outbox at ") || sitting.text.contains("to the outbox tomorrow "))
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"), "rows and log agree on who decided")
    let outbox = "\(ringi.desk)/outbox"
    #expect((try? FileManager.default.contentsOfDirectory(atPath: outbox))?.isEmpty ?? true, "nothing has left")

    try sitting.press("4")
    try sitting.until("the wall is read") { $0.wall != nil }
    try sitting.press("i")
    try sitting.press("odd mail")
    try sitting.press(.enter)
    #expect(sitting.text.contains("1 incident, 2"))
    try sitting.press("c")
    try sitting.press("harmless")
    try sitting.press(.enter)
    #expect(sitting.text.contains("closed by") && !sitting.text.contains("1 incident"))
    try sitting.press(.enter)
    try sitting.until("the run is opened") { $0.isReadOnly && !$0.steps.isEmpty }
    #expect(sitting.text.contains("LOOK ONLY"))
    try sitting.press("n")
    try sitting.decide("a")
    #expect(sitting.model.status.contains("look only"))
    try sitting.press("5")
    try sitting.until("the trail is read") { $0.audit.isComplete }
    try sitting.press("f")
    try sitting.press("run:9")
    #expect(sitting.model.audit.lines.isEmpty && sitting.text.contains("nothing matches"))
    for _ in 0..<5 { try sitting.press(.backspace) }
    try sitting.press("event:incident*")
    try sitting.press(.enter)
    #expect(sitting.model.audit.lines.count == 2)
    try sitting.press(.enter)
    try sitting.until("it is proved") { if case .proved? = $0.audit.detail?.proof { true } else { false } }
    #expect(sitting.text.contains("in the signed tree of"))
    try sitting.press("6")
    #expect(sitting.text.contains("mail.send"))
    try stop(ringi)
  }

  @Test("a file a person made meanwhile is shown both ways, never kept in bulk, and replaced only on a yes of its own")
  func clash() throws {
    let ringi = try Ringi()
    let first = try ringi("demo", "weekly-brief")
    let copy = try #require(first.output.split(separator: "\n").first?.split(separator: " ").last)
    var sitting = try Sitting(ringi, 120, 40)
    try sitting.until("two steps wait") { $0.waitingIDs.count == 2 }
    let brief = try #require(sitting.model.prepared.first?.target)
    let file = URL(filePath: "\(copy)/files/\(brief)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try "my own brief\n".write(to: file, atomically: true, encoding: .utf8)
    try sitting.press("b")
    try sitting.until("the clash is shown") {
      $0.current?.isClash == true && $0.preview?.revision == $0.current?.revision
    }
    #expect(sitting.text.contains("somebody changed this file") && sitting.text.contains("my own brief"))
    let three = try ringi("show", "1.\(sitting.model.current?.number.value ?? 0)").output
    for part in ["What they did:", "what the agent did", "would make of the file as it is now"] {
      #expect(three.contains(part), "\(three)")
    }
    try sitting.press("A")
    #expect(sitting.model.overlay == nil && sitting.model.status.contains("one by one"))
    try sitting.decide("a")
    try sitting.press(.enter)
    // Changed once more at the last moment: nothing is finished, it is shown again.
    try "my second brief\n".write(to: file, atomically: true, encoding: .utf8)
    try sitting.decide("a")
    #expect(sitting.model.status.contains("nothing was finished"), "\(sitting.model.status)")
    #expect(try String(contentsOf: file, encoding: .utf8) == "my second brief\n")
    try sitting.until("it is shown again") { $0.current?.mark == .undecided && $0.isArmed }
    try sitting.decide("a")
    try sitting.press(.enter)
    try sitting.decide("a")
    try sitting.until("it is in place") { $0.preparedIDs.isEmpty }
    try sitting.until("it is done") { $0.steps.values.contains { $0.target == brief && $0.state == .done } }
    #expect(try String(contentsOf: file, encoding: .utf8).contains("Weekly brief"))
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    try stop(ringi)
  }

  @Test("what was rejected and comes again opens on what has changed since")
  func again() throws {
    let ringi = try Ringi()
    func write(_ id: Int, _ text: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"fs/write_text_file","params":{"sessionId":"s","path":"\#(ringi.folder.path)/space/files/a.md","content":"\#(text)"}}"#
    }
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [write(7, "first words")], then: "read r; printf '%s\\n' '\(write(8, "second words"))'; cat > /dev/null"),
      policy: "rules:\n  - {action: file.create, level: watched}\n")
    _ = try ringi("run", space)
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("it waits") { $0.waitingIDs.count == 1 }
    try sitting.decide("r")
    try sitting.press("not these words")
    try sitting.press(.enter)
    try sitting.until("it comes again") { $0.order.count == 2 && $0.waitingIDs.count == 1 && $0.rows != nil }
    for line in ["rejected #1: not these words; changed since:", "first words", "second words", "the whole of it"] {
      #expect(sitting.text.contains(line), "\(line)\n\(sitting.text)")
    }
    try stop(ringi)
  }

  func stop(_ ringi: Ringi) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["pkill", "-f", ringi.folder.path]
    try process.run()
    process.waitUntilExit()
  }
}

@Suite("Exports")
struct ExportTests {
  @Test("no cell begins a formula, breaks a row or writes to the terminal")
  func cells() {
    #expect(
      CSV.text([["=1+1", "+a", "-b", "@c", "plain", "a,b", "say \"so\""]])
        == "'=1+1,'+a,'-b,'@c,plain,\"a,b\",\"say \"\"so\"\"\"\r\n")
    let hostile = CSV.text([["a\nb\u{1B}[2J\u{202E}x"]])
    #expect(hostile == "a‹LF›b‹ESC›[2J‹U+202E›x\r\n")
  }
}

// One suite: sessions name their desk by the environment, so they go one after the other.
extension SessionTests {
  @Test("a word on a redline is one, whether said on the flag, in the review or in the editor; the register has it")
  func redlines() throws {
    let ringi = try Ringi()
    let first = try ringi("demo", "contract-triage")
    let folder = try #require(first.output.split(separator: "\n").first?.split(separator: " ").last)
    var sitting = try Sitting(ringi, 120, 40)
    try sitting.until("the flags are there") { $0.findings.count > 20 && $0.preparedIDs.count >= 16 }
    // The document itself is put on hold first: what the copy repeats is no longer on the disk.
    let hold = try #require(sitting.model.waiting.first { $0.kind == .fileEdit && $0.target.contains("aster") })
    while sitting.model.selection != hold.id { try sitting.press("n") }
    try sitting.decide("a")
    try sitting.until("it is on hold") { $0.steps[hold.id]?.state == .done }
    // In the review, one change of a copy is left out: the flag knows.
    try sitting.press("b")
    while sitting.model.current?.target.hasPrefix("redlines/") != true { try sitting.press("j") }
    let copy = try #require(sitting.model.current)
    try sitting.until("the copy is shown") { $0.rows?.step == copy.id && ($0.rows?.changeRows.count ?? 0) > 1 }
    try sitting.press(.tab)
    try sitting.decide("x")
    try sitting.press("2 years will do")
    try sitting.press(.enter)
    try sitting.until("the flag is discarded") {
      $0.findings.contains { $0.mark == .discard && $0.markReason == "2 years will do (left out in the review)" }
    }
    let out = try #require(sitting.model.findings.first { $0.mark == .discard })
    // Another of the same document is rewritten: the discard stays, the flag and its card have the new words.
    try sitting.press("2")
    let other = try #require(
      sitting.model.flags.first {
        $0.finding.document == out.finding.document && $0.mark == .undecided && !$0.finding.redline.isEmpty
      })
    while sitting.model.finding != other.id { try sitting.press("j") }
    try sitting.press("e")
    let editor = try #require(
      sitting.model.overlay.flatMap { if case .editor(_, _, let field) = $0 { field } else { nil } })
    #expect(other.finding.redline.contains(String(editor.lines[editor.row])), "the editor opens at the redline")
    try sitting.press(.end)
    try sitting.press(" As we say.")
    try sitting.press(.escape)
    #expect(sitting.model.overlay != nil && sitting.model.status.contains("Esc again"))
    try sitting.press(.control("s"))
    try sitting.until("the flag has the person's words") {
      $0.findings.contains { $0.id == other.id && $0.rewritten.contains("As we say.") }
    }
    #expect(sitting.model.steps[copy.id]?.discardedChanges.count == 1, "what was left out stays left out")
    // A level is lowered while the agent's turn goes on: its mail says so, also when it was approved for later, and the
    // memo that is kept says so.
    try sitting.press("3")
    let mail = try #require(sitting.model.waiting.first { $0.kind == .mailSend && $0.claims.reason.contains(out.stem) })
    while sitting.model.draftSelection != mail.id { try sitting.press("j") }
    try sitting.sendLater("2h")
    try sitting.until("it is set for later") { $0.steps[mail.id]?.state == .approved }
    try sitting.press("2")
    let red = try #require(
      sitting.model.flags.first { $0.level == .red && $0.finding.document == out.finding.document })
    while sitting.model.finding != red.id { try sitting.press("k") }
    try sitting.press("-")
    try sitting.press("agreed by phone")
    try sitting.press(.enter)
    try sitting.until("its mail says so") {
      $0.waiting.contains {
        $0.id == mail.id && $0.reach.warnings.contains { $0.contains("after this was written") }
      }
    }
    try sitting.press("b")
    func finish() throws {
      for _ in 0..<60 where sitting.model.prepared.contains(where: { $0.mark == .undecided }) {
        try sitting.press("n")
        try sitting.decide("a")
      }
      try sitting.press(.enter)
      for _ in 0..<4 where sitting.model.overlay != nil { try sitting.decide("a") }
    }
    // The agent was to revise the memo and has not: it says so itself, is shown so, and only then kept; once.
    try finish()
    try sitting.until("the files are in place") { $0.preparedIDs.isEmpty && $0.steps[copy.id]?.state == .done }
    let memo = try String(contentsOfFile: "\(folder)/files/memos/\(red.stem).memo.md", encoding: .utf8)
    #expect(memo.hasPrefix("> \(red.finding.clause): level changed by "), "\(memo.prefix(200))")
    let notes = memo.split(separator: "\n").prefix { $0.hasPrefix("> ") }
    #expect(Set(notes).count == notes.count && notes.contains { $0.contains(": redline discarded by ") })
    #expect(notes.contains { $0.contains(": redline reworded by ") } && notes.count == 3, "\(notes)")
    let kept = try String(contentsOfFile: "\(folder)/files/\(copy.target)", encoding: .utf8)
    #expect(kept.contains("As we say.") && !kept.contains(out.finding.redline))
    // Its copy is in place: a word on the flag would change nothing there.
    try sitting.press("2")
    while sitting.model.finding != out.id { try sitting.press("k") }
    for _ in 0..<4 where !sitting.model.status.contains("in place") && !sitting.model.status.contains("is done") {
      try sitting.decide("a")
    }
    #expect(sitting.model.status.contains("a word here would change nothing"), "\(sitting.model.status)")
    try sitting.press("k")
    #expect(!sitting.text.contains("discard redline"), "what can't be done is not offered: \(sitting.text)")
    // A late yes to what is in place is true, and counts.
    let late = try #require(
      sitting.model.flags.first {
        $0.mark == .undecided && !$0.wording.isEmpty && $0.finding.document == out.finding.document
      })
    for _ in 0..<60 where sitting.model.finding != late.id { try sitting.press("j") }
    for _ in 0..<60 where sitting.model.finding != late.id { try sitting.press("k") }
    for _ in 0..<4 where sitting.model.findings.contains(where: { $0.id == late.id && $0.mark == .undecided }) {
      try sitting.decide("a")
    }
    try sitting.until("the late yes counts") { $0.findings.contains { $0.id == late.id && $0.mark == .keep } }
    let rows = try String(contentsOfFile: "\(ringi.desk)/registers/run-1.csv", encoding: .utf8).split(separator: "\r\n")
    func row(_ flag: FindingRow) -> Substring? {
      rows.first { $0.contains("\(flag.finding.document),\(flag.finding.clause),") }
    }
    #expect(
      row(out)?.contains(",redline discarded,") == true
        && row(out)?.contains(",2 years will do (left out in the review),") == true, "\(row(out) ?? "")")
    // The clause reads as it did, and the row says so.
    let words = out.finding.text.split(separator: "\n").first ?? ""
    #expect(!words.isEmpty && row(out)?.contains(words) == true, "\(row(out) ?? "")")
    #expect(
      row(other)?.contains("redline kept with its copy, rewritten") == true
        && row(other)?.contains("As we say.") == true)
    #expect(row(other)?.contains("\(copy.target): kept") == true)
    #expect(try ringi("audit", "log", "\(other.finding.clause),").output.contains("redline rewritten"))
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    try stop(ringi)
  }
}

extension SessionTests {
  @Test("the register has who, when, both levels, the reason and the matter, and is on the trail by its digest")
  func register() throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "contract-triage")
    var sitting = try Sitting(ringi, 120, 36)
    try sitting.until("the flags are there") { $0.findings.count > 20 && $0.preparedIDs.count >= 16 }
    try sitting.press("2")
    try sitting.decide("a")
    try sitting.until("the next flag") { $0.findings.contains { $0.mark == .keep } && $0.isArmed }
    try sitting.press("-")
    try sitting.press("=cmd, they agreed by phone")
    try sitting.press(.enter)
    try sitting.press("n")
    try sitting.decide("x")
    try sitting.press("not our style")
    try sitting.press(.enter)
    try sitting.press(":register")
    try sitting.press(.enter)
    let text = try String(contentsOfFile: "\(ringi.desk)/registers/run-1.csv", encoding: .utf8)
    let rows = text.split(separator: "\r\n")
    // Spreadsheets take a file without the mark for another encoding.
    #expect(
      FileManager.default.contents(atPath: "\(ringi.desk)/registers/run-1.csv")?.starts(with: [0xEF, 0xBB, 0xBF])
        == true)
    #expect(
      rows.first
        == "matter,run,document,clause,lines,level_by_agent,level,level_person,level_time,level_reason,decision,person,time,reason,wording,copy"
    )
    #expect(rows.contains { $0.hasPrefix("LEG-2026-114,1,") && $0.contains("redline kept") })
    #expect(
      rows.contains {
        // The level has its own person, time and reason, beside the word on the redline.
        $0.firstMatch(of: #/,RED,YELLOW,[^,]+,2[0-9T:.+-]+Z?,"'=cmd, they agreed by phone",undecided,,,,/#) != nil
      }, "\(text)")
    #expect(
      rows.contains { $0.firstMatch(of: #/redline discarded,[^,]+,2[0-9T:.+-]+Z?,not our style,,/#) != nil }, "\(text)")
    #expect(try ringi("audit", "log", "event:register*").output.contains("register written"))
    try sitting.press("o")
    try sitting.until("the document is open at the clause") { $0.view == .run && $0.previewScroll > 0 }
    #expect(sitting.model.selected?.kind == .fileRead)
    try stop(ringi)
  }

  @Test("a printed line is broken between words, wide letters counted, and no word is lost")
  func folding() {
    let text = "  one two three four\n\n漢字を含む 長い一行の文\nshort"
    let folded = Plain.folded(text, columns: 12)
    #expect(folded.split(separator: "\n").allSatisfy { SafeText.width($0.trimmingCharacters(in: .whitespaces)) <= 12 })
    #expect(folded.hasPrefix("  one two \n  three four\n\n"), "\(folded)")
    #expect(folded.filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
  }
}

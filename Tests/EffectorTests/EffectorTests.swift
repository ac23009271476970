import AuditLog
import CProcess
import Domain
import Effector
import Foundation
import GateKeeper
import Storage
import TestKit
import Testing

@Suite("Effects")
struct EffectorTests {
  @Test("an edit keeps what a file has beside its bytes: attributes, group, mode")
  func attributes() throws {
    let bench = try Bench()
    try bench.put("a.md", "old\n")
    let path = "\(bench.work)/a.md"
    chmod(path, 0o660)
    if getuid() == 0 { chown(path, 0, 12_345) }
    let file = open(path, O_RDWR)
    try #require(cp_setxattr(file, "user.note", "kept", 4) == 0)
    close(file)
    _ = try bench.perform([.editFile(FilePath("a.md"), try bench.image("a.md"), try bench.content("new\n"))])
    #expect(bench.text("a.md") == "new\n")
    let new = open(path, O_RDONLY)
    defer { close(new) }
    var value = [UInt8](repeating: 0, count: 16)
    #expect(cp_getxattr(new, "user.note", &value, value.count) == 4 && value.starts(with: Array("kept".utf8)))
    var status = stat()
    fstat(new, &status)
    #expect(status.st_mode & 0o7777 == 0o660)
    if getuid() == 0 { #expect(status.st_gid == 12_345) }
  }

  @Test("create, edit, rename and delete do just that, and keep the mode")
  func kinds() throws {
    let bench = try Bench()
    try bench.put("a.md", "old\n")
    chmod("\(bench.work)/a.md", 0o640)
    try bench.put("b.md", "b")
    try bench.put("c.md", "c")
    let outcomes = try bench.perform([
      .createFile(FilePath("new/deep/x.md"), try bench.content("x")),
      .editFile(FilePath("a.md"), try bench.image("a.md"), try bench.content("new\n")),
      .renameFile(from: FilePath("b.md"), to: FilePath("sub/b2.md"), try bench.image("b.md")),
      .deleteFile(FilePath("c.md"), try bench.image("c.md")),
    ])
    #expect(outcomes.allSatisfy { $0 == .done(detail: "") }, "\(outcomes)")
    #expect(bench.text("new/deep/x.md") == "x" && bench.text("a.md") == "new\n" && bench.text("sub/b2.md") == "b")
    #expect(bench.text("b.md") == nil && bench.text("c.md") == nil)
    var status = stat()
    stat("\(bench.work)/a.md", &status)
    #expect(status.st_mode & 0o777 == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.work).allSatisfy { !$0.hasPrefix(".ringi") })
  }

  @Test(
    "a set is all or nothing: what one file can't do undoes the others",
    arguments: ["changed", "exists", "readonly", "link"])
  func allOrNothing(trouble: String) throws {
    let bench = try Bench()
    try bench.put("a.md", "old")
    try bench.put("z.md", "z")
    var last: Effect = .editFile(FilePath("z.md"), try bench.image("z.md"), try bench.content("Z"))
    switch trouble {
    case "changed": try bench.put("z.md", "a person wrote this")
    case "exists":
      try bench.put("there.md", "t")
      last = .createFile(FilePath("there.md"), try bench.content("mine"))
    case "readonly": last = .createFile(FilePath(folder: "fixed", relative: Array("x.md".utf8)), try bench.content("x"))
    default:
      symlink("/tmp", "\(bench.work)/link")
      last = .createFile(FilePath("link/x.md"), try bench.content("x"))
    }
    let outcomes = try bench.perform([
      .createFile(FilePath("n.md"), try bench.content("n")),
      .editFile(FilePath("a.md"), try bench.image("a.md"), try bench.content("new")), last,
    ])
    for outcome in outcomes { if case .rolledBack = outcome {} else { Issue.record("\(outcome)") } }
    #expect(bench.text("n.md") == nil && bench.text("a.md") == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.work).allSatisfy { !$0.hasPrefix(".ringi") })
  }

  @Test(
    "paths that climb out, hide or lead elsewhere are in no folder",
    arguments: ["/etc/passwd", "../x", "a/../../x", "sub/..", "./../x", "a//..", "a/", "a/.", "", "/", "fixed/../../x"])
  func outside(path: String) throws {
    let bench = try Bench()
    #expect(bench.scopes.locate(Array(path.utf8)) == nil, "\(path)")
  }

  @Test("what only says the same place in more words is that place", arguments: ["./a/b", "a//b", "a/./b", "././/a/b"])
  func plain(path: String) throws {
    let bench = try Bench()
    #expect(bench.scopes.locate(Array(path.utf8)) == FilePath(relative: Array("a/b".utf8)))
    #expect(bench.scopes.locate(Array("\(bench.work)/\(path)".utf8)) == FilePath(relative: Array("a/b".utf8)))
  }

  @Test("a path through a symbolic link is never followed, for reads either")
  func links() throws {
    let bench = try Bench()
    symlink("/etc", "\(bench.work)/etc")
    symlink("/etc/passwd", "\(bench.work)/p")
    for path in ["etc/passwd", "p"] {
      let fault = #expect(throws: ScopeFault.self) { try bench.scopes.read(FilePath(path)) }
      #expect(fault?.code == .symbolicLink)
    }
    mkfifo("\(bench.work)/fifo", 0o600)
    #expect(throws: ScopeFault.self) { try bench.scopes.read(FilePath("fifo")) }
    #expect(throws: ScopeFault.self) { try bench.scopes.read(FilePath(".git/config")) }
    #expect(throws: ScopeFault.self) { try bench.scopes.read(FilePath(relative: Array("a\u{1}".utf8))) }
  }

  @Test("a folder that was replaced is no longer the allowed one")
  func replacedFolder() throws {
    let bench = try Bench()
    try bench.put("a.md", "a")
    rename(bench.work, "\(bench.folder.path)/away")
    mkdir(bench.work, 0o755)
    try bench.put("a.md", "other")
    let fault = #expect(throws: ScopeFault.self) { try bench.scopes.read(FilePath("a.md")) }
    #expect(fault?.code == .folderChanged)
  }

  private var mail: Mail {
    Mail(
      from: "Desk <desk@kumo.example>", to: ["法務部 <a@out.example>"], cc: ["c@out.example"], bcc: ["secret@out.example"],
      replyTo: "", subject: "件名\r\nBcc: evil@x.example", body: "こんにちは\n", attachments: [])
  }

  @Test("an invitation's time is the moment that was shown")
  func invitation() throws {
    let bench = try Bench()
    let event = CalendarEvent(
      title: "会食", start: "2026-12-08T18:30:00+09:00", end: "2026-12-08T20:30:00+09:00", place: "", notes: "",
      attendees: ["K <k@out.example>"])
    _ = try bench.perform([.addEvent(event)])
    let text = Project.text(
      try #require(Project.files(in: URL(filePath: "\(bench.folder.path)/desk/outbox"), ending: ".ics").first))
    for line in [
      "DTSTART:20261208T093000Z", "DTEND:20261208T113000Z", "ORGANIZER:mailto:desk@kumo.example", "METHOD:REQUEST",
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }

  @Test("an approved mail is in the outbox with its Bcc, for whoever sends it; forged headers are not in it")
  func outbox() throws {
    let bench = try Bench()
    guard case .done(let detail)? = try bench.perform([.sendMail(mail)]).first else { return }
    #expect(detail.contains("in the outbox"))
    let files = Project.files(in: URL(filePath: "\(bench.folder.path)/desk/outbox"), ending: ".eml")
    let text = Project.text(try #require(files.first))
    #expect(
      // RFC 2045, section 6.8: lines end with CR LF before they are encoded.
      text.contains(Data(mail.body.replacing("\n", with: "\r\n").utf8).base64EncodedString().prefix(76))
        && text.contains("<a@out.example>") && text.contains("\nBcc: secret@out.example")
        && !text.contains("evil@x.example")
    )
  }

  @Test("a sendmail command is given the envelope as arguments and the message as input")
  func sendmail() throws {
    let folder = try Project.Folder()
    let script = "\(folder.path)/sendmail"
    try "#!/bin/sh\necho \"$@\" > \(folder.path)/args\ncat > \(folder.path)/message\n".write(
      toFile: script, atomically: true, encoding: .utf8)
    chmod(script, 0o755)
    let bench = try Bench(delivery: Delivery(mail: [script]))
    guard case .done? = try bench.perform([.sendMail(mail)]).first else {
      Issue.record("not sent")
      return
    }
    #expect(
      Project.text(URL(filePath: "\(folder.path)/args"))
        == "-i -f desk@kumo.example -- a@out.example c@out.example secret@out.example\n")
    #expect(Project.text(URL(filePath: "\(folder.path)/message")).hasPrefix("From: Desk <desk@kumo.example>\r\n"))
    #expect(!Project.text(URL(filePath: "\(folder.path)/message")).contains("secret@out.example"))
  }

  /// A mail command of that body.
  private func send(_ body: String, patience: Int64 = 60_000, words: String = "Hello") throws -> Outcome? {
    var mail = mail
    mail.body = words
    let folder = try Project.Folder()
    let script = "\(folder.path)/sendmail"
    try "#!/bin/sh\n\(body)\n".write(toFile: script, atomically: true, encoding: .utf8)
    chmod(script, 0o755)
    return try Bench(delivery: Delivery(mail: [script], patience: patience)).perform([.sendMail(mail)]).first
  }

  @Test("a mail command that hangs is ended: with the message it is unknown what came of it, without it nothing did")
  func hanging() throws {
    guard case .unknown(let detail)? = try send("cat > /dev/null; exec tail -f /dev/null", patience: 300)
    else {
      Issue.record("not unknown")
      return
    }
    #expect(detail.contains("took longer than"))
    let long = String(repeating: "a line of a long message\n", count: 20_000)
    guard case .failed? = try send("exec tail -f /dev/null", patience: 300, words: long) else {
      Issue.record("not failed")
      return
    }
  }

  @Test(
    "what a mail command says of its failure is told, however much it says; a process it leaves behind holds nothing up"
  )
  func failing() throws {
    guard
      case .failed(let detail)? = try send(
        "cat > /dev/null; yes | head -c 300000; echo; echo 'no such option' >&2; exit 64")
    else {
      Issue.record("not failed")
      return
    }
    #expect(detail.contains("ended with 64"))
    guard case .failed(let short)? = try send("cat > /dev/null; echo 'no such host' >&2; exit 68") else { return }
    #expect(short.hasSuffix("ended with 68: no such host"), "\(short)")
    guard case .done? = try send("cat > /dev/null; tail -f /dev/null --pid=$PPID & exit 0") else {
      Issue.record("not sent")
      return
    }
  }

  @Test(
    "a command that had the whole message and ends with a code may have sent it: nobody says that it failed",
    arguments: [1, 65, 67, 69, 70, 75, 76])
  func doubtful(_ code: Int) throws {
    let outcome = try send("cat > /dev/null; echo 'lost connection after end of data' >&2; exit \(code)")
    guard case .unknown(let detail)? = outcome else {
      Issue.record("\(String(describing: outcome))")
      return
    }
    #expect(detail.hasSuffix("ended with \(code) after it had the message: lost connection after end of data"))
  }

  @Test("what any file system takes for `.git` is `.git`, and no other name is")
  func repositories() {
    let same = [
      ".git", ".GIT", ".git.", ".git ", ".git. .", ".g\u{200C}it", "\u{FEFF}.git", ".git:x", ".git::$INDEX_ALLOCATION",
      "git~1", "GIT~2",
    ]
    for name in same { #expect(FileNames.isGit(Array(name.utf8)), "\(name)") }
    for name in [".gitignore", "git", "x.git", ".gi", "git~", "git~x", ".git-old", "..git"] {
      #expect(!FileNames.isGit(Array(name.utf8)), "\(name)")
    }
  }

  @Test("posts and calendar entries go to the commands that are set up for them")
  func commands() throws {
    let folder = try Project.Folder()
    let script = "\(folder.path)/take"
    try "#!/bin/sh\nf=\"$1\"; shift; { echo \"$@\"; cat; } > \"\(folder.path)/$f\"\n".write(
      toFile: script, atomically: true, encoding: .utf8)
    chmod(script, 0o755)
    let bench = try Bench(
      delivery: Delivery(chat: [script, "chat", "--to", "{channel}"], calendar: [script, "calendar"]))
    let event = CalendarEvent(
      title: "Pilot", start: "2026-12-08T18:30:00+09:00", end: "2026-12-08T19:00:00+09:00", place: "", notes: "",
      attendees: ["a@out.example"])
    let outcomes = try bench.perform([
      .post(ChatPost(channel: "#legal; rm -rf /", text: "Two are RED.")), .addEvent(event),
    ])
    #expect(outcomes.allSatisfy { if case .done(let detail) = $0 { detail.hasPrefix("handed to") } else { false } })
    #expect(Project.text(URL(filePath: "\(folder.path)/chat")) == "--to #legal; rm -rf /\nTwo are RED.\n")
    let invitation = Project.text(URL(filePath: "\(folder.path)/calendar"))
    #expect(invitation.contains("METHOD:REQUEST") && invitation.contains("ATTENDEE;RSVP=TRUE:mailto:a@out.example"))
  }

  @Test("an invitation goes as mail to who is invited, where no calendar command is set up (RFC 6047)")
  func mailedInvitation() throws {
    let folder = try Project.Folder()
    let script = "\(folder.path)/sendmail"
    try "#!/bin/sh\necho \"$@\" > \(folder.path)/args\ncat > \(folder.path)/message\n".write(
      toFile: script, atomically: true, encoding: .utf8)
    chmod(script, 0o755)
    let event = CalendarEvent(
      title: "契約の確認, pilot", start: "2026-12-08T18:30:00+09:00", end: "2026-12-08T19:00:00+09:00", place: "Shibuya",
      notes: "", attendees: ["A <a@out.example>", "b@kumo.example"])
    let bench = try Bench(delivery: Delivery(mail: [script]))
    guard case .done? = try bench.perform([.addEvent(event)]).first else {
      Issue.record("not sent")
      return
    }
    #expect(
      Project.text(URL(filePath: "\(folder.path)/args")) == "-i -f desk@kumo.example -- a@out.example b@kumo.example\n")
    let text = Project.text(URL(filePath: "\(folder.path)/message"))
    #expect(text.contains("To: A <a@out.example>,\r\n b@kumo.example\r\n"))
    let part = try #require(text.components(separatedBy: "text/calendar; charset=utf-8; method=REQUEST").last)
    let encoded = part.components(separatedBy: "\r\n\r\n")[1].components(separatedBy: "--")[0]
    let calendar = String(
      decoding: try #require(Data(base64Encoded: encoded.replacing("\r\n", with: ""))), as: UTF8.self)
    #expect(calendar.contains("METHOD:REQUEST") && calendar.contains("SUMMARY:契約の確認\\, pilot"))
  }

  @Test("a draft is saved, not sent")
  func draft() throws {
    let bench = try Bench()
    guard case .done(let detail)? = try bench.perform([.draftMail(mail)]).first else { return }
    #expect(detail.contains("draft saved, not sent"))
  }
}

@Suite("Names that are one elsewhere")
struct FileNamesTests {
  static let pairs = [
    ("README.md", "readme.md"), ("caf\u{E9}.md", "cafe\u{301}.md"), ("STRASSE", "straße"), ("\u{212A}elvin", "kelvin"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("sub/a.md", "Sub/b.md"), ("契約\u{30AB}\u{3099}.md", "契約\u{30AC}.md"),
  ]

  @Test(
    "a new name that differs from one that is there in case or accents alone is found, and not put in place",
    arguments: pairs)
  func collision(there: String, new: String) throws {
    let bench = try Bench()
    try FileManager.default.createDirectory(atPath: "\(bench.work)/other", withIntermediateDirectories: true)
    if !there.contains("/") { try bench.put(there, "x") }
    #expect(try bench.scopes.collision(with: FilePath(new)) != nil)
    #expect(try bench.scopes.collision(with: FilePath(there)) == nil)
    #expect(try bench.scopes.collision(with: FilePath("other/\(new)")) == nil)
    guard !there.contains("/") else { return }
    let outcomes = try bench.perform([.createFile(FilePath(new), try bench.content("y"))])
    guard case .rolledBack(let detail)? = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(detail.contains("case or accents"))
    // A file may take another writing of its own name.
    guard
      case .done? = try bench.perform([.renameFile(from: FilePath(there), to: FilePath(new), try bench.image(there))])
        .first
    else {
      Issue.record("a rename of \(there)")
      return
    }
  }

  @Test("two new names of one set that are one elsewhere are both refused")
  func inOneSet() throws {
    let bench = try Bench()
    let outcomes = try bench.perform([
      .createFile(FilePath("a/Memo.md"), try bench.content("1")),
      .createFile(FilePath("a/memo.md"), try bench.content("2")),
    ])
    #expect(outcomes.allSatisfy { if case .rolledBack = $0 { true } else { false } })
    #expect(bench.text("a/Memo.md") == nil && bench.text("a/memo.md") == nil)
  }

  @Test(
    "names that only look alike are two",
    arguments: [("a.md", "b.md"), ("hal", "ha1"), ("契約.md", "契约.md"), ("ｶ.md", "カ.md")])
  func others(there: String, new: String) throws {
    let bench = try Bench()
    try bench.put(there, "x")
    #expect(try bench.scopes.collision(with: FilePath(new)) == nil)
  }
}

import Foundation
import SQLite
import TestKit
import Testing

/// The real programs, as processes, on a desk of their own.
struct Ringi {
  let folder: Project.Folder
  var desk: String { "\(folder.path)/desk" }

  init() throws { folder = try Project.Folder() }

  static let program: String = {
    let arguments = CommandLine.arguments
    if let flag = arguments.firstIndex(of: "--test-bundle-path"), arguments.count > flag + 1 {
      return URL(filePath: arguments[flag + 1]).deletingLastPathComponent().appending(path: "ringi").path
    }
    return URL(filePath: arguments[0]).deletingLastPathComponent().appending(path: "ringi").path
  }()

  struct Result {
    let code: Int32
    let output: String
    let error: String
  }

  func callAsFunction(_ arguments: String...) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: Self.program)
    process.arguments = arguments
    process.environment = [
      "RINGI_DESK": desk, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "TMPDIR": folder.path,
      "RINGI_SHARE": Project.root.path,
    ]
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let words = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Result(code: process.terminationStatus, output: text, error: words)
  }

  /// A workspace with one folder, and a registered agent that is a shell script.
  func workspace(agent script: String, policy: String = "") throws -> String {
    let path = "\(folder.path)/space"
    for name in [desk, path, "\(path)/files"] {
      try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
    }
    try "name: t\nagent: script\nfolders:\n  - path: files\n".write(
      toFile: "\(path)/workspace.yaml", atomically: true, encoding: .utf8)
    try "work".write(toFile: "\(path)/goal.txt", atomically: true, encoding: .utf8)
    if !policy.isEmpty { try policy.write(toFile: "\(path)/policy.yaml", atomically: true, encoding: .utf8) }
    let program = "\(folder.path)/agent.sh"
    try "#!/bin/sh\n\(script)\n".write(toFile: program, atomically: true, encoding: .utf8)
    chmod(program, 0o755)
    try "agents:\n  script: {command: [\"\(program)\"], model: local, files: ringi}\n".write(
      toFile: "\(desk)/desk.yaml", atomically: true, encoding: .utf8)
    return path
  }

  /// An agent that opens a session and then says `lines`, each a JSON-RPC message of its own.
  static func speaking(_ lines: [String], then end: String = "cat > /dev/null") -> String {
    let said = lines.map { "printf '%s\\n' '\($0)'" }.joined(separator: "\n")
    return """
      read a; printf '%s\\n' '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1}}'
      read b; printf '%s\\n' '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}'
      read c
      \(said)
      \(end)
      """
  }
}

@Suite("End to end", .serialized)
struct EndToEndTests {
  @Test("the contract demo, without a terminal, tells plan and queue and how to go on; all four levels happen")
  func demo() throws {
    let ringi = try Ringi()
    let first = try ringi("demo")
    #expect(first.code == 0, "\(first.error)")
    for word in [
      "Plan", "Screen the unsigned contracts", "waiting  file.edit  contracts/aster-nda.md", "ringi approve 1.N",
    ] {
      #expect(first.output.contains(word), "\(word)")
    }
    // The agent goes on; its last Batched result is the summary.
    var list = ""
    for _ in 0..<200 where !list.contains("triage/summary.csv") { list = try ringi("list", "1").output }
    for line in [
      "A  done  file.read", "B  prepared  file.create  memos/daigo-himitsu.memo.md", "W  waiting  mail.send",
      "W  waiting  chat.send  #legal",
      "F  refused  contract.send",
    ] { #expect(list.contains(line), "\(line)") }
    #expect(!list.contains("redlines/harbor-mutual"), "a GREEN contract has no redlined copy")
    let copy = try #require(first.output.split(separator: "\n").first?.split(separator: " ").last)
    #expect(!FileManager.default.fileExists(atPath: "\(copy)/files/memos"), "nothing prepared is in the workspace")
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
    #expect(try ringi("approve", "1.33").code == 1, "no terminal, no decision")
    try stop(ringi)
  }

  private func stop(_ ringi: Ringi) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["pkill", "-f", ringi.folder.path]
    try process.run()
    process.waitUntilExit()
  }

  @Test("a corrupted leaf is named")
  func corrupted() throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "weekly-brief")
    let connection = try Connection(path: "\(ringi.desk)/desk.db", mode: .readWrite)
    try connection.execute(
      "DROP TRIGGER leafStays; UPDATE leaf SET bytes = CAST(replace(CAST(bytes AS TEXT), 'policy', 'Policy') AS BLOB) WHERE id = 5"
    )
    let result = try ringi("audit", "verify")
    #expect(result.code == 1 && result.error.contains("#5"), "\(result)")
    try stop(ringi)
  }

  @Test(
    "a row that no longer is what the log holds is named",
    arguments: [
      ("UPDATE step SET decidedBy = 'eve', target = 'x' WHERE number = 8", "1.8"),
      ("UPDATE step SET state = 'done' WHERE number = 8", "1.8"),
      ("UPDATE step SET claimTitle = 'z' WHERE number = 7", "1.7"),
      ("UPDATE step SET decidedBy = 'cfo' WHERE number = 1", "1.1"),
      ("UPDATE leaf SET step = NULL WHERE step = (SELECT id FROM step WHERE number = 8)", "is gone from the desk"),
      ("UPDATE leaf SET step = 1 WHERE step = (SELECT id FROM step WHERE number = 8)", "filed under another"),
      ("PRAGMA foreign_keys = OFF; DELETE FROM step WHERE number = 8", "filed under another"),
      ("UPDATE step SET mark = 'odd' WHERE number = 8", "can't be read"),
      ("UPDATE blob SET bytes = x'00' WHERE digest = (SELECT digest FROM blob LIMIT 1)", "stored bytes"),
      ("UPDATE step SET reason = 'wrote it' WHERE number = 8", "its reason is not"),
      ("UPDATE step SET painted = 'seen 9 of 9 lines in 9.0 s' WHERE number = 8", "on the screen"),
      ("UPDATE run SET startedBy = 'eve'", "another person"), ("UPDATE run SET agent = 'other'", "another agent"),
      ("UPDATE run SET state = 'closed'", "state that the log tells"),
      ("UPDATE run SET goal = 'other'", "another goal"), ("UPDATE run SET grade = 'weak'", "another goal, grade"),
      ("UPDATE run SET directory = '/tmp'", "folder or command"),
      ("UPDATE step SET proposedAt = proposedAt - 86400000 WHERE number = 8", "at another time"),
      ("UPDATE leaf SET note = '' WHERE note <> ''", "are gone"),
      ("PRAGMA foreign_keys = OFF; DELETE FROM run", "run 1 is gone"),
      ("UPDATE run SET isPaused = 1", "paused or stopped"), ("UPDATE run SET stopWanted = 1 - stopWanted", "stopped"),
      ("UPDATE run SET workspace = 'other'", "another workspace"),
      ("UPDATE run SET startedAt = startedAt - 86400000", "another time"),
      ("DELETE FROM blob WHERE digest = (SELECT digest FROM blob LIMIT 1)", "are gone from the desk"),
    ]
      + [
        "isFloor = 1 - isFloor", "allowsBulk = 1 - allowsBulk", "isRelayed = 1", "claimKind = 'x'",
        "basis = effectDigest",
        "mustBeSeen = 1 - mustBeSeen",
        "undoes = 1", "raisedFrom = 1", "hold = 5", "expires = 5", "revision = 2", "plan = 7",
        "policyDigest = effectDigest", "previewDigest = effectDigest",
      ].map { ("UPDATE step SET \($0) WHERE number = 8", "1.8: its row is not") }
  )
  func changedRow(sql: String, named: String) throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "weekly-brief")
    try stop(ringi)
    try Connection(path: "\(ringi.desk)/desk.db", mode: .readWrite).execute(sql)
    let result = try ringi("audit", "verify")
    #expect(result.code == 1 && result.error.contains(named), "\(result)")
  }

  @Test(
    "an agent that can't be trusted freezes its run, with the reason",
    arguments: [
      ("for i in $(seq 1001); do echo hello; done; cat > /dev/null", "no message"),
      ("exit 0", "ended before it was done"),
      (Ringi.speaking([], then: "exit 3"), "ended before it was done"),
      (Ringi.speaking([], then: "head -c 33600000 /dev/zero | tr '\\0' 'x'; cat > /dev/null"), "more than 32 MiB"),
      (Ringi.speaking(["\\x1b]0;title"]), "no message"),
    ])
  func badAgents(script: String, why: String) throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(agent: script)
    let result = try ringi("run", space)
    #expect(result.output.contains("lost") && result.output.contains(why), "\(result)")
    #expect(try ringi("list", "--json").output.contains("\"grade\":\"asked\""), "no more is promised of it")
  }

  @Test(
    "an agent that leaves its files to Ringi is refused what policy forbids, and what is outside, before it is believed"
  )
  func handedOverFloors() throws {
    let ringi = try Ringi()
    func asks(_ id: Int, _ path: String) -> String {
      #"{"jsonrpc":"2.0","id":\#(id),"method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"t\#(id)","kind":"edit","rawInput":{"path":"\#(path)","content":"x"}},"options":[{"optionId":"yes","name":"Yes","kind":"allow_once"},{"optionId":"no","name":"No","kind":"reject_once"}]}}"#
    }
    let write =
      #"{"jsonrpc":"2.0","id":4,"method":"fs/write_text_file","params":{"sessionId":"s","path":"new.md","content":"x"}}"#
    let space = try ringi.workspace(
      agent: Ringi.speaking([write, asks(5, "notes.md"), asks(6, "/etc/passwd"), asks(7, "other.md")]),
      policy: "rules:\n  - {action: \"file.*\", target: notes.md, level: forbidden, always: true, why: never}\n")
    #expect(try ringi("run", "--detach", space).code == 0)
    var list = ""
    for _ in 0..<200 where !list.contains("may go on") { list = try ringi("audit", "log").output }
    let steps = try ringi("list", "1").output
    #expect(steps.contains("F  refused  file.create  notes.md") && steps.contains("refused  file.outside"), "\(steps)")
    #expect(steps.contains("prepared  file.create  new.md") && !steps.contains("other.md"), "\(steps)")
    #expect(list.contains("may go on with file.create other.md"), "\(list)")
    try stop(ringi)
  }

  @Test(
    "what an agent leaves running ends when it is stopped, and when its host is asked to end", arguments: [true, false])
  func leftovers(isStop: Bool) throws {
    let ringi = try Ringi()
    let mark = "\(ringi.folder.path)/mark"
    let script =
      "setsid sh -c 'while [ ! -e \(mark) ]; do sleep 0.05; done' > /dev/null 2>&1 & echo started > \(mark).up\n"
    let space = try ringi.workspace(agent: script + Ringi.speaking([]))
    #expect(try ringi("run", "--detach", space).code == 0)
    func left() -> Bool {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["pgrep", "-f", "e \(mark) "]
      process.standardOutput = FileHandle.nullDevice
      try? process.run()
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
    for _ in 0..<500 {
      guard !left() else { break }
      poll(nil, 0, 10)
    }
    #expect(left())
    if isStop {
      #expect(try ringi("stop", "1").code == 0)
    } else {
      for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ pid_t($0) }) {
        func read(_ name: String) -> String {
          String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") ?? Data(), as: UTF8.self)
        }
        if read("cmdline").contains("\0host\0"), read("environ").contains("RINGI_DESK=\(ringi.desk)\0") {
          kill(pid, SIGTERM)
        }
      }
    }
    for _ in 0..<500 {
      guard left() else { break }
      poll(nil, 0, 10)
    }
    #expect(!left())
    try "".write(toFile: mark, atomically: true, encoding: .utf8)
    try stop(ringi)
  }

  @Test("what waited for a dead agent is withdrawn")
  func deadAgent() throws {
    let ringi = try Ringi()
    let write =
      #"{"jsonrpc":"2.0","id":7,"method":"fs/write_text_file","params":{"sessionId":"s","path":"PATH/files/a.md","content":"x"}}"#
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [write.replacingOccurrences(of: "PATH", with: "\(ringi.folder.path)/space")], then: "exit 1"),
      policy: "rules:\n  - {action: file.create, level: watched}\n")
    _ = try ringi("run", space)
    var list = ""
    for _ in 0..<200 where !list.contains("withdrawn") { list = try ringi("list", "1").output }
    #expect(list.contains("withdrawn  file.create  a.md"), "\(list)")
    #expect(!FileManager.default.fileExists(atPath: "\(space)/files/a.md"))
  }

  @Test(
    "paths that climb out or go through a link are refused and recorded",
    arguments: ["/etc/passwd", "SPACE/files/../policy.yaml", "SPACE/files/link/x"])
  func escapes(path: String) throws {
    let ringi = try Ringi()
    let full = path.replacingOccurrences(of: "SPACE", with: "\(ringi.folder.path)/space")
    let write =
      #"{"jsonrpc":"2.0","id":7,"method":"fs/write_text_file","params":{"sessionId":"s","path":"\#(full)","content":"x"}}"#
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [write],
        then: #"read r; printf '%s\n' '{"jsonrpc":"2.0","id":11,"result":{"stopReason":"end_turn"}}'; cat > /dev/null"#)
    )
    symlink("/tmp", "\(space)/files/link")
    let result = try ringi("run", space)
    #expect(result.output.contains("F  refused  file.outside"), "\(result)")
    #expect(
      !FileManager.default.fileExists(atPath: "/tmp/x")
        && !FileManager.default.fileExists(atPath: "\(space)/policy.yaml"))
  }

  @Test("a file that is no text is shown as the desk's own command reads it, and is decided on as a whole")
  func textconv() throws {
    let ringi = try Ringi()
    let write =
      #"{"jsonrpc":"2.0","id":7,"method":"fs/write_text_file","params":{"sessionId":"s","path":"SPACE/files/a.dat","content":"new"}}"#
    let space = try ringi.workspace(
      agent: Ringi.speaking([write.replacingOccurrences(of: "SPACE", with: "\(ringi.folder.path)/space")]),
      policy: "rules:\n  - {action: file.edit, level: watched}\n")
    try Data([0, 111, 108, 100]).write(to: URL(filePath: "\(space)/files/a.dat"))
    let settings = try String(contentsOfFile: "\(ringi.desk)/desk.yaml", encoding: .utf8)
    try (settings + "textconv:\n  dat: [od, -An, -c]\n").write(
      toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
    _ = try ringi("run", space)
    let shown = try ringi("show", "1.1").output
    #expect(
      shown.contains("as `od` reads it") && shown.contains("o   l   d") && shown.contains("n   e   w"), "\(shown)")
    try stop(ringi)
    // A command that fails is no reason to show nothing of why.
    try (settings + "textconv:\n  dat: [\"false\"]\n").write(
      toFile: "\(ringi.desk)/desk.yaml", atomically: true, encoding: .utf8)
    _ = try ringi("run", space)
    let failed = try ringi("show", "2.1").output
    #expect(failed.contains("careful  `false` could not read `a.dat`: only its bytes are known here"), "\(failed)")
    try stop(ringi)
  }

  @Test("a company policy of one rule does not drop the floors that ship")
  func floors() throws {
    let ringi = try Ringi()
    try FileManager.default.createDirectory(atPath: ringi.desk, withIntermediateDirectories: true)
    try "rules:\n  - {action: chat.send, level: watched}\n".write(
      toFile: "\(ringi.desk)/policy.yaml", atomically: true, encoding: .utf8)
    for kind in ["payment.make", "contract.send", "hr.write", "file.outside"] {
      #expect(try ringi("policy", "explain", kind).output.hasPrefix("forbidden (a floor)"), "\(kind)")
    }
    #expect(try ringi("policy", "explain", "mail.send").output.hasPrefix("watched (a floor)"))
  }

  @Test(
    "a settings file that is there and can't be read is never taken for none",
    arguments: ["policy.yaml", "workspace.yaml", "goal.txt"], ["utf-16", "latin-1", "folder", "dangling"])
  func unreadable(name: String, how: String) throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(agent: "exit 0", policy: "rules: []\n")
    let path = "\(space)/\(name)"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try FileManager.default.removeItem(atPath: path)
    switch how {
    case "utf-16": try #require(text.data(using: .utf16)).write(to: URL(filePath: path))
    case "latin-1": try Data(Array("\(text)# \n".utf8) + [0xE9, 0x0A]).write(to: URL(filePath: path))
    case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    default: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
    }
    let result = try ringi("run", "--detach", space)
    #expect(result.code != 0, "\(name) \(how)")
    #expect(result.error.contains(name), "\(result.error)")
    #expect(result.error.contains("UTF-8") || result.error.contains("can't be read"), "\(result.error)")
  }

  @Test("a policy with a typo stops the run before it starts, with place and mend")
  func typo() throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(
      agent: "cat > /dev/null", policy: "rules:\n  - action: file.edit\n    level: wached\n")
    let result = try ringi("run", space)
    #expect(result.code == 2)
    #expect(
      result.error.contains("policy.yaml:3:12: unknown level `wached`; did you mean `watched`?"), "\(result.error)")
    #expect(try ringi("policy", "check", space).code == 2)
  }

  @Test("words of the agent reach a terminal only as tokens")
  func hostileWords() throws {
    let ringi = try Ringi()
    let said =
      #"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\u001b[2J\u202etxt\n"}}}}"#
    let space = try ringi.workspace(
      agent: Ringi.speaking(
        [said], then: #"printf '%s\n' '{"jsonrpc":"2.0","id":11,"result":{"stopReason":"end_turn"}}'; cat > /dev/null"#)
    )
    _ = try ringi("run", space)
    let log = try ringi("audit", "log").output
    #expect(log.contains("‹ESC›[2J‹U+202E›txt"), "\(log)")
    #expect(!log.unicodeScalars.contains("\u{1B}") && !log.unicodeScalars.contains("\u{202E}"))
  }

  @Test("usage errors exit 2, unknown samples name the known ones")
  func usage() throws {
    let ringi = try Ringi()
    #expect(try ringi("frobnicate").code == 2)
    let result = try ringi("demo", "nope")
    #expect(result.code == 2 && result.error.contains("contract-triage"))
  }
}

import Domain
import Foundation
import GateKeeper
import TestKit
import Testing

@testable import Runtime

/// The real console on a pseudo-terminal: what a terminal would get, byte for byte.
private final class Terminal {
  let master: Int32
  let process = Process()
  private(set) var output: [UInt8] = []

  init(_ ringi: Ringi, _ arguments: [String], width: UInt16 = 80, height: UInt16 = 24) throws {
    // As posix_openpt, unlockpt and ptsname do it on Linux (ioctl_tty(2)); Glibc's module does not have them.
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, number): (Int32, UInt32) = (0, 0)
    guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw POSIXError(.ENOTTY)
    }
    var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.executableURL = URL(filePath: Ringi.program)
    process.arguments = arguments
    process.environment = [
      "RINGI_DESK": ringi.desk, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": ringi.folder.path,
      "TMPDIR": ringi.folder.path, "RINGI_SHARE": Project.root.path, "TERM": "xterm-256color", "LANG": "C.UTF-8",
    ]
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
  }

  deinit {
    if process.isRunning { process.terminate() }
    close(master)
  }

  var text: String { String(decoding: output, as: UTF8.self) }

  /// Takes what comes for so many milliseconds at most; false when nothing more will.
  @discardableResult
  func take(_ milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, milliseconds) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    output += buffer[0..<count]
    return true
  }

  func until(_ what: String, _ holds: () throws -> Bool) rethrows {
    for _ in 0..<1_000 {
      if try holds() { return }
      guard take(10) else { break }
    }
    if try !holds() { Issue.record("never came: \(what)\n\(text.suffix(2_000).debugDescription)") }
  }

  func type(_ keys: String) { _ = keys.withCString { write(master, $0, strlen($0)) } }

  func leave() {
    type("q")
    until("it has ended") { !process.isRunning }
    while take(10), take(10), process.isRunning {}
  }

  /// Control sequences (ECMA-48, xterm) that are none of those a curses program and our few own ones need.
  var foreign: [String] {
    var out: [String] = []
    var rest = output[...]
    while let start = rest.firstIndex(of: 0x1B) {
      rest = rest[(start + 1)...]
      guard let kind = rest.first else { break }
      switch kind {
      case UInt8(ascii: "["):
        let body = rest.dropFirst().prefix { $0 < 0x40 }
        let end = rest.dropFirst(1 + body.count).first ?? 0
        if !"ABCDGHJKLMPXdhlmrtu@S".utf8.contains(end) {
          out.append("CSI \(String(decoding: body, as: UTF8.self))\(end)")
        }
        rest = rest.dropFirst(2 + body.count)
      case UInt8(ascii: "]"):
        let body = rest.dropFirst().prefix { $0 != 7 && $0 != 0x1B }
        let words = String(decoding: body, as: UTF8.self)
        let isOurs = words.hasPrefix("2;ringi ") || words.hasPrefix("9;") || words.hasPrefix("777;notify;Ringi;")
        if !isOurs { out.append("OSC \(words)") }
        rest = rest.dropFirst(1 + body.count)
      case UInt8(ascii: "("): rest = rest.dropFirst(2)
      case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "7"), UInt8(ascii: "8"), UInt8(ascii: "M"):
        rest = rest.dropFirst()
      default:
        out.append("ESC \(kind)")
        rest = rest.dropFirst()
      }
    }
    return out
  }
}

extension SessionTests {
  @Test("on a pseudo-terminal: a step is approved by its key, leaving restores the terminal and tells how it stands")
  func terminal() throws {
    let ringi = try Ringi()
    let terminal = try Terminal(ringi, ["demo", "weekly-brief"])
    terminal.until("the queue is drawn") { terminal.text.contains("Queue") && terminal.text.contains("waiting") }
    try terminal.until("a step is decided by a key") {
      // As a hand does it: what comes quicker is a word, or a key that is held down.
      terminal.type("a")
      for _ in 0..<5 { terminal.take(60) }
      return try ringi("list", "1").output.contains("W  done")
    }
    terminal.leave()
    #expect(terminal.process.terminationStatus == 0)
    for sequence in ["\u{1B}[?1049h", "\u{1B}[?1049l", "\u{1B}[?2004l", "\u{1B}[?1004l", "Run 1"] {
      #expect(terminal.text.contains(sequence), "\(sequence.debugDescription)")
    }
    #expect(terminal.foreign.isEmpty, "\(terminal.foreign)")
    try stop(ringi)
  }

  @Test("a paste that comes in pieces decides nothing, however slowly they come")
  func slowPaste() throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(
      agent: Ringi.speaking([]), policy: "rules:\n  - {action: file.create, level: watched}\n")
    let terminal = try Terminal(ringi, ["run", space], width: 120, height: 36)
    terminal.until("the run is drawn") { terminal.text.contains("Queue") }
    terminal.type("\u{1B}[200~")
    for _ in 0..<4 { terminal.take(60) }
    terminal.type("?")
    for _ in 0..<4 { terminal.take(60) }
    terminal.type("q\u{1B}[201~")
    terminal.until("it was taken as pasted") { terminal.text.contains("pasted text never decides") }
    #expect(terminal.process.isRunning && !terminal.text.contains("does nothing here"))
    // A mouse as old terminals report it: three bytes that are no keys.
    terminal.type("\u{1B}[M q!Z")
    terminal.until("the key after it") { terminal.text.contains("Z does nothing here") }
    #expect(terminal.process.isRunning)
    terminal.leave()
    try stop(ringi)
  }

  @Test("hostile words put no foreign byte on the terminal; who looks away is told of the first step that waits")
  func hostileTerminal() throws {
    let ringi = try Ringi()
    let hostile = #"\u001b]0;owned\u0007\u001b[2J\u202Etxt\u009b31m\u001b\\x\r\u0008 │ a approve"#
    let write =
      #"{"jsonrpc":"2.0","id":7,"method":"fs/write_text_file","params":{"sessionId":"s","path":"\#(ringi.folder.path)/space/files/a.md","content":"\#(hostile)"}}"#
    let say =
      #"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\#(hostile)\n"}}}}"#
    let script = "\(ringi.folder.path)/said"
    try "\(say)\n\(write)\n".write(toFile: script, atomically: true, encoding: .utf8)
    let space = try ringi.workspace(
      agent: Ringi.speaking([], then: "read go < \(ringi.folder.path)/go; cat \(script) -"),
      policy: "rules:\n  - {action: file.create, level: watched}\n")
    mkfifo("\(ringi.folder.path)/go", 0o600)
    let terminal = try Terminal(ringi, ["run", space], width: 120, height: 36)
    terminal.until("the run is drawn") { terminal.text.contains("Queue") && terminal.text.contains("live") }
    // The answer to a key after it says that the report was taken; a key nobody knows is none (ECMA-48, 5.4).
    terminal.type("\u{1B}[O\u{1B}[99;9xZ")
    terminal.until("the report was taken") { terminal.text.contains("Z does nothing here") }
    #expect(!terminal.text.contains("9 does nothing") && !terminal.text.contains("x does nothing"))
    try "go\n".write(toFile: "\(ringi.folder.path)/go", atomically: false, encoding: .utf8)
    terminal.until("it waits") { terminal.text.contains("‹ESC›") && terminal.text.contains("1 waiting") }
    #expect(terminal.text.contains("\u{1B}]9;t: #1 create waits for you\u{7}"))
    #expect(terminal.text.contains("\u{1B}]777;notify;Ringi;t: #1 create waits for you\u{7}"))
    terminal.leave()
    #expect(terminal.foreign.isEmpty, "\(terminal.foreign)")
    for scalar in ["\u{9B}", "\u{202E}"] as [Unicode.Scalar] {
      #expect(!terminal.text.unicodeScalars.contains(scalar), "\(scalar.value)")
    }
    try stop(ringi)
  }
}

extension SessionTests {
  /// Thirty lines, some of them new.
  private static func changed(_ numbers: Set<Int>) -> String {
    (1...30).map { numbers.contains($0) ? "new \($0)" : "line \($0)" }.joined(separator: "\n")
  }

  /// A run in review with one file, of which some lines are changed.
  private func prepare(
    _ ringi: Ringi, changing numbers: Set<Int>
  ) throws -> (file: String, desk: Desk, step: StepSummary) {
    let space = try ringi.workspace(agent: "true")
    let file = "\(space)/files/a.md"
    try Self.changed([]).write(toFile: file, atomically: false, encoding: .utf8)
    let (desk, run) = try ringi.openRun(space)
    let write = ProposedEffect.write(path: Array(file.utf8), text: Array(Self.changed(numbers).utf8))
    let made = try DeskActions(desk).maker(run).make(
      Proposal(effect: write, claims: Claims()), plan: nil, staging: StagingArea(), isRelayed: false)
    let step = try desk.gate.intake(made.step, by: .agent("a"))
    try desk.store.setState(run, .review, note: "", by: .performer)
    return (file, desk, step)
  }

  @Test("on the command line single changes are left out and taken in by number, and a slip marks nothing")
  func changesByNumber() throws {
    let ringi = try Ringi()
    let (file, desk, step) = try prepare(ringi, changing: [2, 15, 28])
    let run = step.run
    #expect(try ringi("show", "1.1").output.contains("── change 3 of 3"))
    func review(_ words: String...) throws -> String {
      let terminal = try Terminal(ringi, ["review", "1"] + words, width: 200)
      terminal.until("it has ended") { !terminal.process.isRunning }
      terminal.take(10)
      return terminal.text
    }
    #expect(try review("--keep", "all", "--without", "1/4").contains("#1 has changes 1 to 3"))
    #expect(try desk.store.step(step.id)?.mark == .undecided, "nothing is half marked")
    #expect(try review("--keep", "1", "--without", "1/1,1/2").contains("without 2 of its changes"))
    #expect(try review("--with", "1/2").contains("without 1 of its changes"))
    let marked = try #require(try desk.store.step(step.id))
    #expect(marked.mark == .keep && marked.discardedChanges == [0])
    _ = try? DeskActions(desk).finishReview(run)
    _ = try ringi("host", "1", "--perform-only")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.changed([15, 28]))
  }

  @Test("line mode leaves single changes out, finishes what it listed, undoes it, and goes on after a refusal")
  func plain() throws {
    let ringi = try Ringi()
    let (file, desk, step) = try prepare(ringi, changing: [2, 15])
    let terminal = try Terminal(ringi, ["console", "--plain"], width: 200)
    var read = 0
    func answer(_ question: String, _ words: String) {
      terminal.until(question) {
        terminal.text.hasSuffix(": ") && terminal.text.dropFirst(read).contains(question)
      }
      #expect(terminal.text.dropFirst(read).contains(question), "\(terminal.text.dropFirst(read))")
      read = terminal.text.count
      terminal.type(words + "\n")
    }
    answer("#1 is prepared, 1 undecided.", "4")
    answer("All changes are in. Which are to be out", "2")
    answer("Why (Enter for no reason)", "")
    answer("keep it, without 1 of its changes", "1")
    #expect(terminal.text.contains("── change 2 of 2, left out"))
    // Somebody else says otherwise while the question stands.
    terminal.until("the list stands there") {
      terminal.text.hasSuffix("leave\r\nNumber: ") && terminal.text.contains("Finish the")
    }
    try DeskActions(desk).mark(try #require(try desk.store.step(step.id)), .discard, discarding: [1], painted: "t")
    answer("Finish the review?", "1")
    answer("somebody marked it otherwise meanwhile", "2")
    answer("#1 is prepared, 1 undecided.", "1")
    answer("Finish the review?", "1")
    answer("Anything else?", "5")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.changed([2]))
    answer("Number of the step to undo", "1")
    answer("#2 waits for you, to undo #1.", "1")
    answer("Anything else?", "0")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.changed([]))
    #expect(try ringi("audit", "verify").output.hasPrefix("intact"))
  }
}

// P4 and P5: a program on a pseudo-terminal, and how long it is from a key, or from its start, to the last byte it
// paints. Every peer hangs on the same meter.

import Glibc
import Runtime

/// A child on a pty of a given size.
final class Meter {
  private let master: Int32
  private let pid: pid_t
  private let started = Stopwatch.now()

  init?(_ arguments: [String], environment: [String], width: Int, height: Int, directory: String? = nil) {
    var (master, slave): (Int32, Int32) = (0, 0)
    var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else { return nil }
    self.master = master
    let child = try? ChildProcess.spawn(
      arguments, environment: environment, directory: directory,
      streams: .init(input: slave, output: slave, error: slave), diesWithParent: true, takesTerminal: true)
    close(slave)
    pid = child ?? 0
    guard child != nil else { return nil }
  }

  /// Reads until nothing has come for `quiet` milliseconds; when the last byte came, and how many there were.
  func settle(quiet: Int32, limit: Double = 15_000) -> (last: Double, bytes: Int) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var (last, bytes) = (Stopwatch.now(), 0)
    let end = last + limit
    while Stopwatch.now() < end {
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, quiet) > 0 else { break }
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      last = Stopwatch.now()
      bytes += count
    }
    return (last, bytes)
  }

  /// When the last byte of the first whole screen came. Setting a terminal up takes some bytes too, long before a
  /// paint: a screen is at least a thousand.
  func firstPaint() -> Double {
    var bytes = 0
    while bytes < 1_000 {
      let (last, count) = settle(quiet: 30, limit: 5_000)
      bytes += count
      if bytes >= 1_000 || count == 0 && Stopwatch.now() - started > 5_000 { return last }
    }
    return Stopwatch.now()
  }

  func key(_ text: String, quiet: Int32) -> (milliseconds: Double, bytes: Int) {
    let start = Stopwatch.now()
    _ = text.withCString { write(master, $0, strlen($0)) }
    let (last, bytes) = settle(quiet: quiet)
    return (last - start, bytes)
  }

  func end() {
    kill(-pid, SIGKILL)
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
    close(master)
  }
}

enum ScreenRows {
  private static let environment = [
    "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp",
  ]

  private struct Subject {
    let name: String
    let arguments: [String]
    let environment: [String]
    /// Keys that move the selection, down then up.
    let move: [String]
    /// Keys that scroll by a page, down then up.
    let scroll: [String]
    let directory: String?
  }

  static func measure(isQuick: Bool) throws -> [Row] {
    let folder = "/tmp/ringi-bench-\(getpid())"
    mkdir(folder, 0o700)
    try DeskMaker.make("\(folder)/desk", steps: isQuick ? 1_000 : 10_000, leaves: isQuick ? 20_000 : 1_000_000)
    let own = CommandLine.arguments[0]
    let program = own.lastIndex(of: "/").map { "\(own[..<$0])/ringi" } ?? "ringi"
    let ringi = Subject(
      name: "ringi", arguments: [program, "console"], environment: environment + ["RINGI_DESK=\(folder)/desk"],
      move: ["\u{1B}OB", "\u{1B}OA"], scroll: ["\u{1B}[6~", "\u{1B}[5~"], directory: nil)
    let peer = self.peer(folder)
    var rows: [Row] = []
    for (width, height) in [(80, 24), (200, 60)] {
      let mine = run(ringi, width, height, isQuick)
      let theirs = peer.map { run($0, width, height, isQuick) }
      let name = peer?.name ?? "peer"
      rows.append(
        Row(
          name: "P5", what: "start to first complete paint, \(width)x\(height)", unit: "ms", own: mine.starts,
          peer: name,
          peerValues: theirs?.starts ?? []))
      rows.append(
        Row(
          name: "P4a", what: "key to last byte, scrolling a page, \(width)x\(height)", unit: "ms", own: mine.scrolls,
          peer: name,
          peerValues: theirs?.scrolls ?? []))
      rows.append(
        Row(
          name: "P4b", what: "key to last byte, moving the selection, \(width)x\(height)", unit: "ms", own: mine.keys,
          peer: name, peerValues: theirs?.keys ?? [],
          note: "\(Int(Row.median(mine.bytes))) bytes a key, \(name) \(Int(Row.median(theirs?.bytes ?? [])))"))
    }
    return rows
  }

  private static func run(
    _ subject: Subject, _ width: Int, _ height: Int, _ isQuick: Bool
  ) -> (starts: [Double], scrolls: [Double], keys: [Double], bytes: [Double]) {
    var out: (starts: [Double], scrolls: [Double], keys: [Double], bytes: [Double]) = ([], [], [], [])
    for _ in 0..<(isQuick ? 2 : 5) {
      let start = Stopwatch.now()
      guard
        let meter = Meter(
          subject.arguments, environment: subject.environment, width: width, height: height,
          directory: subject.directory)
      else { continue }
      out.starts.append(meter.firstPaint() - start)
      for index in 0..<(isQuick ? 10 : 30) {
        let (time, bytes) = meter.key(subject.scroll[index % 6 < 4 ? 0 : 1], quiet: 20)
        if bytes > 0 { out.scrolls.append(time) }
      }
      for index in 0..<(isQuick ? 20 : 60) {
        let (time, bytes) = meter.key(subject.move[index % 10 < 7 ? 0 : 1], quiet: 20)
        if bytes > 0 {
          out.keys.append(time)
          out.bytes.append(Double(bytes))
        }
      }
      meter.end()
    }
    return out
  }

  /// tig on a repository of its own, else htop; none where neither is installed.
  private static func peer(_ folder: String) -> Subject? {
    if access("/usr/bin/tig", X_OK) == 0, access("/usr/bin/git", X_OK) == 0 {
      mkdir("\(folder)/repo", 0o700)
      let script = """
        git init -q . && git config user.email a@b && git config user.name a
        for i in $(seq 400); do echo "line $i" >> f; git add f; git commit -qm "change $i"; done
        """
      let file = fopen("\(folder)/make.sh", "w")
      fputs(script, file)
      fclose(file)
      let pid = try? ChildProcess.spawn(
        ["/bin/sh", "-e", "\(folder)/make.sh"], environment: environment, directory: "\(folder)/repo", streams: .init(),
        diesWithParent: true)
      if let pid { waitpid(pid, nil, 0) }
      return Subject(
        name: "tig", arguments: ["/usr/bin/tig"], environment: environment, move: ["j", "k"],
        scroll: ["\u{1B}[6~", "\u{1B}[5~"],
        directory: "\(folder)/repo")
    }
    if access("/usr/bin/htop", X_OK) == 0 {
      return Subject(
        name: "htop", arguments: ["/usr/bin/htop", "-d", "600"], environment: environment,
        move: ["\u{1B}OB", "\u{1B}OA"], scroll: ["\u{1B}[6~", "\u{1B}[5~"],
        directory: nil)
    }
    return nil
  }
}

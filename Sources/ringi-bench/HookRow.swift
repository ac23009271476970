// P1: what an agent waits for at each call of its tools that policy lets happen: a process, two records and a checkpoint,
// durable. Beside it a program that makes one commit and ends, and an empty hook in Python.

import Glibc
import Runtime

enum HookRow {
  static func measure(isQuick: Bool) throws -> [Row] {
    let base = "/tmp/ringi-bench-hook-\(getpid())"
    defer { _ = Program.run(["rm", "-rf", base]) }
    for folder in [base, "\(base)/desk", "\(base)/project"] { mkdir(folder, 0o700) }
    setenv("RINGI_DESK", "\(base)/desk", 1)
    _ = try Desk()
    put("text\n", "\(base)/project/a.txt")
    let own = CommandLine.arguments[0]
    let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
    let database = "\(base)/peer.db"
    _ = Program.run(["sqlite3", database, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)"])
    let hasPeer = access(database, F_OK) == 0
    let commit = ["sqlite3", database, "PRAGMA synchronous=FULL; INSERT INTO t VALUES(zeroblob(300))"]
    let hook = ["\(folder)/ringi", "hook", "claude-code", "--desk", "\(base)/desk"]
    var (hooks, commits, empty): ([Double], [Double], [Double]) = ([], [], [])
    for number in 0..<(isQuick ? 20 : 100) {
      let event =
        #"{"session_id":"s","cwd":"\#(base)/project","hook_event_name":"PreToolUse","tool_name":"Read","tool_use_id":"t\#(number)","tool_input":{"file_path":"\#(base)/project/a.txt"}}"#
      put(event, "\(base)/event.json")
      let time = try milliseconds(hook, input: "\(base)/event.json")
      // The first one begins the run.
      guard number > 0 else { continue }
      hooks.append(time)
      if hasPeer { commits.append(try milliseconds(commit, input: "/dev/null")) }
      if number % 5 == 0 { empty.append(try milliseconds(["python3", "-c", "pass"], input: "/dev/null")) }
    }
    let what = "a hook on a step that policy lets happen, start to end"
    return [
      Row(name: "P1", what: what, unit: "ms", own: hooks, peer: "sqlite3, one commit", peerValues: commits),
      Row(name: "P1", what: what, unit: "ms", own: hooks, peer: "an empty hook in Python", peerValues: empty),
    ]
  }

  private static func put(_ text: String, _ path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    _ = text.withCString { write(file, $0, strlen($0)) }
    close(file)
  }

  private static func milliseconds(_ words: [String], input path: String) throws -> Double {
    let input = open(path, O_RDONLY | O_CLOEXEC)
    let output = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { for file in [input, output] { close(file) } }
    let start = Stopwatch.now()
    let pid = try ChildProcess.spawn(
      words, environment: ["PATH=/usr/local/bin:/usr/bin:/bin"], directory: nil,
      streams: .init(input: input, output: output, error: 2), diesWithParent: true)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    guard status == 0 else { throw RuntimeFault(.fault, "`\(words[0])` failed") }
    return Stopwatch.now() - start
  }
}

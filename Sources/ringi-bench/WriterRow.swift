// P8: durable decisions a second, by one writer and by 64 processes at once, beside raw single commits of 300 bytes.

import Domain
import GateKeeper
import Glibc
import Runtime
import SQLite
import Storage

enum WriterRow {
  static func measure(isQuick: Bool) throws -> [Row] {
    let folder = "/tmp/ringi-bench-writers-\(getpid())"
    mkdir(folder, 0o700)
    let rounds = isQuick ? 2 : 5
    let count = isQuick ? 100 : 400
    var (own, raw, crowd, worst): ([Double], [Double], [Double], Double) = ([], [], [], 0)
    for round in 0..<rounds {
      raw.append(try rawCommits("\(folder)/raw-\(round).db", count: count))
      own.append(try decisions("\(folder)/one-\(round)", count: count))
      let (rate, wait) = try many("\(folder)/many-\(round)", processes: isQuick ? 8 : 64, count: 20)
      crowd.append(rate)
      worst = max(worst, wait)
    }
    return [
      Row(
        name: "P8", what: "durable decisions a second, one writer", unit: "/s", own: own, peer: "raw commits",
        peerValues: raw, isRate: true),
      Row(
        name: "P8", what: "the same from \(isQuick ? 8 : 64) processes at once", unit: "/s", own: crowd,
        peer: "one writer",
        peerValues: own, isRate: true, note: "worst wait \(Int(worst)) ms"),
    ]
  }

  private static func rawCommits(_ path: String, count: Int) throws -> Double {
    let connection = try Connection(path: path, mode: .create)
    try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a BLOB)")
    let bytes = [UInt8](repeating: 7, count: 300)
    let start = Stopwatch.now()
    for _ in 0..<count { try connection.run("INSERT INTO t VALUES (?1)", .blob(bytes)) }
    return Double(count) * 1000 / (Stopwatch.now() - start)
  }

  private struct Outcome {
    let start: Double
    let end: Double
    let worst: Double
    let count: Int
  }

  /// Decides `count` waiting steps from the `first`-th on, one transaction each.
  private static func decide(_ folder: String, first: Int, count: Int) throws -> Outcome {
    setenv("RINGI_DESK", folder, 1)
    let desk = try Desk()
    // Every tenth step waits: the k-th has the number 10k + 1.
    let waiting = try (first..<(first + count)).compactMap {
      try desk.store.step(StepNumber($0 * 10 + 1), of: RunID(1))
    }
    var worst = 0.0
    let start = Stopwatch.now()
    for step in waiting {
      let before = Stopwatch.now()
      try desk.gate.decide(
        step.id, .reject(code: "bench", reason: ""), by: desk.person, shown: Shown(step, painted: ""))
      worst = max(worst, Stopwatch.now() - before)
    }
    return Outcome(start: start, end: Stopwatch.now(), worst: worst, count: waiting.count)
  }

  private static func decisions(_ folder: String, count: Int) throws -> Double {
    try DeskMaker.make(folder, steps: count * 10, leaves: 0)
    let outcome = try decide(folder, first: 0, count: count)
    return Double(outcome.count) * 1000 / (outcome.end - outcome.start)
  }

  /// `ringi-bench writer FOLDER FIRST COUNT`: when it began and ended, and its worst wait.
  static func writer(_ folder: String, first: Int, count: Int) throws {
    let outcome = try decide(folder, first: first, count: count)
    print("\(outcome.start) \(outcome.end) \(outcome.worst)")
  }

  private static func many(_ folder: String, processes: Int, count: Int) throws -> (rate: Double, worst: Double) {
    try DeskMaker.make(folder, steps: processes * count * 10, leaves: 0)
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return (0, 0) }
    var pids: [pid_t] = []
    for index in 0..<processes {
      let pid = try ChildProcess.spawn(
        [CommandLine.arguments[0], "writer", folder, String(index * count), String(count)], environment: ["HOME=/tmp"],
        directory: nil,
        streams: .init(output: ends[1], error: 2), diesWithParent: true)
      pids.append(pid)
    }
    close(ends[1])
    for pid in pids { waitpid(pid, nil, 0) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = read(ends[0], &buffer, buffer.count)
      if got <= 0 { break }
      text += buffer[0..<got]
    }
    close(ends[0])
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: " ").compactMap { Double($0) }
    }
    guard let first = lines.compactMap(\.first).min(), let last = lines.compactMap({ $0.dropFirst().first }).max()
    else {
      return (0, 0)
    }
    return (Double(lines.count * count) * 1000 / (last - first), lines.compactMap(\.last).max() ?? 0)
  }
}

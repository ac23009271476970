// P11: finishing a review of very many new files, from the last yes until all are in place and recorded, beside
// `cp -r` and `sync` of the same files on the same disk.

import Domain
import Glibc
import Runtime

enum SettleRow {
  static func measure(isQuick: Bool) throws -> [Row] {
    let count = isQuick ? 1_000 : 10_000
    let base = "/tmp/ringi-bench-settle-\(getpid())"
    defer { _ = Program.run(["rm", "-rf", base]) }
    var (own, peer) = ([Double](), [Double]())
    for round in 1...(isQuick ? 2 : 3) {
      let (place, desk) = ("\(base)/\(round)", "\(base)/\(round)/desk")
      for folder in [base, place, desk, "\(place)/space", "\(place)/space/files"] { mkdir(folder, 0o700) }
      write("name: b\nagent: rules-agent\nfolders:\n  - path: files\n", to: "\(place)/space/workspace.yaml")
      write("work\n", to: "\(place)/space/goal.txt")
      let job =
        "for d in $(seq 1 \(count / 100)); do mkdir $d; for f in $(seq 1 100); do echo \"a file with a few words in it: $d $f\" > $d/$f; done; done"
      write(job, to: "\(place)/job.sh")
      setenv("RINGI_DESK", desk, 1)
      let folder = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
      _ = Program.run([
        (folder + ["ringi"]).joined(separator: "/"), "run", "--detach", "--agent", "sh \(place)/job.sh",
        "\(place)/space",
      ])
      let actions = DeskActions(try Desk(mustExist: true))
      let run = RunID(1)
      while try actions.counts(of: run).prepared < count { poll(nil, 0, 50) }
      try actions.keepAll(run)
      let start = Stopwatch.now()
      _ = try actions.finishReview(run)
      while try actions.counts(of: run).done < count { poll(nil, 0, 10) }
      own.append(Stopwatch.now() - start)
      peer.append(Program.run(["sh", "-c", "cp -r \(place)/space/files \(place)/copy && sync"]))
    }
    return [
      Row(
        name: "P11", what: "a review of \(count) new files put in place", unit: "ms", own: own, peer: "cp -r + sync",
        peerValues: peer, note: "each with its two records; 0.5 is the goal")
    ]
  }

  private static func write(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    _ = text.withCString { Glibc.write(file, $0, strlen($0)) }
    close(file)
  }
}

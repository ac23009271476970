// P11: finishing a review of very many new files, and of one very large one, from the last yes until all is in place
// and recorded, beside the system's own copying of the same files on the same disk.

import Domain
import Glibc
import Runtime

enum SettleRow {
  static func measure(isQuick: Bool) throws -> [Row] {
    let count = isQuick ? 1_000 : 10_000
    let size = isQuick ? "100M" : "1G"
    let base = "/tmp/ringi-bench-settle-\(getpid())"
    defer { _ = Program.run(["rm", "-rf", base]) }
    mkdir(base, 0o700)
    var (own, peer, large, largePeer) = ([Double](), [Double](), [Double](), [Double]())
    for round in 1...(isQuick ? 2 : 3) {
      let many =
        "for d in $(seq 1 \(count / 100)); do mkdir $d; for f in $(seq 1 100); do echo \"a file with a few words in it: $d $f\" > $d/$f; done; done"
      let place = "\(base)/\(round)"
      own.append(try finish(place, job: many, count: count))
      settleDisk()
      peer.append(Program.run(["sh", "-c", "cp -r \(place)/space/files \(place)/copy && sync"]))
      let one = "\(base)/large-\(round)"
      large.append(try finish(one, job: "head -c \(size) /dev/urandom > large", count: 1))
      settleDisk()
      largePeer.append(Program.run(["sh", "-c", "cp \(one)/space/files/large \(one)/copy && sync \(one)/copy"]))
      _ = Program.run(["rm", "-rf", place, one])
    }
    return [
      Row(
        name: "P11", what: "a review of \(count) new files put in place", unit: "ms", own: own, peer: "cp -r + sync",
        peerValues: peer, note: "each with its two records; 0.5 is the goal"),
      Row(
        name: "P11", what: "a review of one new file of \(size)B put in place", unit: "ms", own: large,
        peer: "cp + fsync", peerValues: largePeer, note: "its digest checked on the way; 0.67 is the goal"),
    ]
  }

  /// Milliseconds from the last word on a run's results until they are in place.
  private static func finish(_ place: String, job: String, count: Int) throws -> Double {
    let desk = "\(place)/desk"
    for folder in [place, desk, "\(place)/space", "\(place)/space/files"] { mkdir(folder, 0o700) }
    write("name: b\nagent: rules-agent\nfolders:\n  - path: files\n", to: "\(place)/space/workspace.yaml")
    write("work\n", to: "\(place)/space/goal.txt")
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
    settleDisk()
    let start = Stopwatch.now()
    _ = try actions.finishReview(run)
    while try actions.counts(of: run).done < count { poll(nil, 0, 10) }
    return Stopwatch.now() - start
  }

  /// Both begin with nothing left to write and, where that is allowed, nothing in memory.
  private static func settleDisk() {
    sync()
    let file = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = Glibc.write(file, "3", 1)
    close(file)
  }

  private static func write(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    _ = text.withCString { Glibc.write(file, $0, strlen($0)) }
    close(file)
  }
}

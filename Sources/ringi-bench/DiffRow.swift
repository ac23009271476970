// P6: the difference of two texts of 100 000 and 1 000 000 lines, 1 % changed and all changed, beside git's and GNU's. Both
// peers are run as programs on the same files; what starting a program takes is measured and taken off.

import Glibc
import TextDiff

enum DiffRow {
  static func measure(isQuick: Bool) throws -> [Row] {
    let folder = "/tmp/ringi-bench-diff-\(getpid())"
    mkdir(folder, 0o700)
    defer { for name in ["a", "b"] { unlink("\(folder)/\(name)") } }
    var rows: [Row] = []
    for count in isQuick ? [100_000] : [100_000, 1_000_000] {
      for isAll in [false, true] {
        let old = text(count) { "line \($0) of the file, as it was" }
        let new = text(count) {
          isAll || $0 % 100 == 0 ? "line \($0) of the file, changed" : "line \($0) of the file, as it was"
        }
        guard save(old, "\(folder)/a"), save(new, "\(folder)/b") else { continue }
        let what = "\(count) lines, \(isAll ? "all" : "1 %") changed"
        let own = (0..<(isQuick ? 3 : 5)).map { _ in
          let start = Stopwatch.now()
          let found = LineDiff(old: old, new: new).changes.count
          precondition(found > 0, "the texts differ")
          return Stopwatch.now() - start
        }
        for peer in [["git", "diff", "--no-index", "--no-ext-diff"], ["diff", "-u"]] {
          let empty = run(peer + ["/dev/null", "/dev/null"])
          let times = own.indices.map { _ in max(0.1, run(peer + ["\(folder)/a", "\(folder)/b"]) - empty) }
          rows.append(
            Row(name: "P6", what: what, unit: "ms", own: own, peer: peer.prefix(1).joined(), peerValues: times))
        }
      }
    }
    rmdir(folder)
    return rows
  }

  private static func text(_ count: Int, _ line: (Int) -> String) -> [UInt8] {
    var out: [UInt8] = []
    for index in 0..<count {
      out.append(contentsOf: line(index).utf8)
      out.append(10)
    }
    return out
  }

  private static func save(_ bytes: [UInt8], _ path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    return bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count
  }

  /// Milliseconds a program takes, its output thrown away.
  private static func run(_ words: [String]) -> Double {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let start = Stopwatch.now()
    guard posix_spawnp(&pid, words[0], &actions, nil, arguments, environ) == 0 else { return 0 }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return Stopwatch.now() - start
  }
}

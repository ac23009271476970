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
          let empty = Program.run(peer + ["/dev/null", "/dev/null"])
          let times = own.indices.map { _ in max(0.1, Program.run(peer + ["\(folder)/a", "\(folder)/b"]) - empty) }
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
}

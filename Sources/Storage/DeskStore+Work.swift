// How far a host has come with something long: a file beside the database, run-N.work. It is no fact that is kept, so it
// costs no transaction; one that nobody writes any more counts as none.

import Domain
import Glibc

extension DeskStore {
  private func workPath(_ run: RunID) -> String { "\(directory)/run-\(run).work" }

  /// Seconds after which a word of progress is stale: its host is gone.
  private static let stale = 10

  /// - Parameter work: nil when it is over.
  package func tell(_ work: Work?, of run: RunID) {
    guard let work else {
      unlink(workPath(run))
      return
    }
    let file = open(workPath(run), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    let progress = work.progress
    let words = "\(work.kind.rawValue) \(progress.done) \(progress.total) \(work.since.milliseconds)"
    // Always as long, so that nothing of an older word is left behind it.
    let line = Array((words + String(repeating: " ", count: max(0, 99 - words.utf8.count)) + "\n").utf8)
    _ = line.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
  }

  package func work(of run: RunID) -> Work? {
    let file = open(workPath(run), O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, time(nil) - status.st_mtim.tv_sec < Self.stale else { return nil }
    var line = [UInt8](repeating: 0, count: 100)
    let count = read(file, &line, line.count)
    let words = String(decoding: line.prefix(max(0, count)), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 4, let kind = Work.Kind(rawValue: String(words[0])), let done = Int(words[1]),
      let total = Int(words[2]), let since = Int64(words[3])
    else { return nil }
    return Work(kind: kind, progress: Progress(done: done, total: total), since: Timestamp(milliseconds: since))
  }
}

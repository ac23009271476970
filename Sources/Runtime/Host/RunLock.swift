// Who performs for a run: at most one process, told by a lock that is held for its life and so can't outlive it.

import Domain
import Glibc

package final class RunLock {
  /// What the holder is there for.
  package enum Holder: String, Sendable {
    /// It has the agent.
    case agent
    /// It performs what was decided, and gives way.
    case performer
    /// A console that looks whether a host is gone: for a moment only.
    case look
  }

  private let descriptor: Int32
  private var isHeld = false

  /// - Parameter holder: a host waits a little for a performer to give way; a look does not.
  init(_ desk: String, _ run: RunID, as holder: Holder) throws(RuntimeFault) {
    descriptor = open(Self.path(desk, run), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    var tries = holder == .look ? 1 : 60
    while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      tries -= 1
      guard tries > 0 else { throw RuntimeFault(.refused, "run \(run) has a host already") }
      poll(nil, 0, 50)
    }
    guard descriptor >= 0 else { throw RuntimeFault(.fault, "`\(Self.path(desk, run))` can't be opened") }
    isHeld = true
    if holder == .agent { unlink(Self.yield(desk, run)) }
    become(holder)
  }

  /// A host whose agent is gone only performs what is left, and gives way like any performer.
  func become(_ holder: Holder) {
    let word = Array(holder.rawValue.utf8)
    _ = ftruncate(descriptor, 0)
    _ = word.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit {
    // Who did not get it must not wipe the word of who has it.
    if isHeld { _ = ftruncate(descriptor, 0) }
    close(descriptor)
  }

  private static func path(_ desk: String, _ run: RunID) -> String { "\(desk)/run-\(run).lock" }
  private static func yield(_ desk: String, _ run: RunID) -> String { "\(desk)/run-\(run).yield" }

  /// Who holds the run now; nil where nobody does.
  package static func holder(_ desk: String, _ run: RunID) -> Holder? {
    let descriptor = open(path(desk, run), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    // Without a word somebody only looks, or is about to say what for.
    return Holder(rawValue: String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)) ?? .look
  }

  /// True when no process holds the run.
  package static func isFree(_ desk: String, _ run: RunID) -> Bool { holder(desk, run) == nil }

  /// Asks a performer to give way, and waits for it; false where somebody else holds the run.
  static func clear(_ desk: String, _ run: RunID) -> Bool {
    guard holder(desk, run) != .agent else { return false }
    close(open(yield(desk, run), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
    Doorbell.ring(desk)
    for _ in 0..<60 where !isFree(desk, run) { poll(nil, 0, 50) }
    unlink(yield(desk, run))
    return isFree(desk, run)
  }

  /// A wish that somebody left behind, killed in between, counts no more after some seconds.
  static func isYieldWanted(_ desk: String, _ run: RunID) -> Bool {
    var status = stat()
    guard stat(yield(desk, run), &status) == 0 else { return false }
    return time(nil) - status.st_mtim.tv_sec < 5
  }
}

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
  /// Who held it last ended because the desk's disk was full.
  private(set) var isMarkedFull = false
  private static let full = Array("full!".utf8)

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
    isMarkedFull = Self.read(descriptor) == Self.full
    // A look leaves that word to whoever can write it down.
    guard holder != .look || !isMarkedFull else { return }
    isMarkedFull = false
    if holder == .agent { unlink(Self.yield(desk, run)) }
    guard become(holder) else {
      throw RuntimeFault(.full, "the desk’s disk is full: make room, nothing can begin that can’t be recorded")
    }
  }

  /// A host whose agent is gone only performs what is left, and gives way like any performer.
  /// - Returns: false where the disk has no room for the word.
  @discardableResult
  func become(_ holder: Holder) -> Bool {
    let word = Array(holder.rawValue.utf8)
    _ = ftruncate(descriptor, 0)
    return word.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } == word.count || holder == .look
  }

  /// The reason of an end that no log has room for. It takes the place of a word as long, so that it needs no room itself.
  func markFull() {
    isMarkedFull = true
    _ = Self.full.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    _ = ftruncate(descriptor, off_t(Self.full.count))
  }

  deinit {
    // Who did not get it must not wipe the word of who has it.
    if isHeld, !isMarkedFull { _ = ftruncate(descriptor, 0) }
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
    // Without a word somebody only looks, or is about to say what for.
    return Holder(rawValue: String(decoding: read(descriptor), as: UTF8.self)) ?? .look
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    return Array(buffer.prefix(max(0, count)))
  }

  /// True when no process holds the run.
  package static func isFree(_ desk: String, _ run: RunID) -> Bool { holder(desk, run) == nil }

  /// Asks a performer to give way, and waits for it; false where somebody else holds the run.
  /// - Parameter isInReview: a host whose program has ended is none that holds it.
  static func clear(_ desk: String, _ run: RunID, isInReview: Bool = false) -> Bool {
    guard isInReview || holder(desk, run) != .agent else { return false }
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

// One write for one paint. ncurses sends a paint in dozens of pieces, each of which wakes the terminal; here they are
// caught in memory while it paints, and sent as one.

import CTerminalGuard
import Glibc

final class PaintBuffer {
  /// What ncurses is given as its terminal.
  let stream: UnsafeMutablePointer<FILE>
  private let own: Int32
  private let terminal: Int32
  /// -1 where there is none: then the pieces go out as they come.
  private let memory: Int32
  private var bytes: [UInt8] = []

  /// nil where standard output can't be used twice.
  init?() {
    own = fcntl(1, F_DUPFD_CLOEXEC, 3)
    terminal = fcntl(1, F_DUPFD_CLOEXEC, 3)
    guard own >= 0, terminal >= 0, let stream = fdopen(own, "w") else { return nil }
    self.stream = stream
    memory = tg_memory()
  }

  func paint(_ body: () -> Void) {
    guard memory >= 0, tg_become(memory, own) >= 0 else { return body() }
    body()
    _ = tg_become(terminal, own)
    send()
  }

  private func send() {
    let count = Int(lseek(memory, 0, SEEK_CUR))
    guard count > 0 else { return }
    if bytes.count < count { bytes = [UInt8](repeating: 0, count: count) }
    let read = pread(memory, &bytes, count, 0)
    lseek(memory, 0, SEEK_SET)
    var written = 0
    while written < read {
      let part = bytes.withUnsafeBytes { write(terminal, $0.baseAddress?.advanced(by: written), read - written) }
      if part < 0, errno == EINTR { continue }
      guard part > 0 else { return }
      written += part
    }
  }
}

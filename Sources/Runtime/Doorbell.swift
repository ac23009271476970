// Waking up when another process has committed: a watch on the desk's bell file. `PRAGMA data_version` is the
// truth; a wake-up without a change costs one look.

import Glibc

final class Doorbell {
  let descriptor: Int32

  /// - Parameter directory: the desk.
  init(directory: String) {
    descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    if descriptor >= 0 { inotify_add_watch(descriptor, "\(directory)/bell", UInt32(IN_MODIFY)) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Wakes everybody who listens on the desk.
  static func ring(_ directory: String) {
    let bell = open("\(directory)/bell", O_WRONLY | O_CLOEXEC)
    guard bell >= 0 else { return }
    pwrite(bell, [1] as [UInt8], 1, 0)
    close(bell)
  }

  /// Empties the queue of events.
  func drain() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}

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

  /// Empties the queue of events.
  func drain() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}

// Several gateways of one client are one run: the last of them ends it. Each holds a shared lock for its life.

import Domain
import Glibc

final class SessionHold {
  private let descriptor: Int32

  init(_ desk: String, _ run: RunID) throws(RuntimeFault) {
    descriptor = Glibc.open("\(desk)/run-\(run).gateways", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
      throw RuntimeFault(.fault, "the desk's folder can't be written")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Nobody else holds the run.
  var isLast: Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}

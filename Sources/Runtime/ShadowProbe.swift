// Whether this machine can make a private view: tried, not guessed.

import Glibc

enum ShadowProbe {
  /// Runs `true` on a view of a folder of the desk's own; throws with the part that failed.
  static func check(_ desk: String) throws(RuntimeFault) {
    let place = "\(desk)/shadow/probe-\(getpid())"
    defer { Files.removeTree(place) }
    for name in ["lower", "upper", "work"] {
      guard Files.makeDirectory("\(place)/\(name)", mode: 0o700) else {
        throw RuntimeFault(.fault, "`\(place)` can't be made: \(String(cString: strerror(errno)))")
      }
    }
    let sandbox = Sandbox(
      mounts: [.overlay(path: "\(place)/lower", device: 0, inode: 0, upper: "\(place)/upper", work: "\(place)/work")],
      keepsNetwork: false)
    let pid = try ChildProcess.spawn(
      ["true"], environment: [], directory: "/", streams: .init(), diesWithParent: true, sandbox: sandbox)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else {
      throw RuntimeFault(.fault, "a program on a private view ended with \(status >> 8 & 0xFF)")
    }
  }
}

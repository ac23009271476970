// What an agent leaves running when it ends: a server it started, a shell in a session of its own. They are this process's
// children then, and end with their agent.

import CProcess
import Glibc

enum Orphans {
  /// Before an agent is started.
  static func adopt() { _ = cp_adopt() }

  /// Ends all children but those named, and what becomes one by that. Without /proc/…/children it finds none.
  static func end(but kept: Set<pid_t>) {
    for _ in 0..<1_000 {
      let children = all().filter { !kept.contains($0) }
      guard !children.isEmpty else { return }
      for child in children { kill(child, SIGKILL) }
      for child in children {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
      }
    }
  }

  private static func all() -> [pid_t] {
    guard let tasks = opendir("/proc/self/task") else { return [] }
    defer { closedir(tasks) }
    var out: [pid_t] = []
    while let entry = readdir(tasks) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      out += (Files.text("/proc/self/task/\(name)/children") ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
    return out
  }
}

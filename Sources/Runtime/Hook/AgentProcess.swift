// The process of an agent that Ringi did not start, told by its id and the moment it began: an id alone is used again.

import Glibc

struct AgentProcess: Hashable {
  let pid: pid_t
  /// In clock ticks since boot, field 22 of proc_pid_stat(5).
  let started: UInt64

  private static let shells: Set<String> = ["sh", "bash", "dash", "zsh", "fish", "ksh"]

  /// A shell, which may be a person's own that asked once to try it.
  var isShell: Bool { Self.status(pid).map { Self.shells.contains($0.name) } ?? false }

  /// A hook's own agent: the parent, or the parent of a shell that was put in between.
  static func ofHook() -> AgentProcess? {
    var pid = getppid()
    for _ in 0..<3 {
      guard let status = status(pid) else { return nil }
      guard shells.contains(status.name) else {
        return AgentProcess(pid: pid, started: status.started)
      }
      pid = status.parent
    }
    return nil
  }

  /// Whoever started this process.
  static func parent() -> AgentProcess? { status(getppid()).map { AgentProcess(pid: getppid(), started: $0.started) } }

  /// Those this process comes from, the nearest first.
  static func ancestors() -> [AgentProcess] {
    var (out, pid) = ([AgentProcess](), getppid())
    while pid > 1, out.count < 64, let status = status(pid) {
      out.append(AgentProcess(pid: pid, started: status.started))
      pid = status.parent
    }
    return out
  }

  /// It is the process of a run, whose children are an agent and what that starts.
  var isHost: Bool {
    let words = (Files.read("/proc/\(pid)/cmdline") ?? []).split(separator: 0).map {
      String(decoding: $0, as: UTF8.self)
    }
    return words.count > 1 && words[0].hasSuffix("/ringi") && words[1] == "host"
  }

  /// Claude Code with nobody before it: it prints its answer and ends (`-p`).
  var isPrinting: Bool {
    (Files.read("/proc/\(pid)/cmdline") ?? []).split(separator: 0).contains {
      $0.elementsEqual("-p".utf8) || $0.elementsEqual("--print".utf8)
    }
  }

  private init(pid: pid_t, started: UInt64) { (self.pid, self.started) = (pid, started) }

  /// - Parameter text: `PID STARTED`, as kept with a run.
  init?(_ text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let pid = pid_t(parts[0]), let started = UInt64(parts[1]), pid > 1 else { return nil }
    self.init(pid: pid, started: started)
  }

  var text: String { "\(pid) \(started)" }

  var isAlive: Bool { Self.status(pid)?.started == started }

  private static func status(_ pid: pid_t) -> (name: String, parent: pid_t, started: UInt64)? {
    // The name stands in parentheses and may hold some itself.
    guard let text = Files.text("/proc/\(pid)/stat"), let open = text.firstIndex(of: "("),
      let close = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", let parent = pid_t(fields[1]), let started = UInt64(fields[19]) else {
      return nil
    }
    return (String(text[text.index(after: open)..<close]), parent, started)
  }
}

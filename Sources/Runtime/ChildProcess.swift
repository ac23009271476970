// Starting processes through CProcess, with arguments as arrays and an environment built from nothing.

import CProcess
import Glibc

package enum ChildProcess {
  /// Descriptors for the child; -1 is /dev/null.
  package struct Streams {
    var input: Int32
    var output: Int32
    var error: Int32
    package init(input: Int32 = -1, output: Int32 = -1, error: Int32 = -1) {
      self.input = input
      self.output = output
      self.error = error
    }
  }

  /// The child's pid; throws with the reason of the call that failed.
  /// - Parameters:
  ///   - takesTerminal: standard input becomes the child's controlling terminal.
  ///   - newSession: false keeps it on this program's terminal, as a person's editor needs.
  ///   - sandbox: what it sees of the file system; nil for everything.
  package static func spawn(
    _ arguments: [String], environment: [String], directory: String?, streams: Streams, diesWithParent: Bool,
    takesTerminal: Bool = false, newSession: Bool = true, sandbox: Sandbox? = nil
  ) throws(RuntimeFault) -> pid_t {
    guard let program = arguments.first.flatMap({ find($0) }) else {
      throw RuntimeFault(.usage, "`\(arguments.first ?? "")` is not a program on this machine")
    }
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    let where_ = directory.map { strdup($0) } ?? nil
    defer {
      (argv + envp).forEach { free($0) }
      free(where_)
    }
    var stage: Int32 = 0
    func start(_ view: UnsafePointer<cp_sandbox>?) -> pid_t {
      program.withCString { path in
        argv.withUnsafeBufferPointer { argvBuffer in
          envp.withUnsafeBufferPointer { envpBuffer in
            withUnsafeMutablePointer(to: &stage) { stage in
              var request = cp_request(
                path: path, argv: argvBuffer.baseAddress, envp: envpBuffer.baseAddress, directory: where_,
                input: streams.input, output: streams.output, error: streams.error, new_session: newSession ? 1 : 0,
                takes_terminal: takesTerminal ? 1 : 0, dies_with_parent: diesWithParent ? 1 : 0, sandbox: view,
                stage: stage)
              return cp_spawn(&request)
            }
          }
        }
      }
    }
    let pid = sandbox.map { $0.withC { start($0) } } ?? start(nil)
    guard pid > 0 else {
      let part = String(cString: cp_sandbox_stage(stage))
      let reason = String(cString: strerror(-pid))
      throw RuntimeFault(
        .fault, "`\(program)` can't be started: \(part.isEmpty ? reason : "\(part) (\(reason))")")
    }
    return pid
  }

  /// The program as a path, looked up along PATH like a shell would.
  /// - Parameter isSeen: false for places where it can't be used.
  static func find(_ name: String, where isSeen: (String) -> Bool = { _ in true }) -> String? {
    if name.contains("/") { return access(name, X_OK) == 0 && isSeen(name) ? name : nil }
    let path = Desk.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 && isSeen($0) }
  }

  /// What an agent is given of the environment: nothing of the desk, no sockets, no secrets.
  static func agentEnvironment(_ extra: [String]) -> [String] {
    let kept = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER"]
    return (kept + extra).compactMap { name in Desk.variable(name).map { "\(name)=\($0)" } }
  }

  /// This program's own path.
  static func ownPath() -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    return count > 0 ? String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : "ringi"
  }

  static func pipe() throws(RuntimeFault) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw RuntimeFault(.fault, "no pipe can be made") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

// A command that is given bytes, a time and a limit of output. Arguments are an array from here to exec; nothing is
// inherited but what is named.

import CProcess
import Glibc

package struct ChildCommand {
  package let arguments: [String]
  package var environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
  package var directory: String?
  /// What it finds on its standard input.
  package var input: [UInt8] = []
  /// How long it may take, in milliseconds.
  package var patience: Int64 = 60_000
  /// How much of what it prints is kept, in bytes; the rest is read and dropped.
  package var most: Int = 1 << 16
  /// False lets it end what it does when this process is gone: half a mail helps nobody.
  package var diesWithHost = false
  /// Asked twice a second: true ends it.
  package var isUnwanted: () -> Bool = { false }

  package enum End: Equatable {
    case code(Int32), signal(Int32), timeOut
    /// Nobody wanted it any more.
    case stopped
    /// It never ran.
    case notStarted(String)
  }

  package struct Result {
    package let end: End
    /// Standard output and error as they came.
    package var output: [UInt8] = []
    package var isCut = false
    /// It had all of its input.
    package var hasInput = false
  }

  package init(
    arguments: [String], environment: [String]? = nil, directory: String? = nil, input: [UInt8] = [],
    patience: Int64 = 60_000, most: Int = 1 << 16, diesWithHost: Bool = false
  ) {
    self.arguments = arguments
    if let environment { self.environment = environment }
    self.directory = directory
    self.input = input
    self.patience = patience
    self.most = most
    self.diesWithHost = diesWithHost
  }

  /// - Parameter start: starts it another way, on these descriptors for input and output: its pid, or -errno.
  package func run(_ start: ((_ input: Int32, _ output: Int32) -> pid_t)? = nil) -> Result {
    var into: [Int32] = [-1, -1]
    var from: [Int32] = [-1, -1]
    guard pipe(&into) == 0, pipe(&from) == 0 else { return Result(end: .notStarted("no pipe can be made")) }
    for end in into + from { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let pid = start?(into[0], from[1]) ?? self.start(input: into[0], output: from[1])
    close(into[0])
    close(from[1])
    defer { close(from[0]) }
    guard pid > 0 else {
      close(into[1])
      return Result(end: .notStarted(FolderScope.reason(-pid)))
    }
    return follow(pid, feeding: into[1], hearing: from[0])
  }

  private func start(input: Int32, output: Int32) -> pid_t {
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    let folder = directory.map { strdup($0) } ?? nil
    defer {
      (argv + envp).forEach { free($0) }
      free(folder)
    }
    return argv.withUnsafeBufferPointer { argvBuffer in
      envp.withUnsafeBufferPointer { envpBuffer in
        (arguments.first ?? "").withCString { path in
          var request = cp_request(
            path: path, argv: argvBuffer.baseAddress, envp: envpBuffer.baseAddress, directory: folder, input: input,
            output: output, error: output, new_session: 1, takes_terminal: 0, dies_with_parent: diesWithHost ? 1 : 0,
            sandbox: nil,
            stage: nil)
          return cp_spawn(&request)
        }
      }
    }
  }

  /// Feeds it and listens until it has ended or its time is over. A process it leaves behind is not waited for.
  private func follow(_ pid: pid_t, feeding feed: Int32, hearing output: Int32) -> Result {
    let ended = cp_pidfd(pid)
    defer { if ended >= 0 { close(ended) } }
    _ = fcntl(feed, F_SETFL, O_NONBLOCK)
    _ = fcntl(output, F_SETFL, O_NONBLOCK)
    var result = Result(end: .timeOut)
    var (written, isFeeding, isTalking, hasEnded) = (0, true, true, false)
    let deadline = Self.clock() + patience
    while !hasEnded {
      if isFeeding, written == input.count || !write(to: feed, &written) {
        close(feed)
        (isFeeding, result.hasInput) = (false, written == input.count)
      }
      let left = deadline - Self.clock()
      guard left > 0 else { break }
      guard !isUnwanted() else {
        result = Result(end: .stopped, output: result.output, isCut: result.isCut, hasInput: result.hasInput)
        break
      }
      var wanted = [
        pollfd(fd: ended, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isTalking ? output : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isFeeding ? feed : -1, events: Int16(POLLOUT), revents: 0),
      ]
      // Without a descriptor for its end, its end is asked for now and then.
      _ = poll(&wanted, 3, Int32(min(left, ended >= 0 ? 500 : 20)))
      if isTalking { isTalking = listen(output, &result) }
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) == pid else { continue }
      hasEnded = true
      result = Result(end: Self.end(status), output: result.output, isCut: result.isCut, hasInput: result.hasInput)
    }
    if isFeeding { close(feed) }
    if isTalking { _ = listen(output, &result) }
    guard !hasEnded else { return result }
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return result
  }

  /// False when it reads no more.
  private func write(to descriptor: Int32, _ written: inout Int) -> Bool {
    while written < input.count {
      let count = input.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), input.count - written)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return true }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// False when nothing more will come.
  private func listen(_ descriptor: Int32, _ result: inout Result) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return true }
      guard count > 0 else { return false }
      let room = most - result.output.count
      result.output += buffer[..<min(count, max(0, room))]
      if count > room { result.isCut = true }
    }
  }

  /// As in wait(2): the low seven bits are the signal, the next byte the code.
  private static func end(_ status: Int32) -> End {
    status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F)
  }

  private static func clock() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}

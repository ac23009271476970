// Running a configured command with bytes on its standard input. Arguments are an array from here to exec.

import CProcess
import GateKeeper
import Glibc

enum Pipe {
  static func run(_ arguments: [String], input: [UInt8]) -> Outcome {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return .failed(detail: "no pipe") }
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    let argv = arguments.map { strdup($0) } + [nil]
    let environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nil]
    defer {
      argv.forEach { free($0) }
      environment.forEach { free($0) }
    }
    let pid = argv.withUnsafeBufferPointer { argvBuffer in
      environment.withUnsafeBufferPointer { environmentBuffer in
        arguments[0].withCString { path in
          var request = cp_request(
            path: path, argv: argvBuffer.baseAddress, envp: environmentBuffer.baseAddress, directory: nil,
            input: ends[0], output: -1, error: -1, new_session: 1, takes_terminal: 0, dies_with_parent: 0, sandbox: nil,
            stage: nil)
          return cp_spawn(&request)
        }
      }
    }
    close(ends[0])
    guard pid > 0 else {
      close(ends[1])
      return .failed(detail: "`\(arguments[0])`: \(String(cString: strerror(-pid)))")
    }
    var written = 0
    while written < input.count {
      let count = input.withUnsafeBytes { write(ends[1], $0.baseAddress?.advanced(by: written), input.count - written) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      written += count
    }
    close(ends[1])
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    // Exit status as in wait(2): the low seven bits are the signal, the next byte the code.
    if status & 0x7F != 0, written == input.count {
      return .unknown(detail: "`\(arguments[0])` was ended by signal \(status & 0x7F) after it had the message")
    }
    guard status & 0x7F == 0, (status >> 8) & 0xFF == 0, written == input.count else {
      return .failed(detail: "`\(arguments[0])` ended with \((status >> 8) & 0xFF)")
    }
    return .done(detail: "handed to `\(arguments[0])`")
  }
}

// `ringi mcp tools`: a pipe between an agent's MCP client and a run's private socket. The socket names the run, nothing the
// agent sends does.

import Glibc

package struct ToolPipe {
  private let socket: Int32

  /// - Parameter path: the run's socket.
  init(_ path: String) throws(RuntimeFault) {
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8CString)
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
      throw RuntimeFault(.usage, "the path of the run’s socket is too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { target in bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw RuntimeFault(.fault, "the run's host is gone") }
    self.socket = socket
  }

  /// The tools of the run that has started this process's agent, else of a run of its own.
  /// - Parameter folder: a workspace, or a folder to work in.
  package static func run(_ folder: String?) throws(RuntimeFault) {
    signal(SIGPIPE, SIG_IGN)
    if let path = Desk.variable("RINGI_SOCKET") {
      try ToolPipe(path).run()
      return
    }
    guard let folder else {
      throw RuntimeFault(
        .usage,
        "name the workspace’s folder: `ringi mcp tools FOLDER`; without one it is started by an agent that Ringi runs")
    }
    try ToolCaller(folder).run()
  }

  /// Until either side ends.
  /// - Parameter begun: what the client has said already.
  /// - Parameter seen: hears of all that passes, and whether the client said it.
  /// - Returns: whether it was the run that ended.
  @discardableResult
  func run(_ begun: [UInt8] = [], seen: (_ bytes: [UInt8], _ isClient: Bool) -> Void = { _, _ in }) -> Bool {
    seen(begun, true)
    guard Self.write(begun, to: socket) else { return true }
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      if poll(&descriptors, 2, -1) < 0 {
        if errno == EINTR { continue }
        return false
      }
      // What the run still says comes before its end. A run that ends just as the client speaks has not heard it.
      if descriptors[1].revents != 0, let end = Self.copy(socket, 1, { seen($0, false) }) { return end == .ofSource }
      if descriptors[0].revents != 0, let end = Self.copy(0, socket, { seen($0, true) }) { return end == .ofTarget }
    }
  }

  private enum End { case ofSource, ofTarget }

  /// - Returns: which side has ended, nil when neither has.
  private static func copy(_ from: Int32, _ to: Int32, _ seen: ([UInt8]) -> Void) -> End? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(from, &buffer, buffer.count)
    guard count > 0 else { return count < 0 && errno == EINTR ? nil : .ofSource }
    seen(Array(buffer[0..<count]))
    return write(Array(buffer[0..<count]), to: to) ? nil : .ofTarget
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var written = 0
    while written < bytes.count {
      let part = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if part < 0 && errno == EINTR { continue }
      if part <= 0 { return false }
      written += part
    }
    return true
  }
}

// `ringi mcp tools`: the agent's end of the run's private socket. It only pipes; the socket names the run.

import Glibc

package enum ToolPipe {
  package static func run() throws(RuntimeFault) {
    guard let path = Desk.variable("RINGI_SOCKET") else {
      throw RuntimeFault(.usage, "`ringi mcp tools` is started by an agent that Ringi runs; RINGI_SOCKET is not set")
    }
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8CString)
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
      throw RuntimeFault(.usage, "RINGI_SOCKET is too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { target in bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw RuntimeFault(.fault, "the run's host is gone") }
    signal(SIGPIPE, SIG_IGN)
    var descriptors = [
      pollfd(fd: 0, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      if poll(&descriptors, 2, -1) < 0 {
        if errno == EINTR { continue }
        return
      }
      if descriptors[0].revents != 0, !copy(0, socket) { return }
      if descriptors[1].revents != 0, !copy(socket, 1) { return }
    }
  }

  private static func copy(_ from: Int32, _ to: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(from, &buffer, buffer.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    var written = 0
    while written < count {
      let part = buffer.withUnsafeBytes { write(to, $0.baseAddress?.advanced(by: written), count - written) }
      if part < 0 && errno == EINTR { continue }
      if part <= 0 { return false }
      written += part
    }
    return true
  }
}

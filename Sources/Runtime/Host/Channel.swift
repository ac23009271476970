// A byte stream to a peer that is read and written without blocking; what can't be written yet is kept.

import Glibc

final class Channel {
  private(set) var input: Int32
  private(set) var output: Int32
  private var pending: [UInt8] = []
  /// What a peer may leave unread before it counts as hanging: 64 MiB.
  private static let maximumPending = 64 << 20

  init(input: Int32, output: Int32) {
    self.input = input
    self.output = output
    for descriptor in [input, output] { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }
  }

  deinit { shut() }

  func shut() {
    if input >= 0 { close(input) }
    if output >= 0, output != input { close(output) }
    input = -1
    output = -1
  }

  var wantsToWrite: Bool { !pending.isEmpty && output >= 0 }

  /// False when the peer does not read any more.
  func send(_ bytes: [UInt8]) -> Bool {
    pending += bytes
    return flush() && pending.count <= Self.maximumPending
  }

  func flush() -> Bool {
    guard output >= 0 else { return pending.isEmpty }
    while !pending.isEmpty {
      let count = pending.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count < 0 { return errno == EAGAIN || errno == EINTR }
      pending.removeFirst(count)
    }
    return true
  }

  enum Received { case bytes([UInt8]), nothing, ended }

  func receive() -> Received {
    guard input >= 0 else { return .ended }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(input, &buffer, buffer.count)
    if count > 0 { return .bytes(Array(buffer[0..<count])) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended
  }
}

// A JSON-RPC peer over two descriptors, with requests that can be left open and collected later.

import Glibc
import Wire

/// The other side is gone or talks nonsense.
struct PeerGone: Error {}

final class Peer {
  private let input: Int32
  private let output: Int32
  private var framing = LineFraming()
  private var nextID: Int64 = 100
  private var answers: [Int64: Result<JSON, RPCError>] = [:]
  /// Requests and notifications of the other side, in order.
  private(set) var inbox: [RPCMessage] = []

  init(input: Int32, output: Int32) {
    self.input = input
    self.output = output
  }

  func send(_ message: RPCMessage) {
    let bytes = message.line
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(output, $0.baseAddress?.advanced(by: written), bytes.count - written) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      written += count
    }
  }

  /// Sends a request and goes on; `result` collects it.
  func start(_ method: String, _ params: JSON) -> Int64 {
    nextID += 1
    send(.request(id: .number(nextID), method: method, params: params))
    return nextID
  }

  func answer(to id: Int64) -> Result<JSON, RPCError>? { answers.removeValue(forKey: id) }

  func takeMessage() -> RPCMessage? { inbox.isEmpty ? nil : inbox.removeFirst() }

  /// Reads what is there; false at the end of the stream.
  func readOnce() throws(PeerGone) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(input, &buffer, buffer.count)
    if count < 0 && errno == EINTR { return }
    guard count > 0 else { throw PeerGone() }
    for item in framing.add(buffer[0..<count]) {
      guard case .line(let line) = item, let message = try? RPCMessage(line: line) else { throw PeerGone() }
      switch message {
      case .response(.number(let id), let result): answers[id] = .success(result)
      case .failure(.number(let id)?, let error): answers[id] = .failure(error)
      case .response, .failure: break
      case .request, .notification: inbox.append(message)
      }
    }
  }

  var descriptor: Int32 { input }
}

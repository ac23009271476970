// An agent at the other end of a stream, whatever protocol it speaks: bytes in, events out, bytes to send collected.

import Wire

/// ACP's client and that of Codex's app-server.
package protocol AgentPeer: Sendable {
  mutating func start(version: String)
  mutating func takeOutgoing() -> [UInt8]
  mutating func receive(_ bytes: [UInt8]) -> [LinkEvent]
  /// One turn at a time.
  mutating func prompt(_ text: String)
  var canPrompt: Bool { get }
  /// A session is open.
  var isOpen: Bool { get }
  /// Cancels the turn; what is open is answered as the protocol wants it.
  mutating func cancel()
  /// Answers once; a second answer to the same request is dropped.
  mutating func answer(_ token: ReplyToken, _ answer: Answer)
  /// True where a question may be left to the work itself, which this agent is known to leave to us.
  mutating func leaves(_ token: ReplyToken) -> Bool
  /// Tells an agent that has stopped asking to ask again; false where it has no such way.
  mutating func askAgain() -> Bool
}

/// The messages in a peer's bytes. What is no message is said, in words for people; a peer that sends such can't be trusted to
/// speak the protocol any more.
struct PeerStream: Sendable {
  enum Item {
    case message(RPCMessage)
    /// A line, its beginning, and why it is none.
    case noMessage(String, String)
    case fault(String)
  }

  private var framing = LineFraming()
  /// False for a peer that leaves out which version of JSON-RPC it speaks.
  let isNamed: Bool

  init(isNamed: Bool = true) { self.isNamed = isNamed }

  mutating func read(_ bytes: [UInt8]) -> [Item] {
    framing.add(bytes).map { item -> Item in
      switch item {
      case .overflow: return .fault("it sent a line of more than \(LineFraming.maximumLine >> 20) MiB")
      case .line(let line):
        do throws(RPCFault) { return .message(try RPCMessage(line: line, isNamed: isNamed)) } catch {
          return .noMessage(String(decoding: line.prefix(300), as: UTF8.self), error.why)
        }
      }
    }
  }
}

// An agent at the other end of a stream, whatever protocol it speaks: bytes in, events out, bytes to send collected.

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
  /// Tells an agent that has stopped asking to ask again; false where it has no such way.
  mutating func askAgain() -> Bool
}

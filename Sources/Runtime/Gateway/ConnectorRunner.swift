// Makes one call that was held, or that an agent asked Ringi itself to make: the connector's server is started for it, held
// against what a person accepted of it, called once, and ended.

import AgentLink
import AuditLog
import Domain
import GateKeeper
import Glibc
import Wire

struct ConnectorRunner {
  /// How long a server may take from its start to its answer, and to say anything at all, in milliseconds.
  static let patience: Int64 = 60_000
  private static let silence: Int64 = 3_000
  /// How much of an answer is kept, in characters.
  private static let most = 1 << 16

  struct End {
    let outcome: Outcome
    /// What the server answered.
    var answer = ""
    /// What the server is like, where that is not what was accepted.
    var stranger: [UInt8]?
  }

  let server: ConnectorServer
  /// The desk's folder.
  let desk: String
  /// True once a person has stopped the run.
  var isStopped: () -> Bool = { false }

  /// - Parameter accepted: what a person has accepted of the server; nil for nothing.
  func run(_ call: ConnectorCall, accepted: Digest?) -> End {
    let (pid, channel, secrets): (pid_t, Channel, Secrets)
    do throws(RuntimeFault) { (pid, channel, secrets) = try server.start(desk: desk) } catch {
      return End(outcome: .rolledBack(detail: "\(error.sentence); nothing was called"))
    }
    let end = talk(call, accepted, over: channel, secrets)
    channel.shut()
    _ = ConnectorServer.end(pid)
    return end
  }

  private func talk(_ call: ConnectorCall, _ accepted: Digest?, over channel: Channel, _ secrets: Secrets) -> End {
    var caller = MCPCaller(call)
    let begun = Clocks.monotonic()
    while true {
      if !channel.send(caller.takeOutgoing()) { return broken("its server reads no more", caller) }
      let now = Clocks.monotonic()
      if now - begun > Self.patience { return broken("its server took longer than \(Self.patience / 1_000) s", caller) }
      if isStopped() { return broken("a person stopped the run", caller) }
      if caller.isUnheard, now - begun > Self.silence { caller.fallBack() }
      var descriptors = [
        pollfd(fd: channel.input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: channel.wantsToWrite ? channel.output : -1, events: Int16(POLLOUT), revents: 0),
      ]
      poll(&descriptors, 2, 500)
      guard descriptors[0].revents != 0 else { continue }
      switch channel.receive() {
      case .nothing: continue
      case .ended: return broken("its server ended", caller)
      case .bytes(let bytes):
        for event in caller.receive(bytes) {
          switch event {
          case .listed(let manifest):
            let text = server.text(manifest)
            let digest = Hashing.sha256(text)
            guard digest == accepted, digest == call.pin ?? digest else {
              let words = "the server of the connector `\(server.name)` is not the one that was accepted"
              return End(outcome: .rolledBack(detail: "\(words); nothing was called"), stranger: text)
            }
            caller.go()
          case .answered(let isError, let text): return answered(isError, ConnectorAnswer.plain(secrets.hide(text)))
          case .fault(let why): return broken(secrets.hide(why), caller)
          }
        }
      }
    }
  }

  private func answered(_ isError: Bool, _ text: String) -> End {
    let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(300)) } ?? ""
    return End(
      outcome: isError ? .rolledBack(detail: "the server says: \(line)") : .done(detail: StepSummary.passedOn),
      answer: String(text.prefix(Self.most)))
  }

  /// Once the call has left, nobody here can tell what came of it.
  private func broken(_ why: String, _ caller: MCPCaller) -> End {
    caller.hasCalled
      ? End(outcome: .unknown(detail: "\(why) before it had answered"))
      : End(outcome: .rolledBack(detail: "\(why) before it was called; nothing was done"))
  }
}

/// An answer as people and the trail have it.
enum ConnectorAnswer {
  /// JSON over many lines is one.
  static func plain(_ text: String) -> String {
    guard text.contains("\n"), let first = text.first, first == "{" || first == "[",
      let value = try? JSONReader.read(Array(text.utf8))
    else { return text }
    return value.text
  }
}

// Work that an agent was offered to leave to us. Offered is not taken: many agents ask, and then write or run by themselves all the
// same. So what they ask is a question like any other until work of that sort has come to us once and was accepted; from then
// on whoever judges may leave a question to the work itself, where it is asked about as it really is. What was to come and did
// not is told, and such questions are asked again.

import Domain
import Wire

/// What an agent can leave to its client.
enum Handed: Hashable, Sendable { case reads, writes, commands }

extension ProposedEffect {
  /// nil for what the protocol has no method for.
  var handed: Handed? {
    switch self {
    case .read: .reads
    case .write, .replace, .patch: .writes
    case .command: .commands
    default: nil
    }
  }
}

/// What the agent was told to go on with, as the work itself is to come.
struct Promise: Hashable, Sendable {
  let work: Handed
  /// The path, or the command's last word.
  let what: [UInt8]
  let did: String
}

extension ACPClient {
  /// The question may be left to the work: its agent is known to leave such work to us.
  package mutating func leaves(_ token: ReplyToken) -> Bool {
    guard let call = token.call, let question = asked[call], let promise = promise(question),
      handedOver.contains(promise.work)
    else { return false }
    promised[call] = promise
    return true
  }

  private func promise(_ question: ToolCall) -> Promise? {
    let effect = question.effect(in: directory)
    guard offersFiles, let work = effect.handed else { return nil }
    switch effect {
    case .read(let path), .write(let path, _, _), .replace(let path, _, _, _), .patch(let path, _):
      return Promise(work: work, what: path, did: did(question))
    case .command(let words, _, _): return Promise(work: work, what: Array((words.last ?? "").utf8), did: did(question))
    default: return nil
    }
  }

  /// Work has come to us.
  /// - Returns: for the question that was asked about the very same, if one was and is still to be answered or was by a person.
  mutating func comes(_ work: Handed, _ what: [UInt8]) -> [LinkEvent] {
    let open = asked.filter { call in promise(call.value).map { $0.work == work && $0.what == what } ?? false }
    guard let call = open.keys.min() else { return [] }
    asked[call] = nil
    return promised.removeValue(forKey: call) == nil ? [.handedOver(call: call)] : []
  }

  /// What came was accepted: the agent does leave such work to us.
  mutating func accepted(_ token: ReplyToken, _ answer: Answer) {
    let work: Handed
    switch (token.shape, answer) {
    case (.readFile, .content): work = .reads
    case (.writeFile, .done), (.writeFile, .prepared): work = .writes
    case (.terminal, .ran), (.terminal, .done): work = .commands
    default: return
    }
    if !hasBroken.contains(work) { handedOver.insert(work) }
  }

  /// A call is over.
  /// - Returns: what it was to leave to us and did not.
  mutating func broken(_ call: String, isDone: Bool) -> Promise? {
    asked[call] = nil
    guard let promise = promised.removeValue(forKey: call), isDone else { return nil }
    breakOff(promise.work)
    return promise
  }

  /// What was promised in a turn and had not come at its end.
  mutating func brokenAtEnd() -> [LinkEvent] {
    defer { (asked, promised) = ([:], [:]) }
    return promised.values.sorted { $0.did < $1.did }.map { promise in
      breakOff(promise.work)
      return .broken(did: "\(promise.did); whether it did it by itself is not known")
    }
  }

  private mutating func breakOff(_ work: Handed) {
    handedOver.remove(work)
    hasBroken.insert(work)
  }
}

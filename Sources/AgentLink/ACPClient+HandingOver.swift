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
  /// The path, or the command's line.
  let what: [UInt8]
  /// The whole text that a file is to get; nil where the question does not say it.
  var text: [UInt8]?
  let did: String
  /// The work that has come for it and has no answer yet.
  var came: ReplyToken?

  /// A shell's line, or the words of a command as one.
  static func line(_ words: [String]) -> [UInt8] {
    let isShell = words.count == 3 && ["-c", "-lc"].contains(words[1])
    return Array((isShell ? words[2] : words.joined(separator: " ")).utf8)
  }
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
    case .write(let path, let text, _): return Promise(work: work, what: path, text: text, did: did(question))
    case .read(let path), .replace(let path, _, _, _), .patch(let path, _, _):
      return Promise(work: work, what: path, did: did(question))
    case .command(let words, _, _): return Promise(work: work, what: Promise.line(words), did: did(question))
    default: return nil
    }
  }

  /// Work has come to us.
  /// - Parameter text: what a file is to get; nil for other work.
  /// - Returns: for the question that was asked about the very same, if one was and is still to be answered or was by a person.
  mutating func comes(_ work: Handed, _ what: [UInt8], text: [UInt8]? = nil, _ token: ReplyToken) -> [LinkEvent] {
    let open = asked.compactMap { call, question in
      promise(question).flatMap { promise in
        let isSame = promise.text == nil || text == nil || promise.text == text
        return promise.work == work && promise.what == what && isSame ? call : nil
      }
    }
    guard let call = open.min() else { return [] }
    // What was promised is kept when it is accepted, not when it comes.
    if promised[call] != nil {
      promised[call]?.came = token
      return []
    }
    asked[call] = nil
    return [.handedOver(call: call)]
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
    if let call = promised.first(where: { $0.value.came == token })?.key { (promised[call], asked[call]) = (nil, nil) }
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

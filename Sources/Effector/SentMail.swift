// What the desk itself can say of a mail that may have gone out.

import Domain
import Glibc

/// Names of mails, and what of them lies in the outbox. Only looks.
package struct SentMail {
  /// How mails are told apart.
  package struct Names {
    /// How people name a step: `run-2-step-16`.
    let name: (StepID) -> String
    /// The draft that a send was raised from; the step itself for any other.
    let origin: (StepID) -> StepID
    /// The desk's: without it nobody can guess a mail's content from its Message-ID.
    let secret: [UInt8]
    let hash: ([UInt8]) -> Digest
    package init(
      name: @escaping (StepID) -> String, origin: @escaping (StepID) -> StepID = { $0 }, secret: [UInt8] = [],
      hash: @escaping ([UInt8]) -> Digest
    ) {
      self.name = name
      self.origin = origin
      self.secret = secret
      self.hash = hash
    }
  }

  let outbox: String
  /// A mail command has what is sent, not the desk.
  let hasCommand: Bool
  let names: Names

  package init(outbox: String, hasCommand: Bool, names: Names) {
    self.outbox = outbox
    self.hasCommand = hasCommand
    self.names = names
  }

  /// The Message-ID (RFC 5322 3.6.4) of a step's mail: fixed at the draft, the same for its send and for another try, so that
  /// whoever gets it twice can tell; another one once somebody has changed its words.
  package func messageID(_ step: StepID, _ effect: Effect) -> String {
    let sent: Effect = if case .draftMail(let mail) = effect { .sendMail(mail) } else { effect }
    let digest = names.hash(Action(kind: .mailSend, effect: sent).canonicalBytes(salt: names.secret))
    return "\(names.name(names.origin(step))).\(digest.short)@ringi.desk"
  }

  /// Where the desk itself holds exactly this message, whole; nil where it does not, or where a mail command has it.
  package func saved(_ step: StepID, _ effect: Effect, isDraft: Bool) -> String? {
    guard isDraft || !hasCommand else { return nil }
    let path = "\(outbox)/\(isDraft ? "drafts/" : "")\(names.name(step)).eml"
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // A name is given only to what is whole; which message it is stands in its first lines.
    var head = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(file, &head, head.count)
    let text = String(decoding: head.prefix(max(0, count)), as: UTF8.self)
    return text.contains("\r\nMessage-ID: <\(messageID(step, effect))>\r\n") ? path : nil
  }
}

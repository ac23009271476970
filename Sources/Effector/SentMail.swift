// What the desk itself can say of a mail that may have gone out.

import Domain
import Glibc

/// Names of mails, and what of them lies in the outbox. Only looks.
package struct SentMail {
  let outbox: String
  /// A mail command has what is sent, not the desk.
  let hasCommand: Bool
  /// How people name a step: `run-2-step-16`.
  let name: (StepID) -> String

  package init(outbox: String, hasCommand: Bool, name: @escaping (StepID) -> String) {
    self.outbox = outbox
    self.hasCommand = hasCommand
    self.name = name
  }

  /// The Message-ID that a step's mail has; of one effect it is always the same.
  package func messageID(_ step: StepID, _ effect: Digest) -> String { "\(name(step)).\(effect.short)@ringi.desk" }

  /// Where the desk itself holds exactly this message, whole; nil where it does not, or where a mail command has it.
  package func saved(_ step: StepID, _ effect: Digest, isDraft: Bool) -> String? {
    guard isDraft || !hasCommand else { return nil }
    let path = "\(outbox)/\(isDraft ? "drafts/" : "")\(name(step)).eml"
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

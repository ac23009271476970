// Performs what a permit allows, and nothing else. A permit is consumed by performing.

import CProcess
import Domain
import GateKeeper
import Glibc

/// How mail leaves.
package enum MailTransport: Hashable, Sendable {
  /// Into the desk's outbox as .eml: nothing is sent.
  case outbox
  /// A sendmail-compatible command; the message goes to its standard input.
  case sendmail([String])
}

package final class Performer {
  private let scopes: Scopes
  private let outbox: String
  private let transport: MailTransport
  private let hash: ([UInt8]) -> Digest
  private let load: (Digest) -> [UInt8]?
  /// RFC 5322 date of now.
  private let mailDate: () -> String
  private let now: () -> Timestamp
  /// How people name a step: `run-2-step-16`.
  private let name: (StepID) -> String
  private let sender: String
  package let sent: SentMail

  package init(
    scopes: Scopes, outbox: String, transport: MailTransport, sender: String, hash: @escaping ([UInt8]) -> Digest,
    load: @escaping (Digest) -> [UInt8]?, mailDate: @escaping () -> String, now: @escaping () -> Timestamp,
    name: @escaping (StepID) -> String
  ) {
    self.now = now
    self.name = name
    self.sender = sender
    self.scopes = scopes
    self.outbox = outbox
    self.transport = transport
    self.hash = hash
    self.load = load
    self.mailDate = mailDate
    sent = SentMail(outbox: outbox, transport: transport, name: name)
  }

  /// One outcome for each effect, in order. File effects of one permit succeed or roll back together.
  package func perform(_ permit: consuming Permit) -> [(step: StepID, outcome: Outcome)] {
    let effects = permit.effects
    let files = effects.filter { $0.action.effect.writtenPath != nil }
    var fileOutcome: Outcome?
    var notes: [StepID: String] = [:]
    if !files.isEmpty {
      var set = FileSet(scopes: scopes, hash: hash, load: load)
      do {
        try set.apply(files)
        fileOutcome = .done(detail: "")
        notes = set.notes
      } catch {
        fileOutcome =
          effects.count > 1 || error.code == .changed || error.code == .exists
          ? .rolledBack(detail: error.sentence) : .failed(detail: error.sentence)
      }
    }
    return effects.map { effect in
      if let note = notes[effect.step] { return (effect.step, .done(detail: note)) }
      return (
        effect.step, effect.action.effect.writtenPath != nil ? fileOutcome ?? .failed(detail: "") : perform(effect)
      )
    }
  }

  private func perform(_ permitted: PermittedEffect) -> Outcome {
    let name = name(permitted.step)
    let id = sent.messageID(permitted.step, permitted.digest)
    switch permitted.action.effect {
    case .sendMail(let mail): return send(mail, name, id)
    case .draftMail(let mail):
      return save(message(mail, id, withBcc: true), "drafts/\(name).eml").map {
        .done(detail: "draft saved, not sent: \($0)")
      }
        ?? .failed(detail: "the draft could not be saved")
    case .post(let post):
      return save(Array("channel: \(post.channel)\n\n\(post.text)\n".utf8), "\(name).post.txt")
        .map { .done(detail: "\(Outbox.prefix), no chat connector is set up: \($0)") }
        ?? .failed(detail: "the outbox can't be written")
    case .addEvent(let event):
      return save(Array(CalendarFile.text(event, id: id, sender: sender, now: now()).utf8), "\(name).ics")
        .map {
          .done(detail: event.attendees.isEmpty ? "saved as \($0)" : "\(Outbox.prefix), nobody was invited yet: \($0)")
        } ?? .failed(detail: "the outbox can't be written")
    case .call(let call):
      return save(Array("\(call.connector).\(call.tool)\n\(call.arguments)\n".utf8), "\(name).call.txt")
        .map { .done(detail: "\(Outbox.prefix), no connector `\(call.connector)` is set up: \($0)") }
        ?? .failed(detail: "the outbox can't be written")
    case .readFile, .reportFindings: return .done(detail: "")
    case .other: return .failed(detail: "Ringi does not know how to do this; the permission is recorded")
    case .command: return .failed(detail: "Ringi runs no commands yet; the agent was told")
    case .outside: return .failed(detail: "outside the allowed folders")
    case .createFile, .editFile, .renameFile, .deleteFile, .makeFolder, .removeFolder: return .failed(detail: "")
    }
  }

  private func message(_ mail: Mail, _ id: String, withBcc: Bool) -> [UInt8] {
    MailMessage.bytes(
      mail, attachments: mail.attachments.map { load($0.content.digest) ?? [] }, messageID: id,
      date: mailDate(), withBcc: withBcc)
  }

  private func send(_ mail: Mail, _ name: String, _ id: String) -> Outcome {
    guard mail.attachments.allSatisfy({ load($0.content.digest) != nil }) else {
      return .failed(detail: "an attachment is gone from the desk")
    }
    let bytes = message(mail, id, withBcc: transport == .outbox)
    switch transport {
    case .outbox:
      return save(bytes, "\(name).eml").map { .done(detail: "\(Outbox.prefix), no mail command is set up: \($0)") }
        ?? .failed(detail: "the outbox can't be written")
    case .sendmail(let command):
      guard !command.isEmpty else { return .failed(detail: "the mail command is empty") }
      let recipients = mail.recipients.map { Address($0).mailbox }
      guard recipients.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") }) else {
        return .failed(detail: "a recipient has no address")
      }
      return Pipe.run(command + ["-i", "-f", Address(mail.from).mailbox, "--"] + recipients, input: bytes)
    }
  }

  /// The path of the saved file, nil when it could not be written whole.
  private func save(_ bytes: [UInt8], _ name: String) -> String? {
    let path = "\(outbox)/\(name)"
    mkdir(outbox, 0o700)
    mkdir("\(outbox)/drafts", 0o700)
    let file = open("\(path).tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard count == bytes.count, fsync(file) == 0, rename("\(path).tmp", path) == 0 else { return nil }
    // The name is as durable as the bytes, or the record would say more than the disk.
    let folder = open(name.hasPrefix("drafts/") ? "\(outbox)/drafts" : outbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return nil }
    defer { close(folder) }
    return fsync(folder) == 0 ? path : nil
  }
}

// Performs what a permit allows, and nothing else. A permit is consumed by performing.

import CProcess
import Domain
import GateKeeper
import Glibc

/// How messages leave: a command for each kind, which finds the message on its standard input. What has none lies in the
/// desk's outbox as a file, and nothing is sent.
package struct Delivery: Hashable, Sendable {
  /// Compatible with sendmail(8): it is given the envelope as arguments.
  package var mail: [String]
  /// Takes the words of a post; an argument `{channel}` stands for where they go.
  package var chat: [String]
  /// Takes an iCalendar object (RFC 5545): a request where others are invited.
  package var calendar: [String]
  /// How long each may take, in milliseconds.
  package var patience: Int64
  package init(mail: [String] = [], chat: [String] = [], calendar: [String] = [], patience: Int64 = 60_000) {
    self.mail = mail
    self.chat = chat
    self.calendar = calendar
    self.patience = patience
  }
}

/// What is done by other programs, each within limits of its own.
package struct Programs {
  let command: (Invocation, StepID) -> Outcome
  let push: (GitPush) -> Outcome
  /// nil where the desk has no server for the connector.
  let connector: (ConnectorCall, StepID) -> Outcome?
  /// By a tool of a connector; nil where none is set up for it.
  package var post: (ChatPost, StepID) -> Outcome? = { _, _ in nil }
  package var invite: (CalendarEvent, StepID) -> Outcome? = { _, _ in nil }
  package init(
    command: @escaping (Invocation, StepID) -> Outcome = { _, _ in .failed(detail: "no command can be run here") },
    push: @escaping (GitPush) -> Outcome = { _ in .failed(detail: "nothing can be pushed from here") },
    connector: @escaping (ConnectorCall, StepID) -> Outcome? = { _, _ in nil }
  ) {
    self.command = command
    self.push = push
    self.connector = connector
  }
}

package final class Performer {
  private let scopes: Scopes
  private let outbox: String
  private let delivery: Delivery
  private let blobs: Blobs
  private let progress: (Progress) -> Void
  /// RFC 5322 date of now.
  private let mailDate: () -> String
  private let now: () -> Timestamp
  /// How people name a step: `run-2-step-16`.
  private let name: (StepID) -> String
  private let sender: String
  private let programs: Programs
  package let sent: SentMail

  package init(
    scopes: Scopes, outbox: String, delivery: Delivery, sender: String, blobs: Blobs, mailDate: @escaping () -> String,
    now: @escaping () -> Timestamp,
    names: SentMail.Names,
    programs: Programs = Programs(), progress: @escaping (Progress) -> Void = { _ in }
  ) {
    self.programs = programs
    self.progress = progress
    self.now = now
    name = names.name
    self.sender = sender
    self.scopes = scopes
    self.outbox = outbox
    self.delivery = delivery
    self.blobs = blobs
    self.mailDate = mailDate
    sent = SentMail(outbox: outbox, hasCommand: !delivery.mail.isEmpty, names: names)
  }

  /// One outcome for each effect, in order. File effects of one permit succeed or roll back together.
  package func perform(_ permit: consuming Permit) -> [(step: StepID, outcome: Outcome)] {
    let effects = permit.effects
    let files = effects.filter { !$0.action.effect.fileParts.isEmpty }
    var fileOutcome: Outcome?
    var notes: [StepID: String] = [:]
    var leftovers: [StepID: String] = [:]
    var (stuck, left): ([StepID: [String]], [StepID: [String]]) = ([:], [:])
    if !files.isEmpty {
      var set = FileSet(scopes: scopes, blobs: blobs, progress: progress)
      do {
        try set.apply(files)
        fileOutcome = .done(detail: "")
        notes = set.notes
        leftovers = set.leftovers
      } catch {
        fileOutcome = .rolledBack(detail: error.sentence)
        (stuck, left) = (set.stuck, set.left)
      }
    }
    return effects.map { effect in
      if let words = stuck[effect.step], let detail = fileOutcome?.detail {
        let all = (words + (left[effect.step] ?? [])).joined(separator: "; ")
        return (effect.step, .unknown(detail: "\(detail), and this could not be put back: \(all)"))
      }
      if let words = left[effect.step], let outcome = fileOutcome {
        return (effect.step, outcome.saying(words.joined(separator: "; ")))
      }
      if let left = leftovers[effect.step] { return (effect.step, .rolledBack(detail: left)) }
      if let note = notes[effect.step] { return (effect.step, .done(detail: note)) }
      return (
        effect.step, !effect.action.effect.fileParts.isEmpty ? fileOutcome ?? .failed(detail: "") : perform(effect)
      )
    }
  }

  private func perform(_ permitted: PermittedEffect) -> Outcome {
    let name = name(permitted.step)
    let id = sent.messageID(permitted.step, permitted.action.effect)
    switch permitted.action.effect {
    case .sendMail(let mail): return send(mail, name, id)
    case .draftMail(let mail):
      return save(message(mail, id, mailDate(), withBcc: true), "drafts/\(name).eml").map {
        .done(detail: "draft saved, not sent: \($0)")
      }
        ?? .failed(detail: "the draft could not be saved")
    case .post(let post):
      if let outcome = programs.post(post, permitted.step) { return outcome }
      if !delivery.chat.isEmpty {
        // A word that begins like an option would be one.
        guard !post.channel.hasPrefix("-") else { return .failed(detail: "`\(post.channel)` is no channel") }
        return hand(
          Array("\(post.text)\n".utf8), to: delivery.chat.map { $0.replacing("{channel}", with: post.channel) })
      }
      return save(Array("channel: \(post.channel)\n\n\(post.text)\n".utf8), "\(name).post.txt")
        .map { .done(detail: "\(Outbox.prefix), no chat command is set up: \($0)") }
        ?? .failed(detail: "the outbox can't be written")
    case .addEvent(let event):
      if !event.attendees.isEmpty, let outcome = programs.invite(event, permitted.step) { return outcome }
      let file = Array(CalendarFile.text(event, id: id, sender: sender, now: now()).utf8)
      // An entry that invites nobody is saved, and goes nowhere.
      if !delivery.calendar.isEmpty, !event.attendees.isEmpty { return hand(file, to: delivery.calendar) }
      if !delivery.mail.isEmpty, !event.attendees.isEmpty {
        let mail = MailMessage.invitation(
          event, from: sender, calendar: String(decoding: file, as: UTF8.self), messageID: id, date: mailDate())
        return post(mail, from: sender, to: event.attendees)
      }
      return save(file, "\(name).ics")
        .map {
          .done(detail: event.attendees.isEmpty ? "saved as \($0)" : "\(Outbox.prefix), nobody was invited yet: \($0)")
        } ?? .failed(detail: "the outbox can't be written")
    case .call(let call):
      if let outcome = programs.connector(call, permitted.step) { return outcome }
      return save(Array("\(call.connector).\(call.tool)\n\(call.arguments)\n".utf8), "\(name).call.txt")
        .map { .done(detail: "\(Outbox.prefix), no connector `\(call.connector)` is set up: \($0)") }
        ?? .failed(detail: "the outbox can't be written")
    // What was accepted is on the record: the step itself is what says so.
    case .readFile, .look, .reportFindings, .trust: return .done(detail: "")
    case .web: return .failed(detail: "Ringi itself fetches nothing")
    case .other: return .done(detail: "a yes, and no more: Ringi itself does nothing of it")
    case .command(let call): return run(call, permitted.step)
    case .push(let push): return programs.push(push)
    case .outside: return .failed(detail: "outside the allowed folders")
    case .unfit(let reason, _): return .failed(detail: "it is never put in place: \(reason)")
    case .createFile, .editFile, .renameFile, .deleteFile, .makeFolder, .removeFolder, .changeMode,
      .changeFiles:
      return .failed(detail: "")
    }
  }

  /// Only with the files it was shown with.
  private func run(_ call: Invocation, _ step: StepID) -> Outcome {
    for file in call.files {
      guard let now = try? scopes.read(file.path), !now.isLarge, blobs.hash(now.bytes) == file.content.digest else {
        return .failed(detail: "`\(file.path.display)` is not as it was when it was shown; nothing was run")
      }
    }
    return programs.command(call, step)
  }

  private func message(_ mail: Mail, _ id: String, _ date: String, withBcc: Bool) -> [UInt8] {
    MailMessage.bytes(
      mail, attachments: mail.attachments.map { blobs.load($0.content.digest) ?? [] }, messageID: id,
      date: date, withBcc: withBcc)
  }

  private func send(_ mail: Mail, _ name: String, _ id: String) -> Outcome {
    guard mail.attachments.allSatisfy({ blobs.load($0.content.digest) != nil }) else {
      return .failed(detail: "an attachment is gone from the desk")
    }
    let date = mailDate()
    let bytes = message(mail, id, date, withBcc: delivery.mail.isEmpty)
    guard !delivery.mail.isEmpty else {
      return save(bytes, "\(name).eml").map { .done(detail: "\(Outbox.prefix), no mail command is set up: \($0)") }
        ?? .failed(detail: "the outbox can't be written")
    }
    let outcome = post(bytes, from: mail.from, to: mail.recipients)
    // The one thing that was not there to be shown.
    guard case .done(let detail) = outcome else { return outcome }
    return .done(detail: "\(detail), dated \(date), Message-ID \(id)")
  }

  /// A message with its envelope to the mail command.
  private func post(_ bytes: [UInt8], from sender: String, to list: [String]) -> Outcome {
    let recipients = list.map { Address($0).mailbox }
    guard recipients.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") }) else {
      return .failed(detail: "a recipient has no address")
    }
    return hand(bytes, to: delivery.mail + ["-i", "-f", Address(sender).mailbox, "--"] + recipients)
  }

  /// Codes of sysexits.h that say that nothing was sent: usage, no input, no such host, not permitted, configuration.
  private static let notBegun: Set<Int32> = [64, 66, 68, 77, 78]

  /// A message to a command. Once it had all of it and did not end by itself, nobody here can tell what came of it.
  private func hand(_ bytes: [UInt8], to arguments: [String]) -> Outcome {
    let program = "`\(arguments.first ?? "")`"
    let result = ChildCommand(arguments: arguments, input: bytes, patience: delivery.patience).run()
    let said = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isNewline).last
    let words = said.map { ": \($0.prefix(300))" } ?? ""
    switch result.end {
    case .code(0) where result.hasInput: return .done(detail: "handed to \(program)")
    case .code(0): return .failed(detail: "\(program) ended before it had read the message\(words)")
    // A connection that breaks after the last byte and before the answer ends a mail program with a code like any other:
    // only what it says of its own call, its settings and the host's name came before anything left.
    case .code(let code) where result.hasInput && !Self.notBegun.contains(code):
      return .unknown(detail: "\(program) ended with \(code) after it had the message\(words)")
    case .code(let code): return .failed(detail: "\(program) ended with \(code)\(words)")
    case .notStarted(let reason): return .failed(detail: "\(program): \(reason)")
    case .signal(let signal):
      let detail = "\(program) was ended by signal \(signal)"
      return result.hasInput ? .unknown(detail: "\(detail) after it had the message") : .failed(detail: detail)
    case .stopped:
      let detail = "\(program) was stopped"
      return result.hasInput ? .unknown(detail: "\(detail) after it had the message") : .failed(detail: detail)
    case .timeOut:
      let detail = "\(program) took longer than \(delivery.patience / 1_000) s"
      return result.hasInput ? .unknown(detail: "\(detail) after it had the message") : .failed(detail: detail)
    }
  }

  /// The saved file in words, nil when it could not be written whole.
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
    return fsync(folder) == 0 ? Outbox.words(path, blobs.hash(bytes)) : nil
  }
}

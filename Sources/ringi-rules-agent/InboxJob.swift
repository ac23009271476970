// An executive's inbox: each message against the reply rules; replies, drafts and calendar entries come of it.

import Wire

struct Message {
  let headers: [String: String]
  let body: String

  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let blank = lines.firstIndex(of: "") ?? lines.endIndex
    headers = Dictionary(
      lines[..<blank].compactMap { line in
        line.firstIndex(of: ":").map { (String(line[..<$0]), Text.trimmed(line[line.index(after: $0)...])) }
      }, uniquingKeysWith: { first, _ in first })
    body = lines.dropFirst(blank + 1).joined(separator: "\n")
  }

  var from: String { headers["From"] ?? "" }
  var subject: String { headers["Subject"] ?? "" }

  /// What to call the sender: the display name without the address.
  var name: String { Text.name(from) }

  /// The first `2026-12-03 15:00` in the body, as RFC 3339 in Japan's time.
  func time(plus hours: Int) -> String? {
    let scalars = Array(body.unicodeScalars)
    guard scalars.count >= 16 else { return nil }
    for start in 0...(scalars.count - 16) {
      let text = String(String.UnicodeScalarView(scalars[start..<(start + 16)]))
      let shape = text.unicodeScalars.map { ("0"..."9").contains($0) ? "9" : String($0) }.joined()
      guard shape == "9999-99-99 99:99", let hour = Int(text.dropFirst(11).prefix(2)) else { continue }
      let shifted = min(23, hour + hours)
      return "\(text.prefix(10))T\(shifted < 10 ? "0" : "")\(shifted):\(text.suffix(2)):00+09:00"
    }
    return nil
  }
}

final class InboxJob: Job {
  private let indexPath: String
  private let rulesPath: String

  init(index: String, rules: String) {
    indexPath = index
    rulesPath = rules
  }

  func run(_ link: DeskLink) throws {
    let plan = [
      PlanStep(title: "Read the inbox and the reply rules"),
      PlanStep(title: "Answer what the rules answer", kind: "mail.send", target: "senders"),
      PlanStep(title: "List what a person has to answer", kind: "file.create", target: "notes/for-you.md"),
    ]
    func advance(_ index: Int) { link.plan(PlanStep.advanced(plan, to: index)) }
    advance(0)
    guard let index = try link.read(indexPath, why: "See which messages there are"),
      let rules = try link.read(rulesPath, why: "Learn how to answer")
    else { return link.say("I can't read the inbox index or the reply rules, so I stop here.") }
    var messages: [(path: String, message: Message)] = []
    for row in Text.table(index) {
      guard let path = row["file"], let text = try link.read(path, why: "Read \(row["subject"] ?? path)") else {
        continue
      }
      messages.append((path, Message(text)))
    }
    advance(1)
    var open: [(item: Message, arguments: JSON, pending: Pending)] = []
    var left: [String] = []
    let sections = Text.sections(rules)
    for (path, message) in messages {
      let rule = sections.first { section in
        section.fields.contains {
          $0.key == "when" && Text.first(Text.list($0.value), in: "\(message.subject)\n\(message.body)") != nil
        }
      }
      guard let rule else {
        left.append("- \(path): “\(message.subject)” from \(message.from)")
        continue
      }
      if let started = start(rule.fields, message, link) { open.append(started) }
    }
    var waiting = open.map { (($0.item, $0.arguments, $0.pending.what), $0.pending) }
    while let (entry, ending) = try link.next(&waiting) {
      guard case .refused(let reason) = ending else { continue }
      // What a person said no to isn't put before them again in another form.
      link.say("“\(entry.0.subject)” was refused (\(reason)); I leave it to you.")
      left.append("- “\(entry.0.subject)” from \(entry.0.from): refused, \(reason)")
    }
    advance(2)
    if !left.isEmpty {
      try link.write(
        "notes/for-you.md", "# Left for you\n\n\(left.joined(separator: "\n"))\n", why: "What no rule answers")
    }
    advance(3)
    link.say("Done: \(messages.count) messages read, \(left.count) left for you.")
  }

  func hear(_ text: String, _ link: DeskLink) throws { link.say("Understood.") }

  private func start(
    _ fields: [(key: String, value: String)], _ message: Message, _ link: DeskLink
  ) -> (Message, JSON, Pending)? {
    func one(_ key: String) -> String { fields.first { $0.key == key }?.value ?? "" }
    func filled(_ text: String) -> String {
      text.replacing("{name}", message.name).replacing("{subject}", message.subject)
        .replacing(
          "{time}",
          message.time(plus: 0).map { "\($0.prefix(10)) at \($0.dropFirst(11).prefix(5))" } ?? "the time you name"
        ).replacing(
          "\\n", "\n")
    }
    let reason = "rule for: \(one("when"))"
    if one("do") == "event" {
      guard let start = message.time(plus: 0), let end = message.time(plus: 1) else { return nil }
      let arguments: JSON = [
        "title": .string(filled(one("title"))), "start": .string(start), "end": .string(end),
        "place": .string(one("place")),
        "notes": .string(
          "From the message of \(message.from)\(one("place").isEmpty ? "" : "; the place is that of the reply rules")"),
        "attendees": .array(one("invite") == "sender" ? [.string(message.from)] : []), "reason": .string(reason),
      ]
      return (
        message, arguments, link.startTool("event_add", arguments, why: "Enter “\(message.subject)” in the calendar")
      )
    }
    var arguments: [JSON.Member] = [
      .init("to", .array([.string(message.headers["Reply-To"] ?? message.from)])),
      .init("subject", .string("Re: \(message.subject)")), .init("body", .string(filled(one("text")) + "\n")),
      .init("reason", .string(reason)),
    ]
    if !one("cc").isEmpty { arguments.append(.init("cc", .array(Text.list(one("cc")).map { .string($0) }))) }
    if !one("attach").isEmpty {
      // An attachment that is not there is left out; the desk will say so.
      let there = Text.list(one("attach")).filter { (try? link.read($0, why: "Look for the attachment \($0)")) != nil }
      arguments.append(.init("attachments", .array(there.map { .string($0) })))
    }
    let isSend = one("do") == "send"
    return (
      message, .object(arguments),
      link.startTool(
        isSend ? "mail_send" : "mail_draft", .object(arguments),
        why: "\(isSend ? "Send" : "Draft") a reply to \(message.name)")
    )
  }
}

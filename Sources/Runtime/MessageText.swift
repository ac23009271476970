// Messages as the text a person edits: named lines that decide where and when, an empty line, the words.

import Domain

/// A mail as the text a person edits: the headers that decide where it goes, an empty line, the body.
enum MailText {
  static func text(_ mail: Mail) -> String {
    var lines: [String] = []
    for (name, list) in [("To", mail.to), ("Cc", mail.cc), ("Bcc", mail.bcc)] {
      lines.append("\(name): \(list.joined(separator: ", "))")
    }
    lines.append("Subject: \(mail.subject)")
    lines += mail.attachments.map { "\(attachment)\($0.path.display)" }
    return (lines + ["", mail.body]).joined(separator: "\n")
  }

  private static let attachment = "Attachment: "

  /// - Parameter there: what the agent attached.
  static func read(_ text: String, into mail: Mail, attachments there: [Attachment]) throws(MessageFault) -> Mail {
    var out = mail
    out.attachments = []
    var left = there
    var rest: [Substring] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    // One line each may be taken out; another file would be one that nobody has looked at.
    while let line = lines.first, !line.isEmpty {
      lines.removeFirst()
      // The preview has the other word for it.
      guard line.hasPrefix(attachment.dropLast()) || line.hasPrefix("Attached:") else {
        rest.append(line)
        continue
      }
      let name = line.dropFirst(attachment.count)
      guard let kept = left.firstIndex(where: { $0.path.display.utf8.elementsEqual(name.utf8) }) else {
        let names = there.map { "`\($0.path.display)`" }.joined(separator: ", ")
        throw MessageFault(
          "`\(line)`: an attachment can be taken out here, not added; the agent attached \(there.isEmpty ? "none" : names)"
        )
      }
      out.attachments.append(left.remove(at: kept))
    }
    let (fields, body) = try MessageFault.parts((rest + lines).joined(separator: "\n"), ["To", "Cc", "Bcc", "Subject"])
    out.to = try addresses(fields, "To")
    out.cc = try addresses(fields, "Cc")
    out.bcc = try addresses(fields, "Bcc")
    out.subject = fields["Subject"]?.value ?? ""
    out.body = body
    return out
  }

  static func addresses(_ fields: [String: MessageFault.Field], _ name: String) throws(MessageFault) -> [String] {
    guard let field = fields[name] else { return [] }
    let list = MessageFault.list(field.value)
    if let odd = list.first(where: { !Address($0).isSingle }) {
      throw MessageFault(
        odd.contains("@") && odd.contains(" ") && !odd.contains("<")
          ? "line \(field.line): put < > around the address after a name: `\(odd)`"
          : "line \(field.line): it takes addresses like name@example.com, with commas between them; not `\(odd)`")
    }
    return list
  }
}

/// Why a person's text is no message, with the line.
struct MessageFault: Error {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }

  struct Field { let value: String, line: Int }

  /// The named lines before the first empty one, all of `names` and no other, and the words after it.
  static func parts(_ text: String, _ names: [String]) throws(MessageFault) -> (fields: [String: Field], body: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let blank = lines.firstIndex(of: "") else {
      throw MessageFault("an empty line is missing between the named lines and the words")
    }
    var fields: [String: Field] = [:]
    for (index, line) in lines[..<blank].enumerated() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, names.contains(String(parts[0])), fields[String(parts[0])] == nil else {
        throw MessageFault("line \(index + 1): expected one each of \(names.map { "`\($0):`" }.joined(separator: " "))")
      }
      fields[String(parts[0])] = Field(value: String(parts[1].drop { $0 == " " }), line: index + 1)
    }
    // All of them, or a line that was emptied would turn the others into words of the message.
    if let missing = names.first(where: { fields[$0] == nil }) {
      throw MessageFault("the line `\(missing):` is missing")
    }
    return (fields, lines[(blank + 1)...].joined(separator: "\n"))
  }

  /// Addresses between commas; a comma in quotes is part of a name.
  static func list(_ text: String) -> [String] {
    var (out, isQuoted) = ([""], false)
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted { out.append("") } else { out[out.count - 1].append(character) }
    }
    return out.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }.filter { !$0.isEmpty }
  }
}

enum EventText {
  static func text(_ event: CalendarEvent) -> String {
    [
      "Title: \(event.title)", "Start: \(event.start)", "End: \(event.end)", "Place: \(event.place)",
      "Invites: \(event.attendees.joined(separator: ", "))", "", event.notes,
    ].joined(separator: "\n")
  }

  static func read(_ text: String, into event: CalendarEvent) throws(MessageFault) -> CalendarEvent {
    let (fields, notes) = try MessageFault.parts(text, ["Title", "Start", "End", "Place", "Invites"])
    var out = event
    out.title = fields["Title"]?.value ?? ""
    out.start = fields["Start"]?.value ?? ""
    out.end = fields["End"]?.value ?? ""
    out.place = fields["Place"]?.value ?? ""
    out.attendees = try MailText.addresses(fields, "Invites")
    out.notes = notes
    if out.endsBeforeStart { throw MessageFault("line \(fields["End"]?.line ?? 0): it ends before it starts") }
    if out.start.isEmpty || out.end.isEmpty { throw MessageFault("`Start:` and `End:` need a time") }
    for (name, time) in [("Start", out.start), ("End", out.end)] where !CalendarEvent.isTime(time) {
      throw MessageFault(
        "line \(fields[name]?.line ?? 0): “\(time)” is no time for a calendar: write 2026-12-08T20:30:00+09:00")
    }
    return out
  }
}

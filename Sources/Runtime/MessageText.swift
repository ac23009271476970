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
    return (lines + ["", mail.body]).joined(separator: "\n")
  }

  static func read(_ text: String, into mail: Mail) -> Mail? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let blank = lines.firstIndex(of: "") else { return nil }
    // All of them, or a line that was emptied would turn the others into words of the mail.
    guard lines[..<blank].count >= 4 else { return nil }
    var out = mail
    for line in lines[..<blank] {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      let value = String(parts[1].drop { $0 == " " })
      let list = value.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
      if ["To", "Cc", "Bcc"].contains(parts[0]), !list.allSatisfy({ Address($0).isSingle }) { return nil }
      switch parts[0] {
      case "To": out.to = list
      case "Cc": out.cc = list
      case "Bcc": out.bcc = list
      case "Subject": out.subject = value
      default: return nil
      }
    }
    out.body = lines[(blank + 1)...].joined(separator: "\n")
    return out
  }
}

enum EventText {
  static func text(_ event: CalendarEvent) -> String {
    [
      "Title: \(event.title)", "Start: \(event.start)", "End: \(event.end)", "Place: \(event.place)",
      "Invites: \(event.attendees.joined(separator: ", "))", "", event.notes,
    ].joined(separator: "\n")
  }

  /// nil when a line before the empty one has no known name, or times are missing.
  static func read(_ text: String, into event: CalendarEvent) -> CalendarEvent? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let blank = lines.firstIndex(of: "") else { return nil }
    var out = event
    for line in lines[..<blank] {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      let value = String(parts[1].drop { $0 == " " })
      switch parts[0] {
      case "Title": out.title = value
      case "Start": out.start = value
      case "End": out.end = value
      case "Place": out.place = value
      case "Invites":
        out.attendees = value.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
      default: return nil
      }
    }
    out.notes = lines[(blank + 1)...].joined(separator: "\n")
    guard out.attendees.allSatisfy({ Address($0).isSingle }) else { return nil }
    return out.start.isEmpty || out.end.isEmpty ? nil : out
  }
}

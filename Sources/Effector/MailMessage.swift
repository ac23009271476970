// An RFC 5322 message from a mail, MIME as in RFC 2045 and 2047. What is sent names nobody in Bcc, that is for the
// envelope; what is only saved keeps it, for whoever sends it later.

import Domain

package enum MailMessage {
  /// - Parameters:
  ///   - date: in the form of RFC 5322, section 3.3.
  ///   - attachments: in the order of the mail's own.
  package static func bytes(
    _ mail: Mail, attachments: [[UInt8]], messageID: String, date: String, withBcc: Bool
  ) -> [UInt8] {
    var head = "From: \(address(mail.from))\r\n"
    for (name, list) in [("To", mail.to), ("Cc", mail.cc), ("Bcc", withBcc ? mail.bcc : [])] where !list.isEmpty {
      head += "\(name): \(list.map(address).joined(separator: ",\r\n "))\r\n"
    }
    if !mail.replyTo.isEmpty { head += "Reply-To: \(address(mail.replyTo))\r\n" }
    head += "Subject: \(encoded(mail.subject))\r\nDate: \(date)\r\nMessage-ID: <\(messageID)>\r\nMIME-Version: 1.0\r\n"
    let text =
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\(wrapped(canonical(mail.body)))"
    guard !attachments.isEmpty else { return Array((head + text).utf8) }
    let boundary = "=_ringi_\(messageID.filter { $0.isLetter || $0.isNumber })"
    var out = head + "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n--\(boundary)\r\n\(text)"
    for (attachment, bytes) in zip(mail.attachments, attachments) {
      let name = encoded(String(decoding: attachment.path.relative.split(separator: 47).last ?? [], as: UTF8.self))
      out += """
        --\(boundary)\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="\(name)"\r
        Content-Transfer-Encoding: base64\r\n\r\n\(wrapped(bytes))
        """
    }
    return Array((out + "--\(boundary)--\r\n").utf8)
  }

  /// An invitation as mail (iMIP, RFC 6047): the words for people, and the same as an iCalendar object.
  package static func invitation(
    _ event: CalendarEvent, from sender: String, calendar: String, messageID: String, date: String
  ) -> [UInt8] {
    let boundary = "=_ringi_\(messageID.filter { $0.isLetter || $0.isNumber })"
    let words = [event.title, "\(event.start) to \(event.end)", event.place, event.notes].filter { !$0.isEmpty }
      .joined(separator: "\n")
    func part(_ type: String, _ text: String) -> String {
      "--\(boundary)\r\nContent-Type: \(type)\r\nContent-Transfer-Encoding: base64\r\n\r\n\(wrapped(canonical(text)))"
    }
    let head = """
      From: \(address(sender))\r
      To: \(event.attendees.map(address).joined(separator: ",\r\n "))\r
      Subject: \(encoded("Invitation: \(event.title)"))\r
      Date: \(date)\r
      Message-ID: <\(messageID)>\r
      MIME-Version: 1.0\r
      Content-Type: multipart/alternative; boundary="\(boundary)"\r
      \r

      """
    let body =
      part("text/plain; charset=utf-8", words + "\n") + part("text/calendar; charset=utf-8; method=REQUEST", calendar)
    return Array("\(head)\(body)--\(boundary)--\r\n".utf8)
  }

  /// Header text: no line breaks can get in, what isn't ASCII is an encoded word.
  static func encoded(_ text: String) -> String {
    let clean = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    guard clean.utf8.contains(where: { $0 >= 128 || $0 == UInt8(ascii: "\"") }) || clean.contains("=?")
    else {
      return clean
    }
    var words: [String] = []
    var chunk: [UInt8] = []
    for scalar in clean.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if chunk.count + bytes.count > 42 {
        words.append("=?utf-8?B?\(base64(chunk))?=")
        chunk = []
      }
      chunk += bytes
    }
    words.append("=?utf-8?B?\(base64(chunk))?=")
    return words.joined(separator: "\r\n ")
  }

  private static func address(_ text: String) -> String {
    guard let open = text.lastIndex(of: "<") else { return encoded(text) }
    let name = text[..<open].filter { $0 != "\"" && $0 != "\\" }.split(separator: " ").joined(separator: " ")
    let mailbox = text[open...].prefix { $0 != ">" }.filter { $0.isASCII && !$0.isNewline } + ">"
    if name.isEmpty { return String(mailbox) }
    // A comma of a name must not begin another address (RFC 5322, section 3.2.4).
    let isPlain = name.utf8.allSatisfy { $0 >= 128 || $0 == 32 || !"()<>[]:;@\\,.\"".utf8.contains($0) }
    return "\(isPlain || name.utf8.contains { $0 >= 128 } ? encoded(name) : "\"\(encoded(name))\"") \(mailbox)"
  }

  /// Lines end with CR LF before they are encoded: RFC 2045, section 6.8.
  private static func canonical(_ text: String) -> [UInt8] {
    Array(text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8)
  }

  private static func wrapped(_ bytes: [UInt8]) -> String {
    let text = Array(base64(bytes).utf8)
    return stride(from: 0, to: text.count, by: 76)
      .map { String(decoding: text[$0..<min($0 + 76, text.count)], as: UTF8.self) + "\r\n" }.joined()
  }

  /// RFC 4648, section 4. The module has no Foundation to ask.
  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        out.append(place <= group.count ? alphabet[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

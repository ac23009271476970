// A call of another system as what it comes to: a mail as a mail, a post as a post. Every argument is there, by its name
// where the form has no place for it.

import Domain

extension Preview {
  static func call(_ call: ConnectorCall, _ reading: CallReading?, _ facts: [String]) -> Preview {
    let head =
      [PreviewLine(.label, "by \(Docket.oneLine(call.connector)), with its tool \(Docket.oneLine(call.tool))")]
      + facts.map { PreviewLine(.label, Docket.oneLine($0)) }
    guard let reading else {
      return Preview(lines: head + [PreviewLine(.gap, "")] + bodyLines(call.arguments), changes: 0)
    }
    // What is short comes first: nothing is below a long text unseen.
    let ordered =
      reading.rest.filter { !$0.text.contains(where: \.isNewline) }
      + reading.rest.filter { $0.text.contains(where: \.isNewline) }
    let rest = ordered.flatMap { argument -> [PreviewLine] in
      let lines = argument.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      guard lines.count > 1 else { return [PreviewLine(.label, "\(Docket.oneLine(argument.name)): \(argument.text)")] }
      // Set in, so that no line of it looks like another argument.
      return [PreviewLine(.label, "\(Docket.oneLine(argument.name)):")]
        + bodyLines(argument.text).map { PreviewLine($0.role, "    \($0.text)") }
    }
    let form =
      switch reading.shape {
      case .mail(let mail): message(mail, PreviewImages())
      case .post(let post): plain([("channel", post.channel)], body: post.text)
      case .event(let event):
        plain(
          [
            ("title", event.title), ("start", EventTime.words(event.start)), ("end", EventTime.words(event.end)),
            ("place", event.place),
          ] + event.attendees.map { ("invites", $0) }, body: event.notes)
      case .record: Preview(lines: [], changes: 0)
      }
    let besides = reading.shape == .record ? [] : [PreviewLine(.gap, ""), PreviewLine(.label, "it is also told:")]
    return Preview(lines: head + form.lines + (rest.isEmpty ? [] : besides + rest), changes: 0)
  }
}

// An RFC 5545 file for one event.

import Domain

enum CalendarFile {
  static func text(_ event: CalendarEvent, id: String) -> String {
    var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ringi//desk//EN", "BEGIN:VEVENT", "UID:\(id)@ringi.desk"]
    lines.append("DTSTART:\(stamp(event.start))")
    lines.append("DTEND:\(stamp(event.end))")
    lines.append("SUMMARY:\(escaped(event.title))")
    if !event.place.isEmpty { lines.append("LOCATION:\(escaped(event.place))") }
    if !event.notes.isEmpty { lines.append("DESCRIPTION:\(escaped(event.notes))") }
    lines += event.attendees.map { "ATTENDEE:mailto:\(Address($0).mailbox)" }
    return (lines + ["END:VEVENT", "END:VCALENDAR", ""]).joined(separator: "\r\n")
  }

  /// `2026-11-24T10:00:00+09:00` without its marks; the zone is dropped, which makes it a floating time.
  private static func stamp(_ text: String) -> String {
    String(text.prefix(19)).replacing("-", with: "").replacing(":", with: "")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
      .replacing("\r", with: "").replacing("\n", with: "\\n")
  }
}

// An RFC 5545 file for one event: a note for the own calendar, a request where others are invited.

import Domain

enum CalendarFile {
  static func text(_ event: CalendarEvent, id: String, sender: String, now: Timestamp) -> String {
    let isRequest = !event.attendees.isEmpty
    var lines = [
      "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ringi//desk//EN", "METHOD:\(isRequest ? "REQUEST" : "PUBLISH")",
      "BEGIN:VEVENT",
      "UID:\(id)",
    ]
    lines.append("DTSTAMP:\(floating(now.rfc3339))Z")
    lines.append("DTSTART:\(utc(event.start) ?? floating(event.start))")
    lines.append("DTEND:\(utc(event.end) ?? floating(event.end))")
    lines.append("SUMMARY:\(escaped(event.title))")
    if !event.place.isEmpty { lines.append("LOCATION:\(escaped(event.place))") }
    if !event.notes.isEmpty { lines.append("DESCRIPTION:\(escaped(event.notes))") }
    if isRequest { lines.append("ORGANIZER:mailto:\(Address(sender).mailbox)") }
    lines += event.attendees.map { "ATTENDEE;RSVP=TRUE:mailto:\(Address($0).mailbox)" }
    return (lines + ["END:VEVENT", "END:VCALENDAR", ""]).joined(separator: "\r\n")
  }

  /// `2026-12-08T18:30:00+09:00` as `20261208T093000Z`; nil for what is no RFC 3339 time.
  static func utc(_ text: String) -> String? {
    CalendarEvent.moment(text, zone: nil).map { "\(floating($0.rfc3339))Z" }
  }

  private static func floating(_ text: String) -> String {
    String(text.prefix(19)).replacing("-", with: "").replacing(":", with: "")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
      .replacing("\r", with: "").replacing("\n", with: "\\n")
  }
}

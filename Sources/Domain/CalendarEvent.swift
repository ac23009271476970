package struct CalendarEvent: Hashable, Sendable {
  package var title: String
  /// RFC 3339, as the agent gave them.
  package var start: String
  package var end: String
  package var place: String
  package var notes: String
  package var attendees: [String]
  package init(title: String, start: String, end: String, place: String, notes: String, attendees: [String]) {
    self.title = title
    self.start = start
    self.end = end
    self.place = place
    self.notes = notes
    self.attendees = attendees
  }

  /// RFC 3339 to the second, with `Z`, an offset, or neither for the reader's own time.
  package static func isTime(_ text: String) -> Bool {
    let zone = Array(text.utf8.dropFirst(19))
    guard Timestamp(rfc3339: "\(text.prefix(19)).000Z") != nil else { return false }
    if zone.isEmpty || zone == [UInt8(ascii: "Z")] { return true }
    let digits = zone.enumerated().filter { [1, 2, 4, 5].contains($0.offset) }.map(\.element)
    return zone.count == 6 && (zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"))
      && zone[3] == UInt8(ascii: ":") && digits.allSatisfy { (48...57).contains($0) }
  }

  /// The moment of an RFC 3339 time to the second.
  /// - Parameter zone: seconds east of UTC where it names no offset; nil where it must.
  /// - Returns: nil for what is no such time.
  package static func moment(_ text: String, zone: Int?) -> Timestamp? {
    guard isTime(text), let local = Timestamp(rfc3339: "\(text.prefix(19)).000Z") else { return nil }
    let suffix = Array(text.utf8.dropFirst(19))
    let offset: Int
    if suffix.count == 6, let hours = Int(String(decoding: suffix[1...2], as: UTF8.self)),
      let minutes = Int(String(decoding: suffix[4...5], as: UTF8.self))
    {
      offset = (hours * 60 + minutes) * (suffix[0] == UInt8(ascii: "-") ? -60 : 60)
    } else if suffix.isEmpty {
      guard let zone else { return nil }
      offset = zone
    } else {
      offset = 0
    }
    return Timestamp(milliseconds: local.milliseconds - Int64(offset) * 1_000)
  }

  /// Its end lies before its start, both written with the same offset; times that can't be compared are not.
  package var endsBeforeStart: Bool {
    start.utf8.count == end.utf8.count && start.utf8.count >= 19 && start.dropFirst(19) == end.dropFirst(19)
      && end < start
  }
}

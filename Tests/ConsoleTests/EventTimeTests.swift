import Testing

@testable import EffectPreview

@Suite("The time of an event")
struct EventTimeTests {
  @Test(
    "what RFC 3339 gives is shown with its weekday, anything else as it is",
    arguments: [
      ("2026-11-27T14:00:00+09:00", "Fri 2026-11-27 14:00 (UTC+09:00)"),
      ("2026-11-27T14:00:00Z", "Fri 2026-11-27 14:00 (UTC)"),
      ("2024-02-29T09:30", "Thu 2024-02-29 09:30"),
      ("2000-01-01T00:00:00-05:30", "Sat 2000-01-01 00:00 (UTC-05:30)"),
      ("2026-11-27T14:00:07Z", "2026-11-27T14:00:07Z"),
      ("2025-02-29T09:30", "2025-02-29T09:30"),
      ("2026-13-01T09:30", "2026-13-01T09:30"),
      ("2026-11-27T24:00", "2026-11-27T24:00"),
      ("2026-11-27T14:00Z\u{202E}", "2026-11-27T14:00Z\u{202E}"),
      ("tomorrow at nine", "tomorrow at nine"), ("", ""),
    ])
  func words(text: String, shown: String) { #expect(EventTime.words(text) == shown) }
}

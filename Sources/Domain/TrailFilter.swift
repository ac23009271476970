// The audit trail's filter, as a person types it: `actor:aiko action:mail.* since:7d denied`. Words are joined by
// "and"; a pattern may end in `*`.

package struct TrailFilter: Hashable, Sendable {
  private enum Term: Hashable {
    case actor(String), action(String), event(String), target(String), run(Int64), step(Int64?, Int), since(Timestamp)
    case until(Timestamp)
    case denied, decided
    case word(String)
  }
  private let terms: [Term]

  package static let keys = ["actor", "action", "event", "target", "run", "step", "since", "until"]
  package static let help =
    "actor:aiko action:mail.* event:rejected target:\"my file\" run:3 step:12 since:7d until:1d denied decided"

  /// What is off with a filter, in words.
  package struct Fault: Error, Hashable, Sendable { package let sentence: String }

  package init(_ text: String, now: Timestamp) throws(Fault) {
    var terms: [Term] = []
    for word in try Self.words(text) { terms.append(try Self.term(word[...], now)) }
    self.terms = terms
  }

  /// Words between blanks; quotes keep blanks in a word and are none of it.
  private static func words(_ text: String) throws(Fault) -> [String] {
    var (words, word, isQuoted) = ([String](), "", false)
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case _ where character.isWhitespace && !isQuoted:
        words.append(word)
        word = ""
      default: word.append(character)
      }
    }
    guard !isQuoted else { throw Fault(sentence: "a quote is not closed") }
    return (words + [word]).filter { !$0.isEmpty }
  }

  package static let all = TrailFilter()
  private init() { terms = [] }

  package var isEmpty: Bool { terms.isEmpty }

  private static func term(_ word: Substring, _ now: Timestamp) throws(Fault) -> Term {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      switch word {
      case "denied": return .denied
      case "decided": return .decided
      default: return .word(word.lowercased())
      }
    }
    let value = String(parts[1])
    guard !value.isEmpty else { throw Fault(sentence: "`\(parts[0]):` needs a value") }
    switch parts[0] {
    case "actor": return .actor(value.lowercased())
    case "action": return .action(value.lowercased())
    case "event": return .event(value.lowercased())
    case "target": return .target(value.lowercased())
    case "run":
      guard let run = Int64(value) else { throw Fault(sentence: "`run:` takes a run’s number") }
      return .run(run)
    case "step":
      let parts = value.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count <= 2, let step = parts.last.flatMap({ Int($0) }),
        let run = parts.count == 2 ? Int64(parts[0]) : 0
      else { throw Fault(sentence: "`step:` takes a step’s number, or RUN.STEP") }
      return .step(parts.count == 2 ? run : nil, step)
    case "since", "until":
      guard let length = TimeLength.milliseconds(value) else {
        throw Fault(sentence: "`\(parts[0]):` takes 30m, 12h or 7d, back from now")
      }
      let time = Timestamp(milliseconds: now.milliseconds - length)
      return parts[0] == "since" ? .since(time) : .until(time)
    default:
      throw Fault(sentence: "there is no `\(parts[0]):`; there are \(keys.map { "\($0):" }.joined(separator: " "))")
    }
  }

  package func matches(_ line: TrailLine) -> Bool { terms.allSatisfy { matches(line, $0) } }

  /// Nothing older than this can match.
  package var oldest: Timestamp? {
    terms.compactMap { if case .since(let time) = $0 { time } else { nil } }.max()
  }

  private func matches(_ line: TrailLine, _ term: Term) -> Bool {
    switch term {
    case .actor(let text): fits(line.actor, text) || fits(line.actorKind, text)
    case .action(let text): fits(line.kind, text)
    // `run.paused`, `run-paused` and `paused` are all `run paused`.
    case .event(let text): fits(line.event, text) || line.event.contains(text.replacing(/[-._]/, with: " "))
    case .target(let text):
      text.contains("*") ? Self.fits(line.target.lowercased()[...], text) : contains(line.target, text)
    case .run(let run): line.run?.value == run
    case .step(let run, let step): line.step?.value == step && (run == nil || line.run?.value == run)
    case .since(let time): line.time >= time
    case .until(let time): line.time <= time
    case .denied: ["refused", "rejected", "expired", "discarded"].contains(line.event)
    case .decided: line.actorKind == "person"
    case .word(let text): [line.actor, line.event, line.kind, line.target, line.note].contains { contains($0, text) }
    }
  }

  private func fits(_ text: String, _ pattern: String) -> Bool { Self.fits(text.lowercased()[...], pattern) }

  /// `*` stands for any characters, as in the targets of a policy.
  private static func fits(_ text: Substring, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return text == pattern }
    guard text.hasPrefix(first), text.hasSuffix(last), text.count >= first.count + last.count else { return false }
    var rest = text.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }

  private func contains(_ text: String, _ part: String) -> Bool {
    part.isEmpty || !text.lowercased().utf8Ranges(of: part).isEmpty
  }
}

/// Lengths of time as people write them.
package enum TimeLength {
  /// `90s`, `30m`, `12h`, `7d` in milliseconds; nil for anything else.
  package static func milliseconds(_ text: String) -> Int64? {
    guard let unit = text.last, let count = Int64(text.dropLast()), count >= 0, count < 100_000 else { return nil }
    switch unit {
    case "s": return count * 1_000
    case "m": return count * 60_000
    case "h": return count * 3_600_000
    case "d": return count * 86_400_000
    default: return nil
    }
  }
}

extension TimeLength {
  /// Lengths one after the other, as `1h30m`; nil for anything else.
  package static func sum(_ text: String) -> Int64? {
    var (total, part) = (Int64(0), "")
    for character in text.hasPrefix("+") ? text.dropFirst() : text[...] {
      part.append(character)
      guard !character.isNumber else { continue }
      guard let length = milliseconds(part) else { return nil }
      total += length
      part = ""
    }
    return part.isEmpty && total > 0 ? total : nil
  }

  /// `45 s`, `12 min`, `3 h 5 min`, `2 d`; nothing below zero.
  package static func words(_ milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds / 1_000)
    if seconds < 90 { return "\(seconds) s" }
    let minutes = seconds / 60
    if minutes < 90 { return "\(minutes) min" }
    let hours = minutes / 60
    if hours < 48 { return minutes % 60 == 0 ? "\(hours) h" : "\(hours) h \(minutes % 60) min" }
    return "\(hours / 24) d"
  }
}

extension String {
  /// Byte offsets at which `part` begins.
  func utf8Ranges(of part: String) -> [Int] {
    let (all, wanted) = (Array(utf8), Array(part.utf8))
    guard !wanted.isEmpty, wanted.count <= all.count else { return [] }
    return (0...(all.count - wanted.count)).filter { all[$0..<($0 + wanted.count)].elementsEqual(wanted) }
  }
}

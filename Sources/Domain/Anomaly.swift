/// What IT looks at: signs in what steps became, computed from the desk's rows and never from an agent's words.
package struct Anomaly: Hashable, Sendable {
  package enum Sign: String, Sendable, Hashable, CaseIterable {
    case refusalBurst, outsideFolders, fasterThanReading, oddHours
  }
  package let sign: Sign
  package let run: RunID
  package let count: Int
  /// The last time.
  package let at: Timestamp
  /// The person, for signs about deciding.
  package let person: String
  package init(sign: Sign, run: RunID, count: Int, at: Timestamp, person: String) {
    self.sign = sign
    self.run = run
    self.count = count
    self.at = at
    self.person = person
  }

  /// Three refusals within this time are a burst.
  private static let burst: Int64 = 600_000

  /// - Parameters:
  ///   - steps: those refused or decided in the time looked at, in any order.
  ///   - zone: seconds east of UTC, for the hours of the day.
  package static func found(in steps: [StepSummary], zone: Int) -> [Anomaly] {
    var out: [Anomaly] = []
    for (run, steps) in Dictionary(grouping: steps, by: \.run) {
      out += refusals(steps.filter { $0.state == .refused }, run)
      for (person, decided) in Dictionary(grouping: steps.filter { !$0.decidedBy.isEmpty }, by: \.decidedBy) {
        let times = decided.filter { wasApproved($0) && (Painting($0.painted)?.isFasterThanReading ?? false) }
        out += last(times.compactMap(\.decidedAt)).map {
          Anomaly(sign: .fasterThanReading, run: run, count: times.count, at: $0, person: person)
        }
        let odd = decided.compactMap(\.decidedAt).filter { isOdd($0, zone) }
        out += last(odd).map { Anomaly(sign: .oddHours, run: run, count: odd.count, at: $0, person: person) }
      }
    }
    return out.sorted { ($0.at, $0.sign.rawValue) > ($1.at, $1.sign.rawValue) }
  }

  private static func refusals(_ refused: [StepSummary], _ run: RunID) -> [Anomaly] {
    var out: [Anomaly] = []
    let outside = refused.filter { $0.kind == .fileOutside }.map(\.proposedAt)
    out += last(outside).map { Anomaly(sign: .outsideFolders, run: run, count: outside.count, at: $0, person: "") }
    let times = refused.map(\.proposedAt).sorted()
    let isBurst = zip(times, times.dropFirst(2)).contains { $1.milliseconds - $0.milliseconds <= burst }
    if isBurst, let at = times.last {
      out.append(Anomaly(sign: .refusalBurst, run: run, count: times.count, at: at, person: ""))
    }
    return out
  }

  /// Of one that somebody decided: also where a stop took back what was approved.
  fileprivate static func wasApproved(_ step: StepSummary) -> Bool {
    switch step.state {
    case .approved, .performing, .done, .failed, .unknown, .undone, .kept, .withdrawn: true
    case .proposed, .refused, .permitted, .staged, .waiting, .rejected, .expired, .discarded: false
    }
  }

  /// Before six and from ten in the evening.
  private static func isOdd(_ time: Timestamp, _ zone: Int) -> Bool {
    let hour = Int(time.clock(offset: zone).prefix(2)) ?? 12
    return hour < 6 || hour >= 22
  }

  private static func last(_ times: [Timestamp]) -> [Timestamp] { times.max().map { [$0] } ?? [] }
}

/// A person's own figures, for their own eyes.
package struct ReviewerScore: Hashable, Sendable {
  package var decisions = 0
  package var approved = 0
  package var unread = 0
  /// Approved from a list or by number, without its preview.
  package var unseen = 0
  /// Milliseconds from paint to key; 0 without decisions.
  package var median: Int64 = 0

  package init(_ steps: [StepSummary], person: String) {
    var times: [Int64] = []
    for step in steps where step.decidedBy == person {
      decisions += 1
      if ![.rejected, .discarded].contains(step.state) { approved += 1 }
      guard let painting = Painting(step.painted) else {
        if Anomaly.wasApproved(step) { unseen += 1 }
        continue
      }
      times.append(painting.milliseconds)
      if painting.isFasterThanReading { unread += 1 }
    }
    times.sort()
    median = times.isEmpty ? 0 : times[times.count / 2]
  }
}

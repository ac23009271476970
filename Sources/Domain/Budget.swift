/// How much of what a rule names may happen by the rule's level alone; what goes past it waits for a person.
package struct Budget: Hashable, Sendable {
  package enum Unit: String, Sendable, Hashable, CaseIterable {
    /// Files and folders; for a message those it goes to.
    case things
    case bytes
  }
  package enum Span: String, Sendable, Hashable, CaseIterable {
    case run
    /// The last sixty minutes, in all runs of the workspace.
    case hour
  }
  package let limit: Int
  package let unit: Unit
  package let span: Span
  package init(limit: Int, unit: Unit, span: Span) {
    self.limit = limit
    self.unit = unit
    self.span = span
  }

  private static let sizes = ["bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]

  /// As it is written in a rule: `20 per run`, `5 per hour`, `10 MiB per run`; nil for anything else.
  package init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 3 || words.count == 4, words[words.count - 2] == "per", let count = Int(words[0]), count >= 0,
      let span = Span(rawValue: words[words.count - 1])
    else { return nil }
    guard words.count == 4 else {
      self.init(limit: count, unit: .things, span: span)
      return
    }
    guard let size = Self.sizes[words[1]] else { return nil }
    let (limit, isTooLarge) = count.multipliedReportingOverflow(by: size)
    guard !isTooLarge else { return nil }
    self.init(limit: limit, unit: .bytes, span: span)
  }

  package var words: String { "\(amount(limit)) per \(span.rawValue)" }

  package func amount(_ count: Int) -> String { unit == .bytes ? ByteCount.words(count) : "\(count)" }
}

/// What one step takes of a budget, and what was taken before it.
package struct Spending: Hashable, Sendable {
  /// The words of the rule whose budget it is.
  package let rule: String
  package let budget: Budget
  /// Not counted further once it is past the limit.
  package var before: Int
  package let own: Int
  package init(rule: String, budget: Budget, before: Int, own: Int) {
    self.rule = rule
    self.budget = budget
    self.before = before
    self.own = own
  }

  /// How much of the limit is used, 1 for all of it.
  package var share: Double { budget.limit == 0 ? 1 : Double(before + own) / Double(budget.limit) }

  /// `90 %`; what is past it is not counted further.
  package var percent: String { share > 1 ? "over" : share == 1 ? "used up" : "\(Int(share * 100)) %" }

  package var isPast: Bool { before + own > budget.limit }

  /// `18 of 20 per run`, this step included.
  package var words: String {
    guard isPast else { return "\(budget.amount(before + own)) of \(budget.words)" }
    guard before < budget.limit else { return "\(budget.words), used up" }
    return "\(budget.words), \(budget.amount(before)) of them used; this takes \(budget.amount(own))"
  }
}

/// The circuit breaker: when a run's steps come to nothing one after the other, the run waits for a person.
package enum Breaker {
  /// Where no policy says another number.
  package static let usual = 5
  /// Ends that come to nothing.
  package static let failures: Set<StepState> = [.refused, .rejected, .failed]
  /// By which a run gets on: what it did or prepared, and a person's yes, also where the agent does the rest by itself; a
  /// look alone is none.
  package static let progress: Set<StepState> = [.done, .undone, .staged, .kept, .discarded, .approved, .performing]

  /// The stricter of two numbers; 0 means never.
  package static func stricter(_ one: Int, _ other: Int) -> Int {
    one == 0 || other == 0 ? max(one, other) : min(one, other)
  }

  /// - Parameter last: how the last steps of a run ended, newest first.
  package static func trips(_ last: some Sequence<StepState>, after limit: Int) -> Bool {
    limit > 0 && last.prefix(while: failures.contains).prefix(limit).count == limit
  }

  package static func words(_ limit: Int) -> String { "\(limit) in a row were refused, rejected or failed" }
}

// What steps take of their rules' budgets, and the breaker that pauses a run whose steps come to nothing.

import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// Where nothing is spent: not yet, or not after all.
  private static let unspent = "('waiting', 'refused', 'rejected', 'expired', 'withdrawn', 'discarded')"
  private static let hour: Int64 = 3_600_000

  /// What was taken of a budget: in one run, or in the last hour in all runs on its definition folder.
  /// - Parameters:
  ///   - step: only what came before it counts; nil for one that is not there yet.
  ///   - replaced: a prepared step whose place the new one takes.
  /// - Returns: not counted further once it is past the limit.
  package func spent(
    of spending: Spending, run: RunID, before step: StepID? = nil, replacing replaced: StepID? = nil
  ) throws(JournalFault) -> Int {
    let budget = spending.budget
    let runs =
      budget.span == .run
      ? "= ?1" : "IN (SELECT id FROM run WHERE directory = (SELECT directory FROM run WHERE id = ?1))"
    // Each takes one thing at least: more rows than the limit are not needed to know that it is past.
    let most = budget.unit == .things ? Int64(budget.limit) + 1 : -1
    let sum = try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        """
        SELECT COALESCE(SUM(amount), 0) FROM (
          SELECT amount FROM spending JOIN step ON step.id = spending.step
          WHERE spending.run \(runs) AND spending.rule = ?2 AND unit = ?3 AND span = ?4 AND at >= ?5 AND spending.step < ?6
            AND spending.step <> ?7 AND state NOT IN \(Self.unspent) LIMIT ?8)
        """,
        .integer(run.value), .text(spending.rule), .text(budget.unit.rawValue), .text(budget.span.rawValue),
        .integer(budget.span == .hour ? clock.wall().milliseconds - Self.hour : 0), .integer(step?.value ?? .max),
        .integer(replaced?.value ?? 0), .integer(most)
      ) { $0.int(0) }
    }
    return Int(sum ?? 0)
  }

  /// INVARIANT: nothing goes past a budget by policy's word alone, whoever else proposed in between.
  func spend(_ step: StepSummary, replacing replaced: StepID?) throws(JournalFault) {
    try Self.sql { () throws(SQLiteFault) in
      try connection.run("DELETE FROM spending WHERE step = ?1", .integer(step.id.value))
    }
    for one in step.reach.spending where step.state != .refused {
      if step.verdict.level < .watched {
        var now = one
        now.before = try spent(of: one, run: step.run, before: step.id, replacing: replaced)
        guard !now.isPast else {
          throw JournalFault(.changed, "another step has used up the budget of \(one.rule) meanwhile: propose it again")
        }
      }
      try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "INSERT INTO spending VALUES (?1,?2,?3,?4,?5,?6,?7,?8)", .integer(step.id.value), .integer(step.run.value),
          .text(one.rule), .text(one.budget.unit.rawValue), .text(one.budget.span.rawValue),
          .integer(Int64(one.budget.limit)), .integer(Int64(one.own)), .integer(step.proposedAt.milliseconds))
      }
    }
  }

  /// The budget of a run that is used up most; nil where none of its rules has one.
  func fullestBudget(of run: RunID) throws(JournalFault) -> Spending? {
    let rows = try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT rule, unit, span, most, MAX(spending.step) FROM spending WHERE run = ?1 GROUP BY rule, unit, span
        """, .integer(run.value)
      ) { row -> Spending? in
        guard let unit = Budget.Unit(rawValue: row.text(1)), let span = Budget.Span(rawValue: row.text(2)) else {
          return nil
        }
        return Spending(
          rule: row.text(0), budget: Budget(limit: Int(row.int(3)), unit: unit, span: span), before: 0, own: 0)
      }
    }
    var all: [Spending] = []
    for case var one? in rows {
      one.before = try spent(of: one, run: run)
      all.append(one)
    }
    return all.max { $0.share < $1.share }
  }

  /// Pauses a run that goes on and gets nowhere: its agent proposes nothing more before a person lets it.
  func pauseIfFruitless(_ run: RunID, _ log: inout LogAppender, _ change: Int64) throws(JournalFault) {
    let found = try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        "SELECT pauseAfter, resumedAt FROM run WHERE id = ?1 AND state IN ('starting', 'live') AND NOT isPaused AND NOT stopWanted",
        .integer(run.value)
      ) { (Int($0.int(0)), $0.int(1)) }
    }
    guard let (limit, since) = found, limit > 0 else { return }
    let reads = ActionKind.allCases.filter { $0.isRead || $0 == .findingReport }.map { "'\($0.rawValue)'" }
    let ends = { (states: Set<StepState>) in states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ") }
    let last = try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT state FROM step WHERE run = ?1 AND changedAt > ?2 AND (state IN (\(ends(Breaker.failures)))
          OR state IN (\(ends(Breaker.progress))) AND kind NOT IN (\(reads.joined(separator: ", "))))
        ORDER BY changedAt DESC, number DESC LIMIT ?3
        """, .integer(run.value), .integer(since), .integer(Int64(limit))
      ) { StepState(rawValue: $0.text(0)) }
    }
    guard Breaker.trips(last.compactMap { $0 }, after: limit) else { return }
    try setPaused(run, true, why: Breaker.words(limit), by: .policy, &log, change)
  }
}

// What the desk-wide views read, and what people raise there: incidents and standing approvals. Each word of a person
// is a leaf in the same transaction.

import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// Runs that are not over and the newest others, each with its last minutes.
  /// - Parameter minutes: how many columns the sparkline has.
  package func activity(minutes: Int, now: Timestamp, limit: Int = 60) throws(JournalFault) -> [RunActivity] {
    let all = try runs(limit: 400)
    let shown = all.filter { !$0.state.isOver } + all.filter(\.state.isOver).prefix(limit)
    var out: [RunActivity] = []
    for run in shown {
      let (counts, oldest) = try Self.sql { () throws(SQLiteFault) in
        let first = now.milliseconds / 60_000 - Int64(minutes) + 1
        let pairs = try connection.rows(
          "SELECT proposedAt / 60000, COUNT(*) FROM step WHERE run = ?1 AND proposedAt >= ?2 GROUP BY 1",
          .integer(run.id.value), .integer(first * 60_000)
        ) { (Int($0.int(0) - first), Int($0.int(1))) }
        var counts = [Int](repeating: 0, count: minutes)
        for (minute, count) in pairs where counts.indices.contains(minute) { counts[minute] = count }
        let oldest = try connection.first(
          "SELECT MIN(proposedAt) FROM step WHERE run = ?1 AND state = 'waiting'", .integer(run.id.value)
        ) { $0.isNull(0) ? nil : Timestamp(milliseconds: $0.int(0)) }
        return (counts, oldest ?? nil)
      }
      var activity = RunActivity(summary: run, hasHost: true, perMinute: counts, oldestWait: oldest)
      activity.budget = try fullestBudget(of: run.id)
      out.append(activity)
    }
    return out
  }

  /// Steps refused or decided since then, of all runs: what signs are looked for in.
  package func judged(since: Timestamp) throws(JournalFault) -> [StepSummary] {
    try Self.sql { () throws(SQLiteFault) in
      let refused = try connection.rows(
        "SELECT \(StepRow.columns) FROM step WHERE state = 'refused' AND proposedAt >= ?1 ORDER BY proposedAt DESC LIMIT 2000",
        .integer(since.milliseconds)
      ) { StepRow.summary($0) }
      let decided = try connection.rows(
        "SELECT \(StepRow.columns) FROM step WHERE decidedAt IS NOT NULL AND decidedAt >= ?1 ORDER BY decidedAt DESC LIMIT 2000",
        .integer(since.milliseconds)
      ) { StepRow.summary($0) }
      return (refused + decided).compactMap { $0 }
    }
  }

  // MARK: incidents

  package func raise(_ what: String, run: RunID?, step: StepNumber?, by person: Person) throws(JournalFault) -> Int64 {
    try record { (log, _) throws(JournalFault) in
      let now = clock.wall()
      let id = try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "INSERT INTO incident (run, step, what, raisedBy, raisedAt) VALUES (?1,?2,?3,?4,?5)",
          run.map { .integer($0.value) } ?? .null, step.map { .integer(Int64($0.value)) } ?? .null, .text(what),
          .text(person.name), .integer(now.milliseconds))
        return connection.lastInsertID
      }
      try log.append(.person(person), "incident raised", run: run, note: what) {
        $0.step = step
        $0.rule = "incident \(id)"
      }
      return id
    }
  }

  package func closeIncident(_ id: Int64, outcome: String, by person: Person) throws(JournalFault) {
    try record { (log, _) throws(JournalFault) in
      guard let incident = try incidents().first(where: { $0.id == id }), incident.isOpen else {
        throw JournalFault(.illegal, "incident \(id) is closed, or there is none of that number")
      }
      let now = clock.wall()
      try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "UPDATE incident SET closedBy = ?2, closedAt = ?3, outcome = ?4 WHERE id = ?1", .integer(id),
          .text(person.name), .integer(now.milliseconds), .text(outcome))
      }
      try log.append(.person(person), "incident closed", run: incident.run, note: outcome) {
        $0.step = incident.step
        $0.rule = "incident \(id)"
      }
    }
  }

  /// Open ones first, then the newest.
  package func incidents(limit: Int = 200) throws(JournalFault) -> [Incident] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT id, run, step, what, raisedBy, raisedAt, closedBy, closedAt, outcome FROM incident
        ORDER BY closedAt IS NOT NULL, raisedAt DESC LIMIT ?1
        """, .integer(Int64(limit))
      ) { row in
        Incident(
          id: row.int(0), run: row.isNull(1) ? nil : RunID(row.int(1)),
          step: row.isNull(2) ? nil : StepNumber(Int(row.int(2))), what: row.text(3), raisedBy: row.text(4),
          raisedAt: Timestamp(milliseconds: row.int(5)), closedBy: row.text(6),
          closedAt: row.isNull(7) ? nil : Timestamp(milliseconds: row.int(7)), outcome: row.text(8))
      }
    }
  }

  // MARK: standing approvals

  /// The newest word on a kind takes the place of an earlier one.
  package func setStanding(
    _ kind: ActionKind, _ level: TrustLevel, run: RunID, until: Timestamp, by person: Person
  ) throws(JournalFault) -> StandingApproval {
    try record { (log, change) throws(JournalFault) in
      let now = clock.wall()
      let id = try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "UPDATE standing SET revokedBy = ?3 WHERE run = ?1 AND kind = ?2 AND revokedBy = ''", .integer(run.value),
          .text(kind.rawValue), .text(person.name))
        try connection.run(
          "INSERT INTO standing (run, kind, level, madeBy, madeAt, expiresAt) VALUES (?1,?2,?3,?4,?5,?6)",
          .integer(run.value), .text(kind.rawValue), .text(level.rawValue), .text(person.name),
          .integer(now.milliseconds), .integer(until.milliseconds))
        let id = connection.lastInsertID
        try connection.run("UPDATE run SET changedAt = ?2 WHERE id = ?1", .integer(run.value), .integer(change))
        return id
      }
      let words = "\(level.rawValue) until \(until.minute(offset: clock.zone))"
      try log.append(.person(person), "level set", run: run, note: words) {
        $0.kind = kind.rawValue
        $0.level = level.rawValue
        $0.rule = "\(StandingApproval.origin) \(id)"
        $0.reasonCode = "until \(until.rfc3339)"
      }
      return StandingApproval(
        id: id, run: run, kind: kind, level: level, madeBy: person.name, madeAt: now, expiresAt: until, revokedBy: "")
    }
  }

  package func revokeStanding(_ id: Int64, by person: Person) throws(JournalFault) {
    try record { (log, _) throws(JournalFault) in
      guard let word = try standing(of: nil).first(where: { $0.id == id }), word.revokedBy.isEmpty else {
        throw JournalFault(.illegal, "\(StandingApproval.origin) \(id) is revoked already")
      }
      try Self.sql { () throws(SQLiteFault) in
        try connection.run("UPDATE standing SET revokedBy = ?2 WHERE id = ?1", .integer(id), .text(person.name))
      }
      try log.append(.person(person), "level revoked", run: word.run) {
        $0.kind = word.kind.rawValue
        $0.level = word.level.rawValue
        $0.rule = "\(StandingApproval.origin) \(id)"
      }
    }
  }

  /// Of one run, or of all; newest first.
  package func standing(of run: RunID?, limit: Int = 200) throws(JournalFault) -> [StandingApproval] {
    let rows = try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT id, run, kind, level, madeBy, madeAt, expiresAt, revokedBy,
          (SELECT COUNT(*) FROM step WHERE step.run = standing.run AND originFile = ?2 AND originLine = standing.id)
        FROM standing WHERE ?1 IS NULL OR run = ?1 ORDER BY id DESC LIMIT ?3
        """, run.map { .integer($0.value) } ?? .null, .text(StandingApproval.origin), .integer(Int64(limit))
      ) { row -> StandingApproval? in
        guard let kind = ActionKind(rawValue: row.text(2)), let level = TrustLevel(rawValue: row.text(3)) else {
          return nil
        }
        return StandingApproval(
          id: row.int(0), run: RunID(row.int(1)), kind: kind, level: level, madeBy: row.text(4),
          madeAt: Timestamp(milliseconds: row.int(5)), expiresAt: Timestamp(milliseconds: row.int(6)),
          revokedBy: row.text(7), uses: Int(row.int(8)))
      }
    }
    return rows.compactMap { $0 }
  }

  /// How many steps each rule has decided, by the place it stands at.
  /// - Parameter workspace: only in its runs; each workspace has a `policy.yaml`.
  package func ruleCounts(workspace: String?) throws(JournalFault) -> [Origin: Int] {
    try Self.sql { () throws(SQLiteFault) in
      let rows = try connection.rows(
        """
        SELECT originFile, originLine, COUNT(*) FROM step
        WHERE ?1 IS NULL OR run IN (SELECT id FROM run WHERE workspace = ?1) GROUP BY 1, 2
        """, workspace.map { .text($0) } ?? .null
      ) {
        (Origin(file: $0.text(0), line: Int($0.int(1))), Int($0.int(2)))
      }
      return Dictionary(rows) { $0 + $1 }
    }
  }
}

// Flags: handed over by agents, triaged by people. A changed level and a decided redline are each a leaf.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  func insert(_ finding: Finding, run: RunID, step: StepID) throws(SQLiteFault) {
    // A later report on the same clause takes the place of an earlier one that nobody has touched.
    try connection.run(
      """
      DELETE FROM finding WHERE run = ?1 AND document = ?2 AND clause = ?3 AND firstLine = ?4 AND decidedBy = ''
        AND step <> ?5
      """, .integer(run.value), .text(finding.document), .text(finding.clause), .integer(Int64(finding.firstLine)),
      .integer(step.value))
    try connection.run(
      """
      INSERT INTO finding (run, step, document, clause, level, firstLine, lastLine, text, standard, why, redline,
        fallback, impact, escalation, isMustHave) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)
      """,
      .integer(run.value), .integer(step.value), .text(finding.document), .text(finding.clause),
      .text(finding.level.rawValue), .integer(Int64(finding.firstLine)), .integer(Int64(finding.lastLine)),
      .text(finding.text), .text(finding.standard), .text(finding.why), .text(finding.redline),
      .text(finding.fallback), .text(finding.impact), .text(finding.escalation),
      .integer(finding.isMustHave.map { $0 ? 1 : 0 } ?? 2))
  }

  package func setLevel(_ finding: Int64, _ level: Finding.Level, reason: String, by person: Person)
    throws(JournalFault)
  {
    try decide(finding, "flag level \(level.rawValue)", reason, by: person) { () throws(SQLiteFault) in
      try connection.run(
        """
        UPDATE finding SET humanLevel = ?2, levelReason = ?3, decidedBy = ?4, decidedAt = ?5, levelBy = ?4, levelAt = ?5,
          isTold = 0 WHERE id = ?1
        """,
        .integer(finding), .text(level.rawValue), .text(reason), .text(person.name), .integer(clock.wall().milliseconds)
      )
    }
  }

  /// - Parameter hasRedline: false for a flag that only wants to be agreed with.
  package func markRedline(
    _ finding: Int64, _ mark: Mark, hasRedline: Bool = true, isWhole: Bool = false, reason: String, by person: Person
  ) throws(JournalFault) {
    let word = mark == .keep ? "flag agreed" : mark == .discard ? "flag disagreed" : "flag undecided"
    try decide(finding, hasRedline ? "redline \(mark.rawValue)" : word, reason, by: person) { () throws(SQLiteFault) in
      try connection.run(
        """
        UPDATE finding SET mark = ?2, decidedBy = ?3, decidedAt = ?4, wordBy = ?3, wordAt = ?4, markReason = ?5,
          rewritten = CASE WHEN ?6 THEN '' ELSE rewritten END
        WHERE id = ?1
        """,
        .integer(finding),
        .text(mark.rawValue), .text(person.name), .integer(clock.wall().milliseconds), .text(reason),
        .integer(isWhole ? 1 : 0))
    }
  }

  /// Other words in the redline's place: a person's own, or what a review left of them.
  package func rewrite(
    _ finding: Int64, _ words: String, isPart: Bool = false, by person: Person
  ) throws(JournalFault) {
    try decide(finding, isPart ? "redline in part" : "redline rewritten", words, by: person) { () throws(SQLiteFault) in
      try connection.run(
        """
        UPDATE finding SET rewritten = ?2, decidedBy = ?3, decidedAt = ?4, wordBy = ?3, wordAt = ?4 WHERE id = ?1
        """, .integer(finding),
        .text(words), .text(person.name), .integer(clock.wall().milliseconds))
    }
  }

  private func decide(
    _ finding: Int64, _ event: String, _ reason: String, by person: Person, _ body: () throws(SQLiteFault) -> Void
  ) throws(JournalFault) {
    try record { (log, change) throws(JournalFault) in
      let owner = try Self.sql { () throws(SQLiteFault) in
        try connection.first(
          """
          SELECT f.run, f.step, s.number, f.clause, f.document FROM finding f JOIN step s ON s.id = f.step
          WHERE f.id = ?1
          """, .integer(finding)
        ) {
          (
            RunID($0.int(0)), StepID($0.int(1)), StepNumber(Int($0.int(2))),
            "\($0.text(3)), \($0.text(4))"
          )
        }
      }
      guard let (run, step, number, place) = owner else { throw JournalFault(.noSuchStep, "there is no such flag") }
      try Self.sql { () throws(SQLiteFault) in
        try body()
        try connection.run("UPDATE run SET changedAt = ?2 WHERE id = ?1", .integer(run.value), .integer(change))
      }
      // The words beside the entry name the clause: a reader of the trail wants to know which flag it was.
      try log.append(
        .person(person), event, run: run, step: step, note: reason.isEmpty ? place : "\(place): \(reason)"
      ) {
        $0.step = number
        $0.kind = ActionKind.findingReport.rawValue
        if !reason.isEmpty { $0.reasonCode = "typed" }
      }
    }
  }

  package func findings(of run: RunID) throws(JournalFault) -> [FindingRow] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT id, step, document, clause, level, firstLine, lastLine, text, standard, why, redline, fallback, impact,
          escalation, isMustHave, humanLevel, levelReason, decidedBy, mark, decidedAt, isTold, markReason,
          rewritten, levelBy, levelAt, wordBy, wordAt
        FROM finding WHERE run = ?1 ORDER BY document, firstLine, id
        """, .integer(run.value)
      ) { row in
        var flag = FindingRow(
          id: row.int(0), step: StepID(row.int(1)),
          finding: Finding(
            document: row.text(2), clause: row.text(3), level: Finding.Level(rawValue: row.text(4)) ?? .red,
            firstLine: Int(row.int(5)), lastLine: Int(row.int(6)), text: row.text(7), standard: row.text(8),
            why: row.text(9), redline: row.text(10), fallback: row.text(11), impact: row.text(12),
            escalation: row.text(13), isMustHave: row.int(14) == 2 ? nil : row.int(14) != 0),
          humanLevel: Finding.Level(rawValue: row.text(15)), levelReason: row.text(16), decidedBy: row.text(17),
          decidedAt: row.isNull(19) ? nil : Timestamp(milliseconds: row.int(19)),
          mark: Mark(rawValue: row.text(18)) ?? .undecided, markReason: row.text(21), rewritten: row.text(22),
          isTold: row.int(20) != 0)
        if !row.isNull(24) { flag.levelWord = .init(by: row.text(23), at: Timestamp(milliseconds: row.int(24))) }
        if !row.isNull(26) { flag.redlineWord = .init(by: row.text(25), at: Timestamp(milliseconds: row.int(26))) }
        return flag
      }
    }
  }

  /// Levels people changed that the agent has not been told of.
  package func untoldLevels(of run: RunID) throws(JournalFault) -> [FindingRow] {
    let ids = Set(
      try Self.sql { () throws(SQLiteFault) in
        try connection.rows("SELECT id FROM finding WHERE run = ?1 AND isTold = 0", .integer(run.value)) { $0.int(0) }
      })
    return ids.isEmpty ? [] : try findings(of: run).filter { ids.contains($0.id) }
  }

  package func markTold(_ run: RunID) throws(JournalFault) {
    try write { () throws(JournalFault) in
      try Self.sql { () throws(SQLiteFault) in
        try connection.run("UPDATE finding SET isTold = 1 WHERE run = ?1", .integer(run.value))
      }
    }
  }
}

extension DeskStore {
  /// A register was made; its digest is on the trail, so that a copy can be held against it.
  /// - Parameter name: of the file in `registers/`.
  /// Leaves that name files of registers, with the names.
  package func registerLeaves() throws(JournalFault) -> [(bytes: [UInt8], name: String)] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows("SELECT bytes, note FROM leaf WHERE step IS NULL AND note LIKE 'run-%.%' ORDER BY id") {
        ($0.bytes(0), $0.text(1))
      }
    }
  }

  package func noteRegister(_ run: RunID, _ name: String, digest: Digest, by person: Person) throws(JournalFault) {
    try record { (log, _) throws(JournalFault) in
      try log.append(.person(person), "register written", run: run, note: name) { $0.effect = digest }
    }
  }
}

// Reading for consoles and the command line. Each call is one short snapshot.

import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// Runs, newest first.
  package func runs(limit: Int = 200) throws(JournalFault) -> [RunSummary] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        "SELECT \(Self.runColumns) FROM run ORDER BY id DESC LIMIT ?1", .integer(Int64(limit)), map: Self.summary)
    }
  }

  /// The newest run of a session of an agent that asks through hooks.
  package func run(ofSession session: String) throws(JournalFault) -> RunSummary? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        "SELECT \(Self.runColumns) FROM run WHERE session = ?1 AND session <> '' ORDER BY id DESC LIMIT 1",
        .text(session), map: Self.summary)
    }
  }

  /// The step that an agent's own call became.
  package func step(ofCall call: String, in run: RunID) throws(JournalFault) -> StepSummary? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        "SELECT \(StepRow.columns) FROM step WHERE run = ?1 AND callID = ?2 AND callID <> '' ORDER BY id DESC LIMIT 1",
        .integer(run.value), .text(call)
      ) { StepRow.summary($0) }
    } ?? nil
  }

  package func run(_ id: RunID) throws(JournalFault) -> RunSummary? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT \(Self.runColumns) FROM run WHERE id = ?1", .integer(id.value), map: Self.summary)
    }
  }

  private static let runColumns = """
    id, workspace, directory, goal, agent, grade, model, state, isPaused, note, startedAt,
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'waiting'),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'staged'),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'done'),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'refused'),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state IN ('rejected', 'expired')), startedBy, command,
    view, shown, (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'approved'),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'discarded'),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state IN ('failed', 'unknown')),
    (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'withdrawn'), session, agentProcess,
    peerSession, pausedWhy, (SELECT COUNT(*) FROM step WHERE run = run.id AND state = 'undone')
    """

  /// Texts joined by NUL, which none of them holds.
  private static func words(_ bytes: [UInt8]) -> [String] {
    bytes.isEmpty
      ? [] : bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func summary(_ row: borrowing Row) -> RunSummary {
    var counts = RunSummary.Counts()
    counts.waiting = Int(row.int(11))
    counts.prepared = Int(row.int(12))
    counts.done = Int(row.int(13))
    counts.refused = Int(row.int(14))
    counts.rejected = Int(row.int(15))
    counts.held = Int(row.int(20))
    counts.discarded = Int(row.int(21))
    counts.failed = Int(row.int(22))
    counts.withdrawn = Int(row.int(23))
    counts.undone = Int(row.int(28))
    var summary = RunSummary(
      id: RunID(row.int(0)), workspace: row.text(1), directory: row.text(2), goal: row.text(3), agent: row.text(4),
      grade: Grade(rawValue: row.text(5)) ?? .weak, model: ModelLocation(row.text(6)) ?? .remote(region: "unknown"),
      state: RunState(rawValue: row.text(7)) ?? .lost, isPaused: row.int(8) != 0, note: row.text(9),
      startedAt: Timestamp(milliseconds: row.int(10)), startedBy: row.text(16), counts: counts)
    summary.session = row.text(24)
    summary.agentProcess = row.text(25)
    summary.peerSession = row.text(26)
    summary.pausedWhy = row.text(27)
    summary.command = words(row.bytes(17))
    summary.shown = words(row.bytes(19))
    summary.view = PrivateView(rawValue: row.text(18)) ?? .none
    return summary
  }

  package func plan(of run: RunID) throws(JournalFault) -> [PlanEntry] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        "SELECT title, status, intendedKind, intendedTarget, forecast FROM planEntry WHERE run = ?1 ORDER BY position",
        .integer(run.value)
      ) {
        PlanEntry(
          title: $0.text(0), status: PlanEntry.Status(rawValue: $0.text(1)) ?? .pending, intendedKind: $0.text(2),
          intendedTarget: $0.text(3), forecast: TrustLevel(rawValue: $0.text(4)))
      }
    }
  }

  /// Steps of a run that changed after `change`, and the change counter they are up to.
  package func steps(of run: RunID, changedAfter change: Int64 = -1) throws(JournalFault) -> (
    steps: [StepSummary], upTo: Int64
  ) {
    try Self.sql { () throws(SQLiteFault) in
      try connection.read { () throws(SQLiteFault) in
        let upTo = try connection.first("SELECT value FROM desk WHERE key = 'change'") { $0.int(0) } ?? 0
        // All of them come in the order they are stored in, without sorting.
        let since = change < 0 ? "?2 < 0" : "changedAt > ?2"
        var found: [StepSummary] = []
        if change < 0 {
          found.reserveCapacity(
            try connection.first("SELECT COUNT(*) FROM step WHERE run = ?1", .integer(run.value)) { Int($0.int(0)) }
              ?? 0)
        }
        var reader = StepRowReader()
        try connection.each(
          "SELECT \(StepRow.columns) FROM step WHERE run = ?1 AND \(since) ORDER BY number",
          [.integer(run.value), .integer(change)]
        ) { if let step = reader.summary($0) { found.append(step) } }
        return (found, upTo)
      }
    }
  }

  package func steps(of run: RunID, in states: [StepState]) throws(JournalFault) -> [StepSummary] {
    var out: [StepSummary] = []
    var reader = StepRowReader()
    for state in states {
      out += try Self.sql { () throws(SQLiteFault) in
        try connection.rows(
          "SELECT \(StepRow.columns) FROM step WHERE run = ?1 AND state = ?2 ORDER BY number", .integer(run.value),
          .text(state.rawValue)
        ) { reader.summary($0) }.compactMap { $0 }
      }
    }
    return out
  }

  package func step(_ number: StepNumber, of run: RunID) throws(JournalFault) -> StepSummary? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        "SELECT \(StepRow.columns) FROM step WHERE run = ?1 AND number = ?2", .integer(run.value),
        .integer(Int64(number.value))
      ) { StepRow.summary($0) }
    } ?? nil
  }

  /// The last step on this target that came to such an end: that a person rejected, that was done.
  package func last(_ state: StepState, of run: RunID, target: String) throws(JournalFault) -> StepSummary? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        """
        SELECT \(StepRow.columns) FROM step WHERE run = ?1 AND state = ?3 AND target = ?2
        ORDER BY number DESC LIMIT 1
        """, .integer(run.value), .text(target), .text(state.rawValue)
      ) { StepRow.summary($0) }
    } ?? nil
  }

  /// Steps of one kind on one target in a run that are prepared, decided or done, the last first.
  package func alike(_ run: RunID, _ kind: ActionKind, target: String) throws(JournalFault) -> [StepSummary] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT \(StepRow.columns) FROM step WHERE run = ?1 AND kind = ?3
          AND (target = ?2 OR id IN (SELECT step FROM stepForm WHERE target = ?2))
          AND state IN ('staged', 'waiting', 'approved', 'kept', 'performing', 'unknown', 'done')
        ORDER BY number DESC LIMIT 20
        """, .integer(run.value), .text(target), .text(kind.rawValue)
      ) { StepRow.summary($0) }
    }.compactMap { $0 }
  }

  /// An earlier form of a step: what it showed, docket and body, before it was changed; nil where none is kept.
  package func form(
    of step: StepID, at revision: Int
  ) throws(JournalFault) -> (action: [UInt8], preview: [UInt8], docket: String, salt: [UInt8])? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        "SELECT action, preview, docket, salt FROM stepForm WHERE step = ?1 AND revision = ?2", .integer(step.value),
        .integer(Int64(revision))
      ) { ($0.bytes(0), $0.bytes(1), $0.text(2), $0.bytes(3)) }
    }
  }

  /// The docket as it was shown; empty on steps from before schema 3.
  package func docket(of step: StepID) throws(JournalFault) -> String {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT docket FROM stepBody WHERE step = ?1", .integer(step.value)) { $0.text(0) }
    } ?? ""
  }

  package func previewBytes(of step: StepID) throws(JournalFault) -> [UInt8]? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT preview FROM stepBody WHERE step = ?1", .integer(step.value)) { $0.bytes(0) }
    }
  }

  /// The last `limit` entries, oldest first; of one run, or of all.
  package func trail(of run: RunID?, step: StepID? = nil, limit: Int) throws(JournalFault) -> [TrailLine] {
    let condition = step != nil ? "l.step = ?1" : run != nil ? "l.run = ?1" : "?1 IS NULL OR 1"
    return try trailLines(
      where: condition, step.map { .integer($0.value) } ?? run.map { .integer($0.value) } ?? .null,
      .integer(Int64(limit))
    ).reversed()
  }

  /// Entries, the last first, each with the target its step had then.
  func trailLines(where condition: String, _ value: Value, _ limit: Value) throws(JournalFault) -> [TrailLine] {
    try Self.sql { () throws(SQLiteFault) in
      var found = try connection.rows(
        """
        SELECT l.id, l.bytes, s.target, s.reason, l.note, l.step, s.revision FROM leaf l LEFT JOIN step s ON s.id = l.step
        WHERE \(condition) ORDER BY l.id DESC LIMIT ?2
        """, value, limit
      ) { row in
        (line: Self.trailLine(row, zone: clock.zone), step: row.int(5), revision: row.isNull(6) ? 1 : Int(row.int(6)))
      }
      for index in found.indices where found[index].revision > 1 {
        let form = try connection.first(
          "SELECT target FROM stepForm WHERE step = ?1 AND revision = ?2", .integer(found[index].step),
          .integer(Int64(found[index].line.revision ?? found[index].revision))
        ) { $0.text(0) }
        if let form { found[index].line.target = form }
      }
      return found.map(\.line)
    }
  }

  static func trailLine(_ row: borrowing Row, zone: Int) -> TrailLine {
    var fields: [Substring: Substring] = [:]
    for line in String(decoding: row.bytes(1), as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    func text(_ key: Substring) -> String { fields[key].map(String.init) ?? "" }
    let event = text("event")
    let words = row.text(4)
    let said =
      !words.isEmpty
      ? words
      : ["rejected", "failed", "withdrawn", "done", "discarded", "rolled back"].contains(event)
        // What came later is told where it came.
        && !(event == "done" && row.text(3).hasPrefix("undone by #")) ? row.text(3) : ""
    let level = text("reason-code") == "past-budget" ? "\(text("level")), past a budget" : text("level")
    let ruled =
      ["held", "prepared", "refused", "permitted"].contains(event)
      ? "\(level): \(text("rule").isEmpty ? "no rule names it" : text("rule"))" : ""
    // Whose doing a change is: an edit, or the word on a flag that it names.
    let why = event == StepEvent.revise.record ? text("reason-code").replacing("-", with: " ") : ""
    let code = text("reason-code")
    let dueAt =
      event == StepEvent.approve.record && code.hasPrefix("due ") ? Timestamp(rfc3339: String(code.dropFirst(4))) : nil
    let due = dueAt.map { "for \($0.minute(offset: zone)), " } ?? ""
    // Which mark, and which incident, are no words of anybody's: they stand before them.
    let head =
      switch event {
      case "marked": code
      case "incident raised", "incident closed": text("rule")
      default: ""
      }
    let rest = said.isEmpty ? (ruled.isEmpty ? due + text("painted") + why : ruled) : said
    return TrailLine(
      index: LeafIndex(row.int(0)), time: Timestamp(rfc3339: text("time")) ?? Timestamp(milliseconds: 0),
      actorKind: text("actor-kind"), actor: text("actor"), event: event,
      step: Int(text("step")).map { StepNumber($0) }, run: Int64(text("run")).map { RunID($0) }, kind: text("kind"),
      target: row.text(2), note: [head, rest].filter { !$0.isEmpty }.joined(separator: ": "),
      revision: Int(text("revision")))
  }
}

// Runs, their plans, and what a person marks before a review is finished.

import AuditLog
import Domain
import GateKeeper
import SQLite

/// A run as it is started.
package struct NewRun: Sendable {
  package var workspace: Workspace
  package var goal: String
  package var agent: String
  package var grade: Grade
  package var model: ModelLocation
  package var policy: Digest
  /// Arguments of a command line; no argument holds a NUL.
  package var command: [String] = []
  package var shown: [String] = []
  package var view: PrivateView = .none
  /// Of an agent that asks through hooks.
  package var session = ""
  package var agentProcess = ""
  /// So many steps in a row that come to nothing pause it; 0 for never.
  package var pauseAfter = Breaker.usual
  package init(workspace: Workspace, goal: String, agent: String, grade: Grade, model: ModelLocation, policy: Digest) {
    self.workspace = workspace
    self.goal = goal
    self.agent = agent
    self.grade = grade
    self.model = model
    self.policy = policy
  }
}

extension RunSummary {
  /// What a run was started on and as what, as its first entry commits to it.
  package static func definition(
    directory: String, command: [String], view: PrivateView, shown: [String]
  ) -> Digest {
    var out = FieldWriter()
    out.put("directory", directory)
    out.put("command", strings: command)
    out.put("view", view.rawValue)
    out.put("shown", strings: shown)
    return Hashing.sha256(out.bytes)
  }
}

extension DeskStore {
  private static func joined(_ words: [String]) -> Value {
    .blob(Array(words.map { Array($0.utf8) }.joined(separator: [0])))
  }

  package func create(_ new: NewRun, by person: Person) throws(JournalFault) -> RunID {
    try record { (log, change) throws(JournalFault) in
      // Two questions of a session at once begin one run.
      if let found = try run(ofSession: new.session) { return found.id }
      let id = try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          """
          INSERT INTO run (workspace, directory, goal, agent, grade, model, state, policy, startedAt, changedAt, startedBy,
            command, view, shown, session, agentProcess, pauseAfter)
          VALUES (?1,?2,?3,?4,?5,?6,'starting',?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)
          """,
          .text(new.workspace.name), .text(new.workspace.directory), .text(new.goal), .text(new.agent),
          .text(new.grade.rawValue), .text(new.model.description), .blob(new.policy.bytes),
          .integer(clock.wall().milliseconds), .integer(change), .text(person.name),
          Self.joined(new.command), .text(new.view.rawValue), Self.joined(new.shown), .text(new.session),
          .text(new.agentProcess), .integer(Int64(new.pauseAfter)))
        return RunID(connection.lastInsertID)
      }
      try log.append(.person(person), "run started", run: id, note: new.goal) {
        $0.policy = new.policy
        $0.rule = new.agent
        $0.reasonCode = new.grade.rawValue
        $0.origin = new.model.description
        $0.facts = RunSummary.facts(workspace: new.workspace.name, session: new.session)
        $0.effect = RunSummary.definition(
          directory: new.workspace.directory, command: new.command, view: new.view, shown: new.shown)
      }
      return id
    }
  }

  /// A run's state is a fact about a process or a person's word, so every change of it is a leaf.
  package func setState(_ run: RunID, _ state: RunState, note: String, by actor: Actor) throws(JournalFault) {
    try record { (log, change) throws(JournalFault) in
      try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "UPDATE run SET state = ?2, note = ?3, changedAt = ?4 WHERE id = ?1", .integer(run.value),
          .text(state.rawValue), .text(note), .integer(change))
      }
      try log.append(actor, "run \(state.rawValue)", run: run, note: note)
    }
  }

  /// Pause and stop are wishes of a person that the host reads.
  /// - Parameter why: what ends a pause that nobody ended.
  package func setPaused(
    _ run: RunID, _ isPaused: Bool, by actor: Actor, why: String = ""
  ) throws(JournalFault) {
    try record { (log, change) throws(JournalFault) in
      // Whoever was first said why.
      if isPaused, try self.run(run)?.isPaused == true { return }
      try setPaused(run, isPaused, why: why, by: actor, &log, change)
    }
  }

  /// Going on begins a new count of what comes to nothing.
  func setPaused(
    _ run: RunID, _ isPaused: Bool, why: String, by actor: Actor, _ log: inout LogAppender, _ change: Int64
  ) throws(JournalFault) {
    try Self.sql { () throws(SQLiteFault) in
      try connection.run(
        """
        UPDATE run SET isPaused = ?2, changedAt = ?3, pausedWhy = ?4,
          resumedAt = CASE WHEN ?2 THEN resumedAt ELSE ?3 END WHERE id = ?1
        """, .integer(run.value), .integer(isPaused ? 1 : 0), .integer(change),
        .text(isPaused ? why : ""))
    }
    try log.append(actor, isPaused ? "run paused" : "run resumed", run: run, note: why)
  }

  package func askToStop(_ run: RunID, by person: Person) throws(JournalFault) {
    try setFlag(run, "stopWanted", true, "stop asked", by: .person(person))
  }

  private func setFlag(_ run: RunID, _ column: String, _ value: Bool, _ event: String, by actor: Actor)
    throws(JournalFault)
  {
    try record { (log, change) throws(JournalFault) in
      try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "UPDATE run SET \(column) = ?2, changedAt = ?3 WHERE id = ?1", .integer(run.value), .integer(value ? 1 : 0),
          .integer(change))
      }
      try log.append(actor, event, run: run)
    }
  }

  /// An agent that asks through hooks is another process when its session is taken up again.
  package func setPeerSession(_ run: RunID, _ session: String) throws(JournalFault) {
    try write { () throws(JournalFault) in
      let change = try nextChange()
      try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "UPDATE run SET peerSession = ?2, changedAt = ?3 WHERE id = ?1", .integer(run.value), .text(session),
          .integer(change))
      }
    }
  }

  package func setAgentProcess(_ run: RunID, _ process: String) throws(JournalFault) {
    try write { () throws(JournalFault) in
      let change = try nextChange()
      try Self.sql { () throws(SQLiteFault) in
        try connection.run(
          "UPDATE run SET agentProcess = ?2, changedAt = ?3 WHERE id = ?1", .integer(run.value), .text(process),
          .integer(change))
      }
    }
  }

  /// Plain words of the agent, one leaf each.
  package func say(_ run: RunID, _ words: String, by agent: Actor) throws(JournalFault) {
    try record { (log, change) throws(JournalFault) in
      try Self.sql { () throws(SQLiteFault) in
        try connection.run("UPDATE run SET changedAt = ?2 WHERE id = ?1", .integer(run.value), .integer(change))
      }
      try log.append(agent, "said", run: run, note: words)
    }
  }

  package func stopWanted(_ run: RunID) throws(JournalFault) -> Bool {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT stopWanted FROM run WHERE id = ?1", .integer(run.value)) { $0.int(0) != 0 } ?? false
    }
  }

  package func setPlan(_ run: RunID, _ plan: [PlanEntry], by agent: Actor) throws(JournalFault) {
    try record { (log, change) throws(JournalFault) in
      try Self.sql { () throws(SQLiteFault) in
        try connection.run("DELETE FROM planEntry WHERE run = ?1", .integer(run.value))
        for (position, entry) in plan.enumerated() {
          try connection.run(
            "INSERT INTO planEntry VALUES (?1,?2,?3,?4,?5,?6,?7)", .integer(run.value), .integer(Int64(position)),
            .text(entry.title), .text(entry.status.rawValue), .text(entry.intendedKind), .text(entry.intendedTarget),
            .text(entry.forecast?.rawValue ?? ""))
        }
        try connection.run("UPDATE run SET changedAt = ?2 WHERE id = ?1", .integer(run.value), .integer(change))
      }
      try log.append(agent, "plan of \(plan.count)", run: run) { $0.facts = PlanEntry.facts(plan) }
    }
  }

  /// What the last entry on a run's plan commits to, of the plan as it is.
  package func planFacts(of run: RunID) throws(JournalFault) -> Digest { PlanEntry.facts(try plan(of: run)) }

  /// Every prepared step of a run with the form it has.
  package func stagedForms(of run: RunID) throws(JournalFault) -> [StepID: Revision] {
    let rows = try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        "SELECT id, revision FROM step WHERE run = ?1 AND state = 'staged'", .integer(run.value)
      ) { (StepID($0.int(0)), Revision(Int($0.int(1)))) }
    }
    return Dictionary(rows) { first, _ in first }
  }

  /// A person starts the agent again: an earlier stop holds no more.
  package func noteContinued(_ run: RunID, by person: Person) throws(JournalFault) {
    try setPaused(run, false, by: .person(person))
    try setFlag(run, "stopWanted", false, "continued", by: .person(person))
  }

  /// Runs with something decided that is not done yet.
  /// And sessions that nobody has said the end of.
  package func runsWithWork() throws(JournalFault) -> [RunID] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT id FROM run WHERE EXISTS (
          SELECT 1 FROM step WHERE run = run.id AND state IN ('approved', 'kept', 'performing'))
          OR state = 'live' AND session != ''
        """
      ) { RunID($0.int(0)) }
    }
  }

  /// What a person says of prepared results; nothing counts before the review is finished. On the trail all the same: a
  /// mark that somebody else made is none.
  package func mark(_ marks: [ReviewMark], by person: Person) throws(JournalFault) {
    try record { (log, change) throws(JournalFault) in
      for mark in marks {
        let list = mark.discarding.sorted().map(String.init).joined(separator: " ")
        try Self.sql { () throws(SQLiteFault) in
          try connection.run(
            """
            UPDATE step SET mark = ?2, discardedChanges = ?3, changedAt = ?4, markReason = coalesce(?5, markReason),
              markPainted = coalesce(?6, markPainted)
            WHERE id = ?1 AND state = 'staged'
            """, .integer(mark.step.value), .text(mark.mark.rawValue), .text(list), .integer(change),
            mark.reason.map { .text($0) } ?? .null, mark.painted.map { .text($0) } ?? .null)
        }
        guard let step = try self.step(mark.step), step.state == .staged else { continue }
        try log.append(.person(person), "marked", run: step.run, step: step.id, note: step.markReason) {
          $0.describe(step, digests: false)
          $0.reasonCode = step.markWords
          $0.painted = step.markPainted
        }
      }
    }
  }

  /// Remembers who was written to, so that a first message to somebody is called out.
  package func remember(mailboxes: [String]) throws(JournalFault) {
    try write { () throws(JournalFault) in
      let now = clock.wall()
      try Self.sql { () throws(SQLiteFault) in
        for mailbox in mailboxes {
          try connection.run(
            "INSERT INTO recipient VALUES (?1, ?2) ON CONFLICT DO NOTHING", .text(mailbox), .integer(now.milliseconds))
        }
      }
    }
  }

  package func knownMailboxes() throws(JournalFault) -> Set<String> {
    try Self.sql { () throws(SQLiteFault) in Set(try connection.rows("SELECT mailbox FROM recipient") { $0.text(0) }) }
  }
}

/// A person's mark on a prepared result.
package struct ReviewMark: Hashable, Sendable {
  package let step: StepID
  package let mark: Mark
  package let discarding: Set<Int>
  /// Why something is left out; nil keeps what was said.
  package let reason: String?
  /// What of it was shown; nil keeps what was.
  package let painted: String?
  package init(
    _ step: StepID, _ mark: Mark, discarding: Set<Int>, reason: String? = nil, painted: String? = nil
  ) {
    self.step = step
    self.mark = mark
    self.discarding = discarding
    self.reason = reason
    self.painted = painted
  }
}

extension StepSummary {
  /// Its mark as an entry of the trail has it: `keep without 1 3`, changes counted from 1.
  package var markWords: String {
    let out = discardedChanges.sorted().map { String($0 + 1) }.joined(separator: " ")
    return out.isEmpty ? mark.rawValue : "\(mark.rawValue) without \(out)"
  }
}

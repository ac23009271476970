// The journal the gate writes to: every transition one compare-and-set inside one transaction with its leaves.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore: Journal {
  package func propose(_ new: NewStep, by agent: Actor, events: [StepEvent]) throws(JournalFault) -> StepSummary {
    try record { (log, change) throws(JournalFault) in
      let step = try enter(new, by: agent, events: events, &log, change)
      if Breaker.failures.contains(step.state) { try pauseIfFruitless(step.run, &log, change) }
      return step
    }
  }

  /// A step's entry, inside a transaction.
  func enter(
    _ new: NewStep, by agent: Actor, events: [StepEvent], _ log: inout LogAppender, _ change: Int64
  ) throws(JournalFault) -> StepSummary {
    var state = StepState.proposed
    for event in events {
      guard let next = state.after(event) else {
        throw JournalFault(.illegal, "\(state.rawValue) has no \(event.rawValue)")
      }
      state = next
    }
    let before = new.findings.isEmpty ? [] : try findings(of: new.run).map(\.id)
    let step = try insert(new, state: state, change: change)
    try spend(step, replacing: new.replaces)
    let flags = new.findings.isEmpty ? "" : try reported(step.id, new, before)
    try log.append(agent, "proposed", run: new.run, step: step.id) {
      $0.describe(step, digests: false)
      $0.origin = flags
      $0.facts = step.facts(undoes: new.undoes, salt: new.salt)
    }
    for event in events {
      let actor = event == .begin ? Actor.performer : .policy
      try log.append(actor, event.record, run: new.run, step: step.id) {
        $0.describe(step, digests: true)
        if event == .hold, step.reach.spending.contains(where: \.isPast) { $0.reasonCode = "past-budget" }
      }
    }
    // What a person has decided meanwhile is not taken back by a new proposal.
    if let old = new.replaces, try self.step(old)?.state == .staged {
      try move(
        Transition(
          step: old, event: .withdraw, actor: .performer, reasonCode: "replaced", reason: "replaced by #\(step.number)"),
        &log, change)
    }
    return step
  }

  private func reported(_ step: StepID, _ new: NewStep, _ before: [Int64]) throws(JournalFault) -> String {
    let now = try findings(of: new.run)
    let there = Set(now.map(\.id))
    return ReportedFlags.words(
      now.filter { $0.step == step }.map { ($0.id, $0.finding.facts(salt: new.salt)) },
      replaced: before.filter { !there.contains($0) })
  }

  package func apply(_ transitions: [Transition]) throws(JournalFault) {
    guard !transitions.isEmpty else { return }
    try record { (log, change) throws(JournalFault) in
      var failed: Set<RunID> = []
      for transition in transitions {
        if let run = try move(transition, &log, change) { failed.insert(run) }
      }
      for run in failed { try pauseIfFruitless(run, &log, change) }
    }
  }

  package func action(of step: StepID) throws(JournalFault) -> (bytes: [UInt8], digest: Digest) {
    let found = try Self.sql { () throws(SQLiteFault) in
      try connection.first(
        "SELECT b.action, s.effectDigest FROM step s JOIN stepBody b ON b.step = s.id WHERE s.id = ?1",
        .integer(step.value)
      ) {
        ($0.bytes(0), $0.bytes(1))
      }
    }
    guard let found, let digest = Digest(found.1) else { throw JournalFault(.noSuchStep) }
    return (found.0, digest)
  }

  /// One step, nil when there is none.
  package func step(_ id: StepID) throws(JournalFault) -> StepSummary? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT \(StepRow.columns) FROM step WHERE id = ?1", .integer(id.value)) {
        StepRow.summary($0)
      }
    } ?? nil
  }

  private func insert(_ new: NewStep, state: StepState, change: Int64) throws(JournalFault) -> StepSummary {
    let now = clock.wall()
    let (verdict, origin) = (new.verdict, new.verdict.origin)
    return try Self.sql { () throws(SQLiteFault) in
      let number =
        try connection.first("SELECT COALESCE(MAX(number), 0) + 1 FROM step WHERE run = ?1", .integer(new.run.value)) {
          Int($0.int(0))
        } ?? 1
      try connection.run(
        """
        INSERT INTO step (run, number, plan, state, revision, kind, target, claimTitle, claimReason, claimKind, level,
          rule, originFile, originLine, isFloor, reasons, brokenRules, evidence, reach, mustBeSeen, salt,
          effectDigest, policyDigest, previewDigest, proposedAt, changedAt, basis, allowsBulk, undoes, isRelayed,
          hold, expires, raisedFrom, waitsSince, callID)
        VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29,?30,?31,?32,?33,?34,?35)
        """,
        .integer(new.run.value), .integer(Int64(number)), new.plan.map { .integer(Int64($0)) } ?? .null,
        .text(state.rawValue), .integer(1), .text(new.action.kind.rawValue), .text(new.action.effect.target),
        .text(new.claims.title), .text(new.claims.reason), .text(new.claims.kind), .text(verdict.level.rawValue),
        .text(verdict.rule), .text(origin?.file ?? ""), .integer(Int64(origin?.line ?? 0)),
        .integer(verdict.isFloor ? 1 : 0), StepRow.strings(verdict.reasons), StepRow.strings(verdict.brokenRules),
        StepRow.strings(new.action.evidence), StepRow.reach(new.reach), .integer(new.action.mustBeSeenWhole ? 1 : 0),
        .blob(new.salt), .blob(new.effectDigest.bytes), .blob(new.policyDigest.bytes), .blob(new.previewDigest.bytes),
        .integer(now.milliseconds), .integer(change), new.basis.map { .blob($0.bytes) } ?? .null,
        .integer(verdict.allowsBulk ? 1 : 0), new.undoes.map { .integer($0.value) } ?? .null,
        .integer(new.isRelayed ? 1 : 0), .integer(Int64(verdict.hold)), .integer(Int64(verdict.expires)),
        new.raisedFrom.map { .integer($0.value) } ?? .null,
        state == .waiting ? .integer(now.milliseconds) : .null, .text(new.callID))
      let id = StepID(connection.lastInsertID)
      try connection.run(
        "INSERT INTO stepBody VALUES (?1, ?2, ?3, ?4)", .integer(id.value),
        .blob(new.action.canonicalBytes(salt: new.salt)), .blob(new.previewBytes), .text(new.docket))
      for finding in new.findings { try insert(finding, run: new.run, step: id) }
      return StepSummary(new, id: id, number: StepNumber(number), state: state, proposedAt: now)
    }
  }

  /// - Returns: the run of a step that has come to nothing by it.
  @discardableResult
  private func move(
    _ transition: Transition, _ log: inout LogAppender, _ change: Int64
  ) throws(JournalFault) -> RunID? {
    guard let step = try step(transition.step) else { throw JournalFault(.noSuchStep) }
    if let answer = transition.answer {
      try log.append(.agent("#\(step.number) answered"), "said", run: step.run, note: answer)
    }
    let level = transition.revised?.verdict.level ?? step.verdict.level
    guard let next = step.state.after(transition.event, at: level) else {
      throw refusal(step, transition)
    }
    if let effect = transition.effect, effect != step.effectDigest {
      throw JournalFault(.changed, "#\(step.number) was changed before it began")
    }
    if let shown = transition.shown { try check(shown, step) }
    // A hold is no courtesy of the performer: before its time nothing is permitted.
    if transition.event == .begin, let due = step.dueAt, clock.wall() < due {
      throw JournalFault(.illegal, "#\(step.number) is held until \(due.clock(offset: clock.zone))")
    }
    let salt = try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT salt FROM step WHERE id = ?1", .integer(step.id.value)) { $0.bytes(0) }
    }
    var recorded = step
    var facts: Digest?
    if let revised = transition.revised {
      try rewrite(step, as: revised)
      // What a form does not change stays as it is in the row.
      guard let now = try self.step(step.id) else { throw JournalFault(.noSuchStep) }
      try spend(now, replacing: nil)
      recorded = now
      facts = now.facts(undoes: try undone(by: step.id), salt: revised.salt)
    }
    let isDecision = transition.event.isDecision
    let now = clock.wall()
    let due = transition.event == .approve ? self.due(transition, step, now) : nil
    try Self.sql { () throws(SQLiteFault) in
      try connection.run(
        """
        UPDATE step SET state = ?2, changedAt = ?3, reason = CASE WHEN ?4 <> '' THEN ?4 WHEN ?2 = 'done' OR ?5 THEN '' ELSE reason END,
          decidedBy = CASE WHEN ?5 THEN ?6 ELSE decidedBy END, decidedAt = CASE WHEN ?5 THEN ?7 ELSE decidedAt END,
          painted = CASE WHEN ?5 THEN ?8 ELSE painted END, dueAt = CASE WHEN ?10 THEN dueAt ELSE ?9 END, waitsSince = CASE WHEN ?11 THEN ?7 ELSE waitsSince END
        WHERE id = ?1
        """,
        .integer(step.id.value), .text(next.rawValue), .integer(change), .text(transition.reason),
        .integer(isDecision ? 1 : 0), .text(transition.event == .takeBack ? "" : transition.actor.name),
        .integer(now.milliseconds),
        .text(transition.shown?.painted ?? ""), due.map { .integer($0.milliseconds) } ?? .null,
        .integer([.begin, .succeed, .fail].contains(transition.event) ? 1 : 0),
        .integer(next == .waiting && step.state != .waiting ? 1 : 0))
    }
    try log.append(transition.actor, transition.event.record, run: step.run, step: step.id) { leaf in
      leaf.describe(recorded, digests: true)
      leaf.facts = facts
      leaf.painted = transition.shown?.painted ?? ""
      // Of what was approved it ends the yes, and nothing else would say so.
      let ends =
        transition.revised == nil
        ? "" : next == .refused ? ", forbidden now" : step.state == .approved ? ", the yes to it counts no more" : ""
      leaf.reasonCode = due.map { "due \($0.rfc3339)" } ?? transition.reasonCode + ends
      if !transition.reason.isEmpty { leaf.commitment = Hashing.sha256((salt ?? []) + Array(transition.reason.utf8)) }
    }
    guard transition.event == .succeed else { return Breaker.failures.contains(next) ? step.run : nil }
    guard let undone = try undone(by: step.id), try self.step(undone)?.state == .done else { return nil }
    try move(
      Transition(
        step: undone, event: .undo, actor: transition.actor, reasonCode: "undone", reason: "undone by #\(step.number)"),
      &log, change)
    // What an undo had put back is in effect again once that is undone.
    guard let first = try self.undone(by: undone), try self.step(first)?.state == .undone else { return nil }
    try move(
      Transition(
        step: first, event: .redo, actor: transition.actor, reasonCode: "redone",
        reason: "in effect again by #\(step.number)"),
      &log, change)
    return nil
  }

  /// The step that another puts back.
  package func undone(by step: StepID) throws(JournalFault) -> StepID? {
    try Self.sql { () throws(SQLiteFault) in
      try connection.first("SELECT undoes FROM step WHERE id = ?1 AND undoes IS NOT NULL", .integer(step.value)) {
        StepID($0.int(0))
      }
    }
  }

  /// When an approval takes effect; nil for at once.
  private func due(_ transition: Transition, _ step: StepSummary, _ now: Timestamp) -> Timestamp? {
    if let chosen = transition.dueAt { return chosen }
    // A yes to whether something happened does nothing that could be taken back.
    guard step.verdict.hold > 0, !step.isQuestionOnly else { return nil }
    return Timestamp(milliseconds: now.milliseconds + Int64(step.verdict.hold) * 1_000)
  }

  /// The form that gives way is kept: the record speaks of what was shown then.
  private func rewrite(_ step: StepSummary, as new: NewStep) throws(JournalFault) {
    try Self.sql { () throws(SQLiteFault) in
      try connection.run(
        """
        INSERT INTO stepForm SELECT s.id, s.revision, s.target, b.action, b.preview, b.docket, s.salt
        FROM step s JOIN stepBody b ON b.step = s.id WHERE s.id = ?1
        """, .integer(step.id.value))
      try connection.run(
        """
        UPDATE step SET revision = revision + 1, kind = ?2, target = ?3, level = ?4, rule = ?5, originFile = ?6,
          originLine = ?7, isFloor = ?8, reasons = ?9, brokenRules = ?10, evidence = ?11, reach = ?12, mustBeSeen = ?13,
          salt = ?14, effectDigest = ?15, policyDigest = ?16, previewDigest = ?17, basis = ?18, allowsBulk = ?19, hold = ?20,
          expires = ?21,
          mark = 'undecided', discardedChanges = '' WHERE id = ?1
        """,
        .integer(step.id.value), .text(new.action.kind.rawValue), .text(new.action.effect.target),
        .text(new.verdict.level.rawValue), .text(new.verdict.rule), .text(new.verdict.origin?.file ?? ""),
        .integer(Int64(new.verdict.origin?.line ?? 0)), .integer(new.verdict.isFloor ? 1 : 0),
        StepRow.strings(new.verdict.reasons), StepRow.strings(new.verdict.brokenRules),
        StepRow.strings(new.action.evidence), StepRow.reach(new.reach), .integer(new.action.mustBeSeenWhole ? 1 : 0),
        .blob(new.salt), .blob(new.effectDigest.bytes), .blob(new.policyDigest.bytes), .blob(new.previewDigest.bytes),
        new.basis.map { .blob($0.bytes) } ?? .null, .integer(new.verdict.allowsBulk ? 1 : 0),
        .integer(Int64(new.verdict.hold)), .integer(Int64(new.verdict.expires)))
      try connection.run(
        "UPDATE stepBody SET action = ?2, preview = ?3, docket = ?4 WHERE step = ?1", .integer(step.id.value),
        .blob(new.action.canonicalBytes(salt: new.salt)), .blob(new.previewBytes), .text(new.docket))
    }
  }

  private func check(_ shown: Shown, _ step: StepSummary) throws(JournalFault) {
    guard shown == Shown(step, painted: shown.painted) else {
      throw JournalFault(.changed, "it changed after it was shown; look again")
    }
  }

  private func refusal(_ step: StepSummary, _ transition: Transition) -> JournalFault {
    if case .person = transition.actor, !step.decidedBy.isEmpty, let at = step.decidedAt {
      return JournalFault(
        .alreadyDecided,
        "#\(step.number) is already \(step.state.rawValue), decided by \(step.decidedBy) at \(at.clock(offset: clock.zone))"
      )
    }
    if step.verdict.level == .forbidden, [.approve, .keep, .begin].contains(transition.event) {
      return JournalFault(.illegal, "policy forbids #\(step.number); nobody can approve it here")
    }
    return JournalFault(
      .illegal, "#\(step.number) is \(step.state.rawValue); it can’t be \(transition.event.record) now")
  }
}

extension Leaf {
  mutating func describe(_ step: StepSummary, digests: Bool) {
    self.step = step.number
    revision = step.revision
    kind = step.kind.rawValue
    guard digests else { return }
    level = step.verdict.level.rawValue
    rule = step.verdict.rule
    origin = step.verdict.origin?.description ?? ""
    policy = step.policyDigest
    effect = step.effectDigest
    preview = step.previewDigest
  }
}

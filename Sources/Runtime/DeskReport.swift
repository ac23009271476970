// `ringi list` and `ringi show`: the desk as text or JSON.

import Domain
import EffectPreview
import GateKeeper
import Wire

package struct DeskReport {
  private let desk: Desk
  package init(_ desk: Desk) { self.desk = desk }

  /// A host that died in the middle of something is looked after by whoever looks.
  package func lookAfter() -> DeskReport {
    _ = try? RunStarter.attendAll(desk, but: nil)
    return self
  }

  package func list(run: Int64?, json: Bool) throws(RuntimeFault) -> String {
    guard let run else {
      let runs = try journalled { () throws(JournalFault) in try desk.store.runs() }
      if json { return runs.map { Self.json($0, folders: folders(of: $0)).text + "\n" }.joined() }
      if runs.isEmpty { return "Nothing has run on this desk yet. Try `ringi demo`.\n" }
      return runs.map { run in
        let note = run.note.isEmpty ? "" : "  \(Plain.safe(run.note))"
        return
          "run \(run.id)  \(run.workspace)  \(run.agent)  \(state(run))  \(Self.words(run.counts))\(note)\n"
      }.joined()
    }
    guard try journalled({ () throws(JournalFault) in try desk.store.run(RunID(run)) }) != nil else {
      throw RuntimeFault(.usage, "there is no run \(run); `ringi list` has them")
    }
    let steps = try journalled { () throws(JournalFault) in try desk.store.steps(of: RunID(run)).steps }
    if json { return steps.map { Self.json($0).text + "\n" }.joined() }
    return steps.map { Self.line($0, zone: desk.store.clock.zone) + "\n" }.joined()
  }

  private func folders(of run: RunSummary) -> [String] {
    let loaded = try? WorkspaceLoader.load(run.directory, desk: desk.directory)
    return loaded?.workspace.folders.map(\.path) ?? []
  }

  /// Every step is in one of them.
  private static func words(_ counts: RunSummary.Counts) -> String {
    let always = ["\(counts.waiting) waiting", "\(counts.prepared) prepared", "\(counts.done) done"]
    let some = [
      (counts.undone, "undone"), (counts.held, "approved, held"), (counts.refused, "refused"),
      (counts.rejected, "rejected"),
      (counts.discarded, "discarded"), (counts.failed, "failed"), (counts.withdrawn, "withdrawn"),
    ]
    return (always + some.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }).joined(separator: " · ")
  }

  private func state(_ run: RunSummary) -> String {
    let isAlone = run.needsHost && !RunPulse.isLive(desk.directory, run)
    return run.stateWord + (run.failureWords.isEmpty ? "" : ", program failed")
      + (run.isPaused && !run.state.isOver ? ", paused" : "") + (isAlone ? ", no host" : "")
  }

  /// - Parameter zone: seconds east of UTC, for the time something is set for.
  static func line(_ step: StepSummary, zone: Int) -> String {
    let due = step.state == .approved ? step.dueAt.map { "  (for \($0.minute(offset: zone)))" } : nil
    let reason = due ?? (step.reason.isEmpty ? "" : "  (\(Outbox.brief(step.reason)))")
    return Plain.safe(
      "\(step.run).\(step.number)  \(step.verdict.level.letter)  \(step.stateWord)  \(step.kind.rawValue)  \(step.targetInLists)\(reason)"
    )
  }

  package func show(_ address: StepAddress, json: Bool) throws(RuntimeFault) -> String {
    let (step, preview) = try self.step(address)
    if json {
      var members = Self.json(step).members ?? []
      members.append(.init("docket", .array(Docket(step).lines.map { .string("\($0.label): \($0.value)") })))
      members.append(
        .init(
          "preview",
          .array(
            preview.lines.map {
              ["sign": .string(Self.sign($0.role)), "number": .int(Int64($0.number)), "text": .string($0.text)]
            })))
      members.append(.init("leftOut", .array(step.discardedChanges.sorted().map { .int(Int64($0 + 1)) })))
      return JSON.object(members).pretty
    }
    return text(step, preview) + (try said(of: step))
  }

  /// What people have said since of the flags that a step handed over.
  private func said(of step: StepSummary) throws(RuntimeFault) -> String {
    guard step.kind == .findingReport else { return "" }
    let rows = try journalled { () throws(JournalFault) in try desk.store.findings(of: step.run) }
      .filter { $0.step == step.id && !$0.decidedBy.isEmpty }
    guard !rows.isEmpty else { return "" }
    var out = ["  ────", "  said of them since"]
    for row in rows {
      let name = "\(row.level.word) \(row.finding.clause)"
      if row.humanLevel != nil {
        out.append("  \(name): \(row.levelBy) changed it from \(row.finding.level.word): \(row.levelReason)")
      }
      let why = row.markReason.isEmpty ? "" : ": \(row.markReason)"
      switch row.mark {
      case .undecided: break
      case .keep:
        out.append(
          "  \(name): \(row.redlineBy) \(row.hasRedline ? "kept the redline\(row.isInPart ? " in part" : "")" : "agreed")\(why)"
        )
      case .discard:
        out.append("  \(name): \(row.redlineBy) \(row.hasRedline ? "discarded the redline" : "disagreed")\(why)")
      }
      if row.isRewritten, !row.isInPart { out.append("  \(name): its redline has a person’s words") }
    }
    return out.map { Plain.safe($0) + "\n" }.joined()
  }

  /// For programs that poll: no preview, no words of an agent.
  package func status(_ address: StepAddress) throws(RuntimeFault) -> String {
    let (step, _) = try self.step(address)
    let value: JSON = .of([
      "step": .string("\(step.run).\(step.number)"), "state": .string(step.state.rawValue),
      "kind": .string(step.kind.rawValue), "target": .string(step.target),
      "reason": .string(
        step.state == .refused && step.reason.isEmpty ? step.verdict.reasons.joined(separator: "; ") : step.reason),
      "decidedBy": step.decidedBy.isEmpty || step.state.isOpen ? nil : .string(step.decidedBy),
    ])
    return value.text + "\n"
  }

  func step(_ address: StepAddress) throws(RuntimeFault) -> (StepSummary, Preview) {
    let found = try journalled { () throws(JournalFault) -> (StepSummary, [UInt8])? in
      guard let step = try desk.store.step(address.step, of: address.run) else { return nil }
      return (step, try desk.store.previewBytes(of: step.id) ?? [])
    }
    guard let found else { throw RuntimeFault(.usage, "there is no step \(address.run).\(address.step)") }
    guard let preview = try? Preview(bytes: found.1) else {
      throw RuntimeFault(.fault, "the stored preview can't be read")
    }
    return (found.0, preview)
  }

  func text(_ step: StepSummary, _ preview: Preview) -> String {
    let docket = Docket(step)
    let zone = desk.store.clock.zone
    var out = [Plain.safe("\(docket.title)   \(step.verdict.level.rawValue), \(step.stateWord)")]
    func add(_ label: String, _ value: String) { out.append("  " + Plain.safe("\(label)  \(value)")) }
    // Who decided it, and what came of it since, are two things.
    if !step.decidedBy.isEmpty {
      add(step.state.isOpen ? "decided before" : "decided", "by \(step.decidedBy)\(Self.when(step.decidedAt, zone))")
      if !step.painted.isEmpty { add("shown", step.painted) }
    }
    if step.state == .approved, let due = step.dueAt { add("due", due.minute(offset: zone)) }
    if !step.reason.isEmpty { add(step.state.word, step.reason) }
    for line in docket.lines where step.state.isOpen || line.label != "when" { add(line.label, line.value) }
    out.append("  ────")
    out += Self.lines(of: preview, without: step.discardedChanges)
    return out.joined(separator: "\n") + "\n"
  }

  private static func when(_ time: Timestamp?, _ zone: Int) -> String {
    time.map { " at \($0.date(offset: zone)) \($0.clock(offset: zone))" } ?? ""
  }

  /// - Parameter out: changes that a person has left out.
  static func lines(of preview: Preview, without out: Set<Int> = []) -> [String] {
    var change: Int?
    return preview.lines.flatMap { line -> [String] in
      // No line of an agent's begins here: each has its sign and a blank before it.
      let isOut = out.contains(line.change ?? -1)
      let isNext = (preview.changes > 1 || isOut) && line.change != nil && line.change != change
      if isNext { change = line.change }
      let head = isNext ? ["── change \((change ?? 0) + 1) of \(preview.changes)\(isOut ? ", left out" : "")"] : []
      if line.role == .gap, line.text.isEmpty { return head + [""] }
      return head + ["\(sign(line.role)) " + Plain.safe(line.text)]
    }
  }

  private static func sign(_ role: PreviewLine.Role) -> String {
    switch role {
    case .added: "+"
    case .removed: "-"
    case .gap: "~"
    case .warning: "!"
    case .context, .label, .content: " "
    }
  }

  /// - Parameter folders: those that its agent may touch, as they are defined now.
  static func json(_ run: RunSummary, folders: [String]) -> JSON {
    [
      "run": .int(run.id.value), "workspace": .string(run.workspace), "directory": .string(run.directory),
      "folders": .array(folders.map { .string($0) }),
      "agent": .string(run.agent), "grade": .string(run.grade.rawValue), "model": .string(run.model.description),
      "view": .string(run.view.rawValue), "state": .string(run.state.rawValue), "paused": .bool(run.isPaused),
      "note": .string(run.note),
      "waiting": .int(Int64(run.counts.waiting)), "prepared": .int(Int64(run.counts.prepared)),
      "done": .int(Int64(run.counts.done)), "undone": .int(Int64(run.counts.undone)),
      "refused": .int(Int64(run.counts.refused)),
      "rejected": .int(Int64(run.counts.rejected)), "held": .int(Int64(run.counts.held)),
      "discarded": .int(Int64(run.counts.discarded)), "failed": .int(Int64(run.counts.failed)),
      "withdrawn": .int(Int64(run.counts.withdrawn)),
    ]
  }

  static func json(_ step: StepSummary) -> JSON {
    [
      "run": .int(step.run.value), "step": .int(Int64(step.number.value)), "state": .string(step.state.rawValue),
      "level": .string(step.verdict.level.rawValue), "kind": .string(step.kind.rawValue),
      "target": .string(step.target),
      "rule": .string(step.verdict.rule), "reasons": .array(step.verdict.reasons.map { .string($0) }),
      "word": .string(step.stateWord),
      // A yes that counts no more decides nothing.
      "decidedBy": .string(step.state.isOpen ? "" : step.decidedBy),
      "decidedAt": .string(step.state.isOpen ? "" : step.decidedAt?.rfc3339 ?? ""),
      "shown": .string(step.state.isOpen ? "" : step.painted), "dueAt": .string(step.dueAt?.rfc3339 ?? ""),
      "reason": .string(step.reason),
      "claims": ["title": .string(step.claims.title), "reason": .string(step.claims.reason)],
    ]
  }
}

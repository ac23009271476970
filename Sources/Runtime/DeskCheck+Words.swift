// What people said that is no step's: runs, incidents, levels for a kind, words on flags, each held against its entries.

import AuditVerify
import Domain
import GateKeeper
import Storage

extension DeskCheck {
  /// The first row that says something else than the log; nil where all agree.
  func words() throws(JournalFault) -> String? {
    let told = try Told(store)
    if let fault = try runs(told) { return fault }
    if let fault = try incidents(told) { return fault }
    if let fault = try standing(told) { return fault }
    if let fault = try reported(told) { return fault }
    if let fault = try recipients() { return fault }
    return try flags(told)
  }

  /// What the entries tell of these rows.
  private struct Told {
    struct Entry {
      let fields: [String: String]
      let words: String
      var actor: String { fields["actor"] ?? "" }
    }
    /// By the name an entry gives to what it speaks of: `incident 3`.
    var named: [String: [Entry]] = [:]
    /// What the last entry on the plan of a run commits to.
    var plans: [String: String] = [:]
    /// By run.
    var runs: [String: [Entry]] = [:]
    var flags: [Entry] = []
    /// What reports of flags brought, in order.
    var reports: [(entry: Entry, reported: [Int64: String], replaced: [Int64])] = []

    init(_ store: DeskStore) throws(JournalFault) {
      var from: Int64 = 0
      while true {
        let notes = try store.leafNotes(from: from, count: 4_096)
        guard let last = notes.last else { return }
        for note in notes {
          guard let fields = ReadLeaf(note.bytes)?.fields else { continue }
          let entry = Entry(fields: fields, words: note.words)
          let event = fields["event"] ?? ""
          if event == "proposed", let words = fields["origin"], let read = ReportedFlags.read(words) {
            reports.append((entry, read.reported, read.replaced))
          } else if event.hasPrefix("plan of ") {
            plans[fields["run"] ?? ""] = fields["facts"]
          }
          if event.hasPrefix("incident ") || event.hasPrefix("level ") {
            named[fields["rule"] ?? "", default: []].append(entry)
          } else if event.hasPrefix("run ") || event == "stop asked" || event == "continued" {
            runs[fields["run"] ?? "", default: []].append(entry)
          } else if event.hasPrefix("flag ") || event.hasPrefix("redline ") {
            flags.append(entry)
          }
        }
        from = last.index + 1
      }
    }
  }

  private func runs(_ told: Told) throws(JournalFault) -> String? {
    let rows = try store.runs(limit: 1_000_000)
    let there = Set(rows.map(\.id.description))
    if let gone = told.runs.keys.filter({ !there.contains($0) }).min(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) {
      return "run \(gone) is gone from the desk"
    }
    for run in rows {
      guard let entries = told.runs[run.id.description],
        let start = entries.first(where: { $0.fields["event"] == "run started" })
      else { return "the log knows nothing of run \(run.id)" }
      // The agent's own name takes the place of the registry's once it has told it.
      let isStarted = start.actor == run.startedBy || run.startedBy.isEmpty && start.fields["facts"] == nil
      guard isStarted, start.fields["rule"] == run.agent else {
        return "run \(run.id) was started by another person or with another agent than it says"
      }
      // Before this was recorded the grade stood in no entry.
      if let grade = start.fields["reason-code"], !grade.isEmpty {
        let definition = RunSummary.definition(
          directory: run.directory, command: run.command, view: run.view, shown: run.shown)
        guard grade == run.grade.rawValue, start.fields["origin"] == run.model.description, start.words == run.goal,
          start.fields["effect"] == definition.description
        else { return "run \(run.id) was started with another goal, grade, model, folder or command than it says" }
      }
      if let facts = start.fields["facts"] {
        guard facts == RunSummary.facts(workspace: run.workspace, session: run.session).description,
          Self.isTimed(start.fields, run.startedAt)
        else { return "run \(run.id) was started at another time or in another workspace than it says" }
      }
      if let plan = told.plans[run.id.description], plan != (try store.planFacts(of: run.id).description) {
        return "the plan of run \(run.id) is not the one that was recorded"
      }
      func isSet(by on: String, not off: String) -> Bool {
        entries.last { [on, off].contains($0.fields["event"] ?? "") }?.fields["event"] == on
      }
      guard isSet(by: "run paused", not: "run resumed") == run.isPaused,
        try isSet(by: "stop asked", not: "continued") == store.stopWanted(run.id)
      else { return "run \(run.id) is not paused or stopped as the log tells" }
      let paused = entries.last { $0.fields["event"] == "run paused" }
      guard !run.isPaused || paused?.words == run.pausedWhy else {
        return "run \(run.id) is paused for another reason than the log tells"
      }
      let states = Set(RunState.allCases.map { "run \($0.rawValue)" })
      let state = entries.last { states.contains($0.fields["event"] ?? "") }
      guard
        state.map({ $0.fields["event"] == "run \(run.state.rawValue)" && $0.words == run.note })
          ?? (run.state == .starting)
      else { return "run \(run.id) is not in the state that the log tells, or says another thing of it" }
    }
    return nil
  }

  private func incidents(_ told: Told) throws(JournalFault) -> String? {
    let rows = Dictionary(uniqueKeysWithValues: try store.incidents(limit: 1_000_000).map { ("incident \($0.id)", $0) })
    for (name, entries) in told.named.sorted(by: { $0.key < $1.key }) where name.hasPrefix("incident ") {
      guard let row = rows[name] else { return "\(name) is gone from the desk" }
      let raised = entries.first { $0.fields["event"] == "incident raised" }
      let closed = entries.last { $0.fields["event"] == "incident closed" }
      guard Self.isTimed(raised?.fields, row.raisedAt), Self.isTimed(closed?.fields, row.closedAt),
        raised?.fields["run"] ?? "" == row.run?.description ?? "",
        raised?.fields["step"] ?? "" == row.step?.description ?? ""
      else { return "\(name) has another time, run or step than was recorded" }
      guard raised?.words == row.what, raised?.actor == row.raisedBy, closed?.words ?? "" == row.outcome,
        closed?.actor ?? "" == row.closedBy
      else { return "\(name) is not as it was recorded" }
    }
    let extra = rows.keys.sorted().first { told.named[$0] == nil }
    return extra.map { "the log knows nothing of \($0)" }
  }

  private func standing(_ told: Told) throws(JournalFault) -> String? {
    var rows: [String: StandingApproval] = [:]
    for row in try store.standing(of: nil, limit: 1_000_000) { rows["\(StandingApproval.origin) \(row.id)"] = row }
    for (name, entries) in told.named.sorted(by: { $0.key < $1.key }) where name.hasPrefix(StandingApproval.origin) {
      guard let row = rows[name], let set = entries.first(where: { $0.fields["event"] == "level set" }) else {
        return "\(name) is gone from the desk"
      }
      let isSame =
        set.fields["kind"] == row.kind.rawValue && set.fields["level"] == row.level.rawValue && set.actor == row.madeBy
        && set.fields["reason-code"] == "until \(row.expiresAt.rfc3339)"
        && set.fields["run"] == row.run.description && Self.isTimed(set.fields, row.madeAt)
      // A later word on the same kind takes its place without an entry of its own.
      let later = rows.values.filter { $0.id > row.id && $0.run == row.run && $0.kind == row.kind }.min {
        $0.id < $1.id
      }
      let revoked = entries.last { $0.fields["event"] == "level revoked" }?.actor ?? later?.madeBy ?? ""
      guard isSame, revoked == row.revokedBy else { return "\(name) is not as it was recorded" }
    }
    let extra = rows.keys.sorted().first { told.named[$0] == nil }
    return extra.map { "the log knows nothing of \($0)" }
  }

  /// Flags as they were reported, each still there unless a later report took its place.
  private func reported(_ told: Told) throws(JournalFault) -> String? {
    var wanted: [Int64: (facts: String, run: String)] = [:]
    for report in told.reports {
      for id in report.replaced { wanted[id] = nil }
      for (id, facts) in report.reported { wanted[id] = (facts, report.entry.fields["run"] ?? "") }
    }
    // Reports from before this was recorded say nothing of their flags.
    guard !wanted.isEmpty else { return nil }
    for run in try store.runs(limit: 1_000_000) {
      var salts: [StepID: [UInt8]] = [:]
      for row in try store.findings(of: run.id) {
        if salts[row.step] == nil { salts[row.step] = try firstSalt(row.step) }
        guard let own = wanted.removeValue(forKey: row.id) else { continue }
        guard own.run == run.id.description, own.facts == row.finding.facts(salt: salts[row.step] ?? []).description
        else { return "the flag “\(row.finding.clause)” of run \(run.id) is not the one that was reported" }
      }
    }
    return wanted.values.first.map { "a flag of run \($0.run) is gone from the desk" }
  }

  /// A step's salt when it was proposed.
  private func firstSalt(_ step: StepID) throws(JournalFault) -> [UInt8] {
    if let first = try store.form(of: step, at: Revision.first.value) { return first.salt }
    return try store.salt(of: step) ?? []
  }

  /// Who passes for written to before was: one too many would hide that a message is the first.
  private func recipients() throws(JournalFault) -> String? {
    var sent: Set<String> = []
    for run in try store.runs(limit: 1_000_000) {
      for step in try store.steps(of: run.id, in: [.done]) where step.kind == .mailSend {
        sent.formUnion((step.reach.outsideRecipients + step.reach.insideRecipients).map { Address($0).mailbox })
      }
    }
    let odd = try store.knownMailboxes().subtracting(sent).min()
    return odd.map { "no mail went to \($0), which passes for written to before" }
  }

  /// What an entry says of a redline, or of a flag without one.
  private static let marks: [String: Mark] = [
    "redline undecided": .undecided, "redline keep": .keep, "redline discard": .discard, "flag undecided": .undecided,
    "flag agreed": .keep, "flag disagreed": .discard,
  ]

  /// The last word on each flag, by its clause and document.
  private func flags(_ told: Told) throws(JournalFault) -> String? {
    for run in try store.runs(limit: 1_000_000) {
      for row in try store.findings(of: run.id) {
        let place = "\(row.finding.clause), \(row.finding.document)"
        // A later report can flag the same clause again, in a step of its own.
        let number = try store.step(row.step)?.number.description
        let own = told.flags.filter {
          $0.fields["run"] == run.id.description && $0.fields["step"] == number
            && ($0.words == place || $0.words.hasPrefix("\(place): "))
        }
        let level = own.last { $0.fields["event"]?.hasPrefix("flag level ") ?? false }
        let mark = own.last { Self.marks[$0.fields["event"] ?? ""] != nil }
        guard level?.fields["event"].map({ String($0.dropFirst("flag level ".count)) }) == row.humanLevel?.rawValue,
          (mark.flatMap({ Self.marks[$0.fields["event"] ?? ""] }) ?? .undecided) == row.mark
        else { return "the flag “\(place)” of run \(run.id) says another word than the log" }
      }
    }
    return nil
  }
}

// The rows beside the log held against it: a step's effect, preview, state and decider, the words that leaves commit
// to, the bytes of the blob store. The log proves itself; this proves that what the desk shows is what the log holds.

import AuditLog
import AuditVerify
import Domain
import EffectPreview
import GateKeeper
import Glibc
import Storage

struct DeskCheck {
  let store: DeskStore
  /// The desk's.
  let directory: String

  /// The first thing that does not fit, in one sentence; nil when all does.
  func firstFault() throws(JournalFault) -> String? {
    if let fault = try commitments() { return fault }
    if let fault = try words() { return fault }
    for run in try store.runs(limit: 1_000_000) {
      let steps = try store.steps(of: run.id).steps
      for step in steps {
        if let fault = try check(step) ?? outbox(step) { return "step \(run.id).\(step.number): \(fault)" }
      }
      guard try store.stepCount(of: run.id) == steps.count else { return "run \(run.id) has steps that can't be read" }
    }
    if let fault = try registers().compactMap(changed).first { return fault }
    if let fault = try goneBytes() { return fault }
    return try store.firstBadBlob().map { "the stored bytes \($0.short)… are not the ones that were recorded" }
  }

  /// What lies in the outbox must be what was put there; what is there no more somebody has taken out.
  private func outbox(_ step: StepSummary) -> String? {
    guard let (name, digest) = Outbox.saved(in: step.reason), let bytes = Files.read("\(directory)/outbox/\(name)"),
      Hashing.sha256(bytes).description != digest
    else { return nil }
    return "its file in the outbox, \(name), is not the one that was put there"
  }

  /// Files of registers, by the digest they were written with.
  private func registers() throws(JournalFault) -> [(name: String, digest: String)] {
    try store.registerLeaves().compactMap { leaf in
      guard let fields = ReadLeaf(leaf.bytes)?.fields, fields["event"] == "register written",
        let digest = fields["effect"]
      else { return nil }
      return (leaf.name, digest)
    }
  }

  private func changed(_ register: (name: String, digest: String)) -> String? {
    guard let bytes = Files.read("\(directory)/registers/\(register.name)"),
      !register.digest.hasSuffix(Hashing.sha256(bytes).description)
    else { return nil }
    return "the register \(register.name) is not the one that was written"
  }

  /// How many registers that were written are there no more.
  func goneRegisters() throws(JournalFault) -> Int {
    try registers().count { access("\(directory)/registers/\($0.name)", F_OK) != 0 }
  }

  /// How many files that were put in the outbox are there no more.
  func takenOut() throws(JournalFault) -> Int {
    var count = 0
    for run in try store.runs(limit: 1_000_000) {
      count += try store.steps(of: run.id, in: [.done]).count { step in
        Outbox.saved(in: step.reason).map { access("\(directory)/outbox/\($0.name)", F_OK) != 0 } ?? false
      }
    }
    return count
  }

  /// Bytes that a step's effect names, in any of its forms, and that the desk has no more.
  private func goneBytes() throws(JournalFault) -> String? {
    let kept = try store.keptDigests()
    for run in try store.runs(limit: 1_000_000) {
      for step in try store.steps(of: run.id).steps {
        var forms = [try store.action(of: step.id).bytes]
        for revision in 1..<max(1, step.revision.value) {
          if let form = try store.form(of: step.id, at: revision) { forms.append(form.action) }
        }
        for bytes in forms {
          let needed = (try? Action(canonicalBytes: bytes))?.effect.keptDigests ?? []
          if let gone = needed.first(where: { !kept.contains($0) }) {
            return "step \(run.id).\(step.number): its stored bytes \(gone.short)… are gone from the desk"
          }
        }
      }
    }
    return nil
  }

  private func commitments() throws(JournalFault) -> String? {
    var from: Int64 = 0
    while true {
      let notes = try store.leafNotes(from: from, count: 4_096)
      guard let last = notes.last else { return nil }
      for note in notes {
        let fields = ReadLeaf(note.bytes)?.fields ?? [:]
        // Which step an entry belongs to is told by its bytes; the columns beside them are only for finding it.
        guard note.run == fields["run"], note.step == "" || note.step == fields["step"] else {
          return "entry #\(note.index) is filed under another step than its own"
        }
        if note.step == "", fields["effect"]?.isEmpty == false, fields["step"]?.isEmpty == false {
          return "the step of entry #\(note.index) is gone from the desk"
        }
        let committed = fields["commitment"] ?? ""
        guard !note.words.isEmpty else {
          // What a step's entry commits to stands in the step's own row.
          if !committed.isEmpty, note.step.isEmpty || !Self.isOfStep(fields["event"] ?? "") {
            return "the words beside entry #\(note.index) are gone"
          }
          continue
        }
        if Hashing.sha256(note.salt + Array(note.words.utf8)).description != committed {
          return "the words beside entry #\(note.index) are not the ones it was written with"
        }
      }
      from = last.index + 1
    }
  }

  private func check(_ step: StepSummary) throws(JournalFault) -> String? {
    let entries = try store.leafBytes(of: step.id)
    let leaves = entries.compactMap { ReadLeaf($0.bytes)?.fields }
    guard let described = leaves.last(where: { $0["effect"]?.isEmpty == false }) else {
      return "the log knows nothing of it"
    }
    let action = try store.action(of: step.id)
    guard Hashing.sha256(action.bytes) == action.digest, described["effect"] == action.digest.description else {
      return "its effect is not the one that was recorded"
    }
    guard let salt = try store.salt(of: step.id), let bytes = try store.previewBytes(of: step.id),
      let preview = try? Preview(bytes: bytes)
    else { return "its preview can't be read" }
    let kept = try store.docket(of: step.id)
    let docket = kept.isEmpty ? Docket(step, hasTimes: false, saysSaved: false).text : kept
    let digest = Hashing.sha256(salt + Array(preview.text(docket: docket).utf8))
    guard described["preview"] == digest.description else { return "what it shows is not what was shown" }
    // What the row says now must be what was shown, in one of the forms that Ringi has used.
    guard kept.isEmpty || Docket.forms(step).contains(kept) else {
      return "its row is not what was shown"
    }
    guard described["kind"] == step.kind.rawValue, described["level"] == step.verdict.level.rawValue else {
      return "its kind or level is not the recorded one"
    }
    // Entries from before this was recorded say nothing of it.
    if let facts = leaves.last(where: { $0["facts"] != nil })?["facts"] {
      let own = step.facts(undoes: try store.undone(by: step.id), salt: salt)
      guard facts == own.description, !kept.isEmpty else { return "its row is not the one that was recorded" }
      if let fault = Self.mark(step, entries) { return fault }
      // A decision that was taken back leaves its time.
      let hasTime = step.decidedAt == nil || leaves.contains { Self.decisions.contains($0["event"] ?? "") }
      guard hasTime else { return "it has the time of a decision that nobody made" }
      guard step.waitsSince != nil || !leaves.contains(where: { $0["event"] == StepEvent.hold.record }) else {
        return "it began to wait at another time than it says"
      }
    }
    if let since = step.waitsSince, !leaves.contains(where: { Self.isTimed($0, since) }) {
      return "it began to wait at another time than it says"
    }
    if let fault = Self.replay(leaves, to: step) { return fault }
    if let fault = try forms(step, leaves) { return fault }
    let words = Set(StepEvent.allCases.filter(\.isDecision).map(\.record))
    let word = leaves.last { $0["actor-kind"] == "person" && words.contains($0["event"] ?? "") }
    let decider = word?["event"] == StepEvent.takeBack.record ? "" : word?["actor"] ?? ""
    guard decider == step.decidedBy else {
      return decider.isEmpty
        ? "it says \(step.decidedBy) decided it, the log knows of no such decision"
        : "the log says that \(decider) decided it"
    }
    guard Self.isTimed(leaves.first, step.proposedAt), step.decidedBy.isEmpty || Self.isTimed(word, step.decidedAt)
    else {
      return "it was proposed or decided at another time than it says"
    }
    if let fault = try reason(step, leaves) { return fault }
    let approved = leaves.last { $0["event"] == StepEvent.approve.record }?["reason-code"] ?? ""
    if let due = step.dueAt, approved != "due \(due.rfc3339)" { return "the log knows of no such time for it" }
    return nil
  }

  private static let decisions = Set(StepEvent.allCases.filter(\.isDecision).map(\.record))

  /// What a person said of it in the review is the last that an entry speaks of; a new form takes it back.
  private static func mark(_ step: StepSummary, _ entries: [(bytes: [UInt8], words: String)]) -> String? {
    var (mark, reason, painted) = (Mark.undecided.rawValue, "", "")
    for entry in entries {
      guard let fields = ReadLeaf(entry.bytes)?.fields else { continue }
      if fields["facts"] != nil { mark = Mark.undecided.rawValue }
      guard fields["event"] == "marked" else { continue }
      (mark, reason, painted) = (fields["reason-code"] ?? "", entry.words, fields["painted"] ?? "")
    }
    return step.markWords == mark && step.markReason == reason && step.markPainted == painted
      ? nil : "it is marked in another way than the log tells"
  }

  /// A row is stamped in the transaction of its entry; a busy machine takes a moment in between.
  static func isTimed(_ entry: [String: String]?, _ time: Timestamp?) -> Bool {
    guard let time else { return entry == nil }
    let told = entry.flatMap { Timestamp(rfc3339: $0["time"] ?? "") }
    return told.map { abs($0.milliseconds - time.milliseconds) < 60_000 } ?? false
  }

  private static let events = Set(StepEvent.allCases.map(\.record))
  private static func isOfStep(_ event: String) -> Bool { events.contains(event) }

  /// Its reason and what was on the screen are the last that an entry speaks of.
  private func reason(_ step: StepSummary, _ leaves: [[String: String]]) throws(JournalFault) -> String? {
    let decisions = Set(StepEvent.allCases.filter(\.isDecision).map(\.record))
    let painted = leaves.last { decisions.contains($0["event"] ?? "") }?["painted"] ?? ""
    guard painted == step.painted else { return "what it says was on the screen is not what the log says" }
    var salts = [try store.salt(of: step.id) ?? []]
    for revision in 1..<max(1, step.revision.value) {
      if let form = try store.form(of: step.id, at: revision) { salts.append(form.salt) }
    }
    // Before schema 6 a decision without a reason left the reason before it.
    var wanted: [String] = [""]
    for leaf in leaves where Self.isOfStep(leaf["event"] ?? "") {
      let committed = leaf["commitment"] ?? ""
      if !committed.isEmpty {
        wanted = [committed]
      } else if leaf["event"] == StepEvent.succeed.record {
        wanted = [""]
      } else if decisions.contains(leaf["event"] ?? "") {
        wanted.append("")
      }
    }
    if step.reason.isEmpty { return wanted.contains("") ? nil : "its reason is gone" }
    let own = salts.map { Hashing.sha256($0 + Array(step.reason.utf8)).description }
    return own.contains(where: wanted.contains) ? nil : "its reason is not the one that was recorded"
  }

  /// The forms it had before, each held against the entries that speak of it.
  private func forms(_ step: StepSummary, _ leaves: [[String: String]]) throws(JournalFault) -> String? {
    let isOld = leaves.first?["facts"] == nil
    for revision in 1..<max(1, step.revision.value) {
      guard let form = try store.form(of: step.id, at: revision), !form.docket.isEmpty || isOld else {
        if isOld { continue }
        return "what is kept of its revision \(revision) is not what was recorded"
      }
      let preview = (try? Preview(bytes: form.preview))?.text(docket: form.docket) ?? ""
      let shown = Hashing.sha256(form.salt + Array(preview.utf8)).description
      let effect = Hashing.sha256(form.action).description
      for leaf in leaves where leaf["revision"] == "\(revision)" && leaf["effect"]?.isEmpty == false {
        guard leaf["effect"] == effect, form.docket.isEmpty || leaf["preview"] == shown else {
          return "what is kept of its revision \(revision) is not what was recorded"
        }
      }
    }
    return nil
  }

  /// The life of the step as its entries tell it, held against the state of its row.
  private static func replay(_ leaves: [[String: String]], to step: StepSummary) -> String? {
    // Before schema 3 a revision left a step where the plain table puts it, whatever its new level: both are honest.
    let isOld = !leaves.contains { $0["facts"] != nil }
    var states: Set<StepState> = [.proposed]
    for leaf in leaves {
      let level = TrustLevel(rawValue: leaf["level"] ?? "") ?? .watched
      let events = StepEvent.allCases.filter { $0.record == leaf["event"] }
      // Words on flags and messages about a step move nothing.
      guard !events.isEmpty else { continue }
      let next = states.flatMap { state in
        events.flatMap { [state.after($0, at: level), isOld ? state.after($0) : nil] }
      }.compactMap { $0 }
      guard !next.isEmpty else {
        return
          "the log has it \(leaf["event"] ?? "") while it was \(states.map(\.rawValue).sorted().joined(separator: " or "))"
      }
      states = Set(next)
    }
    return states.contains(step.state)
      ? nil
      : "it says \(step.state.rawValue), the log says \(states.map(\.rawValue).sorted().joined(separator: " or "))"
  }
}

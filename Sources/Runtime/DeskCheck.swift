// The rows beside the log held against it: a step's effect, preview, state and decider, the words that leaves commit
// to, the bytes of the blob store. The log proves itself; this proves that what the desk shows is what the log holds.

import AuditLog
import AuditVerify
import Domain
import EffectPreview
import GateKeeper
import Storage

struct DeskCheck {
  let store: DeskStore

  /// The first thing that does not fit, in one sentence; nil when all does.
  func firstFault() throws(JournalFault) -> String? {
    if let fault = try commitments() { return fault }
    for run in try store.runs(limit: 1_000_000) {
      for step in try store.steps(of: run.id).steps {
        if let fault = try check(step) { return "step \(run.id).\(step.number): \(fault)" }
      }
    }
    return try store.firstBadBlob().map { "the stored bytes \($0.short)… are not the ones that were recorded" }
  }

  private func commitments() throws(JournalFault) -> String? {
    var from: Int64 = 0
    while true {
      let notes = try store.leafNotes(from: from, count: 4_096)
      guard let last = notes.last else { return nil }
      for note in notes where !note.words.isEmpty {
        let committed = ReadLeaf(note.bytes)?.fields["commitment"] ?? ""
        if Hashing.sha256(note.salt + Array(note.words.utf8)).description != committed {
          return "the words beside entry #\(note.index) are not the ones it was written with"
        }
      }
      from = last.index + 1
    }
  }

  private func check(_ step: StepSummary) throws(JournalFault) -> String? {
    let leaves = try store.leafBytes(of: step.id).compactMap { ReadLeaf($0)?.fields }
    guard let described = leaves.last(where: { $0["effect"]?.isEmpty == false }),
      let last = leaves.last(where: Self.isOfTheStep)
    else {
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
    let docket = kept.isEmpty ? Docket(step, hasTimes: false).text : kept
    let digest = Hashing.sha256(salt + Array(preview.text(docket: docket).utf8))
    guard described["preview"] == digest.description else { return "what it shows is not what was shown" }
    // What the row says now must be what was shown, in one of the forms that Ringi has used.
    guard kept.isEmpty || Docket.forms(step).contains(kept) else {
      return "its row is not what was shown"
    }
    guard described["kind"] == step.kind.rawValue, described["level"] == step.verdict.level.rawValue else {
      return "its kind or level is not the recorded one"
    }
    if let state = Self.state(after: last["event"] ?? ""), state != step.state {
      return "it says \(step.state.rawValue), the log says \(state.rawValue)"
    }
    let words = Set(StepEvent.allCases.filter(\.isDecision).map(\.record))
    let word = leaves.last { $0["actor-kind"] == "person" && words.contains($0["event"] ?? "") }
    let decider = word?["event"] == StepEvent.takeBack.record ? "" : word?["actor"]
    if let decider, decider != step.decidedBy {
      return decider.isEmpty
        ? "it says \(step.decidedBy) decided it, the log says that this was taken back"
        : "the log says that \(decider) decided it"
    }
    return nil
  }

  private static func isOfTheStep(_ leaf: [String: String]) -> Bool { state(after: leaf["event"] ?? "") != nil }

  /// The state that a record of this event leaves behind; nil where the event leaves it open.
  private static func state(after record: String) -> StepState? {
    let events = StepEvent.allCases.filter { $0.record == record && $0 != .revise }
    let states = Set(StepState.allCases.flatMap { state in events.compactMap { state.after($0) } })
    return states.count == 1 ? states.first : nil
  }
}

// What `--plain` asks after the steps that wait: flags, the review, saved drafts.

import ConsoleUI
import Domain
import GateKeeper
import Glibc
import Storage

extension PlainDesk {
  /// Flags without a word that a word would still change something of.
  func openFlags() throws(RuntimeFault) -> [FindingRow] {
    let copies = try RedlineDesk(actions).copies(of: run)
    return try journalled { () throws(JournalFault) in try desk.store.findings(of: run) }.filter { row in
      guard row.mark == .undecided, row.level != .green else { return false }
      guard !row.wording.isEmpty, let copy = copies[row.finding.document] else { return true }
      return SettledCopy.obstacle(copy, row, .keep) == nil || !Self.isSettled(copy)
    }
  }

  private static func isSettled(_ copy: StepSummary) -> Bool {
    [.kept, .performing, .done, .discarded, .failed, .undone].contains(copy.state)
  }

  private enum FlagDeed { case yes, no, raise, lower, later }

  /// A flag nobody has said a word on; false when there is none.
  mutating func flag() throws -> Bool {
    let rows = try openFlags()
    let left = rows.filter { !flagsLeft.contains($0.id) }
    guard let row = left.min(by: { ($0.level, $0.id) < ($1.level, $1.id) }) else { return false }
    let finding = row.finding
    let place = finding.firstLine == 0 ? "missing" : "lines \(finding.firstLine) to \(finding.lastLine)"
    Plain.print("\n" + Plain.safe("\(row.level.word) \(finding.clause), \(finding.document), \(place)"))
    let changed = row.humanLevel == nil ? "" : "by \(row.decidedBy), from \(finding.level.word): \(row.levelReason)"
    for (name, text) in [
      ("Level changed", changed), ("The clause says", finding.text), ("The agent says why", finding.why),
      ("Standard position", finding.standard), ("Suggested redline", row.wording), ("Fallback", finding.fallback),
      ("Business impact", finding.impact), ("Escalate to", finding.escalation),
    ] where !text.isEmpty { Plain.print(Plain.lines("\(name): \(text)")) }
    let copy = try RedlineDesk(actions).copies(of: run)[finding.document]
    let isLate = copy.map {
      !row.wording.isEmpty && SettledCopy.obstacle($0, row, .discard) != nil && Self.isSettled($0)
    }
    let hasRedline = row.hasRedline
    var choices: [(deed: FlagDeed, words: String)] = [(.yes, hasRedline ? "keep the redline" : "agree with the flag")]
    if isLate != true { choices.append((.no, hasRedline ? "discard it, with a reason" : "disagree, with a reason")) }
    if row.level.raised != row.level { choices.append((.raise, "raise the level to \(row.level.raised.word)")) }
    if row.level.lowered != row.level { choices.append((.lower, "lower the level to \(row.level.lowered.word)")) }
    choices.append((.later, "later: skip it now"))
    let off = rows.count - left.count
    let count = "\(rows.count) flag\(rows.count == 1 ? "" : "s") undecided\(off > 0 ? ", \(off) of them put off" : "")."
    let deed = choices[try ask(count, choices.map(\.words)) - 1].deed
    switch deed {
    case .yes:
      try attempt("“\(finding.clause)”, yes") { () throws(RuntimeFault) in
        try actions.markRedline(row, .keep, run: run, reason: "")
      }
    case .no:
      guard let (_, reason) = try reason() else { return true }
      try attempt("“\(finding.clause)”, no: \(reason)") { () throws(RuntimeFault) in
        try actions.markRedline(row, .discard, run: run, reason: reason)
      }
    case .later: flagsLeft.insert(row.id)
    case .raise, .lower:
      let level = deed == .raise ? row.level.raised : row.level.lowered
      guard let (_, reason) = try reason() else { return true }
      try attempt("“\(finding.clause)” is \(level.word)") { () throws(RuntimeFault) in
        try actions.setLevel(row, level, run: run, reason: reason)
      }
    }
    return true
  }

  /// A saved draft that nobody has sent; false when there is none, or none that was not put off.
  mutating func saved() throws -> Bool {
    let done = try steps([.done, .waiting, .approved, .performing])
    let raised = Set(done.compactMap(\.raisedFrom))
    guard
      let draft = done.first(where: {
        $0.isSavedDraft && !raised.contains($0.id) && !draftsLeft.contains($0.id)
      })
    else { return false }
    let words = "#\(draft.number) is a saved draft, not sent: \(draft.targetInLists), \(draft.reach.topic)"
    switch try ask(Plain.safe(words), ["look at it", "raise its send, which is shown and asked about", "leave it"]) {
    case 1: _ = try show(draft)
    case 2:
      try attempt("the send of #\(draft.number); it is asked about next") { () throws(RuntimeFault) in
        _ = try actions.raiseSend(draft)
      }
    default: draftsLeft.insert(draft.id)
    }
    return true
  }

  /// The review, result by result, then its last word; false when nothing is prepared.
  func prepared() throws -> Bool {
    try actions.checkPrepared(run)
    let all = try steps([.staged])
    guard !all.isEmpty else { return false }
    if let step = all.first(where: { $0.mark == .undecided }) {
      let shown = try show(step)
      let left = all.count { $0.mark == .undecided }
      let choice = try ask(
        "#\(step.number) is prepared, \(left) undecided.", ["keep it", "discard it", "keep all that is left"])
      var why: String?
      if choice == 2 {
        guard let (_, reason) = try reason() else { return true }
        why = reason
      }
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      let marked = choice == 3 ? all.filter { $0.mark == .undecided && !$0.isClash } : [step]
      for other in marked {
        let painted = other.id == step.id ? painting.description : "not shown, with \(marked.count)"
        try actions.mark(
          other, choice == 2 ? .discard : .keep, discarding: other.discardedChanges, reason: why, painted: painted)
      }
      return true
    }
    Plain.print("\nfiles: together, all or nothing · calls: one by one · drafts: saved, not sent")
    for step in all {
      Plain.print(Plain.safe("\(step.mark == .keep ? "keep" : "discard")  #\(step.number) \(step.targetInLists)"))
    }
    switch try ask("Finish the review?", ["finish", "begin it again"]) {
    case 1:
      let counts = try actions.finishReview(run)
      Plain.print("Review finished: \(counts.kept) kept, \(counts.discarded) discarded.")
      if let path = try Register.write(desk, run) { Plain.print("Register: \(path)") }
    default:
      try actions.markAll(all, .undecided, painted: "")
    }
    return true
  }
}

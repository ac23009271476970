// What `--plain` asks of what is prepared: each result, its single changes, the last word; then saved drafts.

import ConsoleUI
import Domain
import EffectPreview
import GateKeeper
import Storage

extension PlainDesk {
  /// The review, result by result, then its last word; false when nothing is prepared.
  mutating func prepared() throws -> Bool {
    let stale = try actions.judgePrepared(run)
    if stale > 0 { Plain.print(DeskActions.judgedWords(stale)) }
    // Memos say what was said of their flags before they are shown.
    if let words = try actions.noteFlags(run) { Plain.print(Plain.safe(words)) }
    try actions.checkPrepared(run)
    let all = try steps([.staged])
    // What was all left for another time is not asked again.
    guard !all.allSatisfy({ $0.mark == .undecided && resultsLeft.contains($0.id) }) else { return false }
    let open = all.filter { $0.mark == .undecided }
    if let step = open.first(where: { !resultsLeft.contains($0.id) }) {
      try ask(step, open)
    } else {
      try finish(all)
    }
    return true
  }

  private mutating func ask(_ step: StepSummary, _ open: [StepSummary]) throws {
    let shown = try show(step)
    let text = try actions.editableText(step)
    let changes = try DeskReport(desk).step(StepAddress("\(run).\(step.number)")).1.changes
    let out = step.discardedChanges.count
    let choices = [
      out == 0 ? "keep it" : "keep it, without \(out) of its changes", "discard it, with a reason",
      step.canBeKeptWithOthers ? "keep all that is left" : nil,
      changes > 1 ? "leave single changes out, or take them in again" : nil,
      text == nil ? nil : "write your own version", "later: leave it undecided",
    ]
    let name = "#\(step.number) \(step.targetInLists)"
    let answer = try ask("#\(step.number) is prepared, \(open.count) undecided.", numbered: choices)
    // Until it was answered it stood there.
    let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
    switch answer {
    case 0 where step.isHeldCall && step.mustBeSeenWhole && shown.seen < shown.total:
      Plain.print("Not all of it was shown, and it can’t be taken back: it is shown again.")
    case 0:
      try attempt("\(name) is to be kept") { () throws(RuntimeFault) in
        try actions.mark(step, .keep, discarding: step.discardedChanges, painted: painting.description)
      }
    case 1:
      guard let (_, why) = try reason(.result) else { return }
      try attempt("\(name) is to be discarded: \(why)") { () throws(RuntimeFault) in
        try actions.mark(
          step, .discard, discarding: step.discardedChanges, reason: why, painted: painting.description)
      }
    case 2: try keepRest(open.filter(\.canBeKeptWithOthers), step, painting)
    case 3: try leaveOut(step, changes, painting)
    case 4:
      guard let text, let written = try rewrite(text) else { return }
      try attempt("your version of \(name); it is shown next") { () throws(RuntimeFault) in
        try actions.edit(step, text: written)
      }
    default: resultsLeft.insert(step.id)
    }
  }

  private func keepRest(_ steps: [StepSummary], _ shown: StepSummary, _ painting: Painting) throws {
    try attempt("\(steps.count) are to be kept") { () throws(RuntimeFault) in
      for step in steps {
        try actions.mark(
          step, .keep, discarding: step.discardedChanges,
          painted: step.id == shown.id ? painting.description : "not shown, with \(steps.count)")
      }
    }
  }

  private func leaveOut(_ step: StepSummary, _ changes: Int, _ painting: Painting) throws {
    let now = Self.list(step.discardedChanges)
    let text = try words(
      "\(now.isEmpty ? "All changes are in." : "Out now: \(now).") Which are to be out, as 2 or 1 3? All others are in then (0: none is out, Enter goes back)"
    )
    let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    guard !numbers.isEmpty else { return }
    guard numbers.allSatisfy({ (0...changes).contains($0) }) else {
      return Plain.print("It has changes 1 to \(changes).")
    }
    let out = Set(numbers.filter { $0 > 0 }.map { $0 - 1 })
    let why = out.isEmpty ? "" : try words("Why (Enter for no reason)")
    let back = Self.list(step.discardedChanges.subtracting(out))
    let again = back.isEmpty ? "" : ", and \(back) in again"
    let what =
      out.isEmpty ? "all of #\(step.number) is in" : "out of #\(step.number): \(Self.list(out))\(again)"
    try attempt(what) { () throws(RuntimeFault) in
      try actions.mark(step, .undecided, discarding: out, reason: why, painted: painting.description)
    }
  }

  private static func list(_ changes: Set<Int>) -> String {
    changes.sorted().map { "\($0 + 1)" }.joined(separator: ", ")
  }

  private mutating func finish(_ all: [StepSummary]) throws {
    Plain.print("\nfiles: together, all or nothing · calls: one by one · drafts: saved, not sent")
    for step in all {
      let out = step.discardedChanges.count
      let part = step.mark == .keep && out > 0 ? ", without \(out) of its changes" : ""
      let word = step.mark == .undecided ? "undecided, stays" : step.mark.rawValue
      Plain.print(Plain.safe("\(word)  #\(step.number) \(step.targetInLists)\(part)"))
      for warning in step.reach.warnings { Plain.print(Plain.safe("  careful: \(warning)")) }
    }
    let copies = try RedlineDesk(actions).copies(of: run)
    let unsaid = try flags().count {
      $0.mark == .undecided && $0.hasRedline && copies[$0.finding.document]?.mark == .keep
    }
    if unsaid > 0 {
      Plain.print("\(unsaid) redline\(unsaid == 1 ? "" : "s") in kept copies without a word of yours.")
    }
    let choices = [
      "finish", "begin it again", try flags().isEmpty ? nil : "go back to a flag", "look at one result again",
    ]
    switch try ask("Finish the review?", numbered: choices) {
    case 0:
      // Refused, it goes on with what has changed: that is asked again.
      let isFinished = try attempt("the review is finished") { () throws(RuntimeFault) in
        let counts = try actions.finishReview(run, listed: all)
        Plain.print("\(counts.kept) kept, \(counts.discarded) discarded.")
        if let path = try Register.write(desk, run) { Plain.print("Register: \(path)") }
      }
      // What was left undecided is left for another time.
      if isFinished { resultsLeft = Set(try steps([.staged]).filter { $0.mark == .undecided }.map(\.id)) }
    case 1:
      resultsLeft = []
      try actions.markAll(all, .undecided, painted: "")
    case 2: try anyFlag()
    default:
      let number = Int(try words("Its number (Enter goes back)").filter(\.isNumber))
      guard let step = all.first(where: { $0.number.value == number }) else { return }
      resultsLeft.remove(step.id)
      try actions.mark(step, .undecided, discarding: step.discardedChanges, painted: "")
    }
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
}

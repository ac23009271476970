// `--plain`: the console for a dumb terminal or a screen reader. The same decisions through the same actions, one
// numbered question at a time; nothing moves, nothing is drawn over. What goes out is shown whole before it is asked.

import ConsoleUI
import Domain
import EffectPreview
import GateKeeper
import Glibc
import Storage

package struct PlainDesk {
  let desk: Desk
  let run: RunID
  let actions: DeskActions
  private var skipped: Set<StepID> = []
  /// What was last said of this person's decisions.
  private var told: [StepID: StepState] = [:]
  private var hasAsked = false
  /// What the person wants to do while the agent waits for what was skipped; until something new waits for them.
  private enum Pause { case asking, reviewing, waiting }
  private var pause = Pause.asking
  var flagsLeft: Set<Int64> = []
  var resultsLeft: Set<StepID> = []
  /// What waits for its time is not asked about again.
  private var heldLeft = false
  var draftsLeft: Set<StepID> = []
  /// Lines between two pauses of a long preview.
  static let page = 40

  package init(_ desk: Desk, _ run: RunID) {
    self.desk = desk
    self.run = run
    actions = DeskActions(desk)
  }

  struct Leaving: Error {}

  /// Asks until nothing is left or the person leaves.
  package mutating func serve() throws(RuntimeFault) {
    try Front.needKeys()
    try tell("Run \(run). Answer each question with its number and Enter; 0 leaves, and the run goes on.")
    do {
      while try next() {}
    } catch is Leaving {
      Plain.print("Left. `ringi --plain` goes on.")
    } catch let fault as RuntimeFault { throw fault } catch { throw RuntimeFault(.fault, "the questions ended") }
  }

  private func tell(_ words: String) throws(RuntimeFault) {
    Plain.print(words)
    guard let summary = try summary() else { return }
    let counts = summary.counts
    Plain.print(
      Plain.safe(
        "\(summary.workspace), \(summary.agent) (\(summary.trust)): \(summary.state.rawValue), \(counts.waiting) waiting, \(counts.prepared) prepared, \(counts.done) done, \(counts.refused) refused."
      ))
  }

  private func summary() throws(RuntimeFault) -> RunSummary? {
    try journalled { () throws(JournalFault) in try desk.store.run(run) }
  }

  func steps(_ states: [StepState]) throws(RuntimeFault) -> [StepSummary] {
    try journalled { () throws(JournalFault) in try desk.store.steps(of: run, in: states) }
  }

  /// One question; false when nothing is left to ask.
  private mutating func next() throws -> Bool {
    try RunStarter.attend(desk, run)
    try tellOutcomes()
    if let step = try steps([.waiting]).first(where: { !skipped.contains($0.id) }) {
      pause = .asking
      try decide(step)
      return true
    }
    guard let now = try summary() else { return false }
    if now.state == .starting || now.state == .live {
      try meanwhile()
      return true
    }
    if try flag() { return true }
    if try prepared() { return true }
    if try !heldLeft && takeBack() { return true }
    if try saved() { return true }
    let left = try steps([.waiting, .staged, .approved, .kept, .performing])
    if left.contains(where: { [.approved, .kept, .performing].contains($0.state) && $0.dueAt == nil }) {
      desk.waitForBell()
      return true
    }
    for step in try steps([.refused]) {
      Plain.print(Plain.safe("#\(step.number) was refused by policy: \(step.kind.rawValue) \(step.target)"))
    }
    let held = left.count { $0.dueAt != nil }
    let flags = try openFlags().count
    if flags > 0 { Plain.print("\(flags) flag\(flags == 1 ? " has" : "s have") no word yet.") }
    Plain.print(
      left.isEmpty
        ? Plain.safe("\(flags == 0 ? "Nothing is left." : "Nothing else is left.") \(now.note)")
        : "\(left.count) left for another time\(held > 0 ? ", \(held) approved for later" : "").")
    return try afterwards()
  }

  /// The agent is at work, and nothing waits that was not skipped.
  private mutating func meanwhile() throws {
    if pause == .reviewing {
      if try flag() || prepared() || saved() { return }
      Plain.print("Nothing else is prepared yet.")
      pause = .asking
    }
    // An agent that waits for what was skipped says nothing more: the person must not wait for it.
    let hasSkipped = try steps([.waiting]).contains { skipped.contains($0.id) }
    if pause == .asking, hasSkipped { return try more("Only what you skipped waits.", isLive: true) }
    if pause == .asking {
      Plain.print("Waiting for the agent. Enter: do something else meanwhile.")
      pause = .waiting
    }
    guard desk.waitForBell(orKeys: true) else { return }
    guard readLine() != nil else { throw Leaving() }
    try more("The agent is at work.", isLive: true)
  }

  /// What can be taken up when nothing is left to ask; false when there is nothing of the kind.
  private mutating func afterwards() throws -> Bool {
    guard try !undoable().isEmpty || !flags().isEmpty || hasLeft else { return false }
    try more("Anything else?", isLive: false)
    return true
  }

  private var hasLeft: Bool { !resultsLeft.isEmpty || !flagsLeft.isEmpty || !skipped.isEmpty }
  private func undoable() throws(RuntimeFault) -> [StepSummary] {
    let open = try steps([.waiting, .approved, .performing])
    let under = try journalled { () throws(JournalFault) in
      var under: Set<StepID> = []
      for step in open { if let id = try desk.store.undone(by: step.id) { under.insert(id) } }
      return under
    }
    return try steps([.done]).filter { $0.kind.isFile && $0.reach.canBeUndone && !under.contains($0.id) }
  }

  private mutating func more(_ question: String, isLive: Bool) throws {
    let done = try undoable()
    let choices = [
      hasLeft ? "ask again what was left for later" : nil, isLive ? "go on to the flags and to what is prepared" : nil,
      isLive ? "wait for the agent" : nil,
      try isLive && !held().isEmpty ? "take back something that waits for its time" : nil,
      done.isEmpty ? nil : "undo something that was done", try flags().isEmpty ? nil : "go back to a flag",
    ]
    pause = .asking
    switch try ask(question, numbered: choices) {
    case 0: (resultsLeft, flagsLeft, skipped) = ([], [], [])
    case 1: pause = .reviewing
    case 2:
      Plain.print("Waiting for the agent. Enter: do something else meanwhile.")
      pause = .waiting
    case 3: _ = try takeBack()
    case 4: try undo(done)
    default: try anyFlag()
    }
  }

  private func undo(_ done: [StepSummary]) throws {
    for step in done { Plain.print(Plain.safe("\(step.number)  \(step.kind.verb) \(step.targetInLists)")) }
    let number = Int(try words("Number of the step to undo (Enter goes back)").filter(\.isNumber))
    guard let step = done.first(where: { $0.number.value == number }) else { return }
    try attempt("to undo #\(step.number) is proposed; it is asked about next") { () throws(RuntimeFault) in
      _ = try actions.undo(step)
    }
  }

  private mutating func decide(_ step: StepSummary) throws {
    let shown = try show(step)
    let isWhole = shown.seen >= shown.total
    let text = try actions.editableText(step)
    let summary = try journalled { () throws(JournalFault) in try desk.store.run(run) }
    let canEdit = (!step.isRelayed || summary?.takesOurText(step.kind) == true) && text != nil
    let isTimed = !step.isRelayed && [.mailSend, .chatSend, .eventInvite].contains(step.kind)
    let choices = [
      "yes: \(ApprovalWords.of(step))",
      step.isQuestionOnly ? "no: it did not happen" : "no, with a reason the agent receives", "later: skip it now",
      isTimed ? "yes, but send it later" : nil, canEdit ? "change it" : nil,
    ]
    let undone = try journalled { () throws(JournalFault) -> StepSummary? in
      guard let id = try desk.store.undone(by: step.id) else { return nil }
      return try desk.store.step(id)
    }
    let role = undone.map { ", to undo #\($0.number)" } ?? ""
    switch try ask("#\(step.number) waits for you\(role).", numbered: choices) {
    case 0:
      guard isWhole || !step.mustBeSeenWhole else {
        Plain.print("Not all of it was shown, and it can’t be taken back: it is shown again.")
        return
      }
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      try attempt("#\(step.number), yes: \(ApprovalWords.of(step))") { () throws(RuntimeFault) in
        try actions.decide(step, .approve, painted: painting.description)
      }
    case 1:
      guard let (code, text) = try reason(.no(to: step)) else { return }
      let decision = Decision.reject(code: code, reason: text)
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      try attempt("#\(step.number), no: \(text)") { () throws(RuntimeFault) in
        try actions.decide(step, decision, painted: painting.description)
      }
    case 2: skipped.insert(step.id)
    case 3: try later(step, shown)
    default:
      var written = text ?? ""
      while let changed = try rewrite(written) {
        let isTaken = try attempt("your version of #\(step.number); it is shown next") { () throws(RuntimeFault) in
          try actions.edit(step, text: changed)
        }
        // What was wrong with it is mended in what was written; somebody else's word ends it.
        guard !isTaken, try steps([.waiting]).contains(where: { $0.id == step.id && $0.revision == step.revision })
        else { return }
        written = changed
      }
    }
  }

  private mutating func later(_ step: StepSummary, _ shown: (seen: Int, total: Int, since: Int64)) throws {
    guard shown.seen >= shown.total else {
      return Plain.print("Not all of it was shown: it is shown again.")
    }
    let zone = desk.store.clock.zone
    while true {
      let text = try words("When (14:05, tomorrow 9:00, 2026-12-01 14:05, 90s, 30m, 1h30m, 2d; Enter goes back)")
      if text.allSatisfy(\.isWhitespace) { return }
      guard let due = desk.store.clock.wall().later(text, offset: zone) else {
        Plain.print("That is not a time to come within 31 days.")
        continue
      }
      let time = "\(due.date(offset: zone)) \(due.clock(offset: zone).prefix(5))"
      guard try ask("That is \(time).", ["yes: \(ApprovalWords.of(step)) then", "another time"]) == 1 else { continue }
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      let back = "until then `ringi undo \(run).\(step.number)` takes it back, as does the last question here"
      try attempt("#\(step.number), yes: \(ApprovalWords.of(step)) at \(time); \(back)") {
        () throws(RuntimeFault) in
        try actions.decide(step, .approve, painted: painting.description, dueAt: due)
      }
      return
    }
  }

  /// What has come of what this person decided since the last question.
  private mutating func tellOutcomes() throws(RuntimeFault) {
    for step in try steps([.approved, .done, .failed]) where step.decidedBy == desk.person.name {
      guard told[step.id] != step.state else { continue }
      let isNew = told[step.id] != nil || hasAsked
      told[step.id] = step.state
      guard isNew, step.verdict.level == .watched else { continue }
      let zone = desk.store.clock.zone
      let words =
        switch step.state {
        case .approved: step.dueAt.map { "goes at \($0.minute(offset: zone))" } ?? ""
        default: "\(step.state.word)\(step.reason.isEmpty ? "" : ": \(Outbox.brief(step.reason))")"
        }
      if !words.isEmpty { Plain.print(Plain.safe("#\(step.number) \(words)")) }
    }
    hasAsked = true
  }

  private func held() throws(RuntimeFault) -> [StepSummary] { try steps([.approved]).filter { $0.dueAt != nil } }

  /// What waits for its time can be taken back; false when nothing does.
  private mutating func takeBack() throws -> Bool {
    let held = try held()
    guard !held.isEmpty else { return false }
    let zone = desk.store.clock.zone
    let choices = held.map { step in
      Plain.safe(
        "take back #\(step.number) \(step.kind.verb) \(step.targetInLists), set for \(step.dueAt?.minute(offset: zone) ?? "")"
      )
    }
    let rest = ["wait a minute for them, or until Enter", "go on without them"]
    let choice = try ask("\(held.count) approved and not done yet.", choices + rest)
    guard choice <= held.count else {
      if choice == held.count + 2 { heldLeft = true }
      if choice == held.count + 1 {
        Plain.print("Waiting for a minute. Enter goes on.")
        for _ in 0..<60 where try !self.held().isEmpty {
          guard desk.waitForBell(orKeys: true) else { continue }
          _ = readLine()
          break
        }
      }
      return true
    }
    try attempt("#\(held[choice - 1].number) is taken back: it waits again") { () throws(RuntimeFault) in
      try actions.takeBack(held[choice - 1])
    }
    return true
  }
}

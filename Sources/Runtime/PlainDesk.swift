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
  var draftsLeft: Set<StepID> = []
  /// Lines between two pauses of a long preview.
  private static let page = 40

  package init(_ desk: Desk, _ run: RunID) {
    self.desk = desk
    self.run = run
    actions = DeskActions(desk)
  }

  private struct Leaving: Error {}

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
      // An agent that waits for what was skipped says nothing more: the person must not wait for it.
      if pause != .waiting, try steps([.waiting]).contains(where: { skipped.contains($0.id) }) {
        if pause == .reviewing, try flag() || prepared() { return true }
        if pause == .reviewing { Plain.print("Nothing else is prepared yet.") }
        pause = .asking
        let choices = ["ask it again", "go on to the flags and to what is prepared", "wait for the agent"]
        switch try ask("Only what you skipped waits.", choices) {
        case 1: skipped = []
        case 2: pause = .reviewing
        default: pause = .waiting
        }
        return true
      }
      desk.waitForBell()
      return true
    }
    if try flag() { return true }
    if try prepared() { return true }
    if try takeBack() { return true }
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
    return false
  }

  // MARK: questions

  /// The number chosen, from 1. What was typed ahead of the question is no answer to it.
  func ask(_ question: String, _ choices: [String]) throws -> Int {
    Plain.print(question)
    for (index, choice) in choices.enumerated() { Plain.print("  \(index + 1)  \(choice)") }
    Plain.print("  0  leave")
    while true {
      tcflush(0, TCIFLUSH)
      Plain.print("Number: ", terminator: "")
      fflush(nil)
      guard let line = readLine() else { throw Leaving() }
      guard let number = Int(line.filter { $0 != " " }), number >= 0, number <= choices.count else {
        Plain.print("Write a number from 0 to \(choices.count).")
        continue
      }
      if number == 0 { throw Leaving() }
      return number
    }
  }

  private func words(_ question: String) throws -> String {
    tcflush(0, TCIFLUSH)
    Plain.print("\(question): ", terminator: "")
    fflush(nil)
    guard let line = readLine() else { throw Leaving() }
    return line
  }

  /// A reason in words, or one of the list by its number; nil when the person goes back to the question.
  func reason(for step: StepSummary? = nil) throws -> (code: String, text: String)? {
    let listed = step.map { Reasons.listed(for: $0) } ?? []
    for (index, reason) in listed.enumerated() { Plain.print("  \(index + 1)  \(reason)") }
    Plain.print("  0  back to the question")
    while true {
      let text = try words(listed.isEmpty ? "Why" : "Why (a number, or your own words)")
      guard !text.allSatisfy(\.isWhitespace) else {
        Plain.print("A reason is needed; 0 goes back.")
        continue
      }
      guard let number = Int(text.filter { $0 != " " }) else { return ("typed", text) }
      if number == 0 { return nil }
      if listed.indices.contains(number - 1) {
        return (Reasons.code(number, for: step), listed[number - 1])
      }
      Plain.print("There is no reason \(number): write it in words.")
    }
  }

  /// Prints what is decided on, with pauses; false when the person had enough of it before its end.
  func show(_ step: StepSummary) throws -> (seen: Int, total: Int, since: Int64) {
    let address = try StepAddress("\(run).\(step.number)")
    let report = DeskReport(desk)
    let (_, preview) = try report.step(address)
    Plain.print("")
    let lines = report.text(step, preview).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let since = Clocks.monotonic()
    var printed = 0
    while printed < lines.count {
      let end = min(lines.count, printed + Self.page)
      Plain.print(lines[printed..<end].joined(separator: "\n"))
      printed = end
      guard printed < lines.count - 1 else { break }
      let choice = try ask("\(lines.count - printed) more lines.", ["show them", "go on to the question"])
      if choice == 2 { break }
    }
    let head = lines.count - preview.lines.count - 1
    return (max(0, min(preview.lines.count, printed - head)), preview.lines.count, since)
  }

  private mutating func decide(_ step: StepSummary) throws {
    let shown = try show(step)
    let isWhole = shown.seen >= shown.total
    let text = try actions.editableText(step)
    let summary = try journalled { () throws(JournalFault) in try desk.store.run(run) }
    let canEdit = (!step.isRelayed || summary?.takesOurText(step.kind) == true) && text != nil
    var choices = ["yes: \(ApprovalWords.of(step))", "no, with a reason the agent receives", "later: skip it now"]
    let isTimed = !step.isRelayed && [.mailSend, .chatSend, .eventInvite].contains(step.kind)
    if isTimed { choices.append("yes, but send it later") }
    if canEdit { choices.append("change it") }
    let choice = try ask("#\(step.number) waits for you.", choices)
    if isTimed, choice == 4 { return try later(step, shown) }
    switch isTimed && choice > 4 ? choice - 1 : choice {
    case 1:
      guard isWhole || !step.mustBeSeenWhole else {
        Plain.print("Not all of it was shown, and it can’t be taken back: it is shown again.")
        return
      }
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      try attempt("#\(step.number), yes: \(ApprovalWords.of(step))") { () throws(RuntimeFault) in
        try actions.decide(step, .approve, painted: painting.description)
      }
    case 2:
      guard let (code, text) = try reason(for: step) else { return }
      let decision = Decision.reject(code: code, reason: text)
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      try attempt("#\(step.number), no: \(text)") { () throws(RuntimeFault) in
        try actions.decide(step, decision, painted: painting.description)
      }
    case 3: skipped.insert(step.id)
    default:
      var written = text ?? ""
      while let changed = try rewrite(written) {
        var isTaken = false
        try attempt("your version of #\(step.number); it is shown next") { () throws(RuntimeFault) in
          try actions.edit(step, text: changed)
          isTaken = true
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
      let text = try words("When (14:05, tomorrow 9:00, 2026-12-01 14:05, 30m, 1h30m, 2d; Enter goes back)")
      if text.allSatisfy(\.isWhitespace) { return }
      guard let due = desk.store.clock.wall().later(text, offset: zone) else {
        Plain.print("That is not a time to come within 31 days.")
        continue
      }
      let time = "\(due.date(offset: zone)) \(due.clock(offset: zone).prefix(5))"
      guard try ask("That is \(time).", ["yes: \(ApprovalWords.of(step)) then", "another time"]) == 1 else { continue }
      let painting = Painting(seen: shown.seen, total: shown.total, milliseconds: Clocks.monotonic() - shown.since)
      return try attempt("#\(step.number), yes: \(ApprovalWords.of(step)) at \(time)") { () throws(RuntimeFault) in
        try actions.decide(step, .approve, painted: painting.description, dueAt: due)
      }
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
        case .approved: step.dueAt.map { "goes at \($0.clock(offset: zone))" } ?? ""
        default: "\(step.state.word)\(step.reason.isEmpty ? "" : ": \(step.reason)")"
        }
      if !words.isEmpty { Plain.print(Plain.safe("#\(step.number) \(words)")) }
    }
    hasAsked = true
  }

  /// What waits for its time can be taken back; false when nothing does.
  private func takeBack() throws -> Bool {
    let held = try steps([.approved]).filter { $0.dueAt != nil }
    guard !held.isEmpty else { return false }
    let zone = desk.store.clock.zone
    let choices = held.map { step in
      Plain.safe(
        "take back #\(step.number) \(step.kind.verb) \(step.targetInLists), \(step.dueAt?.clock(offset: zone) ?? "")")
    }
    let choice = try ask("\(held.count) approved and not done yet.", choices + ["wait a minute for them"])
    guard choice <= held.count else {
      for _ in 0..<60 where try !steps([.approved]).filter({ $0.dueAt != nil }).isEmpty { desk.waitForBell() }
      return true
    }
    try attempt("#\(held[choice - 1].number) is taken back: it waits again") { () throws(RuntimeFault) in
      try actions.takeBack(held[choice - 1])
    }
    return true
  }

  /// Line by line: a screen reader has no use for an editor.
  private func rewrite(_ text: String) throws -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (index, line) in lines.enumerated() { Plain.print("\(index + 1)  \(Plain.safe(line))") }
    while true {
      let choice = try words("Line to change, + LINE to add one after, - LINE to remove, . when done, Enter to give up")
      if choice.isEmpty {
        guard lines.joined(separator: "\n") != text else { return nil }
        // A line too many must not take a whole letter with it.
        if try ask("Drop what you changed?", ["no, go on", "drop it"]) == 2 { return nil }
        continue
      }
      if choice == "." { return lines.joined(separator: "\n") }
      guard let number = Int(choice.filter(\.isNumber)) else {
        Plain.print("A number is the line to change, a point ends it.")
        continue
      }
      guard number >= (choice.hasPrefix("+") ? 0 : 1), number <= lines.count else {
        Plain.print("There is no line \(number).")
        continue
      }
      if choice.hasPrefix("-") {
        lines.remove(at: number - 1)
      } else {
        let new = try words("Its text")
        if choice.hasPrefix("+") { lines.insert(new, at: number) } else { lines[number - 1] = new }
      }
    }
  }

  /// A refusal (somebody else was first, it changed) is told; the next question goes on.
  /// - Parameter what: what is on the record then, in a few words.
  func attempt(_ what: String, _ body: () throws(RuntimeFault) -> Void) throws(RuntimeFault) {
    do throws(RuntimeFault) {
      try body()
      Plain.print(Plain.safe("Recorded: \(what)."))
    } catch {
      guard error.code == .refused || error.code == .full else { throw error }
      Plain.print(Plain.safe(error.sentence))
    }
  }
}

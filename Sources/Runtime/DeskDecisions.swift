// The deciding verbs of the command line. They need a person's terminal: no agent can reach them.

import Domain
import EffectPreview
import GateKeeper
import Glibc
import Wire

package struct DeskDecisions {
  private let desk: Desk
  private let actions: DeskActions
  package init(_ desk: Desk) {
    self.desk = desk
    actions = DeskActions(desk)
  }

  private func needTerminal() throws(RuntimeFault) {
    try AgentTree.refuse(desk)
    guard isatty(0) == 1, isatty(1) == 1 else {
      throw RuntimeFault(.refused, "deciding needs a person's terminal; this is none")
    }
  }

  package func approve(_ address: StepAddress) throws(RuntimeFault) {
    try needTerminal()
    // A run without its host is told so first: what it waited for is withdrawn, not approved in vain.
    try RunStarter.attend(desk, address.run)
    let (step, preview) = try DeskReport(desk).step(address)
    guard step.state == .waiting else {
      throw RuntimeFault(.refused, "#\(step.number) is \(step.state.word), not waiting")
    }
    Plain.print(DeskReport(desk).text(step, preview))
    try confirm("Approve this? Type yes: ")
    try actions.decide(step, .approve, painted: "printed whole, \(preview.lines.count) lines")
    Plain.print(Plain.safe(try outcome(of: [step.id], in: address.run)))
  }

  /// How long a decision's effect is waited for, in milliseconds.
  private static let patience: Int64 = 30_000
  /// The same where an agent does it.
  private static let agentPatience: Int64 = 1_500

  /// What came of what was decided, once the run's host has done it; a refusal where it was not done.
  private func outcome(of ids: [StepID], in run: RunID) throws(RuntimeFault) -> String {
    let end = Clocks.monotonic() + Self.patience
    while true {
      let steps = try journalled { () throws(JournalFault) in
        var steps: [StepSummary] = []
        for id in ids { if let step = try desk.store.step(id) { steps.append(step) } }
        return steps
      }
      // What a dead host left is found out in a moment.
      let open = steps.filter { [.kept, .approved, .performing, .unknown].contains($0.state) }
      if let due = open.compactMap(\.dueAt).max() {
        return "approved, for \(due.minute(offset: desk.store.clock.zone))"
      }
      let isPaused = try journalled { () throws(JournalFault) in try desk.store.run(run)?.isPaused == true }
      if !open.isEmpty, isPaused { return "decided; the run is paused, so it takes effect when somebody goes on" }
      // What an agent does by itself it does when it likes.
      let relayed = open.allSatisfy { $0.isRelayed && [.approved, .performing].contains($0.state) }
      if !open.isEmpty, relayed, Clocks.monotonic() > end - Self.patience + Self.agentPatience {
        return open.contains { $0.state == .approved }
          ? "approved; it counts once the agent asks for it again, or hears of it" : "approved; the agent does it now"
      }
      if !open.isEmpty, Clocks.monotonic() < end {
        desk.waitForBell()
        continue
      }
      if !open.isEmpty {
        let isLive = try journalled { () throws(JournalFault) in try desk.store.run(run)?.state == .live }
        return
          "decided; \(open.count) not done yet, `ringi list \(run)` says how it goes\(isLive ? " (what changes files waits for the program to end)" : "")"
      }
      // One reason will do: a set fails as one.
      guard let failed = steps.first(where: { [.failed, .waiting, .staged].contains($0.state) }) else {
        return steps.count == 1
          ? "done\(steps[0].reason.isEmpty ? "" : ": \(steps[0].reason)")" : "all \(steps.count) in place"
      }
      let count = steps.count { $0.state == failed.state }
      let what = failed.state == .failed ? "failed" : "not done, \(failed.state.word) again"
      throw RuntimeFault(
        .refused, "\(count == 1 ? "#\(failed.number)" : "\(count) of \(steps.count)") \(what): \(failed.reason)")
    }
  }

  package func reject(_ address: StepAddress, reason: String) throws(RuntimeFault) {
    try needTerminal()
    try RunStarter.attend(desk, address.run)
    let (step, _) = try DeskReport(desk).step(address)
    try actions.decide(step, .reject(code: "typed", reason: reason), painted: "by number, not shown")
    Plain.print(Plain.safe("rejected #\(step.number): \(step.kind.rawValue) \(step.target)"))
  }

  /// - Parameter json: a line for each prepared result, with its mark; where nothing is marked or finished by this call.
  package func review(
    _ run: RunID, keep: [String], discard: [String], without: [String] = [], with: [String] = [], finish: Bool,
    json: Bool = false
  ) throws(RuntimeFault) -> String {
    if !(keep + discard + without + with).isEmpty || finish { try needTerminal() }
    let numbers = { (list: [String]) in Set(list.flatMap { $0.split(separator: ",").map(String.init) }) }
    if let both = numbers(keep).intersection(numbers(discard)).min() {
      throw RuntimeFault(.usage, "#\(both) is to be kept and to be discarded: name it once; nothing was marked")
    }
    _ = DeskReport(desk).lookAfter()
    try actions.checkPrepared(run)
    let (out, back) = (try changes(without, of: run), try changes(with, of: run))
    try mark(run, keep, .keep)
    try mark(run, discard, .discard, but: Set(keep.flatMap { $0.split(separator: ",") }.map(String.init)))
    for (step, left) in out { try leave(step, run) { $0.union(left) } }
    for (step, taken) in back { try leave(step, run) { $0.subtracting(taken) } }
    if finish {
      let left = try prepared(run).filter { $0.mark == .undecided }
      guard left.isEmpty else {
        let isAlone = left.contains { !$0.canBeKeptWithOthers }
        let clashes =
          isAlone ? "; a clash, or a call that can’t be taken back, is named by its number, never kept with `all`" : ""
        throw RuntimeFault(
          .refused,
          "still undecided: \(left.map { "#\($0.number)" }.joined(separator: ", "))\(clashes); what was named is marked, nothing was finished"
        )
      }
      let kept = try prepared(run)
      Plain.print(try list(kept) + waitingWords(run), terminator: "")
      try confirm("Finish the review? `ringi show \(run).N` shows each in full. Type yes: ")
      // What was listed is what was said yes to.
      guard try prepared(run) == kept else {
        throw RuntimeFault(.refused, "what is prepared has changed meanwhile; nothing was finished")
      }
      let keeping = kept.filter { $0.mark == .keep }.map(\.id)
      let counts = try actions.finishReview(run, listed: kept)
      let words = keeping.isEmpty ? "" : "; \(try outcome(of: keeping, in: run))"
      let register = try Register.write(desk, run).map { "register: \($0)\n" } ?? ""
      return "review finished: \(counts.kept) kept, \(counts.discarded) discarded\(Plain.safe(words))\n\(register)"
    }
    let steps = try prepared(run)
    if json { return steps.map { Self.json($0).text + "\n" }.joined() }
    let words = steps.isEmpty ? "nothing is prepared in run \(run)\n" : try list(steps)
    return words + (try waitingWords(run))
  }

  private static func json(_ step: StepSummary) -> JSON {
    var members = DeskReport.json(step).members ?? []
    members.append(.init("mark", .string(step.mark.rawValue)))
    members.append(.init("markReason", .string(step.markReason)))
    members.append(.init("leftOut", .array(step.discardedChanges.sorted().map { .int(Int64($0 + 1)) })))
    members.append(.init("careful", .array(step.reach.warnings.map { .string($0) })))
    return .object(members)
  }

  /// What a review does not reach: it is decided step by step, before or after.
  private func waitingWords(_ run: RunID) throws(RuntimeFault) -> String {
    let waiting = try journalled { () throws(JournalFault) in try desk.store.steps(of: run, in: [.waiting]) }
    guard !waiting.isEmpty else { return "" }
    let names = waiting.prefix(9).map { "#\($0.number)" }.joined(separator: ", ")
    return
      "\(waiting.count) more wait\(waiting.count == 1 ? "s" : "") to be decided one by one: \(names)\(waiting.count > 9 ? ", …" : "")\n"
  }

  private func list(_ steps: [StepSummary]) throws(RuntimeFault) -> String {
    steps.map { step in
      let sign = step.mark == .keep ? "✓" : step.mark == .discard ? "✗" : "·"
      let part = step.discardedChanges.isEmpty ? "" : "  without \(step.discardedChanges.count) of its changes"
      let careful = step.reach.warnings.map { "\n    careful: \(Plain.safe($0))" }.joined()
      return "\(sign) \(DeskReport.line(step, zone: desk.store.clock.zone))\(part)\(careful)\n"
    }.joined() + "files: together, all or nothing · calls: one by one · drafts: saved, not sent\n"
  }

  /// What was typed ahead of the question is no answer to it.
  private func confirm(_ question: String) throws(RuntimeFault) {
    Plain.print(question, terminator: "")
    fflush(nil)
    tcflush(0, TCIFLUSH)
    guard readLine() == "yes" else { throw RuntimeFault(.refused, "nothing was decided") }
  }

  private func prepared(_ run: RunID) throws(RuntimeFault) -> [StepSummary] {
    try journalled { () throws(JournalFault) in try desk.store.steps(of: run, in: [.staged]) }
  }

  /// - Parameter named: what the same call keeps by number.
  private func mark(
    _ run: RunID, _ numbers: [String], _ mark: Mark, but named: Set<String> = []
  ) throws(RuntimeFault) {
    guard !numbers.isEmpty else { return }
    let steps = try prepared(run)
    // `--keep all` keeps what is undecided; a clash with somebody's own change is named by its number, never swept in
    // with the rest. `--discard all` means all: what was kept a moment ago is not put in place behind it.
    var wanted = steps.filter {
      mark == .keep ? $0.mark == .undecided && $0.canBeKeptWithOthers : !named.contains($0.number.description)
    }
    if !numbers.isEmpty {
      // Beside `all`, numbers name what `all` leaves out.
      if !numbers.contains("all") { wanted = [] }
      for text in numbers.flatMap({ $0.split(separator: ",") }) where text != "all" {
        guard let step = steps.first(where: { $0.number.description == text }) else {
          throw RuntimeFault(.usage, "#\(text) is not a prepared result of run \(run)")
        }
        wanted.append(step)
      }
    }
    try actions.markAll(wanted, mark, painted: "by number, not shown")
  }

  /// `12/2`: the second change of #12, as `ringi show` numbers them.
  private func changes(_ parts: [String], of run: RunID) throws(RuntimeFault) -> [(StepSummary, Set<Int>)] {
    let steps = try prepared(run)
    var out: [StepID: Set<Int>] = [:]
    for text in parts.flatMap({ $0.split(separator: ",") }) {
      let ends = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard ends.count == 2, let step = steps.first(where: { $0.number.value == ends[0] }) else {
        throw RuntimeFault(
          .usage, "`\(text)` is no change of a prepared result of run \(run): 12/2 is the second of #12")
      }
      let count = try DeskReport(desk).step(StepAddress("\(run).\(step.number)")).1.changes
      guard let change = ends[1], count > 1, step.basis != nil, (1...count).contains(change) else {
        let most = count > 1 && step.basis != nil ? "has changes 1 to \(count)" : "is kept or discarded as a whole"
        throw RuntimeFault(.usage, "`\(text)`: #\(step.number) \(most)")
      }
      out[step.id, default: []].insert(change - 1)
    }
    return steps.compactMap { step in out[step.id].map { (step, $0) } }
  }

  private func leave(_ step: StepSummary, _ run: RunID, _ turn: (Set<Int>) -> Set<Int>) throws(RuntimeFault) {
    guard let now = try prepared(run).first(where: { $0.id == step.id }) else { return }
    try actions.mark(now, now.mark, discarding: turn(now.discardedChanges), painted: "by number, not shown")
  }

  package func undo(_ address: StepAddress) throws(RuntimeFault) -> String {
    try needTerminal()
    let (step, _) = try DeskReport(desk).step(address)
    // What is approved for a time to come has not happened: it is taken back.
    if step.state == .approved, step.dueAt != nil {
      try actions.takeBack(step)
      return "\(step.run).\(step.number) is taken back: it waits again\n"
    }
    let new = try actions.undo(step)
    return
      "proposed as \(new.run).\(new.number); look at it with `ringi show \(new.run).\(new.number)` and approve it\n"
  }
}

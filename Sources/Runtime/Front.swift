// What a person meets: a console where there is a terminal, a plain account where there is none.

import ConsoleUI
import CursesTerminal
import Domain
import GateKeeper
import Glibc

package enum Front {
  package static let viewNames = ViewKind.allCases.map(\.rawValue)

  package static func opening(view: String?, isReadOnly: Bool) throws(RuntimeFault) -> Opening {
    guard let view else { return Opening(view: nil, isReadOnly: isReadOnly) }
    // Their keys will do as well: 4 is the wall of runs.
    let numbered = Int(view).flatMap { number in
      ViewKind.allCases.indices.contains(number - 1) ? ViewKind.allCases[number - 1] : nil
    }
    guard let kind = ViewKind(rawValue: view) ?? numbered else {
      throw RuntimeFault(.usage, "there is no view `\(view)`; there are \(viewNames.joined(separator: ", "))")
    }
    return Opening(view: kind, isReadOnly: isReadOnly)
  }

  /// A theme that is not there is told before anything starts.
  package static func check(theme: String?, _ desk: Desk) throws(RuntimeFault) {
    if let theme { _ = try ConsoleLoop.theme(theme, desk) }
  }

  /// Questions nobody can answer are told before anything starts.
  package static func needKeys() throws(RuntimeFault) {
    guard isatty(0) == 1 else { throw RuntimeFault(.refused, "deciding needs a person's terminal; this is none") }
  }

  /// The run a console opens on: the asked one, else the newest that is not over, else the newest.
  package static func pick(_ desk: Desk, _ run: Int64?) throws(RuntimeFault) -> RunID? {
    if let run { return RunID(run) }
    let runs = try journalled { () throws(JournalFault) in try desk.store.runs() }
    return (runs.first { !$0.state.isOver } ?? runs.first)?.id
  }

  package static func open(
    _ desk: Desk, _ run: RunID, theme: String? = nil, opening: Opening = Opening(), isPlain: Bool = false,
    isDemo: Bool = false, greets: Bool = false
  ) throws(RuntimeFault) {
    // Who only looks is refused nothing.
    if !opening.isReadOnly, isatty(0) == 1 { try AgentTree.refuse(desk) }
    if isPlain {
      var plain = PlainDesk(desk, run)
      return try plain.serve()
    }
    guard isatty(0) == 1, isatty(1) == 1 else { return try account(desk, run) }
    var opening = opening
    if greets { opening.greeting = try greeting(desk, run) }
    opening.isDemo = isDemo
    var last = run
    do throws(RuntimeFault) { try ConsoleLoop.run(desk, &last, theme: theme, opening: opening) } catch {
      // No console is no end of the run.
      try farewell(desk, last)
      throw error
    }
    if CursesTerminal.endingSignal != 0 { exit(128 + CursesTerminal.endingSignal) }
    // Who watches them all was in no run.
    if opening.view != .live { try farewell(desk, last) }
  }

  /// What a person who comes back should know: what waits on the desk, in the run at hand first.
  private static func greeting(_ desk: Desk, _ run: RunID) throws(RuntimeFault) -> String {
    let open = try journalled { () throws(JournalFault) in try desk.store.runs() }.filter { !$0.state.isOver }
    let waiting = open.filter { $0.counts.waiting > 0 }
    let reviews = open.filter { $0.counts.waiting == 0 && $0.state == .review && $0.counts.prepared > 0 }
    var words: [String] = []
    if !waiting.isEmpty { words.append("\(runs(waiting.count)) for you") }
    if !reviews.isEmpty { words.append("\(runs(reviews.count)) for review") }
    guard !words.isEmpty else { return "" }
    let own =
      waiting.contains { $0.id == run }
      ? "n goes to what waits here" : reviews.contains { $0.id == run } ? "b opens the review of this one" : ""
    let others = waiting.count + reviews.count > (own.isEmpty ? 0 : 1) ? "4 lists all runs" : ""
    return "\(words.joined(separator: ", ")): \([own, others].filter { !$0.isEmpty }.joined(separator: "; "))"
  }

  private static func runs(_ count: Int) -> String { count == 1 ? "1 run waits" : "\(count) runs wait" }

  /// `ringi` on an empty desk: what it is, and a demo to begin with.
  /// - Returns: what to go on with; nil when the person wants nothing, or there is no person.
  package static func welcome(_ desk: Desk) throws(RuntimeFault) -> Next? {
    Plain.print(
      """
      Ringi is the approval desk for AI agents: an agent proposes steps, your policy
      sorts them, you decide what you see, and a trail that can be checked keeps the
      record. Nothing has run on this desk yet.

        1  contract triage   a legal reviewer's day: eight contracts, flags, redlines
        2  outgoing drafts   an assistant's day: mail to send, drafts to keep
        3  weekly brief      figures into a brief, and a payment that is refused

      Each works on a fresh copy, with an agent that needs no model and no network.
      Your own: `ringi init FOLDER`, then `ringi run FOLDER`.
      Is all well here? `ringi doctor`.
      """)
    guard isatty(0) == 1, isatty(1) == 1 else {
      Plain.print("\nStart one with `ringi demo NAME`: \(Samples.names.joined(separator: ", ")).")
      return nil
    }
    Plain.print("\nA number starts one, Enter leaves; where an agent begins by itself, its run opens: ", terminator: "")
    fflush(nil)
    if let begun = try begun(desk) {
      Plain.print("\n")
      return .run(begun)
    }
    guard let line = readLine(), let number = Int(line), Samples.names.indices.contains(number - 1) else { return nil }
    return .sample(Samples.names[number - 1])
  }

  /// What follows the welcome.
  package enum Next {
    case sample(String)
    case run(RunID)
  }

  /// The first run of the desk, where one begins before the person has written a line.
  private static func begun(_ desk: Desk) throws(RuntimeFault) -> RunID? {
    let bell = Doorbell(directory: desk.directory)
    while true {
      if let run = try pick(desk, nil) { return run }
      var ready = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      poll(&ready, 2, 1_000)
      if ready[0].revents != 0 { return nil }
      bell.drain()
    }
  }

  /// What goes on after the console is left.
  private static func farewell(_ desk: Desk, _ run: RunID) throws(RuntimeFault) {
    guard let summary = try journalled({ () throws(JournalFault) in try desk.store.run(run) }) else { return }
    let counts = summary.counts
    let held = try journalled { () throws(JournalFault) in try desk.store.steps(of: run, in: [.approved]) }
    for step in held.compactMap({ step in step.dueAt.map { (step, $0) } }) {
      let zone = Clocks.zone()
      let day = step.1.date(offset: zone)
      let isToday = day == Clocks.now().date(offset: zone)
      let time = "\(isToday ? "" : "\(day) ")\(step.1.clock(offset: zone).prefix(8))"
      let way = step.0.reach.goesNowhere ? "is put in the outbox" : "goes ahead"
      Plain.print("#\(step.0.number) \(Plain.safe(step.0.target)) \(way) at \(time); `u` in the console takes it back.")
    }
    switch summary.state {
    case .finished, .closed:
      Plain.print("Run \(run) is over\(summary.note.isEmpty ? "." : ": \(Plain.safe(summary.note))")")
    case .starting, .live, .review, .lost:
      Plain.print(
        "Run \(run) (\(summary.stateWord)): \(counts.waiting) waiting, \(counts.prepared) prepared. `ringi` opens the console again."
      )
    }
    let others = try journalled { () throws(JournalFault) in try desk.store.runs() }
      .filter { $0.id != run && !$0.state.isOver }
    let (waiting, later) = others.reduce((0, 0)) { ($0.0 + $1.counts.waiting, $0.1 + $1.counts.held) }
    if waiting + later > 0 {
      Plain.print(
        "In other runs: \(waiting) waiting\(later > 0 ? ", \(later) approved, held" : ""). `ringi list` has them.")
    }
  }

  /// Without a terminal: waits for the first step that wants a person, tells what there is and how to go on.
  private static func account(_ desk: Desk, _ run: RunID) throws(RuntimeFault) {
    let bell = Doorbell(directory: desk.directory)
    var summary: RunSummary
    while true {
      guard let now = try journalled({ () throws(JournalFault) in try desk.store.run(run) }) else {
        throw RuntimeFault(.usage, "there is no run \(run)")
      }
      summary = now
      if now.counts.waiting > 0 || now.state != .starting && now.state != .live { break }
      var descriptor = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, 1_000)
      bell.drain()
      try RunStarter.attend(desk, run)
    }
    let plan = try journalled { () throws(JournalFault) in try desk.store.plan(of: run) }
    Plain.print("Run \(run): \(summary.workspace), \(summary.agent), \(summary.state.rawValue)")
    if !summary.note.isEmpty { Plain.print(Plain.safe(summary.note)) }
    Plain.print("\nPlan")
    for entry in plan {
      let sign = entry.status == .completed ? "✓" : entry.status == .inProgress ? "▶" : " "
      Plain.print("  \(sign) \(Plain.safe(entry.title))")
    }
    Plain.print("\nQueue")
    Plain.print(try DeskReport(desk).list(run: run.value, json: false), terminator: "")
    guard !summary.state.isOver else { return }
    Plain.print("\nThe run goes on without a console. In a terminal: `ringi` opens the console on it,")
    if summary.counts.waiting == 0 {
      return Plain.print("`ringi show \(run).N` shows a step, `ringi review \(run)` what is prepared.")
    }
    Plain.print(
      "`ringi show \(run).N` shows a step, `ringi approve \(run).N` and `ringi reject \(run).N REASON` decide it.")
  }
}

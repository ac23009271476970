// The person's wishes, carried out through the desk's actions and the gate.

import CellScreen
import ConsoleUI
import Domain
import GateKeeper
import Storage

extension ConsoleSession {
  mutating func carryOut(_ intent: Intent) throws(RuntimeFault) {
    switch intent {
    case .loadPreview, .loadEditable, .loadRedline, .editOutside, .loadTrail, .loadWall, .loadPolicy, .searchTrail,
      .loadEntry, .loadLimit,
      .openRun, .notify,
      .flushInput, .suspend, .quit:
      try look(intent)
    case .decide, .decideAll, .decideLater, .takeBack, .edit, .mark, .markAll, .finishReview, .checkPrepared, .undo,
      .raiseSend,
      .setTrust,
      .revoke, .setLevel, .markRedline:
      try decide(intent)
    case .pause, .stop, .stopAll, .resume, .close, .raiseIncident, .closeIncident, .verify, .export, .writeRegister:
      try act(intent)
    }
  }

  private mutating func look(_ intent: Intent) throws(RuntimeFault) {
    switch intent {
    case .loadPreview(let id):
      if let loaded = try preview(of: id) { _ = update(&model, .preview(loaded)) }
      isDirty = true
    case .loadEditable(let id):
      guard let step = model.steps[id] else { return }
      try deliver(
        .editable(id, step.revision, try actions.editableText(step), agents: try actions.agentsText(step)))
      try takeUpUnsaved()
    case .loadRedline(let row):
      guard let place = try RedlineDesk(actions).place(of: row, in: run) else {
        return try deliver(
          .told(
            row.hasRedline
              ? "no prepared copy holds this redline"
              : "no prepared copy of \(row.finding.document) has that clause to itself: change the copy, in the review",
            isBad: true))
      }
      let step = place.step
      try deliver(
        .editable(
          step.id, step.revision, try actions.editableText(step), agents: try actions.agentsText(step),
          line: place.line))
      try takeUpUnsaved()
      guard row.mark == .discard else { return }
      try deliver(.told("“\(row.finding.clause)” is discarded: its words stand here and stay left out", isBad: true))
    case .editOutside(let step): wantsEditor = step
    case .loadTrail(let step):
      trailStep = step
      seenVersion = nil
    case .loadWall:
      lastWall = Clocks.monotonic()
      try deliver(.wall(try DeskWall(desk: desk).wall()))
    case .loadPolicy: try deliver(.policy(try DeskWall(desk: desk).policy(model.run)))
    case .searchTrail(let filter): wantedSearch = filter
    case .loadLimit(let step): try deliver(.limit(step.id, try DeskActions(desk).limit(step)))
    case .loadEntry(let index):
      if let detail = try DeskWall(desk: desk).entry(index) { try deliver(.entry(detail)) }
      // A short log is proved at once, a long one between keys.
      if let proof = try proofs.step(index) { return try deliver(.proof(index, proof)) }
      wantedProof = index
    case .openRun(let id, let toDecide, let view):
      run = id
      (seenVersion, seenChange, trailStep) = (nil, -1, nil)
      try deliver(.opened(id, readOnly: !toDecide))
      if let view {
        try readDesk()
        try deliver(.enter(view))
      }
    case .notify(let text): terminal.notify(text)
    case .flushInput: terminal.flushInput()
    case .suspend: wantsSuspend = true
    case .quit: isOver = true
    default: break
    }
  }

  /// Once for all the keys that came together.
  mutating func searchTrail() throws(RuntimeFault) {
    guard let filter = wantedSearch else { return }
    wantedSearch = nil
    let store = desk.store
    var search = try journalled { () throws(JournalFault) in
      var search = try TrailSearch(store, filter, limit: 5_000)
      try search.step(500)
      return search
    }
    // A trail that is short is there at once.
    if search.total <= 2_000 { try journalled { () throws(JournalFault) in try search.step(2_000) } }
    self.search = search
    try deliver(.trailPage(search.page))
  }

  private mutating func decide(_ intent: Intent) throws(RuntimeFault) {
    switch intent {
    case .decide(let step, let decision, let painted): try actions.decide(step, decision, painted: painted)
    case .decideAll(let steps, let decision, let painted): try actions.decide(steps, decision, painted: painted)
    case .decideLater(let step, let painted, let due):
      try actions.decide(step, .approve, painted: painted, dueAt: due)
    case .takeBack(let step):
      try actions.takeBack(step)
      try deliver(.told("#\(step.number) taken back: it waits again", isBad: false))
    case .edit(let step, let text):
      try actions.edit(step, text: text)
      try deliver(.edited)
    case .mark(let step, let mark, let changes, let reason, let painted):
      try actions.mark(step, mark, discarding: changes, reason: reason, painted: painted)
      if let words = try actions.noteFlags(run) {
        try readDesk()
        try deliver(.selected(step.id))
        try deliver(.told(words, isBad: true))
      }
    case .markAll(let steps, let mark, let painted):
      try actions.markAll(steps, mark, painted: painted)
      if let words = try actions.noteFlags(run) { try deliver(.told(words, isBad: true)) }
    case .checkPrepared:
      let stale = try actions.judgePrepared(run)
      let words = try stale > 0 ? DeskActions.judgedWords(stale) : actions.noteFlags(run)
      if let words { try deliver(.told(words, isBad: true)) }
      let count = try actions.checkPrepared(run)
      guard count > 0 else { return }
      try deliver(.told("\(count) clash with what somebody changed meanwhile: both versions are shown", isBad: true))
    case .finishReview(let listed):
      let hasCalls = listed.contains { $0.mark == .keep && !$0.reach.connector.isEmpty }
      let counts = try actions.finishReview(run, listed: listed)
      let register = try Register.write(desk, run).map { "; register: \($0)" } ?? ""
      try deliver(
        .told(
          "review finished: \(counts.kept) kept, \(counts.discarded) discarded\(hasCalls ? "; calls are made now, one by one" : "")\(register)",
          isBad: false))
    case .undo(let step): try select(try actions.undo(step))
    case .raiseSend(let step): try select(try actions.raiseSend(step))
    case .setTrust(let step, let level, let isForKind):
      try deliver(.told(try actions.setLevel(step, level, isForKind ? .kind : .step), isBad: false))
    case .revoke(let word):
      try actions.revokeStanding(word.id)
      try carryOut(.loadPolicy)
      try deliver(.told("\(StandingApproval.origin) \(word.id) is revoked", isBad: false))
    case .setLevel(let row, let level, let reason):
      try actions.setLevel(row, level, run: run, reason: reason)
      let isHeard = RunLock.holder(desk.directory, run) == .agent
      let hears =
        isHeard ? "the agent hears of it when its turn is over" : "no agent is there to hear of it: its memo says so"
      try deliver(.told("“\(row.finding.clause)” is \(level.word) now; \(hears)", isBad: false))
      try followRegister()
    case .markRedline(let row, let mark, let reason):
      try actions.markRedline(row, mark, run: run, reason: reason)
      try followRegister()
    default: break
    }
  }

  private mutating func act(_ intent: Intent) throws(RuntimeFault) {
    switch intent {
    case .pause(let run, let isPaused):
      try actions.pause(run, isPaused)
      try carryOut(.loadWall)
    case .stop(let run):
      let count = try actions.stop(run)
      let words = count.map { "\($0) step\($0 == 1 ? "" : "s") withdrawn; what is prepared stays in the review" }
      try deliver(.told("run \(run): \(words ?? "asked to stop")", isBad: false))
      try carryOut(.loadWall)
    case .stopAll:
      let count = try actions.stopAll()
      try carryOut(.loadWall)
      try deliver(.told("\(count) run\(count == 1 ? "" : "s") asked to stop", isBad: false))
    case .raiseIncident(let what, let run, let step):
      let id = try actions.raiseIncident(what, run: run, step: step)
      try carryOut(.loadWall)
      try deliver(.told("incident \(id) raised; its clock runs in view 4", isBad: false))
    case .closeIncident(let id, let outcome):
      try actions.closeIncident(id, outcome: outcome)
      try carryOut(.loadWall)
      try deliver(.told("incident \(id) closed", isBad: false))
    case .verify:
      verification = try TrailVerification(desk)
      try deliver(.checked(.checking(percent: 0)))
    case .export(let filter):
      let files = try TrailExport(desk).write(filter)
      try deliver(
        .told(
          "written: \(files.jsonl.split(separator: "/").last ?? "") and .csv, in \(desk.directory)/exports",
          isBad: false))
    case .writeRegister:
      let path = try Register.write(desk, run)
      try deliver(.told(path.map { "register: \($0)" } ?? "no flag has a person’s word yet", isBad: path == nil))
    case .resume: try actions.resume(run)
    case .close: try actions.close(run)
    default: break
    }
  }

  /// A word that comes after the review belongs in the register, too.
  private mutating func followRegister() throws(RuntimeFault) {
    guard let path = try Register.follow(desk, run) else { return }
    try deliver(.told("the register is written anew: \(path)", isBad: false))
  }

  /// A step a person has just raised: shown, so that it can be decided like any other.
  private mutating func select(_ step: StepSummary) throws(RuntimeFault) {
    try readDesk()
    try deliver(.selected(step.id))
    try deliver(.told("proposed as #\(step.number): look at it, then a", isBad: false))
  }
}

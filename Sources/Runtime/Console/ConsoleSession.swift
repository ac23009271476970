// One person's console on the desk: one loop that takes keys, the desk's changes and the clock, hands them to
// `update`, carries out its wishes and shows the frame. It never performs anything itself.

import CellScreen
import ConsoleUI
import CursesTerminal
import Domain
import EffectPreview
import GateKeeper
import Glibc
import Storage

struct ConsoleSession<Terminal: Screen> {
  var terminal: Terminal
  var model: Model
  let desk: Desk
  var run: RunID
  let styles: [Role: Style]
  let actions: DeskActions
  var verification: TrailVerification?
  var search: TrailSearch?
  /// A filter that was typed and not looked for yet.
  var wantedSearch: TrailFilter?
  var proofs: ProofWork
  /// The entry whose proof is being made.
  var wantedProof: LeafIndex?
  /// Nil while what was read is not what is wanted now.
  var seenVersion: DeskStore.Version?
  var seenChange: Int64 = -1
  var trailStep: StepID?
  /// Steps that are copies with redlines, each with its document, by how many flags there were then.
  var copies: (flags: Int, documents: [StepID: String]) = (0, [:])
  private var lastAttend: Int64 = 0
  /// What the rules and settings were like when they were last read.
  private var settingsStamp = ""
  /// A rule has `expires:`.
  private var mayExpire = false
  /// The desk's disk was nearly full at the last look.
  private var isRoomShort = false
  /// When all other runs were looked after.
  private var lastRound: Int64 = 0
  /// Children of this console, to be waited for when they end.
  private var performers: [pid_t] = []
  /// Why no performer could be started, as last told.
  private var lastRefusal = ""
  private var lastRefusedAt: Int64 = 0
  private var lastProgress: Int64 = 0
  private var lastTick: Int64 = 0
  private var lastLook: Int64 = 0
  var lastWall: Int64 = 0
  /// Something has changed on the desk since the wall was read.
  private var isWallOld = false
  var isDirty = true
  var isOver = false
  var wantsSuspend = false
  /// The step whose text goes to the person's own editor next.
  var wantsEditor: StepSummary?
  private var title = ""
  /// What of the editor lies on the desk.
  var unsaved: (step: StepID, text: String)?

  init(
    desk: Desk, run: RunID, terminal: Terminal, styles: [Role: Style], isASCII: Bool, opening: Opening = Opening()
  ) throws(RuntimeFault) {
    self.desk = desk
    self.run = run
    self.terminal = terminal
    self.styles = styles
    actions = DeskActions(desk)
    proofs = ProofWork(desk)
    model = Model(width: terminal.width, height: terminal.height, person: desk.person, zone: Clocks.zone())
    model.isASCII = isASCII
    var keymapFault = ""
    do throws(RuntimeFault) { model.keymap = try UserKeymap.read(desk) } catch { keymapFault = error.sentence }
    model.isLocked = opening.isReadOnly
    model.isReadOnly = opening.isReadOnly
    model.now = Clocks.monotonic()
    model.time = Clocks.now()
    // Whoever has just opened it looks.
    model.lastInput = model.now
    lastProgress = model.now
    verification = try TrailVerification(desk)
    if let view = opening.view {
      try readDesk()
      if view == .live { model.home = view }
      try deliver(.enter(view))
    }
    let warning = Doctor.injection
    if !keymapFault.isEmpty {
      // A slip in a file must not keep anybody from taking a mail back.
      try deliver(.told("shipped keys: \(keymapFault)", isBad: true))
    } else if !opening.greeting.isEmpty {
      try deliver(.greeted(opening.greeting, isBad: false))
    } else if warning.health != .good, !opening.isDemo {
      let words = "other programs of yours may be able to type into this window"
      try deliver(.greeted("\(words): `ringi doctor` says more", isBad: true))
    }
  }

  /// Work that is due now; the caller waits for input in between.
  mutating func turn(_ events: [InputEvent]) throws(RuntimeFault) {
    for event in events { try deliver(.input(event, at: Clocks.monotonic())) }
    try searchTrail()
    try readDesk()
    try attend()
    try lookAtWork()
    let now = Clocks.monotonic()
    let isArming = !model.isArmed && model.painted == model.expectedPaint && now - model.paintedAt >= Model.arming
    if isArming || model.wantsClock && now - lastTick >= 1_000 {
      lastTick = now
      try deliver(.tick(at: now, wall: Clocks.now()))
    }
    if isDirty { try show() }
  }

  /// A bar that moves four times a second is quick enough.
  private mutating func lookAtWork() throws(RuntimeFault) {
    guard Clocks.monotonic() - lastLook >= 250 else { return }
    lastLook = Clocks.monotonic()
    keepUnsaved()
    let work = desk.store.work(of: run)
    if work != model.work { try deliver(.work(work)) }
  }

  /// Milliseconds until something is due without input.
  var patience: Int32 {
    if hasSpareWork { return 0 }
    if model.work != nil { return 250 }
    if !model.isArmed, model.painted == model.expectedPaint, model.painted?.step != nil || model.painted?.finding != nil
    {
      return Int32(max(1, min(1_000, model.paintedAt + Model.arming - Clocks.monotonic())))
    }
    return 1_000
  }

  private var hasSpareWork: Bool {
    if model.view == .audit, wantedProof != nil || search.map({ !$0.isComplete }) ?? false { return true }
    return verification.map { !isVerified($0) } ?? false
  }

  private func isVerified(_ verification: TrailVerification) -> Bool {
    if case .broken = model.check { return true }
    return model.check == .intact && verification.count >= model.leafCount
  }

  /// A piece of long work: a search of the trail, its verification. Called when nothing else is due.
  mutating func idle() throws(RuntimeFault) {
    if let index = wantedProof, model.view == .audit {
      guard let proof = try proofs.step(index) else { return }
      wantedProof = nil
      return try deliver(.proof(index, proof))
    }
    if var search, !search.isComplete, model.view == .audit {
      try journalled { () throws(JournalFault) in try search.step(500) }
      self.search = search
      return try deliver(.trailPage(search.page))
    }
    guard var check = verification, !isVerified(check) else { return }
    let found = try check.step(leaves: 16)
    verification = check
    // While more is written than checked, the word stays what it was after the first whole pass.
    if case .checking = found {
      // A number that runs is no news: four times a second is enough.
      if model.check == .intact || Clocks.monotonic() - lastProgress < 250 { return }
      lastProgress = Clocks.monotonic()
    }
    if found != model.check { try deliver(.checked(found)) }
  }

  mutating func deliver(_ message: Message) throws(RuntimeFault) {
    isDirty = true
    (model.now, model.time) = (Clocks.monotonic(), Clocks.now())
    for intent in update(&model, message) {
      do throws(RuntimeFault) { try carryOut(intent) } catch {
        guard error.code != .fault else { throw error }
        try deliver(.told(error.sentence, isBad: true))
      }
    }
  }

  private mutating func show() throws(RuntimeFault) {
    isDirty = false
    let drawing = draw(model)
    terminal.show(drawing.frame, styles: styles)
    _ = update(&model, .painted(drawing.painted, rows: drawing.rows, at: Clocks.monotonic()))
    let title =
      model.home == .live
      ? "ringi all runs \(model.waitingUnseen) waiting"
      : "ringi \(model.run?.workspace ?? "") \(model.run?.counts.waiting ?? 0) waiting"
    if title != self.title {
      self.title = title
      terminal.setTitle(title)
    }
  }

  mutating func readDesk() throws(RuntimeFault) {
    let store = desk.store
    let version = store.version()
    guard version != seenVersion else { return try refreshWall() }
    seenVersion = version
    let since = seenChange
    let (id, step) = (run, trailStep)
    let limit = max(4, model.height)
    let reading = try journalled { () throws(JournalFault) -> (DeskReading, Int64) in
      let (steps, upTo) = try store.steps(of: id, changedAfter: since)
      return (
        DeskReading(
          run: try store.run(id), plan: try store.plan(of: id), steps: steps, isWhole: since < 0,
          findings: try store.findings(of: id), trail: try store.trail(of: id, step: step, limit: limit),
          leafCount: try store.leafCount(), hasHost: true), upTo
      )
    }
    seenChange = reading.1
    var news = reading.0
    news.hasHost = model.hasHost
    try deliver(.reading(news))
    try readCopies(news)
    if var search, model.view == .audit {
      let isNews = try journalled { () throws(JournalFault) in try search.catchUp() }
      self.search = search
      if isNews { try deliver(.trailPage(search.page)) }
    }
    try refreshWall(isChanged: true)
  }

  /// All runs, incidents and signs: at once where they are shown, else only so often that the header knows incidents.
  private mutating func refreshWall(isChanged: Bool = false) throws(RuntimeFault) {
    let age = Clocks.monotonic() - lastWall
    // A change that comes too soon after the last is not forgotten: what waits in another run is in every header.
    if isChanged { isWallOld = true }
    let isLive = lastWall == 0 || model.view == .live
    let isDue = isWallOld && age >= (isLive ? 250 : 2_000) || isLive && age >= 5_000
    guard isDue, lastWall > 0 || model.painted != nil else { return }
    isWallOld = false
    try carryOut(.loadWall)
  }

  /// Looks after the run's host, at most once a second.
  private mutating func attend() throws(RuntimeFault) {
    let now = Clocks.monotonic()
    guard now - lastAttend >= 1_000, let summary = model.run else { return }
    lastAttend = now
    try lookAtSettings(summary)
    // Performers that are through leave nothing behind.
    performers.removeAll { waitpid($0, nil, WNOHANG) != 0 }
    let holder = RunLock.holder(desk.directory, run)
    let hasHost =
      summary.isHooked
      ? RunPulse.isLive(desk.directory, summary) : holder == .agent || holder == .look && model.hasHost
    if hasHost != model.hasHost {
      model.hasHost = hasHost
      isDirty = true
      // The run may have come to its end since it was last read.
      if !hasHost { try readDesk() }
      let isOver = model.run?.state.isOver ?? true
      let isStopped = try journalled { () throws(JournalFault) in try desk.store.stopWanted(run) }
      if !hasHost, !isOver, !summary.isHooked, !summary.isOfCaller, !isStopped {
        try deliver(
          .told("the agent or its host is gone; :continue starts the agent again, :close ends the run", isBad: true))
      }
    }
    do throws(RuntimeFault) {
      // What could not be started a moment ago is not tried each second.
      if holder == nil, !summary.state.isOver, !summary.isHooked || !hasHost,
        lastRefusal.isEmpty || now - lastRefusedAt >= 15_000
      {
        if let performer = try RunStarter.attend(desk, run, mayExpire: mayExpire) { performers.append(performer) }
      }
      if now - lastRound >= 5_000 {
        lastRound = now
        // A session has no host that looks at its time.
        performers += try RunStarter.attendAll(desk, but: summary.isHooked ? nil : run)
        try lookAtRoom()
      }
    } catch {
      guard error.code != .fault else { throw error }
      // Another console was quicker, or it is as it was a second ago.
      lastRefusedAt = now
      guard RunLock.isFree(desk.directory, run), error.sentence != lastRefusal else { return }
      lastRefusal = error.sentence
      try deliver(.told(error.sentence, isBad: true))
    }
  }

  /// Said before it is too late, once.
  private mutating func lookAtRoom() throws(RuntimeFault) {
    let room = Doctor.free(desk.directory) ?? .max
    let isShort = room < Doctor.leastRoom
    if isShort, !isRoomShort {
      let left = "\(room >> 20) MiB left for the desk: nothing is done that can’t be recorded, so make room"
      try deliver(.told(left, isBad: true))
    }
    isRoomShort = isShort
  }

  /// A slip in a file that somebody changes while runs go on stops every yes: that is said here, not only at the next one.
  private mutating func lookAtSettings(_ run: RunSummary) throws(RuntimeFault) {
    let stamp = WorkspaceLoader.stamp(run.directory, desk: desk.directory)
    guard stamp != settingsStamp, !run.state.isOver else { return }
    settingsStamp = stamp
    mayExpire = Expiry.isPossible(in: run.directory, desk)
    var fault = ""
    do throws(RuntimeFault) {
      let folders = try WorkspaceLoader.load(run.directory, desk: desk.directory).workspace.folders
      try deliver(.writtenFolders(folders.filter { !$0.isReadOnly }.map(\.path).joined(separator: " · ")))
    } catch {
      fault = error.sentence
    }
    if fault != model.settingsFault { try deliver(.settings(fault)) }
  }

  func preview(of id: StepID) throws(RuntimeFault) -> LoadedPreview? {
    let store = desk.store
    let found = try journalled { () throws(JournalFault) -> (StepSummary, [UInt8])? in
      guard let step = try store.step(id), let bytes = try store.previewBytes(of: id) else { return nil }
      return (step, bytes)
    }
    guard let found, let preview = try? Preview(bytes: found.1) else { return nil }
    return LoadedPreview(step: id, revision: found.0.revision, preview: preview)
  }

  /// The person's own editor, on the terminal that was lent to it.
  mutating func editOutside(_ step: StepSummary) throws(RuntimeFault) {
    wantsEditor = nil
    do throws(RuntimeFault) {
      guard let text = try actions.editableText(step) else {
        return try deliver(.told("this step has no text to change", isBad: true))
      }
      guard let changed = try OutsideEditor(desk).edit(text, name: step.target), changed != text else {
        return try deliver(.told("nothing was changed", isBad: false))
      }
      try actions.edit(step, text: changed)
      try deliver(.edited)
    } catch {
      guard error.code != .fault else { throw error }
      try deliver(.told(error.sentence, isBad: true))
    }
  }

  mutating func suspended() {
    wantsSuspend = false
    model.painted = nil
    isDirty = true
  }
}

/// How a console is opened.
package struct Opening: Sendable {
  package var view: ViewKind?
  package var isReadOnly: Bool
  /// One line for the person who has just sat down.
  package var greeting = ""
  /// A sample: its first screen is for the keys, not for warnings that `ringi doctor` gives as well.
  package var isDemo = false
  package init(view: ViewKind? = nil, isReadOnly: Bool = false) {
    self.view = view
    self.isReadOnly = isReadOnly
  }
}

// One person's console on one run: one loop that takes keys, the desk's changes and the clock, hands them to
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
  let run: RunID
  let styles: [Role: Style]
  private let actions: DeskActions
  private var verification: TrailVerification?
  private var seenVersion: Int64 = -1
  private var seenChange: Int64 = -1
  private var trailStep: StepID?
  private var lastAttend: Int64 = 0
  private var lastProgress: Int64 = 0
  private var isDirty = true
  private(set) var isOver = false
  private(set) var wantsSuspend = false

  init(desk: Desk, run: RunID, terminal: Terminal, styles: [Role: Style], isASCII: Bool) throws(RuntimeFault) {
    self.desk = desk
    self.run = run
    self.terminal = terminal
    self.styles = styles
    actions = DeskActions(desk)
    model = Model(width: terminal.width, height: terminal.height, person: desk.person, zone: Clocks.zone())
    model.isASCII = isASCII
    model.now = Clocks.monotonic()
    lastProgress = model.now
    verification = try TrailVerification(desk)
  }

  /// Work that is due now; the caller waits for input in between.
  mutating func turn(_ events: [InputEvent]) throws(RuntimeFault) {
    for event in events { try deliver(.input(event, at: Clocks.monotonic())) }
    try readDesk()
    try attend()
    if !model.isArmed, model.painted == model.expectedPaint, Clocks.monotonic() - model.paintedAt >= Model.arming {
      try deliver(.tick(at: Clocks.monotonic()))
    }
    if isDirty { try show() }
  }

  /// Milliseconds until something is due without input.
  var patience: Int32 {
    if let verification, !isVerified(verification) { return 0 }
    if !model.isArmed, model.painted == model.expectedPaint, model.painted?.step != nil || model.painted?.finding != nil
    {
      return Int32(max(1, min(1_000, model.paintedAt + Model.arming - Clocks.monotonic())))
    }
    return 1_000
  }

  private func isVerified(_ verification: TrailVerification) -> Bool {
    if case .broken = model.check { return true }
    return model.check == .intact && verification.count >= model.leafCount
  }

  /// A piece of the verification of the trail; called when nothing else is due.
  mutating func idle() throws(RuntimeFault) {
    guard var check = verification, !isVerified(check) else { return }
    let found = try check.step(leaves: 64)
    verification = check
    // While more is written than checked, the word stays what it was after the first whole pass.
    if case .checking = found {
      // A number that runs is no news: four times a second is enough.
      if model.check == .intact || Clocks.monotonic() - lastProgress < 250 { return }
      lastProgress = Clocks.monotonic()
    }
    if found != model.check { try deliver(.checked(found)) }
  }

  private mutating func deliver(_ message: Message) throws(RuntimeFault) {
    isDirty = true
    for intent in update(&model, message) {
      do throws(RuntimeFault) { try carryOut(intent) } catch {
        guard error.code != .fault else { throw error }
        seenVersion = -1
        try deliver(.told(error.sentence, isBad: true))
      }
    }
  }

  private mutating func show() throws(RuntimeFault) {
    isDirty = false
    let drawing = draw(model)
    terminal.show(drawing.frame, styles: styles)
    let isNews = drawing.painted != model.painted
    _ = update(&model, .painted(drawing.painted, rows: drawing.rows, at: Clocks.monotonic()))
    // The footer's keys are dim until armed; a new paint changes them.
    if isNews { terminal.setTitle("ringi \(model.run?.workspace ?? "") \(model.run?.counts.waiting ?? 0) waiting") }
  }

  private mutating func readDesk() throws(RuntimeFault) {
    let store = desk.store
    let version = store.dataVersion()
    guard version != seenVersion else { return }
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
  }

  /// Looks after the run's host, at most once a second.
  private mutating func attend() throws(RuntimeFault) {
    let now = Clocks.monotonic()
    guard now - lastAttend >= 1_000, let summary = model.run else { return }
    lastAttend = now
    let hasHost = !RunLock.isFree(desk.directory, run)
    if hasHost != model.hasHost {
      model.hasHost = hasHost
      isDirty = true
    }
    if !hasHost, !summary.state.isOver {
      try RunStarter.attend(desk, run)
      seenVersion = -1
    }
  }

  private mutating func carryOut(_ intent: Intent) throws(RuntimeFault) {
    switch intent {
    case .loadPreview(let id): try loadPreview(id)
    case .loadEditable(let id):
      guard let step = model.steps[id] else { return }
      try deliver(.editable(id, step.revision, try actions.editableText(step)))
    case .loadTrail(let step):
      trailStep = step
      seenVersion = -1
    case .decide(let step, let decision, let painted): try actions.decide(step, decision, painted: painted)
    case .decideAll(let steps, let decision, let painted): try actions.decide(steps, decision, painted: painted)
    case .edit(let step, let text):
      try actions.edit(step, text: text)
      try deliver(.edited)
    case .mark(let step, let mark, let changes): try actions.mark(step, mark, discarding: changes)
    case .finishReview:
      let counts = try actions.finishReview(run)
      try deliver(.told("review finished: \(counts.kept) kept, \(counts.discarded) discarded", isBad: false))
    case .undo(let step): try select(try actions.undo(step))
    case .raiseSend(let step): try select(try actions.raiseSend(step))
    case .setLevel(let row, let level, let reason): try actions.setLevel(row, level, reason: reason)
    case .markRedline(let row, let mark, let reason): try actions.markRedline(row, mark, run: run, reason: reason)
    case .pause(let isPaused): try actions.pause(run, isPaused)
    case .stop: try actions.stop(run)
    case .resume: try actions.resume(run)
    case .close: try actions.close(run)
    case .flushInput: terminal.flushInput()
    case .suspend: wantsSuspend = true
    case .quit: isOver = true
    }
    // Our own commits don't change this connection's data_version; looking commits nothing.
    switch intent {
    case .loadPreview, .loadEditable, .flushInput, .suspend, .quit: break
    default: seenVersion = -1
    }
  }

  private mutating func loadPreview(_ id: StepID) throws(RuntimeFault) {
    let store = desk.store
    let found = try journalled { () throws(JournalFault) -> (StepSummary, [UInt8])? in
      guard let step = try store.step(id), let bytes = try store.previewBytes(of: id) else { return nil }
      return (step, bytes)
    }
    guard let found, let preview = try? Preview(bytes: found.1) else { return }
    _ = update(&model, .preview(LoadedPreview(step: id, revision: found.0.revision, preview: preview)))
    isDirty = true
  }

  /// A step a person has just raised: shown, so that it can be decided like any other.
  private mutating func select(_ step: StepSummary) throws(RuntimeFault) {
    seenVersion = -1
    try readDesk()
    model.view = .run
    model.isFollowing = false
    model.selection = step.id
    try loadPreview(step.id)
    try deliver(.told("proposed as #\(step.number): look at it, then a", isBad: false))
  }

  mutating func suspended() {
    wantsSuspend = false
    model.painted = nil
    isDirty = true
  }
}

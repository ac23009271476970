// One tool call of a hooked agent: proposed, waited for, permitted. The agent performs what is allowed.

import AgentLink
import AuditLog
import Domain
import Effector
import GateKeeper
import Glibc
import Storage
import Wire

struct HookWait {
  let session: HookSession
  /// Of the monotonic clock, in milliseconds: then it is answered that it still waits.
  let until: Int64
  /// When the session is put off instead, and what takes it up again; nil where it is told no.
  var putOff: (at: Int64, resumedBy: String)?
  /// Listened to from before the first look: what is decided in between is heard.
  private let bell: Doorbell
  private var store: DeskStore { session.store }
  private var run: RunID { session.run.id }

  init(session: HookSession, until: Int64) {
    (self.session, self.until) = (session, until)
    bell = Doorbell(directory: session.desk.directory)
  }

  private func rest() {
    let now = Clocks.monotonic()
    // What is put off while its run is paused has its moment behind it.
    let next = putOff.map { $0.at > now ? min(until, $0.at) : until } ?? until
    var descriptor = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&descriptor, 1, Int32(max(0, min(1_000, next - now))))
    bell.drain()
  }

  /// What is asked for after a person's stop is refused without a look, and said.
  private func afterStop(_ call: HookCall) throws {
    let words = "\(call.tool) \(call.input.text)".prefix(300)
    try journalled { () throws(JournalFault) in
      try store.say(run, "asked for after the stop, and refused: “\(words)”", by: .performer)
    }
  }

  static let stopped = HookAnswer.deny("the run was stopped in Ringi", stops: true)

  func decide(_ call: HookCall) throws -> HookAnswer {
    if let answer = try paused() {
      if answer == Self.stopped, !call.isAgain { try afterStop(call) }
      return answer
    }
    do {
      let step = try session.inTurn { try propose(call, isAtOnce: session.run.reportsBack) }
      // It has begun with its record: an agent that waits at every call waits for one commit.
      if step.state == .performing, !call.isAgain { return Self.letThrough(step) }
      return try wait(step.id, call)
    } catch let fault as ProposalFault {
      return try unfit(fault)
    }
  }

  func unfit(_ fault: ProposalFault) throws -> HookAnswer {
    try journalled { () throws(JournalFault) in try store.say(run, fault.words, by: .performer) }
    return .deny("this can't be done: \(fault.reason)")
  }

  /// A paused run proposes nothing.
  /// - Returns: what is answered where it does not go on in time.
  func paused() throws -> HookAnswer? {
    while true {
      if try session.isStopped() { return Self.stopped }
      guard let now = try journalled({ () throws(JournalFault) in try store.run(run) }), now.isPaused else {
        return nil
      }
      guard Clocks.monotonic() < until else {
        let why = now.pausedWhy.isEmpty ? "" : " (\(now.pausedWhy))"
        return .deny("the run is paused in Ringi\(why); ask again later")
      }
      rest()
    }
  }

  private static let byPolicy = "policy lets this happen"
  private static func letThrough(_ step: StepSummary) -> HookAnswer { .allow("\(byPolicy) (#\(step.number) in Ringi)") }

  /// As the step that it is already, or a new one.
  /// - Parameter isAtOnce: what policy lets happen has begun when this returns.
  func propose(_ call: HookCall, isAtOnce: Bool = false) throws -> StepSummary {
    let maker = try session.maker()
    let made = try maker.make(call.proposal, plan: nil, staging: StagingArea(), isRelayed: true).step
    if let same = try open(made, maker, isAgain: call.isAgain) { return same }
    try dropOutdated(by: made, maker)
    var new = made
    new.callID = call.id
    guard isAtOnce else { return try session.desk.gate.intake(new, by: session.agent) }
    return try session.desk.gate.intake(new, by: session.agent) { _, permit in _ = consume permit }
  }

  /// The same call, asked before and not answered with a yes that was used: it is one step, and its yes counts once.
  /// - Parameter isAgain: the agent itself asks once more for what it was allowed a moment ago.
  private func open(_ made: NewStep, _ maker: StepMaker, isAgain: Bool) throws -> StepSummary? {
    for step in try store.alike(run, made.action.kind, target: made.action.effect.target)
    where (step.state == .waiting || step.state == .approved || isAgain && step.state == .performing) && step.isRelayed
    {
      // What a person wrote in its place is the answer to the same call.
      let first = try maker.agentsEffect(step)
      if try first == made.action.effect || maker.effect(of: step.id) == made.action.effect { return step }
      // Of a file that somebody changed it is the same deed: a yes to it does not count, and it waits again (`changed`).
      if step.state != .performing, first?.isSameDeed(as: made.action.effect) == true { return step }
    }
    return nil
  }

  /// A yes to what would be done to a file that has changed can't be used any more, and does not stay beside what is
  /// asked for in its place.
  private func dropOutdated(by made: NewStep, _ maker: StepMaker) throws(JournalFault) {
    guard let image = made.action.effect.preImage else { return }
    let old = try store.alike(run, made.action.kind, target: made.action.effect.target).filter { step in
      guard step.state == .approved, step.isRelayed else { return false }
      return (try? maker.effect(of: step.id))?.preImage.map { $0 != image } ?? false
    }
    try session.desk.gate.move(
      old.map {
        Transition(
          step: $0.id, event: .withdraw, actor: .performer, reasonCode: "target-changed",
          reason: "the file has changed since this was approved, and something else is asked for now")
      })
  }

  /// Where a step stands for the call that asks for it.
  enum Ruling {
    /// It may happen now, for this reason.
    case may(StepSummary, String)
    case answer(HookAnswer)
    case later(StepSummary)
  }

  func wait(_ id: StepID, _ call: HookCall) throws -> HookAnswer {
    while true {
      switch try ruling(id, call) {
      case .may(let step, let words): return try allow(step, call, words)
      case .answer(let answer): return answer
      case .later(let step):
        if let putOff, Clocks.monotonic() >= putOff.at {
          try session.putOff(step, putOff.resumedBy)
          return .putOff("waiting for a person as #\(step.number) in Ringi; after that: \(putOff.resumedBy)")
        }
        guard Clocks.monotonic() < until else {
          return .deny(
            "still waiting for a person as #\(step.number) in Ringi; make the same call again later, a yes counts once")
        }
        rest()
      }
    }
  }

  func ruling(_ id: StepID, _ call: HookCall) throws -> Ruling {
    while true {
      if try session.isStopped() { return .answer(Self.stopped) }
      guard let step = try store.step(id) else { throw JournalFault(.noSuchStep) }
      switch step.state {
      case .permitted: return .may(step, Self.byPolicy)
      case .approved where try journalled({ () throws(JournalFault) in try store.run(run)?.isPaused == true }):
        // Paused is paused, whoever approved it.
        return .later(step)
      case .approved:
        let maker = try session.maker()
        guard maker.isCurrent(step) else {
          try session.desk.gate.move([try maker.judgedAnew(step)])
          continue
        }
        if let now = try changed(step, call, maker) {
          try session.desk.gate.move([
            Transition(
              step: step.id, event: .revise, actor: .performer, reasonCode: "target-changed",
              reason: "what it would do has changed since it was shown", revised: now)
          ])
          continue
        }
        let isDue = step.dueAt.map { $0 <= store.clock.wall() } ?? true
        return isDue ? .may(step, "approved by \(step.decidedBy)") : .later(step)
      case .refused:
        let why = (step.evidence + step.verdict.reasons).joined(separator: "; ")
        return .answer(.deny("forbidden by policy (#\(step.number), \(step.verdict.rule)): \(why)"))
      case .rejected, .expired, .withdrawn, .discarded:
        let why = step.reason.isEmpty ? "no reason given" : step.reason
        let who = step.state == .rejected ? "rejected by \(step.decidedBy)" : step.state.rawValue
        return .answer(.deny("\(who) (#\(step.number)): \(why)"))
      case .performing where call.isAgain: return .answer(.allow("allowed already (#\(step.number) in Ringi)"))
      case .performing, .done, .undone, .failed, .unknown:
        return .answer(.deny("the yes to #\(step.number) was used for another call of the same; ask again"))
      case .waiting where step.expiresAt.map { $0 <= store.clock.wall() } ?? false:
        try journalled { () throws(JournalFault) in _ = try Expiry.apply(session.desk, run) }
      case .proposed, .waiting, .staged, .kept: return .later(step)
      }
    }
  }

  /// The call against the disk as it is now, where that is not what was shown; nil where it is.
  private func changed(_ step: StepSummary, _ call: HookCall, _ maker: StepMaker) throws -> NewStep? {
    let now = try maker.make(call.proposal, plan: nil, staging: StagingArea(), isRelayed: true).step
    let shown = try maker.effect(of: step.id)
    // With a person's text in it, what it is done to must still be the same.
    let isSame =
      try now.action.effect == shown
      || maker.isRewritten(step) && now.action.effect.writtenPath == shown.writtenPath
        && now.action.effect.preImage == shown.preImage
    guard !isSame else { return nil }
    return try maker.changing(now) { $0.reach.warnings.insert("somebody changed it since it was shown", at: 0) }
  }

  /// The permission itself is the effect: it is recorded before it is given. A hook hears what came of it.
  private func allow(_ step: StepSummary, _ call: HookCall, _ words: String) throws -> HookAnswer {
    let input = try ourInput(step, call)
    _ = try session.desk.gate.permit([step.id])
    if !session.run.reportsBack {
      // What leaves a file the disk tells, when the program comes again or has ended.
      let end = RelayedEnd(maker: try session.maker())
      let isSeen = try journalled { () throws(JournalFault) in try end.canTell(step) }
      if !isSeen { try session.desk.gate.conclude([(step.id, .done(detail: StepSummary.allowed))]) }
    }
    let changed = input == nil ? "" : ", with a person’s text in place of yours"
    return .allow("\(words) (#\(step.number) in Ringi)\(changed)", input: input)
  }

  /// The tool's input with a person's text in it; nil where nobody changed the agent's.
  private func ourInput(_ step: StepSummary, _ call: HookCall) throws -> JSON? {
    guard step.revision != .first else { return nil }
    let maker = try session.maker()
    guard try maker.isRewritten(step) else { return nil }
    let effect = try maker.effect(of: step.id)
    guard let path = effect.writtenPath, let content = effect.newContent else { return nil }
    guard let text = try store.load(content.digest).flatMap({ String(validating: $0, as: UTF8.self) }) else {
      throw JournalFault(.unreadable, "the text of #\(step.number) is gone")
    }
    var members = (call.input.members ?? []).filter {
      !["content", "old_string", "new_string", "replace_all"].contains($0.key)
    }
    switch call.tool {
    case "Write": members.append(.init("content", .string(text)))
    case "Edit":
      // The whole file gives way to the whole text: what stood there is what was shown, or the edit finds nothing.
      let before = try effect.preImage.flatMap { try store.load($0.content.digest) } ?? []
      members += [
        .init("old_string", .string(String(decoding: before, as: UTF8.self))), .init("new_string", .string(text)),
      ]
    default: throw JournalFault(.illegal, "\(path.display): \(call.tool) takes no other text")
    }
    return .object(members)
  }
}

extension HookSession {
  /// Its program is about to end over a question that stays open, and is no longer what the run depends on.
  func putOff(_ step: StepSummary, _ resumedBy: String) throws {
    try journalled { () throws(JournalFault) in
      try store.setAgentProcess(run.id, "")
      try store.say(run.id, "put off until #\(step.number) is decided; then: \(resumedBy)", by: .performer)
    }
  }

  /// What ended since ended over a question that is still open.
  var isPutOff: Bool { run.agentProcess.isEmpty && AgentProcess.ofHook() != nil }

  func isStopped() throws(RuntimeFault) -> Bool {
    try journalled { () throws(JournalFault) in try store.stopWanted(run.id) }
  }

  /// What the agent says it has done, held against what it was allowed.
  func done(_ call: String) throws(RuntimeFault) {
    let maker = try maker()
    try journalled { () throws(JournalFault) in
      guard let step = try store.step(ofCall: call, in: run.id), step.isRelayed, step.state == .performing else {
        return
      }
      let end = RelayedEnd(maker: maker)
      let isKnown = try end.canTell(step)
      let outcome = tellsEveryEnd || isKnown ? try end.done(step) : .done(detail: RelayedEnd.ran)
      try desk.gate.conclude([(step.id, outcome)])
    }
  }

  private var tellsEveryEnd: Bool { HookedAgent(rawValue: run.agent)?.tellsEveryEnd ?? true }

  func failed(_ call: String, _ error: String) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in
      guard let step = try store.step(ofCall: call, in: run.id), step.state == .performing else { return }
      try desk.gate.conclude([(step.id, .failed(detail: "it failed at the agent: \(error.prefix(500))"))])
    }
  }

  /// The agent's turn is over: what it never spoke of again it has not done as far as anybody knows.
  func turnEnded() throws(JournalFault) {
    let maker = try? maker()
    for step in try store.steps(of: run.id, in: [.performing]) where step.isRelayed {
      let end = maker.map { RelayedEnd(maker: $0) }
      let isKnown = try end?.canTell(step) ?? false
      if let end, isKnown || !tellsEveryEnd && !step.kind.isRead {
        try desk.gate.conclude([(step.id, try end.silent(step))])
      } else if run.reportsBack || step.kind.isRead {
        try desk.gate.conclude([(step.id, .failed(detail: "the agent never said that it did it"))])
      } else {
        try ask(step, maker)
      }
    }
  }

  /// A call that was with its server when whoever stood before that died: nobody here can tell whether it was done.
  private func ask(_ step: StepSummary, _ maker: StepMaker?) throws(JournalFault) {
    let words = "Ringi’s gate was ended before the answer came"
    try desk.gate.conclude([(step.id, .unknown(detail: words))])
    guard let maker else { return }
    let sent = SentMail(outbox: "", hasCommand: false, names: .init(name: { _ in "" }, hash: { Hashing.sha256($0) }))
    try Reconciler(desk: desk, maker: maker, sent: sent).ask(step, because: words)
  }

  /// What a program was allowed that only asks, and has done by now.
  func lookAtDone() throws(JournalFault) {
    guard run.grade == .asked else { return }
    let open = try store.steps(of: run.id, in: [.performing]).filter(\.isRelayed)
    guard !open.isEmpty, let maker = try? maker() else { return }
    for step in open {
      guard let outcome = try RelayedEnd(maker: maker).seen(step) else { continue }
      try desk.gate.conclude([(step.id, outcome)])
    }
  }
}

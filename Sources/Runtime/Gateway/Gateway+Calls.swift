// One call at the gateway: what is known of its server, its step, its permit, what came of it.

import AgentLink
import AuditLog
import Domain
import Effector
import GateKeeper
import Glibc
import Storage
import Wire

extension Gateway {
  func decide(_ id: RPCID) throws {
    guard let entry = open[id] else { return }
    let session = try opened()
    let store = desk.store
    if try session.isStopped() { return deny(id, "the run was stopped in Ringi") }
    if try isContinuing(id, entry) { return }
    if try journalled({ () throws(JournalFault) in try store.run(session.run.id)?.isPaused == true }), entry.step == nil
    {
      return wait(id, "the run is paused in Ringi")
    }
    guard let manifest = link.manifest else {
      if !entry.hasAskedForList {
        open[id]?.hasAskedForList = true
        link.list(for: id)
      }
      return wait(id, "the server has not yet said what its tools are")
    }
    let text = server.text(manifest)
    guard try isTrusted(id, text, session) else { return }
    // The hook's yes is to the call; the server is a question of its own.
    if try isAllowedByHook(id, entry, session) { return }
    let call = hookCall(entry.call, pin: Hashing.sha256(text))
    let step: StepID
    if let known = entry.step {
      step = known
    } else {
      if let held = try session.inTurn({ try self.hold(call) }) {
        open[id] = nil
        return link.hold(id, held)
      }
      step = try session.inTurn { try self.propose(call, id, entry) }
      open[id]?.step = step
      if open[id]?.isPassed != false { return }
    }
    switch try ruling(step, call) {
    case .may(let step, _):
      pass(id, entry, try desk.gate.permit([step.id]))
    case .answer(.deny(let reason, _)): deny(id, reason)
    case .answer: deny(id, "nothing was decided")
    case .later(let step): wait(id, "waiting for a person as #\(step.number) in Ringi")
    }
  }

  private func pass(_ id: RPCID, _ entry: Open, _ permit: consuming Permit) {
    ConnectorDoor.pass(permit) { allowed in
      // INVARIANT: what is passed on is what was permitted.
      guard allowed.tool == entry.call.tool, allowed.arguments == entry.call.arguments else {
        return deny(id, "what was allowed is not what was asked")
      }
      open[id]?.isPassed = true
      link.pass(id)
    }
  }

  private func wait(_ id: RPCID, _ words: String) { open[id]?.words = words }

  /// What the run is at.
  private func plan() throws -> Int? {
    guard let host else { return nil }
    return try desk.store.plan(of: host).firstIndex { $0.status == .inProgress }
  }

  private func hookCall(_ call: GatewayCall, pin: Digest) -> HookCall {
    var effect = ConnectorCall(connector: server.name, tool: call.tool, arguments: call.arguments)
    effect.pin = pin
    return HookCall(
      id: "", tool: call.tool, input: .object([]), proposal: Proposal(effect: .call(effect), claims: Claims()))
  }

  /// The same call that was asked before and has its yes, or its question, still open; else a new step.
  private func propose(_ call: HookCall, _ id: RPCID, _ entry: Open) throws -> StepID {
    let session = try opened()
    let maker = try maker()
    let made = try maker.make(call.proposal, plan: plan(), staging: StagingArea(), isRelayed: true).step
    guard made.verdict.level >= .watched else {
      return try desk.gate.intake(made, by: session.agent) { step, permit in pass(id, entry, permit) }.id
    }
    let taken = Set(open.values.compactMap(\.step))
    for step in try desk.store.alike(session.run.id, made.action.kind, target: made.action.effect.target)
    where (step.state == .waiting || step.state == .approved) && step.isRelayed && !taken.contains(step.id) {
      if try maker.effect(of: step.id) == made.action.effect { return step.id }
    }
    return try desk.gate.intake(made, by: session.agent).id
  }

  /// A call that its rule leaves to the review of the run is prepared: Ringi makes it when the review is finished.
  /// - Returns: what its client is told; nil where it can't be held.
  private func hold(_ call: HookCall) throws -> String? {
    guard server.canHold, case .call(let effect) = call.proposal.effect else { return nil }
    let maker = try maker()
    guard maker.reading(effect)?.kind.isRead == false else { return nil }
    let made = try maker.make(call.proposal, plan: plan(), staging: StagingArea(), isRelayed: false).step
    guard made.verdict.level == .batched else { return nil }
    // The same once more is the same call, made again by a client that did not hear.
    let session = try opened()
    var same: StepSummary?
    for step in try desk.store.alike(session.run.id, made.action.kind, target: made.action.effect.target)
    where try step.state == .staged && maker.agentsEffect(step) == made.action.effect { same = step }
    let step = if let same { same } else { try desk.gate.intake(made, by: session.agent) }
    return
      "held\(same == nil ? "" : " already") as #\(step.number) in Ringi for review. It has not happened, and has no result yet: it is done when a person keeps it after your work. Go on with what does not need its result"
  }

  // MARK: the server

  /// A person has accepted the server as it is. Until then its calls wait, and a step asks.
  private func isTrusted(_ id: RPCID, _ text: [UInt8], _ session: HookSession) throws -> Bool {
    let digest = Hashing.sha256(text)
    // Nobody has written to the desk since it was last looked up.
    let version = desk.store.dataVersion()
    if let trustedAt, trustedAt.version == version, trustedAt.digest == digest { return true }
    let all = try desk.store.trustSteps(server.name)
    if try desk.store.trusted(server.name)?.digest == digest {
      trustedAt = (version, digest)
      return true
    }
    let asked = all.first { $0.pin.text.digest == digest && $0.step.state != .done }
    switch asked?.step.state {
    case .rejected where asked?.step.run == session.run.id, .refused where asked?.step.run == session.run.id:
      let why = asked?.step.reason ?? ""
      deny(id, "the connector `\(server.name)` was not accepted\(why.isEmpty ? "" : ": \(why)")")
      return false
    case .waiting, .approved, .performing:
      wait(
        id,
        "waiting for a person to accept the connector `\(server.name)` as \(asked?.step.run.description ?? "").\(asked?.step.number.description ?? "") in Ringi"
      )
      return false
    default: break
    }
    let step = try session.inTurn {
      // Ringi itself performs it: the record that it was accepted is the whole of it.
      let made = try self.maker().make(
        Proposal(effect: .trust(connector: self.server.name, text: text), claims: Claims()), plan: nil,
        staging: StagingArea(), isRelayed: false
      ).step
      return try self.desk.gate.intake(made, by: session.agent)
    }
    // A policy may leave this to itself.
    if step.state == .permitted {
      _ = try desk.gate.permit([step.id])
      try desk.gate.conclude([(step.id, .done(detail: "accepted by policy"))])
    }
    return try isTrusted(id, text, session)
  }

  // MARK: calls that are decided elsewhere

  /// The same call once more, with what the server wanted to know.
  private func isContinuing(_ id: RPCID, _ entry: Open) throws -> Bool {
    guard entry.call.isContinued, entry.step == nil,
      let index = continued.firstIndex(where: { $0.tool == entry.call.tool && $0.arguments == entry.call.arguments })
    else { return false }
    open[id]?.step = continued.remove(at: index).step
    open[id]?.isPassed = true
    try opened().say("what `\(entry.call.tool)` asked for goes to the server")
    link.pass(id)
    return true
  }

  /// An agent that asks through hooks has asked for this call already; the hook's yes is for this very call.
  private func isAllowedByHook(_ id: RPCID, _ entry: Open, _ session: HookSession) throws -> Bool {
    guard !entry.call.hookedAs.isEmpty, session.run.reportsBack, entry.step == nil,
      let step = try desk.store.step(ofCall: entry.call.hookedAs, in: session.run.id), step.isRelayed,
      step.state == .performing, case .call(let call) = try maker().effect(of: step.id),
      call.tool == entry.call.tool, call.arguments == entry.call.arguments
    else { return false }
    open[id]?.step = step.id
    open[id]?.isOfHook = true
    open[id]?.isPassed = true
    link.pass(id)
    return true
  }

  // MARK: what came of it

  func answered(_ id: RPCID, isError: Bool, _ text: String) {
    guard let entry = open.removeValue(forKey: id), let step = entry.step, !entry.isOfHook else { return }
    let words =
      ConnectorAnswer.plain(secrets.hide(text)).split(whereSeparator: \.isNewline).first.map { String($0.prefix(300)) }
      ?? ""
    attempt {
      let outcome = isError ? Outcome.failed(detail: "the server says: \(words)") : .done(detail: StepSummary.passedOn)
      try self.desk.gate.conclude([(step, outcome)], answer: isError || words.isEmpty ? nil : words)
    }
  }

  func withdrawn(_ id: RPCID, wasPassed: Bool) {
    guard let entry = open.removeValue(forKey: id), let step = entry.step, !entry.isOfHook else { return }
    attempt { try self.end(step, wasPassed, "the client took it back") }
  }

  /// A call that nobody waits for any more.
  private func end(_ id: StepID, _ wasPassed: Bool, _ why: String) throws {
    guard let step = try desk.store.step(id) else { return }
    switch step.state {
    case .waiting, .approved, .permitted:
      try desk.gate.move([
        Transition(step: id, event: .withdraw, actor: .performer, reasonCode: "client-gone", reason: why)
      ])
    case .performing where step.kind.isRead:
      try desk.gate.conclude([(id, .failed(detail: "\(why) before it was answered"))])
    case .performing:
      // It is with the server: whether it was done nobody here can tell.
      let words = "\(why) before the server had answered"
      try desk.gate.conclude([(id, .unknown(detail: words))])
      let sent = SentMail(outbox: "", hasCommand: false, names: .init(name: { _ in "" }, hash: { Hashing.sha256($0) }))
      try Reconciler(desk: desk, maker: maker(), sent: sent).ask(step, because: words)
    default: break
    }
  }

  /// The client or the server is gone.
  func leave(_ why: String) throws {
    guard let session else { return }
    for (_, entry) in open where !entry.isOfHook {
      if let step = entry.step { try end(step, entry.isPassed, why) }
    }
    for entry in continued { try end(entry.step, true, why) }
    for id in open.keys { link.deny(id, "the server has ended") }
    open = [:]
    // Others of the same client go on by themselves.
    if host == nil, hold?.isLast != false, !session.run.reportsBack { try session.end(why, isLost: false) }
  }
}

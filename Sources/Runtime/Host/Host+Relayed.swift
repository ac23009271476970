// What an agent does by itself: what it was allowed, held against the disk; what it did without asking, as it tells it.

import AgentLink
import Domain
import GateKeeper

extension Host {
  /// The agent performs what we allow: the permission itself is the effect. What came of it is told when it is over.
  func allow(_ step: StepSummary, _ token: ReplyToken) throws(JournalFault) {
    _ = try desk.gate.permit([step.id])
    try answer(token, .done(step.number, detail: ""))
  }

  func ended(_ call: String, isDone: Bool, did: String) throws(JournalFault) {
    // What it did through our own tools is a step already, and one that touches nothing itself did nothing else.
    let isOurs = ownCalls > 0 && ToolServer.toolNames.contains { did.contains($0) }
    if !did.isEmpty, isOurs {
      ownCalls -= 1
    } else if !did.isEmpty, summary.grade != .enforced {
      try finishWords()
      unasked += 1
      try store.say(run, isDone ? "did by itself, \(did)" : "began by itself, \(did)", by: agent)
    }
    guard let step = try store.step(ofCall: call, in: run), step.isRelayed, step.state == .performing else { return }
    let outcome: Outcome =
      if isDone { try RelayedEnd(maker: maker).done(step) } else {
        .failed(detail: "the agent says that it failed, or ended with an error")
      }
    try desk.gate.conclude([(step.id, outcome)])
    seenVersion = -1
  }

  /// It asked, and then left the work to us: its question is answered, and done with.
  func handedOver(_ call: String) throws(JournalFault) {
    guard let step = try store.step(ofCall: call, in: run), step.isRelayed else { return }
    switch step.state {
    case .performing:
      try desk.gate.conclude([(step.id, .done(detail: StepSummary.leftToRingi))])
    case .waiting, .approved, .permitted:
      waiting[step.id] = nil
      try desk.gate.move([
        Transition(
          step: step.id, event: .withdraw, actor: .performer, reasonCode: "handed-over",
          reason: "the agent left the work to Ringi before anybody had answered")
      ])
    default: return
    }
    seenVersion = -1
  }

  /// The turn is over, or the agent is gone: nobody waits for an answer any more, and what was allowed has happened or not.
  func concludeRelayed() throws(JournalFault) {
    guard !summary.isHooked else { return }
    var asked: [StepSummary] = []
    for step in try store.steps(of: run, in: [.waiting, .approved, .permitted])
    where (step.isRelayed || isTerminal(waiting[step.id])) && !step.mayHaveHappened {
      if try !isAtGateway(step) { asked.append(step) }
    }
    for step in asked { waiting[step.id] = nil }
    try desk.gate.move(
      asked.map {
        Transition(
          step: $0.id, event: .withdraw, actor: .performer, reasonCode: "turn-over",
          reason: "the agent’s turn is over, it no longer waits for this")
      })
    for step in try store.steps(of: run, in: [.performing]) where step.isRelayed {
      if try isAtGateway(step) { continue }
      // Whoever was ended in the middle of it can't have said more.
      if isLost, try !RelayedEnd(maker: maker).canTell(step) {
        let words = "the agent was ended over it: how far it came nobody knows"
        try desk.gate.conclude([(step.id, step.kind.isRead ? .done(detail: words) : .failed(detail: words))])
        continue
      }
      try desk.gate.conclude([(step.id, try RelayedEnd(maker: maker).silent(step))])
    }
    seenVersion = -1
  }

  private func isTerminal(_ token: ReplyToken?) -> Bool { if case .terminal? = token?.shape { true } else { false } }

  /// An agent that stops asking is told to ask again where it can be; either way it is said.
  func follow(mode: String, asks: Bool) throws(JournalFault) {
    guard mode != lastMode else { return }
    lastMode = mode
    if asks { return try store.say(run, "the agent is in its mode “\(mode)”", by: .performer) }
    try store.say(run, "the agent is in its mode “\(mode)”, in which it does things without asking", by: .performer)
    if !isViewMounted, link?.askAgain() == true {
      try store.say(run, "it was told to ask again", by: .performer)
      try flushAgent()
    }
  }
}

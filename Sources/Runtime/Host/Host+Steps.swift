// Proposals in, decisions out: the host's dealings with the gate.

import AgentLink
import Domain
import GateKeeper
import Glibc
import PolicyEngine
import Storage

extension Outcome {
  /// The same for a step of no set.
  fileprivate var alone: Outcome { if case .rolledBack(let detail) = self { .failed(detail: detail) } else { self } }
}

extension Host {
  func take(_ entries: [PlanEntry]) throws(JournalFault) {
    let policy = try maker.policy()
    // ACP sends the whole list each time, without what our own tool was told: headings of the same words keep it.
    plan = entries.map { entry in
      var entry = entry
      if entry.intendedKind.isEmpty, let known = plan.first(where: { $0.title == entry.title }) {
        entry.intendedKind = known.intendedKind
        entry.intendedTarget = known.intendedTarget
      }
      if let kind = ActionKind(rawValue: entry.intendedKind) {
        entry.forecast = forecast(kind, target: entry.intendedTarget, under: policy)
      }
      return entry
    }
    try store.setPlan(run, plan, by: agent)
  }

  func take(_ proposal: Proposal, _ token: ReplyToken) throws(JournalFault) {
    guard !isLost else { return }
    followPolicy()
    try followStaging()
    guard policyFault.isEmpty else {
      return try answer(token, .invalid(reason: "the policy can't be read, so the answer is no: \(policyFault)"))
    }
    guard waiting.count + held.count < Self.maximumWaiting else {
      try answer(token, .invalid(reason: "too many steps wait"))
      return try lose("it proposed more than \(Self.maximumWaiting) steps that all wait")
    }
    if try store.run(run)?.isPaused == true {
      held.append((proposal, token, Clocks.monotonic()))
      return
    }
    if isOfView(proposal.effect, token) { return try answer(token, .done(StepNumber(0), detail: "")) }
    var proposal = proposal
    if isViewMounted, token.isRelayed, case .command(let words, let place, let notes) = proposal.effect {
      let note = "it runs on the agent’s private view: what it writes beside the folders is gone with it"
      proposal.effect = .command(arguments: words, directory: place, notes: notes + [note])
    }
    let made: (step: NewStep, readContent: [UInt8])
    do {
      made = try maker.make(
        proposal, plan: plan.firstIndex { $0.status == .inProgress }, staging: staging, isRelayed: token.isRelayed)
    } catch {
      try store.say(run, error.words, by: .performer)
      return try answer(token, .invalid(reason: error.reason))
    }
    var new = made.step
    if token.isRelayed, new.verdict.level < .forbidden, link?.leaves(token) == true {
      let words =
        "may go on with \(new.action.kind.rawValue) \(new.action.effect.target): it leaves such work to Ringi, and is asked when it comes"
      try store.say(run, words, by: .performer)
      return try answer(token, .done(StepNumber(0), detail: ""))
    }
    if let call = token.call { new.callID = call }
    let step: StepSummary
    do { step = try desk.gate.intake(new, by: agent) } catch {
      // No audit, no action.
      let why = error.code == .changed ? error.detail : "the desk can't record it, so the answer is no"
      try answer(token, .invalid(reason: why))
      throw error
    }
    switch step.state {
    case .refused:
      // Of a path outside the reason is where it leads.
      let what = if case .outside(let deed, let path) = new.action.effect { ["\(deed): `\(path)`"] } else { [String]() }
      try answer(token, .refused(step.number, reason: (what + step.verdict.reasons).joined(separator: "; ")))
    case .permitted: try performOwn(step, token, content: made.readContent)
    case .staged:
      if let replaced = made.step.replaces {
        staging.remove(replaced)
        stagedForms[replaced] = nil
      }
      staging.add(step.id, made.step.action.effect)
      stagedForms[step.id] = step.revision
      try answer(token, .prepared(step.number))
    default:
      waiting[step.id] = token
      if case .readFile = token.shape { contents[step.id] = made.readContent }
      if token.isOfTool {
        deadlines.append((Clocks.monotonic() + Self.patience, step.id, step.number, token))
      }
    }
  }

  /// What policy permits at once.
  private func performOwn(_ step: StepSummary, _ token: ReplyToken, content: [UInt8]) throws(JournalFault) {
    if token.isRelayed { return try allow(step, token) }
    let outcome = try perform([step.id]).first?.outcome ?? .failed(detail: "")
    if case .done = outcome, case .readFile = token.shape { return try answer(token, .content(content)) }
    if try store.step(step.id)?.state == .waiting {
      waiting[step.id] = token
      if token.isOfTool {
        deadlines.append((Clocks.monotonic() + Self.patience, step.id, step.number, token))
      }
    } else {
      try answer(token, reply(step, outcome, to: token))
    }
  }

  func reply(_ step: StepSummary, _ outcome: Outcome, to token: ReplyToken) -> Answer {
    if case .terminal = token.shape, let code = outputs.code(of: step.id) {
      return .ran(step.number, code: code, output: outputs.text(of: step.id))
    }
    return switch outcome {
    case .done(let detail):
      contents[step.id].map { .content($0) } ?? .done(step.number, detail: self.detail(detail, step.id))
    case .failed(let detail), .rolledBack(let detail), .unknown(let detail):
      .failed(step.number, reason: self.detail(detail, step.id))
    }
  }

  /// Permit, perform, conclude: the one way anything takes effect.
  @discardableResult
  func perform(_ steps: [StepID]) throws(JournalFault) -> [(step: StepID, outcome: Outcome)] {
    guard !steps.isEmpty else { return [] }
    let isOfReview = try store.step(steps[0])?.state == .kept
    let permit = try desk.gate.permit(steps)
    let outcomes = performer.perform(permit)
    work.end()
    for step in steps { try sayPrinted(step) }
    if steps.count == 1, !isOfReview, let again = try shownAnew(steps[0], outcomes.first?.outcome) {
      // Its target is not what was shown: it is shown as it is now, and waits for a person.
      try desk.gate.move([
        Transition(
          step: steps[0], event: .revise, actor: .performer, reasonCode: "target-changed", reason: again.why,
          revised: again.step)
      ])
    } else {
      // What a person decided alone does not go back into a review.
      let ends = isOfReview ? outcomes : outcomes.map { ($0.step, $0.outcome.alone) }
      try desk.gate.conclude(ends)
      for case (let id, .unknown(let detail)) in outcomes {
        if let step = try store.step(id) { try reconciler.settle(step, because: detail) }
      }
      for case (let id, .done) in outcomes {
        try followAcceptance(id)
        // What the register says of a copy that was put back is not so any more.
        if try store.isUndo(id) { _ = try? Register.follow(desk, run) }
      }
      for (id, outcome) in outcomes where isOfReview { try takeBack(id, outcome) }
    }
    // Our own commits don't change this connection's data_version.
    seenVersion = -1
    return outcomes
  }

  /// What a command has printed is on the trail before its outcome is, a line an entry.
  private func sayPrinted(_ step: StepID) throws(JournalFault) {
    let lines = outputs.text(of: step).split(whereSeparator: \.isNewline)
    guard !lines.isEmpty, let summary = try store.step(step) else { return }
    // The first line of an answer, as at the gateway: the rest is for its agent.
    let isOfServer = maker.connector(of: try maker.effect(of: step)) != nil
    let most = isOfServer ? 1 : Self.maximumLines
    let deed = isOfServer ? "answered" : "printed"
    for line in lines.prefix(most) {
      try store.say(run, String(line.prefix(2_000)), by: .agent("#\(summary.number) \(deed)"))
    }
    guard lines.count > most else { return }
    try store.say(run, "\(lines.count - most) more lines of #\(summary.number) are not kept", by: .performer)
  }

  /// What an agent is told that asked for a command: how it ended, and what it printed.
  private func detail(_ words: String, _ step: StepID) -> String {
    let printed = outputs.text(of: step)
    return printed.isEmpty ? words : "\(words)\n\(printed)"
  }

  /// What is prepared can be rewritten by a person, decided, or withdrawn by another process.
  func followStaging() throws(JournalFault) {
    let forms = try store.stagedForms(of: run)
    guard forms != stagedForms else { return }
    stagedForms = forms
    staging = try StagingArea.rebuilt(run, from: store)
  }

  /// What people decided since the last look.
  func lookAtDecisions() throws(JournalFault) {
    let version = store.dataVersion()
    guard version != seenVersion else { return }
    seenVersion = version
    try followStaging()
    if try store.stopWanted(run), !isAgentDone || agentPID > 0 { return try stop() }
    try followPause()
    try lookAtApproved()
    for (id, token) in waiting {
      guard let step = try store.step(id), step.state != .waiting, step.state != .approved || isForLater(step) else {
        continue
      }
      // Only a tool's answer can say "later"; a file call waits for its end.
      if step.state == .approved, !token.isOfTool { continue }
      waiting[id] = nil
      try answer(token, told(step))
    }
    for (id, token) in watchers {
      guard let step = try store.step(id), step.state != .waiting, step.state != .approved || isForLater(step),
        step.state != .performing
      else { continue }
      watchers.removeAll { $0.token == token }
      try answer(token, told(step))
    }
    try performKept()
    if try store.run(run)?.isPaused == false, !held.isEmpty {
      for _ in held.indices {
        guard !held.isEmpty else { break }
        let (proposal, token, _) = held.removeFirst()
        try take(proposal, token)
      }
    }
    if isAgentDone {
      let changed = link?.canPrompt == true ? try store.untoldLevels(of: run) : []
      if changed.isEmpty { try settleState() } else { try tellAgent(changed) }
    }
  }

  /// The finished review: files together, all or nothing; then the rest one by one.
  private func performKept() throws(JournalFault) {
    followPolicy()
    guard policyFault.isEmpty, try store.run(run)?.isPaused != true else { return }
    // Files wait for the program's end; what other systems are to do does not.
    let all = try store.steps(of: run, in: [.kept]).filter { !isViewMounted || !$0.reach.connector.isEmpty }
    let stale = all.filter { !maker.isCurrent($0) }
    var again: [Transition] = []
    for step in stale { again.append(try maker.judgedAnew(step)) }
    // A review is all or nothing: with one of its files judged anew, none is put in place.
    if !again.isEmpty {
      for step in all where !stale.contains(where: { $0.id == step.id }) {
        again.append(
          Transition(
            step: step.id, event: .revise, actor: .performer, reasonCode: "settings-changed",
            reason: "another result of the review was judged anew", revised: try maker.revised(step)))
      }
      try desk.gate.move(again)
      return seenVersion = -1
    }
    let kept = all
    guard !kept.isEmpty else { return }
    let files = kept.filter(\.kind.isFile)
    if !files.isEmpty {
      let outcomes = try perform(files.map(\.id))
      for file in files { staging.remove(file.id) }
      let isRolledBack = outcomes.allSatisfy { if case .rolledBack = $0.outcome { true } else { false } }
      if isRolledBack, case .rolledBack(let detail)? = outcomes.first?.outcome {
        staging = try StagingArea.rebuilt(run, from: store)
        try store.say(run, "nothing was put in place: \(detail)", by: .performer)
      }
      let stuck = outcomes.filter { if case .unknown = $0.outcome { true } else { false } }.map(\.step)
      if !stuck.isEmpty {
        staging = try StagingArea.rebuilt(run, from: store)
        let names = files.filter { stuck.contains($0.id) }.map { "#\($0.number)" }.joined(separator: ", ")
        try store.say(run, "NOT all or nothing: \(names) could not be put back, the rest was", by: .performer)
      }
    }
    for step in kept where !step.kind.isFile { try perform([step.id]) }
  }

  /// Approved for a time that an agent should not wait for.
  private func isForLater(_ step: StepSummary) -> Bool {
    step.state == .approved && !step.isRelayed
      && step.dueAt.map { $0.milliseconds - store.clock.wall().milliseconds > Self.patience } ?? false
  }

  private func told(_ step: StepSummary) -> Answer {
    switch step.state {
    case .rejected, .discarded:
      .rejected(step.number, reason: step.reason.isEmpty ? "no reason given" : step.reason)
    case .expired: .failed(step.number, reason: "it expired: \(step.reason)")
    case .withdrawn: .failed(step.number, reason: "withdrawn: \(step.reason)")
    case .refused: .refused(step.number, reason: step.verdict.reasons.joined(separator: "; "))
    case .failed: .failed(step.number, reason: detail(step.reason, step.id))
    case .staged, .kept: .prepared(step.number)
    case .approved where isForLater(step):
      .scheduled(step.number, at: step.dueAt?.rfc3339 ?? "")
    case .proposed, .permitted, .waiting, .approved, .performing, .unknown: .waiting(step.number)
    case .done, .undone:
      contents[step.id].map { .content($0) } ?? .done(step.number, detail: detail(step.reason, step.id))
    }
  }

  func status(_ number: StepNumber, _ wait: Bool, _ token: ReplyToken) throws(JournalFault) {
    guard let step = try store.step(number, of: run) else {
      return try answer(token, .invalid(reason: "there is no step #\(number)"))
    }
    guard wait, step.state == .waiting || step.state == .approved && !isForLater(step) else {
      return try answer(token, told(step))
    }
    watchers.append((step.id, token))
    deadlines.append((Clocks.monotonic() + Self.patience, step.id, number, token))
  }

  func lookAtTime() throws(JournalFault) {
    let now = Clocks.monotonic()
    if let link, !link.isOpen, now - startedAt > Self.startPatience {
      if summary.peerSession.isEmpty { return try lose("it did not start within two minutes") }
      try store.setPeerSession(run, "")
      try lose("it did not take its session up again within two minutes; to continue once more begins a new one")
    }
    if isForCaller, nextConnection == 1, !isAgentDone, now - startedAt > Self.callerPatience {
      try lose("the program that asked for it never came")
    }
    for due in deadlines where due.at <= now {
      if waiting[due.step] == due.token { waiting[due.step] = nil }
      watchers.removeAll { $0.token == due.token }
      try answer(due.token, .waiting(due.number))
    }
    deadlines.removeAll { $0.at <= now }
    try answerHeld(now)
    reapGateways()
    try reapCommand()
    try lookAtView()
    let wall = store.clock.wall()
    if let nextDue, nextDue <= wall { seenVersion = -1 }
    if now - expiryLookedAt >= 1_000 {
      expiryLookedAt = now
      // Without its desk a host can record nothing, so there is nothing left for it to do.
      if access("\(desk.directory)/desk.db", F_OK) != 0 { return isOver = true }
      followPolicy()
      // Our own commits don't change this connection's data_version.
      if maker.loaded.policy.mayExpire, try Expiry.apply(desk, run) { seenVersion = -1 }
    }
  }

  /// A call of a tool is answered in time, whoever has paused its run; it was not proposed, and is not done later.
  private func answerHeld(_ now: Int64) throws(JournalFault) {
    let late = held.filter { $0.token.isOfTool && now - $0.since >= Self.patience }
    guard !late.isEmpty else { return }
    held.removeAll { one in late.contains { $0.token == one.token } }
    let why = try store.run(run)?.pausedWhy ?? ""
    for one in late {
      let words =
        "the run is paused in Ringi\(why.isEmpty ? "" : " (\(why))"): nothing was done; make the same call again later"
      try answer(one.token, .invalid(reason: words))
    }
  }

  /// After the agent's end: a review while something is open, else the run is over.
  func settleState() throws(JournalFault) {
    // A session goes on without us: we were there for one step of it.
    if summary.isHooked, let now = try store.run(run), now.state == .live, RunPulse.isLive(desk.directory, now) {
      isOver = try store.steps(of: run, in: [.approved, .kept]).allSatisfy(\.isRelayed)
      return
    }
    let open = try store.steps(of: run, in: [.staged, .waiting, .approved, .kept, .performing, .unknown])
    let state: RunState = open.isEmpty ? .finished : .review
    guard let now = try store.run(run), now.state != .lost, now.state != .closed else {
      // What a person set for later is still done in time.
      isOver = try store.steps(of: run, in: [.approved, .kept]).isEmpty
      return
    }
    if open.isEmpty { ShadowWorkspace.remove(desk.directory, run) }
    if now.state != state {
      // A failure is said to the end, also by a host that did not see it.
      let failed = ending.isEmpty ? now.failureWords : ending
      let stop = now.isStopped ? RunSummary.stopped : ""
      let rest =
        state == .finished
        ? [stop, where_].filter { !$0.isEmpty }.joined(separator: "; ") : now.note == failed ? "" : now.note
      try store.setState(
        run, state, note: [failed, rest].filter { !$0.isEmpty }.joined(separator: "; "), by: .performer)
    }
    if open.isEmpty { isOver = true }
  }

  private var where_: String {
    maker.loaded.workspace.folders.first { $0.label.isEmpty }.map { "files are in \($0.path)" } ?? ""
  }

  private func stop() throws(JournalFault) {
    link?.cancel()
    try flushAgent()
    for token in Array(waiting.values) + watchers.map(\.token) where token.isOfTool { try answer(token, .cancelled) }
    isAgentDone = false
    // A stop is a stop: what was set for later doesn't go out either.
    try withdrawAll(RunSummary.stopped, andDue: true)
    try lose(RunSummary.stopped, as: .closed)
    // A pause that nobody can end would hold back the review.
    if try store.run(run)?.isPaused == true {
      try store.setPaused(run, false, by: .performer, why: RunSummary.stopEndsPause)
    }
    isOver = true
  }
}

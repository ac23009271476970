// The agent's side: starting it, its bytes, its end.

import AgentLink
import Domain
import GateKeeper
import Glibc
import Settings

extension Host {
  /// Starts the agent and its tool socket. Agents die with this process.
  package func startAgent(_ entry: AgentEntry, version: String) throws(RuntimeFault) {
    try listen()
    let others = try openDoors(isHidden: summary.view != .none)
    let toAgent = try ChildProcess.pipe()
    let fromAgent = try ChildProcess.pipe()
    let main = maker.loaded.workspace.folders.first { $0.label.isEmpty }?.path ?? "/"
    let places = maker.loaded.workspace.folders.filter { !$0.label.isEmpty }.map(\.path)
    var (sandbox, socket): (Sandbox?, String) = (nil, socketPath)
    if summary.view != .none {
      let (view, made) = try privateView(entry.command + [ChildProcess.ownPath()], keepsNetwork: true)
      sandbox = made
      // The desk is not there; the run's own door is.
      socket = "/tmp/ringi.sock"
      sandbox?.mounts.append(.shown(socketPath, as: socket))
      for other in others { sandbox?.mounts.append(.shown(other.door.path, as: other.shown)) }
      watch(view)
    }
    Orphans.adopt()
    agentPID = try ChildProcess.spawn(
      entry.command, environment: ChildProcess.agentEnvironment(entry.environment), directory: main,
      streams: .init(input: toAgent.read, output: fromAgent.write, error: 2), diesWithParent: true, sandbox: sandbox)
    close(toAgent.read)
    close(fromAgent.write)
    let channel = Channel(input: fromAgent.read, output: toAgent.write)
    agentChannel = channel
    func server(_ name: String, _ socket: String) -> ACPClient.Server {
      ACPClient.Server(
        name: name, command: ChildProcess.ownPath(), arguments: ["mcp", "tools"],
        environment: [("RINGI_SOCKET", socket)])
    }
    let tools = server("ringi", socket)
    var client: any AgentPeer =
      if entry.speaksCodex { CodexClient(directory: main, tools: tools, earlier: summary.peerSession) } else {
        ACPClient(
          directory: main, otherDirectories: places,
          servers: [tools] + others.map { server($0.door.connector, $0.shown) }, offersFiles: entry.leavesFiles,
          earlier: summary.peerSession)
      }
    client.start(version: version)
    _ = channel.send(client.takeOutgoing())
    link = client
  }

  func readAgent() throws(JournalFault) {
    if shadow != nil, link == nil { return try readCommand() }
    guard let channel = agentChannel, var client = link else { return }
    _ = channel.flush()
    switch channel.receive() {
    case .nothing: return
    case .ended:
      let isUnseen = shadow != nil && link?.isOpen == false
      let hint =
        isUnseen
        ? "; on its private view it sees nothing of your home: name what it needs under `reads:` and `keeps:` in desk.yaml, or `view: none`"
        : ""
      try lose("the agent ended before it was done\(hint)")
    case .bytes(let bytes):
      let events = client.receive(bytes)
      link = client
      try handle(events)
      try flushAgent()
    }
  }

  func flushAgent() throws(JournalFault) {
    guard let channel = agentChannel, channel.output >= 0, var client = link else { return }
    let bytes = client.takeOutgoing()
    link = client
    if !channel.send(bytes) { try lose("the agent does not read what it is told") }
  }

  func answer(_ token: ReplyToken, _ answer: Answer) throws(JournalFault) {
    if token.connection == 0 {
      switch answer {
      case .rejected(let step, let reason) where token.isRelayed && !reason.isEmpty:
        untoldReasons.append("#\(step): \(reason)")
      case .refused(let step, let reason) where token.isRelayed && !reason.isEmpty:
        untoldReasons.append("#\(step), by the company’s policy: \(reason)")
      default: break
      }
      link?.answer(token, answer)
      try flushAgent()
    } else if let (current, channel) = tools[token.connection] {
      var server = current
      server.answer(token, answer)
      tools[token.connection] = (server, channel)
      try flushTool(token.connection)
    }
  }

  func handle(_ events: [LinkEvent]) throws(JournalFault) {
    for event in events {
      switch event {
      case .ready(let name, let session, let isResumed):
        agentName = name
        try store.setPeerSession(run, session)
        try store.setState(run, .live, note: "", by: agent)
        if isResumed { try store.say(run, "the agent took its session up again", by: .performer) }
        // One that knows the goal is not given it as a new one.
        link?.prompt(isResumed ? "The connection was lost. Go on where you were with: \(summary.goal)" : summary.goal)
      case .proposal(let proposal, let token): try take(proposal, token)
      case .plan(let entries): try take(entries)
      case .said(let text): try say(text)
      case .status(let number, let wait, let token): try status(number, wait, token)
      case .withdrawn(let token): try takeBack(token)
      case .ended(let call, let isDone, let did): try ended(call, isDone: isDone, did: did)
      case .handedOver(let call): try handedOver(call)
      case .broken(let did):
        try finishWords()
        try store.say(run, "was to leave to Ringi, \(did)", by: agent)
      case .mode(let name, let asks): try follow(mode: name, asks: asks)
      case .stopped(let reason): try stopped(reason)
      case .fault(let why): try lose(why)
      }
    }
  }

  /// Whole lines become entries of the trail; a line that never ends is cut at 2 000 bytes.
  private func say(_ text: String) throws(JournalFault) {
    words += text
    while let end = words.firstIndex(of: "\n") {
      let line = String(words[..<end])
      words = String(words[words.index(after: end)...])
      if !line.allSatisfy(\.isWhitespace) { try store.say(run, line, by: agent) }
    }
    if words.utf8.count > 2_000 { try finishWords() }
  }

  func finishWords() throws(JournalFault) {
    if !words.allSatisfy(\.isWhitespace) { try store.say(run, String(words.prefix(2_000)), by: agent) }
    words = ""
  }

  private func stopped(_ reason: String) throws(JournalFault) {
    try finishWords()
    try concludeRelayed()
    let changed = try store.untoldLevels(of: run)
    if !untoldReasons.isEmpty || !changed.isEmpty, link?.canPrompt == true {
      try tellAgent(changed)
      return
    }
    if reason != "end_turn" {
      ending = "the agent stopped: \(reason)"
      try store.say(run, ending, by: .performer)
    }
    // On its view that comes back as the difference; on the folders themselves it is there.
    if unasked > 0, shadow == nil {
      let words = "it did \(unasked) thing\(unasked == 1 ? "" : "s") without asking, which the trail names"
      ending = ending.isEmpty ? words : "\(ending); \(words)"
    }
    if shadow != nil { return try endOnView() }
    isAgentDone = true
    try settleState()
  }

  /// What no reply could carry goes with the next prompt.
  func tellAgent(_ changed: [FindingRow]) throws(JournalFault) {
    var lines: [String] = []
    if !untoldReasons.isEmpty { lines.append("Some of your steps were refused, for these reasons:") }
    lines += untoldReasons
    for row in changed {
      lines.append(
        "flag-level-changed\t\(row.finding.document)\t\(row.finding.clause)\t\(row.finding.level.rawValue)\t\(row.level.rawValue)\t\(row.levelReason)"
      )
    }
    untoldReasons = []
    try store.markTold(run)
    isAgentDone = false
    if try store.run(run)?.state != .live { try store.setState(run, .live, note: "", by: .performer) }
    link?.prompt(lines.joined(separator: "\n"))
    try flushAgent()
  }

  func endAgent() {
    guard agentPID > 0 else { return }
    kill(-agentPID, SIGKILL)
    var status: Int32 = 0
    waitpid(agentPID, &status, 0)
    agentPID = 0
    Orphans.end(but: gateways)
  }

  /// Invariant 8: waiting steps are withdrawn, nothing else happens in its name.
  func lose(_ why: String, as state: RunState = .lost) throws(JournalFault) {
    isLost = true
    try concludeRelayed()
    agentChannel?.shut()
    agentChannel = nil
    link = nil
    endAgent()
    lock.become(.performer)
    guard !isAgentDone else { return }
    // What a program had done by then is there to look at.
    if shadow != nil { try takeDifference(isFinal: true) }
    isAgentDone = true
    waiting = [:]
    deadlines = []
    try withdrawAll(state == .lost ? "the agent is gone: \(why)" : why)
    watchers = []
    let left = try store.steps(of: run, in: [.staged])
    try store.setState(run, left.isEmpty ? state : .review, note: why, by: .performer)
    if left.isEmpty, try store.steps(of: run, in: [.approved]).isEmpty { isOver = true }
    seenVersion = -1
  }

  /// - Parameter andDue: also what a person approved for a later time.
  func withdrawAll(_ why: String, andDue: Bool = false) throws(JournalFault) {
    let open = try store.steps(of: run, in: [.waiting, .approved, .permitted]).filter {
      (andDue || $0.dueAt == nil) && !$0.mayHaveHappened
    }
    try desk.withdraw(open, by: .performer, code: "agent-gone", because: why)
  }
}

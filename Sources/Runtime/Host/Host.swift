// The process that owns a run: it holds the agent's connection, asks the gate, and performs what was permitted.
// One loop, one thread; everything it knows is in the journal, so it can die at any moment.

import AgentLink
import AuditLog
import CProcess
import Domain
import Effector
import GateKeeper
import Glibc
import Settings
import Storage

package final class Host {
  let desk: Desk
  let run: RunID
  let summary: RunSummary
  private(set) var maker: StepMaker
  private(set) var performer: Performer
  let bell: Doorbell
  let lock: RunLock
  var staging: StagingArea
  var plan: [PlanEntry] = []

  // The agent, nil for a host that only performs.
  var link: (any AgentPeer)?
  var agentChannel: Channel?
  var agentPID: pid_t = 0
  var agentName: String
  var listener: Int32 = -1
  var tools: [Int: (server: ToolServer, channel: Channel)] = [:]
  var nextConnection = 1
  /// The doors to its connectors, and the gateways behind them.
  var doors: [Door] = []
  var gateways: Set<pid_t> = []
  /// Readable once this process was asked to end.
  private var endAsked: Int32 = -1

  /// Proposals whose answer is still due, by step.
  var waiting: [StepID: ReplyToken] = [:]
  /// What reads that wait were shown with: that is what their agent gets.
  var contents: [StepID: [UInt8]] = [:]
  /// Those who asked for a step's state and wait for a change of it.
  var watchers: [(step: StepID, token: ReplyToken)] = []
  /// Tool calls that must be told "waiting" in time.
  var deadlines: [(at: Int64, step: StepID, number: StepNumber, token: ReplyToken)] = []
  /// Refusals the protocol could not carry a reason for; told with the next prompt.
  var untoldReasons: [String] = []
  /// Proposals that came while the run is paused.
  var held: [(proposal: Proposal, token: ReplyToken, since: Int64)] = []
  /// Its agent's processes stand still.
  var isFrozen = false
  var words = ""
  /// The private view of a program that speaks no protocol, and its output that is no whole line yet.
  var shadow: ShadowWatch?
  var output: [UInt8] = []
  var isAwaitingReview = false
  /// What approved commands have printed, for the trail and for the agent.
  let outputs: CommandOutputs
  /// For consoles: what takes long.
  let work: WorkTeller
  /// How its program ended, where that was not well.
  var ending = ""
  var startedAt: Int64
  var isAgentDone = false
  /// The agent's own way of asking, as last told.
  var lastMode = ""
  /// Calls of our own tools that it has not yet told of as its own.
  var ownCalls = 0
  /// How much it did without asking.
  var unasked = 0
  /// Its agent was cut off: nothing it still sends counts.
  var isLost = false
  var seenVersion: Int64 = -1
  /// The prepared steps that `staging` was made from.
  var stagedForms: [StepID: Revision] = [:]
  /// What the policy files were like when they were read, and why they can't be read now.
  private var policyStamp = ""
  private(set) var policyFault = ""
  /// They were read again, and what is open was judged under those before.
  var isPolicyNew = false
  var isOver = false

  /// The next time at which an approved step is due.
  var nextDue: Timestamp?
  var expiryLookedAt: Int64 = 0

  static let patience: Int64 = 20_000
  /// What is later than this asks again, in milliseconds: longer than a performer needs to come back.
  static let overdue: Int64 = 60_000
  /// An agent may fetch itself first.
  static let startPatience: Int64 = 120_000
  static let callerPatience: Int64 = 30_000
  static let maximumWaiting = 2_000

  package init(desk: Desk, run: RunID, performOnly: Bool = false) throws(RuntimeFault) {
    // An agent that is gone is told by the write that fails, not by a signal that ends the host.
    signal(SIGPIPE, SIG_IGN)
    self.desk = desk
    self.run = run
    lock = try RunLock(desk.directory, run, as: performOnly ? .performer : .agent)
    guard let summary = try journalled({ () throws(JournalFault) in try desk.store.run(run) }) else {
      throw RuntimeFault(.usage, "there is no run \(run)")
    }
    self.summary = summary
    policyStamp = WorkspaceLoader.stamp(summary.directory, desk: desk.directory)
    let loaded = try WorkspaceLoader.load(summary.directory, desk: desk.directory)
    let scopes: Scopes
    do { scopes = try Scopes(loaded.workspace.folders) } catch { throw RuntimeFault(.fault, error.sentence) }
    let store = desk.store
    let outputs = CommandOutputs()
    self.outputs = outputs
    work = WorkTeller(store, run)
    maker = StepMaker(run: summary, loaded: loaded, scopes: scopes, store: store)
    performer = Self.performer(desk, loaded, scopes, outputs, work, run)
    bell = Doorbell(directory: desk.directory)
    staging = try journalled { () throws(JournalFault) in try StagingArea.rebuilt(run, from: store) }
    agentName = summary.agent
    startedAt = Clocks.monotonic()
  }

  private static func performer(
    _ desk: Desk, _ loaded: LoadedWorkspace, _ scopes: Scopes, _ outputs: CommandOutputs, _ work: WorkTeller,
    _ run: RunID
  ) -> Performer {
    let store = desk.store
    return Performer(
      scopes: scopes, outbox: "\(desk.directory)/outbox", delivery: delivery(loaded.settings),
      sender: loaded.workspace.sender,
      blobs: .of(store), mailDate: Clocks.mailDate, now: Clocks.now,
      names: SentMail.Names(
        name: { step in "run-\(run)-step-\(((try? store.step(step)) ?? nil)?.number.value ?? 0)" },
        origin: { ((try? store.step($0)) ?? nil)?.raisedFrom ?? $0 }, secret: desk.mailSecret,
        hash: { Hashing.sha256($0) }),
      programs: programs(desk, loaded, outputs, run),
      progress: { work.tell(.placing, $0) })
  }

  private static func delivery(_ settings: DeskSettings) -> Delivery {
    func found(_ command: [String]) -> [String] {
      command.first.flatMap { ChildProcess.find($0) }.map { [$0] + command.dropFirst() } ?? command
    }
    return Delivery(mail: found(settings.mail), chat: found(settings.chat), calendar: found(settings.calendar))
  }

  var agent: Actor { .agent(agentName) }
  var reconciler: Reconciler { Reconciler(desk: desk, maker: maker, sent: performer.sent) }
  var store: DeskStore { desk.store }

  /// Runs until the run is over, or, without an agent, until nothing is left to perform.
  package func serve() {
    if link == nil, agentPID == 0, listener < 0 { isAgentDone = true }
    // A machine that goes down asks first: what the agent has started ends with it.
    if let term = try? ChildProcess.pipe() {
      endAsked = term.read
      cp_on_term(term.write)
    }
    attempt { () throws(JournalFault) in
      try reconciler.reconcile(run)
      if agentPID == 0 { try takeLeftView() }
      plan = try store.plan(of: run)
    }
    while !isOver {
      step()
    }
    shut()
  }

  private func step() {
    attempt { () throws(JournalFault) in
      try lookAtDecisions()
      try lookAtTime()
    }
    // A host without an agent is there to perform what is left; it goes when that is done, or when it is in the way.
    // One whose program has ended by itself stays until the review is finished.
    if link == nil, agentPID == 0, isAgentDone,
      !isAwaitingReview && !hasWork || RunLock.isYieldWanted(desk.directory, run)
    {
      if !isAwaitingReview { attempt { () throws(JournalFault) in try settleState() } }
      isOver = true
    }
    guard !isOver else { return }
    var (descriptors, owners) = pollSet()
    let timeout = nextTimeout()
    let count = poll(&descriptors, nfds_t(descriptors.count), timeout)
    if count < 0 && errno != EINTR { return }
    for (descriptor, owner) in zip(descriptors, owners) where descriptor.revents != 0 {
      attempt { () throws(JournalFault) in try handle(owner, descriptor.revents) }
    }
  }

  /// Rules and ways out that change while a run goes on count from the next step on: what was shown under the old ones
  /// waits again. What can't be read permits nothing.
  func followPolicy() {
    let stamp = WorkspaceLoader.stamp(summary.directory, desk: desk.directory)
    guard stamp != policyStamp || !policyFault.isEmpty else { return }
    policyStamp = stamp
    do throws(RuntimeFault) {
      let loaded = try WorkspaceLoader.load(summary.directory, desk: desk.directory)
      var scopes = maker.scopes
      // The folders stay pinned as they were opened, unless the definition names others.
      if loaded.workspace.folders != maker.loaded.workspace.folders {
        do { scopes = try Scopes(loaded.workspace.folders) } catch { throw RuntimeFault(.fault, error.sentence) }
      }
      maker = StepMaker(run: summary, loaded: loaded, scopes: scopes, store: store)
      performer = Self.performer(desk, loaded, scopes, outputs, work, run)
      if !policyFault.isEmpty { try? store.say(run, "the settings can be read again", by: .performer) }
      policyFault = ""
      isPolicyNew = true
    } catch {
      if policyFault.isEmpty {
        try? store.say(run, "nothing is permitted until this is mended: \(error.sentence)", by: .performer)
      }
      policyFault = error.sentence
    }
    seenVersion = -1
  }

  private var hasWork: Bool {
    let left = try? store.steps(of: run, in: [.approved, .kept, .permitted]).filter {
      !(summary.isHooked && $0.isRelayed)
    }
    return left.map { !$0.isEmpty } ?? false
  }

  enum Owner { case bell, end, agent, listener, door(Int), tool(Int) }

  private func pollSet() -> ([pollfd], [Owner]) {
    var descriptors = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
    var owners: [Owner] = [.bell]
    if endAsked >= 0 {
      descriptors.append(pollfd(fd: endAsked, events: Int16(POLLIN), revents: 0))
      owners.append(.end)
    }
    func add(_ channel: Channel, _ owner: Owner) {
      if channel.input == channel.output || !channel.wantsToWrite {
        let events = Int16(POLLIN) | (channel.wantsToWrite ? Int16(POLLOUT) : 0)
        descriptors.append(pollfd(fd: channel.input, events: events, revents: 0))
        owners.append(owner)
      } else {
        descriptors.append(pollfd(fd: channel.input, events: Int16(POLLIN), revents: 0))
        descriptors.append(pollfd(fd: channel.output, events: Int16(POLLOUT), revents: 0))
        owners += [owner, owner]
      }
    }
    if let agentChannel, agentChannel.input >= 0 { add(agentChannel, .agent) }
    if listener >= 0 {
      descriptors.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
      owners.append(.listener)
    }
    for (index, door) in doors.enumerated() {
      descriptors.append(pollfd(fd: door.listener, events: Int16(POLLIN), revents: 0))
      owners.append(.door(index))
    }
    for (id, tool) in tools { add(tool.channel, .tool(id)) }
    return (descriptors, owners)
  }

  /// Until the next deadline, at most the one second that nets a lost bell.
  private func nextTimeout() -> Int32 {
    let now = Clocks.monotonic()
    var wait = min(1_000, (deadlines.map(\.at).min() ?? now + 1_000) - now)
    if let nextDue { wait = min(wait, nextDue.milliseconds - store.clock.wall().milliseconds) }
    return Int32(max(0, wait))
  }

  private func handle(_ owner: Owner, _ events: Int16) throws(JournalFault) {
    switch owner {
    case .bell: bell.drain()
    case .end: isOver = true
    case .agent: try readAgent()
    case .listener: acceptTool()
    case .door(let index): admit(index)
    case .tool(let id): try readTool(id)
    }
  }

  /// Nothing may happen that can't be recorded: a fault of the journal stops the host.
  func attempt(_ body: () throws(JournalFault) -> Void) {
    do { try body() } catch {
      StandardError.write("ringi host \(run): \(error.code.rawValue): \(error.detail)")
      guard error.code.endsPerforming else { return }
      isOver = true
      if error.code == .full { lock.markFull() }
    }
  }

  func shut() {
    if agentPID > 0 {
      kill(-agentPID, SIGTERM)
      agentChannel?.shut()
      var status: Int32 = 0
      for _ in 0..<50 where waitpid(agentPID, &status, WNOHANG) == 0 { poll(nil, 0, 10) }
      kill(-agentPID, SIGKILL)
      waitpid(agentPID, &status, WNOHANG)
      Orphans.end(but: gateways)
    }
    shutDoors()
    if listener >= 0 {
      close(listener)
      unlink(socketPath)
    }
  }

  var socketPath: String { "\(desk.directory)/run-\(run).sock" }
}

/// What commands have printed, by step.
final class CommandOutputs {
  private var texts: [StepID: String] = [:]
  private var codes: [StepID: Int] = [:]
  /// Servers that were not as they were accepted, as they are, by the step that was to go to them.
  var strangers: [StepID: [UInt8]] = [:]
  /// - Parameter code: how it ended by itself; nil where it was ended, or never began.
  func keep(_ text: String, code: Int?, of step: StepID) { (texts[step], codes[step]) = (text, code) }
  func code(of step: StepID) -> Int? { codes[step] }
  func text(of step: StepID) -> String { texts[step] ?? "" }
}

/// Lines for the log; Glibc's own `stderr` is a shared variable, which Swift 6 keeps away from.
package enum StandardError {
  package static func write(_ line: String) {
    // A path or a word of an agent's may be part of it.
    let bytes = Array("\(Plain.lines(line))\n".utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}

extension Blobs {
  /// As the desk's store keeps them.
  static func of(_ store: DeskStore) -> Blobs {
    Blobs(
      hash: { Hashing.sha256($0) }, load: { (try? store.load($0)) ?? nil }, open: { store.opened($0) },
      copy: { LargeFile.copy($0, to: $1, progress: $2) })
  }
}

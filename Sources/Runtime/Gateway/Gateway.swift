// `ringi mcp -- SERVER…`: between an MCP client and its server. Everything passes as it came; a call of a tool waits for the
// gate, is recorded before it is passed on, and its answer is recorded after.

import AgentLink
import AuditLog
import Domain
import Effector
import GateKeeper
import Glibc
import Storage
import Wire

package final class Gateway {
  /// A call that has no answer yet.
  struct Open {
    let call: GatewayCall
    let since: Int64
    /// Of the monotonic clock, in milliseconds: then it is answered that it still waits.
    let until: Int64
    var step: StepID?
    /// When its client was last told that it waits.
    var toldAt: Int64
    var words = "Ringi looks at it"
    var isPassed = false
    /// It was allowed through the agent's hook, which also hears what came of it.
    var isOfHook = false
    var hasAskedForList = false
  }

  let desk: Desk
  let server: ConnectorServer
  private let workspace: String?
  private let patience: Int64
  /// A client that hears of no progress gives up after a minute, as the SDKs have it.
  static let shortPatience: Int64 = 50_000
  private static let tellEvery: Int64 = 5_000
  private static let listPatience: Int64 = 20_000
  static let mostOpen = 200

  var link = MCPGateway()
  var open: [RPCID: Open] = [:]
  /// Calls that the server wants to know more about: the client calls again, with the same.
  var continued: [(tool: String, arguments: String, step: StepID)] = []
  var clientName = "mcp-client"
  /// What of the server was found accepted, and when.
  var trustedAt: (version: Int64, digest: Digest)?
  private(set) var session: HookSession?
  /// How steps of the run stand.
  private var standing: HookWait?
  private(set) var hold: SessionHold?
  /// The run of the host that has started this for its agent; nil for a client that came by itself.
  private(set) var host: RunID?
  private var made: (stamp: String, maker: StepMaker)?
  private let bell: Doorbell
  private let client = Channel(input: 0, output: 1)
  private var channel: Channel?
  private var pid: pid_t = 0
  private(set) var secrets = Secrets([])
  private var isOver = false
  private var isClientGone = false
  private var isStopped = false

  /// - Parameter seconds: how long a person is waited for where the client hears of progress.
  package convenience init(_ command: [String], name: String?, workspace: String?, seconds: Int) throws(RuntimeFault) {
    try self.init(server: ConnectorServer(command, name: name), desk: Desk(mustExist: true), workspace, seconds)
  }

  /// In front of a connector of desk.yaml.
  /// - Parameter run: the run of the agent that calls, where Ringi has started it.
  package convenience init(connector: String, run: Int64?, workspace: String?, seconds: Int) throws(RuntimeFault) {
    let desk = try Desk(mustExist: true)
    try self.init(server: ConnectorServer(named: connector, in: desk.settings), desk: desk, workspace, seconds)
    host = run.map { RunID($0) }
  }

  private init(server: ConnectorServer, desk: Desk, _ workspace: String?, _ seconds: Int) throws(RuntimeFault) {
    (self.server, self.desk) = (server, desk)
    bell = Doorbell(directory: desk.directory)
    self.workspace = workspace
    patience = Int64(seconds) * 1_000
  }

  /// Until the client or the server ends.
  package func run() throws(RuntimeFault) {
    signal(SIGPIPE, SIG_IGN)
    let (pid, channel, secrets) = try server.start(desk: desk.directory)
    (self.pid, self.channel, self.secrets) = (pid, channel, secrets)
    while !isOver { turn(channel) }
    let hasClient = client.input >= 0 && !isClientGone
    let code = shut(channel)
    guard hasClient else { return }
    throw RuntimeFault(
      .fault, "the server `\(server.command.joined(separator: " "))` ended\(code.map { " with \($0)" } ?? "")")
  }

  private func turn(_ channel: Channel) {
    var descriptors = [
      pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: client.input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: channel.input, events: Int16(POLLIN), revents: 0),
    ]
    if client.wantsToWrite { descriptors.append(pollfd(fd: client.output, events: Int16(POLLOUT), revents: 0)) }
    if channel.wantsToWrite { descriptors.append(pollfd(fd: channel.output, events: Int16(POLLOUT), revents: 0)) }
    // Waiting calls are looked at once a second, should a bell be lost.
    guard poll(&descriptors, nfds_t(descriptors.count), open.isEmpty ? -1 : 1_000) >= 0 || errno == EINTR else {
      return isOver = true
    }
    if descriptors[0].revents != 0 { bell.drain() }
    if descriptors[1].revents != 0 {
      switch client.receive() {
      case .nothing: break
      case .ended: (isOver, isClientGone) = (true, true)
      case .bytes(let bytes): handle(link.receive(fromClient: bytes))
      }
    }
    if descriptors[2].revents != 0 {
      switch channel.receive() {
      case .nothing: break
      case .ended: isOver = true
      case .bytes(let bytes):
        let events = link.receive(fromServer: bytes)
        // The client has its answer before the desk has the record of it.
        flush()
        handle(events)
      }
    }
    for id in open.keys where open[id]?.isPassed == false { advance(id) }
    // What is with the server can't be taken back: a stop ends the server.
    attempt {
      if !self.open.isEmpty, self.session?.run.reportsBack != true, try self.session?.isStopped() == true {
        (self.isOver, self.isStopped) = (true, true)
      }
    }
    flush()
  }

  private func flush() {
    let (toClient, toServer) = link.takeOutgoing()
    if !client.send(secrets.hide(toClient)) { isOver = true }
    if let channel, !channel.send(toServer) { isOver = true }
  }

  private func handle(_ events: [MCPGateway.Event]) {
    for event in events {
      switch event {
      case .client(let name): if session == nil { clientName = String(name.drop { $0 == "#" }.prefix(60)) }
      case .call(let call):
        let now = Clocks.monotonic()
        let limit = call.wantsProgress ? patience : min(patience, Self.shortPatience)
        open[call.id] = Open(call: call, since: now, until: now + limit, toldAt: now)
        if open.count > Self.mostOpen { deny(call.id, "too many calls wait in Ringi; ask again later") }
      case .listed: break
      case .noted(let words): attempt { try self.session?.say(words) }
      case .answered(let id, let isError, let text): answered(id, isError: isError, text)
      case .wantsInput(let id):
        if let entry = open.removeValue(forKey: id), let step = entry.step {
          continued.append((entry.call.tool, entry.call.arguments, step))
        }
      case .withdrawn(let id, let wasPassed): withdrawn(id, wasPassed: wasPassed)
      case .fault(let why):
        StandardError.write("ringi mcp: \(why)")
        isOver = true
      }
    }
  }

  /// What goes wrong at the desk is a no to the call, and said; the stream goes on.
  func attempt(_ id: RPCID? = nil, _ body: () throws -> Void) {
    do { try body() } catch {
      let why = Self.words(error)
      StandardError.write("ringi mcp: \(why)")
      if let id, open[id]?.isPassed == false { deny(id, "Ringi can't look at this, so the answer is no: \(why)") }
    }
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let fault as RuntimeFault: fault.sentence
    case let fault as ProposalFault: fault.reason
    case let fault as JournalFault: RuntimeFault(fault).sentence
    default: "something is wrong in Ringi"
    }
  }

  func deny(_ id: RPCID, _ reason: String) {
    open[id] = nil
    link.deny(id, reason)
  }

  /// Brings a waiting call as far as it can go now.
  private func advance(_ id: RPCID) {
    attempt(id) {
      try self.decide(id)
      guard let entry = self.open[id], !entry.isPassed else { return }
      let now = Clocks.monotonic()
      // What the server's tools are is asked first, however short a person's time.
      let isListed = self.link.manifest != nil || now - entry.since > Self.listPatience
      if entry.until <= now, isListed {
        return self.deny(id, "still waiting (\(entry.words)); make the same call again later, a yes counts once")
      }
      if now - entry.toldAt >= Self.tellEvery {
        self.open[id]?.toldAt = now
        self.link.tell(id, entry.words)
      }
    }
  }

  // MARK: the run

  /// The run of the client: that of its own session where it asks through hooks as well, else one of its process.
  func opened() throws -> HookSession {
    if let session { return session }
    if let host {
      guard let run = try journalled({ () throws(JournalFault) in try desk.store.run(host) }), !run.state.isOver else {
        throw RuntimeFault(.refused, "run \(host) is over")
      }
      let found = HookSession(desk: desk, run: run)
      session = found
      return found
    }
    if let name = Desk.variable("CLAUDE_CODE_SESSION_ID"), let found = try HookSession.find(desk, name) {
      session = found
      hold = try SessionHold(desk.directory, found.run.id)
      return found
    }
    guard let parent = AgentProcess.parent() else { throw RuntimeFault(.fault, "who asks can't be told") }
    let made = try HookSession.open(
      desk,
      HookSession.Asker(
        agent: clientName, grade: .asked, session: "mcp \(parent.text)", directory: "/",
        goal: "calls of \(server.name)", process: parent, title: workspace == nil ? server.name : ""),
      workspace: try workspace ?? Project.ofConnectors(desk))
    session = made
    hold = try SessionHold(desk.directory, made.run.id)
    return made
  }

  func ruling(_ step: StepID, _ call: HookCall) throws -> HookWait.Ruling {
    // When a call is answered that it still waits is told by the gateway itself.
    let standing = try standing ?? HookWait(session: opened(), until: .max)
    self.standing = standing
    return try standing.ruling(step, call)
  }

  /// Made anew where policy or settings have changed.
  func maker() throws -> StepMaker {
    let session = try opened()
    let stamp = WorkspaceLoader.stamp(session.run.directory, desk: desk.directory)
    if let made, made.stamp == stamp { return made.maker }
    let maker = try session.maker()
    made = (stamp, maker)
    return maker
  }

  /// - Returns: the server's exit code; nil where it was ended, or by a signal.
  private func shut(_ channel: Channel) -> Int32? {
    channel.shut()
    attempt {
      try self.leave(isStopped ? "stopped by a person" : isClientGone ? "its client has ended" : "the server has ended")
    }
    flush()
    return ConnectorServer.end(pid)
  }
}

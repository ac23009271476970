// Our own tools: their socket, their connections, and a run whose agent has nothing else.

import AgentLink
import Domain
import GateKeeper
import Glibc

extension Host {
  /// The run of a program that no one here started: it came by itself, to our tools.
  var isForCaller: Bool { summary.isOfCaller }

  /// Waits for the program that has asked for this run.
  package func openDoor() throws(RuntimeFault) {
    try listen()
    try journalled { () throws(JournalFault) in try store.setState(run, .live, note: "", by: agent) }
  }

  func listen() throws(RuntimeFault) { listener = try Self.listen(at: socketPath) }

  /// A socket of the run's, for its agent alone.
  static func listen(at path: String) throws(RuntimeFault) -> Int32 {
    unlink(path)
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8CString)
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
      throw RuntimeFault(.usage, "the path `\(path)` is too long for a socket; set RINGI_DESK to a shorter one")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { target in bytes.withUnsafeBytes { target.copyMemory(from: $0) } }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard listener >= 0, bound == 0, chmod(path, 0o600) == 0, Glibc.listen(listener, 16) == 0 else {
      throw RuntimeFault(.fault, "the run's socket can't be made: \(String(cString: strerror(errno)))")
    }
    return listener
  }

  func acceptTool() {
    let descriptor = accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    guard tools.count < 16 else {
      close(descriptor)
      return
    }
    tools[nextConnection] = (
      ToolServer(connection: nextConnection, offersFiles: isForCaller), Channel(input: descriptor, output: descriptor)
    )
    nextConnection += 1
  }

  func readTool(_ id: Int) throws(JournalFault) {
    guard let (current, channel) = tools[id] else { return }
    var server = current
    _ = channel.flush()
    switch channel.receive() {
    case .nothing: return
    case .ended:
      try hangUp(id, channel)
    case .bytes(let bytes):
      let events = server.receive(bytes)
      ownCalls += events.count
      tools[id] = (server, channel)
      try handle(events)
      try flushTool(id)
    }
  }

  func flushTool(_ id: Int) throws(JournalFault) {
    guard let (current, channel) = tools[id] else { return }
    var server = current
    let bytes = server.takeOutgoing()
    tools[id] = (server, channel)
    if !channel.send(bytes) { try hangUp(id, channel) }
  }

  private func hangUp(_ id: Int, _ channel: Channel) throws(JournalFault) {
    channel.shut()
    tools[id] = nil
    guard isForCaller, tools.isEmpty, !isAgentDone else { return }
    // Its turn is over: what is prepared or waits is there to be decided, as after the turn of any agent.
    for (step, token) in waiting where token.isOfTool { waiting[step] = nil }
    (watchers, deadlines) = ([], [])
    close(listener)
    listener = -1
    unlink(socketPath)
    isAgentDone = true
    lock.become(.performer)
    try settleState()
  }

  /// The client no longer wants it: what nobody has decided is not done later either.
  func takeBack(_ token: ReplyToken) throws(JournalFault) {
    held.removeAll { $0.token == token }
    watchers.removeAll { $0.token == token }
    deadlines.removeAll { $0.token == token }
    guard let id = waiting.first(where: { $0.value == token })?.key else { return }
    waiting[id] = nil
    guard try store.step(id)?.state == .waiting else { return }
    try desk.gate.move([
      Transition(
        step: id, event: .withdraw, actor: agent, reasonCode: "taken-back", reason: "the agent took it back")
    ])
  }
}

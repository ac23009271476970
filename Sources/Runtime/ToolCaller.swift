// A program that came to Ringi's tools by itself, as Claude Desktop does: it has a run of its own from its first call on.
// Until then it is only told what there is.

import AgentLink
import Domain
import GateKeeper
import Glibc
import Storage
import Wire

struct ToolCaller {
  private let desk: Desk
  private let workspace: String
  private let process: AgentProcess

  /// - Parameter folder: a workspace's, or one to work in under the company's policy.
  init(_ folder: String) throws(RuntimeFault) {
    desk = try Desk(mustExist: true)
    guard let real = Files.real(folder), Files.isDirectory(real) else {
      throw RuntimeFault(.usage, "`\(folder)` is no folder")
    }
    workspace = Files.text("\(real)/workspace.yaml") == nil ? try Project.definition(of: real, desk) : real
    _ = try WorkspaceLoader.load(workspace, desk: desk.directory)
    guard let parent = AgentProcess.parent() else { throw RuntimeFault(.fault, "who asks can't be told") }
    process = parent
  }

  func run() throws(RuntimeFault) {
    var server = ToolServer(connection: 1, offersFiles: true)
    var framing = LineFraming()
    var client = "program"
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(0, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      var calls: [UInt8] = []
      for item in framing.add(Array(buffer[0..<count])) {
        guard case .line(let line) = item else { throw RuntimeFault(.refused, "a line of the client’s is too long") }
        client = Self.name(line) ?? client
        if !calls.isEmpty || Self.isCall(line) {
          calls += line + [10]
        } else {
          _ = server.receive(line + [10])
        }
      }
      guard ToolPipe.write(server.takeOutgoing(), to: 1) else { return }
      guard calls.isEmpty else {
        var open = OpenCalls()
        if try begin(client).run(calls + framing.rest, seen: { open.note($0, isClient: $1) }) {
          refuse(&server, open.bytes)
        }
        return
      }
    }
  }

  /// Its run is over: a client that was stopped does not go on in another one by calling once more.
  /// - Parameter open: calls that its run has not answered.
  private func refuse(_ server: inout ToolServer, _ open: [UInt8]) {
    var said = open
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      for event in server.receive(said) {
        switch event {
        case .proposal(_, let token), .status(_, _, let token):
          server.answer(token, .invalid(reason: "the run was ended in Ringi: nothing more is done for this session"))
        default: break
        }
      }
      guard ToolPipe.write(server.takeOutgoing(), to: 1) else { return }
      var count = read(0, &buffer, buffer.count)
      while count < 0, errno == EINTR { count = read(0, &buffer, buffer.count) }
      guard count > 0 else { return }
      said = Array(buffer[0..<count])
    }
  }

  private func begin(_ client: String) throws(RuntimeFault) -> ToolPipe {
    let run = try RunStarter.start(desk, workspace: workspace, caller: client, process: process)
    return try ToolPipe("\(desk.directory)/run-\(run).sock")
  }

  private static func isCall(_ line: [UInt8]) -> Bool {
    if case .request(_, "tools/call", _)? = try? RPCMessage(line: line) { true } else { false }
  }

  /// What the client calls itself: at the beginning, or with each request.
  private static func name(_ line: [UInt8]) -> String? {
    guard case .request(_, _, let params)? = try? RPCMessage(line: line) else { return nil }
    let about = params["clientInfo"] ?? params["_meta"]?["io.modelcontextprotocol/clientInfo"]
    return about?["name"]?.string.flatMap { $0.isEmpty ? nil : String($0.prefix(64)) }
  }
}

/// Calls that were passed on and not answered.
private struct OpenCalls {
  private var (client, host) = (LineFraming(), LineFraming())
  private var calls: [RPCID: [UInt8]] = [:]

  mutating func note(_ bytes: [UInt8], isClient: Bool) {
    guard isClient else {
      for case .line(let line) in host.add(bytes) {
        if case .response(let id, _)? = try? RPCMessage(line: line) { calls[id] = nil }
      }
      return
    }
    for case .line(let line) in client.add(bytes) {
      if case .request(let id, "tools/call", _)? = try? RPCMessage(line: line) { calls[id] = line }
    }
  }

  /// The calls as they came, and what has come of a line that has not ended.
  var bytes: [UInt8] { calls.values.flatMap { $0 + [10] } + client.rest }
}

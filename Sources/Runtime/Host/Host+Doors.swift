// Connectors of an agent that Ringi runs. For each the agent is given a pipe to a door of its run; who comes in gets a gateway,
// which is a process of its own before the connector's server, and knows from here which run it is of.

import AgentLink
import Domain
import GateKeeper
import Glibc

extension Host {
  /// A connector's door.
  struct Door {
    let connector: String
    let path: String
    let listener: Int32
  }

  static let mostGateways = 32

  /// - Returns: the sockets, and where the agent finds them.
  func openDoors(isHidden: Bool) throws(RuntimeFault) -> [(door: Door, shown: String)] {
    var out: [(door: Door, shown: String)] = []
    for (index, name) in maker.loaded.workspace.connectors.enumerated() {
      // Refused now, not at the agent's first call.
      _ = try ConnectorServer(named: name, in: desk.settings)
      let path = "\(desk.directory)/run-\(run).\(index).sock"
      let door = Door(connector: name, path: path, listener: try Self.listen(at: path))
      doors.append(door)
      out.append((door, isHidden ? "/tmp/ringi-\(index).sock" : path))
    }
    return out
  }

  /// Somebody has come to a door.
  func admit(_ index: Int) {
    let descriptor = accept(doors[index].listener, nil, nil)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    guard gateways.count < Self.mostGateways, !isAgentDone else { return }
    do throws(RuntimeFault) {
      let environment = ChildProcess.agentEnvironment(["XDG_DATA_HOME"]) + ["RINGI_DESK=\(desk.directory)"]
      gateways.insert(
        try ChildProcess.spawn(
          [ChildProcess.ownPath(), "mcp", "--connector", doors[index].connector, "--run", run.description],
          environment: environment, directory: "/", streams: .init(input: descriptor, output: descriptor, error: 2),
          diesWithParent: true))
    } catch { StandardError.write("ringi host \(run): \(error.sentence)") }
  }

  /// Those that have ended are waited for.
  func reapGateways() {
    for pid in gateways {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid { gateways.remove(pid) }
    }
  }

  /// They end when their agent does, once they have recorded what came of its calls; one that does not is ended.
  func shutDoors() {
    for door in doors {
      close(door.listener)
      unlink(door.path)
    }
    doors = []
    for _ in 0..<500 where !gateways.isEmpty {
      reapGateways()
      if !gateways.isEmpty { poll(nil, 0, 10) }
    }
    for pid in gateways {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    gateways = []
  }

  /// A call that a gateway of this run passes on, or will: nothing of it is the host's to do.
  func isAtGateway(_ step: StepSummary) throws(JournalFault) -> Bool {
    guard step.isRelayed, !maker.loaded.workspace.connectors.isEmpty,
      case .call(let call) = try maker.effect(of: step.id)
    else { return false }
    return call.pin != nil
  }
}

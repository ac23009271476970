// Starts the MCP server that the client handed over, as any ACP agent does.

import Glibc
import Wire

enum ToolProcess {
  /// A ready MCP connection, nil when the server can't be started.
  static func start(_ server: JSON) -> Peer? {
    guard let command = server["command"]?.string else { return nil }
    let arguments = [command] + (server["args"]?.array ?? []).compactMap(\.string)
    let environment = (server["env"]?.array ?? []).map { "\($0["name"]?.string ?? "")=\($0["value"]?.string ?? "")" }
    var toServer: [Int32] = [0, 0]
    var fromServer: [Int32] = [0, 0]
    guard pipe(&toServer) == 0, pipe(&fromServer) == 0 else { return nil }
    for end in [toServer[1], fromServer[0]] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, toServer[0], 0)
    posix_spawn_file_actions_adddup2(&actions, fromServer[1], 1)
    for end in [toServer[0], fromServer[1]] { posix_spawn_file_actions_addclose(&actions, end) }
    let argv = arguments.map { strdup($0) } + [nil]
    let path = getenv("PATH").map { "PATH=\(String(cString: $0))" } ?? "PATH=/usr/bin:/bin"
    let envp = (environment + [path]).map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, command, &actions, nil, argv, envp)
    posix_spawn_file_actions_destroy(&actions)
    close(toServer[0])
    close(fromServer[1])
    guard code == 0 else { return nil }
    let peer = Peer(input: fromServer[0], output: toServer[1])
    let id = peer.start(
      "initialize",
      [
        "protocolVersion": "2025-11-25", "capabilities": .object([]),
        "clientInfo": ["name": "ringi-rules-agent", "version": "0.1.0"],
      ])
    while peer.answer(to: id) == nil {
      do { try peer.readOnce() } catch { return nil }
    }
    peer.send(.notification(method: "notifications/initialized", params: .object([])))
    return peer
  }
}

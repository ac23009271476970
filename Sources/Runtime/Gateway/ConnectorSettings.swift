// `ringi mcp --desktop`: Ringi in front of the servers that a client's settings name (`mcpServers`), and out of them again.

import Glibc
import Wire

package struct ConnectorSettings {
  private let file: ClientSettings

  /// - Parameter path: the client's settings; nil for those of Claude Desktop.
  package init(_ path: String?) throws(RuntimeFault) {
    if let path {
      file = ClientSettings(path)
    } else {
      guard let home = Desk.variable("HOME") else { throw RuntimeFault(.usage, "HOME does not say where settings are") }
      let folder = Desk.variable("XDG_CONFIG_HOME") ?? "\(home)/.config"
      let mac = "\(home)/Library/Application Support/Claude"
      file = ClientSettings("\(Files.isDirectory(mac) ? mac : "\(folder)/Claude")/claude_desktop_config.json")
    }
  }

  /// Puts Ringi before each server's command.
  package func install(isAsking: Bool) throws(RuntimeFault) -> String {
    let desk = try Desk.place()
    let (old, servers) = try read()
    guard !servers.isEmpty else {
      return "no servers are named in \(file.path): put them there first, as if without Ringi\n"
    }
    var beyond: [String] = []
    let new = servers.map { server -> JSON.Member in
      guard Self.behind(server.value) == nil, !Self.isTools(server.value) else { return server }
      guard let command = server.value["command"]?.string else {
        beyond.append(server.key)
        return server
      }
      let own = (server.value["args"]?.array ?? []).compactMap(\.string)
      let arguments = ["mcp", "--name", Self.name(server.key), "--desk", desk, "--", command] + own
      return JSON.Member(server.key, Self.with(ChildProcess.ownPath(), arguments, in: server.value))
    }
    let rest = beyond.map {
      "`\($0)` is reached over the network by the client itself: Ringi does not stand before it\n"
    }
    .joined()
    // The gateway makes no desk: without one it does not start.
    let written = try file.write(
      old, ClientSettings.setting("mcpServers", .object(new), in: old), isAsking, notes: rest, first: Desk.make)
    return written.map { "\($0)The client reads it when it starts next.\n" }
      ?? "Ringi stands before all of them already, in \(file.path)\n\(rest)"
  }

  /// Gives the client Ringi's own tools, for one folder.
  package func install(toolsFor folder: String, isAsking: Bool) throws(RuntimeFault) -> String {
    let desk = try Desk.place()
    guard let place = Files.real(folder), Files.isDirectory(place) else {
      throw RuntimeFault(.usage, "`\(folder)` is no folder")
    }
    let (old, servers) = try read()
    let name = "ringi-\(Self.name(place.split(separator: "/").last.map(String.init) ?? "tools"))"
    guard servers.allSatisfy({ $0.key != name || Self.isTools($0.value) }) else {
      throw RuntimeFault(.usage, "`\(name)` in `\(file.path)` is another server; nothing was changed")
    }
    let own = JSON.of([
      "command": .string(ChildProcess.ownPath()), "args": .array(["mcp", "tools", .string(place)]),
      "env": ["RINGI_DESK": .string(desk)],
    ])
    let new = JSON.object(servers.filter { $0.key != name } + [JSON.Member(name, own)])
    return try file.write(old, ClientSettings.setting("mcpServers", new, in: old), isAsking, first: Desk.make)
      .map { "\($0)The client reads it when it starts next.\n" } ?? "it has them already, in \(file.path)\n"
  }

  private static func isTools(_ server: JSON) -> Bool {
    let words = (server["args"]?.array ?? []).compactMap(\.string)
    return server["command"]?.string?.hasSuffix("/ringi") == true && words.starts(with: ["mcp", "tools"])
  }

  package func remove(isAsking: Bool) throws(RuntimeFault) -> String {
    let (old, servers) = try read()
    let new = servers.filter { !Self.isTools($0.value) }.map { server -> JSON.Member in
      guard let words = Self.behind(server.value), let command = words.first else { return server }
      return JSON.Member(server.key, Self.with(command, Array(words.dropFirst()), in: server.value))
    }
    return try file.write(
      old, ClientSettings.setting("mcpServers", new.isEmpty ? nil : .object(new), in: old), isAsking)
      ?? "nothing of Ringi’s is in \(file.path)\n"
  }

  private func read() throws(RuntimeFault) -> (all: JSON, servers: [JSON.Member]) {
    let all = try file.read()
    guard let list = all["mcpServers"] else { return (all, []) }
    guard let servers = list.members else { throw RuntimeFault(.usage, "`mcpServers` in `\(file.path)` is no object") }
    for server in servers {
      let words = server.value["args"] == nil ? [] : server.value["args"]?.array
      guard server.value.members != nil, let words, words.allSatisfy({ $0.string != nil }) else {
        throw RuntimeFault(.usage, "`\(server.key)` in `\(file.path)` can't be read; nothing was changed")
      }
    }
    return (all, servers)
  }

  /// The server's own command behind Ringi's; nil where Ringi is not before it.
  private static func behind(_ server: JSON) -> [String]? {
    let words = (server["args"]?.array ?? []).compactMap(\.string)
    guard server["command"]?.string?.hasSuffix("/ringi") == true, words.first == "mcp",
      let end = words.firstIndex(of: "--")
    else { return nil }
    return Array(words[(end + 1)...])
  }

  private static func with(_ command: String, _ arguments: [String], in server: JSON) -> JSON {
    let named = ClientSettings.setting("command", .string(command), in: server)
    let list: JSON? = arguments.isEmpty ? nil : .array(arguments.map { .string($0) })
    return ClientSettings.setting("args", list, in: named)
  }

  private static func name(_ key: String) -> String {
    String(
      key.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }.prefix(64))
  }
}

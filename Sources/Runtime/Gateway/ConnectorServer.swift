// The server behind the gateway: its command, what of it can be pinned, and its process.

import AgentLink
import AuditLog
import Domain
import Glibc
import Settings
import Storage

struct ConnectorServer {
  let name: String
  let command: [String]
  /// What the catalogue knows of it; nil for a system it does not list.
  let connector: Connector?
  private let lines: [String]

  /// Programs that fetch or start another one, whose own bytes say nothing of that.
  private static let launchers: Set<String> = ["npx", "uvx", "uv", "pipx", "docker", "podman", "bunx", "deno"]
  private static let interpreters: Set<String> = ["python", "python3", "node", "ruby", "bash", "sh", "java", "dotnet"]

  /// - Parameter name: as rules, steps and the trail name it; nil for what its command says.
  init(_ command: [String], name: String?) throws(RuntimeFault) {
    guard let first = command.first, let program = ChildProcess.find(first) else {
      throw RuntimeFault(
        .usage,
        "`\(command.first ?? "")` is no program on this machine: `ringi mcp -- SERVER …` takes the server’s command")
    }
    let real = Files.real(program) ?? program
    let own = if let name { name } else { try Self.name(command) }
    guard !own.isEmpty, own.utf8.count <= 64,
      own.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") })
    else { throw RuntimeFault(.usage, "`--name` is a short word without blanks, as `gmail`") }
    (self.name, self.command) = (own, command)
    connector = Catalogue.connector(own)
    var lines = ["command: \(Self.masked(command).joined(separator: " "))", Self.pinned("program", real)]
    let starter = program.split(separator: "/").last.map(String.init) ?? ""
    // What an interpreter is given to run; other files among its words are what it works on, and change.
    let isInterpreter = Self.interpreters.contains(starter) || starter.hasPrefix("python")
    if isInterpreter, let script = command.dropFirst().first(where: { !$0.hasPrefix("-") }),
      let file = Files.real(script),
      !Files.isDirectory(file)
    {
      lines.append(Self.pinned("file", file))
    }
    if Files.head(real, 2) == Array("#!".utf8) {
      lines.append("\(starter) is a script: what it loads is not held to these bytes")
    }
    if Self.launchers.contains(starter) {
      lines.append("\(starter) starts what it fetches: the server’s own code is not held to these bytes")
    }
    self.lines = lines
  }

  /// A secret among the words is not shown; that it has changed is.
  private static func masked(_ words: [String]) -> [String] {
    let signs = ["key", "token", "secret", "password", "passwd", "credential", "auth"]
    func isSecret(_ name: Substring) -> Bool { signs.contains { name.lowercased().contains($0) } }
    func hidden(_ value: some StringProtocol) -> String {
      "‹hidden, SHA-256 \(Hashing.sha256(Array(value.utf8)).short)›"
    }
    var out: [String] = []
    var isNext = false
    for word in words {
      if let end = word.firstIndex(of: "="), isSecret(word[..<end]) {
        out.append("\(word[...end])\(hidden(word[word.index(after: end)...]))")
      } else {
        out.append(isNext && !word.hasPrefix("-") ? hidden(word) : word)
      }
      isNext = word.hasPrefix("-") && !word.contains("=") && isSecret(word[...])
    }
    return out
  }

  private static func pinned(_ word: String, _ path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    let digest = file < 0 ? nil : DeskStore.copy(file, to: nil)?.digest
    return "\(word): \(path)  SHA-256 \(digest.map { Hex.encode($0.bytes) } ?? "can't be read")"
  }

  /// The catalogue's name where the command holds one of its words, else what the command itself suggests.
  private static func name(_ command: [String]) throws(RuntimeFault) -> String {
    do throws(SettingsFault) { if let known = try Catalogue.name(of: command) { return known } } catch {
      throw RuntimeFault(error)
    }
    let words = command.filter { !$0.hasPrefix("-") }.compactMap { $0.split(separator: "/").last.map(String.init) }
    let skipped = launchers.union(interpreters).union(["run", "exec", "tool", "x"])
    let word = words.first { !skipped.contains($0) && !$0.hasPrefix("python") } ?? words.first ?? "server"
    return String(word.prefix { $0 != "@" || $0 == word.first }.filter { $0.isASCII && !$0.isWhitespace }.prefix(64))
  }

  /// Everything a person accepts: the same text as long as nothing of it has changed.
  func text(_ manifest: ToolManifest) -> [UInt8] {
    var out = lines
    out.append(
      connector.map { "its calls are read as \($0.title)’s" }
        ?? "no system that Ringi knows: each of its calls asks a person")
    out.append("")
    out.append("\(manifest.tools.count) tool\(manifest.tools.count == 1 ? "" : "s"), in the server’s own words:")
    for tool in manifest.tools {
      let kind =
        connector.map { $0.tool(tool.name).map { " — \($0.kind.rawValue)" } ?? " — not in the catalogue" } ?? ""
      out +=
        ["", "\(tool.name)\(kind)"]
        + tool.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    return Array((out.joined(separator: "\n") + "\n").utf8)
  }

  /// Starts it with the environment its client gave us, but for what is the desk's.
  func start() throws(RuntimeFault) -> (pid: pid_t, channel: Channel) {
    let toServer = try ChildProcess.pipe()
    let fromServer = try ChildProcess.pipe()
    let pid = try ChildProcess.spawn(
      command, environment: Self.environment(), directory: nil,
      streams: .init(input: toServer.read, output: fromServer.write, error: 2), diesWithParent: true)
    close(toServer.read)
    close(fromServer.write)
    return (pid, Channel(input: fromServer.read, output: toServer.write))
  }

  private static func environment() -> [String] {
    var out: [String] = []
    var at = environ
    while let entry = at.pointee {
      let text = String(cString: entry)
      if !text.hasPrefix("RINGI_") { out.append(text) }
      at = at.advanced(by: 1)
    }
    return out
  }
}

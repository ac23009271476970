// The server behind the gateway: its command, what of it can be pinned, and its process.

import AgentLink
import AuditLog
import Domain
import Effector
import Glibc
import Settings
import Storage
import Wire

/// Values that a server was told, and that are read by nobody else: where they come back they are hidden.
struct Secrets: Hashable {
  private let values: [[UInt8]]
  private static let hidden = Array("[hidden by Ringi]".utf8)

  /// What is shorter than four bytes could be anything.
  init(_ values: [String]) {
    var all: [[UInt8]] = []
    for value in values where value.utf8.count >= 4 {
      all.append(Array(value.utf8))
      // And as JSON writes it.
      all.append(Array(JSON.string(value).text.utf8.dropFirst().dropLast()))
    }
    self.values = Array(Set(all)).sorted { $0.count > $1.count }
  }

  func hide(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for value in values {
      var out: [UInt8] = []
      var rest = bytes[...]
      while let found = rest.firstRange(of: value) {
        out += rest[..<found.lowerBound] + Self.hidden
        rest = rest[found.upperBound...]
      }
      bytes = out + rest
    }
    return bytes
  }

  func hide(_ text: String) -> String {
    values.isEmpty ? text : String(decoding: hide(Array(text.utf8)), as: UTF8.self)
  }
}

struct ConnectorServer {
  let name: String
  let command: [String]
  /// What the catalogue knows of it; nil for a system it does not list.
  let connector: Connector?
  /// The desk's own entry, by which Ringi may start it at any time; nil for a server that a client's settings name.
  let entry: ConnectorEntry?
  private let lines: [String]

  /// Programs that fetch or start another one, whose own bytes say nothing of that.
  private static let launchers: Set<String> = ["npx", "uvx", "uv", "pipx", "docker", "podman", "bunx", "deno"]
  private static let interpreters: Set<String> = ["python", "python3", "node", "ruby", "bash", "sh", "java", "dotnet"]

  /// A connector of desk.yaml.
  init(named name: String, in settings: DeskSettings) throws(RuntimeFault) {
    guard let entry = settings.connectors[name] else {
      let known = settings.connectors.keys.sorted().joined(separator: ", ")
      throw RuntimeFault(
        .usage,
        "desk.yaml names no connector `\(name)`\(known.isEmpty ? ": put its command under `connectors:`" : "; it names \(known)")"
      )
    }
    try self.init(entry.command, name: name, entry: entry)
  }

  /// - Parameter name: as rules, steps and the trail name it; nil for what its command says.
  init(_ command: [String], name: String?, entry: ConnectorEntry? = nil) throws(RuntimeFault) {
    self.entry = entry
    guard let first = command.first, let program = ChildProcess.find(first) else {
      if let name, entry != nil {
        throw RuntimeFault(
          .usage,
          "`\(command.first ?? "")`, which desk.yaml names for the connector `\(name)`, is no program on this machine")
      }
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
    for (variable, words) in (entry?.secrets ?? [:]).sorted(by: { $0.key < $1.key }) {
      lines.append("told \(variable), which is printed by: \(Self.plain(words))")
    }
    self.lines = lines
  }

  /// Its calls can be held: what each tool does is known, and Ringi can start it when a review is finished.
  var canHold: Bool { entry != nil && connector != nil }

  /// A secret among the words is not shown; that it has changed is.
  static func masked(_ words: [String]) -> [String] {
    let signs = ["key", "token", "secret", "password", "passwd", "credential", "auth"]
    func isSecret(_ name: Substring) -> Bool { signs.contains { name.lowercased().contains($0) } }
    func hidden(_ value: some StringProtocol) -> String {
      "‹hidden, SHA-256 \(Hashing.sha256(Array(value.utf8)).short)›"
    }
    var out: [String] = []
    var isNext = false
    for word in words.map(withoutPassword) {
      if let end = word.firstIndex(of: "="), isSecret(word[..<end]) {
        out.append("\(word[...end])\(hidden(word[word.index(after: end)...]))")
      } else {
        out.append(isNext && !word.hasPrefix("-") ? hidden(word) : word)
      }
      isNext = word.hasPrefix("-") && !word.contains("=") && isSecret(word[...])
    }
    return out
  }

  /// `https://name:password@host` without the password.
  private static func withoutPassword(_ word: String) -> String {
    guard let scheme = word.range(of: "://"), let at = word[scheme.upperBound...].firstIndex(of: "@"),
      let colon = word[scheme.upperBound..<at].firstIndex(of: ":")
    else { return word }
    let password = Hashing.sha256(Array(word[word.index(after: colon)..<at].utf8)).short
    return "\(word[...colon])‹hidden, SHA-256 \(password)›\(word[at...])"
  }

  /// The words of a command that prints a secret: plain names are shown, whatever could be the secret itself is not.
  private static func plain(_ words: [String]) -> String {
    words.map { word in
      word.utf8.allSatisfy { 97...122 ~= $0 || "/._-".utf8.contains($0) }
        ? word : "‹hidden, SHA-256 \(Hashing.sha256(Array(word.utf8)).short)›"
    }.joined(separator: " ")
  }

  private static func pinned(_ word: String, _ path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    let digest = file < 0 ? nil : LargeFile.copy(file, to: nil)?.digest
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

  /// Starts it with the environment its client gave us, but for what is the desk's; one of the desk's own always with the same.
  /// What a server of the desk's own complains of goes to a log of the desk's: its secrets may be in it.
  /// - Returns: with what it was told and nobody else is to read.
  func start(desk: String) throws(RuntimeFault) -> (pid: pid_t, channel: Channel, secrets: Secrets) {
    let told = try entry.map { (entry) throws(RuntimeFault) in try Self.secrets(entry.secrets) } ?? []
    let environment = entry.map { _ in ChildProcess.agentEnvironment([]) + told }
    let log =
      entry == nil ? 2 : open("\(desk)/connector-\(name).log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    defer { if entry != nil, log >= 0 { close(log) } }
    let toServer = try ChildProcess.pipe()
    let fromServer = try ChildProcess.pipe()
    let pid = try ChildProcess.spawn(
      command, environment: environment ?? Self.environment(), directory: nil,
      streams: .init(input: toServer.read, output: fromServer.write, error: log), diesWithParent: true)
    close(toServer.read)
    close(fromServer.write)
    return (
      pid, Channel(input: fromServer.read, output: toServer.write),
      Secrets(told.map { String($0[$0.index(after: $0.firstIndex(of: "=") ?? $0.startIndex)...]) })
    )
  }

  /// A server ends when its input does; one that does not is ended.
  /// - Returns: its exit code; nil where it was ended, or by a signal.
  static func end(_ pid: pid_t) -> Int32? {
    var status: Int32 = 0
    for signal in [0, SIGTERM, SIGKILL] {
      if signal != 0 { kill(-pid, signal) }
      for _ in 0..<100 {
        if waitpid(pid, &status, WNOHANG) == pid {
          return signal == 0 && status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
        }
        poll(nil, 0, 10)
      }
    }
    return nil
  }

  /// What the commands print, as variables. A line end at the end is not part of it.
  private static func secrets(_ commands: [String: [String]]) throws(RuntimeFault) -> [String] {
    var out: [String] = []
    for (name, words) in commands.sorted(by: { $0.key < $1.key }) {
      var fault = ""
      let command = ChildCommand(arguments: words, patience: 30_000, diesWithHost: true)
      // What it complains of is no part of a secret.
      let result = command.run { input, output in
        do throws(RuntimeFault) {
          return try ChildProcess.spawn(
            words, environment: environment(), directory: nil, streams: .init(input: input, output: output, error: 2),
            diesWithParent: true)
        } catch {
          fault = error.sentence
          return -EPERM
        }
      }
      var value = result.output[...]
      if value.last == 10 { value = value.dropLast() }
      guard result.end == .code(0), !result.isCut, !value.isEmpty, !value.contains(0) else {
        let why = fault.isEmpty ? "`\(words.first ?? "")` did not print it" : fault
        throw RuntimeFault(.fault, "the secret \(name) of desk.yaml is not there: \(why)")
      }
      out.append("\(name)=\(String(decoding: value, as: UTF8.self))")
    }
    return out
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

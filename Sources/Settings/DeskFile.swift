// desk.yaml, in the desk's own folder: agents, people and how mail leaves. All of it is optional.
//
//   agents:
//     claude:
//       command: [npx, "@agentclientprotocol/claude-agent-acp"]
//       model: remote US
//       view: private                      # else `none`: it works on the folders themselves, and asks first
//       reads: [~/.nvm]                    # on a private view it sees nothing of the home but this,
//       keeps: [~/.claude]                 # and may write nothing but this, and the folders
//     fast:                                # does all its file work through its client: Ringi writes, prepared
//       command: [fast-agent, acp]
//       files: ringi                       # else `own`: it writes by itself, and asks first
//     tidy:                                # a program that asks nobody: it runs on a private view of the folders
//       command: [python3, /opt/tidy/tidy.py, "{goal}"]
//       speaks: nothing                    # else `acp`, or `codex` for [codex, app-server]
//       reads: [/opt/tidy, ~/.config/tidy] # what it is shown besides, read-only
//       keeps: [~/.cache/tidy]             # folders that it may write by itself, and finds again next time
//       model: local
//   people:
//     aiko: reviewer
//   mail:
//     sendmail: [/usr/sbin/sendmail]       # compatible with sendmail(8); the message is on its standard input
//   chat:
//     command: [/usr/local/bin/post, "{channel}"]   # the words are on its standard input
//   calendar:                              # an iCalendar object is on the standard input of a `command`; or, as for `chat`,
//     connector: google-calendar           # a tool of a connector takes it
//     tool: create_event
//     arguments: {summary: "{title}", start: {dateTime: "{start}"}, end: {dateTime: "{end}"}, attendees: "{attendees}"}
//   connectors:                            # servers of other systems (MCP) that Ringi starts itself, so that calls can be held
//     gmail:                               # a name of the catalogue's, or such a name and a word: `gmail-sales`
//       command: [/opt/gmail-mcp/server, --stdio]
//       secrets:                           # variables of its environment, and the commands that print them
//         GMAIL_TOKEN: [pass, show, gmail]
//   textconv:
//     pdf: [pdftotext, -layout, "{}", "-"]   # {} is the file; without it the file is the last word

import Domain

/// How an agent is started, and where what it reads goes.
package struct AgentEntry: Hashable, Sendable {
  package let command: [String]
  package let model: ModelLocation
  package let environment: [String]
  /// It speaks no protocol, so it runs on a private view.
  package var isSilent = false
  /// It is Codex, by its app-server.
  package var speaksCodex = false
  /// It leaves its file work to its client, which is Ringi: what it asks about files is asked again by the work itself.
  package var leavesFiles = false
  /// It works on the folders themselves, not on a private view of them.
  package var isUnconfined = false
  /// Files and folders it is shown on its private view, read-only; `~/` stands for the home.
  package var reads: [String] = []
  /// Folders of its own that it may write there.
  package var keeps: [String] = []
  package init(command: [String], model: ModelLocation, environment: [String]) {
    self.command = command
    self.model = model
    self.environment = environment
  }
}

/// How a connector's server is started.
package struct ConnectorEntry: Hashable, Sendable {
  package let command: [String]
  /// Variables of its environment, and the commands that print their values.
  package let secrets: [String: [String]]
  package init(command: [String], secrets: [String: [String]] = [:]) {
    self.command = command
    self.secrets = secrets
  }
}

package struct DeskSettings: Hashable, Sendable {
  package var agents: [String: AgentEntry] = [:]
  /// Operating-system user to role.
  package var people: [String: String] = [:]
  /// Commands that take outgoing messages; empty for the desk's outbox.
  package var mail: [String] = []
  package var chat: [String] = []
  package var calendar: [String] = []
  /// Tools that take posts and invitations where no command does.
  package var chatTool: ToolWay?
  package var calendarTool: ToolWay?
  package var connectors: [String: ConnectorEntry] = [:]
  /// Ending of a file name to the command that prints such a file as text.
  package var textconv: [String: [String]] = [:]
  package init() {}
}

package enum DeskFile {
  package static func read(_ text: String) throws(SettingsFault) -> DeskSettings {
    var out = DeskSettings()
    let top = try Entry.document(text, file: "desk.yaml").mapping([
      "agents", "people", "mail", "chat", "calendar", "connectors", "textconv",
    ])
    for (name, entry) in try top["agents"]?.names() ?? [] { out.agents[name] = try agent(entry) }
    for (name, entry) in try top["people"]?.names() ?? [] { out.people[name] = try entry.text() }
    if let entry = try top["mail"]?.mapping(["sendmail"])["sendmail"] { out.mail = try command(entry) }
    for (name, entry) in try top["connectors"]?.names() ?? [] { out.connectors[name] = try connector(entry) }
    let ways = ["command", "connector", "tool", "arguments"]
    if let fields = try top["chat"]?.mapping(ways) {
      if let entry = fields["command"] { out.chat = try command(entry) }
      out.chatTool = try ToolWay.read(fields, connectors: Set(out.connectors.keys), ToolWay.ofPosts)
    }
    if let fields = try top["calendar"]?.mapping(ways) {
      if let entry = fields["command"] { out.calendar = try command(entry) }
      out.calendarTool = try ToolWay.read(fields, connectors: Set(out.connectors.keys), ToolWay.ofEvents)
    }
    for (name, entry) in try top["textconv"]?.names() ?? [] {
      out.textconv[name.lowercased()] = try command(entry)
    }
    return out
  }

  private static func command(_ entry: Entry) throws(SettingsFault) -> [String] {
    var words: [String] = []
    for item in try entry.texts() { words.append(try item.text()) }
    guard !words.isEmpty else { throw entry.fault("a command is a list of words") }
    return words
  }

  private static func connector(_ entry: Entry) throws(SettingsFault) -> ConnectorEntry {
    let fields = try entry.mapping(["command", "secrets"])
    guard let words = fields["command"] else { throw entry.fault("the connector has no `command`") }
    var secrets: [String: [String]] = [:]
    for (name, value) in try fields["secrets"]?.names() ?? [] {
      guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "=") }) else {
        throw value.fault("`\(name)` is no name of a variable")
      }
      secrets[name] = try command(value)
    }
    return ConnectorEntry(command: try command(words), secrets: secrets)
  }

  private static func agent(_ entry: Entry) throws(SettingsFault) -> AgentEntry {
    let fields = try entry.mapping(["command", "model", "environment", "speaks", "files", "view", "reads", "keeps"])
    guard let command = fields["command"] else { throw entry.fault("the agent has no `command`") }
    var words: [String] = []
    for item in try command.texts() { words.append(try item.text()) }
    var environment: [String] = []
    for item in try fields["environment"]?.texts() ?? [] { environment.append(try item.text()) }
    guard let model = ModelLocation(try fields["model"]?.text() ?? "remote") else {
      throw (fields["model"] ?? entry).fault("a model is `local` or `remote REGION`")
    }
    var out = AgentEntry(command: words, model: model, environment: environment)
    if let speaks = fields["speaks"] {
      guard ["acp", "codex", "nothing"].contains(try speaks.text()) else {
        throw speaks.fault("an agent speaks `acp`, `codex` or `nothing`")
      }
      out.isSilent = try speaks.text() == "nothing"
      out.speaksCodex = try speaks.text() == "codex"
    }
    if let files = fields["files"] {
      guard ["ringi", "own"].contains(try files.text()) else {
        throw files.fault("an agent’s files are `ringi`’s to write, or its `own`")
      }
      out.leavesFiles = try files.text() == "ringi"
    }
    if let view = fields["view"] {
      guard ["private", "none"].contains(try view.text()) else { throw view.fault("a view is `private` or `none`") }
      out.isUnconfined = try view.text() == "none"
    }
    out.reads = try paths(fields["reads"])
    out.keeps = try paths(fields["keeps"])
    if out.speaksCodex, out.leavesFiles, let odd = fields["files"] {
      throw odd.fault("Codex writes its files itself, and asks first")
    }
    if out.leavesFiles || out.isUnconfined, let odd = fields["reads"] ?? fields["keeps"] {
      throw odd.fault("only an agent on a private view is shown what is named here; this one sees what you see")
    }
    if out.isSilent, out.leavesFiles || out.isUnconfined, let odd = fields["view"] ?? fields["files"] {
      throw odd.fault("a program that `speaks: nothing` runs on a private view")
    }
    return out
  }

  private static func paths(_ entry: Entry?) throws(SettingsFault) -> [String] {
    var out: [String] = []
    for item in try entry?.texts() ?? [] {
      let path = try item.text()
      guard path.hasPrefix("/") || path.hasPrefix("~/") else { throw item.fault("a path begins with `/` or `~/`") }
      out.append(path)
    }
    return out
  }
}

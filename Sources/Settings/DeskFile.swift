// desk.yaml, in the desk's own folder: agents, people and how mail leaves. All of it is optional.
//
//   agents:
//     claude: {command: [npx, "@agentclientprotocol/claude-agent-acp"], model: remote US}
//   people:
//     aiko: reviewer
//   mail:
//     sendmail: [/usr/sbin/sendmail]       # compatible with sendmail(8); the message is on its standard input
//   chat:
//     command: [/usr/local/bin/post, "{channel}"]   # the words are on its standard input
//   calendar:
//     command: [/usr/local/bin/invite]     # an iCalendar object is on its standard input
//   textconv:
//     pdf: [pdftotext, -layout, "{}", "-"]   # {} is the file; without it the file is the last word

import Domain

/// How an agent is started, and where what it reads goes.
package struct AgentEntry: Hashable, Sendable {
  package let command: [String]
  package let model: ModelLocation
  package let environment: [String]
  package init(command: [String], model: ModelLocation, environment: [String]) {
    self.command = command
    self.model = model
    self.environment = environment
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
  /// Ending of a file name to the command that prints such a file as text.
  package var textconv: [String: [String]] = [:]
  package init() {}
}

package enum DeskFile {
  package static func read(_ text: String) throws(SettingsFault) -> DeskSettings {
    var out = DeskSettings()
    let top = try Entry.document(text, file: "desk.yaml").mapping([
      "agents", "people", "mail", "chat", "calendar", "textconv",
    ])
    for (name, entry) in try top["agents"]?.names() ?? [] { out.agents[name] = try agent(entry) }
    for (name, entry) in try top["people"]?.names() ?? [] { out.people[name] = try entry.text() }
    if let entry = try top["mail"]?.mapping(["sendmail"])["sendmail"] { out.mail = try command(entry) }
    if let entry = try top["chat"]?.mapping(["command"])["command"] { out.chat = try command(entry) }
    if let entry = try top["calendar"]?.mapping(["command"])["command"] { out.calendar = try command(entry) }
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

  private static func agent(_ entry: Entry) throws(SettingsFault) -> AgentEntry {
    let fields = try entry.mapping(["command", "model", "environment"])
    guard let command = fields["command"] else { throw entry.fault("the agent has no `command`") }
    var words: [String] = []
    for item in try command.texts() { words.append(try item.text()) }
    var environment: [String] = []
    for item in try fields["environment"]?.texts() ?? [] { environment.append(try item.text()) }
    guard let model = ModelLocation(try fields["model"]?.text() ?? "remote") else {
      throw (fields["model"] ?? entry).fault("a model is `local` or `remote REGION`")
    }
    return AgentEntry(command: words, model: model, environment: environment)
  }
}

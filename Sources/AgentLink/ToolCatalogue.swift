// The tools an agent is offered, and how their arguments become proposals.

import Domain
import Wire

/// A tool call that can't be taken, in words for the agent.
struct ToolFault: Error { let message: String }

/// Typed access to a call's arguments, with errors that name the argument.
struct Arguments {
  private let json: JSON
  init(_ json: JSON) { self.json = json }

  func text(_ name: String) throws(ToolFault) -> String {
    guard let value = json[name]?.string else { throw ToolFault(message: "`\(name)` must be a string") }
    return value
  }
  func optional(_ name: String) throws(ToolFault) -> String {
    guard let value = json[name], value != .null else { return "" }
    guard let text = value.string else { throw ToolFault(message: "`\(name)` must be a string") }
    return text
  }
  /// `kind` is its older name; some agents make classes of tools and have one of that name themselves.
  func kind() throws(ToolFault) -> String {
    let kind = try optional("action_kind")
    return kind.isEmpty ? try optional("kind") : kind
  }
  func list(_ name: String) throws(ToolFault) -> [String] {
    guard let value = json[name], value != .null else { return [] }
    guard let array = value.array else { throw ToolFault(message: "`\(name)` must be a list of strings") }
    var out: [String] = []
    for item in array {
      guard let text = item.string else { throw ToolFault(message: "`\(name)` must be a list of strings") }
      out.append(text)
    }
    return out
  }
  func value(_ name: String) throws(ToolFault) -> JSON {
    guard let value = json[name] else { throw ToolFault(message: "`\(name)` is missing") }
    return value
  }
  func optionalNumber(_ name: String) throws(ToolFault) -> Int? {
    guard let value = json[name], value != .null else { return nil }
    return try number(name)
  }
  func flag(_ name: String) -> Bool { json[name]?.bool ?? false }
  func number(_ name: String) throws(ToolFault) -> Int {
    guard let value = json[name]?.int, let number = Int(exactly: value) else {
      throw ToolFault(message: "`\(name)` must be a whole number")
    }
    return number
  }
}

struct Tool: Sendable {
  let name: String
  let about: String
  /// Argument name, JSON type, what it is, whether it must be given.
  let parameters: [(name: String, type: String, about: String, isRequired: Bool)]

  var json: JSON {
    let properties = parameters.map { parameter -> JSON.Member in
      let type: JSON =
        parameter.type == "strings"
        ? ["type": "array", "items": ["type": "string"], "description": .string(parameter.about)]
        : ["type": .string(parameter.type), "description": .string(parameter.about)]
      return .init(parameter.name, type)
    }
    return [
      "name": .string(name), "description": .string(about),
      "inputSchema": [
        "type": "object", "properties": .object(properties),
        "required": .array(parameters.filter(\.isRequired).map { .string($0.name) }),
      ],
    ]
  }
}

enum ToolCatalogue {
  enum Request {
    case plan([PlanEntry])
    case status(StepNumber, wait: Bool)
    case proposal(Proposal)
    /// What is found goes back to the agent, in pages.
    case read(Proposal, line: Int?, limit: Int?)
  }

  static let instructions = """
    Every tool here proposes an action to a person's approval desk. An answer "held as #N for review, go on" means it \
    is prepared and a person reviews it at the end. "waiting as #N" means a person decides; ask step_status. A refusal \
    says why: do not try the same again, do the sensible other thing.
    """

  private static let mail: [(String, String, String, Bool)] = [
    ("to", "strings", "recipients", true), ("cc", "strings", "copies", false),
    ("bcc", "strings", "blind copies", false),
    ("reply_to", "string", "where replies go", false), ("subject", "string", "subject", true),
    ("body", "string", "plain text", true), ("attachments", "strings", "paths of files in the workspace", false),
    ("reason", "string", "why, for the person who decides", false),
  ]

  static let tools: [Tool] = [
    Tool(
      name: "plan",
      about:
        "Announce your plan, and announce it again as it moves on: steps you propose stand under the entry that is in_progress.",
      parameters: [
        (
          "entries", "array",
          "objects {title, status, kind, target}: status is pending, in_progress or completed; kind, if you know it, one of file.create, file.edit, file.rename, file.delete, mail.draft, mail.send, chat.send, event.add, event.invite, command.run; target a path or address",
          true
        )
      ]),
    Tool(name: "mail_draft", about: "Prepare a mail as a draft. It is not sent.", parameters: named(mail)),
    Tool(name: "mail_send", about: "Propose to send a mail. A person approves each.", parameters: named(mail)),
    Tool(
      name: "chat_post", about: "Propose a post to a chat channel.",
      parameters: named([
        ("channel", "string", "for example #legal", true), ("text", "string", "the post", true),
        ("reason", "string", "why", false),
      ])),
    Tool(
      name: "event_add", about: "Propose a calendar event; with attendees it is an invitation.",
      parameters: named([
        ("title", "string", "title", true), ("start", "string", "RFC 3339", true), ("end", "string", "RFC 3339", true),
        ("place", "string", "where", false), ("notes", "string", "notes", false),
        ("attendees", "strings", "who is invited", false), ("reason", "string", "why", false),
      ])),
    Tool(
      name: "file_delete", about: "Propose to delete a file of the workspace.",
      parameters: named([("path", "string", "the file", true), ("reason", "string", "why", false)])),
    Tool(
      name: "file_copy", about: "Propose to copy a file of the workspace; nothing is replaced.",
      parameters: named([
        ("from", "string", "the file", true), ("to", "string", "the file", true),
        ("reason", "string", "why", false),
      ])),
    Tool(
      name: "file_rename", about: "Propose to rename or move a file of the workspace.",
      parameters: named([
        ("from", "string", "the file", true), ("to", "string", "the file", true),
        ("reason", "string", "why", false),
      ])),
    Tool(
      name: "file_changes",
      about:
        "Propose several changes of files of the workspace as one: they are decided, done and undone together. No file twice.",
      parameters: named([
        (
          "changes", "array",
          "objects {op, path, text, to}; op: write (text: the whole new content), delete, rename (to), copy (to), make_folder, remove_folder",
          true
        ), ("reason", "string", "why", false),
      ])),
    Tool(
      name: "command_run",
      about:
        "Propose to run a program in the workspace: a list of words, no shell. A person approves it; you get what it prints. It has no network, and sees the files as they are in place, without what is only prepared.",
      parameters: named([
        ("arguments", "strings", "the program, then each argument", true),
        ("directory", "string", "where, the main folder when left out", false),
        ("reason", "string", "why", false),
      ])),
    Tool(
      name: "git_push",
      about: "Propose to push a branch of a git repository of the workspace. A person approves it.",
      parameters: named([
        ("remote", "string", "name of the remote, for example origin", true),
        ("branch", "string", "name of the branch, the same there", true),
        ("repository", "string", "its folder; the main one when left out", false),
        ("reason", "string", "why", false),
      ])),
    Tool(
      name: "findings_report",
      about:
        "Hand over findings on a document as a SARIF 2.1.0 log: level error is RED, warning YELLOW, note GREEN; ruleId the clause, region its lines, message why, fixes the redline, properties {standard, fallback, impact, escalation, mustHave, missing}.",
      parameters: named([
        ("document", "string", "path as in the workspace", true), ("sarif", "object", "SARIF 2.1.0", true),
      ])),
    Tool(
      name: "connector_call", about: "Propose a call of another system, by the name your user has for it.",
      parameters: named([
        ("connector", "string", "system", true), ("tool", "string", "operation", true),
        ("arguments", "object", "its arguments", true), ("action_kind", "string", "your own word for it", false),
        ("reason", "string", "why", false),
      ])),
    Tool(
      name: "propose",
      about: "Ask a person for a yes to something that no other tool here is for. Ringi does nothing of it itself.",
      parameters: named([
        ("action_kind", "string", "what kind of action", true), ("target", "string", "on what", true),
        ("payload", "object", "the details", true), ("reason", "string", "why", false),
      ])),
    Tool(
      name: "step_status",
      about: "The state of a step you proposed. What is held for review is decided at the end: do not wait for it.",
      parameters: named([
        ("step", "integer", "its number", true), ("wait", "boolean", "wait a while for a change", false),
      ])),
  ]

  static func named(
    _ list: [(String, String, String, Bool)]
  ) -> [(name: String, type: String, about: String, isRequired: Bool)] {
    list.map { (name: $0.0, type: $0.1, about: $0.2, isRequired: $0.3) }
  }

  static func request(_ tool: String, _ arguments: Arguments) throws(ToolFault) -> Request {
    func proposal(_ effect: ProposedEffect, kind: String = "") throws(ToolFault) -> Request {
      .proposal(
        Proposal(effect: effect, claims: Claims(title: "", reason: try arguments.optional("reason"), kind: kind)))
    }
    if let request = try fileRequest(tool, arguments) { return request }
    switch tool {
    case "plan": return .plan(try plan(arguments))
    case "mail_draft": return try proposal(.draft(try mail(arguments), attachments: try arguments.list("attachments")))
    case "mail_send": return try proposal(.send(try mail(arguments), attachments: try arguments.list("attachments")))
    case "chat_post":
      return try proposal(.post(ChatPost(channel: try arguments.text("channel"), text: try arguments.text("text"))))
    case "event_add":
      return try proposal(
        .event(
          CalendarEvent(
            title: try arguments.text("title"), start: try arguments.text("start"), end: try arguments.text("end"),
            place: try arguments.optional("place"), notes: try arguments.optional("notes"),
            attendees: try arguments.list("attendees"))))
    case "file_delete": return try proposal(.delete(path: Array(try arguments.text("path").utf8)))
    case "file_copy":
      return try proposal(
        .copy(from: Array(try arguments.text("from").utf8), to: Array(try arguments.text("to").utf8)))
    case "file_rename":
      return try proposal(
        .rename(from: Array(try arguments.text("from").utf8), to: Array(try arguments.text("to").utf8)))
    case "file_changes": return try proposal(.changes(try changes(arguments)))
    case "command_run":
      return try proposal(
        .command(arguments: try arguments.list("arguments"), directory: try arguments.optional("directory")))
    case "git_push":
      return try proposal(
        .push(
          repository: try arguments.optional("repository"), remote: try arguments.text("remote"),
          branch: try arguments.text("branch")))
    case "findings_report":
      let document = try arguments.text("document")
      let log = try arguments.value("sarif")
      guard let findings = SARIF.findings(log, document: document) else {
        throw ToolFault(message: "`sarif` is no SARIF 2.1.0 log")
      }
      return try proposal(.findings(document: document, sarif: Array(log.text.utf8), findings))
    case "connector_call":
      return try proposal(
        .call(
          ConnectorCall(
            connector: try arguments.text("connector"), tool: try arguments.text("tool"),
            arguments: try arguments.value("arguments").pretty)), kind: try arguments.kind())
    case "propose":
      return try proposal(
        .other(
          OtherAction(
            deed: try arguments.kind(), target: try arguments.text("target"),
            payload: try arguments.value("payload").pretty)), kind: try arguments.kind())
    case "step_status": return .status(StepNumber(try arguments.number("step")), wait: arguments.flag("wait"))
    default: throw ToolFault(message: "there is no tool `\(tool)`")
    }
  }

  private static func mail(_ arguments: Arguments) throws(ToolFault) -> Mail {
    let to = try arguments.list("to")
    let all = try to + arguments.list("cc") + arguments.list("bcc")
    guard all.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else { throw ToolFault(message: "`to` names nobody") }
    return Mail(
      from: "", to: to, cc: try arguments.list("cc"), bcc: try arguments.list("bcc"),
      replyTo: try arguments.optional("reply_to"), subject: try arguments.text("subject"),
      body: try arguments.text("body"), attachments: [])
  }

  private static func changes(_ arguments: Arguments) throws(ToolFault) -> [ProposedEffect] {
    guard let list = try arguments.value("changes").array else { throw ToolFault(message: "`changes` must be a list") }
    var out: [ProposedEffect] = []
    for item in list {
      let one = Arguments(item)
      let path = Array(try one.text("path").utf8)
      let effect: ProposedEffect
      switch try one.text("op") {
      case "write": effect = .write(path: path, text: Array(try one.text("text").utf8))
      case "delete": effect = .delete(path: path)
      case "rename": effect = .rename(from: path, to: Array(try one.text("to").utf8))
      case "copy": effect = .copy(from: path, to: Array(try one.text("to").utf8))
      case "make_folder": effect = .makeFolder(path: path)
      case "remove_folder": effect = .removeFolder(path: path)
      case let odd:
        throw ToolFault(message: "`op` is write, delete, rename, copy, make_folder or remove_folder, not `\(odd)`")
      }
      out.append(effect)
    }
    return out
  }

  private static func plan(_ arguments: Arguments) throws(ToolFault) -> [PlanEntry] {
    guard let entries = try arguments.value("entries").array else {
      throw ToolFault(message: "`entries` must be a list")
    }
    return entries.prefix(500).map { entry in
      PlanEntry(
        title: entry["title"]?.string ?? "",
        status: PlanEntry.Status(rawValue: entry["status"]?.string ?? "") ?? .pending,
        intendedKind: entry["kind"]?.string ?? "", intendedTarget: entry["target"]?.string ?? "")
    }
  }
}

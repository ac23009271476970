// session/update and session/request_permission: what the agent tells and asks. Unknown kinds are ignored, as the
// protocol wants; fields that name an action are required.

import Domain
import Wire

/// What is known of one tool call, merged from its updates.
struct ToolCall: Sendable {
  var title = ""
  var kind = ""
  var isOpen = true
  var paths: Set<String> = []
  var rawInput: JSON?
  var diff: (path: String, old: String?, new: String)?

  mutating func merge(_ fields: JSON) {
    if let title = fields["title"]?.string { self.title = title }
    if let kind = fields["kind"]?.string { self.kind = kind }
    if let status = fields["status"]?.string { isOpen = status == "pending" || status == "in_progress" }
    if let raw = fields["rawInput"] { rawInput = raw }
    for location in fields["locations"]?.array ?? [] { if let path = location["path"]?.string { paths.insert(path) } }
    for item in fields["content"]?.array ?? [] where item["type"]?.string == "diff" {
      guard let path = item["path"]?.string, let new = item["newText"]?.string else { continue }
      diff = (path, item["oldText"]?.string, new)
      paths.insert(path)
    }
  }
}

extension ACPClient {
  mutating func update(_ params: JSON) -> [LinkEvent] {
    guard params["sessionId"]?.string == session, let update = params["update"] else { return [] }
    switch update["sessionUpdate"]?.string {
    case "plan":
      let entries = (update["entries"]?.array ?? []).prefix(500).map { entry in
        PlanEntry(
          title: entry["content"]?.string ?? "",
          status: PlanEntry.Status(rawValue: entry["status"]?.string ?? "") ?? .pending)
      }
      return [.plan(Array(entries))]
    case "agent_message_chunk":
      guard let text = update["content"]?["text"]?.string else { return [] }
      return [.said(text)]
    case "tool_call", "tool_call_update":
      guard let id = update["toolCallId"]?.string, toolCalls.count < 10_000 else { return [] }
      toolCalls[id, default: ToolCall()].merge(update)
      return []
    default: return []
    }
  }

  /// nil when no option allows once: Ringi never picks an "always".
  func permission(_ params: JSON) -> (Proposal, ReplyToken.Shape)? {
    let options = params["options"]?.array ?? []
    func option(_ kind: String) -> String? { options.first { $0["kind"]?.string == kind }?["optionId"]?.string }
    guard let allow = option("allow_once"), let fields = params["toolCall"] else { return nil }
    var call = toolCalls[fields["toolCallId"]?.string ?? ""] ?? ToolCall()
    call.merge(fields)
    let claims = Claims(title: call.title, reason: call.rawInput?["description"]?.string ?? "", kind: call.kind)
    return (
      Proposal(effect: effect(of: call), claims: claims), .permission(allow: allow, reject: option("reject_once"))
    )
  }

  private func effect(of call: ToolCall) -> ProposedEffect {
    if let diff = call.diff { return .write(path: Array(diff.path.utf8), text: Array(diff.new.utf8)) }
    let raw = call.rawInput
    switch call.kind {
    case "read":
      if let path = call.paths.first, call.paths.count == 1 { return .read(path: Array(path.utf8)) }
    case "delete":
      if let path = call.paths.first, call.paths.count == 1 { return .delete(path: Array(path.utf8)) }
    case "execute":
      if let list = raw?["command"]?.array {
        return .command(arguments: list.map { $0.string ?? $0.text }, directory: raw?["cwd"]?.string ?? "")
      }
      if let line = raw?["command"]?.string { return .command(arguments: [line], directory: raw?["cwd"]?.string ?? "") }
    default: break
    }
    return .other(OtherAction(target: call.title, payload: raw?.text ?? ""))
  }
}

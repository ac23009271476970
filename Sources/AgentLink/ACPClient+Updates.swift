// session/update and session/request_permission: what the agent tells and asks. Unknown kinds are ignored, as the
// protocol wants; fields that name an action are required.

import Domain
import Wire

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
      joinAhead(id)
      // A command of a terminal of ours is a step already.
      if toolCalls[id]?.terminals.contains(where: { terminals[$0] != nil }) == true { toolCalls[id]?.isSettled = true }
      guard let call = toolCalls[id], !call.isOpen else { return [] }
      // What it asked about is answered for; what it did without asking is told.
      defer { toolCalls[id]?.isSettled = true }
      let name = askedAs[id] ?? id
      let isDone = call.status == "completed"
      if let promise = broken(name, isDone: isDone) { return [.broken(did: "\(promise.did), by itself")] }
      return [
        .ended(
          call: name, isDone: isDone && ToolCall.code(update["rawOutput"]) ?? 0 == 0,
          did: call.isSettled ? "" : did(call))
      ]
    case "current_mode_update":
      // An example of the protocol's own pages has the other name.
      guard let mode = update["currentModeId"]?.string ?? update["modeId"]?.string else { return [] }
      return switched(to: mode)
    case "config_option_update": return configured(update["configOptions"])
    default: return []
    }
  }

  /// Some ask first and tell of the call then, under the same name or another.
  private mutating func joinAhead(_ id: String) {
    guard let call = toolCalls[id], !call.isSettled else { return }
    guard
      let asked = askedAhead.first(where: { $0.key == id || call.isAlike($0.value, in: directory) })?.key
    else { return }
    askedAhead[asked] = nil
    askedAs[id] = asked
    toolCalls[id]?.isSettled = true
  }

  /// What an agent says it did by itself.
  func did(_ call: ToolCall) -> String {
    let command = call.rawInput?["command"]?.string.map { ": \($0)" } ?? ""
    let paths = call.named.filter { !call.title.contains($0) }.sorted().joined(separator: ", ")
    return
      "\(call.kind.isEmpty ? "a tool" : call.kind): \(call.title)\(call.title.contains(command.dropFirst(2)) ? "" : command)\(paths.isEmpty ? "" : " (\(paths))")"
  }

  /// nil when no option allows once: Ringi never picks an "always".
  mutating func permission(_ params: JSON) -> (Proposal, ReplyToken.Shape)? {
    let options = params["options"]?.array ?? []
    guard let fields = params["toolCall"], fields.members != nil, let allow = Self.once(options, "allow_once") else {
      return nil
    }
    let reject = Self.once(options, "reject_once")
    var id = fields["toolCallId"]?.string ?? ""
    var call = toolCalls[id] ?? ToolCall()
    call.merge(fields)
    // Some ask under a name that no call has, and some say nothing else: then it is the call that is open.
    if toolCalls[id] == nil {
      let open = toolCalls.filter { $0.value.isOpen && !$0.value.isSettled }
      if let same = open.filter({ $0.value.isAlike(call, in: directory) }).keys.sorted().last {
        id = same
      } else if call.rawInput == nil, call.diffs.isEmpty, let only = open.first, open.count == 1 {
        var merged = only.value
        if merged.title.isEmpty { merged.title = call.title }
        (id, call) = (only.key, merged)
      } else if call.rawInput == nil, call.diffs.isEmpty, !open.isEmpty {
        // Which of them nobody can tell: all of them are shown.
        let all = open.sorted { $0.key < $1.key }.map {
          "\($0.value.title)\n\($0.value.rawInput?.pretty ?? $0.value.text)"
        }
        call.text = (["\(open.count) calls are open; the agent does not say which it means", call.text] + all)
          .filter { !$0.isEmpty }.joined(separator: "\n")
      }
    }
    if toolCalls[id] == nil { askedAhead[id] = call }
    asked[id] = call
    toolCalls[id]?.isSettled = true
    let claims = Claims(title: call.title, reason: call.rawInput?["description"]?.string ?? "", kind: call.kind)
    var effect = call.effect(in: directory)
    if options.filter({ $0["kind"]?.string == "allow_once" }).count > 1,
      case .command(let words, let place, var notes) = effect
    {
      notes.append("a yes is given as “\(allow.name)”")
      effect = .command(arguments: words, directory: place, notes: notes)
    }
    return (Proposal(effect: effect, claims: claims), .permission(allow: allow.id, reject: reject?.id, call: id))
  }

  /// The option of a kind that says no more than this once: several may carry the same kind.
  private static func once(_ options: [JSON], _ kind: String) -> (id: String, name: String)? {
    let found = options.filter { $0["kind"]?.string == kind }.compactMap { option in
      option["optionId"]?.string.map { (id: $0, name: option["name"]?.string ?? $0) }
    }
    let wider = ["always", "session", "policy", "risk", "all", "auto", "amend"]
    return found.first { option in
      !wider.contains {
        option.id.lowercased().contains($0) && !["allow", "allow_once"].contains(option.id.lowercased())
      }
    }
      ?? found.first
  }
}

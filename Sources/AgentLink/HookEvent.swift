// Hooks: one event as a JSON object on stdin, one JSON object on stdout. Shapes of Claude Code 2.1.330
// (code.claude.com/docs/en/hooks) and of Codex 0.163.0, which took them over but for some answers. What names an action is
// required and checked; what only describes is optional.

import Domain
import Wire

/// An event that can't be read, in words for whoever started the hook.
package struct HookFault: Error, Hashable, Sendable {
  package let reason: String
  package init(reason: String) { self.reason = reason }
}

/// An agent whose hooks are known.
package enum HookedAgent: String, Hashable, Sendable, CaseIterable {
  case claudeCode = "claude-code"
  case codex

  /// As people call it.
  package var title: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .codex: "Codex"
    }
  }

  /// How far its hook can be relied on: Codex takes a hook that crashes or is late for a yes.
  package var grade: Grade {
    switch self {
    case .claudeCode: .hooked
    case .codex: .weak
    }
  }

  /// Codex's speaks after a command that failed as after one that did not, and never of a patch inside a command.
  package var tellsEveryEnd: Bool { self == .claudeCode }
}

package struct HookEvent: Hashable, Sendable {
  package enum Body: Hashable, Sendable {
    /// A tool is about to be used, and waits for our word. PermissionRequest is the same without the call's id.
    case call(HookCall)
    /// A tool that touches nothing by itself: what it leads to has calls of its own.
    case inner(words: String)
    case done(call: String)
    case failed(call: String, error: String)
    case prompt(String)
    case started
    /// The turn is over.
    case stopped(lastWords: String)
    case ended(reason: String)
    case other
  }
  package let name: String
  package let session: String
  package let directory: String
  package let body: Body
}

/// A tool's use as the agent asks for it.
package struct HookCall: Hashable, Sendable {
  /// Empty where the event has none.
  package let id: String
  package let tool: String
  package let input: JSON
  package let proposal: Proposal
  /// The agent's own question to its person, about a call that was asked for here already.
  package var isAgain = false
  package init(id: String, tool: String, input: JSON, proposal: Proposal) {
    self.id = id
    self.tool = tool
    self.input = input
    self.proposal = proposal
  }
}

extension ProposedEffect {
  /// A tool of a server's, `mcp__server__tool`; any other that is not known asks as it is.
  static func called(_ tool: String, _ input: JSON) -> ProposedEffect {
    let rest = tool.dropFirst(5)
    guard tool.hasPrefix("mcp__"), let end = rest.firstRange(of: "__") else {
      return .other(OtherAction(target: tool, payload: input.text))
    }
    return .call(
      ConnectorCall(
        connector: String(rest[..<end.lowerBound]), tool: String(rest[end.upperBound...]), arguments: input.text))
  }
}

extension HookEvent {
  /// - Parameter bytes: all of stdin.
  package init(_ bytes: [UInt8], of agent: HookedAgent = .claudeCode) throws(HookFault) {
    let read: (value: JSON, loneSurrogates: Int)
    do { read = try JSONReader.readCounting(bytes) } catch {
      throw HookFault(reason: "the event is no JSON (\(error.code.rawValue) at byte \(error.offset))")
    }
    let fields = read.value
    guard let name = fields["hook_event_name"]?.string, let session = fields["session_id"]?.string,
      !session.isEmpty, session.utf8.count <= 200, let directory = fields["cwd"]?.string, directory.hasPrefix("/")
    else { throw HookFault(reason: "the event names no hook, session or folder") }
    // In an action a character that is none decides nothing.
    guard read.loneSurrogates == 0 || !Self.gates.contains(name) else {
      throw HookFault(reason: "the tool's input holds half of a character")
    }
    self.name = name
    self.session = session
    self.directory = directory
    body = try Self.body(name, fields, directory, agent)
  }

  /// Those that an answer can stop something at.
  package static let gates: Set<String> = ["PreToolUse", "PermissionRequest"]

  private static func body(
    _ name: String, _ fields: JSON, _ directory: String, _ agent: HookedAgent
  ) throws(HookFault) -> Body {
    let call = fields["tool_use_id"]?.string ?? ""
    switch name {
    case "PreToolUse", "PermissionRequest":
      guard let tool = fields["tool_name"]?.string, !tool.isEmpty, let input = fields["tool_input"],
        input.members != nil
      else { throw HookFault(reason: "the event names no tool or has no input") }
      let (words, proposal): (String?, Proposal) =
        switch agent {
        case .claudeCode: (ClaudeTool.inner(tool, input), try ClaudeTool.proposal(tool, input, directory))
        case .codex: (CodexTool.inner(tool, input), try CodexTool.proposal(tool, input, directory))
        }
      if let words { return .inner(words: words) }
      var own = HookCall(id: call, tool: tool, input: input, proposal: proposal)
      own.isAgain = name == "PermissionRequest"
      return .call(own)
    case "PostToolUse": return .done(call: call)
    case "PostToolUseFailure": return .failed(call: call, error: fields["error"]?.string ?? "")
    case "UserPromptSubmit": return .prompt(fields["prompt"]?.string ?? "")
    case "SessionStart": return .started
    case "Stop": return .stopped(lastWords: fields["last_assistant_message"]?.string ?? "")
    case "SessionEnd": return .ended(reason: fields["reason"]?.string ?? "")
    default: return .other
    }
  }
}

/// What the agent is told.
package enum HookAnswer: Hashable, Sendable {
  /// No word of ours: the agent goes on as it would.
  case nothing
  /// - Parameter input: what is to be used in place of the tool's own input.
  case allow(String, input: JSON? = nil)
  /// - Parameter stops: the whole session, not only this call.
  case deny(String, stops: Bool = false)
  /// Not decided: the agent's program ends, and asks the same when its session is taken up again. Only where nobody sits
  /// before it; elsewhere Claude Code goes on as if nothing had been said.
  case putOff(String)

  /// One object, always: an agent takes anything else for silence, and silence for a yes.
  package func json(_ event: String, for agent: HookedAgent = .claudeCode) -> JSON {
    switch (self, event) {
    // INVARIANT: Codex runs what is denied without a reason, and what is answered with `continue: false`.
    case (.deny(let words, _), "PermissionRequest") where agent == .codex:
      return Self.answer(event, [.init("decision", ["behavior": "deny", "message": .string(Self.reason(words))])])
    case (.deny(let words, _), _) where agent == .codex:
      return Self.answer(
        event, [.init("permissionDecision", "deny"), .init("permissionDecisionReason", .string(Self.reason(words)))])
    case (.nothing, _) where agent == .codex: return .object([])
    // Codex knows no yes to a call as it stands: it says of one that the hook has failed, and goes on.
    case (.allow(_, nil), "PreToolUse") where agent == .codex: return .object([])

    case (.nothing, _): return ["suppressOutput": true]
    case (.putOff(let words), "PreToolUse") where agent == .claudeCode:
      return Self.answer(
        event, [.init("permissionDecision", "defer"), .init("permissionDecisionReason", .string(words))])
    case (.putOff(let words), _): return HookAnswer.deny(words).json(event, for: agent)
    case (.allow(_, let input), "PermissionRequest"):
      return Self.answer(event, [.init("decision", .of(["behavior": "allow", "updatedInput": input]))])
    case (.deny(let words, let stops), "PermissionRequest"):
      return Self.answer(
        event,
        [.init("decision", ["behavior": "deny", "message": .string(words), "interrupt": .bool(stops)])])
    case (.allow(let words, let input), _):
      let own: [JSON.Member] = [
        .init("permissionDecision", "allow"), .init("permissionDecisionReason", .string(words)),
      ]
      return Self.answer(event, own + (input.map { [.init("updatedInput", $0)] } ?? []))
    case (.deny(let words, let stops), _):
      let answer = Self.answer(
        event, [.init("permissionDecision", "deny"), .init("permissionDecisionReason", .string(words))])
      return stops
        ? .object([.init("continue", false), .init("stopReason", .string(words))] + (answer.members ?? [])) : answer
    }
  }

  private static func reason(_ words: String) -> String {
    words.allSatisfy(\.isWhitespace) ? "denied in Ringi" : words
  }

  private static func answer(_ event: String, _ members: [JSON.Member]) -> JSON {
    ["hookSpecificOutput": .object([.init("hookEventName", .string(event))] + members)]
  }
}

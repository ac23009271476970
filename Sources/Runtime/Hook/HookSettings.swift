// `ringi hook install AGENT`: Ringi's hooks in an agent's settings, and out of them again. What would change is
// shown before it is written; what others have put there stays.

import AgentLink
import Glibc
import Wire

package struct HookSettings {
  private let agent: HookedAgent
  private let isManaged: Bool
  private let workspace: String?
  private let deferAfter: Int?
  private let file: ClientSettings

  /// - Parameters:
  ///   - isManaged: for everybody on this machine, in a file of its own that no user can change.
  ///   - workspace: a definition folder; nil for the folder that the agent is started in.
  ///   - deferAfter: how many seconds an agent that nobody sits before waits until it ends, to be taken up again.
  package init(
    _ agent: HookedAgent, isManaged: Bool, workspace: String?, deferAfter: Int? = nil
  ) throws(RuntimeFault) {
    guard deferAfter == nil || agent == .claudeCode else {
      throw RuntimeFault(.usage, "Codex can’t be put off: `--defer-after` is for claude-code")
    }
    self.agent = agent
    self.deferAfter = deferAfter
    self.isManaged = isManaged
    self.workspace = workspace
    if agent == .codex {
      guard !isManaged else {
        throw RuntimeFault(.usage, "Codex knows no hooks that nobody can take out: `--managed` is for claude-code")
      }
      guard let own = Desk.variable("CODEX_HOME") ?? Desk.variable("HOME").map({ "\($0)/.codex" }) else {
        throw RuntimeFault(.usage, "HOME does not say where settings are")
      }
      file = ClientSettings("\(own)/hooks.json")
    } else if isManaged {
      file = ClientSettings("/etc/claude-code/managed-settings.d/50-ringi.json", isForAll: true)
    } else if let own = Desk.variable("CLAUDE_CONFIG_DIR") {
      file = ClientSettings("\(own)/settings.json")
    } else {
      guard let home = Desk.variable("HOME") else { throw RuntimeFault(.usage, "HOME does not say where settings are") }
      file = ClientSettings("\(home)/.claude/settings.json")
    }
  }

  /// Whether Ringi's hooks are in these settings.
  package var isInstalled: Bool {
    guard let settings = try? file.read() else { return false }
    return (settings["hooks"]?["PreToolUse"]?.array ?? []).contains(where: isOurs)
  }

  /// Longer than any person takes, and for the hook a little less: it answers by itself in time.
  private static let timeout = 86_400
  private static let wait = 86_100
  private static let events = [
    "PreToolUse", "PermissionRequest", "PostToolUse", "PostToolUseFailure", "UserPromptSubmit", "SessionStart", "Stop",
    "SessionEnd",
  ]

  package func install(isAsking: Bool) throws(RuntimeFault) -> String {
    let desk = try Desk.place()
    if let workspace { _ = try WorkspaceLoader.load(workspace, desk: desk) }
    let old = try file.read()
    var new = try without(old)
    let hooks = new["hooks"]?.members ?? []
    var merged = hooks
    // Codex has one event for the end of a tool, well or not.
    for event in Self.events where agent == .claudeCode || event != "PostToolUseFailure" {
      let group = try group(event, desk)
      if let index = merged.firstIndex(where: { $0.key == event }) {
        merged[index] = JSON.Member(event, .array((merged[index].value.array ?? []) + [group]))
      } else {
        merged.append(JSON.Member(event, .array([group])))
      }
    }
    new = ClientSettings.setting("hooks", .object(merged), in: new)
    if isManaged {
      new = ClientSettings.setting("allowManagedHooksOnly", true, in: new)
      new = ClientSettings.setting("requiredMinimumVersion", "2.1.295", in: new)
      new = ClientSettings.setting("permissions", ["disableBypassPermissionsMode": "disable"], in: new)
    }
    // The hook makes no desk: without one the answer is no.
    guard let written = try file.write(old, new, isAsking, first: Desk.make) else {
      return "Ringi’s hooks are there already, in \(file.path)\n"
    }
    return agent == .codex
      ? "\(written)Codex skips a hook until you have trusted it there: start codex, and trust these under /hooks. It asks again after every change.\n"
      : written
  }

  package func remove(isAsking: Bool) throws(RuntimeFault) -> String {
    let old = try file.read()
    return try file.write(old, isManaged ? .object([]) : without(old), isAsking)
      ?? "no hooks of Ringi’s are in \(file.path)\n"
  }

  private func group(_ event: String, _ desk: String) throws(RuntimeFault) -> JSON {
    var words = HookWords(agent)
    words.desk = desk
    if let workspace {
      guard let real = Files.real(workspace) else { throw RuntimeFault(.usage, "there is no folder `\(workspace)`") }
      words.workspace = real
    }
    let isGate = event == "PreToolUse" || event == "PermissionRequest"
    if isGate { words.wait = Self.wait }
    if event == "PreToolUse" { words.deferAfter = deferAfter.map { max(0, $0) } }
    let arguments = words.arguments
    if agent == .codex {
      // Its command is a shell's line; what does not end by itself in time is taken for a yes.
      let line = ([ChildProcess.ownPath()] + arguments).map(CommandWords.quoted).joined(separator: " ")
      var hook: [JSON.Member] = [.init("type", "command"), .init("command", .string(line))]
      if isGate { hook.append(.init("timeout", .int(Int64(Self.timeout)))) }
      let own: [JSON.Member] = [.init("hooks", .array([.object(hook)]))]
      return .object((event.contains("Tool") || isGate ? [.init("matcher", "*")] : []) + own)
    }
    // The exact form: a program and its words, no shell in between.
    var hook: [JSON.Member] = [
      .init("type", "command"), .init("command", .string(ChildProcess.ownPath())),
      .init("args", .array(arguments.map { .string($0) })),
    ]
    if isGate {
      hook += [
        .init("timeout", .int(Int64(Self.timeout))), .init("onFailure", "block"),
        .init("statusMessage", "waiting for a decision in Ringi"),
      ]
    }
    let own: [JSON.Member] = [.init("hooks", .array([.object(hook)]))]
    return .object((event.contains("Tool") || isGate ? [.init("matcher", "*")] : []) + own)
  }

  /// The settings without what Ringi has put there.
  private func without(_ settings: JSON) throws(RuntimeFault) -> JSON {
    guard let hooks = settings["hooks"] else { return settings }
    guard let members = hooks.members else { throw RuntimeFault(.usage, "`hooks` in the settings is no object") }
    let kept = members.compactMap { member -> JSON.Member? in
      guard let groups = member.value.array else { return member }
      let others = groups.filter { !isOurs($0) }
      return others.isEmpty && !groups.isEmpty ? nil : JSON.Member(member.key, .array(others))
    }
    return ClientSettings.setting("hooks", kept.isEmpty ? nil : .object(kept), in: settings)
  }

  private func isOurs(_ group: JSON) -> Bool {
    (group["hooks"]?.array ?? []).contains { hook in
      if agent == .codex { return hook["command"]?.string?.contains("/ringi hook codex ") == true }
      let words = (hook["args"]?.array ?? []).prefix(2).compactMap(\.string)
      return words == ["hook", "claude-code"] && hook["command"]?.string?.hasSuffix("/ringi") == true
    }
  }
}

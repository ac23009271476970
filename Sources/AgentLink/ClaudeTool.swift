// Claude Code's tools as typed actions (inputs of 2.1.330). A tool that is not known here is `other`: it asks a person.

import Domain
import Wire

enum ClaudeTool {
  /// What a tool is used for that touches nothing itself; nil for any other.
  static func inner(_ tool: String, _ input: JSON) -> String? {
    guard harmless.contains(tool) else { return nil }
    let words = ["description", "plan", "query", "subject"].lazy.compactMap { input[$0]?.string }.first ?? ""
    return words.isEmpty ? "uses \(tool)" : "uses \(tool): \(words.prefix(500))"
  }

  /// They keep lists, ask the person, or start a helper whose own calls come here.
  private static let harmless: Set<String> = [
    "TodoWrite", "TaskCreate", "TaskUpdate", "TaskList", "TaskGet", "ToolSearch", "AskUserQuestion", "ExitPlanMode",
    "EnterPlanMode", "ListAgents", "Agent", "Task",
  ]

  /// Claude Code's own settings, hooks, servers and agents, wherever they lie.
  private static func steers(_ path: [UInt8]) -> Bool {
    let parts = String(decoding: path, as: UTF8.self).lowercased().split(separator: "/")
    return parts.contains(".claude") || parts.last == ".mcp.json" || parts.last == ".claude.json"
  }

  static func proposal(_ tool: String, _ input: JSON, _ directory: String) throws(HookFault) -> Proposal {
    let effect = try effect(tool, input, directory)
    let why = input["description"]?.string ?? ""
    return Proposal(effect: effect, claims: Claims(title: tool, reason: why, kind: ""))
  }

  private static func effect(_ tool: String, _ input: JSON, _ directory: String) throws(HookFault) -> ProposedEffect {
    func text(_ key: String) throws(HookFault) -> String {
      guard let text = input[key]?.string else { throw HookFault(reason: "\(tool) without \(key)") }
      return text
    }
    func path(_ key: String) throws(HookFault) -> [UInt8] {
      let path = Array(try text(key).utf8)
      guard path.first == UInt8(ascii: "/") else { throw HookFault(reason: "\(tool): \(key) is no absolute path") }
      return path
    }
    switch tool {
    case "Read": return .read(path: try path("file_path"))
    // An agent that may change them could stop asking.
    case "Write" where steers(try path("file_path")), "Edit" where steers(try path("file_path")):
      return .unfit(reason: "it steers Claude Code itself, which could stop asking here", path: try path("file_path"))
    case "NotebookEdit" where steers(try path("notebook_path")):
      return .unfit(
        reason: "it steers Claude Code itself, which could stop asking here", path: try path("notebook_path"))
    case "Write": return .write(path: try path("file_path"), text: Array(try text("content").utf8))
    case "Edit":
      return .replace(
        path: try path("file_path"), old: Array(try text("old_string").utf8), new: Array(try text("new_string").utf8),
        everywhere: input["replace_all"]?.bool ?? false)
    case "Bash":
      var notes: [String] = []
      if input["run_in_background"]?.bool == true { notes.append("it goes on in the background") }
      let command = try text("command")
      if [".claude", "disableAllHooks", ".mcp.json"].contains(where: { command.contains($0) }) {
        notes.append("it names Claude Code’s own settings, by which it could stop asking here")
      }
      if input["dangerouslyDisableSandbox"]?.bool == true { notes.append("it asks to run without the agent’s sandbox") }
      return .command(arguments: ["bash", "-c", command], directory: directory, notes: notes)
    case "WebFetch": return .web(try text("url"), isSearch: false, about: input["prompt"]?.string ?? "")
    case "WebSearch": return .web(try text("query"), isSearch: true, about: "")
    case "NotebookEdit":
      let word = input["edit_mode"]?.string ?? "replace"
      guard let mode = NotebookEdit.Mode(rawValue: word) else { throw HookFault(reason: "\(tool): edit_mode \(word)") }
      let source = mode == .delete ? input["new_source"]?.string ?? "" : try text("new_source")
      return .notebook(
        path: try path("notebook_path"),
        NotebookEdit(
          cell: input["cell_id"]?.string, source: source, type: input["cell_type"]?.string, mode: mode))
    default: return .called(tool, input)
    }
  }
}

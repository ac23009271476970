// Codex's tools as typed actions, as its hooks name them (0.163.0). A tool that is not known here is `other`: it asks a person.

import Domain
import Wire

enum CodexTool {
  /// What a tool is used for that touches nothing itself; nil for any other.
  static func inner(_ tool: String, _ input: JSON) -> String? {
    guard tool == "update_plan" else { return nil }
    let words = input["explanation"]?.string ?? ""
    return words.isEmpty ? "uses \(tool)" : "uses \(tool): \(words.prefix(500))"
  }

  static func proposal(_ tool: String, _ input: JSON, _ directory: String) throws(HookFault) -> Proposal {
    Proposal(
      effect: try effect(tool, input, directory),
      claims: Claims(title: tool, reason: input["justification"]?.string ?? ""))
  }

  /// Its settings, hooks and rules, wherever they lie.
  private static func steers(_ path: [UInt8]) -> Bool {
    String(decoding: path, as: UTF8.self).lowercased().split(separator: "/").contains(".codex")
  }

  private static func effect(_ tool: String, _ input: JSON, _ directory: String) throws(HookFault) -> ProposedEffect {
    switch tool {
    case "Bash":
      guard let command = input["command"]?.string else { throw HookFault(reason: "\(tool) without command") }
      let notes =
        command.contains(".codex") || command.contains("hooks.json")
        ? ["it names Codex’s own settings, by which it could stop asking here"] : []
      return .command(arguments: ["bash", "-lc", command], directory: directory, notes: notes)
    case "apply_patch":
      guard let text = input["command"]?.string else { throw HookFault(reason: "\(tool) without command") }
      guard let parts = CodexPatch.read(text, in: directory), let first = parts.first else {
        return .other(OtherAction(target: "apply a patch", payload: text))
      }
      if let path = parts.compactMap(\.filePaths).joined().first(where: steers) {
        return .unfit(reason: "it steers Codex itself, which could stop asking here", path: path)
      }
      return parts.count == 1 ? first : .changes(parts)
    default: return .called(tool, input)
    }
  }
}

/// The form of patches that Codex's models write (codex-rs/apply-patch): files one after the other, hunks without numbers.
enum CodexPatch {
  private static let heads = (
    begin: "*** Begin Patch", end: "*** End Patch", add: "*** Add File: ", delete: "*** Delete File: ",
    update: "*** Update File: ", move: "*** Move to: "
  )

  /// - Returns: nil for what is no such patch.
  static func read(_ text: String, in directory: String) -> [ProposedEffect]? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.popFirst() == heads.begin[...], lines.popLast() == heads.end[...] else { return nil }
    func path(_ line: Substring, _ head: String) -> [UInt8] {
      let name = line.dropFirst(head.count)
      return Array((name.hasPrefix("/") ? String(name) : "\(directory)/\(name)").utf8)
    }
    var out: [ProposedEffect] = []
    while let line = lines.popFirst() {
      var target: [UInt8]?
      if line.hasPrefix(heads.update), let next = lines.first, next.hasPrefix(heads.move) {
        target = path(lines.removeFirst(), heads.move)
      }
      let body = lines.prefix { !$0.hasPrefix("*** ") || $0 == "*** End of File" }
      lines = lines.dropFirst(body.count)
      if line.hasPrefix(heads.add) {
        guard body.allSatisfy({ $0.hasPrefix("+") }) else { return nil }
        let text = body.map { "\($0.dropFirst())\n" }.joined()
        out.append(.write(path: path(line, heads.add), text: Array(text.utf8)))
      } else if line.hasPrefix(heads.delete), body.isEmpty {
        out.append(.delete(path: path(line, heads.delete)))
      } else if line.hasPrefix(heads.update), !body.isEmpty {
        let hunks = body.first?.hasPrefix("@@") == true ? Array(body) : ["@@"] + body
        out += moving(path(line, heads.update), to: target, hunks: Array((hunks.joined(separator: "\n") + "\n").utf8))
      } else {
        return nil
      }
    }
    return out
  }

  /// A file that is changed: where it moves as well, it is a new one with the outcome, and this one goes.
  static func moving(_ path: [UInt8], to target: [UInt8]?, hunks: [UInt8]) -> [ProposedEffect] {
    guard let target, target != path else { return [.patch(path: path, hunks: hunks)] }
    return [.patch(path: path, hunks: hunks, to: target), .delete(path: path)]
  }
}

// What an agent has told of one tool call, and what it comes to. Agents differ in what they tell: the call's own input says
// more than the difference it draws, and either may be only a part of the file.

import Domain
import Wire

/// What is known of one tool call, merged from its updates.
struct ToolCall: Sendable {
  var title = ""
  var kind = ""
  var status = ""
  var paths: Set<String> = []
  var rawInput: JSON?
  /// What it draws of the files it would change, one for each of them.
  var diffs: [(path: String, old: String?, new: String)] = []
  /// Terminals it names, of ours or its own.
  var terminals: Set<String> = []
  /// What it would do, in the agent's own words.
  var text = ""
  /// It was asked about, or told of.
  var isSettled = false

  /// Pending and in progress say nothing of a yes.
  var isOpen: Bool { status != "completed" && status != "failed" }

  /// The code a command ended with, as agents tell it; nil where they do not.
  static func code(_ output: JSON?) -> Int64? {
    ["exitCode", "exit_code", "returncode", "return_code"].lazy.compactMap { output?[$0]?.int }.first
  }

  mutating func merge(_ fields: JSON) {
    if let title = fields["title"]?.string { self.title = title }
    if let kind = fields["kind"]?.string { self.kind = kind }
    if let status = fields["status"]?.string { self.status = status }
    if let raw = fields["rawInput"], raw != .null { rawInput = raw }
    for location in fields["locations"]?.array ?? [] { if let path = location["path"]?.string { paths.insert(path) } }
    // What is told anew of a file takes the place of what was told of it before.
    let told = Set(
      (fields["content"]?.array ?? []).compactMap { $0["type"]?.string == "diff" ? $0["path"]?.string : nil })
    diffs.removeAll { told.contains($0.path) }
    for item in fields["content"]?.array ?? [] {
      switch item["type"]?.string {
      case "diff":
        guard let path = item["path"]?.string, let new = item["newText"]?.string else { continue }
        diffs.append((path, item["oldText"]?.string, new))
        paths.insert(path)
      case "terminal": if let name = item["terminalId"]?.string { terminals.insert(name) }
      case "content":
        text = item["content"]?["text"]?.string ?? text
        // Some send their input as the words of the question, and nowhere else.
        if rawInput == nil, let input = try? JSONReader.read(Array(text.utf8)), input.members != nil {
          rawInput = input
        }
      // An example of the protocol's own pages has it without its frame.
      case "text": text = item["text"]?.string ?? text
      default: continue
      }
    }
  }

  /// Two names for one call: the same input, the same command, the same file.
  func isAlike(_ other: ToolCall, in directory: String) -> Bool {
    if let mine = arguments, let theirs = other.arguments, mine == theirs { return true }
    let effects = (effect(in: directory), other.effect(in: directory))
    switch effects {
    case (.command(let mine, _, _), .command(let theirs, _, _)): return mine == theirs
    case (.other, .other): return title == other.title && !title.isEmpty && text == other.text
    // One of them may be told by its title alone.
    case (.command(let mine, _, _), _) where !other.title.isEmpty && other.kind == "execute":
      return mine.last.map { other.title.contains($0) } ?? false
    case (_, .command(let theirs, _, _)) where !title.isEmpty && kind == "execute":
      return theirs.last.map { title.contains($0) } ?? false
    default: break
    }
    func absolute(_ paths: Set<String>) -> Set<String> {
      Set(paths.map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" })
    }
    return !absolute(paths).isDisjoint(with: absolute(other.paths)) || !title.isEmpty && title == other.title
  }

  /// What it comes to; `other` where that can't be told.
  /// - Parameter directory: relative paths are meant from here, though the protocol wants none.
  func effect(in directory: String) -> ProposedEffect {
    func path(_ text: String) -> [UInt8] { Array((text.hasPrefix("/") ? text : "\(directory)/\(text)").utf8) }
    // Several files at once are one question, and so are several parts of one.
    if diffs.count > 1 {
      var places: [String] = []
      for diff in diffs where !places.contains(diff.path) { places.append(diff.path) }
      let parts = places.map { place in
        let own = diffs.filter { $0.path == place }
        return own.count == 1 ? effect(of: own[0], path) : Self.patch(path(place), own)
      }
      return parts.count == 1 ? parts[0] : .changes(parts)
    }
    if let (place, change) = input {
      switch change {
      case .whole(let text): return .write(path: path(place), text: Array(text.utf8))
      case .part(let old, let new, let everywhere):
        return .replace(path: path(place), old: Array(old.utf8), new: Array(new.utf8), everywhere: everywhere)
      }
    }
    if let diff = diffs.first { return effect(of: diff, path) }
    switch kind {
    case "read": if let only = onlyPath { return .read(path: path(only)) }
    case "delete": if let only = onlyPath { return .delete(path: path(only)) }
    case "execute": if let command { return command }
    default: if rawInput?["command"] != nil, let command { return command }
    }
    return .other(OtherAction(target: title, payload: rawInput?.pretty ?? text))
  }

  private func effect(
    of diff: (path: String, old: String?, new: String), _ path: (String) -> [UInt8]
  ) -> ProposedEffect {
    // Whether what it shows as old is the whole file the disk knows: what it replaces must be found there.
    guard let old = diff.old, !old.isEmpty else { return .write(path: path(diff.path), text: Array(diff.new.utf8)) }
    return .replace(path: path(diff.path), old: Array(old.utf8), new: Array(diff.new.utf8), everywhere: false)
  }

  /// Several parts of a file, each found by its lines as they are.
  private static func patch(_ path: [UInt8], _ parts: [(path: String, old: String?, new: String)]) -> ProposedEffect {
    func lines(_ text: String, _ sign: String) -> String {
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.last == "" { lines.removeLast() }
      return lines.map { "\(sign)\($0)\n" }.joined()
    }
    let hunks = parts.map { "@@\n\(lines($0.old ?? "", "-"))\(lines($0.new, "+"))" }.joined()
    return .patch(path: path, hunks: Array(hunks.utf8))
  }

  /// The files it names, by its updates or its input.
  var named: Set<String> { paths.isEmpty ? Set([text(of: Self.pathKeys)].compactMap { $0 }) : paths }

  private var onlyPath: String? {
    paths.isEmpty ? text(of: Self.pathKeys) : paths.count == 1 ? paths.first : nil
  }

  private var command: ProposedEffect? {
    let directory = text(of: ["cwd", "workdir", "working_directory"]) ?? ""
    if let list = rawInput?["command"]?.array, list.allSatisfy({ $0.string != nil }) {
      return .command(arguments: list.compactMap(\.string), directory: directory)
    }
    return text(of: ["command", "cmd", "script"]).map { .command(arguments: ["sh", "-c", $0], directory: directory) }
  }

  private static let pathKeys = ["file_path", "filePath", "path", "target_file", "abs_path"]

  private enum Change {
    case whole(String)
    case part(old: String, new: String, everywhere: Bool)
  }

  /// A file's new text as the tool itself is given it.
  private var input: (path: String, Change)? {
    guard let path = text(of: Self.pathKeys) else { return nil }
    if let old = text(of: ["old_string", "oldString", "old_str", "old_text"]), !old.isEmpty,
      let new = text(of: ["new_string", "newString", "new_str", "new_text"])
    {
      let everywhere = arguments?["replace_all"]?.bool ?? arguments?["replaceAll"]?.bool ?? false
      return (path, .part(old: old, new: new, everywhere: everywhere))
    }
    guard kind == "edit" || kind.isEmpty || kind == "other" else { return nil }
    return text(of: ["content", "file_text", "contents"]).map { (path, .whole($0)) }
  }

  /// Some wrap their tool's input once more.
  private var arguments: JSON? {
    guard let inner = rawInput?["arguments"], inner.members != nil else { return rawInput }
    return inner
  }

  private func text(of keys: [String]) -> String? { keys.lazy.compactMap { arguments?[$0]?.string }.first }
}

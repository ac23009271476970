// Typed reading of YAML nodes, with errors that carry the place. The only file that knows Yams.

import Yams

/// A node and the file it came from.
struct Entry {
  let file: String
  let node: Node

  static func document(_ text: String, file: String) throws(SettingsFault) -> Entry {
    let node: Node?
    // Every scalar is text here; what it means, its reader says.
    do { node = try Yams.compose(yaml: text, .basic) } catch let error as YamlError {
      throw Self.fault(error, file)
    } catch {
      throw SettingsFault(file: file, line: 0, column: 0, message: "can't be read as YAML")
    }
    guard let node else { throw SettingsFault(file: file, line: 1, column: 1, message: "the file is empty") }
    return Entry(file: file, node: node)
  }

  private static func fault(_ error: YamlError, _ file: String) -> SettingsFault {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      SettingsFault(file: file, line: mark.line, column: mark.column, message: "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      SettingsFault(
        file: file, line: context.mark.line, column: context.mark.column,
        message: "the key \(keys.map { "`\($0.description)`" }.joined(separator: ", ")) is there twice")
    default: SettingsFault(file: file, line: 0, column: 0, message: "can't be read as YAML")
    }
  }

  var line: Int { node.mark?.line ?? 0 }

  func fault(_ message: String) -> SettingsFault {
    SettingsFault(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, message: message)
  }

  /// The members of a mapping, all keys among `keys`.
  func mapping(_ keys: [String]) throws(SettingsFault) -> [String: Entry] {
    guard case .mapping(let mapping) = node else { throw fault("expected `name: value` lines") }
    var out: [String: Entry] = [:]
    for (key, value) in mapping {
      let entry = Entry(file: file, node: key)
      guard let name = key.scalar?.string else { throw entry.fault("expected a name") }
      guard keys.contains(name) else { throw entry.fault(unknown("key", name, of: keys)) }
      out[name] = Entry(file: file, node: value)
    }
    return out
  }

  /// The members of a mapping whose keys are names of the user's own.
  func names() throws(SettingsFault) -> [(String, Entry)] {
    guard case .mapping(let mapping) = node else { throw fault("expected `name: value` lines") }
    var out: [(String, Entry)] = []
    for (key, value) in mapping { out.append((key.scalar?.string ?? "", Entry(file: file, node: value))) }
    return out
  }

  func list() throws(SettingsFault) -> [Entry] {
    guard case .sequence(let sequence) = node else { throw fault("expected a list of `- ` lines") }
    return sequence.map { Entry(file: file, node: $0) }
  }

  func text() throws(SettingsFault) -> String {
    guard case .scalar(let scalar) = node else { throw fault("expected text") }
    return scalar.string
  }

  /// One text or a list of them.
  func texts() throws(SettingsFault) -> [Entry] {
    if case .scalar = node { return [self] }
    return try list()
  }

  func flag() throws(SettingsFault) -> Bool {
    switch try text() {
    case "true", "yes": return true
    case "false", "no": return false
    default: throw fault("expected true or false")
    }
  }
}

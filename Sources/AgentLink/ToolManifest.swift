// What a server says of its tools, as text that people read and that changes when any of it changes.

import Domain
import Wire

package struct ToolManifest: Hashable, Sendable {
  package struct Tool: Hashable, Sendable {
    package let name: String
    package let text: String
    /// Its results have a form that clients check (`outputSchema`).
    package var promisesForm = false
  }
  package let tools: [Tool]

  /// - Parameter list: the members of `tools` of all pages of `tools/list`.
  package init(_ list: [JSON]) {
    // In the order of their names: a server may list them in any.
    tools = list.map {
      Tool(
        name: Self.oneLine($0["name"]?.string ?? ""), text: Self.text($0), promisesForm: $0["outputSchema"] != nil)
    }
    .sorted { ($0.name, $0.text) < ($1.name, $1.text) }
  }

  private static func text(_ tool: JSON) -> String {
    var lines: [String] = []
    for member in (tool.members ?? []).sorted(by: { $0.key < $1.key }) where member.key != "name" {
      switch member.value {
      case .string(let text) where member.key == "description":
        lines += text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "  \($0)" }
      // Pictures are not read by models.
      case _ where member.key == "icons": continue
      case .object where member.key == "inputSchema": lines += arguments(member.value)
      default: lines.append("  \(oneLine(member.key)): \(sorted(member.value).text)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// A name with a line end in it must not look like a line of its own.
  private static func oneLine(_ text: String) -> String {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " / ")
  }

  /// An argument a line, with what is said of it; what else the schema says, as it is.
  private static func arguments(_ schema: JSON) -> [String] {
    let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
    var lines: [String] = []
    for property in (schema["properties"]?.members ?? []).sorted(by: { $0.key < $1.key }) {
      let about = property.value["description"]?.string ?? ""
      let type = oneLine(property.value["type"]?.string ?? "")
      let rest = (property.value.members ?? []).filter { !["description", "type", "title"].contains($0.key) }
      let title = property.value["title"]?.string.map { " “\(oneLine($0))”" } ?? ""
      let head = "    \(oneLine(property.key))\(title): \(type)\(required.contains(property.key) ? ", needed" : "")"
      let words = about.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "      \($0)" }
      lines += [head] + (about.isEmpty ? [] : words)
      for member in rest.sorted(by: { $0.key < $1.key }) {
        lines.append("      \(oneLine(member.key)): \(sorted(member.value).text)")
      }
    }
    let others = (schema.members ?? []).filter { member in
      !["properties", "required"].contains(member.key) && !(member.key == "type" && member.value.string == "object")
    }
    for member in others.sorted(by: { $0.key < $1.key }) {
      lines.append("    schema \(oneLine(member.key)): \(sorted(member.value).text)")
    }
    let stray = required.subtracting((schema["properties"]?.members ?? []).map(\.key)).sorted()
    return lines + (stray.isEmpty ? [] : ["    needed: \(oneLine(stray.joined(separator: ", ")))"])
  }

  /// Keys in order, so that the same said in another order is the same.
  private static func sorted(_ value: JSON) -> JSON {
    switch value {
    case .object(let members):
      .object(members.sorted { $0.key < $1.key }.map { JSON.Member($0.key, sorted($0.value)) })
    case .array(let list): .array(list.map(sorted))
    case .null, .bool, .int, .double, .string: value
    }
  }
}

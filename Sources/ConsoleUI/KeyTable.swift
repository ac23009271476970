/// The keys as Markdown, from the one table: what `ringi keys` prints and the README holds.
package enum KeyTable {
  package static func markdown(_ keymap: Keymap) -> String {
    var out = ""
    for group in Binding.Group.allCases {
      out += "| \(group.rawValue) | |\n|---|---|\n"
      for binding in CommandTable.bindings where binding.group == group {
        let keys = keymap.keys(binding).map { "`\($0.name == "|" ? "\\|" : $0.name)`" }
        let names = keys.isEmpty ? "`:\(binding.command.name)`" : keys.joined(separator: " ")
        out += "| \(names) | \(binding.help) |\n"
      }
      out += "\n"
    }
    return out
  }
}

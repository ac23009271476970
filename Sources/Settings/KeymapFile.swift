// keymap.yaml on the desk: commands by name, each with the keys it shall have instead of the shipped ones.
//
//   approve: [y]
//   next: [n, Ctrl-n]

import CellScreen
import ConsoleUI

package enum KeymapFile {
  package static func read(_ text: String) throws(SettingsFault) -> Keymap {
    // A file of comments changes nothing.
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.contains(where: { line in line.first { $0 != " " }.map { $0 != "#" } ?? false }) else {
      return .shipped
    }
    let top = try Entry.document(text, file: "keymap.yaml")
    var changed: [Command: [Key]] = [:]
    var entries: [Command: Entry] = [:]
    for (name, entry) in try top.names() {
      guard let command = Command.allCases.first(where: { $0.name == name }) else {
        throw entry.fault(unknown("command", name, of: Command.allCases.map(\.name)))
      }
      var keys: [Key] = []
      for item in try entry.texts() {
        guard let key = Key(name: try item.text()) else {
          throw item.fault("`\(try item.text())` is no key; write a letter, Ctrl-x, Enter, Tab, PgUp, Home …")
        }
        // Keys that hands press to get away.
        let isOwn = CommandTable.bindings.contains { $0.command == command && $0.keys.contains(key) }
        guard isOwn || ![.escape, .control("c"), .control("z")].contains(key) else {
          throw item.fault("\(key.name) leads out and nowhere else; give `\(name)` another key")
        }
        keys.append(key)
      }
      guard !keys.isEmpty || ![.approve, .reject, .leave, .help].contains(command) else {
        throw entry.fault("`\(name)` needs at least one key")
      }
      changed[command] = keys
      entries[command] = entry
    }
    let keymap = Keymap(changed: changed)
    if let clash = keymap.clash {
      let words =
        "\(clash.key.name) would mean both `\(clash.first.name)` and `\(clash.second.name)`; give one of them another key"
      // At the entry that brought it about.
      throw (entries[clash.second] ?? entries[clash.first] ?? top).fault(words)
    }
    return keymap
  }
}

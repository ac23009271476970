// A theme: a name, the ground it is made for, and for each role the colours (0 to 255) and attributes it has.

import CellScreen
import ConsoleUI

package enum ThemeFile {
  package static func read(_ text: String, file: String) throws(SettingsFault) -> Theme {
    let top = try Entry.document(text, file: file).mapping(["name", "ground", "roles"])
    var styles: [Role: Style] = [:]
    for (name, entry) in try top["roles"]?.names() ?? [] {
      guard let role = Role(rawValue: name) else {
        throw entry.fault(unknown("role", name, of: Role.allCases.map(\.rawValue)))
      }
      styles[role] = try style(entry)
    }
    return Theme(name: try top["name"]?.text() ?? file, ground: try color(top["ground"]), styles: styles)
  }

  private static func style(_ entry: Entry) throws(SettingsFault) -> Style {
    let fields = try entry.mapping(["fg", "bg", "bold", "dim", "reverse", "underline"])
    return Style(
      foreground: try color(fields["fg"]), background: try color(fields["bg"]),
      isBold: try fields["bold"]?.flag() ?? false,
      isDim: try fields["dim"]?.flag() ?? false, isReverse: try fields["reverse"]?.flag() ?? false,
      isUnderlined: try fields["underline"]?.flag() ?? false)
  }

  private static func color(_ entry: Entry?) throws(SettingsFault) -> Int? {
    guard let entry else { return nil }
    guard let index = Int(try entry.text()), (0...255).contains(index) else {
      throw entry.fault("a colour is a number from 0 to 255")
    }
    return index
  }
}

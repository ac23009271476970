import ConsoleUI
import Settings

/// The desk's own keymap, or the shipped one.
package enum UserKeymap {
  package static func read(_ desk: Desk) throws(RuntimeFault) -> Keymap {
    do {
      guard let text = try Files.settings("\(desk.directory)/keymap.yaml", name: "keymap.yaml") else { return .shipped }
      return try KeymapFile.read(text)
    } catch { throw RuntimeFault(error) }
  }
}

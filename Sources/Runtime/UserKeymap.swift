import ConsoleUI
import Settings

/// The desk's own keymap, or the shipped one.
package enum UserKeymap {
  package static func read(_ desk: Desk) throws(RuntimeFault) -> Keymap {
    guard let text = Files.text("\(desk.directory)/keymap.yaml") else { return .shipped }
    do { return try KeymapFile.read(text) } catch { throw RuntimeFault(error) }
  }
}

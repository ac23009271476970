import ConsoleUI

package enum KeyList {
  /// With the desk's own keymap, when there is a desk.
  package static func table() throws(RuntimeFault) -> String {
    guard let desk = try? Desk(mustExist: true) else { return KeyTable.markdown(.shipped) }
    return KeyTable.markdown(try UserKeymap.read(desk))
  }
}

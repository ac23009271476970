// What a file has beside its bytes: extended attributes and the access list, as bytes that are kept on the desk and put
// back by an undo. What only the system sets (security labels, capabilities) is neither read nor given.

import CProcess
import Domain
import Glibc

package enum FileAttributes {
  private static let accessList = "system.posix_acl_access"
  /// The largest value Linux allows (xattr(7)).
  private static let largest = 65_536

  /// One record of a name and a value for each, by name; empty where there are none.
  static func read(_ file: Int32) throws(ScopeFault) -> [UInt8] {
    var out = FieldWriter()
    for name in try names(file) {
      var value = [UInt8](repeating: 0, count: largest)
      let size = cp_getxattr(file, name, &value, value.count)
      guard size >= 0 else { throw ScopeFault(.failed, name, FolderScope.reason(Int32(-size))) }
      out.put("name", name)
      out.put("value", value[..<size])
    }
    return out.bytes
  }

  private static func names(_ file: Int32) throws(ScopeFault) -> [String] {
    var buffer = [UInt8](repeating: 0, count: largest)
    let length = cp_listxattr(file, &buffer, buffer.count)
    guard length >= 0 else { throw ScopeFault(.failed, "its attributes", FolderScope.reason(Int32(-length))) }
    return buffer[..<length].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      // What an overlay notes on its files is not theirs.
      .filter { $0.hasPrefix("user.") && !$0.hasPrefix("user.overlay.") || $0 == accessList }.sorted()
  }

  /// Gives a file exactly these. The access list comes last, as permission bits would change it: see `restoreAccess`.
  static func restore(_ bytes: [UInt8], to file: Int32) throws(ScopeFault) {
    let wanted = try pairs(bytes)
    for name in try names(file) where !wanted.contains(where: { $0.name == name }) {
      let code = cp_removexattr(file, name)
      guard code == 0 else { throw ScopeFault(.failed, name, FolderScope.reason(-code)) }
    }
    for (name, value) in wanted where name != accessList { try set(name, value, file) }
  }

  static func restoreAccess(_ bytes: [UInt8], to file: Int32) throws(ScopeFault) {
    for (name, value) in try pairs(bytes) where name == accessList { try set(name, value, file) }
  }

  private static func set(_ name: String, _ value: [UInt8], _ file: Int32) throws(ScopeFault) {
    let code = cp_setxattr(file, name, value, value.count)
    guard code == 0 else { throw ScopeFault(.failed, name, FolderScope.reason(-code)) }
  }

  private static func pairs(_ bytes: [UInt8]) throws(ScopeFault) -> [(name: String, value: [UInt8])] {
    var reader = FieldReader(bytes)
    var out: [(String, [UInt8])] = []
    do throws(FieldFault) {
      while !reader.isAtEnd { out.append((try reader.string("name"), try reader.bytes("value"))) }
    } catch { throw ScopeFault(.failed, "its attributes", "what is kept of them can't be read") }
    return out
  }
}

// Reads C2SP signed notes that hold a tlog-checkpoint, and checks their Ed25519 signature.

import Crypto

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A public key in the text form of signed-note: `name+id+base64(0x01 || key)`.
package struct VerifierKey: Sendable {
  package let name: String
  let id: [UInt8]
  let key: Curve25519.Signing.PublicKey

  package init?(_ text: String) {
    let trimmed = text.filter { $0 != "\n" }
    let parts = trimmed.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, let raw = Data(base64Encoded: String(parts[2])), raw.count == 33,
      raw.first == 1, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw.dropFirst())
    else { return nil }
    name = String(parts[0])
    id = Array(SHA256.hash(data: Data(Array(name.utf8) + [10] + Array(raw))).prefix(4))
    guard parts[1] == id.map({ String(UInt16($0) + 256, radix: 16).dropFirst() }).joined() else { return nil }
    self.key = key
  }
}

/// A tree head as read from a note.
package struct TreeHead: Sendable, Hashable {
  package let origin: String
  package let size: Int64
  package let root: [UInt8]
}

package enum Note {
  /// The tree head, when the note is well formed and signed by `key`; nil otherwise.
  package static func open(_ text: String, with key: VerifierKey) -> TreeHead? {
    let bytes = Array(text.utf8)
    guard let head = head(text), let cut = lastBlankLine(bytes) else { return nil }
    let body = bytes[...cut]
    let prefix = "— \(key.name) "
    for line in String(decoding: bytes[(cut + 2)...], as: UTF8.self).split(separator: "\n")
    where line.utf8.starts(with: prefix.utf8) {
      let encoded = String(decoding: Array(line.utf8).dropFirst(prefix.utf8.count), as: UTF8.self)
      guard let raw = Data(base64Encoded: encoded), raw.count == 68, Array(raw.prefix(4)) == key.id else { continue }
      if key.key.isValidSignature(raw.dropFirst(4), for: Data(body)) { return head }
    }
    return nil
  }

  /// What the note says, signature unchecked.
  package static func head(_ text: String) -> TreeHead? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, !lines[0].isEmpty, let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
      let root = Data(base64Encoded: String(lines[2])), root.count == 32
    else { return nil }
    return TreeHead(origin: String(lines[0]), size: size, root: Array(root))
  }

  /// Offset of the LF that ends the body before the last empty line.
  private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
    guard bytes.count > 2 else { return nil }
    return (1..<(bytes.count - 1)).last { bytes[$0] == 10 && bytes[$0 + 1] == 10 }
  }
}

// Checkpoints in the form of C2SP tlog-checkpoint inside a C2SP signed-note, with Ed25519 signatures:
//
//   <origin>\n<size>\n<base64 root>\n\n— <key name> <base64(key id || signature)>\n
//
// The key id is the first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key).

import Domain

import enum Crypto.Curve25519

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The desk's signing key.
package struct Signer: Sendable {
  package let name: String
  private let key: Curve25519.Signing.PrivateKey

  /// - Parameter seed: 32 bytes of RFC 8032 private key.
  package init?(name: String, seed: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    self.name = name
    self.key = key
  }

  /// A fresh key.
  package static func generate(name: String) -> (signer: Signer, seed: [UInt8]) {
    let key = Curve25519.Signing.PrivateKey()
    return (Signer(name: name, key: key), Array(key.rawRepresentation))
  }

  private init(name: String, key: Curve25519.Signing.PrivateKey) {
    self.name = name
    self.key = key
  }

  private var publicBytes: [UInt8] { Array(key.publicKey.rawRepresentation) }
  private var keyID: [UInt8] {
    Array(Hashing.sha256(Array(name.utf8) + [10, 1] + publicBytes).bytes.prefix(4))
  }

  /// Bytes that nobody without the key can tell, the same for the same purpose.
  package func secret(for purpose: String) -> [UInt8] {
    Hashing.sha256(Array(key.rawRepresentation) + Array("ringi \(purpose)".utf8)).bytes
  }

  /// The verifier key of signed-note: `name+id+base64(0x01 || public key)`.
  package var verifierKey: String {
    "\(name)+\(Hex.encode(keyID))+\(Data([1] + publicBytes).base64EncodedString())"
  }

  /// The signed note for a tree head.
  package func checkpoint(origin: String, size: Int64, root: Digest) throws -> String {
    let body = "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n"
    let signature = try key.signature(for: Data(body.utf8))
    return "\(body)\n— \(name) \(Data(keyID + Array(signature)).base64EncodedString())\n"
  }
}

// Ids are distinct types, so that a step can't be asked for by a leaf's number.

/// A run's row on the desk.
package struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let value: Int64
  package init(_ value: Int64) { self.value = value }
  package var description: String { String(value) }
  package static func < (a: RunID, b: RunID) -> Bool { a.value < b.value }
}

/// A step's row on the desk.
package struct StepID: Hashable, Sendable, Comparable {
  package let value: Int64
  package init(_ value: Int64) { self.value = value }
  package static func < (a: StepID, b: StepID) -> Bool { a.value < b.value }
}

/// A step's number inside its run, from 1: what people and agents see as `#12`.
package struct StepNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let value: Int
  package init(_ value: Int) { self.value = value }
  package var description: String { String(value) }
  package static func < (a: StepNumber, b: StepNumber) -> Bool { a.value < b.value }
}

/// How often what is shown of a step has changed, from 1.
package struct Revision: Hashable, Sendable, Comparable {
  package let value: Int
  package init(_ value: Int) { self.value = value }
  package static let first = Revision(1)
  package var next: Revision { Revision(value + 1) }
  package static func < (a: Revision, b: Revision) -> Bool { a.value < b.value }
}

/// Position of a record in the audit log, from 0 (RFC 6962 leaf index).
package struct LeafIndex: Hashable, Sendable, Comparable {
  package let value: Int64
  package init(_ value: Int64) { self.value = value }
  package static func < (a: LeafIndex, b: LeafIndex) -> Bool { a.value < b.value }
}

/// A SHA-256 value. Equality is bytes.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  // Four words in place: a desk has many digests, and none of them needs an allocation of its own.
  private let (a, b, c, d): (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter bytes: exactly 32 bytes, else nil.
  package init?(_ bytes: [UInt8]) {
    guard let digest = bytes.withUnsafeBytes({ Digest(bytes: $0) }) else { return nil }
    self = digest
  }

  /// - Parameter bytes: exactly 32 bytes, else nil.
  package init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    (a, b, c, d) = (
      bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    )
  }

  package init?(hex: String) {
    guard let bytes = Hex.decode(Array(hex.utf8)) else { return nil }
    self.init(bytes)
  }

  package var bytes: [UInt8] { withUnsafeBytes(of: (a, b, c, d)) { Array($0) } }
  package var description: String { Hex.encode(bytes) }
  /// First 12 hex digits, for people.
  package var short: String { String(description.prefix(12)) }
}

/// Lower-case hexadecimal.
package enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    for byte in bytes {
      out.append(digits[Int(byte >> 4)])
      out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// nil when the length is odd or a digit is not lower-case hexadecimal.
  package static func decode(_ text: [UInt8]) -> [UInt8]? {
    guard text.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 2)
    for i in stride(from: 0, to: text.count, by: 2) {
      guard let high = digits.firstIndex(of: text[i]), let low = digits.firstIndex(of: text[i + 1]) else { return nil }
      out.append(UInt8(high * 16 + low))
    }
    return out
  }
}

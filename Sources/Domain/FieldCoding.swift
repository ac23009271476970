// The canonical bytes of a value: `key:length:bytes,` for each field, in the order written. One encoding serves
// the effect digest and the store, so what is hashed is what is kept and performed. Nesting is a field whose
// bytes are fields. (The length-prefixed form is that of D. J. Bernstein's netstrings.)

/// Writes fields in order.
package struct FieldWriter {
  package private(set) var bytes: [UInt8] = []
  package init() {}

  package mutating func put(_ key: String, _ value: some Collection<UInt8>) {
    bytes.append(contentsOf: key.utf8)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(contentsOf: String(value.count).utf8)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(contentsOf: value)
    bytes.append(UInt8(ascii: ","))
  }

  package mutating func put(_ key: String, _ value: String) { put(key, value.utf8) }
  package mutating func put(_ key: String, _ value: Int64) { put(key, String(value)) }
  package mutating func put(_ key: String, _ value: Int) { put(key, String(value)) }
  package mutating func put(_ key: String, _ value: Bool) { put(key, value ? "1" : "0") }
  package mutating func put(_ key: String, _ value: Digest) { put(key, value.bytes) }

  package mutating func put(_ key: String, record: (inout FieldWriter) -> Void) {
    var inner = FieldWriter()
    record(&inner)
    put(key, inner.bytes)
  }
}

/// Why stored bytes could not be read back.
package struct FieldFault: Error, Hashable, Sendable {
  package let key: String
  package let expected: String
  package init(key: String, expected: String) {
    self.key = key
    self.expected = expected
  }
}

/// Reads fields back; strict: every field is there, in order, and nothing is left over at `end`.
package struct FieldReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  package init(_ bytes: some Collection<UInt8>) {
    self.bytes = ArraySlice(Array(bytes))
    position = 0
  }

  package var isAtEnd: Bool { position == bytes.endIndex }

  /// The key of the next field, nil at the end.
  package var nextKey: String? {
    guard let colon = bytes[position...].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return String(decoding: bytes[position..<colon], as: UTF8.self)
  }

  package mutating func bytes(_ key: String) throws(FieldFault) -> [UInt8] { Array(bytes[try field(key)]) }

  /// Where the bytes of the next field are, which has to be this one. Lists of steps are made of very many fields, so
  /// keys and lengths are read where they stand.
  private mutating func field(_ key: String) throws(FieldFault) -> Range<Int> {
    var at = position
    for byte in key.utf8 {
      guard at < bytes.endIndex, bytes[at] == byte else { throw unexpected(key) }
      at += 1
    }
    guard at < bytes.endIndex, bytes[at] == UInt8(ascii: ":") else { throw unexpected(key) }
    at += 1
    var count = 0
    let digits = at
    while at < bytes.endIndex, (48...57).contains(bytes[at]), at - digits < 12 {
      count = count * 10 + Int(bytes[at] - 48)
      at += 1
    }
    guard at > digits, at < bytes.endIndex, bytes[at] == UInt8(ascii: ":"), count <= bytes.endIndex - at - 2,
      bytes[at + 1 + count] == UInt8(ascii: ",")
    else { throw FieldFault(key: key, expected: "a length and that many bytes") }
    position = at + count + 2
    return (at + 1)..<(at + 1 + count)
  }

  private func unexpected(_ key: String) -> FieldFault {
    FieldFault(key: key, expected: "this field, found \(nextKey ?? "the end")")
  }

  package mutating func string(_ key: String) throws(FieldFault) -> String {
    guard let text = String(validating: bytes[try field(key)], as: UTF8.self) else {
      throw FieldFault(key: key, expected: "UTF-8 text")
    }
    return text
  }

  package mutating func int(_ key: String) throws(FieldFault) -> Int {
    let place = try field(key)
    let isNegative = place.count > 1 && bytes[place.lowerBound] == UInt8(ascii: "-")
    let digits = bytes[(isNegative ? place.lowerBound + 1 : place.lowerBound)..<place.upperBound]
    guard !digits.isEmpty, digits.count < 19, digits.allSatisfy({ (48...57).contains($0) }) else {
      throw FieldFault(key: key, expected: "a whole number")
    }
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    return isNegative ? -value : value
  }

  package mutating func bool(_ key: String) throws(FieldFault) -> Bool { try int(key) != 0 }

  package mutating func digest(_ key: String) throws(FieldFault) -> Digest {
    guard let value = Digest(try bytes(key)) else { throw FieldFault(key: key, expected: "32 bytes") }
    return value
  }

  package mutating func strings(_ key: String) throws(FieldFault) -> [String] {
    var inner = FieldReader(try bytes(key))
    var out: [String] = []
    while !inner.isAtEnd { out.append(try inner.string("s")) }
    return out
  }

  package func end() throws(FieldFault) {
    guard isAtEnd else { throw FieldFault(key: nextKey ?? "", expected: "nothing more") }
  }
}

extension FieldWriter {
  package mutating func put(_ key: String, strings: [String]) {
    put(key) { inner in
      for string in strings { inner.put("s", string) }
    }
  }
}

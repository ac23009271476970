// A strict reader of RFC 8259. Refused besides what the grammar refuses: duplicate keys, a byte order mark, bytes
// that are not UTF-8, nesting beyond 64 levels. A lone surrogate escape is kept as the marker U+FFFD and counted,
// so that the caller can refuse it where text decides something.

package struct JSONFault: Error, Hashable, Sendable {
  package enum Code: String, Sendable, Hashable {
    case unexpected, unfinished, badNumber, badEscape, controlCharacter, notUTF8, duplicateKey, tooDeep, trailing
  }
  package let code: Code
  /// Byte offset of the first byte that doesn't fit.
  package let offset: Int
}

package struct JSONReader {
  package static let maximumDepth = 64
  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0
  package private(set) var loneSurrogates = 0
  private var inexact = 0

  package static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSON {
    try readCounting(bytes).value
  }

  package static func readCounting(_ bytes: [UInt8]) throws(JSONFault) -> (value: JSON, loneSurrogates: Int) {
    var reader = JSONReader(bytes)
    reader.skipBlanks()
    let value = try reader.value()
    reader.skipBlanks()
    guard reader.at == bytes.count else { throw reader.fault(.trailing) }
    return (value, reader.loneSurrogates)
  }

  /// True where nothing of it is kept in another form than it was written: no lone surrogate, no integer beyond 64 bits.
  package static func isExact(_ bytes: [UInt8]) -> Bool {
    var reader = JSONReader(bytes)
    reader.skipBlanks()
    return (try? reader.value()) != nil && reader.loneSurrogates + reader.inexact == 0
  }

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }
  private func fault(_ code: JSONFault.Code) -> JSONFault {
    JSONFault(code: at >= bytes.count && code == .unexpected ? .unfinished : code, offset: at)
  }

  private mutating func skipBlanks() {
    while let byte, byte == 32 || byte == 10 || byte == 13 || byte == 9 { at += 1 }
  }

  private mutating func expect(_ expected: UInt8) throws(JSONFault) {
    guard byte == expected else { throw fault(.unexpected) }
    at += 1
  }

  private mutating func value() throws(JSONFault) -> JSON {
    switch byte {
    case UInt8(ascii: "{"): return try nested { (reader) throws(JSONFault) in try reader.object() }
    case UInt8(ascii: "["): return try nested { (reader) throws(JSONFault) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
    default: throw fault(.unexpected)
    }
  }

  private mutating func nested(_ body: (inout JSONReader) throws(JSONFault) -> JSON) throws(JSONFault) -> JSON {
    guard depth < Self.maximumDepth else { throw fault(.tooDeep) }
    depth += 1
    at += 1
    let out = try body(&self)
    depth -= 1
    return out
  }

  private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONFault) -> JSON {
    let matches = text.withUTF8Buffer { bytes[at...].starts(with: $0) }
    guard matches else { throw fault(.unexpected) }
    at += text.utf8CodeUnitCount
    return value
  }

  private mutating func array() throws(JSONFault) -> JSON {
    var values: [JSON] = []
    skipBlanks()
    if byte == UInt8(ascii: "]") {
      at += 1
      return .array([])
    }
    while true {
      skipBlanks()
      values.append(try value())
      skipBlanks()
      if byte == UInt8(ascii: "]") {
        at += 1
        return .array(values)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func object() throws(JSONFault) -> JSON {
    var members: [JSON.Member] = []
    var keys: Set<[UInt8]> = []
    skipBlanks()
    if byte == UInt8(ascii: "}") {
      at += 1
      return .object([])
    }
    while true {
      skipBlanks()
      let start = at
      guard byte == UInt8(ascii: "\"") else { throw fault(.unexpected) }
      let key = try string()
      guard keys.insert(Array(key.utf8)).inserted else { throw JSONFault(code: .duplicateKey, offset: start) }
      skipBlanks()
      try expect(UInt8(ascii: ":"))
      skipBlanks()
      members.append(JSON.Member(key, try value()))
      skipBlanks()
      if byte == UInt8(ascii: "}") {
        at += 1
        return .object(members)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func number() throws(JSONFault) -> JSON {
    let start = at
    var isInteger = true
    if byte == UInt8(ascii: "-") { at += 1 }
    if byte == UInt8(ascii: "0") { at += 1 } else { try digits() }
    if byte == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      try digits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isInteger = false
      at += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let value = Int64(text), text != "-0" { return .int(value) }
    if isInteger, text != "-0" { inexact += 1 }
    guard let value = Double(text), value.isFinite else { throw JSONFault(code: .badNumber, offset: start) }
    return .double(value)
  }

  private mutating func digits() throws(JSONFault) {
    guard let first = byte, first >= 48, first <= 57 else { throw fault(.badNumber) }
    while let byte, byte >= 48, byte <= 57 { at += 1 }
  }

  private mutating func string() throws(JSONFault) -> String {
    at += 1
    let start = at
    while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 32 { at += 1 }
    var out = Array(bytes[start..<at])
    while true {
      guard let byte else { throw fault(.unfinished) }
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        guard let text = String(validating: out, as: UTF8.self) else { throw JSONFault(code: .notUTF8, offset: start) }
        return text
      case UInt8(ascii: "\\"): try escape(&out)
      case 0..<32: throw fault(.controlCharacter)
      default:
        out.append(byte)
        at += 1
      }
    }
  }

  private mutating func escape(_ out: inout [UInt8]) throws(JSONFault) {
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(bytes[at])
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"):
      at += 1
      let scalar = try unicode()
      out.append(contentsOf: Array(String(Character(scalar)).utf8))
      return
    default: throw fault(.badEscape)
    }
    at += 1
  }

  private mutating func unicode() throws(JSONFault) -> Unicode.Scalar {
    let high = try hexQuad()
    if let scalar = Unicode.Scalar(high) { return scalar }
    if high < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
      let mark = at
      at += 2
      let low = try hexQuad()
      if (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
      {
        return scalar
      }
      at = mark
    }
    loneSurrogates += 1
    return "\u{FFFD}"
  }

  private mutating func hexQuad() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw fault(.badEscape) }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}

// JSON as JavaScript writes it with an indent of one: ECMA-262, JSON.stringify and Number::toString. What another program
// will write can be shown before it does.

package enum ScriptJSON {
  package static func write(_ value: JSON, indent: Int, to out: inout [UInt8]) {
    switch value {
    case .null, .bool: value.write(to: &out)
    case .int(let whole) where whole.magnitude <= 9_007_199_254_740_992: value.write(to: &out)
    case .int(let whole): out += number(Double(whole)).utf8
    case .double(let double): out += number(double).utf8
    case .string(let text): write(text, to: &out)
    case .array(let values):
      list(values, "[]", indent, &out) { write($0, indent: indent + 1, to: &$1) }
    case .object(let members):
      list(members, "{}", indent, &out) { member, out in
        write(member.key, to: &out)
        out += ": ".utf8
        write(member.value, indent: indent + 1, to: &out)
      }
    }
  }

  private static func list<T>(
    _ values: [T], _ brackets: String, _ indent: Int, _ out: inout [UInt8], _ put: (T, inout [UInt8]) -> Void
  ) {
    let ends = Array(brackets.utf8)
    out.append(ends[0])
    for (index, value) in values.enumerated() {
      out += (index > 0 ? ",\n" : "\n").utf8
      out += repeatElement(UInt8(ascii: " "), count: indent + 1)
      put(value, &out)
    }
    if !values.isEmpty {
      out.append(10)
      out += repeatElement(UInt8(ascii: " "), count: indent)
    }
    out.append(ends[1])
  }

  private static func write(_ text: String, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 8: out += "\\b".utf8
      case 9: out += "\\t".utf8
      case 10: out += "\\n".utf8
      case 12: out += "\\f".utf8
      case 13: out += "\\r".utf8
      case 0..<32: out += "\\u00".utf8 + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  /// The shortest digits that are this number, with a point where JavaScript puts it.
  package static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    guard value != 0 else { return "0" }
    let parts = "\(value.magnitude)".split(separator: "e")
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let all = halves.joined()
    let digits = all.drop { $0 == "0" }
    // How many digits stand before the point.
    let point = halves[0].count - (all.count - digits.count) + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    let trailing = digits.reversed().prefix { $0 == "0" }.count
    let own = String(digits.dropLast(trailing))
    let zeros = { (count: Int) in String(repeating: "0", count: count) }
    let text: String =
      switch point {
      case own.count...21 where own.count <= 21: own + zeros(point - own.count)
      case 1...21: "\(own.prefix(point)).\(own.dropFirst(point))"
      case -5...0: "0.\(zeros(-point))\(own)"
      default:
        "\(own.prefix(1))\(own.count > 1 ? "." : "")\(own.dropFirst())e\(point > 0 ? "+" : "-")\(abs(point - 1))"
      }
    return value < 0 ? "-\(text)" : text
  }
}

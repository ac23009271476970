/// A path pattern over bytes: `*` any run without `/`, `**` any run, `**/` also nothing, `?` one byte but `/`.
package struct Glob: Hashable, Sendable {
  private enum Piece: Hashable, Sendable { case byte(UInt8), one, run, deepRun, deepFolder }
  package let text: String
  private let pieces: [Piece]

  /// nil for an empty pattern or one that holds a control character.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, !bytes.contains(where: { $0 < 32 || $0 == 127 }) else { return nil }
    var pieces: [Piece] = []
    var i = 0
    while i < bytes.count {
      switch bytes[i] {
      case UInt8(ascii: "*"):
        if i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "*") {
          i += 1
          if i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "/") {
            i += 1
            pieces.append(.deepFolder)
          } else {
            pieces.append(.deepRun)
          }
        } else {
          pieces.append(.run)
        }
      case UInt8(ascii: "?"): pieces.append(.one)
      default: pieces.append(.byte(bytes[i]))
      }
      i += 1
    }
    self.text = text
    self.pieces = pieces
  }

  package func matches(_ target: String) -> Bool {
    let bytes = Array(target.utf8)
    let slash = UInt8(ascii: "/")
    // `open[i]`: the pieces seen so far can have consumed exactly i bytes.
    var open = [Bool](repeating: false, count: bytes.count + 1)
    open[0] = true
    for piece in pieces {
      var next = [Bool](repeating: false, count: bytes.count + 1)
      var carried = false
      for i in 0...bytes.count {
        switch piece {
        case .byte(let byte): if i > 0, open[i - 1], bytes[i - 1] == byte { next[i] = true }
        case .one: if i > 0, open[i - 1], bytes[i - 1] != slash { next[i] = true }
        case .run:
          if i > 0, bytes[i - 1] == slash { carried = false }
          carried = carried || open[i]
          next[i] = carried
        case .deepRun:
          carried = carried || open[i]
          next[i] = carried
        case .deepFolder:
          next[i] = open[i] || (carried && i > 0 && bytes[i - 1] == slash)
          carried = carried || open[i]
        }
      }
      open = next
    }
    return open[bytes.count]
  }
}

import Foundation
import TestKit
import Testing
import Wire

@Suite("Strict JSON and framing")
struct WireTests {
  @Test(
    "what is not JSON is refused",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "+1", "1.", ".5", "1e", "nul", "\"\u{1}\"", "\"\\x\"",
      "[1] x",
      "\u{FEFF}{}", "{'a':1}", "NaN", "\"\\u12\"", "//x\n1",
      String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
    ])
  func refused(text: String) {
    #expect(throws: JSONFault.self) { try JSONReader.read(Array(text.utf8)) }
  }

  @Test("JSONTestSuite: every y_ is read but two with duplicate keys, every n_ is refused")
  func suite() throws {
    guard let folder = Project.outerCorpus("json-parsing") else { return }
    var counts = (read: 0, refused: 0)
    for file in Project.files(in: folder, ending: ".json") {
      let name = file.lastPathComponent
      let isRead = (try? JSONReader.read(Project.bytes(file))) != nil
      if name.hasPrefix("y_") {
        #expect(isRead != name.contains("duplicated_key"), "\(name)")
        counts.read += 1
      } else if name.hasPrefix("n_") {
        #expect(!isRead, "\(name)")
        counts.refused += 1
      }
    }
    #expect(counts.read > 90 && counts.refused > 180)
  }

  @Test("what is written is read back, keys in order")
  func roundTrip() throws {
    let value: JSON = [
      "b": [1, -2, .double(1.5), true, .null], "a": "q\"\\\n\u{0}é作👍", "o": .object([]), "n": .int(Int64.min),
    ]
    #expect(try JSONReader.read(Array(value.text.utf8)) == value)
    #expect(try JSONReader.read(Array(value.pretty.utf8)) == value)
    #expect(!value.text.contains("\n"))
  }

  @Test("a lone surrogate is counted, a pair is one character")
  func surrogates() throws {
    let lone = try JSONReader.readCounting(Array(#""\ud83d x""#.utf8))
    #expect(lone.loneSurrogates == 1 && lone.value == .string("\u{FFFD} x"))
    #expect(try JSONReader.read(Array(#""👍""#.utf8)) == .string("👍"))
  }

  @Test("lines come whole however the bytes are cut", arguments: 1..<12)
  func framing(piece: Int) {
    var framing = LineFraming()
    let bytes = Array("one\ntwo\r\n\nthree 作\npart".utf8)
    var lines: [String] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      for case .line(let line) in framing.add(bytes[start..<min(start + piece, bytes.count)]) {
        lines.append(String(decoding: line, as: UTF8.self))
      }
    }
    #expect(lines == ["one", "two", "three 作"])
  }

  @Test("a line without an end is cut off")
  func overflow() {
    var framing = LineFraming(maximum: 100)
    #expect(framing.add([UInt8](repeating: 65, count: 101)) == [.overflow])
    #expect(framing.add(Array("x\n".utf8)).isEmpty)
  }
}

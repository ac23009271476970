import CellScreen
import ConsoleUI
import TestKit
import Testing

@Suite("The text field")
struct TextFieldTests {
  private func type(_ text: String, into field: inout TextField) {
    for character in text { _ = field.handle(character == "\n" ? .enter : .character(character)) }
  }

  @Test("what is typed in one go is undone in one go, and comes back with redo")
  func undo() {
    var field = TextField("第1条\nend", isMultiLine: true)
    type("前文 ", into: &field)
    _ = field.handle(.down)
    type("the ", into: &field)
    let after = field.text
    _ = field.handle(.control("z"))
    #expect(field.text == "前文 第1条\nend")
    _ = field.handle(.control("z"))
    #expect(field.text == "第1条\nend")
    _ = field.handle(.control("z"))
    #expect(field.text == "第1条\nend", "nothing is left to undo")
    _ = field.handle(.control("y"))
    _ = field.handle(.control("y"))
    #expect(field.text == after)
  }

  @Test(
    "at random: undoing everything gives the text that was there, redoing everything the text that is", arguments: 0..<6
  )
  func random(seed: UInt64) {
    var dice = Dice(seed: seed &+ 3)
    let start = "alpha 乙は beta\n\nthird line, 契約"
    var field = TextField(start, isMultiLine: true)
    let keys: [Key] = [
      .character("x"), .character("語"), .character(" "), .enter, .backspace, .delete, .left, .right, .up, .down, .home,
      .end, .wordLeft, .wordRight, .control("w"), .control("u"), .control("k"), .tab,
    ]
    for _ in 0..<150 {
      _ = field.handle(keys[Int.random(in: 0..<keys.count, using: &dice)])
      #expect(field.lines.indices.contains(field.row) && (0...field.lines[field.row].count).contains(field.column))
    }
    let end = field.text
    for _ in 0..<400 { _ = field.handle(.control("z")) }
    #expect(field.text == start)
    for _ in 0..<400 { _ = field.handle(.control("y")) }
    #expect(field.text == end)
  }

  @Test("words end where the script changes, for Japanese has no blanks")
  func words() {
    var field = TextField("秘密保持契約は3年間 valid", isMultiLine: true)
    var stops: [Int] = []
    for _ in 0..<8 {
      _ = field.handle(.wordRight)
      stops.append(field.column)
    }
    #expect(stops.prefix(5) == [6, 7, 8, 10, 16])
    _ = field.handle(.wordLeft)
    #expect(field.column == 11)
  }

  @Test("a search goes to each match and around, and Enter leaves it there")
  func search() {
    var field = TextField("Term one\nterm two\nTERM 三", isMultiLine: true)
    _ = field.handle(.control("f"))
    type("term", into: &field)
    #expect((field.row, field.column) == (0, 0))
    for row in [1, 2, 0] {
      _ = field.handle(.control("f"))
      #expect(field.row == row && field.isSoughtAround == (row == 0), "it says that it went on from the top")
    }
    type("x", into: &field)
    #expect(field.isSoughtNowhere && field.row == 0)
    _ = field.handle(.backspace)
    _ = field.handle(.enter)
    #expect(field.sought == nil && field.text.hasPrefix("Term one\n"))
  }

  @Test("rows of the editor hold every character once, none wider than the screen", arguments: [7, 12, 33])
  func rows(width: Int) {
    let text = "The quick 茶色の狐が飛ぶ over e\u{301}dges\n\n" + String(repeating: "長", count: 40)
    var field = TextField(text, isMultiLine: true)
    for _ in 0..<30 {
      _ = field.handle(.right)
      let layout = FieldRows(field, width: width, reach: 100)
      let joined = layout.rows.map { String(field.lines[$0.line][$0.from..<$0.to]) }.joined()
      #expect(joined == text.filter { !$0.isNewline })
      for row in layout.rows { #expect(SafeText.width(String(field.lines[row.line][row.from..<row.to])) <= width) }
      #expect(layout.rows.indices.contains(layout.cursor.row) && layout.cursor.column < width)
    }
  }
}

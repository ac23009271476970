import CellScreen
import EffectPreview
import Testing

@testable import ConsoleUI

@Suite("Comma-separated lines as a table")
struct TableTests {
  private let lines = ["name,number,what", "short,1,\(String(repeating: "long ", count: 12))", "another name,2,x"].map {
    PreviewLine(.added, $0)
  }

  /// The column in which each line's second field begins.
  private func second(_ table: TableColumns) -> [Int] {
    lines.compactMap { table.glyphs($0) }.map { glyphs in
      let comma = glyphs.firstIndex { $0.letter == Letter(",") } ?? 0
      let next = glyphs[(comma + 1)...].firstIndex { $0 != Glyph.padding } ?? 0
      return glyphs[..<next].reduce(0) { $0 + $1.width }
    }
  }

  @Test("columns line up, are narrower where they must be, and are none where not even that fits")
  func fitted() throws {
    let whole = try #require(TableColumns(Preview(lines: lines, changes: 1), target: "a.csv"))
    #expect(second(whole) == [14, 14, 14])
    #expect(whole.fitted(to: whole.width) == whole)
    let narrow = try #require(whole.fitted(to: 50))
    #expect(narrow.width <= 50 && second(narrow) == [14, 14, 14])
    #expect(whole.fitted(to: 20) == nil)
  }
}

/// Breaking text into rows by columns: at blanks where there are some, anywhere in scripts that have none.
package enum Wrap {
  /// At least one row; a glyph wider than the width gets a row of its own.
  package static func rows(_ glyphs: [(Glyph, Role)], width: Int) -> [[(Glyph, Role)]] {
    guard width > 0 else { return [[]] }
    var out: [[(Glyph, Role)]] = []
    var row: [(Glyph, Role)] = []
    var columns = 0
    var lastBlank: Int?
    for item in glyphs {
      if columns + item.0.width > width, !row.isEmpty {
        if item.0.letter == .blank {
          // A blank at the edge ends the row; it is part of it and needs no column.
          out.append(row + [item])
          row = []
          columns = 0
          lastBlank = nil
          continue
        }
        if let blank = lastBlank, blank > 0 {
          let rest = Array(row[(blank + 1)...])
          out.append(Array(row[...blank]))
          row = rest
        } else {
          out.append(row)
          row = []
        }
        columns = row.reduce(0) { $0 + $1.0.width }
        lastBlank = nil
      }
      if item.0.letter == .blank { lastBlank = row.count }
      row.append(item)
      columns += item.0.width
    }
    out.append(row)
    return out
  }

  package static func rows(_ spans: [Span], width: Int) -> [[(Glyph, Role)]] {
    rows(spans.flatMap { span in SafeText.glyphs(span.text).map { ($0, span.role) } }, width: width)
  }
}

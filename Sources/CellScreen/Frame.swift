// A grid of cells: what a view draws into, what the terminal is given, what golden screens are written from.

package struct Cell: Hashable, Sendable {
  package var letter: Letter
  package var role: Role
  /// 2 for a wide glyph, 0 for the column it covers besides.
  package var width: Int
  package static let blank = Cell(letter: .blank, role: .text, width: 1)
  package var text: String { letter.text }
  package init(letter: Letter, role: Role, width: Int) {
    self.letter = letter
    self.role = role
    self.width = width
  }
}

/// A rectangle of the frame, in columns and rows from the top left.
package struct Region: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }
  package var inner: Region { Region(x: x + 1, y: y + 1, width: width - 2, height: height - 2) }
  package func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < self.x + width && y >= self.y && y < self.y + height
  }
}

/// A run of text in one role. Made safe when it is put.
package struct Span: Hashable, Sendable {
  package let text: String
  package let role: Role
  package init(_ text: String, _ role: Role = .text) {
    self.text = text
    self.role = role
  }
}

package struct Frame: Hashable, Sendable {
  package let width: Int
  package let height: Int
  package private(set) var cells: [Cell]
  /// Where the terminal's cursor stands, nil to hide it.
  package var cursor: (x: Int, y: Int)? {
    get { cursorX.map { ($0, cursorY) } }
    set {
      cursorX = newValue?.x
      cursorY = newValue?.y ?? 0
    }
  }
  private var cursorX: Int?
  private var cursorY = 0

  package init(width: Int, height: Int) {
    self.width = max(1, width)
    self.height = max(1, height)
    cells = Array(repeating: .blank, count: self.width * self.height)
  }

  package func row(_ y: Int) -> ArraySlice<Cell> { cells[(y * width)..<((y + 1) * width)] }

  /// Puts glyphs from `x` on, within `limit` columns. A wide glyph is never split.
  /// - Returns: the column after the last one.
  @discardableResult
  package mutating func put(_ glyphs: [(Glyph, Role)], x: Int, y: Int, limit: Int) -> Int {
    guard y >= 0, y < height else { return x }
    let end = min(width, x + limit)
    var column = x
    for (glyph, role) in glyphs {
      if column + glyph.width > end { break }
      if column >= 0 {
        let index = y * width + column
        part(index, y)
        if glyph.width == 2 { part(index + 1, y) }
        cells[index] = Cell(letter: glyph.letter, role: glyph.isToken ? .token : role, width: glyph.width)
        if glyph.width == 2 { cells[index + 1] = Cell(letter: .none, role: role, width: 0) }
      }
      column += glyph.width
    }
    return column
  }

  /// What covers one half of a wide glyph leaves a blank for the other.
  private mutating func part(_ index: Int, _ y: Int) {
    if cells[index].width == 0, index > y * width {
      cells[index - 1] = Cell(letter: .blank, role: cells[index].role, width: 1)
    }
    if cells[index].width == 2, index + 1 < (y + 1) * width {
      cells[index + 1] = Cell(letter: .blank, role: cells[index].role, width: 1)
    }
  }

  @discardableResult
  package mutating func put(_ spans: [Span], x: Int, y: Int, limit: Int) -> Int {
    guard y >= 0, y < height else { return x }
    let end = min(width, x + limit)
    var column = x
    for span in spans {
      if SafeText.isPlain(span.text) {
        // Most of a screen is plain: it goes into the cells without an array in between.
        for byte in span.text.utf8 {
          guard column < end else { return column }
          if column >= 0 {
            part(y * width + column, y)
            cells[y * width + column] = Cell(letter: Letter(ascii: byte), role: span.role, width: 1)
          }
          column += 1
        }
      } else {
        let glyphs = SafeText.glyphs(span.text)
        let wanted = glyphs.reduce(0) { $0 + $1.width }
        let before = column
        column = put(glyphs.map { ($0, span.role) }, x: column, y: y, limit: end - column)
        // What did not fit ends the row: nothing slips in behind it.
        if column - before != wanted { return column }
      }
    }
    return column
  }

  @discardableResult
  package mutating func put(_ text: String, _ role: Role = .text, x: Int, y: Int, limit: Int) -> Int {
    put([Span(text, role)], x: x, y: y, limit: limit)
  }

  /// Text cut to `limit` columns with `…` where something was left out.
  @discardableResult
  package mutating func putCut(_ spans: [Span], x: Int, y: Int, limit: Int) -> Int {
    guard limit > 1, spans.reduce(0, { $0 + SafeText.width($1.text) }) > limit else {
      return put(spans, x: x, y: y, limit: limit)
    }
    let end = put(spans, x: x, y: y, limit: limit - 1)
    return put("…", .dim, x: end, y: y, limit: 1)
  }

  /// Gives a row of a region one role, keeping its text.
  package mutating func paint(_ role: Role, x: Int, y: Int, width: Int) {
    guard y >= 0, y < height else { return }
    for column in max(0, x)..<max(0, x, min(self.width, x + width)) { cells[y * self.width + column].role = role }
  }

  package mutating func fill(_ region: Region, _ role: Role = .text) {
    let blank = Cell(letter: .blank, role: role, width: 1)
    let (from, to) = (max(0, region.x), min(width, region.x + region.width))
    guard from < to else { return }
    for y in max(0, region.y)..<max(0, min(height, region.y + region.height)) {
      // A wide glyph that straddles an edge leaves a blank outside.
      part(y * width + from, y)
      part(y * width + to - 1, y)
      for x in from..<to { cells[y * width + x] = blank }
    }
  }

  /// A border with a title.
  package mutating func box(_ region: Region, title: [Span], role: Role, ascii: Bool = false) {
    guard region.width >= 2, region.height >= 2 else { return }
    let (h, v, corners) = ascii ? ("-", "|", ["+", "+", "+", "+"]) : ("─", "│", ["┌", "┐", "└", "┘"])
    let bar = String(repeating: h, count: region.width - 2)
    put(corners[0] + bar + corners[1], role, x: region.x, y: region.y, limit: region.width)
    put(corners[2] + bar + corners[3], role, x: region.x, y: region.y + region.height - 1, limit: region.width)
    for y in (region.y + 1)..<(region.y + region.height - 1) {
      put(v, role, x: region.x, y: y, limit: 1)
      put(v, role, x: region.x + region.width - 1, y: y, limit: 1)
    }
    putCut([Span(" ", role)] + title + [Span(" ", role)], x: region.x + 1, y: region.y, limit: region.width - 2)
  }

  /// Rows between bars, and the same grid as roles: the form of golden screens.
  package var golden: String {
    var out = ""
    for y in 0..<height {
      let text = row(y).map(\.text).joined()
      let roles = String(row(y).map(\.role.letter))
      out += "|\(text)|  |\(roles)|\n"
    }
    return out
  }

  /// The screen as text, trailing blanks off.
  package var text: String {
    (0..<height).map { y in
      var line = row(y).map(\.text).joined()
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n") + "\n"
  }
}

extension Frame {
  package static func == (a: Frame, b: Frame) -> Bool {
    a.width == b.width && a.height == b.height && a.cursorX == b.cursorX && a.cursorY == b.cursorY && a.cells == b.cells
  }
  package func hash(into hasher: inout Hasher) { hasher.combine(cells) }
}

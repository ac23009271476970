// A table as a spreadsheet file (Office Open XML, ECMA-376): one sheet, a first row that stays in sight, every cell a text. Texts
// are never formulas, whatever they begin with. The parts lie in a ZIP archive uncompressed (APPNOTE 6.3, method 0).

package enum SpreadsheetFile {
  /// - Parameters:
  ///   - rows: the first holds the names of the columns.
  ///   - widths: of the columns, in characters.
  package static func bytes(_ rows: [[String]], widths: [Int], name: String) -> [UInt8] {
    let main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let sheets = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    let package = "http://schemas.openxmlformats.org/package/2006"
    let parts: [(String, String)] = [
      (
        "[Content_Types].xml",
        """
        <Types xmlns="\(package)/content-types"><Default Extension="rels" \
        ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
        <Override PartName="/xl/workbook.xml" ContentType="\(main).sheet.main+xml"/>\
        <Override PartName="/xl/worksheets/sheet1.xml" ContentType="\(main).worksheet+xml"/>\
        <Override PartName="/xl/styles.xml" ContentType="\(main).styles+xml"/></Types>
        """
      ),
      ("_rels/.rels", relations(package, [("rId1", "\(office)/officeDocument", "xl/workbook.xml")])),
      (
        "xl/workbook.xml",
        """
        <workbook xmlns="\(sheets)" xmlns:r="\(office)"><sheets>\
        <sheet name="\(escaped(name))" sheetId="1" r:id="rId1"/></sheets></workbook>
        """
      ),
      (
        "xl/_rels/workbook.xml.rels",
        relations(
          package,
          [("rId1", "\(office)/worksheet", "worksheets/sheet1.xml"), ("rId2", "\(office)/styles", "styles.xml")])
      ),
      ("xl/styles.xml", styles(sheets)),
      ("xl/worksheets/sheet1.xml", sheet(sheets, rows, widths)),
    ]
    return zip(
      parts.map { ($0.0, Array("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\($0.1)".utf8)) })
  }

  private static func relations(_ package: String, _ list: [(id: String, type: String, target: String)]) -> String {
    let each = list.map { "<Relationship Id=\"\($0.id)\" Type=\"\($0.type)\" Target=\"\($0.target)\"/>" }
    return "<Relationships xmlns=\"\(package)/relationships\">\(each.joined())</Relationships>"
  }

  /// Style 0: text that wraps, at the top of its cell; style 1: the same in bold.
  private static func styles(_ namespace: String) -> String {
    let cell = "<alignment vertical=\"top\" wrapText=\"1\"/></xf>"
    let plain = "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyAlignment=\"1\">\(cell)"
    return """
      <styleSheet xmlns="\(namespace)"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
      <font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
      <fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
      <borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
      <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
      <cellXfs count="2">\(plain)\(plain.replacing("fontId=\"0\"", with: "fontId=\"1\" applyFont=\"1\""))</cellXfs>\
      <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
      """
  }

  private static func sheet(_ namespace: String, _ rows: [[String]], _ widths: [Int]) -> String {
    let last = "\(column(max(0, (rows.first?.count ?? 1) - 1)))\(max(1, rows.count))"
    let columns = widths.enumerated().map {
      "<col min=\"\($0.offset + 1)\" max=\"\($0.offset + 1)\" width=\"\($0.element)\" customWidth=\"1\"/>"
    }
    let lines = rows.enumerated().map { index, row in
      let cells = row.enumerated().map { place, text in
        text.isEmpty
          ? ""
          : "<c r=\"\(column(place))\(index + 1)\" s=\"\(index == 0 ? 1 : 0)\" t=\"inlineStr\"><is><t xml:space=\"preserve\">\(escaped(text))</t></is></c>"
      }
      return "<row r=\"\(index + 1)\">\(cells.joined())</row>"
    }
    return """
      <worksheet xmlns="\(namespace)"><dimension ref="A1:\(last)"/><sheetViews><sheetView workbookViewId="0">\
      <pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>\
      <cols>\(columns.joined())</cols><sheetData>\(lines.joined())</sheetData><autoFilter ref="A1:\(last)"/></worksheet>
      """
  }

  /// `A` to `Z`, `AA` on.
  private static func column(_ index: Int) -> String {
    let letter = String(UnicodeScalar(UInt8(65 + index % 26)))
    return index < 26 ? letter : column(index / 26 - 1) + letter
  }

  /// What XML can't hold is named.
  private static func escaped(_ text: String) -> String {
    var out = ""
    // A cell holds 32 767 characters.
    for scalar in text.unicodeScalars.prefix(32_000) {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\t", "\n": out.unicodeScalars.append(scalar)
      case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        out += "‹U+\(String(scalar.value, radix: 16, uppercase: true))›"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  // MARK: the archive

  private static func zip(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
    var (out, directory) = ([UInt8](), [UInt8]())
    for file in files {
      let name = Array(file.name.utf8)
      // Version 2.0, names in UTF-8, stored, the first moment that a time here can say.
      let common =
        little(20, 2) + little(0x800, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
        + little(Int(crc(file.bytes)), 4) + little(file.bytes.count, 4) + little(file.bytes.count, 4)
        + little(name.count, 2) + little(0, 2)
      directory += little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
      directory += little(0, 4) + little(out.count, 4) + name
      out += little(0x0403_4B50, 4) + common + name + file.bytes
    }
    let start = out.count
    let counts = little(0, 2) + little(0, 2) + little(files.count, 2) + little(files.count, 2)
    return out + directory + little(0x0605_4B50, 4) + counts + little(directory.count, 4) + little(start, 4)
      + little(0, 2)
  }

  /// CRC-32 as ZIP has it.
  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    let table = (0..<256).map { index -> UInt32 in
      (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }
}

// The spreadsheet of the register, read by programs nobody here wrote: Python's zipfile and XML reader, and openpyxl where it
// is there.

import Foundation
import Glibc
import TestKit
import Testing

@testable import Runtime

@Suite("Spreadsheet files")
struct SpreadsheetTests {
  private static let reader = """
    import json, sys, zipfile, xml.etree.ElementTree as tree
    path = sys.argv[1]
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    for name in archive.namelist(): tree.fromstring(archive.read(name))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = [{cell.get("r"): "".join(text.text or "" for text in cell.iter(space + "t")) for cell in row}
            for row in tree.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter(space + "row")]
    try:
        import openpyxl
        sheet = openpyxl.load_workbook(path).active
        own = [{cell.coordinate: cell.value for cell in row if cell.value is not None} for row in sheet.iter_rows()]
        assert own == rows, (own, rows)
        assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row if cell.value is not None)
        print("openpyxl", file=sys.stderr)
    except ImportError: pass
    print(json.dumps(rows))
    """

  @Test(
    "what is written is read again, no text is a formula, and what XML can't hold is named",
    .enabled(if: access("/usr/bin/python3", X_OK) == 0))
  func read() throws {
    let folder = try Project.Folder()
    let rows = [
      ["clause", "wording", "reason"], ["7 Term & <Effect>", "=HYPERLINK(\"x\")", "契約書\nsecond \"line\""],
      ["\u{1}bell", "", "  kept blanks  "],
    ]
    let path = "\(folder.path)/a.xlsx"
    #expect(Files.write(SpreadsheetFile.bytes(rows, widths: [10, 20, 30], name: "Flags <1>"), to: path, mode: 0o600))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.reader, path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let read = try JSONDecoder().decode([[String: String]].self, from: text)
    #expect(read.count == 3 && read[0] == ["A1": "clause", "B1": "wording", "C1": "reason"])
    #expect(read[1] == ["A2": rows[1][0], "B2": rows[1][1], "C2": rows[1][2]])
    #expect(read[2] == ["A3": "‹U+1›bell", "C3": "  kept blanks  "])
  }
}

// What a filter matches, written to the desk's `exports/`: JSONL for programs, CSV for people. A cell that a
// spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection").

import Domain
import GateKeeper
import Storage
import Wire

package struct TrailExport {
  private let desk: Desk
  package init(_ desk: Desk) { self.desk = desk }

  package static let columns = [
    "index", "time", "actor_kind", "actor", "event", "run", "step", "kind", "target", "note",
  ]

  package func write(_ filter: TrailFilter) throws(RuntimeFault) -> (jsonl: String, csv: String) {
    let lines = try lines(filter)
    let folder = "\(desk.directory)/exports"
    let stamp = Clocks.now().rfc3339.filter { $0.isNumber }.prefix(14)
    let (jsonl, csv) = ("\(folder)/trail-\(stamp).jsonl", "\(folder)/trail-\(stamp).csv")
    guard Files.makeDirectory(folder, mode: 0o700),
      Files.write(Array(Self.jsonl(lines).utf8), to: jsonl, mode: 0o600),
      Files.write(Array(Self.csv(lines).utf8), to: csv, mode: 0o600)
    else { throw RuntimeFault(.fault, "`\(folder)` can't be written") }
    return (jsonl, csv)
  }

  /// Oldest first.
  package func lines(_ filter: TrailFilter, limit: Int = Int.max) throws(RuntimeFault) -> [TrailLine] {
    let store = desk.store
    return try journalled { () throws(JournalFault) in
      var search = try TrailSearch(store, filter, limit: limit)
      while !search.isComplete { try search.step(4_096) }
      return Array(search.lines.prefix(limit).reversed())
    }
  }

  package static func jsonl(_ lines: [TrailLine]) -> String { lines.map { json($0).text + "\n" }.joined() }

  static func json(_ line: TrailLine) -> JSON {
    JSON.of([
      "index": .int(line.index.value), "time": .string(line.time.rfc3339), "actorKind": .string(line.actorKind),
      "actor": .string(line.actor), "event": .string(line.event), "run": line.run.map { .int($0.value) },
      "step": line.step.map { .int(Int64($0.value)) }, "kind": .string(line.kind), "target": .string(line.target),
      "note": .string(line.note),
    ])
  }

  package static func csv(_ lines: [TrailLine]) -> String {
    let rows = lines.map { line in
      [
        line.index.value.description, line.time.rfc3339, line.actorKind, line.actor, line.event,
        line.run?.description ?? "", line.step?.description ?? "", line.kind, line.target, line.note,
      ]
    }
    return CSV.text([columns] + rows)
  }
}

/// RFC 4180, in UTF-8 with CRLF; no cell begins a formula.
package enum CSV {
  package static func text(_ rows: [[String]]) -> String {
    rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
  }

  static func cell(_ text: String) -> String {
    // Lines of an agent must not run in the terminal they are printed on.
    var text = Plain.safe(text)
    if let first = text.unicodeScalars.first, ["=", "+", "-", "@", "\t", "\r"].contains(first) { text = "'" + text }
    let isPlain = !text.unicodeScalars.contains { ["\"", ",", "\n", "\r"].contains($0) }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

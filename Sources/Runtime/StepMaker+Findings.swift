// Flags come with the clause's own words: where the agent names its lines, Ringi reads them from the document.

import Domain
import TextDiff

extension StepMaker {
  /// The most of one clause that is shown, in bytes.
  private static let mostWords = 8_192

  /// What stands before words of a clause that no document here has.
  private static let unread = "(the agent’s words: no such document is here) "

  func report(_ document: String, _ sarif: [UInt8], _ findings: [Finding], _ staging: StagingArea) throws -> Material {
    let absent = Set(findings.map(\.document)).sorted().filter { self.document($0, staging) == nil }
    var tables: [String: LineTable] = [:]
    var others: [String] = []
    let checked = findings.map { finding in
      guard finding.firstLine > 0 else { return finding }
      if tables[finding.document] == nil {
        tables[finding.document] = self.document(finding.document, staging).map(LineTable.init)
      }
      var new = finding
      guard let table = tables[finding.document] else {
        if !finding.text.isEmpty { new.text = Self.unread + finding.text }
        return new
      }
      let words = Self.words(of: finding, in: table)
      // An agent may leave out a heading, or join lines; it may not put other words into a document's mouth.
      if !finding.text.isEmpty, Self.plain(words).contains(Self.plain(finding.text)) { return new }
      if !finding.text.isEmpty { others.append("“\(finding.clause)” in \(finding.document)") }
      new.text = words
      return new
    }
    return Material(
      effect: .reportFindings(document: document, try store.store(sarif)), findings: checked,
      warnings: absent.prefix(3).map { "there is no document \($0)" }
        + others.prefix(3).map { "the agent has other words for \($0) than the document: the document’s are shown" })
  }

  /// The lines that a flag names; empty where the document has none of them.
  private static func words(of finding: Finding, in table: LineTable) -> String {
    guard finding.firstLine <= table.count else { return "" }
    let last = min(max(finding.firstLine, finding.lastLine), table.count)
    var words: [UInt8] = []
    for line in finding.firstLine - 1..<last where words.count < mostWords {
      if !words.isEmpty { words.append(10) }
      words += table.content(line)
    }
    return String(decoding: words.prefix(mostWords), as: UTF8.self)
  }

  private static func plain(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private func document(_ name: String, _ staging: StagingArea) -> [UInt8]? {
    guard let path = scopes.locate(Array(name.utf8)) else { return nil }
    return (try? current(path, staging)) ?? nil
  }
}

// Flags come with the clause's own words, also where the agent only names its lines: Ringi reads them from the document.

import Domain
import TextDiff

extension StepMaker {
  /// The most of one clause that is shown, in bytes.
  private static let mostWords = 8_192

  func report(_ document: String, _ sarif: [UInt8], _ findings: [Finding], _ staging: StagingArea) throws -> Material {
    let absent = Set(findings.map(\.document)).sorted().filter { self.document($0, staging) == nil }
    return Material(
      effect: .reportFindings(document: document, try store.store(sarif)), findings: withWords(findings, staging),
      warnings: absent.prefix(3).map { "there is no document \($0)" })
  }

  private func withWords(_ findings: [Finding], _ staging: StagingArea) -> [Finding] {
    var tables: [String: LineTable] = [:]
    return findings.map { finding in
      guard finding.text.isEmpty, finding.firstLine > 0 else { return finding }
      if tables[finding.document] == nil {
        tables[finding.document] = LineTable(document(finding.document, staging) ?? [])
      }
      guard let table = tables[finding.document], finding.firstLine <= table.count else { return finding }
      var new = finding
      let last = min(max(finding.firstLine, finding.lastLine), table.count)
      var words: [UInt8] = []
      for line in finding.firstLine - 1..<last where words.count < Self.mostWords {
        if !words.isEmpty { words.append(10) }
        words += table.content(line)
      }
      new.text = String(decoding: words.prefix(Self.mostWords), as: UTF8.self)
      return new
    }
  }

  private func document(_ name: String, _ staging: StagingArea) -> [UInt8]? {
    guard let path = scopes.locate(Array(name.utf8)) else { return nil }
    return (try? current(path, staging)) ?? nil
  }
}

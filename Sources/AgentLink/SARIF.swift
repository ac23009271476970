// Findings in SARIF 2.1.0 (OASIS): level error, warning, note = RED, YELLOW, GREEN; the region is the clause, the
// fix its redline; what SARIF has no field for is in the result's property bag.

import Domain
import Wire

package enum SARIF {
  /// nil when this is no SARIF log of version 2.1.0.
  package static func findings(_ log: JSON, document: String) -> [Finding]? {
    guard log["version"]?.string == "2.1.0", let runs = log["runs"]?.array else { return nil }
    return runs.flatMap { $0["results"]?.array ?? [] }.prefix(2_000).map { finding($0, document) }
  }

  private static func finding(_ result: JSON, _ document: String) -> Finding {
    let properties = result["properties"]
    let place = result["locations"]?.array?.first?["physicalLocation"]
    let region = place?["region"]
    let isMissing = properties?["missing"]?.bool ?? false
    let level: Finding.Level =
      switch (isMissing, result["level"]?.string) {
      case (true, _): .missing
      case (_, "error"): .red
      case (_, "note"), (_, "none"): .green
      default: .yellow
      }
    let redline = result["fixes"]?.array?.first?["artifactChanges"]?.array?.first?["replacements"]?.array?.first?[
      "insertedContent"]?["text"]?.string
    func property(_ name: String) -> String { properties?[name]?.string ?? "" }
    return Finding(
      document: place?["artifactLocation"]?["uri"]?.string ?? document,
      clause: result["ruleId"]?.string ?? "clause", level: level, firstLine: Int(region?["startLine"]?.int ?? 0),
      lastLine: Int(region?["endLine"]?.int ?? region?["startLine"]?.int ?? 0),
      text: region?["snippet"]?["text"]?.string ?? "", standard: property("standard"),
      why: result["message"]?["text"]?.string ?? "", redline: redline ?? "", fallback: property("fallback"),
      impact: property("impact"), escalation: property("escalation"), isMustHave: properties?["mustHave"]?.bool
    )
  }
}

// A contract as text: clauses by heading, and the flags a playbook raises on them.

import Wire

struct Clause {
  let heading: String
  /// Lines from 1, heading included.
  let firstLine: Int
  let lastLine: Int
  let text: String
}

struct Flag {
  let position: Position
  let clause: Clause?
  /// RED, YELLOW or GREEN; a missing clause has its own mark besides.
  var level: String
  let why: String
  /// The clause with the playbook's replacements, empty when none applies.
  let redline: String

  var isMissing: Bool { clause == nil }
}

struct Contract {
  let path: String
  let lines: [String]
  let clauses: [Clause]
  var flags: [Flag] = []
  /// Levels that reviewers changed, in their words.
  var notes: [String] = []

  init(path: String, text: String) {
    self.path = path
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    self.lines = lines
    clauses = Self.clauses(lines)
  }

  private static func clauses(_ lines: [String]) -> [Clause] {
    var clauses: [Clause] = []
    var starts = lines.indices.filter { lines[$0].hasPrefix("## ") }
    starts.append(lines.count)
    for (start, end) in zip(starts, starts.dropFirst()) {
      var last = end - 1
      while last > start, Text.trimmed(lines[last]).isEmpty { last -= 1 }
      clauses.append(
        Clause(
          heading: String(lines[start].dropFirst(3)), firstLine: start + 1, lastLine: last + 1,
          text: lines[start...last].dropFirst().joined(separator: "\n")))
    }
    return clauses
  }

  var title: String { lines.first.map { $0.hasPrefix("# ") ? String($0.dropFirst(2)) : $0 } ?? path }

  /// `contracts/acme-nda.md` is `acme-nda`.
  var name: String { String(path.split(separator: "/").last?.split(separator: ".").first ?? "") }

  func header(_ key: String) -> String {
    lines.prefix(12).first { $0.hasPrefix("\(key):") }.map { Text.trimmed($0.dropFirst(key.count + 1)) } ?? ""
  }

  var level: String {
    if flags.contains(where: { $0.level == "RED" }) { return "RED" }
    return flags.contains { $0.level == "YELLOW" } ? "YELLOW" : "GREEN"
  }

  mutating func screen(_ positions: [Position]) {
    flags = positions.compactMap { position in
      let found = clauses.filter { Text.first(position.headings, in: $0.heading) != nil }
      guard let clause = found.first else {
        return position.missing.isEmpty
          ? nil
          : Flag(
            position: position, clause: nil, level: position.missing.uppercased(),
            why: "the contract has no clause on \(position.clause.lowercased())", redline: position.insert)
      }
      var (level, why) = Self.judge(clause.text, position)
      let text = level == "GREEN" ? clause.text : Self.redline(clause.text, position)
      let isMended = Self.judge(text, position)
      // A suggestion that mends a part only must not look like the whole.
      if text != clause.text, isMended.0 != "GREEN" { why += "; with the redline \(isMended.1) still" }
      return Flag(position: position, clause: clause, level: level, why: why, redline: text == clause.text ? "" : text)
    }
  }

  private static func redline(_ text: String, _ position: Position) -> String {
    position.replacements.reduce(text) { $0.rewriting($1.from, $1.to) }
  }

  private static func judge(_ text: String, _ position: Position) -> (String, String) {
    if let phrase = Text.first(position.red, in: text) { return ("RED", "it says “\(phrase)”") }
    let numbers = Text.numbers(before: position.units, in: text)
    if let limit = position.redAbove, let number = numbers.first(where: { $0 > limit }) {
      return ("RED", "\(number) is above the limit of \(limit) (\(position.units.first ?? ""))")
    }
    if !position.require.isEmpty, Text.first(position.require, in: text) == nil {
      let level = position.requireLevel.uppercased()
      return (level.isEmpty ? "YELLOW" : level, "it lacks “\(position.require[0])”")
    }
    if let phrase = Text.first(position.yellow, in: text) { return ("YELLOW", "it says “\(phrase)”") }
    if let range = position.range, let number = numbers.first(where: { !range.contains($0) }) {
      return (
        "YELLOW", "\(number) is outside \(range.lowerBound) to \(range.upperBound) (\(position.units.first ?? ""))"
      )
    }
    return ("GREEN", "within the standard position")
  }

  /// The contract with every redline in place and the missing clauses proposed; nil when there are none.
  var redlined: String? {
    var out = lines
    let changed = flags.filter { !$0.redline.isEmpty && $0.level != "GREEN" }
    guard !changed.isEmpty else { return nil }
    // From the last clause up: a clause that gets shorter moves what follows.
    for clause in clauses.reversed() {
      let text = changed.filter { $0.clause?.firstLine == clause.firstLine }.reduce(clause.text) {
        Self.redline($0, $1.position)
      }
      guard text != clause.text else { continue }
      out.replaceSubrange(
        clause.firstLine..<clause.lastLine,
        with: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
    let missing = changed.filter(\.isMissing)
    let end =
      Self.clauses(out).first { Text.first(["signature", "署名", "execution"], in: $0.heading) != nil }?.firstLine ?? out
      .count + 1
    var place = min(end - 1, out.count)
    for flag in missing {
      out.insert(contentsOf: ["## \(flag.position.clause) (proposed)", "", flag.redline, ""], at: place)
      place += 4
    }
    return out.joined(separator: "\n")
  }

  /// SARIF 2.1.0.
  var sarif: JSON {
    let results = flags.map { flag -> JSON in
      let levels = ["RED": "error", "YELLOW": "warning", "GREEN": "note"]
      let region: JSON? = flag.clause.map {
        [
          "startLine": .int(Int64($0.firstLine)), "endLine": .int(Int64($0.lastLine)),
          "snippet": ["text": .string($0.text)],
        ]
      }
      let fix: JSON = [
        "artifactChanges": [
          [
            "artifactLocation": ["uri": .string(path)],
            "replacements": [
              [
                "deletedRegion": ["startLine": .int(Int64(flag.clause?.firstLine ?? 1))],
                "insertedContent": ["text": .string(flag.redline)],
              ]
            ],
          ]
        ]
      ]
      return .of([
        "ruleId": .string(flag.position.clause), "level": .string(levels[flag.level] ?? "warning"),
        "message": ["text": .string(flag.why)],
        "locations": [
          ["physicalLocation": .of(["artifactLocation": ["uri": .string(path)], "region": region])]
        ],
        "fixes": flag.redline.isEmpty ? nil : .array([fix]),
        "properties": [
          "standard": .string(flag.position.standard), "fallback": .string(flag.position.fallback),
          "impact": .string(flag.level == "GREEN" ? "" : flag.position.impact),
          "escalation": .string(flag.position.escalation), "mustHave": .bool(flag.position.isMustHave),
          "missing": .bool(flag.isMissing),
        ],
      ])
    }
    return [
      "version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": [["tool": ["driver": ["name": "ringi-rules-agent", "rules": .array([])]], "results": .array(results)]],
    ]
  }
}

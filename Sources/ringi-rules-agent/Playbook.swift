// The playbook: for each clause type its standard position, the range that is acceptable, what triggers a flag.

struct Position {
  let clause: String
  let headings: [String]
  let standard: String
  /// Phrases that make the clause RED or YELLOW.
  let red: [String]
  let yellow: [String]
  /// One of these must stand in the clause, else `requireLevel`.
  let require: [String]
  let requireLevel: String
  let units: [String]
  let range: ClosedRange<Int>?
  let redAbove: Int?
  /// The level of a contract without the clause; empty when it may be missing.
  let missing: String
  let replacements: [(from: String, to: String)]
  /// Text for a clause that is missing.
  let insert: String
  let fallback: String
  let impact: String
  let escalation: String
  let isMustHave: Bool

  init(_ section: (title: String, fields: [(key: String, value: String)])) {
    func all(_ key: String) -> [String] { section.fields.filter { $0.key == key }.map(\.value) }
    func one(_ key: String) -> String { all(key).first ?? "" }
    clause = section.title
    headings = Text.list(one("heading"))
    standard = one("standard")
    red = all("red").flatMap { Text.list($0) }
    yellow = all("yellow").flatMap { Text.list($0) }
    require = Text.list(one("require"))
    requireLevel = one("require-level")
    units = Text.list(one("unit"))
    let ends = one("range").split(separator: ".").compactMap { Int($0) }
    range = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
    redAbove = Int(one("red-above"))
    missing = one("missing")
    replacements = all("redline").compactMap { line in
      guard let arrow = line.firstRange(of: " -> ") else { return nil }
      return (String(line[..<arrow.lowerBound]), String(line[arrow.upperBound...]))
    }
    insert = one("insert")
    fallback = one("fallback")
    impact = one("impact")
    escalation = one("escalate")
    isMustHave = one("must-have") == "yes"
  }

  static func all(_ playbook: String) -> [Position] { Text.sections(playbook).map(Position.init) }
}

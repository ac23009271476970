// What `--plain` asks of flags: the card in full, then a word on it, a level, a redline of one's own.

import ConsoleUI
import Domain
import GateKeeper
import Storage

extension PlainDesk {
  func flags() throws(RuntimeFault) -> [FindingRow] {
    try journalled { () throws(JournalFault) in try desk.store.findings(of: run) }
  }

  /// Flags without a word that a word would still change something of.
  func openFlags() throws(RuntimeFault) -> [FindingRow] {
    let copies = try RedlineDesk(actions).copies(of: run)
    return try flags().filter { row in
      guard row.wantsWord else { return false }
      guard !row.wording.isEmpty, let copy = copies[row.finding.document] else { return true }
      return SettledCopy.obstacle(copy, row, .keep) == nil || !Self.isSettled(copy)
    }
  }

  private static func isSettled(_ copy: StepSummary) -> Bool {
    [.kept, .performing, .done, .discarded, .failed, .undone].contains(copy.state)
  }

  /// A flag nobody has said a word on; false when there is none.
  mutating func flag() throws -> Bool {
    let rows = try openFlags()
    let left = rows.filter { !flagsLeft.contains($0.id) }
    guard let row = left.min(by: { ($0.level, $0.id) < ($1.level, $1.id) }) else { return false }
    let off = rows.count - left.count
    try ask(
      row, "\(rows.count) flag\(rows.count == 1 ? "" : "s") undecided\(off > 0 ? ", \(off) of them put off" : "").")
    return true
  }

  /// Any flag again, the GREEN ones too.
  mutating func anyFlag() throws {
    let rows = try flags().sorted { ($0.level, $0.id) < ($1.level, $1.id) }
    for (index, row) in rows.enumerated() {
      let word = row.mark == .undecided ? "" : row.mark == .keep ? ", yes" : ", no"
      Plain.print(Plain.safe("\(index + 1)  \(row.level.word) \(row.finding.clause), \(row.stem)\(word)"))
    }
    let text = try words("Number of the flag (Enter goes back)")
    guard let number = Int(text.filter { $0 != " " }), rows.indices.contains(number - 1) else { return }
    try ask(rows[number - 1], "The word that counts is the last one.")
  }

  private mutating func ask(_ row: FindingRow, _ question: String) throws {
    tell(row)
    let finding = row.finding
    let name = "“\(finding.clause)” in \(row.stem)"
    let copy = try RedlineDesk(actions).copies(of: run)[finding.document]
    let isLate =
      copy.map { !row.wording.isEmpty && SettledCopy.obstacle($0, row, .discard) != nil && Self.isSettled($0) } ?? false
    let place = try RedlineDesk(actions).place(of: row, in: run)
    let document = try steps([.done]).last { $0.kind == .fileRead && $0.target == finding.document }
    let choices = [
      row.hasRedline ? "keep the redline" : "agree with the flag",
      isLate ? nil : row.hasRedline ? "discard it, with a reason" : "disagree, with a reason",
      row.level.raised == row.level ? nil : "raise the level to \(row.level.raised.word)",
      row.level.lowered == row.level ? nil : "lower the level to \(row.level.lowered.word)",
      "later: skip it now",
      place?.lines.isEmpty == false ? "write its redline in your own words" : nil,
      document == nil ? nil : "read the document at the clause", "leave all flags that are left for later",
    ]
    switch try ask(question, numbered: choices) {
    case 0:
      try attempt("\(name), yes") { () throws(RuntimeFault) in
        try actions.markRedline(row, .keep, run: run, reason: "")
      }
      try follow()
    case 1:
      guard let (_, reason) = try reason(.flag) else { return }
      try attempt("\(name), no: \(reason)") { () throws(RuntimeFault) in
        try actions.markRedline(row, .discard, run: run, reason: reason)
      }
      try follow()
    case 2: try setLevel(row, row.level.raised, name)
    case 3: try setLevel(row, row.level.lowered, name)
    case 4: flagsLeft.insert(row.id)
    case 5: if let place { try write(place.step, place.lines, name) }
    case 6: if let document { try read(document, at: finding) }
    default: flagsLeft.formUnion(try openFlags().map(\.id))
    }
  }

  /// The clause with what stands around it; all of it on a wish.
  private func read(_ document: StepSummary, at finding: Finding) throws {
    let lines = try DeskReport(desk).step(StepAddress("\(run).\(document.number)")).1.lines
    let place = finding.firstLine - 6...finding.lastLine + 6
    let around = lines.filter { place.contains($0.number) }
    if finding.firstLine > 0, !around.isEmpty {
      for line in around { Plain.print("\(line.number)  \(Plain.safe(line.text))") }
      guard try ask("That is the clause.", ["go back to the flag", "read the whole document"]) == 2 else { return }
    }
    _ = try show(document)
  }

  private func tell(_ row: FindingRow) {
    let finding = row.finding
    let place = finding.firstLine == 0 ? "missing" : "lines \(finding.firstLine) to \(finding.lastLine)"
    Plain.print("\n" + Plain.safe("\(row.level.word) \(finding.clause), \(finding.document), \(place)"))
    let changed = row.humanLevel == nil ? "" : "by \(row.decidedBy), from \(finding.level.word): \(row.levelReason)"
    let word =
      row.mark == .undecided
      ? ""
      : "\(row.mark == .keep ? "yes" : "no") by \(row.redlineBy)\(row.markReason.isEmpty ? "" : ": \(row.markReason)")"
    for (name, text) in [
      ("Level changed", changed), ("Your team’s word", word), ("The clause says", finding.text),
      ("The agent says why", finding.why), ("Standard position", finding.standard),
      (row.isRewritten ? "Redline, in a person’s words" : "Suggested redline", row.wording),
      ("Fallback", finding.fallback), ("Business impact", finding.impact), ("Escalate to", finding.escalation),
    ] where !text.isEmpty { Plain.print(Plain.lines("\(name): \(text)")) }
  }

  private func setLevel(_ row: FindingRow, _ level: Finding.Level, _ name: String) throws {
    guard let (_, reason) = try reason(.level(isRaised: level < row.level)) else { return }
    try attempt("\(name) is \(level.word)") { () throws(RuntimeFault) in
      try actions.setLevel(row, level, run: run, reason: reason)
    }
    try follow()
  }

  /// A register that is there says it, too.
  private func follow() throws(RuntimeFault) {
    if let path = try Register.follow(desk, run) { Plain.print("Register: \(path)") }
  }

  /// The lines of a redline in its copy, and none of the rest.
  private func write(_ step: StepSummary, _ place: Range<Int>, _ name: String) throws {
    var lines = (try actions.editableText(step) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    guard place.upperBound <= lines.count, let words = try rewrite(lines[place].joined(separator: "\n")) else { return }
    lines.replaceSubrange(place, with: words.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    try attempt("your words for \(name), in its copy #\(step.number)") { () throws(RuntimeFault) in
      try actions.edit(step, text: lines.joined(separator: "\n"))
    }
  }
}

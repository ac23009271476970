// The register of contract flags: who said what of which flag and when, made by Ringi from its own records when a
// review is finished, never by an agent. It lies on the desk, outside every folder an agent can reach.

import AuditLog
import Domain
import GateKeeper
import Glibc
import Settings
import Storage

package enum Register {
  static let columns = [
    "matter", "run", "document", "clause", "lines", "level_by_agent", "level", "level_person", "level_time",
    "level_reason",
    "decision", "person", "time", "reason", "wording", "copy",
  ]

  /// Of the columns in a spreadsheet, in characters.
  private static let widths = [14, 6, 30, 24, 10, 10, 10, 14, 24, 40, 22, 14, 24, 40, 50, 34]

  /// The path of the CSV file, beside which the spreadsheet lies; nil when the run has no flags with a person's word.
  package static func write(_ desk: Desk, _ run: RunID) throws(RuntimeFault) -> String? {
    let (summary, flags) = try journalled { () throws(JournalFault) in
      (try desk.store.run(run), try desk.store.findings(of: run))
    }
    let copies = try RedlineDesk(DeskActions(desk)).copies(of: run)
    let maker = try DeskActions(desk).maker(run)
    var rewritten: Set<StepID> = []
    try journalled { () throws(JournalFault) in
      for copy in copies.values where try maker.isRewritten(copy) { rewritten.insert(copy.id) }
    }
    guard let summary,
      flags.contains(where: { !$0.decidedBy.isEmpty || copies[$0.finding.document]?.decidedBy.isEmpty == false })
    else { return nil }
    let matter = (try? WorkspaceLoader.load(summary.directory, desk: desk.directory))?.workspace.matter ?? ""
    // The mark of UTF-8 first: spreadsheets take a file without it for another encoding.
    let rows =
      [columns]
      + flags.map { flag in
        let copy = copies[flag.finding.document]
        let without = flags.count {
          $0.mark == .discard && $0.hasRedline && $0.finding.document == flag.finding.document
        }
        return row(
          flag, matter, run, copy, without: without, isRewritten: copy.map { rewritten.contains($0.id) } ?? false)
      }
    let text = "\u{FEFF}" + CSV.text(rows)
    let folder = "\(desk.directory)/registers"
    // One that somebody may have in hand is never overwritten: its digest is on the trail.
    var path = "\(folder)/run-\(run).csv"
    var version = 1
    while let earlier = Files.text(path) {
      if earlier == text { return path }
      version += 1
      path = "\(folder)/run-\(run)-\(version).csv"
    }
    guard Files.makeDirectory(folder, mode: 0o700), Files.write(Array(text.utf8), to: path, mode: 0o600) else {
      throw RuntimeFault(.fault, "`\(path)` can't be written")
    }
    // The same for a spreadsheet, beside it.
    let table = SpreadsheetFile.bytes(rows, widths: widths, name: "Flags of run \(run)")
    let sheet = "\(path.dropLast(4)).xlsx"
    guard Files.write(table, to: sheet, mode: 0o600) else { throw RuntimeFault(.fault, "`\(sheet)` can't be written") }
    try journalled { () throws(JournalFault) in
      for (file, digest) in [(path, Hashing.sha256(Array(text.utf8))), (sheet, Hashing.sha256(table))] {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        try desk.store.noteRegister(run, name, digest: digest, by: desk.person)
      }
    }
    return path
  }

  /// What was said later than a review stands in a new one: a level, a word, an undo.
  /// - Returns: the newest; nil where the run has none yet.
  @discardableResult
  static func follow(_ desk: Desk, _ run: RunID) throws(RuntimeFault) -> String? {
    let isOver = try journalled { () throws(JournalFault) in try desk.store.run(run)?.state.isOver == true }
    guard isOver || access("\(desk.directory)/registers/run-\(run).csv", F_OK) == 0 else { return nil }
    return try write(desk, run)
  }

  /// - Parameter without: how many redlines of the document were discarded.
  private static func row(
    _ flag: FindingRow, _ matter: String, _ run: RunID, _ copy: StepSummary?, without: Int, isRewritten: Bool
  ) -> [String] {
    let finding = flag.finding
    let isInCopy = copy.map { [.kept, .performing, .done].contains($0.state) } ?? false
    // Who keeps the copy and says nothing else keeps what is in it.
    let isKeptWithCopy = flag.mark == .undecided && isInCopy && flag.hasRedline
    let isDiscardedWithCopy = flag.mark == .undecided && copy?.state == .discarded && flag.hasRedline
    let decision: String =
      switch flag.mark {
      case .undecided where isDiscardedWithCopy: "redline discarded with its copy"
      case .undecided where isKeptWithCopy: "redline kept with its copy\(flag.isRewritten ? ", rewritten" : "")"
      case .undecided:
        flag.isRewritten
          ? "redline \(finding.redline.isEmpty ? "" : "re")written" : finding.level == .green ? "" : "undecided"
      case .keep:
        !flag.hasRedline || copy == nil
          ? "agreed"
          : !flag.isRewritten
            ? "redline kept"
            : flag.isInPart ? "redline kept in part" : "redline kept, \(finding.redline.isEmpty ? "" : "re")written"
      case .discard: flag.hasRedline && copy != nil ? "redline discarded" : "disagreed"
      }
    let isDropped = copy.map { !isInCopy && $0.state != .staged } ?? false
    // Where the redline was struck the copy has the clause as it was.
    let wording =
      isDropped || flag.mark == .undecided && !isInCopy
      ? "" : flag.mark == .discard ? isInCopy && flag.hasRedline ? finding.text : "" : flag.wording
    // An old desk keeps only the last word of both.
    let last = flag.decidedAt.map { FindingRow.Word(by: flag.decidedBy, at: $0) }
    let level = flag.humanLevel == nil ? nil : flag.levelWord ?? last
    // What became of the copy later than a word that was taken back is what counts.
    let isWithCopy = isKeptWithCopy || isDiscardedWithCopy
    let isSaid = flag.mark != .undecided || !flag.rewritten.isEmpty && !isWithCopy
    let own = isSaid ? flag.redlineWord ?? last : nil
    let word =
      own
      ?? (isWithCopy
        ? copy.flatMap { copy in copy.decidedAt.map { .init(by: copy.decidedBy, at: $0) } } : nil)
    return [
      matter, run.description, finding.document, finding.clause,
      finding.firstLine == 0 ? "missing" : "\(finding.firstLine)-\(finding.lastLine)", finding.level.word,
      flag.level.word, level?.by ?? "", level?.at.rfc3339 ?? "", flag.levelReason, decision, word?.by ?? "",
      word?.at.rfc3339 ?? "", isWithCopy ? "" : flag.markReason, joined(wording),
      !flag.hasRedline
        ? ""
        : copy.map {
          "\($0.target): \(Words.ofCopy($0))\(isInCopy && without > 0 ? ", without \(without) redline\(without == 1 ? "" : "s")" : "")\(isRewritten ? ", with changes that people made in it" : "")"
        } ?? "none",
    ]
  }

  /// In one line; between letters of a script that has no blanks none is put.
  private static func joined(_ text: String) -> String {
    text.split(separator: "\n").reduce(into: "") { out, line in
      let isWide = (out.unicodeScalars.last?.value ?? 0) >= 0x2E80 && (line.unicodeScalars.first?.value ?? 0) >= 0x2E80
      out += (out.isEmpty || isWide ? "" : " ") + line
    }
  }

  private enum Words {
    static func ofCopy(_ step: StepSummary) -> String {
      switch step.state {
      case .kept, .performing, .done: "kept"
      case .staged: "not decided"
      case .discarded where !step.reason.isEmpty: "discarded: \(step.reason)"
      default: step.state.rawValue
      }
    }
  }
}

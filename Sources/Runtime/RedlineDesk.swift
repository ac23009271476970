// What ties a flag to the papers made from it: the change of the redlined copy that is its redline, memos that give its
// level, messages that name its clause. A word on one of them is a word on the others.

import AuditLog
import Domain
import EffectPreview
import GateKeeper
import Storage
import TextDiff

struct RedlineDesk {
  private let actions: DeskActions
  private var store: DeskStore { actions.store }
  private var person: Person { actions.desk.person }

  init(_ actions: DeskActions) { self.actions = actions }

  /// A prepared copy of a document as its difference from that document.
  private struct Copy {
    let step: StepSummary
    let diff: LineDiff

    /// The changes that are a flag's redline: those on the clause's lines, or, where the clause is missing, with its
    /// words.
    func changes(of row: FindingRow) -> Set<Int> {
      guard !row.finding.redline.isEmpty else { return [] }
      if row.finding.firstLine > 0 {
        let clause = row.finding.firstLine - 1..<max(row.finding.firstLine, row.finding.lastLine)
        return Set(
          diff.changes.indices.filter { index in
            let range = diff.changes[index].oldRange
            return range.isEmpty
              ? clause.dropFirst().contains(range.lowerBound) : range.overlaps(clause)
          })
      }
      let lines = Set(row.wording.split(separator: "\n").map { Array($0.utf8) })
      return Set(
        diff.changes.indices.filter { index in
          diff.changes[index].newRange.contains { lines.contains(Array(diff.new.content($0))) }
        })
    }

    /// What stands in the clause's place: its lines with the changes made.
    func words(of row: FindingRow) -> String {
      let own = changes(of: row)
      guard row.finding.firstLine > 0, row.finding.lastLine <= diff.old.count else {
        return own.sorted().map { text(diff.changes[$0].newRange) }.joined(separator: "\n")
      }
      var (out, line) = ([String](), row.finding.firstLine - 1)
      for index in own.sorted() {
        let change = diff.changes[index]
        while line < change.oldRange.lowerBound {
          out.append(String(decoding: diff.old.content(line), as: UTF8.self))
          line += 1
        }
        if !change.newRange.isEmpty { out.append(text(change.newRange)) }
        line = max(line, change.oldRange.upperBound)
      }
      while line < row.finding.lastLine {
        out.append(String(decoding: diff.old.content(line), as: UTF8.self))
        line += 1
      }
      // The heading is no word of the clause.
      if out.first?.hasPrefix("#") ?? false { out.removeFirst() }
      return out.joined(separator: "\n")
    }

    private func text(_ range: Range<Int>) -> String {
      range.map { String(decoding: diff.new.content($0), as: UTF8.self) }.joined(separator: "\n")
    }

    func firstLine(_ changes: Set<Int>) -> Int { changes.min().map { diff.changes[$0].newRange.lowerBound } ?? 0 }
  }

  private func copy(_ step: StepSummary) throws(JournalFault) -> Copy? {
    guard let basis = step.basis, [.fileCreate, .fileEdit].contains(step.kind) else { return nil }
    let effect = (try? Action(canonicalBytes: try store.action(of: step.id).bytes))?.effect
    guard let content = effect?.newContent, let old = try store.load(basis), let new = try store.load(content.digest)
    else { return nil }
    return Copy(step: step, diff: LineDiff(old: old, new: new))
  }

  /// The flags of the document that a copy repeats.
  private func flags(on copy: Copy, _ maker: StepMaker) throws(JournalFault) -> [FindingRow] {
    let rows = try store.findings(of: copy.step.run)
    let documents = Set(rows.map(\.finding.document)).filter { name in
      guard let path = maker.scopes.locate(Array(name.utf8)), let now = try? maker.scopes.read(path) else {
        return copy.step.target == name
      }
      return Hashing.sha256(now.bytes) == copy.step.basis || copy.step.target == name
    }
    return rows.filter { documents.contains($0.finding.document) }
  }

  /// The prepared copy that holds a redline, which of its changes it is, and the line it begins at.
  func place(
    of row: FindingRow, in run: RunID
  ) throws(RuntimeFault) -> (step: StepSummary, changes: Set<Int>, line: Int)? {
    let maker = try actions.maker(run)
    return try journalled { () throws(JournalFault) in
      for step in try store.steps(of: run, in: [.staged]) {
        guard let copy = try copy(step), try flags(on: copy, maker).contains(where: { $0.id == row.id }) else {
          continue
        }
        let changes = copy.changes(of: row)
        if !changes.isEmpty { return (step, changes, copy.firstLine(changes)) }
      }
      return nil
    }
  }

  /// The last copy of each document with flags, whatever became of it.
  func copies(of run: RunID) throws(RuntimeFault) -> [String: StepSummary] {
    let maker = try actions.maker(run)
    return try journalled { () throws(JournalFault) in
      var out: [String: StepSummary] = [:]
      for step in try store.steps(of: run, in: [.staged, .kept, .performing, .done, .discarded, .failed]) {
        guard let copy = try copy(step) else { continue }
        for row in try flags(on: copy, maker) { out[row.finding.document] = step }
      }
      return out
    }
  }

  /// A flag's word on its redline; the change of the copy goes with it.
  func mark(_ row: FindingRow, _ mark: Mark, reason: String, in run: RunID) throws(RuntimeFault) {
    let place = try place(of: row, in: run)
    // An earlier no is not forgotten by a later yes.
    let isTurned = mark == .keep && row.mark == .discard
    let reason = isTurned ? "after it was discarded by \(row.decidedBy): \(row.markReason)" : reason
    try journalled { () throws(JournalFault) in
      try store.markRedline(row.id, mark, reason: reason, by: person)
      if let place {
        let old = place.step.discardedChanges
        let discarded = mark == .discard ? old.union(place.changes) : old.subtracting(place.changes)
        try store.mark(place.step.id, place.step.mark, discarding: discarded)
      }
      if mark == .discard { try warn(row, "discarded the redline of", run) }
    }
  }

  func setLevel(_ row: FindingRow, _ level: Finding.Level, reason: String, in run: RunID) throws(JournalFault) {
    try store.setLevel(row.id, level, reason: reason, by: person)
    try warn(row, "changed from \(row.level.word) to \(level.word):", run)
  }

  /// A change left out of a copy in the review, or taken in again, is the word on its redline.
  func follow(_ step: StepSummary, _ changes: Set<Int>) throws(JournalFault) {
    let turned = step.discardedChanges.symmetricDifference(changes)
    guard !turned.isEmpty, let copy = try copy(step), let maker = try? actions.maker(step.run) else { return }
    for row in try flags(on: copy, maker) {
      let own = copy.changes(of: row)
      guard !own.isDisjoint(with: turned) else { continue }
      let out = own.intersection(changes).count
      let words =
        out == 0
        ? "taken in again in the review"
        : out == own.count ? "left out in the review" : "\(out) of its \(own.count) changes left out in the review"
      try store.markRedline(row.id, out == own.count ? .discard : .keep, reason: words, by: person)
    }
  }

  /// Which words stand for each flag in a copy, and whether they are left out of it.
  func changes(of step: StepSummary) throws(JournalFault) -> [(row: FindingRow, words: String, isOut: Bool)] {
    guard let copy = try copy(step), let maker = try? actions.maker(step.run) else { return [] }
    return try flags(on: copy, maker).compactMap { row in
      let own = copy.changes(of: row)
      return own.isEmpty ? nil : (row, copy.words(of: row), own.isSubset(of: step.discardedChanges))
    }
  }

  /// After a person's edit: what was rewritten is noted on its flag, and what was left out stays left out.
  func keep(_ held: [(row: FindingRow, words: String, isOut: Bool)], in step: StepID) throws(JournalFault) {
    guard !held.isEmpty, let now = try store.step(step), let copy = try copy(now) else { return }
    var discarded = Set<Int>()
    for (row, words, isOut) in held {
      if isOut { discarded.formUnion(copy.changes(of: row)) }
      let written = copy.words(of: row)
      if written != words { try store.rewrite(row.id, written, by: person) }
    }
    if !discarded.isEmpty { try store.mark(step, .undecided, discarding: discarded) }
  }

  /// Memos that go on disk with a level the agent has not heard of say so in their first lines.
  func noteLevels(on kept: [StepSummary], _ maker: StepMaker) throws(JournalFault) {
    guard let run = kept.first?.run else { return }
    let untold = try store.untoldLevels(of: run)
    for step in kept where step.basis == nil && step.kind == .fileCreate && step.target.hasSuffix(".md") {
      let name = step.target.split(separator: "/").last ?? ""
      let lines = untold.filter { !$0.stem.isEmpty && name.hasPrefix($0.stem) }.map { row in
        "> \(row.finding.clause): level changed by \(row.decidedBy), \(row.finding.level.word) to \(row.level.word): \(row.levelReason)\n"
      }
      guard !lines.isEmpty, let text = try maker.editableText(step) else { continue }
      guard let effect = try maker.edited(step, lines.joined() + "\n" + text) else { continue }
      try actions.gate.move([
        Transition(
          step: step.id, event: .revise, actor: .person(person), reasonCode: "level-noted",
          reason: "with the levels changed by people", revised: try maker.revised(step, as: effect))
      ])
    }
  }

  /// Messages that still ask for what a person has just changed say so on their docket, and wait again.
  private func warn(_ row: FindingRow, _ deed: String, _ run: RunID) throws(JournalFault) {
    guard let maker = try? actions.maker(run) else { return }
    let warning = "\(person.name) \(deed) “\(row.finding.clause)” in \(row.stem) after this was written"
    for step in try store.steps(of: run, in: [.waiting, .staged])
    where [.mailSend, .mailDraft, .chatSend].contains(step.kind) && !step.isRelayed {
      guard let bytes = try store.previewBytes(of: step.id), let preview = try? Preview(bytes: bytes) else { continue }
      let text = ([step.claims.title, step.claims.reason] + preview.lines.map(\.text)).joined(separator: "\n")
      guard text.contains(row.finding.clause), text.contains(row.stem) else { continue }
      let earlier = step.reach.warnings.filter { $0.contains("after this was written") && $0 != warning }
      let new = try maker.changing(try maker.revised(step)) {
        $0.reach.warnings.insert(contentsOf: [warning] + earlier, at: 0)
      }
      try actions.gate.move([
        Transition(
          step: step.id, event: .revise, actor: .person(person), reasonCode: "flag-changed",
          reason: "a flag it names was changed", revised: new)
      ])
      // A mark in the review is a person's; what was marked is shown again with its warning.
    }
  }
}

extension DeskActions {
  package func setLevel(_ row: FindingRow, _ level: Finding.Level, run: RunID, reason: String) throws(RuntimeFault) {
    let flags = RedlineDesk(self)
    try journalled { () throws(JournalFault) in try flags.setLevel(row, level, reason: reason, in: run) }
  }

  package func markRedline(_ row: FindingRow, _ mark: Mark, run: RunID, reason: String) throws(RuntimeFault) {
    try RedlineDesk(self).mark(row, mark, reason: reason, in: run)
  }
}

// What ties a flag to the papers made from it: the change of the redlined copy that is its redline, memos that give its
// level, messages that name its clause. A word on one of them is a word on the others.

import AuditLog
import ConsoleUI
import Domain
import EffectPreview
import GateKeeper
import Storage
import TextDiff

struct RedlineDesk {
  let actions: DeskActions
  var store: DeskStore { actions.store }
  var person: Person { actions.desk.person }

  init(_ actions: DeskActions) { self.actions = actions }

  /// A prepared copy of a document as its difference from that document.
  private struct Copy {
    let step: StepSummary
    let diff: LineDiff

    /// The changes that are a flag's redline: those on the clause's lines, or, where the clause is missing, with its
    /// words.
    func changes(of row: FindingRow) -> Set<Int> {
      guard row.hasRedline else { return [] }
      if row.finding.firstLine > 0 { return onLines(of: row) }
      let lines = Set(row.wording.split(separator: "\n").map { Array($0.utf8) })
      return Set(
        diff.changes.indices.filter { index in
          diff.changes[index].newRange.contains { lines.contains(Array(diff.new.content($0))) }
        })
    }

    /// The changes on the clause's lines, whoever's they are: another flag's redline may stand there.
    func onLines(of row: FindingRow) -> Set<Int> {
      guard row.finding.firstLine > 0 else { return [] }
      let clause = row.finding.firstLine - 1..<max(row.finding.firstLine, row.finding.lastLine)
      return Set(
        diff.changes.indices.filter { index in
          let range = diff.changes[index].oldRange
          return range.isEmpty
            ? clause.dropFirst().contains(range.lowerBound) : range.overlaps(clause)
        })
    }

    /// A person may write a redline for it: nobody has, and nothing else changes its lines.
    func isFree(_ row: FindingRow) -> Bool {
      !row.hasRedline && row.finding.firstLine > 0 && onLines(of: row).isEmpty
    }

    /// What stands in the clause's place: its lines with the changes made.
    /// - Parameter out: changes that are left out of it.
    func words(of row: FindingRow, without out: Set<Int> = []) -> String {
      let own = (row.hasRedline ? changes(of: row) : onLines(of: row)).subtracting(out)
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

    /// Where a redline begins in the copy; one that was not written yet begins at its clause's first words.
    func firstLine(_ row: FindingRow, _ changes: Set<Int>) -> Int {
      if let first = changes.min() { return diff.changes[first].newRange.lowerBound }
      var line = row.finding.firstLine - 1
      // The heading is no word of the clause.
      while line + 1 < min(row.finding.lastLine, diff.old.count),
        diff.old.content(line).first ?? UInt8(ascii: "#") == UInt8(ascii: "#")
      { line += 1 }
      return diff.changes.last { $0.oldRange.upperBound <= line }.map {
        line - $0.oldRange.upperBound + $0.newRange.upperBound
      } ?? line
    }
  }

  private func copy(_ step: StepSummary) throws(JournalFault) -> Copy? {
    guard let basis = step.basis, [.fileCreate, .fileEdit].contains(step.kind) else { return nil }
    let effect = (try? Action(canonicalBytes: try store.action(of: step.id).bytes))?.effect
    guard let content = effect?.newContent, let old = try store.load(basis), let new = try store.load(content.digest)
    else { return nil }
    return Copy(step: step, diff: LineDiff(old: old, new: new))
  }

  /// The flags of the document that a copy repeats.
  private func flags(on copy: Copy) throws(JournalFault) -> [FindingRow] {
    let rows = try store.findings(of: copy.step.run)
    let shown = try store.previewBytes(of: copy.step.id).flatMap { try? Preview(bytes: $0) }
    // A new file says what it repeats; an agent may also change the document itself.
    let document = copy.step.kind == .fileCreate ? shown?.repeated ?? "" : copy.step.target
    return rows.filter { $0.finding.document == document }
  }

  /// The prepared copy that holds a redline, which of its changes it is, the line it begins at, and those it takes there.
  func place(
    of row: FindingRow, in run: RunID
  ) throws(RuntimeFault) -> (step: StepSummary, changes: Set<Int>, line: Int, lines: Range<Int>)? {
    try journalled { () throws(JournalFault) in
      for step in try store.steps(of: run, in: [.staged]) {
        guard let copy = try copy(step), try flags(on: copy).contains(where: { $0.id == row.id }) else {
          continue
        }
        let changes = copy.changes(of: row)
        guard !changes.isEmpty || copy.isFree(row) else { continue }
        let line = copy.firstLine(row, changes)
        let end = changes.map { copy.diff.changes[$0].newRange.upperBound }.max() ?? line
        return (step, changes, line, line..<max(line, end))
      }
      return nil
    }
  }

  /// States in which a step is a copy that somebody can say a word on, or could.
  private static let states: [StepState] = [.staged, .kept, .performing, .done, .discarded, .failed, .undone]

  static func isCopy(_ step: StepSummary) -> Bool { states.contains(step.state) }

  /// The document that a step repeats with redlines; nil where it is no such copy.
  func document(copiedBy step: StepSummary) throws(RuntimeFault) -> String? {
    try journalled { () throws(JournalFault) in
      guard let copy = try copy(step) else { return nil }
      return try flags(on: copy).first { isRedlined($0, in: copy) }?.finding.document
    }
  }

  /// A change of the document that touches no flag, as a hold notice does, is no copy with redlines.
  private func isRedlined(_ row: FindingRow, in copy: Copy) -> Bool {
    copy.step.kind == .fileCreate || !copy.changes(of: row).isEmpty
  }

  /// The last copy of each document with flags, whatever became of it.
  func copies(of run: RunID) throws(RuntimeFault) -> [String: StepSummary] {
    try journalled { () throws(JournalFault) in
      var out: [String: StepSummary] = [:]
      for step in try store.steps(of: run, in: Self.states) {
        guard let copy = try copy(step) else { continue }
        for row in try flags(on: copy) where isRedlined(row, in: copy) {
          if out[row.finding.document]?.kind != .fileCreate || step.kind == .fileCreate {
            out[row.finding.document] = step
          }
        }
      }
      return out
    }
  }

  /// A flag's word on its redline; the change of the copy goes with it.
  func mark(_ row: FindingRow, _ mark: Mark, reason: String, in run: RunID) throws(RuntimeFault) {
    let place = try place(of: row, in: run)
    let copy = place == nil && row.hasRedline ? try copies(of: run)[row.finding.document] : nil
    if let copy, let why = SettledCopy.obstacle(copy, row, mark) { throw RuntimeFault(.refused, why) }
    // The same yes once more says nothing.
    if mark == .keep, row.mark == .keep, !row.isInPart { return }
    // Without a copy there is nothing to keep it in.
    let isInCopy = place != nil && row.hasRedline || copy != nil
    // An earlier no is not forgotten by a later yes.
    let isTurned = mark == .keep && row.mark == .discard
    let reason = isTurned ? "after it was discarded by \(row.redlineBy): \(row.markReason)" : reason
    try journalled { () throws(JournalFault) in
      try store.markRedline(
        row.id, mark, hasRedline: isInCopy, isWhole: mark != .discard && row.isInPart,
        reason: reason, by: person)
      if let place {
        let old = place.step.discardedChanges
        let discarded = mark == .discard ? old.union(place.changes) : old.subtracting(place.changes)
        if discarded != old {
          // What was looked at before was another form of it.
          let painted = place.step.markPainted
          let shown = painted.isEmpty || painted.hasSuffix(Self.byFlag) ? painted : painted + Self.byFlag
          try store.mark(
            [ReviewMark(place.step.id, place.step.mark, discarding: discarded, painted: shown)], by: person)
        }
      }
      try tell(.redline, on: row.id, run, besides: place?.step.id)
    }
  }

  func setLevel(_ row: FindingRow, _ level: Finding.Level, reason: String, in run: RunID) throws(JournalFault) {
    // The way there stays readable, also where it leads back.
    // Each step of it with its level, the first one too.
    let isFirst = !row.levelReason.contains("; then ")
    let earlier = isFirst ? "\(row.level.word): \(row.levelReason)" : row.levelReason
    let history = row.levelReason.isEmpty ? reason : "\(earlier); then \(level.word): \(reason)"
    try store.setLevel(row.id, level, reason: history, by: person)
    try tell(.level, on: row.id, run)
  }

  /// A change left out of a copy in the review, or taken in again, is the word on its redline.
  /// - Parameter reason: why; nil or empty where nobody said.
  func follow(_ step: StepSummary, _ changes: Set<Int>, reason: String? = nil) throws(JournalFault) {
    let turned = step.discardedChanges.symmetricDifference(changes)
    let hasReason = reason.map { !$0.isEmpty } ?? false
    guard !turned.isEmpty || hasReason, let copy = try copy(step) else { return }
    for row in try flags(on: copy) {
      let own = copy.changes(of: row)
      // A reason is that of all that is out and has none yet.
      let isUnsaid = hasReason && row.markReason.hasPrefix("(") && !own.isDisjoint(with: changes)
      guard !own.isDisjoint(with: turned) || isUnsaid else { continue }
      let left = copy.words(of: row, without: changes)
      // Nothing is left of it when the clause reads as it did, whatever else on its lines stays in.
      let isBack = row.finding.firstLine > 0 && Self.squeezed(left) == Self.squeezed(row.finding.text)
      let out = isBack ? own.count : own.intersection(changes).count
      let words =
        out == 0
        ? "taken in again in the review"
        : out == own.count ? "left out in the review" : "\(out) of its \(own.count) \(FindingRow.leftOut)"
      let said = reason.flatMap { $0.isEmpty || out == 0 ? nil : "\($0) (\(words))" } ?? "(\(words))"
      try store.markRedline(row.id, out == own.count ? .discard : .keep, reason: said, by: person)
      // What is kept in part is neither the agent's words nor the clause's.
      if out > 0, out < own.count { try store.rewrite(row.id, left, isPart: true, by: person) }
      try tell(.redline, on: row.id, step.run, besides: step.id)
    }
  }

  /// Words without regard to how their lines are broken.
  private static func squeezed(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

  /// Which words stand for each flag in a copy, and whether they are left out of it.
  func changes(of step: StepSummary) throws(JournalFault) -> [(row: FindingRow, words: String, isOut: Bool)] {
    guard let copy = try copy(step) else { return [] }
    return try flags(on: copy).compactMap { row in
      let own = copy.changes(of: row)
      guard !own.isEmpty || copy.isFree(row) else { return nil }
      return (row, copy.words(of: row), !own.isEmpty && own.isSubset(of: step.discardedChanges))
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
    if !discarded.isEmpty { try store.mark([ReviewMark(step, .undecided, discarding: discarded)], by: person) }
  }

  /// What people have already said of flags that a new message still names; for its docket.
  /// - Parameter isMessage: false for a file, of which only what the agent has not heard is said.
  static func said(
    of run: RunID, in text: String, isMessage: Bool, _ store: DeskStore
  ) throws(JournalFault) -> [String] {
    let rows = try store.findings(of: run)
    let stems = Set(rows.map(\.stem))
    return rows.filter { row in
      (isMessage || !row.isTold && row.isRelevelled)
        && (row.humanLevel != nil || row.mark == .discard) && names(row, in: text, among: stems)
    }.map { row in
      let deed =
        row.mark == .discard
        ? "\(row.redlineBy) said no to" : "\(row.levelBy) changed to \(row.level.word)"
      return "\(deed) “\(row.finding.clause)” in \(row.stem), which this names"
    }
  }

  /// What the record says of a copy whose change went with the word on its flag.
  private static let byFlag = ", then changed by its flag"

  /// A text names a flag: its document and its clause in one line, or anywhere, where it is about no other document.
  static func names(_ row: FindingRow, in text: String, among stems: Set<String>) -> Bool {
    guard text.contains(row.stem), text.contains(row.finding.clause) else { return false }
    let isAlone = !stems.contains { $0 != row.stem && !$0.isEmpty && text.contains($0) }
    return isAlone
      || text.split(whereSeparator: \.isNewline).contains { $0.contains(row.stem) && $0.contains(row.finding.clause) }
  }

  /// How a warning ends of what a person said later than the words it is about.
  static let afterwards = " after this was written"

  /// What follows a flag's place in the warnings that come from words on it.
  static func place(_ row: FindingRow) -> String { "“\(row.finding.clause)” in \(row.stem)\(afterwards)" }

  private enum Word { case level, redline }

  /// What a message that was written before the last word on a flag has to say of it; nil where the flag stands as the
  /// agent had it.
  private static func warning(of row: FindingRow, _ word: Word) -> String? {
    switch word {
    case .level:
      guard row.isRelevelled, let level = row.humanLevel else { return nil }
      return "\(row.levelBy)\(changed)\(row.finding.level.word) to \(level.word): \(place(row))"
    case .redline:
      guard row.mark == .discard else { return nil }
      return
        "\(row.redlineBy) \(row.hasRedline ? "discarded the redline of" : "disagreed with the flag on") \(place(row))"
    }
  }

  private static let changed = " changed from "

  /// Messages that still ask for what a person has just changed say so on their docket, and wait again; what is true of the
  /// flag no more, they say no more.
  /// - Parameter besides: the copy itself, which is without the redline now; a new revision would take that back.
  private func tell(
    _ word: Word, on flag: Int64, _ run: RunID, besides: StepID? = nil
  ) throws(JournalFault) {
    guard let maker = try? actions.maker(run), let row = try store.findings(of: run).first(where: { $0.id == flag })
    else { return }
    let stems = Set(try store.findings(of: run).map(\.stem))
    let said = Self.warning(of: row, word)
    let messages: Set<ActionKind> = [.mailSend, .mailDraft, .chatSend]
    for step in try store.steps(of: run, in: [.waiting, .staged, .approved]) where !step.isRelayed && step.id != besides
    {
      // What is approved for later waits again: it was approved with the words of before. Copies and memos have their own
      // ways to follow.
      guard step.state != .approved || step.dueAt != nil,
        messages.contains(step.kind) || step.kind == .fileEdit
          || step.kind == .fileCreate && step.basis == nil && !step.target.hasSuffix(".md")
      else { continue }
      guard let bytes = try store.previewBytes(of: step.id), let preview = try? Preview(bytes: bytes) else { continue }
      let text = ([step.target, step.claims.title, step.claims.reason] + preview.lines.map(\.text)).joined(
        separator: "\n")
      guard Self.names(row, in: text, among: stems) else { continue }
      let isOfWord = { (warning: String) in
        warning.hasSuffix(Self.place(row)) && warning.contains(Self.changed) == (word == .level)
      }
      guard step.reach.warnings.filter(isOfWord) != (said.map { [$0] } ?? []) else { continue }
      let new = try maker.changing(try maker.revised(step)) {
        $0.reach.warnings.removeAll(where: isOfWord)
        if let said { $0.reach.warnings.insert(said, at: 0) }
      }
      let news = said?.replacing(Self.afterwards, with: "")
      try actions.gate.move([
        Transition(
          step: step.id, event: .revise, actor: .performer, reasonCode: "flag-changed",
          reason: news.map { "\($0), which it names" }
            ?? "a word on “\(row.finding.clause)” in \(row.stem), which it names, was taken back", revised: new)
      ])
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

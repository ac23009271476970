// Memos that go on disk with what people said and the agent has not heard say so in their first lines.

import Domain
import GateKeeper
import Storage

extension RedlineDesk {
  private static let heads = (
    level: ": level changed by ", reworded: ": redline reworded by ",
    written: ": redline written by ", part: ": redline kept in part by ",
    discarded: ": redline discarded by ", disagreed: ": disagreed with by "
  )

  /// - Parameter hasAgent: it will hear of changed levels, and revises its memos itself; one that says so already was
  ///   to be kept, and goes on saying it, or each look would turn it over.
  /// - Returns: those that say something else on top only now: they are to be looked at again.
  func noteLevels(
    on kept: [StepSummary], _ maker: StepMaker, hasAgent: Bool = false
  ) throws(JournalFault) -> [StepNumber] {
    guard let run = kept.first?.run else { return [] }
    var noted: [StepNumber] = []
    let untold = try store.untoldLevels(of: run).filter(\.isRelevelled)
    // A discarded redline is never told to the agent: only the copy is without it.
    let decided = try store.findings(of: run).filter { $0.mark == .discard || !$0.rewritten.isEmpty }
    let memos = Set(
      try store.steps(of: run).steps.filter { $0.kind == .fileCreate && $0.basis == nil }.map(\.target))
    // A memo that the agent revises is an edit of one.
    for step in kept where Self.isMemo(step) && (step.kind == .fileCreate || memos.contains(step.target)) {
      let name = step.target.split(separator: "/").last ?? ""
      guard let text = try maker.editableText(step) else { continue }
      let said = Self.parts(text)
      let words = decided.filter { !$0.stem.isEmpty && name.hasPrefix($0.stem) }.map(Self.word)
      // Where something is said at all, all of it is.
      let isLeft = hasAgent && words.isEmpty && !said.notes.contains { $0.contains(Self.heads.level) }
      let levels = isLeft ? [] : untold.filter { !$0.stem.isEmpty && name.hasPrefix($0.stem) }
      let lines =
        levels.map { row in
          "> \(row.finding.clause)\(Self.heads.level)\(row.levelBy), \(row.finding.level.word) to \(row.level.word): \(row.levelReason)\n"
        } + words
      // What was said there before is said anew: some of it may not be true any more.
      let new = (lines.isEmpty ? "" : lines.joined() + "\n") + said.own
      guard new != text, let effect = try maker.edited(step, new) else { continue }
      try actions.gate.move([
        Transition(
          step: step.id, event: .revise, actor: .performer, reasonCode: "level-noted",
          reason: "with what people said of its flags", revised: try maker.revised(step, as: effect))
      ])
      noted.append(step.number)
    }
    return noted
  }

  private static func isMemo(_ step: StepSummary) -> Bool {
    step.target.hasSuffix(".md") && (step.kind == .fileCreate && step.basis == nil || step.kind == .fileEdit)
  }

  private static func word(_ row: FindingRow) -> String {
    let clause = "> \(row.finding.clause)"
    guard row.mark == .discard else {
      let head = row.isInPart ? heads.part : row.finding.redline.isEmpty ? heads.written : heads.reworded
      return "\(clause)\(head)\(row.redlineBy)\(row.isInPart ? ": \(row.markReason)" : "")\n"
    }
    let head = row.hasRedline ? heads.discarded : heads.disagreed
    return "\(clause)\(head)\(row.redlineBy): \(row.markReason)\n"
  }

  /// A memo as the lines that Ringi has put before it, and its own.
  private static func parts(_ text: String) -> (notes: [Substring], own: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    var said: [Substring] = []
    let signs = [heads.level, heads.reworded, heads.written, heads.part, heads.discarded, heads.disagreed]
    while true {
      let notes = lines.prefix { line in line.hasPrefix("> ") && signs.contains { line.contains($0) } }
      guard !notes.isEmpty, lines.dropFirst(notes.count).first?.isEmpty == true else {
        return (said, lines.joined(separator: "\n"))
      }
      said += notes
      lines = lines.dropFirst(notes.count + 1)
    }
  }
}

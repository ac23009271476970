// Questions with a list of what they will do: the end of a review, and a yes to many.

import CellScreen
import Domain

extension OverlayView {
  static func finish(_ model: Model, _ frame: inout Frame) {
    dialog(
      model, "Finish the review?", finishLines(model),
      "Enter or \(model.keymap.name(.approve)) finish · Esc back, every mark is kept",
      &frame)
  }

  static func finishLines(_ model: Model) -> [[Span]] {
    let list = model.prepared
    let kept = list.filter { $0.mark == .keep }
    let discarded = list.filter { $0.mark == .discard }
    let left = list.count { $0.mark == .undecided }
    let (yes, no) = model.isASCII ? ("v", "x") : ("✓", "✗")
    var lines: [[Span]] = [
      [Span("files: together, all or nothing · calls: one by one · drafts: saved, not sent", .dim)], [Span("", .text)],
    ]
    if !model.writtenFolders.isEmpty, kept.contains(where: \.kind.isFile) {
      lines.append([Span("into \(model.writtenFolders)", .dim)])
    }
    if let run = model.run, run.view != .none,
      !run.failureWords.isEmpty || run.lostItsHost || run.isStopped
    {
      let why = run.failureWords.isEmpty ? "its program did not end by itself" : run.failureWords
      lines.append([Span("\(why): what it wrote last may be half of it", .warning)])
    }
    if kept.contains(where: { $0.kind == .folderRemove }) {
      lines.append([Span("a folder in which something still is stays, and stays in the review", .dim)])
    }
    // A long list is read to its end; what it comes to stands before it.
    if kept.count + discarded.count > 6 || left > 0 {
      lines.append([
        Span("\(kept.count) kept", .good), Span(" · \(discarded.count) discarded", discarded.isEmpty ? .dim : .danger),
        Span(" · \(left) undecided", left > 0 ? .warning : .dim),
      ])
      lines.append([Span("", .text)])
    }
    lines.append([Span("\(kept.count) kept", .good), Span("  \(ReviewView.totals(kept))", .dim)])
    for step in kept {
      let count = step.discardedChanges.count
      let without = count == 0 ? "" : " (without \(count) of its changes)"
      let careful = step.reach.warnings.isEmpty ? "" : model.isASCII ? "! " : "⚠ "
      lines.append([
        Span("  \(yes) ", .text), Span(careful, .warning), Span("\(step.targetInLists)\(without)", .text),
      ])
      // What is compared with a document is its copy, no memo.
      let unheard = step.basis == nil && step.target.hasSuffix(".md") ? model.allUnheard(of: step) : []
      for row in unheard {
        lines.append([
          Span("      “\(row.finding.clause)” was changed by \(row.levelBy): a memo says so on top", .warning)
        ])
      }
    }
    lines.append([Span("\(discarded.count) discarded", discarded.isEmpty ? .dim : .danger)])
    lines += discarded.map { step in
      [Span("  \(no) \(step.targetInLists)\(step.markReason.isEmpty ? "" : ": \(step.markReason)")", .dim)]
    }
    // Of a flag that was lowered to GREEN as well: what is in a copy goes with it. Where none is kept none goes anywhere.
    let redlines = model.findings.count { $0.mark == .undecided && model.hasCopy($0) }
    if redlines > 0, kept.contains(where: { $0.basis != nil }) {
      lines.append([
        Span(
          "\(redlines) redline\(redlines == 1 ? "" : "s") without a word of yours: \(redlines == 1 ? "it goes" : "they go") into the kept copies as the agent wrote \(redlines == 1 ? "it" : "them")",
          .warning)
      ])
    }
    if left > 0 { lines.append([Span("\(left) undecided stay\(left == 1 ? "s" : "") in the review", .warning)]) }
    return lines
  }

  static func bulk(_ model: Model, _ ids: [StepID], _ frame: inout Frame) {
    let verb = model.view == .review ? "Keep" : "Approve"
    dialog(
      model, "\(verb) these \(ids.count)?", bulkLines(model, ids),
      "\(model.keymap.name(.approve)) \(verb.lowercased()) \(ids.count) · Esc back", &frame)
  }

  static func bulkLines(_ model: Model, _ ids: [StepID]) -> [[Span]] {
    let left = model.view == .review ? model.prepared.filter { $0.mark == .undecided && !$0.canBeKeptWithOthers } : []
    let clashes = left.count(where: \.isClash)
    var lines = [[Span("One record is written for each.", .dim)]]
    if clashes > 0 {
      lines.append([Span("\(clashes) that clash with somebody’s change are left out: one by one only.", .warning)])
    }
    if left.count > clashes {
      lines.append([
        Span("\(left.count - clashes) that call another system for good are left out: one by one only.", .warning)
      ])
    }
    return lines
      + ids.compactMap { model.steps[$0] }.flatMap { step in
        let item = [
          Span("  #\(step.number) ", .dim),
          Span(step.reach.warnings.isEmpty ? "" : model.isASCII ? "! " : "⚠ ", .warning),
          Span("\(step.kind.verb) \(step.targetInLists)", .text),
          Span(step.discardedChanges.isEmpty ? "" : " (without \(step.discardedChanges.count) of its changes)", .dim),
        ]
        return [item] + step.reach.warnings.map { [Span("      \($0)", .warning)] }
      }
  }
}

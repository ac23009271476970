import CellScreen
import Domain

enum ReviewView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    let list = model.prepared
    frame.pane(region, [Span("Review ", .title), Span(totals(list), .dim)], model, isFocused: model.pane == .list)
    let inner = region.inner
    let rows = rows(model)
    let here = rows.firstIndex { $0.step != nil && $0.step?.id == model.reviewSelection } ?? 0
    let top = ListRows.top(here: here, count: rows.count, height: inner.height)
    for line in 0..<min(inner.height, rows.count - top) {
      let (step, kind) = rows[top + line]
      let y = inner.y + line
      guard let step else {
        frame.put(heading(kind), .title, x: inner.x + 1, y: y, limit: inner.width - 1)
        continue
      }
      let (sign, role) = Marks.mark(step.mark, isPartial: !step.discardedChanges.isEmpty, ascii: model.isASCII)
      let isSelected = step.id == model.reviewSelection
      // An agent that has gone can't revise its memo: the person's word stands beside it.
      let changed =
        model.unheard(of: step).map {
          // Where there is no room for both the name stays; the preview says who.
          inner.width < 64 ? (model.isASCII ? " !flag" : " ⚑ changed") : " flag changed by \($0.decidedBy)"
        } ?? (step.isClash ? " clash" : step.discardedChanges.isEmpty ? "" : " without \(step.discardedChanges.count)")
      let tail = SafeText.width(changed)
      frame.put(changed, .warning, x: inner.x + inner.width - tail, y: y, limit: tail)
      frame.putCut(
        [
          Span(isSelected ? (model.isASCII ? ">" : "▶") : " ", .key), Span("\(sign) ", role),
          Span(String(repeating: " ", count: max(0, 3 - step.number.description.count)) + "\(step.number) ", .dim),
          Span(step.reach.warnings.isEmpty ? "" : model.isASCII ? "! " : "⚠ ", .warning),
          Span(step.targetInLists, .text),
        ], x: inner.x, y: y, limit: inner.width - tail)
      if isSelected { frame.paint(.selected, x: inner.x, y: y, width: inner.width) }
    }
    frame.more(region, rows.count - top - inner.height, "below", ascii: model.isASCII)
  }

  /// Prepared results under headings of their kind.
  static func rows(_ model: Model) -> [(step: StepSummary?, kind: ActionKind)] {
    var rows: [(step: StepSummary?, kind: ActionKind)] = []
    for step in model.prepared {
      if rows.last?.kind != step.kind { rows.append((nil, step.kind)) }
      rows.append((step, step.kind))
    }
    return rows
  }

  private static func heading(_ kind: ActionKind) -> String {
    switch kind {
    case .fileCreate: "New files"
    case .fileEdit: "Edited files"
    case .fileChange: "Changes made together"
    case .fileRename: "Renamed files"
    case .folderMake: "New folders"
    case .folderMode: "Folders with other permissions"
    case .folderRemove: "Emptied folders, removed"
    case .mailDraft: "Drafts (saved, not sent)"
    case .eventAdd: "Calendar"
    default: kind.rawValue
    }
  }

  static func totals(_ list: [StepSummary]) -> String {
    let words: [(ActionKind, String)] = [
      (.fileCreate, "new"), (.fileEdit, "edited"), (.fileRename, "renamed"), (.fileChange, "set"),
      (.folderMake, "new folder"),
      (.folderRemove, "removed folder"), (.folderMode, "chmod"), (.mailDraft, "draft"),
      (.eventAdd, "event"),
    ]
    return words.compactMap { kind, word in
      let count = list.count { $0.kind == kind }
      return count == 0
        ? nil
        : "\(count) \(word)\(count > 1 && (["draft", "event", "set"].contains(word) || word.hasSuffix("folder")) ? "s" : "")"
    }.joined(separator: " · ")
  }
}

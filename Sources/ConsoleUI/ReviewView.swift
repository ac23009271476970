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
      let (step, group) = rows[top + line]
      let y = inner.y + line
      guard let step else {
        frame.put(group.heading, .title, x: inner.x + 1, y: y, limit: inner.width - 1)
        continue
      }
      let (sign, role) = Marks.mark(step.mark, isPartial: !step.discardedChanges.isEmpty, ascii: model.isASCII)
      let isSelected = step.id == model.reviewSelection
      // An agent that has gone can't revise its memo: the person's word stands beside it.
      let changed =
        model.unheard(of: step).map {
          // Where there is no room for both the name stays; the preview says who.
          inner.width < 64 ? (model.isASCII ? " !flag" : " ⚑ changed") : " flag changed by \($0.levelBy)"
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
    frame.more(region, rows.count - top - inner.height, "below", above: top, ascii: model.isASCII)
  }

  /// Prepared results under the headings of their groups.
  static func rows(_ model: Model) -> [(step: StepSummary?, group: ReviewGroup)] {
    var rows: [(step: StepSummary?, group: ReviewGroup)] = []
    for step in model.prepared {
      let group = ReviewGroup.of(step.kind, step.reach)
      if rows.last?.group != group { rows.append((nil, group)) }
      rows.append((step, group))
    }
    return rows
  }

  static func totals(_ list: [StepSummary]) -> String {
    let words: [(ActionKind, String)] = [
      (.fileCreate, "new"), (.fileEdit, "edited"), (.fileRename, "renamed"), (.fileChange, "set"),
      (.folderMake, "new folder"),
      (.folderRemove, "removed folder"), (.folderMode, "chmod"), (.mailDraft, "draft"),
      (.eventAdd, "event"),
    ]
    let counts = words.map { kind, word in (list.count { ReviewGroup.of($0.kind, $0.reach) == .kind(kind) }, word) }
    return (counts + [(list.count { !$0.reach.connector.isEmpty }, "call")]).compactMap { count, word in
      return count == 0
        ? nil
        : "\(count) \(word)\(count > 1 && (["draft", "event", "set", "call"].contains(word) || word.hasSuffix("folder")) ? "s" : "")"
    }.joined(separator: " · ")
  }
}

/// What stands under one heading of the review.
enum ReviewGroup: Hashable {
  case kind(ActionKind)
  /// What other systems are to do, whatever it is.
  case calls

  static func of(_ kind: ActionKind, _ reach: Reach) -> ReviewGroup { reach.connector.isEmpty ? .kind(kind) : .calls }

  var order: String { if case .kind(let kind) = self { kind.rawValue } else { "~" } }

  var heading: String {
    switch self {
    case .calls: "Calls, one by one"
    case .kind(.fileCreate): "New files"
    case .kind(.fileEdit): "Edited files"
    case .kind(.fileChange): "Changes made together"
    case .kind(.fileRename): "Renamed files"
    case .kind(.folderMake): "New folders"
    case .kind(.folderMode): "Folders with other permissions"
    case .kind(.folderRemove): "Emptied folders, removed"
    case .kind(.mailDraft): "Drafts (saved, not sent)"
    case .kind(.eventAdd): "Calendar"
    case .kind(let kind): kind.rawValue
    }
  }
}

import CellScreen
import Domain

/// The rules with what each has decided, standing approvals to revoke, and why the selected step is judged as it is.
enum PolicyView {
  struct Row {
    let spans: [Span]
    /// The cursor's place; nil for headings.
    let index: Int?
  }

  static func rows(_ model: Model) -> [Row] {
    guard let policy = model.policy else { return [] }
    var out: [Row] = []
    if !policy.standing.isEmpty {
      out.append(Row(spans: [Span("Standing approvals", .title)], index: nil))
      for (index, word) in policy.standing.enumerated() {
        let state =
          !word.revokedBy.isEmpty
          ? "revoked by \(word.revokedBy)"
          : word.holds(at: model.time) ? "until \(word.expiresAt.clock(offset: model.zone).prefix(5))" : "expired"
        let holds = word.holds(at: model.time)
        out.append(
          Row(
            spans: [
              Span("\(word.level.letter) ", holds ? Marks.level(word.level) : .dim),
              Span("\(word.kind.rawValue) in run \(word.run)", holds ? .text : .dim),
              Span("  by \(word.madeBy), \(state), decided \(word.uses)", .dim),
            ], index: index))
      }
    }
    for layer in RuleLine.Layer.allCases.reversed() {
      let rules = policy.rules.enumerated().filter { $0.element.layer == layer }
      guard !rules.isEmpty else { continue }
      let title = layer == .company ? "Company, version \(policy.version)" : "This workspace"
      out.append(Row(spans: [Span(title, .title)], index: nil))
      for (index, rule) in rules { out.append(Row(spans: spans(rule), index: policy.standing.count + index)) }
    }
    return out
  }

  private static func spans(_ rule: RuleLine) -> [Span] {
    [
      Span("\(rule.level.letter) ", Marks.level(rule.level)),
      Span(rule.text, rule.count == 0 ? .dim : .text), Span(rule.isFloor ? "  always" : "", .warning),
      Span(rule.count == 0 ? "" : "  \(rule.count)", .key), Span(rule.defect.isEmpty ? "" : "  BROKEN", .danger),
    ]
  }

  static func drawList(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    frame.pane(
      region, [Span("Policy ", .title), Span("the number is how many steps a rule decided", .dim)], model,
      isFocused: model.pane == .list)
    let inner = region.inner
    let rows = rows(model)
    guard !rows.isEmpty else {
      frame.put(" reading…", .dim, x: inner.x, y: inner.y, limit: inner.width)
      return
    }
    let here = rows.firstIndex { $0.index == model.policySelection } ?? 0
    let top = ListRows.top(here: here, count: rows.count, height: inner.height)
    for line in 0..<min(inner.height, rows.count - top) {
      let row = rows[top + line]
      let y = inner.y + line
      let isSelected = row.index == model.policySelection
      let head = row.index == nil ? " " : isSelected ? (model.isASCII ? "> " : "▶ ") : "  "
      frame.putCut([Span(head, .key)] + row.spans, x: inner.x, y: y, limit: inner.width)
      if isSelected { frame.paint(.selected, x: inner.x, y: y, width: inner.width) }
    }
    frame.more(region, rows.count - top - inner.height, "below", above: top, ascii: model.isASCII)
  }

  static func drawCard(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 8 else { return }
    frame.pane(region, [Span("Explain", .title)], model, isFocused: model.pane == .preview)
    Card.draw(lines(model), model, region, &frame)
  }

  private static func lines(_ model: Model) -> [[Span]] {
    guard let policy = model.policy else { return [] }
    var out: [[Span]] = []
    if let rule = model.selectedRule {
      out.append([Span("\(rule.level.rawValue) ", Marks.level(rule.level)), Span(rule.text, .title)])
      out.append([Span("from   ", .dim), Span(rule.origin.description, .text)])
      if !rule.why.isEmpty { out.append([Span("why    ", .dim), Span(rule.why, .text)]) }
      if !rule.budget.isEmpty {
        out.append([Span("budget ", .dim), Span("\(rule.budget); what goes past it waits for a person", .text)])
      }
      if rule.isFloor {
        out.append([Span("always ", .dim), Span("a floor: no workspace and no person loosens it", .warning)])
      }
      if !rule.defect.isEmpty { out.append([Span("broken ", .danger), Span(rule.defect, .danger)]) }
      out.append([
        Span("used   ", .dim), Span("decided \(rule.count) step\(rule.count == 1 ? "" : "s") on this desk", .text),
      ])
    }
    if let word = model.selectedStanding {
      out.append([
        Span("\(word.level.rawValue) ", Marks.level(word.level)),
        Span("\(word.kind.rawValue) in run \(word.run)", .title),
      ])
      out.append([
        Span(
          "\(word.madeBy) said so at \(word.madeAt.clock(offset: model.zone)); it decided \(word.uses) steps. ", .text),
        Span(word.holds(at: model.time) ? "x revokes it." : "It holds no more.", .key),
      ])
    }
    if let step = model.selected {
      out.append([])
      out.append([Span("Step #\(step.number) ", .title), Span("\(step.kind.rawValue) \(step.target)", .text)])
      out.append([
        Span("is     ", .dim), Span(step.verdict.level.rawValue, Marks.level(step.verdict.level)),
        Span(step.verdict.isFloor ? ", a floor" : "", .warning),
      ])
      out.append([
        Span("rule   ", .dim),
        Span(
          "\(step.verdict.rule.isEmpty ? "none" : step.verdict.rule)\(step.verdict.origin.map { " (\($0))" } ?? "")",
          .text),
      ])
      for reason in step.verdict.reasons { out.append([Span("why    ", .dim), Span(reason, .text)]) }
      for broken in step.verdict.brokenRules { out.append([Span("broken ", .danger), Span(broken, .danger)]) }
      out.append([Span("who    ", .dim), Span(Words.decider(step, model), .text)])
    }
    out.append([])
    out.append([
      Span("Grey areas ", .title),
      Span(
        policy.greyAreas.isEmpty
          ? "none: every kind of action has a rule"
          : "Watched until a rule names them: \(policy.greyAreas.map(\.rawValue).joined(separator: ", "))",
        policy.greyAreas.isEmpty ? .good : .warning),
    ])
    return out
  }
}

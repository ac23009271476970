// What yes and no would do now, in the words of the footer, and why they can't.

import Domain

enum Deed {
  @Sendable static func yes(_ model: Model) -> String? {
    switch model.view {
    case .run: model.selected.flatMap { $0.state == .waiting ? approval($0) : nil }
    case .review: model.pane == .preview && changeCount(model) > 1 ? "keep change" : model.current.map { _ in "keep" }
    case .flags: model.currentFinding.map { $0.finding.redline.isEmpty ? "agree" : "keep redline" }
    case .help: nil
    }
  }

  static func approval(_ step: StepSummary) -> String {
    switch step.kind {
    case .mailSend:
      step.reach.outsideRecipients.isEmpty ? "send" : "send to \(step.reach.outsideRecipients.count) outside"
    case .chatSend: "post"
    case .fileEdit: "approve edit"
    case .fileDelete: "approve delete"
    case .fileCreate: "approve new file"
    case .fileRename: "approve rename"
    case .eventInvite: "send invitation"
    case .eventAdd: "add event"
    case .connectorCall: "approve call"
    case .commandRun: "run command"
    default: "approve"
    }
  }

  @Sendable static func no(_ model: Model) -> String? {
    switch model.view {
    case .run: model.selected?.state == .waiting ? "reject" : nil
    case .review:
      model.pane == .preview && changeCount(model) > 1 ? "discard change" : model.current.map { _ in "discard" }
    case .flags: model.currentFinding.map { $0.finding.redline.isEmpty ? "disagree" : "discard redline" }
    case .help: nil
    }
  }

  @Sendable static func noYes(_ model: Model) -> String? {
    switch model.view {
    case .run:
      guard let step = model.selected else { return "no step is selected" }
      switch step.state {
      case .waiting: return nil
      case .refused: return "policy forbids this step; nobody can approve it here"
      case .staged: return "prepared: it is decided in the review (b)"
      default: return "#\(step.number) is \(step.state.rawValue)\(step.decidedBy.isEmpty ? "" : " (\(step.decidedBy))")"
      }
    case .review: return model.current == nil ? "nothing is prepared" : nil
    case .flags: return noFlag(model)
    case .help: return "nothing to decide here; Esc goes back"
    }
  }

  @Sendable static func noNo(_ model: Model) -> String? { noYes(model) }

  static func noFlag(_ model: Model) -> String? {
    model.view == .flags ? (model.currentFinding == nil ? "no flag is selected" : nil) : "flags are in view 2"
  }

  @Sendable static func noEdit(_ model: Model) -> String? {
    guard let step = model.current, step.state == .waiting || step.state == .staged else {
      return "only what waits or is prepared can be changed"
    }
    return step.isRelayed ? "the agent does this itself: reject it and say what you want" : nil
  }

  @Sendable static func noUndo(_ model: Model) -> String? {
    guard let step = model.current, step.state == .done else { return "only what was done can be undone" }
    return [.fileCreate, .fileEdit, .fileRename, .fileDelete].contains(step.kind)
      ? nil : "only changes of files can be put back"
  }

  @Sendable static func noRest(_ model: Model) -> String? {
    switch model.view {
    case .review: return model.prepared.contains { $0.mark == .undecided } ? nil : "every result has its mark"
    case .run:
      guard let step = model.selected, step.state == .waiting else { return "no waiting step is selected" }
      if step.mustBeSeenWhole { return "this goes out or can’t be undone: one by one only" }
      if !step.verdict.allowsBulk { return "its rule does not allow it: one by one only" }
      return model.waiting.count { like(step, $0) } > 1 ? nil : "no other waiting step is like this one"
    default: return "nothing to approve here"
    }
  }

  /// Same rule, same kind, and nothing that goes out or can't be put back.
  static func like(_ a: StepSummary, _ b: StepSummary) -> Bool {
    a.verdict.origin == b.verdict.origin && a.verdict.rule == b.verdict.rule && a.kind == b.kind && !b.mustBeSeenWhole
  }

  static func changeCount(_ model: Model) -> Int { model.rows?.changeRows.count ?? 0 }
}

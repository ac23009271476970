import CellScreen
import Domain

/// Marks of states and levels. Colour only repeats what they say.
enum Marks {
  static func state(_ step: StepSummary, ascii: Bool) -> (String, Role) {
    let (unicode, plain, role): (String, String, Role) =
      switch step.state {
      case .proposed: ("…", ".", .dim)
      case .refused: ("✗", "X", .forbidden)
      case .permitted, .approved, .kept, .performing: ("↻", "~", .autonomous)
      case .staged: ("▣", "#", .batched)
      case .waiting: ("?", "?", .watched)
      case .rejected, .expired, .discarded: ("✗", "x", .dim)
      case .withdrawn: ("–", "-", .dim)
      case .done where step.isNotAsApproved: ("!", "!", .danger)
      case .done: ("✓", "v", .good)
      case .failed: ("!", "!", .danger)
      case .unknown: ("‽", "!?", .danger)
      case .undone: ("↶", "u", .dim)
      }
    return (ascii ? plain : unicode, role)
  }

  static func level(_ level: TrustLevel) -> Role {
    switch level {
    case .watched: .watched
    case .batched: .batched
    case .autonomous: .autonomous
    case .forbidden: .forbidden
    }
  }

  static func flag(_ level: Finding.Level) -> Role {
    switch level {
    case .red: .red
    case .yellow, .missing: .yellow
    case .green: .green
    }
  }

  static func mark(_ mark: Mark, isPartial: Bool, ascii: Bool) -> (String, Role) {
    switch mark {
    case .undecided: isPartial ? ("±", .dim) : ascii ? (".", .dim) : ("·", .dim)
    case .keep: ascii ? ("v", .good) : ("✓", .good)
    case .discard: ascii ? ("x", .danger) : ("✗", .danger)
    }
  }
}

enum Words {
  /// `1 205`: thousands apart, as SCREENS shows counts.
  static func count(_ number: Int64) -> String {
    var out = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { out.append(" ") }
      out.append(digit)
    }
    return String(out.reversed())
  }

  /// The target in a row of the queue: of a path the end counts, of a mail the mailboxes.
  static func target(_ step: StepSummary, columns: Int) -> String {
    switch step.kind {
    case .mailSend, .mailDraft, .contractSend, .personalDataSend, .eventInvite:
      let boxes = step.reach.outsideRecipients + step.reach.insideRecipients
      guard let first = boxes.first else { return step.target }
      let more = boxes.count > 1 ? " +\(boxes.count - 1)" : ""
      return shortened(Address(first).mailbox, columns: columns - more.count) + more
    default:
      let target = step.targetInLists
      let glyphs = SafeText.glyphs(target)
      var width = glyphs.reduce(0) { $0 + $1.width }
      guard width > columns, target.contains("/") || target != step.target, columns > 8 else { return target }
      var rest = glyphs[...]
      while width > columns - 1, let first = rest.popFirst() { width -= first.width }
      return "…" + rest.map(\.text).joined()
    }
  }

  /// Whose system it is tells more than who: the name goes first, then the beginning of the domain.
  private static func shortened(_ mailbox: String, columns: Int) -> String {
    let glyphs = SafeText.glyphs(mailbox)
    guard columns > 8, glyphs.reduce(0, { $0 + $1.width }) > columns,
      let at = glyphs.lastIndex(where: { $0.text == "@" })
    else { return mailbox }
    func fitting(_ part: some Sequence<Glyph>, _ columns: Int) -> [Glyph] {
      var left = columns
      return part.prefix { glyph in
        left -= glyph.width
        return left >= 0
      }
    }
    let domain = glyphs[at...]
    let room = columns - 1 - domain.reduce(0) { $0 + $1.width }
    if room > 1 { return fitting(glyphs[..<at], room).map(\.text).joined() + "…" + domain.map(\.text).joined() }
    guard columns > 14 else { return fitting(glyphs, columns - 1).map(\.text).joined() + "…" }
    return "…" + fitting(glyphs.reversed(), columns - 1).reversed().map(\.text).joined()
  }

  /// Who or what decided a step: a person, a rule, a standing approval, the time.
  static func decider(_ step: StepSummary, _ model: Model) -> String {
    let rule = step.verdict.origin.map { $0.file == StandingApproval.origin ? $0.description : "the rule at \($0)" }
    switch step.state {
    case .waiting: return "you, or another person"
    case .staged: return "the review, at the end"
    case .expired: return "the time"
    case .withdrawn where step.decidedBy.isEmpty: return "nobody: withdrawn"
    default:
      guard !step.decidedBy.isEmpty else { return rule ?? "no rule names it" }
      let after = step.state == .withdrawn ? ", then withdrawn" : ""
      return "\(step.decidedBy)\(step.decidedAt.map { " at \($0.clock(offset: model.zone))" } ?? "")\(after)"
    }
  }

  static func decided(_ line: DecidedLine, _ step: StepSummary, _ model: Model) -> String {
    switch line {
    case .by: "by \(decider(step, model))"
    // The time that counts now, whatever the rule says of a hold.
    case .due:
      model.run?.isPaused == true
        ? "held, the run is paused" : step.dueAt.map { Standing.countdown($0, step, model) } ?? "now"
    case .shown: step.painted
    }
  }

  /// - Parameter isPaused: its run is.
  static func state(_ step: StepSummary, isPaused: Bool = false) -> String {
    switch step.state {
    case .waiting: "waits for you"
    case .approved where isPaused: "approved, held"
    case .done where step.isNotAsApproved: "done, NOT as approved"
    case .done where step.reason == StepSummary.passedOn: StepSummary.passedOn
    case .done where step.reason == StepSummary.allowed: "allowed, the agent does it"
    case .done where step.reason == StepSummary.leftToRingi: "answered; Ringi does it"
    case .done where step.reason.hasPrefix(StepSummary.hadHappened): "had happened, a person says"
    case .done where step.isRelayed: "done by the agent"
    case .performing where !step.reach.connector.isEmpty: "allowed, it is with its server"
    case .performing where step.isRelayed: "allowed, the agent does it"
    case .done where step.reason.hasPrefix(Outbox.prefix): "in the outbox, not sent"
    case .refused: "refused by policy"
    case .approved where step.dueAt != nil: "approved, held"
    case .approved where step.isRelayed: "approved: done when the agent asks again"
    case .approved: "approved, being done"
    case .kept: "kept, being put in place"
    case .unknown: "unknown, being found out"
    default: step.state.word
    }
  }
}

/// What is told of a decision in a row of its own, so that none of it is cut.
package enum DecidedLine: String, Hashable, Sendable {
  case by = "decided"
  case due
  case shown

  static func lines(_ step: StepSummary) -> [DecidedLine] {
    [.by] + (step.state == .approved ? [.due] : []) + (step.painted.isEmpty ? [] : [.shown])
  }
}

import CellScreen
import Domain

/// Outgoing mail, posts and invitations, each with where it stands.
enum DraftsView {
  static func rows(_ model: Model) -> [DraftRow] {
    var out: [DraftRow] = []
    for id in model.draftIDs {
      guard let step = model.steps[id] else { continue }
      let heading = Self.heading(step, model)
      if out.last?.heading != heading { out.append(DraftRow(heading: heading, step: nil)) }
      out.append(DraftRow(heading: heading, step: id))
    }
    return out
  }

  struct DraftRow: Hashable {
    let heading: String
    let step: StepID?
  }

  private static func heading(_ step: StepSummary, _ model: Model) -> String {
    let group = Drafts.group(step)
    if group == .outbox, Standing.sending(step, model)?.state == .done { return "From the outbox, sent since" }
    guard group == .saved, Standing.sending(step, model)?.state == .done else { return group.title }
    return Standing.sending(step, model).map { Drafts.group($0) } == .outbox
      ? "Drafts, in the outbox" : "Drafts, sent since"
  }

  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    let unsent = model.draftIDs.count { id in
      guard let step = model.steps[id] else { return false }
      return step.state == .staged || Deed.isUnsent(step, model)
        || step.isUndelivered && Standing.sending(step, model) == nil
    }
    frame.pane(
      region,
      [
        Span("Drafts ", .title),
        Span("\(model.draftIDs.count { model.steps[$0]?.state == .waiting }) waiting · \(unsent) not sent", .dim),
      ], model,
      isFocused: model.pane == .list)
    let inner = region.inner
    let rows = rows(model)
    let here = rows.firstIndex { $0.step != nil && $0.step == model.draftSelection } ?? 0
    let top = ListRows.top(here: here, count: rows.count, height: inner.height)
    for line in 0..<min(inner.height, rows.count - top) {
      let row = rows[top + line]
      guard let id = row.step, let step = model.steps[id] else {
        frame.put(row.heading, .title, x: inner.x + 1, y: inner.y + line, limit: inner.width - 1)
        continue
      }
      self.row(model, step, inner, inner.y + line, &frame)
    }
    frame.more(region, rows.count - top - inner.height, "below", above: top, ascii: model.isASCII)
  }

  private static func row(_ model: Model, _ step: StepSummary, _ inner: Region, _ y: Int, _ frame: inout Frame) {
    let isSelected = step.id == model.draftSelection
    let (sign, role) =
      step.state == .staged
      ? Marks.mark(step.mark, isPartial: false, ascii: model.isASCII) : Marks.state(step, ascii: model.isASCII)
    let (words, tone) = Standing.of(step, model)
    let number = step.number.description
    var head = [
      Span(isSelected ? (model.isASCII ? ">" : "▶") : " ", .key), Span("\(sign) ", role),
      Span(String(repeating: " ", count: max(0, 2 - number.count)) + number + " ", .dim),
    ]
    let kind = step.kind == .chatSend ? "post " : step.kind == .eventInvite || step.kind == .eventAdd ? "event " : ""
    head.append(Span(kind, .dim))
    let tailWidth = SafeText.width(words) + 1
    let taken = head.reduce(0) { $0 + SafeText.width($1.text) }
    let warns = step.reach.warnings.isEmpty ? "" : model.isASCII ? "! " : "⚠ "
    head.append(Span(warns, .warning))
    let room = inner.width - tailWidth - taken - SafeText.width(warns)
    let target = Words.target(step, columns: room)
    head.append(Span(target, step.state.isOver ? .dim : .text))
    // What it is about, where there is room for more than a stump of it.
    let left = room - SafeText.width(target) - 2
    if left >= 12, !step.reach.topic.isEmpty, step.reach.topic != target {
      head.append(Span("  \(step.reach.topic)", .dim))
    }
    frame.putCut(head, x: inner.x, y: y, limit: inner.width - tailWidth)
    frame.put(words, tone, x: inner.x + inner.width - tailWidth + 1, y: y, limit: tailWidth)
    if isSelected { frame.paint(.selected, x: inner.x, y: y, width: inner.width) }
  }
}

/// Where a message stands, in a few words.
enum Standing {
  static func of(_ step: StepSummary, _ model: Model) -> (String, Role) {
    let at = (step.dueAt ?? step.decidedAt).map { String($0.clock(offset: model.zone).prefix(5)) } ?? ""
    switch step.state {
    case .waiting: return ("waits", .watched)
    case .staged where step.mark == .discard: return ("to discard", .dim)
    case .staged where !step.reach.connector.isEmpty: return (step.mark == .keep ? "to keep" : "held", .batched)
    case .staged where step.kind == .eventAdd: return (step.mark == .keep ? "to keep" : "prepared", .batched)
    case .staged: return step.mark == .keep ? ("to keep, NOT SENT", .batched) : ("draft, NOT SENT", .batched)
    case .approved:
      if model.run?.isPaused == true { return ("held, run paused", .warning) }
      if !model.settingsFault.isEmpty { return ("held, settings broken", .warning) }
      guard let due = step.dueAt else { return ("goes now", .autonomous) }
      return (countdown(due, step, model), .warning)
    case .done where step.isOnlyAllowed: return ("allowed, agent’s to send", .autonomous)
    case .done where step.kind == .mailDraft && !step.isSavedDraft: return ("draft in \(step.reach.connector)", .good)
    case .done where step.kind == .mailDraft:
      guard let sending = sending(step, model) else { return ("draft, NOT SENT", .batched) }
      let word = Drafts.group(sending) == .outbox ? "in outbox" : "sent"
      return sending.state == .done
        ? ("\(word) as #\(sending.number)", .good) : ("raised as #\(sending.number)", .batched)
    case .done where step.kind == .eventAdd: return ("saved \(at)", .good)
    case .done where step.isUndelivered:
      guard let sending = sending(step, model) else { return ("in outbox \(at)", .good) }
      return sending.state == .done ? ("sent as #\(sending.number)", .good) : ("raised as #\(sending.number)", .batched)
    case .done: return ("sent \(at)", .good)
    case .unknown: return ("unknown, see evidence", .danger)
    case .refused: return ("forbidden", .forbidden)
    case .failed: return ("failed", .danger)
    case .proposed, .permitted, .kept, .performing: return ("in hand", .autonomous)
    case .rejected, .expired, .withdrawn, .discarded, .undone: return (step.state.rawValue, .dim)
    }
  }

  /// The step that sent a saved draft, or is about to.
  static func sending(_ draft: StepSummary, _ model: Model) -> StepSummary? {
    let raised = model.draftIDs.lazy.compactMap { model.steps[$0] }.filter { $0.raisedFrom == draft.id }
    // One that did not go out may have been raised again itself.
    return raised.first { !$0.isUndelivered && ($0.state == .done || !$0.state.isOver) }
      ?? raised.compactMap { $0.isUndelivered ? sending($0, model) : nil }.first
      // What lies in the outbox is on its way as far as this desk can bring it.
      ?? (draft.kind == .mailDraft ? raised.last { $0.state == .done } : nil)
  }

  /// `sends in 8 s`, and from two minutes on `sends at 14:05`.
  static func countdown(_ due: Timestamp, _ step: StepSummary, _ model: Model) -> String {
    guard due > model.time else { return "now" }
    let deed = step.reach.goesNowhere ? "to the outbox" : step.kind.isFile ? "takes effect" : "sends"
    return "\(deed) \(left(due, model))"
  }

  /// `8 s`, `14:05`, `12-01 14:05`: for a narrow list, in which the number and the name would go before the time.
  static func shortly(_ due: Timestamp, _ model: Model) -> String {
    let words = left(due, model).split(separator: " ")
    if words.first == "tomorrow" { return String(due.minute(offset: model.zone).dropFirst(5)) }
    return ["in", "at"].contains(words.first) ? words.dropFirst().joined(separator: " ") : words.joined(separator: " ")
  }

  /// `in 8 s`, and from two minutes on `at 14:05`.
  static func left(_ due: Timestamp, _ model: Model) -> String {
    let left = (due.milliseconds - model.time.milliseconds + 999) / 1_000
    if left <= 0 { return "now" }
    if left < 120 { return "in \(left) s" }
    let date = due.date(offset: model.zone)
    let tomorrow = Timestamp(milliseconds: model.time.milliseconds + 86_400_000).date(offset: model.zone)
    let day =
      date == model.time.date(offset: model.zone) ? "at " : date == tomorrow ? "tomorrow " : "\(date.suffix(5)) "
    return "\(day)\(due.clock(offset: model.zone).prefix(5))"
  }
}

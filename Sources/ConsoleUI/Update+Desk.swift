// The desk-wide views: all runs, the trail, the policy. What they show is asked for when they are entered.

import CellScreen
import Domain

func deskWide(_ model: inout Model, _ message: Message) -> [Intent] {
  switch message {
  case .wall(let wall):
    let before = model.wall == nil ? nil : Optional(model.waitingUnseen)
    let broken = model.wall.map { wall.broken.subtracting($0.broken) } ?? []
    model.wall = wall
    // What comes first is what goes on; a run that has ended must not draw the eye down with it.
    if !model.isLiveChosen || !wall.runs.contains(where: { $0.summary.id == model.liveSelection }) {
      model.liveSelection = wall.runs.first?.summary.id
    }
    if let run = wall.runs.first(where: { broken.contains($0.summary.id) })?.summary, model.isUnattended {
      return [.notify("\(run.workspace): run \(run.id) is paused, \(run.pausedWhy)")]
    }
    // A step that starts to wait in another run is heard of like one of this run.
    if let before, model.waitingUnseen > before, model.isUnattended {
      let count = model.waitingUnseen
      return [
        .notify(
          "ringi: \(count) step\(count == 1 ? "" : "s") wait\(count == 1 ? "s" : "") \(model.home == .live ? "for somebody" : "in other runs")"
        )
      ]
    }
  case .policy(let policy):
    model.policy = policy
    model.policySelection = min(model.policySelection, max(0, model.policyLineCount - 1))
  case .trailPage(let page):
    model.audit.lines = page.lines
    model.audit.scanned = page.scanned
    model.audit.total = page.total
    model.audit.isComplete = page.isComplete
    if !page.lines.contains(where: { $0.index == model.audit.selection }) {
      model.audit.selection = page.lines.first?.index
    }
  case .limit(let step, let level): model.levelLimit = (step, level)
  case .entry(let detail):
    model.audit.detail = detail
    model.audit.detailScroll = 0
    // An entry that was opened has the keys; one that only follows the cursor has not.
    if !model.audit.isFollowing { model.pane = .preview }
    model.audit.isFollowing = false
  case .proof(let index, let proof):
    if model.audit.detail?.index == index { model.audit.detail?.proof = proof }
  case .opened(_, let isReadOnly): forget(&model, isReadOnly: isReadOnly)
  default: break
  }
  return []
}

/// Another run: nothing of the one before stays on the screen, least of all what a key could decide.
private func forget(_ model: inout Model, isReadOnly: Bool) {
  var fresh = Model(width: model.width, height: model.height, person: model.person, zone: model.zone)
  fresh.isASCII = model.isASCII
  fresh.keymap = model.keymap
  fresh.now = model.now
  fresh.time = model.time
  fresh.check = model.check
  fresh.wall = model.wall
  (fresh.liveSelection, fresh.isLiveChosen) = (model.liveSelection, model.isLiveChosen)
  fresh.isLocked = model.isLocked
  fresh.home = model.home
  fresh.isReadOnly = isReadOnly || model.isLocked
  fresh.diffLayout = model.diffLayout
  fresh.isFocused = model.isFocused
  model = fresh
  let how = fresh.isLocked ? "" : ":decide-here lets you decide, "
  say(&model, fresh.isReadOnly ? "opened to look only; \(how)4 goes back to all runs" : "")
}

/// A changed filter takes effect at once; one that can't be read keeps what is shown and says why.
func refilter(_ model: inout Model, _ field: TextField) -> [Intent] {
  model.audit.filter = field
  do throws(TrailFilter.Fault) {
    let filter = try TrailFilter(field.text, now: model.time)
    model.audit.fault = ""
    model.audit.since = model.time
    // Another question begins with its newest answer.
    model.audit.selection = nil
    return [.searchTrail(filter)]
  } catch {
    model.audit.fault = error.sentence
    return []
  }
}

func moveDesk(_ model: inout Model, _ by: Int, isPage: Bool) -> [Intent] {
  if model.pane == .preview || isPage && (model.view != .audit || model.audit.detail != nil) {
    if model.view == .audit {
      model.audit.detailScroll = max(0, model.audit.detailScroll + by)
    } else {
      model.cardScroll = max(0, min(400, model.cardScroll + by))
    }
    return []
  }
  switch model.view {
  case .live:
    let ids = model.wall?.runs.map(\.summary.id) ?? []
    let here = ids.firstIndex { $0 == model.liveSelection } ?? 0
    guard !ids.isEmpty else { return [] }
    model.liveSelection = ids[max(0, min(ids.count - 1, here + by))]
    model.isLiveChosen = true
    model.cardScroll = 0
  case .policy:
    model.policySelection = max(0, min(model.policyLineCount - 1, model.policySelection + by))
    model.cardScroll = 0
  case .audit:
    let ids = model.audit.lines.map(\.index)
    let here = ids.firstIndex { $0 == model.audit.selection } ?? 0
    guard !ids.isEmpty else { return [] }
    let next = ids[max(0, min(ids.count - 1, here + by))]
    guard next != model.audit.selection else { return [] }
    model.audit.selection = next
    // An opened entry follows the cursor.
    if model.audit.detail != nil {
      model.audit.isFollowing = true
      return [.loadEntry(next)]
    }
  case .run, .flags, .drafts, .review, .help: break
  }
  return []
}

extension Model {
  /// Lines of the policy view that a cursor can stand on: standing approvals, then rules.
  package var policyLineCount: Int { (policy?.standing.count ?? 0) + (policy?.rules.count ?? 0) }

  package var selectedStanding: StandingApproval? {
    guard view == .policy, let policy, policy.standing.indices.contains(policySelection) else { return nil }
    return policy.standing[policySelection]
  }

  package var selectedRule: RuleLine? {
    guard let policy else { return nil }
    let index = policySelection - policy.standing.count
    return policy.rules.indices.contains(index) ? policy.rules[index] : nil
  }
}

// MARK: the mouse: it selects and scrolls, and never decides

func click(_ model: inout Model, _ x: Int, _ y: Int) -> [Intent] {
  guard model.overlay == nil else { return [] }
  let layout = Layout(model)
  if layout.preview.contains(x: x, y: y) {
    model.pane = .preview
    return []
  }
  if layout.trail.contains(x: x, y: y) {
    model.pane = .trail
    return []
  }
  guard layout.list.contains(x: x, y: y) else { return [] }
  model.pane = .list
  let line = y - layout.list.inner.y
  guard line >= 0, line < layout.list.inner.height else { return [] }
  let (rows, here) = ListRows.selectable(model)
  let row = ListRows.top(here: here, count: rows.count, height: layout.list.inner.height) + line
  guard rows.indices.contains(row), let target = rows[row] else { return [] }
  return select(&model, target)
}

func wheel(_ model: inout Model, _ x: Int, _ y: Int, _ isUp: Bool) -> [Intent] {
  guard model.overlay == nil else { return [] }
  let before = model.pane
  model.pane = Layout(model).preview.contains(x: x, y: y) ? .preview : .list
  defer { model.pane = before }
  var intents: [Intent] = []
  let count = model.pane == .preview ? 3 : 1
  for _ in 0..<count { intents += look(&model, isUp ? .up : .down) }
  return intents
}

private func select(_ model: inout Model, _ target: ListRows.Target) -> [Intent] {
  switch target {
  case .step(let id):
    switch model.view {
    case .drafts: model.draftSelection = id
    case .review: model.reviewSelection = id
    default:
      model.isFollowing = false
      model.selection = id
    }
    return showCurrent(&model)
  case .finding(let id): model.finding = id
  case .run(let id): (model.liveSelection, model.isLiveChosen) = (id, true)
  case .entry(let index):
    model.audit.selection = index
    return model.audit.detail == nil ? [] : [.loadEntry(index)]
  case .policyLine(let index): model.policySelection = index
  }
  model.cardScroll = 0
  return []
}

/// What stands in each row of the list at hand, so that a click finds what is drawn there.
enum ListRows {
  enum Target { case step(StepID), finding(Int64), run(RunID), entry(LeafIndex), policyLine(Int) }

  /// The first row shown, so that the selected one is in the middle where the list is longer.
  static func top(here: Int, count: Int, height: Int) -> Int { max(0, min(here - height / 2, count - height)) }

  static func selectable(_ model: Model) -> (rows: [Target?], here: Int) {
    switch model.view {
    case .run, .help:
      return (model.queue.map { $0.step.map { .step($0) } }, model.selection.flatMap { model.queueIndex[$0] } ?? 0)
    case .flags:
      let flags = model.flags
      return (flags.map { .finding($0.id) }, flags.firstIndex { $0.id == model.finding } ?? 0)
    case .drafts:
      let rows = DraftsView.rows(model)
      return (
        rows.map { $0.step.map { .step($0) } },
        rows.firstIndex { $0.step == model.draftSelection && $0.step != nil } ?? 0
      )
    case .review:
      let rows = ReviewView.rows(model)
      return (
        rows.map { $0.step.map { .step($0.id) } },
        rows.firstIndex { $0.step != nil && $0.step?.id == model.reviewSelection } ?? 0
      )
    case .live:
      let runs = model.wall?.runs ?? []
      return (
        [nil] + runs.map { .run($0.summary.id) }, (runs.firstIndex { $0.summary.id == model.liveSelection } ?? 0) + 1
      )
    case .audit:
      let lines = model.audit.lines
      return (lines.map { .entry($0.index) }, lines.firstIndex { $0.index == model.audit.selection } ?? 0)
    case .policy:
      let rows = PolicyView.rows(model)
      return (
        rows.map { $0.index.map { .policyLine($0) } }, rows.firstIndex { $0.index == model.policySelection } ?? 0
      )
    }
  }
}

// What the views 3 to 6 keep, and what they point at.

import CellScreen
import Domain

/// The audit view: a filter, what it has matched so far, one opened entry.
package struct AuditState: Sendable {
  package var filter = TextField("", isMultiLine: false)
  package var lines: [TrailLine] = []
  package var scanned: Int64 = 0
  package var total: Int64 = 0
  package var isComplete = false
  /// When the search began, for its estimate.
  package var since: Timestamp?
  package var selection: LeafIndex?
  package var detail: EntryDetail?
  package var detailScroll = 0
  /// The entry that comes next was asked for by moving the cursor.
  package var isFollowing = false
  /// What is off with the filter, in words.
  package var fault = ""
}

extension Model {
  /// True where the right pane shows a step.
  package var showsPreview: Bool { [.run, .review, .drafts].contains(view) }

  /// The run that pause, stop and incidents are about.
  package var wantedRun: RunSummary? {
    guard view == .live else { return run }
    return wall?.runs.first { $0.summary.id == liveSelection }?.summary
  }

  package var wantedRunHasHost: Bool {
    guard view == .live else { return hasHost }
    return wall?.runs.first { $0.summary.id == liveSelection }?.hasHost ?? false
  }

  /// What waits for a person in other runs, as far as the wall was read.
  var waitingElsewhere: Int {
    (wall?.runs ?? []).reduce(0) { $1.summary.id == run?.id ? $0 : $0 + $1.summary.counts.waiting }
  }

  /// What waits and is not told of by the run on the screen: on the wall that is all of it.
  package var waitingUnseen: Int {
    home == .live ? (wall?.runs ?? []).reduce(0) { $0 + $1.summary.counts.waiting } : waitingElsewhere
  }

  /// Nobody looks: the window has no keyboard, or no key came for a minute.
  var isUnattended: Bool { !isFocused || now - lastInput > 60_000 }

  /// A copy was made in which this redline is, or was, a change; without one a yes agrees, and keeps nothing.
  func hasCopy(_ row: FindingRow) -> Bool { row.hasRedline && copiedDocuments.contains(row.finding.document) }

  /// A word on it would still change something, and nobody has said one.
  func wantsWord(_ row: FindingRow) -> Bool {
    row.wantsWord && !(row.hasRedline && settledCopies[row.finding.document] != nil)
  }

  /// Where the flag stands: whoever kept or discarded its copy and said nothing else of it has said that of it, too.
  func mark(of row: FindingRow) -> Mark {
    if isKeptWithCopy(row) { return .keep }
    let isGone = row.mark == .undecided && row.hasRedline && settledCopies[row.finding.document]?.state == .discarded
    return isGone ? .discard : row.isInPart ? .undecided : row.mark
  }

  /// Whoever kept the copy and said nothing else of the redline has kept it too.
  func isKeptWithCopy(_ row: FindingRow) -> Bool {
    row.mark == .undecided && row.hasRedline && settledCopies[row.finding.document]?.state == .done
  }

  /// The next run after this one in which something waits, and from the last on to the first.
  var runWaitingElsewhere: RunID? {
    let here = run?.id.value ?? 0
    let all = (wall?.runs ?? []).map(\.summary).filter { $0.id != run?.id && $0.counts.waiting > 0 }.map(\.id.value)
    return (all.filter { $0 > here }.min() ?? all.min()).map { RunID($0) }
  }

  /// Approved and not done yet: held, set for later, or stopped by a pause.
  var waitingForTime: Int {
    if run?.isPaused == true { return run?.counts.held ?? 0 }
    return draftIDs.count { steps[$0].map { $0.state == .approved && $0.dueAt != nil } ?? false }
  }

  /// Something on the screen counts down or ages: the clock has to be told once a second.
  package var wantsClock: Bool {
    view == .live || hasDue || statusEnds != nil || wall?.incidents.contains(where: \.isOpen) ?? false
  }
}

extension ViewKind {
  /// The command that goes there.
  var command: Command {
    switch self {
    case .run: .runView
    case .flags: .flags
    case .drafts: .drafts
    case .live: .live
    case .audit: .audit
    case .policy: .policy
    case .review: .review
    case .help: .help
    }
  }
}

extension Model {
  /// A level a person changed that the agent has not heard of, on the document this prepared result is about.
  func unheard(of step: StepSummary) -> FindingRow? { allUnheard(of: step).first }

  func allUnheard(of step: StepSummary) -> [FindingRow] {
    guard step.state == .staged else { return [] }
    return findings.filter { row in
      guard !row.isTold, row.isRelevelled else { return false }
      let name = row.finding.document.split(separator: "/").last.map(String.init) ?? row.finding.document
      let stem = name.split(separator: ".").first.map(String.init) ?? name
      return !stem.isEmpty && step.target.split(separator: "/").last?.hasPrefix(stem) ?? false
    }
  }
}

/// Which steps are messages, in the order a person wants them: what waits, what is prepared or saved and not sent, what
/// is on its way, what has gone.
enum Drafts {
  /// Where a message stands; in the order of the list.
  enum Group: Int {
    case waits, onItsWay, prepared, saved, inHand, failed, outbox, entered, gone, stopped

    var title: String {
      switch self {
      case .waits: "Waits for you"
      case .onItsWay: "On its way"
      case .prepared: "Prepared, not sent"
      case .saved: "Drafts, not sent"
      case .inHand: "In hand"
      case .failed: "Failed"
      case .outbox: "In the outbox, not sent"
      case .entered: "Saved"
      case .gone: "Gone out"
      case .stopped: "Will not go"
      }
    }
  }

  static func order(_ steps: [StepSummary]) -> [StepID] {
    steps.sorted { (group($0).rawValue, $0.number) < (group($1).rawValue, $1.number) }.map(\.id)
  }

  /// Nothing of another kind can be one.
  static func mayBeMessage(_ kind: ActionKind) -> Bool {
    switch kind {
    case .mailDraft, .mailSend, .chatSend, .eventInvite, .eventAdd, .contractSend, .personalDataSend: true
    default: false
    }
  }

  static func isMessage(_ step: StepSummary) -> Bool {
    switch step.kind {
    case .mailDraft, .mailSend, .chatSend, .eventInvite, .eventAdd, .contractSend: true
    case .personalDataSend: step.reach.noun == "message"
    default: false
    }
  }

  static func group(_ step: StepSummary) -> Group {
    switch step.state {
    case .waiting, .unknown: .waits
    case .approved: .onItsWay
    case .staged: .prepared
    case .done where step.isOnlyAllowed: .inHand
    case .done where step.isSavedDraft: .saved
    case .done where step.reason.hasPrefix(Outbox.prefix): .outbox
    case .done where step.kind == .eventAdd: .entered
    case .proposed, .permitted, .kept, .performing: .inHand
    case .failed: .failed
    case .done, .undone: .gone
    case .refused, .rejected, .expired, .withdrawn, .discarded: .stopped
    }
  }
}

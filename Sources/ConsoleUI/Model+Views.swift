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
  func unheard(of step: StepSummary) -> FindingRow? {
    guard step.state == .staged else { return nil }
    return findings.first { row in
      guard !row.isTold, row.humanLevel != nil else { return false }
      let name = row.finding.document.split(separator: "/").last.map(String.init) ?? row.finding.document
      let stem = name.split(separator: ".").first.map(String.init) ?? name
      return !stem.isEmpty && step.target.split(separator: "/").last?.hasPrefix(stem) ?? false
    }
  }
}

/// Which steps are messages, in the order a person wants them: what waits, what is prepared or saved and not sent, what
/// is on its way, what has gone.
enum Drafts {
  static func order(_ steps: [StepSummary]) -> [StepID] {
    steps.sorted { (rank($0), $0.number) < (rank($1), $1.number) }.map(\.id)
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

  private static func rank(_ step: StepSummary) -> Int {
    switch step.state {
    case .waiting, .unknown: 0
    case .approved: 1
    case .staged: 2
    case .done where step.kind == .mailDraft: 3
    case .proposed, .permitted, .kept, .performing, .failed: 4
    case .done, .undone: 5
    case .refused, .rejected, .expired, .withdrawn, .discarded: 6
    }
  }
}

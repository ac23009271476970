// Everything the console shows, as one value. `update` alone changes it; views only read it.

import CellScreen
import Domain
import EffectPreview

package enum ViewKind: String, Sendable, Hashable, CaseIterable { case run, flags, review, help }
package enum Pane: Sendable, Hashable { case list, preview, trail }

/// What asks for keys before the view does.
package enum Overlay: Hashable, Sendable {
  /// Why a step is rejected, a flag's level changed, a redline discarded.
  case reason(ReasonPurpose, TextField)
  /// A person's own version of a step's content.
  case editor(StepID, Revision, TextField)
  case search(TextField)
  case palette(TextField)
  /// The last word of a review.
  case finish
  /// Approve the rest like this one: every item is listed.
  case bulk([StepID])
  case confirmStop
}

package enum ReasonPurpose: Hashable, Sendable {
  case reject(StepID)
  case level(Int64, Finding.Level)
  case discardRedline(Int64)
}

/// One line of the queue.
package enum QueueRow: Hashable, Sendable {
  case heading(title: String, status: PlanEntry.Status, done: Int, total: Int)
  case step(StepID)
  case forecast(PlanEntry)

  package var step: StepID? { if case .step(let id) = self { id } else { nil } }
}

/// A preview in the form the screen needs: rows of a width, with what they belong to.
package struct LoadedPreview: Hashable, Sendable {
  package let step: StepID
  package let revision: Revision
  package let preview: Preview
  package init(step: StepID, revision: Revision, preview: Preview) {
    self.step = step
    self.revision = revision
    self.preview = preview
  }
}

/// What a paint showed, and since when it has been there.
package struct Painted: Hashable, Sendable {
  package var step: StepID?
  package var revision: Revision?
  package var finding: Int64?
  package var view: ViewKind
  package var width: Int
  package var height: Int
}

package struct Model: Sendable {
  package var width: Int
  package var height: Int
  package var isASCII = false
  package var person: Person
  /// Seconds east of UTC.
  package var zone: Int
  package var view: ViewKind = .run
  package var pane: Pane = .list
  package var isZoomed = false
  package var overlay: Overlay?
  package var status = ""
  package var isStatusBad = false

  // The desk, as last read.
  package var run: RunSummary?
  package var plan: [PlanEntry] = []
  package var steps: [StepID: StepSummary] = [:]
  package var order: [StepID] = []
  package private(set) var waitingIDs: [StepID] = []
  /// In the order of the review: grouped by kind.
  package private(set) var preparedIDs: [StepID] = []
  package var findings: [FindingRow] = []
  package var trail: [TrailLine] = []
  package var leafCount: Int64 = 0
  package var check: TrailCheck = .checking(percent: 0)
  package var hasHost = true

  // The run view.
  package var queue: [QueueRow] = []
  package var queueIndex: [StepID: Int] = [:]
  package var selection: StepID?
  package var queueScroll = 0
  /// True until a person moves the selection: it then follows what waits.
  package var isFollowing = true
  package var skipped: Set<StepID> = []
  package var preview: LoadedPreview?
  package var rows: PreviewRows?
  package var previewScroll = 0
  package var change = 0
  /// Preview rows that were painted, by step and revision.
  package var seen: [StepID: (revision: Revision, rows: Set<Int>)] = [:]
  package var isStepTrail = false
  package var needle = ""

  // Flags and review.
  package var finding: Int64?
  package var flagScroll = 0
  package var cardScroll = 0
  package var reviewSelection: StepID?
  package var helpScroll = 0

  // The hand.
  package var painted: Painted?
  /// Milliseconds of the monotonic clock at which `painted` was first shown.
  package var paintedAt: Int64 = 0
  package var now: Int64 = 0

  /// A step's keys work only once it has been on the screen this long, in milliseconds.
  package static let arming: Int64 = 400

  package init(width: Int, height: Int, person: Person, zone: Int) {
    self.width = width
    self.height = height
    self.person = person
    self.zone = zone
  }

  package var selected: StepSummary? { selection.flatMap { steps[$0] } }

  /// What is under the cursor in the view at hand.
  package var current: StepSummary? {
    switch view {
    case .run: selected
    case .review: reviewSelection.flatMap { steps[$0] }
    case .flags, .help: nil
    }
  }

  package var currentFinding: FindingRow? { finding.flatMap { id in findings.first { $0.id == id } } }

  package var waiting: [StepSummary] { waitingIDs.compactMap { steps[$0] } }
  package var prepared: [StepSummary] { preparedIDs.compactMap { steps[$0] } }

  /// Sorts steps into what waits and what is prepared; done once for each reading, not for each frame.
  mutating func sortSteps() {
    waitingIDs = []
    var staged: [StepSummary] = []
    for id in order {
      guard let step = steps[id] else { continue }
      if step.state == .waiting { waitingIDs.append(id) } else if step.state == .staged { staged.append(step) }
    }
    preparedIDs = staged.sorted { ($0.kind.rawValue, $0.number) < ($1.kind.rawValue, $1.number) }.map(\.id)
  }

  /// Flags in the order of triage.
  package var flags: [FindingRow] {
    findings.sorted { ($0.level.rank, $0.finding.document, $0.id) < ($1.level.rank, $1.finding.document, $1.id) }
  }

  /// True when what is painted has been there long enough for a key to mean it.
  package var isArmed: Bool { painted != nil && painted == expectedPaint && now - paintedAt >= Self.arming }

  /// What a paint of this model shows.
  package var expectedPaint: Painted {
    Painted(
      step: current?.id, revision: current?.revision, finding: view == .flags ? finding : nil, view: view, width: width,
      height: height)
  }
}

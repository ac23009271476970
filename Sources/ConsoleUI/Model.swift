// Everything the console shows, as one value. `update` alone changes it; views only read it.

import CellScreen
import Domain
import EffectPreview

package enum ViewKind: String, Sendable, Hashable, CaseIterable {
  case run, flags, drafts, live, audit, policy, review, help
}
package enum Pane: Sendable, Hashable { case list, preview, trail }

/// What asks for keys before the view does.
package enum Overlay: Hashable, Sendable {
  /// Why a step is rejected, a flag's level changed, a redline discarded.
  case reason(ReasonPurpose, TextField)
  /// A person's own version of a step's content.
  case editor(StepID, Revision, TextField)
  case search(TextField)
  case palette(TextField)
  /// The audit filter, applied as it is typed.
  case filter(TextField)
  /// A new trust level for a step, or for the rest of its kind.
  case level(StepID, isForKind: Bool)
  /// The last word of a review.
  case finish
  /// Approve the rest like this one: every item is listed.
  case bulk([StepID])
  case confirm(Confirmation)
}

extension Overlay {
  /// Which question it is, whatever is typed into it.
  var question: Int {
    switch self {
    case .reason: 0
    case .editor: 1
    case .search: 2
    case .palette: 3
    case .filter: 4
    case .level: 5
    case .finish: 6
    case .bulk: 7
    case .confirm: 8
    }
  }
}

/// What asks once more, naming what it will do.
package enum Confirmation: Hashable, Sendable {
  case pause(RunID)
  /// Going on with a paused run: so many approved steps take effect then.
  case goOn(RunID, held: Int)
  /// Ends a run, or starts its agent again; what waits or is prepared in it is withdrawn or proposed anew.
  case close(Int)
  case resume(Int)
  case stop(RunID)
  case stopAll(Int)
  case revoke(StandingApproval)
  /// What may have happened would be done a second time.
  case again(StepSummary, painted: String)
}

package enum ReasonPurpose: Hashable, Sendable {
  case reject(StepID)
  case level(Int64, Finding.Level)
  case discardRedline(Int64)
  /// A result of the review, or one change of it.
  case leaveOut(StepID, change: Int?)
  case incident(RunID?, StepNumber?)
  case closeIncident(Int64)
  /// When an approved message goes.
  case later(StepID)
}

package enum QueueOrder: Hashable, Sendable { case plan, risk }

/// How changes of a text are laid out.
package enum DiffLayout: Hashable, Sendable { case automatic, unified, sideBySide }

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
  /// The wall clock, as last told: for countdowns and ages, never for arming.
  package var time = Timestamp(milliseconds: 0)
  package var keymap = Keymap.shipped
  package var view: ViewKind = .run
  package var pane: Pane = .list
  package var isZoomed = false
  package var overlay: Overlay?
  package var status = ""
  package var isStatusBad = false
  /// When a greeting gives the footer back to the keys; nil for what stays until the next key.
  package var statusEnds: Int64?

  // The desk, as last read.
  package var run: RunSummary?
  package var plan: [PlanEntry] = []
  package var steps: [StepID: StepSummary] = [:]
  package var order: [StepID] = []
  package private(set) var waitingIDs: [StepID] = []
  /// In the order of the review: grouped by kind.
  package private(set) var preparedIDs: [StepID] = []
  /// Of the prepared, those without a mark.
  package private(set) var undecidedCount = 0
  package var findings: [FindingRow] = []
  /// After a review: the copy of each document with flags, by the document; a word on its redlines changes nothing any more.
  package var settledCopies: [String: StepSummary] = [:]
  package var trail: [TrailLine] = []
  package var leafCount: Int64 = 0
  package var check: TrailCheck = .checking(percent: 0)
  /// When the check began, for its estimate.
  package var checkSince: Timestamp?
  /// Something long that the run's host is doing.
  package var work: Work?
  package var hasHost = true
  /// Why the rules or the desk's settings can't be read: nothing is permitted until they can. Empty when they can.
  package var settingsFault = ""
  /// Opened to look only: no key decides.
  package var isReadOnly = false
  /// Read-only for good.
  package var isLocked = false
  /// The view a console was opened for, where one comes back to: `ringi watch` is at home on the wall of runs.
  package var home = ViewKind.run
  /// False while another window has the keyboard.
  package var isFocused = true

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
  /// The line a preview that is still to come opens on.
  package var wantedLine: Int?
  package var change = 0
  /// Preview rows that were painted, by step and revision.
  package var seen: [StepID: (revision: Revision, rows: Set<Int>)] = [:]
  package var queueOrder = QueueOrder.plan
  package var diffLayout = DiffLayout.automatic
  package var isWrapped = true
  package var isStepTrail = false
  package var needle = ""

  // Flags and review.
  package var finding: Int64?
  package var flagScroll = 0
  package var cardScroll = 0
  /// Rows of a flag's card that were on the screen, for a width and a wording.
  package var seenCards: [Int64: (width: Int, words: String, rows: Set<Int>)] = [:]
  package var reviewSelection: StepID?
  package var helpScroll = 0
  /// An approved step waits for its time.
  package private(set) var hasDue = false
  package private(set) var draftIDs: [StepID] = []
  package var draftSelection: StepID?
  /// Times that were given for messages before all of them had been on the screen.
  package var wantedTime: [StepID: String] = [:]

  // The desk: views 4 to 6.
  package var wall: WallReading?
  package var liveSelection: RunID?
  /// Somebody has chosen it; else it is the first of the list.
  var isLiveChosen = false
  package var audit = AuditState()
  package var policy: PolicyReading?
  package var policySelection = 0
  /// How far the company’s policy lets the step be loosened whose level is asked for; nil until it is known.
  package var levelLimit: (step: StepID, level: TrustLevel)?

  // The hand.
  package var painted: Painted?
  /// Milliseconds of the monotonic clock at which `painted` was first shown.
  package var paintedAt: Int64 = 0
  package var now: Int64 = 0
  /// How long a form of a step stood on the screen in earlier looks, in milliseconds.
  package var looked: [StepID: (revision: Revision, time: Int64)] = [:]
  /// When the last key came.
  package var lastInput: Int64 = 0

  /// A step's keys work only once it has been on the screen this long, in milliseconds.
  package static let arming: Int64 = 400
  /// When the question that is open was asked; its yes counts only when it could be read.
  package var overlayAt: Int64 = 0
  /// The first line of a question's list that is shown.
  package var overlayScroll = 0
  /// The agent's version of what is open in the editor, where people have changed it.
  package var agentsText: String?
  /// Documents of which a copy with redlines was prepared.
  package var copiedDocuments: Set<String> = []
  /// Drafts that the review which is just ending keeps.
  package var keptDrafts: [StepID] = []
  /// A question was refused: until its answer would have been typed, no letter is a command.
  package var isAnswerUnheard = false
  /// When that was, on the monotonic clock, in milliseconds.
  package var refusedAt: Int64 = 0
  /// Words were just taken at their Enter: whoever types on means them.
  package var isTypingOn = false
  /// Where the key for the next goes when it is pressed once more.
  var offeredRun: RunID?
  /// A time that is over today was asked for; the same once more means tomorrow.
  package var wantsTomorrow: String?
  /// Esc was pressed in a field with words of a person's: once more drops them.
  package var isLeavingEditor = false
  /// The run shows a document that was opened from its flag: Esc goes back there.
  package var isOpenedFromFlags = false
  /// The view that help was opened from.
  package var helpedView: ViewKind = .run
  package var helpedPane: Pane = .list
  /// A key that follows a letter in less, in milliseconds, is one of a word that somebody types.
  package static let betweenKeys: Int64 = 180
  /// When the last letter, figure or sign came; and whether the key at hand followed one too quickly to decide.
  package var lastCharacter: Int64 = -1_000
  package var isQuick = false
  /// Keys that follow each other within this time are typing, in milliseconds.
  package static let typing: Int64 = 500
  /// How long the answer to a question is still expected after the key before, in milliseconds.
  package static let answering: Int64 = 1_500
  /// How long news stands in the footer, in milliseconds.
  package static let news: Int64 = 8_000
  /// How long a greeting stands in the footer, in milliseconds.
  package static let greeting: Int64 = 5_000

  package init(width: Int, height: Int, person: Person, zone: Int) {
    self.width = width
    self.height = height
    self.person = person
    self.zone = zone
  }

  /// Where what is kept is put in place: the workspace's folders that may be written; empty where there are none.
  package var writtenFolders = ""

  /// For how long what is under the cursor has been on the screen, with earlier looks at the same form.
  package var timeOnScreen: Int64 {
    let earlier = current.flatMap { step in looked[step.id].flatMap { $0.revision == step.revision ? $0.time : nil } }
    return now - paintedAt + (earlier ?? 0)
  }

  package var selected: StepSummary? { selection.flatMap { steps[$0] } }

  /// What is under the cursor in the view at hand.
  package var current: StepSummary? {
    switch view {
    case .run: selected
    case .review: reviewSelection.flatMap { steps[$0] }
    case .drafts: draftSelection.flatMap { steps[$0] }
    case .flags, .live, .audit, .policy, .help: nil
    }
  }

  package var currentFinding: FindingRow? { finding.flatMap { id in findings.first { $0.id == id } } }

  package var waiting: [StepSummary] { waitingIDs.compactMap { steps[$0] } }
  package var prepared: [StepSummary] { preparedIDs.compactMap { steps[$0] } }

  /// Sorts steps into what waits and what is prepared; done once for each reading, not for each frame.
  mutating func sortSteps() {
    waitingIDs = []
    (hasDue, undecidedCount) = (false, 0)
    var messages: [StepSummary] = []
    var staged: [(group: ReviewGroup, number: StepNumber, id: StepID)] = []
    for id in order {
      guard let place = steps.index(forKey: id) else { continue }
      // Looked at in place: a run can have very many steps.
      let (state, kind) = (steps.values[place].state, steps.values[place].kind)
      if state == .staged {
        staged.append((.of(kind, steps.values[place].reach), steps.values[place].number, id))
        if steps.values[place].mark == .undecided { undecidedCount += 1 }
      }
      if state == .waiting { waitingIDs.append(id) }
      guard state == .waiting || state == .approved || Drafts.mayBeMessage(kind) else { continue }
      let step = steps.values[place]
      if Drafts.isMessage(step) { messages.append(step) }
      if state == .approved && step.dueAt != nil || state == .waiting && step.expiresAt != nil { hasDue = true }
    }
    // By group, and within it by number.
    preparedIDs = Set(staged.map(\.group)).sorted { $0.order < $1.order }.flatMap { group in
      staged.filter { $0.group == group }.sorted { $0.number < $1.number }.map(\.id)
    }
    draftIDs = Drafts.order(messages)
  }

  /// Flags in the order of triage.
  package var flags: [FindingRow] {
    findings.sorted { ($0.level.rank, $0.finding.document, $0.id) < ($1.level.rank, $1.finding.document, $1.id) }
  }

  /// True when what is painted has been there long enough for a key to mean it.
  package var isArmed: Bool { painted != nil && painted == expectedPaint && now - paintedAt >= Self.arming }

  /// A yes to what goes out, or is drafted to go out, and has a careful line needs a longer look than any other key.
  package var isArmedForYes: Bool {
    guard isArmed, let step = current, !step.reach.warnings.isEmpty,
      step.state == .waiting && step.mustBeSeenWhole || step.state == .staged && Drafts.isMessage(step)
    else { return isArmed }
    return now - paintedAt >= Self.arming * 3
  }

  /// True when an open question has been there long enough for a yes.
  package var isOverlayArmed: Bool { now - overlayAt >= Self.arming }

  /// What a paint of this model shows.
  package var expectedPaint: Painted {
    Painted(
      step: current?.id, revision: current?.revision, finding: view == .flags ? finding : nil, view: view, width: width,
      height: height)
  }
}

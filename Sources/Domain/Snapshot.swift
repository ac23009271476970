// What a console is shown of the desk: values, read in one snapshot, never live objects.

package enum RunState: String, Sendable, Hashable, CaseIterable {
  case starting, live
  /// The agent has finished; something still waits or is prepared.
  case review
  case finished
  /// Agent or host is gone before the end.
  case lost
  case closed

  package var isOver: Bool { self == .finished || self == .closed }
}

package struct RunSummary: Hashable, Sendable {
  package var id: RunID
  package var workspace: String
  package var directory: String
  package var goal: String
  package var agent: String
  package var grade: Grade
  package var model: ModelLocation
  package var state: RunState
  package var isPaused: Bool
  /// Why it was paused where no person has paused it.
  package var pausedWhy = ""
  /// The last thing worth saying about the run: why it was lost, where the files are.
  package var note: String
  package var startedAt: Timestamp
  package var startedBy: String
  /// A command line of a person's that runs as the agent; empty where the agent is one of the registry.
  package var command: [String] = []
  /// What a person shows it besides the allowed folders: absolute paths, read-only.
  package var shown: [String] = []
  package var view: PrivateView = .none
  /// What an agent that asks through hooks calls its session; empty where Ringi runs the agent.
  package var session = ""
  /// Its process, as `AgentProcess` writes it.
  package var agentProcess = ""
  /// What an agent that Ringi runs calls its session, by which it can be taken up again.
  package var peerSession = ""
  package var counts: Counts

  /// A program that nobody here started has asked for it, to use our tools; it can't be started again from here.
  package var isOfCaller: Bool { session.isEmpty && !agentProcess.isEmpty }

  /// Its agent asks through hooks: no process of Ringi's is there between two questions.
  package var isHooked: Bool { !session.isEmpty }

  /// Its agent's hooks tell what came of a call, whatever else they are good for.
  package var reportsBack: Bool { grade == .hooked || grade == .weak }

  /// Its agent uses a person's text in place of its own where it is told to.
  package func takesOurText(_ kind: ActionKind) -> Bool {
    grade == .hooked && (kind == .fileCreate || kind == .fileEdit)
  }

  /// How far the agent can be trusted, in words: `enforced on an overlay, local`.
  package var trust: String {
    let place =
      switch view {
      case .none: ""
      case .overlay: " on an overlay"
      case .copy: " on a copy"
      }
    return "\(grade.rawValue)\(place), \(model)"
  }

  /// How the note of a run begins whose program ended with another code than 0.
  package static let failure = "the program ended with"

  /// The first words of the note where its program failed, else nothing.
  package var failureWords: String {
    note.hasPrefix(Self.failure) ? String(note.prefix { $0 != ";" }) : ""
  }

  /// A person ended it, before its work was done.
  package var isStopped: Bool { note.split(separator: ";").contains { $0.drop { $0 == " " }.hasPrefix(Self.stopped) } }
  package static let stopped = "stopped by a person"
  /// Why a pause ends that nobody ended: nothing goes on.
  package static let stopEndsPause = "it was stopped; nothing goes on"

  /// Its host ended before its agent did.
  package var lostItsHost: Bool { note.hasPrefix(Self.hostGone) || note.hasPrefix(Self.hostFull) }
  package static let hostGone = "the host is gone"
  package static let hostFull = "the desk’s disk was full, so the host ended"

  /// What people read of its state.
  package var stateWord: String {
    isStopped && (state == .closed || state == .review)
      ? state == .review ? "stopped, to review" : "stopped" : state.rawValue
  }
  /// Something waits for a yes, or for the time that was given with one.
  package var hasOpenYes: Bool { counts.waiting + counts.held > 0 }
  /// It does nothing without a host; a review waits for nothing but people.
  package var needsHost: Bool { !state.isOver && state != .review }

  package struct Counts: Hashable, Sendable {
    package var waiting = 0
    package var prepared = 0
    package var done = 0
    package var undone = 0
    package var refused = 0
    /// A no by a person, or by a rule's time.
    package var rejected = 0
    /// Left out of a review.
    package var discarded = 0
    /// Tried, and not done as far as is known.
    package var failed = 0
    /// Open when its run was stopped, its agent lost, or something else took its place.
    package var withdrawn = 0
    /// Approved, and not done yet: held, set for later, or paused.
    package var held = 0
    package init() {}
  }

  package init(
    id: RunID, workspace: String, directory: String, goal: String, agent: String, grade: Grade, model: ModelLocation,
    state: RunState, isPaused: Bool, note: String, startedAt: Timestamp, startedBy: String = "",
    counts: Counts
  ) {
    self.startedBy = startedBy
    self.id = id
    self.workspace = workspace
    self.directory = directory
    self.goal = goal
    self.agent = agent
    self.grade = grade
    self.model = model
    self.state = state
    self.isPaused = isPaused
    self.note = note
    self.startedAt = startedAt
    self.counts = counts
  }
}

/// A person's mark on a prepared result, before the review is finished.
package enum Mark: String, Sendable, Hashable, CaseIterable { case undecided, keep, discard }

/// One line of the audit trail, joined with what the desk still knows of the step.
package struct TrailLine: Hashable, Sendable {
  package var index: LeafIndex
  package var time: Timestamp
  package var actorKind: String
  package var actor: String
  package var event: String
  package var step: StepNumber?
  package var run: RunID?
  package var kind: String
  package var target: String
  package var note: String
  /// Which form of the step it speaks of; nil for what is of no step.
  package var revision: Int?
  package init(
    index: LeafIndex, time: Timestamp, actorKind: String, actor: String, event: String, step: StepNumber?, run: RunID?,
    kind: String, target: String, note: String, revision: Int? = nil
  ) {
    self.revision = revision
    self.index = index
    self.time = time
    self.actorKind = actorKind
    self.actor = actor
    self.event = event
    self.step = step
    self.run = run
    self.kind = kind
    self.target = target
    self.note = note
  }
}

/// A flag with what a person has made of it.
package struct FindingRow: Hashable, Sendable {
  package var id: Int64
  package var step: StepID
  package var finding: Finding
  /// The level a person gave it, nil while it is the agent's.
  package var humanLevel: Finding.Level?
  package var levelReason: String
  package var decidedBy: String
  package var decidedAt: Timestamp?
  /// The redline: undecided, keep or discard.
  package var mark: Mark
  /// Why a redline is discarded.
  package var markReason: String
  /// The words a person put in the redline's place; empty while they are the agent's.
  package var rewritten: String
  /// False while the agent has not heard of a changed level.
  package var isTold: Bool
  /// Nobody has said yes or no to it yet, and a word would be worth something.
  package var wantsWord: Bool { mark == .undecided && level != .green }
  /// Who said something, and when.
  package struct Word: Hashable, Sendable {
    package let by: String
    package let at: Timestamp
    package init(by: String, at: Timestamp) { (self.by, self.at) = (by, at) }
  }
  /// The last word on the level, and the last on the redline or the flag itself; nil also where an old desk keeps only the
  /// last of both, as `decidedBy`.
  package var levelWord: Word?
  package var redlineWord: Word?
  package init(
    id: Int64, step: StepID, finding: Finding, humanLevel: Finding.Level?, levelReason: String, decidedBy: String,
    decidedAt: Timestamp? = nil, mark: Mark, markReason: String = "", rewritten: String = "",
    isTold: Bool = true
  ) {
    self.rewritten = rewritten
    self.markReason = markReason
    self.isTold = isTold
    self.decidedAt = decidedAt
    self.id = id
    self.step = step
    self.finding = finding
    self.humanLevel = humanLevel
    self.levelReason = levelReason
    self.decidedBy = decidedBy
    self.mark = mark
  }
  package var level: Finding.Level { humanLevel ?? finding.level }
  package var levelBy: String { levelWord?.by ?? decidedBy }
  package var redlineBy: String { redlineWord?.by ?? decidedBy }
  /// A person's level is another than the agent's; one that was raised and lowered back is not.
  package var isRelevelled: Bool { level != finding.level }
  /// How a reason ends that a review gave a redline of which only a part stays in.
  package static let leftOut = "changes left out in the review"
  /// A part of it was struck, and no word of a person's own put in.
  /// People wrote other words than the agent's; where its own are back nobody did.
  package var isRewritten: Bool {
    !rewritten.isEmpty
      && rewritten.split(whereSeparator: \.isWhitespace) != finding.redline.split(whereSeparator: \.isWhitespace)
  }

  package var isInPart: Bool { !rewritten.isEmpty && markReason.contains(Self.leftOut) }
  /// The redline as it stands: a person's words before the agent's.
  package var wording: String { rewritten.isEmpty ? finding.redline : rewritten }
  /// The agent suggested one, or a person wrote one.
  package var hasRedline: Bool { !wording.isEmpty }
  /// What is still missing of it.
  package var gap: String? {
    var whole = finding
    whole.redline = wording
    return whole.gap
  }
  /// The name of the document without folders and endings, as memos and messages are named after it.
  package var stem: String {
    let name = finding.document.split(separator: "/").last ?? ""
    return name.split(separator: ".").first.map(String.init) ?? String(name)
  }
}

/// What is known of the trail since the console was opened.
package enum TrailCheck: Hashable, Sendable {
  case checking(percent: Int)
  case intact
  /// The verifier's own sentence.
  case broken(String)
}

import CellScreen
import Domain
import EffectPreview

/// The desk as read at one moment.
package struct DeskReading: Sendable {
  package var run: RunSummary?
  package var plan: [PlanEntry]
  /// Steps that changed since the last reading; `isWhole` replaces all.
  package var steps: [StepSummary]
  package var isWhole: Bool
  package var findings: [FindingRow]
  package var trail: [TrailLine]
  package var leafCount: Int64
  package var hasHost: Bool
  package init(
    run: RunSummary?, plan: [PlanEntry], steps: [StepSummary], isWhole: Bool, findings: [FindingRow],
    trail: [TrailLine], leafCount: Int64, hasHost: Bool
  ) {
    self.run = run
    self.plan = plan
    self.steps = steps
    self.isWhole = isWhole
    self.findings = findings
    self.trail = trail
    self.leafCount = leafCount
    self.hasHost = hasHost
  }
}

package enum Message: Sendable {
  case input(InputEvent, at: Int64)
  /// The clocks: monotonic, and the wall's.
  case tick(at: Int64, wall: Timestamp)
  case reading(DeskReading)
  /// Documents of which copies with redlines were prepared; and by document those copies whose review is over.
  case copies(of: Set<String>, settled: [String: StepSummary])
  case wall(WallReading)
  case policy(PolicyReading)
  /// How far a step can be loosened in its run.
  case limit(StepID, TrustLevel)
  case trailPage(TrailPage)
  case entry(EntryDetail)
  /// The proof of the entry that is open.
  case proof(LeafIndex, EntryDetail.Proof)
  /// As the key of a view would.
  case enter(ViewKind)
  /// A step a person has just raised.
  case selected(StepID)
  /// Another run is on the console now.
  case opened(RunID, readOnly: Bool)
  case preview(LoadedPreview)
  /// The frame of this model is on the screen.
  case painted(Painted, rows: Range<Int>?, at: Int64)
  case checked(TrailCheck)
  /// Something long that the run's host is doing; nil when it is over.
  case work(Work?)
  /// The text a person may rewrite, nil when there is none; as the agent had it; the line to begin at, from 0.
  case editable(StepID, Revision, String?, agents: String? = nil, line: Int = 0)
  /// A person's version was taken; the editor closes.
  case edited
  /// What was written in the editor before, and neither kept nor dropped.
  case restored(String)
  case told(String, isBad: Bool)
  /// The folders that the workspace's work goes to.
  case writtenFolders(String)
  /// Why the rules or the desk's settings can't be read now; empty when they can.
  case settings(String)
  /// Said once at the start, for a few seconds.
  case greeted(String, isBad: Bool)
}

/// A wish of the person, carried out by Runtime through the gate.
package enum Intent: Hashable, Sendable {
  case loadPreview(StepID)
  case loadEditable(StepID)
  /// The prepared copy that holds a flag's redline.
  case loadRedline(FindingRow)
  /// In the person's own editor, which gets the terminal meanwhile.
  case editOutside(StepSummary)
  case loadTrail(step: StepID?)
  case decide(StepSummary, Decision, painted: String)
  case decideLater(StepSummary, painted: String, at: Timestamp)
  case takeBack(StepSummary)
  case setTrust(StepSummary, TrustLevel, isForKind: Bool)
  case revoke(StandingApproval)
  case decideAll([StepSummary], Decision, painted: String)
  case edit(StepSummary, text: String)
  /// - Parameters:
  ///   - reason: why something is left out; nil keeps what was said.
  ///   - painted: what of it was on the screen.
  case mark(StepSummary, Mark, discarding: Set<Int>, reason: String? = nil, painted: String)
  /// Many at once, after their list.
  case markAll([StepSummary], Mark, painted: String)
  /// - Parameter listed: all that is prepared, as it was listed.
  case finishReview(listed: [StepSummary])
  /// Are the files of prepared results still as they were?
  case checkPrepared
  case undo(StepSummary)
  case raiseSend(StepSummary)
  case setLevel(FindingRow, Finding.Level, reason: String)
  case markRedline(FindingRow, Mark, reason: String)
  case pause(RunID, Bool)
  case stop(RunID)
  case stopAll
  /// - Parameter view: entered there; the run itself without it.
  case openRun(RunID, toDecide: Bool = false, view: ViewKind? = nil)
  case raiseIncident(String, RunID?, StepNumber?)
  case closeIncident(Int64, outcome: String)
  case loadWall
  case loadPolicy
  /// A new filter: what matches is delivered in pieces.
  case searchTrail(TrailFilter)
  case loadEntry(LeafIndex)
  /// How far it can be loosened.
  case loadLimit(StepSummary)
  case verify
  case export(TrailFilter)
  case writeRegister
  case resume
  case close
  /// Somebody who looks elsewhere is told.
  case notify(String)
  case flushInput
  case suspend
  case quit
}

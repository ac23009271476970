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
  case tick(at: Int64)
  case reading(DeskReading)
  case preview(LoadedPreview)
  /// The frame of this model is on the screen.
  case painted(Painted, rows: Range<Int>?, at: Int64)
  case checked(TrailCheck)
  /// The text a person may rewrite; nil when there is none.
  case editable(StepID, Revision, String?)
  /// A person's version was taken; the editor closes.
  case edited
  case told(String, isBad: Bool)
}

/// A wish of the person, carried out by Runtime through the gate.
package enum Intent: Hashable, Sendable {
  case loadPreview(StepID)
  case loadEditable(StepID)
  case loadTrail(step: StepID?)
  case decide(StepSummary, Decision, painted: String)
  case decideAll([StepSummary], Decision, painted: String)
  case edit(StepSummary, text: String)
  case mark(StepSummary, Mark, discarding: Set<Int>)
  case finishReview
  case undo(StepSummary)
  case raiseSend(StepSummary)
  case setLevel(FindingRow, Finding.Level, reason: String)
  case markRedline(FindingRow, Mark, reason: String)
  case pause(Bool)
  case stop
  case resume
  case close
  case flushInput
  case suspend
  case quit
}

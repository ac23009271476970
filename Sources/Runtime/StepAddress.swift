import Domain

/// `RUN.STEP`, as people type it.
package struct StepAddress: Hashable, Sendable {
  package let run: RunID
  package let step: StepNumber

  package init(_ text: String) throws(RuntimeFault) {
    let parts = text.split(separator: ".")
    guard parts.count == 2, let run = Int64(parts[0]), let step = Int(parts[1]) else {
      throw RuntimeFault(.usage, "`\(text)` is no step; write RUN.STEP, for example 3.12 (`ringi list` shows them)")
    }
    self.run = RunID(run)
    self.step = StepNumber(step)
  }
}

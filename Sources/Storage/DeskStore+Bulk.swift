// Filling a desk for measurements: the same rows and leaves as always, many to a transaction.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  package func bulk(_ steps: [(NewStep, StepEvent)], fillerLeaves: Int, run: RunID) throws(JournalFault) {
    var rest = steps[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1_000)
      rest = rest.dropFirst(1_000)
      try record { (log, change) throws(JournalFault) in
        for (step, event) in piece { _ = try enter(step, by: .agent("bench"), events: [event], &log, change) }
      }
    }
    var left = fillerLeaves
    while left > 0 {
      let count = min(left, 5_000)
      left -= count
      try record { (log, _) throws(JournalFault) in
        for _ in 0..<count { try log.append(.agent("bench"), "filler", run: run) }
      }
    }
  }
}

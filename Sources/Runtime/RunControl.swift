// Stopping, continuing and closing a run from the command line; never from inside an agent.

import Domain
import GateKeeper
import Glibc
import Storage

package struct RunControl {
  private let desk: Desk

  package init() throws(RuntimeFault) {
    desk = try Desk(mustExist: true, needsSettings: false)
    try AgentTree.refuse(desk)
  }

  private func known(_ run: RunID) throws(RuntimeFault) -> RunSummary {
    // One whose host is gone is told so first.
    try RunStarter.attend(desk, run)
    guard let found = try journalled({ () throws(JournalFault) in try desk.store.run(run) }) else {
      throw RuntimeFault(.usage, "there is no run \(run)")
    }
    return found
  }

  package func stop(_ run: RunID) throws(RuntimeFault) -> String {
    let now = try known(run)
    guard !now.state.isOver else { throw RuntimeFault(.refused, "run \(run) is over") }
    let count = try DeskActions(desk).stop(run)
    if now.state == .review {
      let left = now.counts.prepared
      return
        "run \(run): its agent had ended already; \(count ?? 0) withdrawn, \(left) prepared. `ringi review \(run)` decides what is prepared, `ringi close \(run)` drops it\n"
    }
    return count.map { "run \(run): \($0) withdrawn\n" } ?? "run \(run) is asked to stop\n"
  }

  package func resume(_ run: RunID) throws(RuntimeFault) -> String {
    let state = try known(run).state
    guard state == .lost || state == .review else {
      throw RuntimeFault(.refused, "run \(run) is \(state.rawValue): only one whose host was lost goes on")
    }
    try DeskActions(desk).resume(run)
    return "run \(run) goes on\n"
  }

  package func close(_ run: RunID) throws(RuntimeFault) -> String {
    let counts = try known(run).counts
    if counts.prepared > 0 || counts.waiting + counts.held > 0 {
      // What is dropped was somebody's work: a person says so.
      try Front.needKeys()
      let words = "\(counts.prepared) prepared and \(counts.waiting + counts.held) waiting or approved are dropped"
      Plain.print("Close run \(run)? \(words). Type yes: ", terminator: "")
      fflush(nil)
      tcflush(0, TCIFLUSH)
      guard readLine() == "yes" else { throw RuntimeFault(.refused, "nothing was closed") }
    }
    try DeskActions(desk).close(run)
    return "run \(run) is closed\n"
  }
}

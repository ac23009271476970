// Agents are kept out of the decision: a word that decides, from inside an agent's own processes, is none. What an agent has
// others start for it (a tmux server, a service) is not seen here; a desk under a user of its own keeps that out.

import Domain
import GateKeeper

enum AgentTree {
  /// Refuses, and puts on the trail, what an agent or a program of its own asks.
  static func refuse(_ desk: Desk) throws(RuntimeFault) {
    let ancestors = AgentProcess.ancestors()
    guard let run = try run(desk, ancestors) else {
      guard ancestors.contains(where: \.isHost) else { return }
      throw fault
    }
    try journalled { () throws(JournalFault) in
      try desk.store.say(
        run, "a deciding command came from inside the agent’s own processes, and was refused", by: .performer)
    }
    throw fault
  }

  private static let fault = RuntimeFault(
    .refused, "this comes from inside an agent’s own processes: an agent decides nothing")

  /// The run whose agent is among them.
  private static func run(_ desk: Desk, _ ancestors: [AgentProcess]) throws(RuntimeFault) -> RunID? {
    let own = Set(ancestors.filter { !$0.isShell }.map(\.text))
    return try journalled { () throws(JournalFault) in
      try desk.store.runs().first { !$0.agentProcess.isEmpty && !$0.state.isOver && own.contains($0.agentProcess) }?.id
    }
  }
}

// The connectors that people were asked about: what they accepted, and the taking back of it.

import Domain
import GateKeeper
import Storage

package struct ConnectorList {
  private let desk: Desk

  package init() throws(RuntimeFault) { desk = try Desk(mustExist: true) }

  package var text: String {
    get throws(RuntimeFault) {
      try journalled { () throws(JournalFault) in
        var lines: [String] = []
        for name in try desk.store.connectors() {
          let steps = try desk.store.trustSteps(name)
          let last = steps.first { $0.step.state == .done || $0.step.state == .undone } ?? steps.first
          guard let (step, _) = last else { continue }
          let (words, by) =
            switch step.state {
            case .done: ("accepted", step.decidedBy.isEmpty ? "policy" : step.decidedBy)
            case .undone: ("taken back", "")
            default: (step.state.word, step.decidedBy)
            }
          let later = steps.first.map(\.step).flatMap { $0.id != step.id && step.state == .done ? $0 : nil }
          let since = later.map { "; changed since, which is \($0.state.word)" } ?? ""
          lines.append(
            "\(name)  \(words)\(by.isEmpty ? "" : " by \(by)")  (ringi show \(step.run).\(step.number))\(since)")
        }
        return lines.isEmpty ? "nobody was asked about a connector yet\n" : lines.joined(separator: "\n") + "\n"
      }
    }
  }

  /// From now on the connector is asked about again.
  package func forget(_ name: String) throws(RuntimeFault) -> String {
    try AgentTree.refuse(desk)
    return try journalled { () throws(JournalFault) in
      let steps = try desk.store.trustSteps(name)
      guard let (step, _) = steps.first(where: { $0.step.state == .done || $0.step.state == .undone }),
        step.state == .done
      else { throw JournalFault(.illegal, "no connector `\(name)` is accepted") }
      try desk.gate.move([
        Transition(
          step: step.id, event: .undo, actor: .person(desk.person), reasonCode: "taken-back",
          reason: "taken back by \(desk.person.name)")
      ])
      return "\(name) is asked about again before its next call\n"
    }
  }
}

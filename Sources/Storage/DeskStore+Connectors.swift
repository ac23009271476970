// What people have accepted of connectors' servers: the steps that asked them are the record of it.

import AuditLog
import Domain
import GateKeeper
import SQLite

extension DeskStore {
  /// The steps that asked whether to accept a connector's server, the last first.
  package func trustSteps(_ connector: String) throws(JournalFault) -> [(step: StepSummary, pin: ConnectorPin)] {
    let steps = try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT \(StepRow.columns) FROM step WHERE kind = 'connector.trust' AND target = ?1 ORDER BY id DESC LIMIT 50
        """, .text(connector)
      ) { StepRow.summary($0) }
    }.compactMap { $0 }
    var out: [(step: StepSummary, pin: ConnectorPin)] = []
    for step in steps {
      let stored = try action(of: step.id)
      guard Hashing.sha256(stored.bytes) == stored.digest,
        case .trust(let pin)? = (try? Action(canonicalBytes: stored.bytes))?.effect
      else { throw JournalFault(.changed, "what was accepted of `\(connector)` is not what was recorded") }
      out.append((step, pin))
    }
    return out
  }

  /// What was last accepted of a connector's server; nil where nothing ever was.
  package func trusted(_ connector: String) throws(JournalFault) -> Content? {
    try trustSteps(connector).first { $0.step.state == .done }?.pin.text
  }
}

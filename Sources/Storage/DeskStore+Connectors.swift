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

  /// The last steps of one kind on one target that an agent or a server does, in any run.
  package func relayed(_ kind: ActionKind, target: String) throws(JournalFault) -> [StepSummary] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows(
        """
        SELECT \(StepRow.columns) FROM step WHERE target = ?1 AND isRelayed = 1 AND kind = ?2 ORDER BY id DESC LIMIT 50
        """, .text(target), .text(kind.rawValue)
      ) { StepRow.summary($0) }
    }.compactMap { $0 }
  }

  /// The connectors that people were ever asked about.
  package func connectors() throws(JournalFault) -> [String] {
    try Self.sql { () throws(SQLiteFault) in
      try connection.rows("SELECT DISTINCT target FROM step WHERE kind = 'connector.trust' ORDER BY target") {
        $0.text(0)
      }
    }
  }

  /// What was last accepted of a connector's server; nil where nothing ever was.
  package func trusted(_ connector: String) throws(JournalFault) -> Content? {
    // What was taken back gives way to nothing that was accepted before it.
    try trustSteps(connector).first { $0.step.state == .done || $0.step.state == .undone }
      .flatMap { $0.step.state == .done ? $0.pin.text : nil }
  }
}

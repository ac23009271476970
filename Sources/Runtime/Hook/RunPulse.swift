// Whether somebody is there for a run: its host, or the agent whose hooks ask for it.

import Domain

enum RunPulse {
  static func isLive(_ desk: String, _ run: RunSummary) -> Bool {
    run.isHooked
      ? !run.state.isOver && AgentProcess(run.agentProcess)?.isAlive ?? false
      : RunLock.holder(desk, run.id) == .agent
  }
}

extension RunSummary {
  /// Its agent asks through hooks: no process of Ringi's is there between two questions.
  var isHooked: Bool { !session.isEmpty }
}

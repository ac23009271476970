// Whether somebody is there for a run: its host, or the agent whose hooks ask for it.

import Domain

enum RunPulse {
  static func isLive(_ desk: String, _ run: RunSummary) -> Bool {
    run.isHooked
      ? !run.state.isOver && (run.agentProcess.isEmpty || AgentProcess(run.agentProcess)?.isAlive ?? false)
      : RunLock.holder(desk, run.id) == .agent
  }
}

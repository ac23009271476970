// What a host has done by other programs: commands, pushes, the servers of connectors.

import Domain
import Effector
import GateKeeper
import Settings
import Storage

extension Host {
  static func programs(_ desk: Desk, _ loaded: LoadedWorkspace, _ outputs: CommandOutputs, _ run: RunID) -> Programs {
    let (store, settings) = (desk.store, loaded.settings)
    var programs = Programs(
      command: { call, step in
        let runner = CommandRunner(
          desk: desk.directory, workspace: loaded.workspace, isStopped: { (try? store.stopWanted(run)) ?? false })
        let (outcome, output, code) = runner.run(call)
        outputs.keep(output, code: code, of: step)
        return outcome
      }, push: { GitRepository(desk: desk.directory, workspace: loaded.workspace, $0.repository).push($0) },
      connector: { call, step in
        guard settings.connectors[call.connector] != nil else { return nil }
        return pass(call, step, desk, settings, outputs, run)
      })
    programs.post = { post, step in
      settings.chatTool.map { way in told(way, pass(way.call(post), step, desk, settings, outputs, run)) }
    }
    programs.invite = { event, step in
      settings.calendarTool.map { way in
        let call = way.call(event, organizer: loaded.workspace.sender)
        return told(way, pass(call, step, desk, settings, outputs, run))
      }
    }
    return programs
  }

  /// Of a message it is said who took it.
  private static func told(_ way: ToolWay, _ outcome: Outcome) -> Outcome {
    guard case .done = outcome else { return outcome }
    return .done(detail: "handed to `\(way.tool)` of `\(way.connector)`")
  }

  private static func pass(
    _ call: ConnectorCall, _ step: StepID, _ desk: Desk, _ settings: DeskSettings, _ outputs: CommandOutputs,
    _ run: RunID
  ) -> Outcome {
    let store = desk.store
    do {
      var runner = ConnectorRunner(
        server: try ConnectorServer(named: call.connector, in: settings), desk: desk.directory)
      // What is decided after a stop is decided.
      let wasStopped = try store.stopWanted(run)
      runner.isStopped = { !wasStopped && (try? store.stopWanted(run)) ?? false }
      let end = runner.run(call, accepted: try store.trusted(call.connector)?.digest)
      outputs.keep(end.answer, code: nil, of: step)
      outputs.strangers[step] = end.stranger
      return end.outcome
    } catch {
      return .rolledBack(
        detail: "\((error as? RuntimeFault)?.sentence ?? "its server can’t be looked up"); nothing was called")
    }
  }
}

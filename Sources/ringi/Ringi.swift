// The program's verbs. One file for each; errors become text and an exit code in ExitReport, nowhere else.

import ArgumentParser
import Runtime

@main
struct Ringi {
  static let version = "0.1.0"

  static func main() {
    if let hook = HookWords(Array(CommandLine.arguments.dropFirst())) { hook.answer() }
    ExitReport.run {
      var command = try RingiCommand.parseAsRoot()
      try command.run()
    }
  }
}

struct RingiCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ringi", abstract: "The approval desk for AI agents.",
    discussion: """
      `ringi demo` starts on a sample. `ringi` alone opens the console on the desk.
      Exit codes: 0 done, 1 refused or rejected, 2 usage, 3 fault.
      """,
    version: Ringi.version,
    subcommands: [
      DemoCommand.self, RunCommand.self, ConsoleCommand.self, WatchCommand.self, InitCommand.self, DoctorCommand.self,
      KeysCommand.self, ListCommand.self, ShowCommand.self,
      ApproveCommand.self,
      RejectCommand.self, ReviewCommand.self, UndoCommand.self, PolicyCommand.self, AuditCommand.self, MCPCommand.self,
      StopCommand.self, ContinueCommand.self, CloseCommand.self, HookCommand.self, ProposeCommand.self,
      StatusCommand.self,
      HostCommand.self,
    ],
    defaultSubcommand: ConsoleCommand.self)
}

import ArgumentParser
import Runtime

/// What the console's `K`, `:continue` and `:close` do.
struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop a run: its agent ends, what waits or is set for later is withdrawn.")
  @Argument(help: .init("A run's number.", valueName: "run")) var number: Int64
  func run() throws { print(try RunControl().stop(.init(number)), terminator: "") }
}

struct ContinueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "continue", abstract: "Start the agent of a run whose host was lost again, on the same run.")
  @Argument(help: .init("A run's number.", valueName: "run")) var number: Int64
  func run() throws { print(try RunControl().resume(.init(number)), terminator: "") }
}

struct CloseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Close a run that nobody works on: what is open is withdrawn.")
  @Argument(help: .init("A run's number.", valueName: "run")) var number: Int64
  func run() throws { print(try RunControl().close(.init(number)), terminator: "") }
}

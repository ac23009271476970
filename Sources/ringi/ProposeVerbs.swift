import ArgumentParser
import Glibc
import Runtime

struct ProposeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "propose", abstract: "Ask before acting: a proposal as JSON on stdin, the decision as JSON on stdout.",
    discussion: "Exit codes: 0 allow, 1 any other decision, 2 a proposal that can't be read, 3 fault, 4 it still waits."
  )
  @Option(help: "A workspace's folder; without it the folder of the proposal, under the company's policy.")
  var workspace: String?
  @Option(help: "How many seconds a person is waited for.") var wait = 3_600
  @Flag(help: "Answer at once; `waiting` means to propose the same again later, a yes counts once.") var noWait = false
  @Flag(help: "Print the JSON schema of a proposal.") var schema = false

  func run() throws {
    if schema { return print(ProposeGate.schema, terminator: "") }
    let (text, code) = try ProposeGate(workspace: workspace, seconds: noWait ? 0 : max(0, wait)).run()
    print(text, terminator: "")
    fflush(nil)
    if code != 0 { Glibc.exit(code) }
  }
}

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Where a step stands, as JSON, for programs that poll.")
  @Argument(help: "RUN.STEP") var step: String

  func run() throws {
    print(
      try DeskReport(try Desk(mustExist: true, needsSettings: false)).status(try StepAddress(step)), terminator: "")
  }
}

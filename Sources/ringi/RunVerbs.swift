import ArgumentParser
import Runtime

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Run a sample workspace on a fresh copy.",
    discussion: "Samples: contract-triage (legal), outgoing-drafts (exec assistant), weekly-brief (strategy).")
  @Option(help: "A theme: dark, light, contrast, colorblind, mono, or a file.") var theme: String?
  @Flag(help: "Line mode, for dumb terminals and screen readers: one numbered question at a time.") var plain = false
  @Argument(help: "Which sample.") var name = "contract-triage"

  func run() throws {
    let desk = try Desk()
    try Front.check(theme: theme, desk)
    if plain { try Front.needKeys() }
    let directory = try Samples.copy(name)
    print("A fresh copy of the sample `\(name)` is in \(directory)")
    print("Other samples: \(Samples.names.filter { $0 != name }.map { "ringi demo \($0)" }.joined(separator: ", "))")
    let run = try RunStarter.start(desk, workspace: directory, goal: nil, agent: nil)
    try Front.open(desk, run, theme: theme, isPlain: plain, isDemo: true)
  }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Start an agent on a workspace.")
  @Option(
    help:
      "An agent of the desk's registry, or any command line: it runs on a private view of the folders, without a network, and what it changes is prepared for review. {goal} stands for the goal."
  ) var agent: String?
  @Option(help: "A file or folder that a command line may read besides, as it lies in the home. Can be repeated.")
  var show: [String] = []
  @Option(help: "A theme: dark, light, contrast, colorblind, mono, or a file.") var theme: String?
  @Flag(help: "Line mode, for dumb terminals and screen readers: one numbered question at a time.") var plain = false
  @Flag(help: "Don't open a console.") var detach = false
  @Argument(help: "The workspace's folder.") var workspace: String
  @Argument(help: "The goal, instead of goal.txt.") var goal: String?

  func run() throws {
    let desk = try Desk()
    try Front.check(theme: theme, desk)
    if plain, !detach { try Front.needKeys() }
    let run = try RunStarter.start(desk, workspace: workspace, goal: goal, agent: agent, shown: show)
    if detach {
      print("run \(run) goes on without a console, on the folders of \(workspace); `ringi` opens one")
    } else {
      try Front.open(desk, run, theme: theme, isPlain: plain)
    }
  }
}

struct ConsoleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "console", abstract: "Open the console on the desk.")
  @Option(name: .customLong("run"), help: "A run's number; the newest open one without it.") var number: Int64?
  @Option(help: "Open on a view: \(Front.viewNames.joined(separator: ", ")).") var view: String?
  @Flag(help: "Line mode, for dumb terminals and screen readers: one numbered question at a time.") var plain = false
  @Flag(help: "Look only: no key of this console decides.") var readOnly = false
  @Option(help: "A theme: dark, light, contrast, colorblind, mono, or a file.") var theme: String?

  func run() throws {
    let desk = try Desk(needsSettings: false)
    let opening = try Front.opening(view: view, isReadOnly: readOnly)
    var found = try Front.pick(desk, number)
    if found == nil {
      switch try Front.welcome(desk) {
      case nil: return
      case .run(let begun)?: found = begun
      case .sample(let name)?:
        var demo = try DemoCommand.parse([name] + (plain ? ["--plain"] : []))
        demo.theme = theme
        return try demo.run()
      }
    }
    guard let found else { return }
    try Front.open(desk, found, theme: theme, opening: opening, isPlain: plain, greets: true)
  }
}

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "All runs of the desk, for a second monitor: look only, stop what must stop.")
  @Option(help: "A theme: dark, light, contrast, colorblind, mono, or a file.") var theme: String?

  func run() throws {
    let desk = try Desk(mustExist: true, needsSettings: false)
    guard let found = try Front.pick(desk, nil) else {
      print("Nothing has run on this desk yet.")
      return
    }
    try Front.open(desk, found, theme: theme, opening: try Front.opening(view: "live", isReadOnly: true))
  }
}

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a workspace: a few questions, everything shown before it is written.")
  @Flag(help: "Ask nothing, take every default.") var yes = false
  @Argument(help: "The folder of the workspace.") var folder: String

  func run() throws { print(try WorkspaceMaker(folder: folder, isAsking: !yes).run(), terminator: "") }
}

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check terminal, locale, desk, keys, policy, clock and agents; each with its mend."
  )
  @Flag(help: "Machine-readable.") var json = false

  func run() throws {
    let (text, isBad) = Doctor.report(Doctor.checks(), json: json)
    print(text, terminator: "")
    if isBad { throw RuntimeFault(.refused, "something here must be mended") }
  }
}

struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "All keys as they are on this desk, as a table.")

  func run() throws { print(try KeyList.table(), terminator: "") }
}

/// Not for people: a run's own process.
struct HostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host", abstract: "A run's process.", shouldDisplay: false)
  @Argument(help: .init("A run's number.", valueName: "run")) var number: Int64
  @Flag var performOnly = false

  func run() throws { try RunStarter.host(.init(number), performOnly: performOnly, version: Ringi.version) }
}

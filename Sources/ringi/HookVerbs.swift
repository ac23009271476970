import ArgumentParser
import Glibc
import Runtime

struct HookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hook", abstract: "The gate for agents that ask through hooks.",
    subcommands: [ClaudeCode.self, Codex.self, Install.self, Remove.self])

  struct ClaudeCode: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "claude-code", abstract: "One question of Claude Code on stdin, one answer on stdout.")
    @OptionGroup var options: Options
    func run() throws { options.answer(.claudeCode) }
  }

  struct Codex: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "codex", abstract: "One question of Codex on stdin, one answer on stdout.")
    @OptionGroup var options: Options
    func run() throws { options.answer(.codex) }
  }

  struct Options: ParsableArguments {
    @Option(help: "A workspace's folder; without it the folder the agent works in, under the company's policy.")
    var workspace: String?
    @Option(help: "The desk's folder.") var desk: String?
    @Option(help: "How many seconds a person is waited for: less than the hook's own timeout.")
    var wait = HookWords.usualWait
    @Option(help: "How many seconds more the desk may take; then the answer is no.") var grace = HookWords.usualGrace

    @Option(help: "How many seconds `claude -p` waits before it ends, to be taken up again; without it it is told no.")
    var deferAfter: Int?

    func answer(_ agent: HookedAgent) -> Never {
      var words = HookWords(agent)
      words.desk = desk ?? ""
      words.workspace = workspace ?? ""
      words.wait = wait
      words.deferAfter = deferAfter
      words.answer(grace: grace)
    }
  }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "install", abstract: "Put Ringi's hooks into an agent's settings, shown first.")
    @Argument(help: "claude-code or codex.") var agent: HookedAgent
    @Argument(help: "A workspace's folder; without it the folder the agent is started in, under the company's policy.")
    var workspace: String?
    @Flag(help: "For everybody on this machine, so that no user can take them out; needs root.") var managed = false
    @Option(help: "How many seconds `claude -p` waits before it ends, to be taken up again; without it it is told no.")
    var deferAfter: Int?
    @Flag(help: "Ask nothing.") var yes = false

    func run() throws {
      let settings = try HookSettings(agent, isManaged: managed, workspace: workspace, deferAfter: deferAfter)
      print(try settings.install(isAsking: !yes), terminator: "")
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Take Ringi's hooks out again, shown first.")
    @Argument(help: "claude-code or codex.") var agent: HookedAgent
    @Flag(help: "Those for everybody on this machine; needs root.") var managed = false
    @Flag(help: "Ask nothing.") var yes = false

    func run() throws {
      print(try HookSettings(agent, isManaged: managed, workspace: nil).remove(isAsking: !yes), terminator: "")
    }
  }
}

extension HookedAgent: ExpressibleByArgument {}

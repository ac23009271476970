import ArgumentParser
import Glibc
import Runtime

struct MCPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mcp",
    abstract: "The gate in front of other systems, and Ringi's own tools, for agents that speak MCP.",
    discussion:
      "`ringi mcp -- SERVER …` stands in front of a server: put it before the server's command where the client names it.",
    subcommands: [ToolsCommand.self])
  @Option(help: "What rules and the trail call it, as `gmail`; without it the server's command says.") var name: String?
  @Option(help: "A connector of desk.yaml, in place of a server's command.") var connector: String?
  @Option(name: .customLong("run"), help: .hidden) var ofRun: Int64?
  @Option(help: "A workspace's folder, whose policy holds; without it the company's policy alone.") var workspace:
    String?
  @Option(help: "The desk's folder.") var desk: String?
  @Option(help: "How many seconds a person is waited for, where the client hears of progress.") var wait = 3_600
  @Flag(help: "Put Ringi before the servers that Claude Desktop's settings name, shown first.") var desktop = false
  @Option(help: "The same for another client's settings, a file with `mcpServers`.") var config: String?
  @Option(help: "With --desktop or --config: Ringi's own tools for a folder, in place of what stands before servers.")
  var tools: String?
  @Flag(help: "With --desktop or --config: all of it out again.") var remove = false
  @Flag(help: "The connectors that people were asked about, and what they said.") var list = false
  @Option(help: "Take back that a connector was accepted: it is asked about again.") var forget: String?
  @Flag(help: "With --desktop or --config: ask nothing.") var yes = false
  @Argument(parsing: .postTerminator, help: "The server's command, after `--`.") var server: [String] = []

  func run() throws {
    if let desk { setenv("RINGI_DESK", desk, 1) }
    if list { return print(try ConnectorList().text, terminator: "") }
    if let forget { return print(try ConnectorList().forget(forget), terminator: "") }
    if desktop || config != nil {
      let settings = try ConnectorSettings(config)
      if let tools, !remove { return print(try settings.install(toolsFor: tools, isAsking: !yes), terminator: "") }
      return print(
        remove ? try settings.remove(isAsking: !yes) : try settings.install(isAsking: !yes), terminator: "")
    }
    if let connector {
      guard server.isEmpty, name == nil else {
        throw ValidationError("--connector has its name and command from desk.yaml: leave out --name and `-- SERVER …`")
      }
      return try Gateway(connector: connector, run: ofRun, workspace: workspace, seconds: max(0, wait)).run()
    }
    if server.isEmpty { throw ValidationError("name the server's command after `--`: ringi mcp -- SERVER …") }
    try Gateway(server, name: name, workspace: workspace, seconds: max(0, wait)).run()
  }

  struct ToolsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "tools",
      abstract: "Ringi's own tools over stdio: files, mail, posts, events, plans and any other proposal.",
      discussion:
        "For a client that starts it with a FOLDER, as Claude Desktop does, its calls are a run of their own. An agent that Ringi runs is given them without."
    )
    @Argument(help: "A workspace's folder, or a folder to work in under the company's policy.") var folder: String?

    func run() throws {
      try ToolPipe.run(folder)
    }
  }
}

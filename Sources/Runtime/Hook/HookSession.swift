// A session of an agent that asks through hooks, as a run of the desk. Each question is a process of its own that talks
// to the desk as any other client does; what they have in common is here.

import AgentLink
import AuditLog
import Domain
import GateKeeper
import Glibc
import Storage

struct HookSession {
  /// Who asks, and how.
  struct Asker: Hashable {
    let agent: String
    let grade: Grade
    let session: String
    let directory: String
    let goal: String
    /// The asking program's process.
    let process: AgentProcess?
    /// What the run is called, where that says more than its folder; empty for the folder's name.
    var title = ""
  }

  let desk: Desk
  let run: RunSummary
  var store: DeskStore { desk.store }
  var agent: Actor { .agent(run.agent) }

  /// The run of a session; nil where it has none yet.
  static func find(_ desk: Desk, _ session: String) throws(RuntimeFault) -> HookSession? {
    try journalled { () throws(JournalFault) in try desk.store.run(ofSession: session) }.map {
      HookSession(desk: desk, run: $0)
    }
  }

  /// The run of a session, begun where there is none.
  /// - Parameter workspace: its definition folder; nil makes one on the desk for the folder the agent works in.
  static func open(_ desk: Desk, _ asker: Asker, workspace: String?) throws(RuntimeFault) -> HookSession {
    let process = asker.process?.text ?? ""
    if let found = try find(desk, asker.session) {
      // One that was stopped stays so: what it asks is refused.
      if try found.isStopped() { return found }
      // A session that is taken up again is another process, on the same run.
      if found.run.agentProcess != process || found.run.state.isOver {
        try journalled { () throws(JournalFault) in
          try desk.store.setAgentProcess(found.run.id, process)
          if found.run.state != .live { try desk.store.setState(found.run.id, .live, note: "", by: found.agent) }
        }
        return try find(desk, asker.session) ?? found
      }
      return found
    }
    let directory = if let workspace { workspace } else { try Project.definition(of: asker.directory, desk) }
    let loaded = try WorkspaceLoader.load(directory, desk: desk.directory)
    var workspace = loaded.workspace
    if !asker.title.isEmpty { workspace.name = asker.title }
    var new = NewRun(
      workspace: workspace, goal: asker.goal, agent: asker.agent, grade: asker.grade,
      model: desk.settings.agents[asker.agent]?.model ?? .remote(region: "unknown"), policy: loaded.policyDigest)
    new.session = asker.session
    new.agentProcess = process
    new.pauseAfter = loaded.policy.pauseAfter
    let run = try journalled { () throws(JournalFault) -> RunID in
      let run = try desk.store.create(new, by: desk.person)
      try desk.store.setState(run, .live, note: "", by: .agent(asker.agent))
      return run
    }
    guard let found = try find(desk, asker.session) else { throw RuntimeFault(.fault, "run \(run) is gone") }
    return found
  }

  func maker() throws(RuntimeFault) -> StepMaker { try DeskActions(desk).maker(run.id) }

  /// One question of a session after the other: the same asked twice at once is one.
  func inTurn<T>(_ body: () throws -> T) throws -> T {
    let lock = Glibc.open("\(desk.directory)/run-\(run.id).turn", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(lock) }
    while lock < 0 || flock(lock, LOCK_EX) != 0 {
      guard lock >= 0, errno == EINTR else { throw RuntimeFault(.fault, "the desk's folder can't be written") }
    }
    return try body()
  }

  func say(_ words: String) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in try store.say(run.id, words, by: agent) }
  }

  /// Nothing more is asked: what waits is withdrawn.
  func end(_ why: String, isLost: Bool) throws(JournalFault) {
    try turnEnded()
    let isStopped = try store.stopWanted(run.id)
    // What may have happened is a question about the past, which no end answers.
    let open = try store.steps(of: run.id, in: [.waiting, .approved, .permitted]).filter {
      ($0.isRelayed || isStopped) && !$0.mayHaveHappened
    }
    try desk.withdraw(open, by: .performer, code: isLost ? "agent-gone" : "session-ended", because: why)
    let left = try store.steps(of: run.id, in: [.waiting, .staged, .approved, .kept, .performing, .unknown])
    let state: RunState = left.isEmpty ? isStopped ? .closed : .finished : .review
    guard try store.run(run.id)?.state != state else { return }
    try store.setState(run.id, state, note: isStopped ? RunSummary.stopped : why, by: .performer)
  }
}

extension Project {
  /// For connectors of a program that works in no folder of ours: the company's policy, and nothing to write to.
  static func ofConnectors(_ desk: Desk) throws(RuntimeFault) -> String {
    let place = "\(desk.directory)/\(folder)/connectors"
    guard Files.text("\(place)/workspace.yaml") == nil else { return place }
    guard Files.makeDirectory("\(desk.directory)/\(folder)", mode: 0o700), Files.makeDirectory(place, mode: 0o700),
      Files.write(
        Array(
          """
          # Made by Ringi for programs that reach other systems through `ringi mcp`. It may be changed; policy.yaml beside it
          # tightens the company's rules.
          name: connectors
          folders: []

          """.utf8), to: "\(place)/workspace.yaml", mode: 0o600)
    else { throw RuntimeFault(.fault, "a workspace for connectors can't be made on the desk") }
    return place
  }
}

/// The folder an agent was started in, as a workspace of the desk's own making: the company's policy holds in it.
enum Project {
  static let folder = "projects"

  static func definition(of directory: String, _ desk: Desk) throws(RuntimeFault) -> String {
    guard let real = Files.real(directory), Files.isDirectory(real), real != "/" else {
      throw RuntimeFault(.usage, "`\(directory)` is no folder an agent can work in")
    }
    // With the folder above it: many are called the same.
    let name = real.split(separator: "/").suffix(2).joined(separator: "/")
    let place = "\(desk.directory)/\(folder)/\(Hashing.sha256(Array(real.utf8)).short)"
    guard Files.text("\(place)/workspace.yaml") == nil else { return place }
    guard real.utf8.allSatisfy({ $0 >= 32 && $0 != 127 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }),
      Files.makeDirectory("\(desk.directory)/\(folder)", mode: 0o700), Files.makeDirectory(place, mode: 0o700),
      Files.write(
        Array(
          """
          # Made by Ringi for an agent that was started in this folder. It may be changed; policy.yaml beside it tightens
          # the company's rules.
          name: "\(name)"
          agent: program
          folders:
            - path: "\(real)"

          """.utf8), to: "\(place)/workspace.yaml", mode: 0o600)
    else { throw RuntimeFault(.fault, "a workspace for `\(directory)` can't be made on the desk") }
    return place
  }
}

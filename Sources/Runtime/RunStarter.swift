// Starting runs and their hosts. A host is a process of its own: it outlives the console that started it.

import Domain
import GateKeeper
import Glibc
import Settings
import Storage

package enum RunStarter {
  /// Agents every desk knows.
  static func entry(_ name: String, _ desk: Desk) throws(RuntimeFault) -> AgentEntry {
    if let known = desk.settings.agents[name] { return known }
    if name == "rules-agent" {
      let own = ChildProcess.ownPath()
      let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
      var entry = AgentEntry(command: ["\(folder)/ringi-rules-agent"], model: .local, environment: [])
      entry.leavesFiles = true
      return entry
    }
    let known = (Array(desk.settings.agents.keys) + ["rules-agent"]).sorted().joined(separator: ", ")
    throw RuntimeFault(.usage, "no agent `\(name)` is in the desk's registry (desk.yaml); it knows: \(known)")
  }

  /// The arguments of a command line; empty for the name of an agent of the registry.
  private static func commandLine(
    _ text: String, _ desk: Desk, _ workspace: Workspace, shown: [String]
  ) throws(RuntimeFault) -> [String] {
    if desk.settings.agents[text] != nil || text == "rules-agent" { return [] }
    let words = try CommandWords.split(text)
    guard let program = words.first, ChildProcess.find(program) != nil else {
      guard words.count > 1 else {
        _ = try entry(text, desk)
        return []
      }
      throw RuntimeFault(
        .usage, "`\(words[0])` is not a program on this machine, and no agent of the desk is called so")
    }
    return try seen(words, desk, workspace, shown: shown)
  }

  /// A path of the registry as it is on this machine.
  static func place(_ path: String) throws(RuntimeFault) -> String {
    let whole = path.hasPrefix("~/") ? "\(Desk.variable("HOME") ?? "")\(path.dropFirst(1))" : path
    guard let place = Files.real(whole) else {
      throw RuntimeFault(.usage, "`\(path)` of desk.yaml does not exist: make it, or take it out there")
    }
    return place
  }

  /// The words of a command as its private view has them.
  private static func seen(
    _ given: [String], _ desk: Desk, _ workspace: Workspace, shown: [String]
  ) throws(RuntimeFault) -> [String] {
    var words = given
    guard let program = words.first, ChildProcess.find(program) != nil else {
      throw RuntimeFault(.usage, "`\(words.first ?? "")` is not a program on this machine")
    }
    // As the program will see it: what lies in the home is not there unless it is shown.
    let hidden = ShadowWorkspace.hidden(desk: desk.directory, workspace: workspace)
    let isSeen = { (path: String) -> Bool in
      shown.contains { ShadowWorkspace.lies(path, below: $0) }
        || !hidden.contains { ShadowWorkspace.lies(path, below: $0) }
    }
    if !program.contains("/") {
      guard let path = ChildProcess.find(program, where: isSeen) else {
        let place = ChildProcess.find(program) ?? program
        throw RuntimeFault(
          .usage, "`\(place)` lies where the agent's private view shows nothing; `--show FOLDER` shows what it needs")
      }
      words[0] = path
    }
    let main = workspace.folders.first { $0.label.isEmpty }?.path ?? ""
    // A file that is named from where the person stands is meant, unless the agent's own folder has one of that name.
    return words.enumerated().map { index, word in
      guard !word.hasPrefix("/"), index > 0 || word.contains("/"), access("\(main)/\(word)", F_OK) != 0,
        let real = Files.real(word), !Files.isDirectory(real)
      else { return word }
      return real
    }
  }

  /// The embedded agent touches nothing itself. Any other may: it is asked, and no more is promised.
  static func grade(_ name: String, _ desk: Desk) -> Grade {
    name == "rules-agent" && desk.settings.agents[name] == nil ? .enforced : .asked
  }

  /// Records the run and starts its host.
  /// - Parameters:
  ///   - agent: a name of the registry, or a command line; nil takes the workspace's own.
  ///   - shown: files and folders that a command line may read besides.
  package static func start(
    _ desk: Desk, workspace directory: String, goal: String?, agent: String?, shown: [String] = []
  ) throws(RuntimeFault) -> RunID {
    let loaded = try WorkspaceLoader.load(directory, desk: desk.directory)
    let name = agent ?? loaded.workspace.agent
    // A workspace only names an agent: a command line is a person's own word.
    var places: [String] = []
    for path in shown {
      guard let place = Files.real(path) else { throw RuntimeFault(.usage, "`\(path)` does not exist") }
      places.append(place)
    }
    // One of the registry that speaks nothing is a command line that the desk's owner wrote.
    let silent = desk.settings.agents[name].flatMap { $0.isSilent ? $0 : nil }
    // One that speaks ACP works on a view as well, unless the desk's owner says otherwise.
    let own = silent ?? desk.settings.agents[name].flatMap { $0.leavesFiles || $0.isUnconfined ? nil : $0 }
    if let own { places += try own.reads.map { path throws(RuntimeFault) in try Self.place(path) } }
    var command: [String] = []
    if let silent {
      command = try seen(silent.command, desk, loaded.workspace, shown: places)
    } else if let agent {
      command = try commandLine(agent, desk, loaded.workspace, shown: places)
    }
    let isCommand = !command.isEmpty
    var new = NewRun(
      workspace: loaded.workspace, goal: goal ?? loaded.workspace.goal, agent: name,
      grade: isCommand ? .enforced : grade(name, desk),
      model: isCommand ? silent?.model ?? .local : try entry(name, desk).model,
      policy: loaded.policyDigest)
    new.pauseAfter = loaded.policy.pauseAfter
    new.command = command
    new.shown = places
    if isCommand || own != nil { new.view = try ShadowProbe.kind(desk.directory, loaded.workspace.folders) }
    if isCommand, new.goal.allSatisfy(\.isWhitespace) { new.goal = name }
    while new.goal.last?.isWhitespace == true { new.goal.removeLast() }
    guard !new.goal.isEmpty else {
      throw RuntimeFault(.usage, "the run has no goal: write goal.txt or give it as an argument")
    }
    let run = try journalled { () throws(JournalFault) in try desk.store.create(new, by: desk.person) }
    try spawnHost(desk, run, performOnly: false)
    return run
  }

  /// A run for a program that came by itself to Ringi's tools: what it does with them, Ringi does.
  /// - Parameter caller: what it calls itself.
  static func start(
    _ desk: Desk, workspace directory: String, caller: String, process: AgentProcess
  ) throws(RuntimeFault) -> RunID {
    let loaded = try WorkspaceLoader.load(directory, desk: desk.directory)
    var new = NewRun(
      workspace: loaded.workspace, goal: "what \(caller) proposes", agent: caller, grade: .enforced,
      model: desk.settings.agents[caller]?.model ?? .remote(region: "unknown"), policy: loaded.policyDigest)
    new.agentProcess = process.text
    new.pauseAfter = loaded.policy.pauseAfter
    let run = try journalled { () throws(JournalFault) in try desk.store.create(new, by: desk.person) }
    try spawnHost(desk, run, performOnly: false)
    return run
  }

  /// Returns when the host holds the run's lock and is ready, or has said why not.
  @discardableResult
  package static func spawnHost(_ desk: Desk, _ run: RunID, performOnly: Bool) throws(RuntimeFault) -> pid_t {
    let log = open("\(desk.directory)/run-\(run).log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let ready = try ChildProcess.pipe()
    defer {
      close(log)
      close(ready.read)
    }
    // And what its agents are to be given, by name.
    let named = Set(desk.settings.agents.values.flatMap(\.environment)).subtracting(["RINGI_DESK"]).sorted()
    let environment =
      (["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "XDG_DATA_HOME", "HOSTNAME"] + named).compactMap { name in
        Desk.variable(name).map { "\(name)=\($0)" }
      }
    let host = try ChildProcess.spawn(
      [ChildProcess.ownPath(), "host", run.description] + (performOnly ? ["--perform-only"] : []),
      environment: environment + ["RINGI_DESK=\(desk.directory)"], directory: "/",
      streams: .init(input: -1, output: ready.write, error: log), diesWithParent: false)
    close(ready.write)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while answer.last != 10 {
      let count = read(ready.read, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      answer += buffer[0..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    guard text == "ready\n" else {
      waitpid(host, nil, 0)
      // A host that can't start ends no console: what is left waits, and the reason is told.
      throw RuntimeFault(
        .refused,
        text.isEmpty ? "the run's host did not start; see run-\(run).log on the desk" : String(text.dropLast()))
    }
    return host
  }

  /// `ringi host RUN`: never typed by a person.
  package static func host(_ run: RunID, performOnly: Bool, version: String) throws(RuntimeFault) {
    do throws(RuntimeFault) {
      let desk = try Desk()
      let host = try Host(desk: desk, run: run, performOnly: performOnly)
      if !performOnly {
        do throws(RuntimeFault) {
          if host.summary.isOfCaller {
            try host.openDoor()
          } else if host.summary.command.isEmpty {
            try host.startAgent(try entry(host.summary.agent, desk), version: version)
          } else {
            try host.startCommand(host.summary.command)
          }
        } catch {
          try journalled { () throws(JournalFault) in
            try desk.store.setState(run, .lost, note: error.sentence, by: .performer)
          }
          throw error
        }
      }
      tell("ready\n")
      host.serve()
    } catch {
      tell("\(error.sentence)\n")
      throw error
    }
  }

  /// Answers over the readiness pipe, then lets go of it.
  private static func tell(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
    if nothing >= 0 {
      dup2(nothing, 1)
      close(nothing)
    }
  }

  /// For consoles: a run whose host is gone is told so, and a performer is started where work is left.
  /// - Parameter mayExpire: a rule of the run has `expires:`; nil where that is still to be read.
  /// - Returns: the performer, a child that wants to be waited for when it ends.
  @discardableResult
  package static func attend(_ desk: Desk, _ run: RunID, mayExpire: Bool? = nil) throws(RuntimeFault) -> pid_t? {
    var lock = try? RunLock(desk.directory, run, as: .look)
    guard lock != nil else { return nil }
    // Only now, with the lock held, is what is read the last word of a host.
    let store = desk.store
    let isLeft = try journalled { () throws(JournalFault) -> Bool in
      let now = try store.run(run)
      if let now, now.isHooked { return try attend(hooked: now, desk) }
      guard let now, !now.state.isOver else { return try !work(store, run).isEmpty }
      let isYoung = Clocks.now().milliseconds - now.startedAt.milliseconds < 5_000
      if now.state == .live || now.state == .starting && !isYoung {
        try tellHostGone(desk, run, wasFull: lock?.isMarkedFull == true)
      }
      if mayExpire ?? Expiry.isPossible(in: now.directory, desk) { try Expiry.apply(desk, run) }
      return try !work(store, run).isEmpty || ShadowWorkspace.isLeft(desk.directory, run)
    }
    lock = nil
    return isLeft ? try spawnHost(desk, run, performOnly: true) : nil
  }

  /// A session that ended without a word: nobody waits for what it asked.
  private static func attend(hooked run: RunSummary, _ desk: Desk) throws(JournalFault) -> Bool {
    let session = HookSession(desk: desk, run: run)
    try Expiry.apply(desk, run.id)
    let isStopped = try desk.store.stopWanted(run.id)
    // One that asked in the moment in which its session was found dead waits in a run that is over.
    let open = try desk.store.steps(of: run.id, in: [.waiting, .approved])
    let isAsking = run.state.isOver && open.contains { $0.isRelayed && !$0.mayHaveHappened }
    if run.state == .live || isAsking, isStopped || !RunPulse.isLive(desk.directory, run) {
      try session.end(isStopped ? "stopped by a person" : "the agent is gone", isLost: !isStopped)
    } else {
      try session.lookAtDone()
    }
    return try !work(desk.store, run.id).isEmpty
  }

  /// Runs whose host is gone while something was decided and not done: a mail set for later, a kept review.
  package static func attendAll(_ desk: Desk, but run: RunID?) throws(RuntimeFault) -> [pid_t] {
    let left = try journalled { () throws(JournalFault) in try desk.store.runsWithWork() }
    var performers: [pid_t] = []
    for other in left where other != run && RunLock.isFree(desk.directory, other) {
      // One that can't be started must not keep the others' mail waiting.
      do throws(RuntimeFault) {
        if let performer = try attend(desk, other) { performers.append(performer) }
      } catch  where error.code != .fault { continue }
    }
    return performers
  }

  /// What is left to be done; what the agent does itself is not done by anybody else.
  private static func work(_ store: DeskStore, _ run: RunID) throws(JournalFault) -> [StepSummary] {
    try store.steps(of: run, in: [.approved, .kept, .performing]).filter { !$0.isRelayed }
  }

  private static func tellHostGone(_ desk: Desk, _ run: RunID, wasFull: Bool) throws(JournalFault) {
    // What a person set for later was decided, not only proposed: a performer does it in time.
    let open = try desk.store.steps(of: run, in: [.waiting, .approved, .permitted]).filter {
      $0.dueAt == nil && !$0.mayHaveHappened
    }
    try desk.gate.move(
      open.map {
        Transition(
          step: $0.id, event: .withdraw, actor: .performer, reasonCode: "host-gone", reason: RunSummary.hostGone)
      })
    let prepared = try desk.store.steps(of: run, in: [.staged])
    // What a program did on its private view is still to be looked at.
    let isOpen = !prepared.isEmpty || ShadowWorkspace.isLeft(desk.directory, run)
    let why = wasFull ? RunSummary.hostFull : RunSummary.hostGone
    try desk.store.setState(
      run, isOpen ? .review : .lost, note: "\(why); `:continue` starts the agent again", by: .performer)
  }
}

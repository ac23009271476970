// A program that speaks no protocol, on a private view: its output goes on the trail, what it did to the folders becomes
// steps. While it runs nothing of Ringi's touches the real folders: a lower folder must not change under its overlay.

import AgentLink
import Domain
import Effector
import GateKeeper
import Glibc
import Settings

/// What is known of one change of the private view.
struct ShadowStep {
  let change: ShadowChange
  let step: StepID
}

/// Where something changed; what went and what came at one place are two changes.
struct ShadowPlace: Hashable {
  let folder: String
  let key: ShadowChange.Key
  init(_ path: FilePath, _ change: ShadowChange) {
    folder = path.folder
    key = change.key
  }
}

/// The view of one run, and how much of it has become steps.
struct ShadowWatch {
  let view: ShadowWorkspace
  var known: [ShadowPlace: ShadowStep] = [:]
  /// At the last look: a file that is still being written is not proposed yet.
  var last: [ShadowPlace: ShadowChange] = [:]
  var lookedAt: Int64 = 0
  var interval: Int64 = 1_000
  var linesSaid = 0
  var lastLines: [String] = []
  /// After another host: steps of this difference may be on the desk already.
  var isTakenUp = false
  /// Nobody let it come to its end: its host is gone.
  var isCutShort = false
  init(_ view: ShadowWorkspace) { self.view = view }
}

extension Host {
  /// Lines of a program's output that become entries of the trail.
  static let maximumLines = 450
  /// And of its end.
  static let lastLines = 50

  /// Something still runs on the private view.
  var isViewMounted: Bool { shadow != nil && agentPID > 0 }

  /// The run's private view, made or found, and what its agent's processes see.
  /// - Parameters:
  ///   - words: the program, and the files a person named, wherever they lie.
  ///   - keepsNetwork: its model is reached over the network.
  func privateView(_ words: [String], keepsNetwork: Bool) throws(RuntimeFault) -> (ShadowWorkspace, Sandbox) {
    let workspace = maker.loaded.workspace
    let view = try ShadowWorkspace(desk: desk.directory, run: run, folders: workspace.folders, kind: summary.view)
    let shown = ([ChildProcess.find(words[0]) ?? ""] + words.dropFirst() + summary.shown)
      .filter { word in
        word.hasPrefix("/") && !workspace.folders.contains { ShadowWorkspace.lies(word, below: $0.path) }
      }
      .filter { access($0, F_OK) == 0 }
    let kept = try (desk.settings.agents[summary.agent]?.keeps ?? []).map { path throws(RuntimeFault) in
      try RunStarter.place(path)
    }
    return (
      view,
      try view.sandbox(desk: desk.directory, workspace: workspace, shown: shown, kept: kept, keepsNetwork: keepsNetwork)
    )
  }

  func watch(_ view: ShadowWorkspace) {
    view.setTaken(false)
    shadow = ShadowWatch(view)
    shadow?.isTakenUp = true
  }

  /// The turn of an agent on a private view is over: it is ended, and what it did is the difference.
  func endOnView() throws(JournalFault) {
    agentChannel?.shut()
    agentChannel = nil
    link = nil
    endAgent()
    try takeDifference(isFinal: true)
    isAgentDone = true
    isAwaitingReview = true
    seenVersion = -1
    try settleState()
  }

  /// What it may do on its view needs nobody's yes: it comes back as the difference.
  func isOfView(_ effect: ProposedEffect, _ token: ReplyToken) -> Bool {
    isViewMounted && token.isRelayed
      && effect.filePaths.map { $0.allSatisfy { maker.scopes.locate($0) != nil } } ?? false
  }

  /// Starts a command line as the run's agent.
  package func startCommand(_ words: [String]) throws(RuntimeFault) {
    let (view, sandbox) = try privateView(words, keepsNetwork: false)
    let output = try ChildProcess.pipe()
    agentPID = try ChildProcess.spawn(
      words.map { $0.replacing("{goal}", with: summary.goal) }, environment: ChildProcess.agentEnvironment([]),
      directory: maker.loaded.workspace.folders.first { $0.label.isEmpty }?.path ?? "/",
      streams: .init(input: -1, output: output.write, error: output.write), diesWithParent: true, sandbox: sandbox)
    close(output.write)
    agentChannel = Channel(input: output.read, output: output.read)
    watch(view)
    try journalled { () throws(JournalFault) in try store.setState(run, .live, note: "", by: agent) }
  }

  /// What a host that is gone left in its run's view.
  func takeLeftView() throws(JournalFault) {
    guard shadow == nil, ShadowWorkspace.isLeft(desk.directory, run),
      let view = try? ShadowWorkspace(
        desk: desk.directory, run: run, folders: maker.loaded.workspace.folders, kind: summary.view)
    else { return }
    shadow = ShadowWatch(view)
    shadow?.isTakenUp = true
    shadow?.isCutShort = true
    try takeDifference(isFinal: true)
  }

  /// Its output, a line an entry. What it says is its claim, like any agent's words.
  func readCommand() throws(JournalFault) {
    guard let channel = agentChannel else { return }
    switch channel.receive() {
    case .nothing: return
    case .bytes(let bytes): try sayOutput(bytes)
    case .ended:
      agentChannel?.shut()
      agentChannel = nil
      // Most end with their output; for the others it is looked at now and then.
      for _ in 0..<20 {
        try reapCommand()
        guard agentPID > 0 else { return }
        poll(nil, 0, 5)
      }
    }
  }

  /// Its output may be over before it is, and one that stands still does not end: nobody waits for it here.
  func reapCommand() throws(JournalFault) {
    guard agentChannel == nil, link == nil, isViewMounted else { return }
    var status: Int32 = 0
    guard waitpid(agentPID, &status, WNOHANG) != 0 else { return }
    try commandEnded(status)
  }

  private func sayOutput(_ bytes: [UInt8]) throws(JournalFault) {
    output += bytes
    while let end = output.firstIndex(of: UInt8(ascii: "\n")) ?? (output.count > 2_000 ? 2_000 : nil) {
      let line = Array(output[..<end])
      output.removeFirst(min(output.count, end + (output[end] == UInt8(ascii: "\n") ? 1 : 0)))
      try sayLine(line)
    }
  }

  private func sayLine(_ line: [UInt8]) throws(JournalFault) {
    let text = String(decoding: line, as: UTF8.self)
    guard !text.allSatisfy(\.isWhitespace) else { return }
    shadow?.linesSaid += 1
    if shadow?.linesSaid ?? 0 <= Self.maximumLines { return try store.say(run, text, by: agent) }
    // How it ends is what is asked first: the last lines are kept for then.
    shadow?.lastLines.append(text)
    if shadow?.lastLines.count ?? 0 > Self.lastLines { shadow?.lastLines.removeFirst() }
  }

  private func commandEnded(_ status: Int32) throws(JournalFault) {
    try sayLine(output)
    output = []
    if let said = shadow?.linesSaid, let last = shadow?.lastLines, said > Self.maximumLines {
      let lost = said - Self.maximumLines - last.count
      if lost > 0 {
        try store.say(run, "\(lost) lines of output in between are not kept; the last \(last.count):", by: .performer)
      }
      for line in last { try store.say(run, line, by: agent) }
    }
    agentPID = 0
    // As in wait(2): the low seven bits are the signal, the next byte the code.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    if code != 0 { ending = "\(RunSummary.failure) \(code)" }
    try store.say(run, ending.isEmpty ? "the program ended" : ending, by: .performer)
    try takeDifference(isFinal: true)
    isAgentDone = true
    isAwaitingReview = true
    seenVersion = -1
    try settleState()
  }

  /// Now and then while the program runs, so that people see what it is doing.
  func lookAtView() throws(JournalFault) {
    guard isViewMounted, let watch = shadow, Clocks.monotonic() - watch.lookedAt >= watch.interval else { return }
    let began = Clocks.monotonic()
    try takeDifference(isFinal: false)
    // A large difference must not keep the host busy with looking.
    shadow?.lookedAt = Clocks.monotonic()
    shadow?.interval = max(1_000, 10 * (Clocks.monotonic() - began))
  }

  /// A paused run's program stands still where it is.
  func followPause() throws(JournalFault) {
    // One that works on the folders themselves most of all.
    guard agentPID > 0, let isPaused = try store.run(run)?.isPaused, isPaused != isFrozen else { return }
    kill(-agentPID, isPaused ? SIGSTOP : SIGCONT)
    isFrozen = isPaused
  }

  /// Every change becomes a step; a step whose change is gone is withdrawn.
  func takeDifference(isFinal: Bool) throws(JournalFault) {
    guard var watch = shadow else { return }
    let found: [(path: FilePath, change: ShadowChange)]
    var touched: [FilePath] = []
    do { found = try watch.view.difference(isFinal: isFinal, touched: &touched) } catch {
      if isFinal { try keepUncompared(watch.view, error) }
      return
    }
    try followStaging()
    let standing = Self.standing(found)
    for (path, change) in found {
      let place = ShadowPlace(path, change)
      guard watch.known[place]?.change != change, isFinal || watch.last[place] == change && !change.isLarge else {
        continue
      }
      let old = watch.known[place]?.step
      // A file that came from elsewhere must not find its own place taken.
      if case .renamed = change.deed, let old { try withdraw(old) }
      let step = try propose(
        path, change, in: watch.view, isFinal: isFinal, replacement: change.key.isRemoval ? standing[path] : nil)
      if let old, let step, old != step { try withdraw(old) }
      watch.known[place] = step.map { ShadowStep(change: change, step: $0) }
    }
    let present = Dictionary(found.map { (ShadowPlace($0.path, $0.change), $0.change) }) { first, _ in first }
    for (place, known) in watch.known where present[place] == nil {
      try withdraw(known.step)
      watch.known[place] = nil
    }
    watch.last = present
    shadow = watch
    if isFinal {
      try sayTouched(touched)
      watch.view.setTaken(true)
    }
    seenVersion = -1
  }

  /// What can't be compared is not proposed, and not thrown away: the run is not finished, and its view stays.
  private func keepUncompared(_ view: ShadowWorkspace, _ fault: ScopeFault) throws(JournalFault) {
    let words =
      "what it did can't be compared: \(fault.sentence); it is kept in \(view.directory), nothing is in your folders"
    try store.say(run, words, by: .performer)
    try store.setState(run, .lost, note: words, by: .performer)
  }

  /// A time alone is no result; that it is not kept is said.
  private func sayTouched(_ touched: [FilePath]) throws(JournalFault) {
    guard !touched.isEmpty else { return }
    let names = touched.prefix(3).map { "`\($0.display)`" }.joined(separator: ", ") + (touched.count > 3 ? ", …" : "")
    let files = touched.count == 1 ? "a file" : "\(touched.count) files"
    try store.say(run, "only the time of \(files) was changed, which is left as it was: \(names)", by: .performer)
  }

  /// The agent's own later change took the place of this one.
  private func withdraw(_ id: StepID) throws(JournalFault) {
    guard let step = try store.step(id), step.state == .staged || step.state == .waiting || step.state == .approved
    else {
      return
    }
    staging.remove(id)
    stagedForms[id] = nil
    try desk.gate.move([
      Transition(
        step: id, event: .withdraw, actor: .performer, reasonCode: "changed-again",
        reason: "what changed there is something else now"
      )
    ])
  }

  /// The program was stopped, its host is gone, or its run is paused: half of a work is none that policy lets happen.
  private var isCutShort: Bool {
    get throws(JournalFault) {
      if isLost || shadow?.isCutShort == true { return true }
      return try store.run(run)?.isPaused == true
    }
  }

  /// - Returns: nil where the change is for the end.
  private func propose(
    _ path: FilePath, _ change: ShadowChange, in view: ShadowWorkspace, isFinal: Bool, replacement: FilePath?
  ) throws(JournalFault) -> StepID? {
    var made = try make(path, change, in: view)
    if let replacement {
      made = try maker.changing(made) {
        $0.reach.warnings.insert(
          "`\(replacement.display)` takes its place, which can only come once this has gone", at: 0)
      }
    }
    if shadow?.isTakenUp == true, let same = try known(made) { return same }
    // What is done without asking is done when nothing is mounted any more.
    if made.verdict.level == .autonomous, !isFinal { return nil }
    if made.verdict.level == .autonomous, try isCutShort {
      made = try maker.changing(made) {
        $0.verdict.level = $0.action.kind.canBeHeld ? .batched : .watched
        $0.verdict.reasons.append("it was cut short, so nothing of it happens by itself")
      }
    }
    let step = try desk.gate.intake(made, by: agent)
    switch step.state {
    case .staged:
      if let replaced = made.replaces {
        staging.remove(replaced)
        stagedForms[replaced] = nil
      }
      staging.add(step.id, made.action.effect)
      stagedForms[step.id] = step.revision
    case .permitted: try perform([step.id])
    default: break
    }
    return step.id
  }

  /// What the program put at or below each place: a folder for a file, or a file for a folder, where something went.
  private static func standing(_ all: [(path: FilePath, change: ShadowChange)]) -> [FilePath: FilePath] {
    guard all.contains(where: \.change.key.isRemoval) else { return [:] }
    var out: [FilePath: FilePath] = [:]
    for (path, change) in all where !change.key.isRemoval {
      if case .special = change.deed { continue }
      for place in [path] + path.foldersAround where out[place] == nil { out[place] = path }
    }
    return out
  }

  /// A step of an earlier look that says the same.
  private func known(_ made: NewStep) throws(JournalFault) -> StepID? {
    for step in try store.alike(run, made.action.kind, target: made.action.effect.target)
    where try maker.effect(of: step.id) == made.action.effect { return step.id }
    return nil
  }

  private func make(_ path: FilePath, _ change: ShadowChange, in view: ShadowWorkspace) throws(JournalFault) -> NewStep
  {
    let effect: ProposedEffect
    do throws(ScopeFault) { effect = try proposed(path, change, in: view) } catch {
      effect = .unfit(reason: error.sentence, path: view.absolute(path))
    }
    // Taken up by another host, a file that came from elsewhere stands prepared where it came to: it is not in its own way.
    let staging = if case .renamed = change.deed { self.staging.leaving(path) } else { self.staging }
    let made: NewStep
    do throws(ProposalFault) {
      made = try maker.make(Proposal(effect: effect, claims: Claims()), plan: nil, staging: staging, isRelayed: false)
        .step
    } catch {
      // Whatever it is, it is on the trail, and nobody can approve it.
      do throws(ProposalFault) {
        made = try maker.make(
          Proposal(effect: .unfit(reason: error.reason, path: view.absolute(path)), claims: Claims()), plan: nil,
          staging: staging, isRelayed: false
        ).step
      } catch { throw JournalFault(.unreadable, error.reason) }
    }
    var warnings = change.isOvertaken ? [made.action.effect.preImage == nil ? Clash.removed : Clash.warning] : []
    if let bits = change.specialBits { warnings.append("the program set \(bits) on it, which is never put in place") }
    return warnings.isEmpty ? made : try maker.changing(made) { $0.reach.warnings.insert(contentsOf: warnings, at: 0) }
  }

  /// Beside special bits the file has these permissions already.
  private func isOnly(_ mode: UInt32, _ path: FilePath) -> Bool {
    ((try? maker.scopes.read(path))?.mode).map { $0 & 0o777 == mode & 0o777 } ?? false
  }

  private func keep(_ state: FileState, _ path: FilePath) throws(ScopeFault) -> Content {
    do throws(JournalFault) {
      return try state.preImage(store.store) { file throws(JournalFault) in
        defer { work.end() }
        return try store.keep(file: file) { work.tell(.reading, $0) }
      }.content
    } catch { throw ScopeFault(.failed, path.display, error.detail) }
  }

  private func proposed(
    _ path: FilePath, _ change: ShadowChange, in view: ShadowWorkspace
  ) throws(ScopeFault) -> ProposedEffect {
    let place = view.absolute(path)
    switch change.deed {
    case .mode(let mode) where change.specialBits != nil && isOnly(mode, path):
      return .unfit(reason: "\(change.specialBits ?? "") on a file", path: place)
    case .written(let mode), .mode(let mode):
      let state = try view.read(path)
      return .place(path: place, try keep(state, path), text: state.bytes, mode: mode)
    case .removed: return .delete(path: place)
    case .renamed(let from):
      return .rename(from: view.absolute(FilePath(folder: path.folder, relative: from)), to: place)
    case .madeFolder(let mode): return .makeFolder(path: place, mode: mode)
    case .folderMode(let mode): return .changeMode(path: place, mode: mode)
    case .removedFolder: return .removeFolder(path: place)
    case .special(let what): return .unfit(reason: what, path: place)
    }
  }
}

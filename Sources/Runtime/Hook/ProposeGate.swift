// `ringi propose`: the gate for any program. It asks before it acts, and acts only on `allow`; what it does then is its own.

import AgentLink
import Domain
import GateKeeper
import Glibc
import Wire

package struct ProposeGate {
  private let workspace: String?
  private let patience: Int64

  /// - Parameter seconds: how long a person is waited for.
  package init(workspace: String?, seconds: Int) {
    self.workspace = workspace
    patience = Int64(seconds) * 1_000
  }

  package static var schema: String { ProposeRequest.schema.pretty }

  /// Nobody has decided yet.
  static let waiting: Int32 = 4

  /// - Returns: what goes to stdout, and the exit code: 0 for `allow`, 4 while it waits, 1 for any other decision.
  package func run() throws(RuntimeFault) -> (text: String, code: Int32) {
    guard let bytes = Files.read("/dev/stdin"), bytes.count <= 32 << 20 else {
      throw RuntimeFault(.usage, "the proposal on standard input can't be read, or is larger than 32 MiB")
    }
    do {
      let request = try ProposeRequest(bytes)
      var (answer, step) = try decide(request)
      var code: Int32 = 0
      if case .deny(let why, _) = answer {
        code = step?.state == .waiting ? Self.waiting : 1
        if code == Self.waiting, request.session.isEmpty {
          answer = .deny("\(why), as long as this program runs: it names no `session`")
        }
        // For whoever reads only the exit code of the program that asked.
        StandardError.write("ringi: \(code == 1 ? "no" : "not yet"): \(why)")
      }
      return (Self.json(answer, step).text + "\n", code)
    } catch let fault as HookFault { throw RuntimeFault(.usage, fault.reason) } catch let fault as RuntimeFault {
      throw fault
    } catch let fault as JournalFault { throw RuntimeFault(fault) } catch {
      throw RuntimeFault(.fault, "something is wrong in Ringi")
    }
  }

  private func decide(_ request: ProposeRequest) throws -> (HookAnswer, StepSummary?) {
    guard patience > 0 || !request.session.isEmpty else {
      throw HookFault(
        reason: "with --no-wait a proposal names its `session`: without one it is withdrawn as soon as its program ends"
      )
    }
    let desk = try Desk(mustExist: true)
    // A session that has a name outlives the process that speaks of it: it may come back for its answer.
    let process = request.session.isEmpty ? AgentProcess.parent() : nil
    let session = process.map { "process \($0.text)" } ?? request.session
    guard !session.isEmpty else { throw HookFault(reason: "who asks can't be told: name a `session`") }
    let directory = request.directory.isEmpty ? Files.real(".") ?? "/" : request.directory
    let asker = HookSession.Asker(
      agent: request.agent, grade: .asked, session: "propose \(session)", directory: directory,
      goal: request.goal.isEmpty ? "what \(request.agent) proposes" : request.goal, process: process)
    if let found = try HookSession.find(desk, asker.session) { try check(found, directory) }
    let open = try HookSession.open(desk, asker, workspace: workspace)
    let wait = HookWait(session: open, until: Clocks.monotonic() + patience)
    try journalled { () throws(JournalFault) in try open.lookAtDone() }
    if let answer = try wait.paused() { return (answer, nil) }
    var proposal = request.proposal
    proposal.effect = proposal.effect.rooted(in: directory)
    let call = HookCall(id: "", tool: "", input: .object([]), proposal: proposal)
    do {
      let step = try open.inTurn { try wait.propose(call) }
      if step.state == .waiting, patience > 0 {
        StandardError.write("ringi: waits for a person as \(step.run).\(step.number)")
      }
      let answer = try wait.wait(step.id, call)
      return (answer, try open.store.step(step.id))
    } catch let fault as ProposalFault { return (try wait.unfit(fault), nil) }
  }

  /// A name that two programs use in two places is no session: what is asked in one is never judged as of the other.
  private func check(_ session: HookSession, _ directory: String) throws {
    let run = session.run
    if let workspace {
      guard Files.real(workspace) != run.directory else { return }
    } else {
      let folders = try WorkspaceLoader.load(run.directory, desk: session.desk.directory).workspace.folders
      let place = Files.real(directory) ?? directory
      guard !folders.contains(where: { place == $0.path || ShadowWorkspace.lies(place, below: $0.path) }) else {
        return
      }
    }
    throw HookFault(
      reason:
        "this session is that of run \(run.id), which works in another place: give each place a session of its own")
  }

  private static func json(_ answer: HookAnswer, _ step: StepSummary?) -> JSON {
    let (decision, reason) =
      switch answer {
      case .allow(let words, _): ("allow", words)
      case .deny(let words, _): (step?.state == .waiting ? "waiting" : "deny", words)
      case .putOff(let words): ("waiting", words)
      case .nothing: ("deny", "")
      }
    return .of([
      "decision": .string(decision), "reason": .string(reason),
      "step": step.map { .string("\($0.run).\($0.number)") }, "state": step.map { .string($0.state.rawValue) },
      "decidedBy": step.flatMap { $0.decidedBy.isEmpty || $0.state.isOpen ? nil : .string($0.decidedBy) },
    ])
  }
}

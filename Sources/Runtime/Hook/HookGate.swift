// `ringi hook AGENT`: one question of the agent's, one answer. INVARIANT: whatever happens in here, a tool that asks
// is answered with one JSON object, and with a no unless a yes is on the record; the agent takes silence for a yes.

import AgentLink
import CProcess
import Domain
import GateKeeper
import Glibc
import Storage
import Wire

/// Agents whose hooks are known, by the name that the command line has for them.
package typealias HookedAgent = AgentLink.HookedAgent

package struct HookGate {
  private let agent: HookedAgent
  private let workspace: String?
  /// How long a person is waited for, in milliseconds: less than the agent waits for its hook.
  private let patience: Int64
  private let began = Clocks.monotonic()

  /// Beyond the time for a person, in seconds: a desk that hangs must not outlast the agent's own patience.
  private let grace: Int

  /// How long an agent that nobody sits before waits until it is put off, in milliseconds; nil where it is told no.
  private let deferAfter: Int64?

  /// - Parameters:
  ///   - seconds: how long a person is waited for.
  ///   - deferAfter: how many seconds an agent that nobody sits before waits until it ends, to be taken up again.
  package init(_ agent: HookedAgent, workspace: String?, seconds: Int, grace: Int, deferAfter: Int? = nil) {
    self.agent = agent
    self.workspace = workspace
    self.deferAfter = deferAfter.map { Int64(max(0, min($0, seconds))) * 1_000 }
    self.grace = grace
    patience = Int64(seconds) * 1_000
  }

  private static let mostBytes = 32 << 20

  /// Reads the event, answers it.
  /// - Returns: the exit code: 0, or 2, which the agent takes for a no, where something is wrong in here.
  package func run() -> Int32 {
    // Which event it is can't be told before it is read: a denial that counts for every one that can be denied.
    let late =
      HookAnswer.deny("Ringi did not answer in time, so the answer is no").json("PreToolUse", for: agent).text + "\n"
    cp_say_after(UInt32(patience / 1_000) + UInt32(grace), late)
    signal(SIGPIPE, SIG_IGN)
    var name = "PreToolUse"
    do {
      let event = try HookEvent(try Self.input(), of: agent)
      name = event.name
      return tell(try answer(event), name, code: 0)
    } catch {
      let why =
        switch error {
        case let fault as HookFault: fault.reason
        case let fault as RuntimeFault: fault.sentence
        case let fault as ProposalFault: fault.reason
        case let fault as JournalFault: RuntimeFault(fault).sentence
        default: "something is wrong in Ringi"
        }
      StandardError.write("ringi hook: \(why)")
      // What can't stop anything is not failed for our sake.
      guard HookEvent.gates.contains(name) else { return tell(.nothing, name, code: 0) }
      return tell(.deny("Ringi can't look at this, so the answer is no: \(why)"), name, code: 2)
    }
  }

  private static func input() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(0, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HookFault(reason: "the event can't be read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= mostBytes else { throw HookFault(reason: "the event is larger than 32 MiB") }
    }
  }

  private func tell(_ answer: HookAnswer, _ event: String, code: Int32) -> Int32 {
    // From here on there is one answer, this one.
    cp_say_after(0, "")
    let bytes = Array((answer.json(event, for: agent).text + "\n").utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(1, $0.baseAddress?.advanced(by: written), bytes.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return 2 }
      written += count
    }
    return code
  }

  private func answer(_ event: HookEvent) throws -> HookAnswer {
    let desk = try Desk(mustExist: true)
    switch event.body {
    case .started, .other: return .nothing
    case .prompt(let text):
      let session = try HookSession.open(desk, asker(event, text), workspace: workspace)
      // It may be a person's or a program's: what the agent says of it is a claim.
      try session.say("prompt: \(text)")
      return .nothing
    case .inner(let words):
      let session = try HookSession.open(desk, asker(event, ""), workspace: workspace)
      if try session.isStopped() { return HookWait.stopped }
      try session.say(words)
      return .nothing
    case .call(let call):
      let session = try HookSession.open(desk, asker(event, ""), workspace: workspace)
      var wait = HookWait(session: session, until: began + patience)
      if let deferAfter, agent == .claudeCode, event.name == "PreToolUse", AgentProcess.ofHook()?.isPrinting == true {
        wait.putOff = (began + deferAfter, "claude -p --resume \(CommandWords.quoted(event.session))")
      }
      return try wait.decide(call)
    case .done(let call), .failed(let call, _):
      guard let session = try HookSession.find(desk, event.session) else { return .nothing }
      if case .failed(_, let error) = event.body { try session.failed(call, error) } else { try session.done(call) }
      return .nothing
    case .stopped(let words):
      guard let session = try HookSession.find(desk, event.session) else { return .nothing }
      if !words.allSatisfy(\.isWhitespace) { try session.say(words) }
      try session.turnEnded()
      return .nothing
    case .ended(let reason):
      guard let session = try HookSession.find(desk, event.session), !session.isPutOff else { return .nothing }
      try session.end("the session ended (\(reason))", isLost: false)
      return .nothing
    }
  }

  private func asker(_ event: HookEvent, _ prompt: String) -> HookSession.Asker {
    HookSession.Asker(
      agent: agent.rawValue, grade: agent.grade, session: event.session, directory: event.directory, goal: goal(prompt),
      process: .ofHook())
  }

  private func goal(_ prompt: String) -> String {
    let line = prompt.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return line.allSatisfy(\.isWhitespace) ? "a session of \(agent.title)" : String(line.prefix(200))
  }
}

// What an agent's bytes mean to Ringi, whatever protocol they came in.

import Domain
import Wire

/// Where an answer goes: which connection, which request, and in what shape.
package struct ReplyToken: Hashable, Sendable {
  package enum Shape: Hashable, Sendable {
    case readFile(line: Int?, limit: Int?)
    case writeFile
    /// ACP permission: the agent performs what we allow. The ids are those it offered.
    case permission(allow: String, reject: String?, call: String)
    /// Codex's approval of an item. The agent performs what we allow.
    case approval(call: String)
    case tool
    /// A command that the agent waits for under this name.
    case terminal(String)
  }
  /// 0 for the agent's own; any other is a connection to our tools.
  package let connection: Int
  package let id: RPCID
  package let shape: Shape

  /// A call of one of our tools: it is answered in time, whoever is still waited for.
  package var isOfTool: Bool { connection != 0 }

  /// True when the agent, not Ringi, performs what is allowed.
  package var isRelayed: Bool { call != nil }

  /// What the agent calls the tool call that it asks about.
  package var call: String? {
    switch shape {
    case .permission(_, _, let call), .approval(let call): call
    case .readFile, .writeFile, .tool, .terminal: nil
    }
  }
}

package enum LinkEvent: Hashable, Sendable {
  /// The agent is ready for its goal.
  /// - Parameters:
  ///   - session: what the agent calls the session; it may be taken up again by that name.
  ///   - isResumed: it knows of what was said in it before.
  case ready(agent: String, session: String, isResumed: Bool = false)
  case proposal(Proposal, ReplyToken)
  case plan([PlanEntry])
  /// Plain words of the agent.
  case said(String)
  /// Asks for the state of a step; may wait for a change.
  case status(StepNumber, wait: Bool, ReplyToken)
  /// The agent took a request back: it hears no answer.
  case withdrawn(ReplyToken)
  /// A tool call is over; `did` is what the agent did in it without asking, in its own words, else empty.
  case ended(call: String, isDone: Bool, did: String)
  /// What it asked about in this call it has left to us: the work itself is the next proposal.
  case handedOver(call: String)
  /// It was told to go on as it leaves such work to us, and did not.
  case broken(did: String)
  /// Which of its own ways of asking the agent is on, and whether it asks at all.
  case mode(String, asks: Bool)
  /// The turn is over.
  case stopped(reason: String)
  /// The peer can't be trusted to speak the protocol any more: freeze the run.
  case fault(String)
}

/// What the agent is told about its proposal.
package enum Answer: Hashable, Sendable {
  /// Content of a file that was read.
  case content([UInt8])
  case done(StepNumber, detail: String)
  /// A command was run, and what it printed.
  case ran(StepNumber, code: Int, output: String)
  case prepared(StepNumber)
  case waiting(StepNumber)
  /// A person said yes, for a time that is not yet: nothing has happened, and nothing is left to wait for.
  case scheduled(StepNumber, at: String)
  case refused(StepNumber, reason: String)
  case rejected(StepNumber, reason: String)
  case failed(StepNumber, reason: String)
  /// Not a step: what was asked can't be proposed as it stands.
  case invalid(reason: String)
  /// The turn is being cancelled.
  case cancelled

  var reason: String {
    switch self {
    case .refused(let step, let reason): "refused by policy (#\(step)): \(reason)"
    case .rejected(let step, let reason): "rejected by a person (#\(step)): \(reason)"
    case .failed(let step, let reason): "failed (#\(step)): \(reason)"
    case .waiting(let step): "waiting as #\(step); ask step_status"
    case .invalid(let reason): reason
    case .cancelled: "cancelled"
    case .scheduled(let step, let at): "approved as #\(step), it happens at \(at); go on"
    case .content, .done, .ran, .prepared: ""
    }
  }
}

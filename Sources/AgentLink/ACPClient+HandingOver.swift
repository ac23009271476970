// Work that an agent was offered to leave to us. Offered is not taken: many agents ask, and then write or run by themselves all the
// same. So what they ask is a question like any other until the work itself has come to us once; from then on it is asked about
// there, as it really is. An agent that does otherwise after that is asked again, and it is told.

import Domain
import Wire

/// What an agent can leave to its client.
enum Handed: Hashable, Sendable { case reads, writes, commands }

extension ProposedEffect {
  /// nil for what the protocol has no method for.
  var handed: Handed? {
    switch self {
    case .read: .reads
    case .write, .replace, .patch: .writes
    case .command: .commands
    default: nil
    }
  }
}

extension ACPClient {
  /// The answer to a question is left to the work itself, which is known to come.
  mutating func leavesToWork(_ proposal: Proposal, _ token: ReplyToken) -> Bool {
    guard offersFiles, let work = proposal.effect.handed, handedOver.contains(work), let call = token.call else {
      return false
    }
    promised[call] = work
    answer(token, .done(StepNumber(0), detail: ""))
    return true
  }

  /// The work has come to us.
  /// - Returns: for the question that was asked about it, if one was and a person has said yes.
  mutating func comes(_ work: Handed, _ isMeant: (ToolCall) -> Bool) -> [LinkEvent] {
    if !hasBroken.contains(work) { handedOver.insert(work) }
    let open = asked.filter { $0.value.effect(in: directory).handed == work }
    guard let call = open.filter({ isMeant($0.value) }).keys.min() ?? (open.count == 1 ? open.keys.first : nil) else {
      return []
    }
    asked[call] = nil
    guard promised.removeValue(forKey: call) == nil else { return [] }
    return [.handedOver(call: call)]
  }

  /// A call is over whose work was to come to us.
  /// - Returns: true where it did not come.
  mutating func breaks(_ call: String, isDone: Bool) -> Bool {
    asked[call] = nil
    guard let work = promised.removeValue(forKey: call), isDone else { return false }
    handedOver.remove(work)
    hasBroken.insert(work)
    return true
  }
}

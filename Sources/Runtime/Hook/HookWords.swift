// The words by which an agent's settings call `ringi hook`. An agent waits for them at every call of its tools, and the parser
// of all verbs would take a third of that time: what was written here is read back here, anything else is left to it.

import AgentLink
import Glibc

package struct HookWords: Hashable {
  package let agent: HookedAgent
  /// Folders; empty for those that are found.
  package var desk = ""
  package var workspace = ""
  /// In seconds, as `HookGate` has them.
  package var wait = HookWords.usualWait
  package var deferAfter: Int?

  package static let usualWait = 540
  package static let usualGrace = 20

  package init(_ agent: HookedAgent) { self.agent = agent }

  package var arguments: [String] {
    var out = ["hook", agent.rawValue]
    if !desk.isEmpty { out += ["--desk", desk] }
    if !workspace.isEmpty { out += ["--workspace", workspace] }
    if wait != Self.usualWait { out += ["--wait", "\(wait)"] }
    if let deferAfter { out += ["--defer-after", "\(deferAfter)"] }
    return out
  }

  /// - Parameter words: without the program's name.
  /// - Returns: nil for what is not written so.
  package init?(_ words: [String]) {
    guard words.first == "hook", words.count >= 2, words.count % 2 == 0,
      let agent = HookedAgent(rawValue: words[1])
    else { return nil }
    self.init(agent)
    for (name, value) in zip(words.dropFirst(2), words.dropFirst(3)).enumerated().compactMap({ $0 % 2 == 0 ? $1 : nil })
    {
      switch name {
      case "--desk": desk = value
      case "--workspace": workspace = value
      case "--wait":
        guard let seconds = Int(value) else { return nil }
        wait = seconds
      case "--defer-after":
        guard let seconds = Int(value) else { return nil }
        deferAfter = seconds
      default: return nil
      }
    }
    // Only in the one form: two ways to say a thing, or a word twice, are the parser's.
    guard arguments == words else { return nil }
  }

  /// Reads the event and answers it.
  package func answer(grace: Int = HookWords.usualGrace) -> Never {
    if !desk.isEmpty { setenv("RINGI_DESK", desk, 1) }
    Glibc.exit(
      HookGate(
        agent, workspace: workspace.isEmpty ? nil : workspace, seconds: max(0, wait), grace: max(1, grace),
        deferAfter: deferAfter
      ).run())
  }
}

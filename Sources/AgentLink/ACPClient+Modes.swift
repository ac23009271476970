// An agent's own modes: some of them stop asking. They are watched, and told.

import Domain
import Wire

extension ACPClient {
  /// A way of asking that the agent offers.
  struct Mode: Hashable, Sendable {
    let id: String
    let name: String

    /// By its name: one that accepts by itself asks nobody.
    var asks: Bool {
      let words = "\(id) \(name)".lowercased()
      let silent = [
        "bypass", "accept", "auto", "yolo", "full-access", "full_access", "dont-ask", "dont_ask", "don't ask",
        "always-approve",
        "always_approve", "approve-all", "skip", "brave", "never ask", "llm-approve",
      ]
      return !silent.contains { words.contains($0) }
    }
  }

  /// The modes of a session that was opened.
  mutating func opened(_ result: JSON) -> [LinkEvent] {
    // Where both are there the options count.
    if result["configOptions"]?.array?.isEmpty == false {
      let found = configured(result["configOptions"])
      if !found.isEmpty { return found }
    }
    modes = (result["modes"]?["availableModes"]?.array ?? []).compactMap { mode in
      mode["id"]?.string.map { Mode(id: $0, name: mode["name"]?.string ?? $0) }
    }
    return result["modes"]?["currentModeId"]?.string.map { switched(to: $0) } ?? []
  }

  /// Switches to a mode in which the agent asks, where it offers one.
  /// - Returns: false where it offers none.
  package mutating func askAgain() -> Bool {
    let preferred = ["ask", "default", "always-ask", "ask_before_edits", "read-only", "manual"]
    let asking = modes.filter(\.asks)
    guard let mode = preferred.compactMap({ id in asking.first { $0.id == id } }).first else { return false }
    lastCall += 1
    let isOption = modeOption != nil
    var params: [JSON.Member] = [.init("sessionId", .string(session))]
    params +=
      isOption
      ? [.init("configId", .string(modeOption ?? "")), .init("value", .string(mode.id))]
      : [.init("modeId", .string(mode.id))]
    send(
      .request(
        id: .number(lastCall), method: isOption ? "session/set_config_option" : "session/set_mode",
        params: .object(params)))
    return true
  }

  func switched(to id: String) -> [LinkEvent] {
    let mode = modes.first { $0.id == id } ?? Mode(id: id, name: id)
    return [.mode(mode.name, asks: mode.asks)]
  }

  /// All options, each time whole.
  mutating func configured(_ options: JSON?) -> [LinkEvent] {
    var out: [LinkEvent] = []
    for option in options?.array ?? [] {
      if option["category"]?.string == "mode" || option["id"]?.string == "mode" {
        let flat = (option["options"]?.array ?? []).flatMap { $0["options"]?.array ?? [$0] }
        modes = flat.compactMap { mode in
          mode["value"]?.string.map { Mode(id: $0, name: mode["name"]?.string ?? $0) }
        }
        modeOption = option["id"]?.string
        if let current = option["currentValue"]?.string { out += switched(to: current) }
      } else if option["currentValue"]?.bool == true {
        let mode = Mode(id: option["id"]?.string ?? "", name: option["name"]?.string ?? "")
        if !mode.asks { out.append(.mode(mode.name, asks: false)) }
      }
    }
    return out
  }
}

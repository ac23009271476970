// Where a message goes when it is performed: the desk's command for its kind, or the outbox.

import Domain
import Settings
import Storage

extension StepMaker {
  struct WayOut {
    /// For the preview.
    let words: [String]
    let isSetUp: Bool
    var warnings: [String] = []
  }

  /// nil for what is no message to others.
  func wayOut(_ effect: Effect) -> WayOut? {
    switch effect {
    case .sendMail: wayOut(settings.mail, "mail command")
    case .post: tool(settings.chatTool) ?? withChannel(wayOut(settings.chat, "chat command"))
    case .addEvent(let event) where !event.attendees.isEmpty:
      tool(settings.calendarTool)
        ?? (settings.calendar.isEmpty
          ? wayOut(settings.mail, "mail or calendar command", as: " as a mail from \(loaded.workspace.sender)")
          : wayOut(settings.calendar, "calendar command", as: ", organised by \(loaded.workspace.sender),"))
    case .call(let call): wayOut(of: call)
    case .other:
      WayOut(words: ["Ringi itself can do nothing of this: a yes is recorded, and told to its agent"], isSetUp: true)
    default: nil
    }
  }

  /// The connector that takes a message, where a tool of one is set up for it.
  func connector(of effect: Effect) -> String? {
    switch effect {
    case .call(let call): call.connector
    case .post: settings.chatTool?.connector
    case .addEvent(let event) where !event.attendees.isEmpty: settings.calendarTool?.connector
    default: nil
    }
  }

  private func tool(_ way: ToolWay?) -> WayOut? {
    guard let way, let entry = settings.connectors[way.connector] else { return nil }
    var warnings: [String] = []
    if let program = entry.command.first, ChildProcess.find(program) == nil {
      warnings.append("`\(program)`, which is to take it, is no program on this machine")
    }
    if ((try? store.trusted(way.connector)) ?? nil) == nil {
      warnings.append("nobody has accepted the server of the connector `\(way.connector)` yet: that is asked first")
    }
    let server = ConnectorServer.masked(entry.command).joined(separator: " ")
    return WayOut(
      words: [
        "goes out as a call of `\(way.tool)` at the desk’s connector `\(way.connector)` (\(server)), with \(way.words)"
      ],
      isSetUp: true, warnings: warnings)
  }

  private func wayOut(of call: ConnectorCall) -> WayOut {
    guard let entry = settings.connectors[call.connector] else {
      return WayOut(
        words: ["no connector `\(call.connector)` is set up: it goes no further than the desk’s outbox"], isSetUp: false
      )
    }
    let program = entry.command.first ?? ""
    let isFound = ChildProcess.find(program) != nil
    var warnings = isFound ? [] : ["`\(program)`, which is to take it, is no program on this machine"]
    if call.pin == nil { warnings.append("nobody has accepted its server yet: that is asked first") }
    return WayOut(
      words: [
        "Ringi starts its server for it, as desk.yaml says: \(ConnectorServer.masked(entry.command).joined(separator: " "))"
      ],
      isSetUp: true, warnings: warnings)
  }

  private func withChannel(_ way: WayOut) -> WayOut {
    guard way.isSetUp, !settings.chat.contains(where: { $0.contains("{channel}") }) else { return way }
    var way = way
    way.warnings.append("the chat command has no {channel}, so it is not told where this is to be posted")
    return way
  }

  private func wayOut(_ command: [String], _ name: String, as form: String = "") -> WayOut {
    guard let program = command.first else {
      return WayOut(words: ["no \(name) is set up: it goes no further than the desk’s outbox"], isSetUp: false)
    }
    let found = ChildProcess.find(program)
    let words = ([found ?? program] + command.dropFirst()).joined(separator: " ")
    return WayOut(
      words: ["goes out\(form) through the desk’s \(name): \(words)"], isSetUp: true,
      warnings: found == nil ? ["`\(program)`, which is to take it, is no program on this machine"] : [])
  }
}

// A post or an invitation as the call that takes it.

import Domain
import Effector
import Settings
import Wire

extension ToolWay {
  /// The arguments as they are set up, places and all.
  var words: String { filled { .string("{\($0)}") }.text }

  /// Everything of it that a yes relies on.
  func settings(_ connectors: [String: ConnectorEntry]) -> [[String]] {
    let entry = connectors[connector]
    let secrets = (entry?.secrets ?? [:]).sorted { $0.key < $1.key }.map { [$0.key] + $0.value }
    return [[connector, tool, words], entry?.command ?? []] + secrets
  }

  func call(_ post: ChatPost) -> ConnectorCall {
    call { place in place == "channel" ? .string(post.channel) : .string(post.text) }
  }

  func call(_ event: CalendarEvent, organizer: String) -> ConnectorCall {
    call { place in
      switch place {
      case "title": .string(event.title)
      case "start": .string(event.start)
      case "end": .string(event.end)
      case "place": .string(event.place)
      case "notes": .string(event.notes)
      case "organizer": .string(Address(organizer).mailbox)
      default: .array(event.attendees.map { .string(Address($0).mailbox) })
      }
    }
  }

  private func call(_ value: (String) -> JSON) -> ConnectorCall {
    ConnectorCall(connector: connector, tool: tool, arguments: filled(value).text)
  }

  private func filled(_ value: (String) -> JSON) -> JSON { arguments.filled(value) }
}

extension ToolArguments {
  /// A place alone is what it stands for, a list and all; within words it is its text.
  func filled(_ value: (String) -> JSON) -> JSON {
    switch self {
    case .plain(let word): word == "true" ? true : word == "false" ? false : Int64(word).map { .int($0) } ?? .null
    case .list(let values): .array(values.map { $0.filled(value) })
    case .record(let members): .object(members.map { .init($0.name, $0.value.filled(value)) })
    case .text(let text):
      if let whole = text.wholeMatch(of: /\{([a-z]+)\}/) {
        value(String(whole.1))
      } else {
        .string(
          text.replacing(/\{([a-z]+)\}/) { match in
            switch value(String(match.1)) {
            case .string(let words): words
            case .array(let list): list.compactMap(\.string).joined(separator: ", ")
            default: ""
            }
          })
      }
    }
  }
}

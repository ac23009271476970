// Every command once: its id, its keys, its help, what it is called now, and why it may not work now. Keys, footer,
// help, palette and the README's list all come from this table.

import CellScreen
import Domain

package enum Command: String, Sendable, Hashable, CaseIterable {
  case approve, reject, edit, editOutside, skip, undo, approveRest, review, next, previous
  case nextChange, previousChange, pane, zoom, stepTrail, search, palette, help
  case flags, runView, drafts, live, audit, policy
  case raise, lower, toggleMark, finish, openDocument, sendDraft, later, level
  case openRun, openEntry, filter, order, wrap, sideBySide, verify, export, register
  case pause, stop, stopAll, resume, close, incident, closeIncident, decideHere
  case up, down, left, right, pageUp, pageDown, top, bottom, back, leave, suspend

  /// How the palette, the keymap file and the help call it.
  package var name: String {
    switch self {
    case .resume: "continue"
    case .leave: "quit"
    case .runView: "run"
    case .level: "trust"
    case .later: "send-later"
    case .sendDraft: "send-draft"
    case .stopAll: "stop-all"
    case .editOutside: "edit-outside"
    case .approveRest: "approve-rest"
    case .nextChange: "next-change"
    case .previousChange: "previous-change"
    case .stepTrail: "step-trail"
    case .toggleMark: "mark"
    case .openDocument: "open"
    case .openRun: "open-run"
    case .openEntry: "open-entry"
    case .sideBySide: "side-by-side"
    case .closeIncident: "close-incident"
    case .decideHere: "decide-here"
    case .pageUp: "page-up"
    case .pageDown: "page-down"
    case .approve, .reject, .edit, .skip, .undo, .review, .next, .previous, .pane, .zoom, .search, .palette, .help,
      .flags, .drafts, .live, .audit, .policy, .raise, .lower, .finish, .filter, .order, .wrap, .verify, .export,
      .register, .pause, .stop, .close, .incident, .up, .down, .left, .right, .top, .bottom, .back, .suspend:
      rawValue
    }
  }
}

extension Command {
  /// It opens a line for words: whoever was refused it may be typing them already.
  var asksForWords: Bool {
    switch self {
    case .reject, .later, .raise, .lower, .incident, .closeIncident, .search, .filter, .palette, .edit: true
    case .approve, .editOutside, .skip, .undo, .approveRest, .review, .next, .previous, .nextChange, .previousChange,
      .pane, .zoom, .stepTrail, .help, .flags, .runView, .drafts, .live, .audit, .policy, .toggleMark, .finish,
      .openDocument, .sendDraft, .level, .openRun, .openEntry, .order, .wrap, .sideBySide, .verify, .export, .register,
      .pause, .stop, .stopAll, .resume, .close, .decideHere, .up, .down, .left, .right, .pageUp, .pageDown, .top,
      .bottom, .back,
      .leave, .suspend:
      false
    }
  }
}

package struct Binding: Sendable {
  package enum Group: String, Sendable, CaseIterable {
    case decide = "Decide", look = "Look", run = "The run", go = "Go"
  }
  package let command: Command
  /// As shipped; a keymap may say otherwise.
  package let keys: [Key]
  package let group: Group
  package let help: String
  /// Where the keys mean this; nil everywhere.
  package let views: Set<ViewKind>?
  /// The word in the footer; nil keeps it out.
  package let label: @Sendable (Model) -> String?
  /// Why the key can't act now; nil when it can.
  package let obstacle: @Sendable (Model) -> String?

  init(
    _ command: Command, _ keys: [Key], _ group: Group, _ help: String, in views: Set<ViewKind>? = nil,
    label: @escaping @Sendable (Model) -> String? = { _ in nil },
    obstacle: @escaping @Sendable (Model) -> String? = { _ in nil }
  ) {
    self.command = command
    self.keys = keys
    self.group = group
    self.help = help
    self.views = views
    self.label = label
    self.obstacle = obstacle
  }

  func means(in view: ViewKind) -> Bool { views?.contains(view) ?? true }
}

package enum CommandTable {
  package static let bindings: [Binding] = decide + look + run + go

  package static func binding(_ command: Command) -> Binding? { bindings.first { $0.command == command } }
}

/// The keys of each command: as shipped, or as the user's file says.
package struct Keymap: Hashable, Sendable {
  package private(set) var changed: [Command: [Key]]
  package static let shipped = Keymap(changed: [:])

  package init(changed: [Command: [Key]]) { self.changed = changed }

  package func keys(_ binding: Binding) -> [Key] { changed[binding.command] ?? binding.keys }

  /// The name of the first key of a command, as the screen says it.
  package func name(_ command: Command) -> String {
    CommandTable.binding(command).flatMap { keys($0).first?.name } ?? ":\(command.name)"
  }

  package func means(_ key: Key, _ command: Command) -> Bool {
    CommandTable.binding(command).map { keys($0).contains(key) } ?? false
  }

  package func binding(for key: Key, in view: ViewKind) -> Binding? {
    CommandTable.bindings.first { $0.means(in: view) && keys($0).contains(key) }
  }

  /// Two commands that one key would mean in the same view; nil when there are none.
  package var clash: (key: Key, first: Command, second: Command)? {
    for view in ViewKind.allCases {
      var taken: [Key: Command] = [:]
      for binding in CommandTable.bindings where binding.means(in: view) {
        for key in keys(binding) {
          if let other = taken[key], other != binding.command { return (key, other, binding.command) }
          taken[key] = binding.command
        }
      }
    }
    return nil
  }
}

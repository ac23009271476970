// Every command once: its id, its keys, its help, what it is called now, and why it may not work now. Keys, footer,
// help and palette all come from this table.

import CellScreen
import Domain

package enum Command: String, Sendable, Hashable, CaseIterable {
  case approve, reject, edit, skip, undo, approveRest, review, next, previous
  case nextChange, previousChange, pane, zoom, stepTrail, search, palette, help
  case flags, runView, raise, lower, toggleMark, finish, openDocument, sendDraft
  case pause, stop, resume, close
  case up, down, pageUp, pageDown, top, bottom, back, leave, suspend
}

package struct Binding: Sendable {
  package enum Group: String, Sendable, CaseIterable {
    case decide = "Decide", look = "Look", run = "The run", go = "Go"
  }
  package let command: Command
  package let keys: [Key]
  package let group: Group
  package let help: String
  /// The word in the footer; nil keeps it out.
  package let label: @Sendable (Model) -> String?
  /// Why the key can't act now; nil when it can.
  package let obstacle: @Sendable (Model) -> String?

  init(
    _ command: Command, _ keys: [Key], _ group: Group, _ help: String,
    label: @escaping @Sendable (Model) -> String? = { _ in nil },
    obstacle: @escaping @Sendable (Model) -> String? = { _ in nil }
  ) {
    self.command = command
    self.keys = keys
    self.group = group
    self.help = help
    self.label = label
    self.obstacle = obstacle
  }
}

package enum CommandTable {
  package static let bindings: [Binding] = decide + look + run + go

  package static func command(for key: Key) -> Binding? { bindings.first { $0.keys.contains(key) } }

  private static let decide: [Binding] = [
    Binding(.approve, [.character("a")], .decide, "yes: approve, keep", label: Deed.yes, obstacle: Deed.noYes),
    Binding(
      .reject, [.character("r"), .character("x")], .decide, "no: reject with a reason, discard", label: Deed.no,
      obstacle: Deed.noNo),
    Binding(
      .edit, [.character("e")], .decide, "write your own version; it is shown and approved like any other",
      label: { $0.view == .run && $0.current?.state == .waiting ? "change it" : nil },
      obstacle: Deed.noEdit),
    Binding(
      .skip, [.character("s")], .decide, "come back to it later",
      label: { $0.view == .run && $0.current?.state == .waiting ? "skip" : nil },
      obstacle: { $0.view == .run && $0.current?.state == .waiting ? nil : "only a waiting step can be skipped" }),
    Binding(
      .approveRest, [.character("A")], .decide, "approve or keep all the rest that can be undone, after a list of them",
      label: { $0.view == .review ? "keep the rest" : nil }, obstacle: Deed.noRest),
    Binding(
      .undo, [.character("u")], .decide, "propose to put back what this step did to a file",
      label: { Deed.noUndo($0) == nil ? "undo" : nil }, obstacle: Deed.noUndo),
    Binding(
      .toggleMark, [.character(" ")], .decide, "review: keep, discard, undecided in turn",
      label: { $0.view == .review ? "mark" : nil },
      obstacle: { $0.view == .review && $0.current != nil ? nil : "marks belong to the review (b)" }),
    Binding(
      .raise, [.character("+"), .character("=")], .decide, "raise a flag, with a reason",
      label: { $0.view == .flags ? "raise" : nil },
      obstacle: { Deed.noFlag($0) ?? ($0.currentFinding?.level == .red ? "RED is the highest level" : nil) }),
    Binding(
      .lower, [.character("-")], .decide, "lower a flag, with a reason", label: { $0.view == .flags ? "lower" : nil },
      obstacle: { Deed.noFlag($0) ?? ($0.currentFinding?.level == .green ? "GREEN is the lowest level" : nil) }),
    Binding(
      .finish, [.enter], .decide, "review: finish, after a last summary",
      label: { $0.view == .review ? "finish review" : nil },
      obstacle: {
        $0.view == .review
          ? ($0.prepared.contains { $0.mark != .undecided } ? nil : "nothing is marked yet: a keeps, x discards") : nil
      }),
    Binding(
      .sendDraft, [.character("S")], .decide, "raise a send step from this draft",
      label: { $0.current?.kind == .mailDraft && $0.current?.state == .done ? "send it…" : nil },
      obstacle: {
        $0.current?.kind == .mailDraft && $0.current?.state == .done ? nil : "only a saved draft can be sent"
      }),
  ]

  private static let look: [Binding] = [
    Binding(.next, [.character("n")], .look, "next that wants you", label: { $0.view == .help ? nil : "next" }),
    Binding(.previous, [.character("N")], .look, "the one before that wants you"),
    Binding(
      .nextChange, [.character("]")], .look, "next change",
      label: { ($0.rows?.changeRows.count ?? 0) > 1 && $0.view != .flags ? "change" : nil },
      obstacle: { ($0.rows?.changeRows.isEmpty ?? true) ? "this preview has no changes to step through" : nil }),
    Binding(
      .previousChange, [.character("[")], .look, "the change before",
      obstacle: { ($0.rows?.changeRows.isEmpty ?? true) ? "this preview has no changes to step through" : nil }),
    Binding(.pane, [.tab], .look, "the next pane"),
    Binding(.zoom, [.character("z")], .look, "the pane alone, and back", label: { $0.isZoomed ? "all panes" : "zoom" }),
    Binding(.stepTrail, [.character("t")], .look, "the trail of this step, and of all"),
    Binding(
      .search, [.character("/")], .look, "search the queue",
      label: { $0.view == .run && $0.width >= 100 ? "search" : nil }),
    Binding(.openDocument, [.character("o")], .look, "flags: the step that holds the redlined copy or the report"),
    Binding(.up, [.up, .character("k")], .look, "up"),
    Binding(.down, [.down, .character("j")], .look, "down"),
    Binding(.pageUp, [.pageUp], .look, "the preview a page up"),
    Binding(.pageDown, [.pageDown], .look, "the preview a page down"),
    Binding(.top, [.home], .look, "to the start"),
    Binding(.bottom, [.end], .look, "to the end"),
  ]

  private static let run: [Binding] = [
    Binding(
      .pause, [.character("p")], .run, "pause the run, and go on",
      obstacle: { $0.run?.state == .live ? nil : "the run is not live" }),
    Binding(
      .stop, [.character("K")], .run, "stop the run: what waits is withdrawn",
      obstacle: { $0.hasHost && $0.run?.state.isOver == false ? nil : "the run has no host to stop" }),
    Binding(
      .resume, [], .run, "start the agent of a lost run again",
      obstacle: { !$0.hasHost && $0.run?.state.isOver == false ? nil : "the run's host is alive, or the run is over" }),
    Binding(
      .close, [], .run, "close a run without a host",
      obstacle: { $0.hasHost ? "the run's host is alive; stop it first" : nil }),
  ]

  private static let go: [Binding] = [
    Binding(
      .runView, [.character("1")], .go, "the run: plan, queue, preview, trail", label: { $0.view == .run ? nil : "run" }
    ),
    Binding(
      .flags, [.character("2")], .go, "flags on documents",
      label: { $0.view == .run && !$0.findings.isEmpty ? "flags" : nil },
      obstacle: { $0.findings.isEmpty ? "the agent has handed over no flags" : nil }),
    Binding(
      .review, [.character("b")], .go, "the batch review of prepared results",
      label: { $0.view == .run && !$0.preparedIDs.isEmpty ? "batch (\($0.preparedIDs.count))" : nil },
      obstacle: { $0.preparedIDs.isEmpty ? "nothing is prepared" : nil }),
    Binding(.help, [.character("?")], .go, "all keys", label: { _ in "help" }),
    Binding(.palette, [.character(":")], .go, "any command by name", label: { $0.width >= 100 ? "command" : nil }),
    Binding(.back, [.escape], .go, "back; never decides"),
    Binding(.leave, [.character("q")], .go, "leave; the run goes on", label: { $0.view == .run ? "leave" : "back" }),
    Binding(.suspend, [.control("z")], .go, "suspend the console; `fg` brings it back"),
  ]
}

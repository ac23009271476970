import CellScreen
import Domain

extension CommandTable {
  static let look: [Binding] = [
    Binding(
      .next, [.character("n")], .look, "next that wants you",
      label: { [.run, .flags, .drafts, .review].contains($0.view) ? "next" : nil }),
    Binding(.previous, [.character("N")], .look, "the one before that wants you"),
    Binding(
      .nextChange, [.character("]")], .look, "next change",
      label: { ($0.rows?.changeRows.count ?? 0) > 1 && $0.showsPreview ? "change" : nil }, obstacle: noChange),
    Binding(.previousChange, [.character("[")], .look, "the change before", obstacle: noChange),
    Binding(.pane, [.tab], .look, "the next pane"),
    Binding(
      .zoom, [.character("z")], .look, "the pane alone, and back",
      label: { $0.view == .help ? nil : $0.isZoomed ? "all panes" : "zoom" }),
    Binding(
      .sideBySide, [.character("|")], .look, "changes side by side, one below the other, or as the width allows",
      obstacle: { $0.showsPreview ? nil : "there is no preview in this view" }),
    Binding(
      .wrap, [.character("w")], .look, "wrap long lines, or cut them",
      obstacle: { $0.showsPreview ? nil : "there is no preview in this view" }),
    Binding(.stepTrail, [.character("t")], .look, "the trail of this step, and of all", in: [.run]),
    Binding(
      .search, [.character("/")], .look, "search the list of this view",
      in: [.run, .flags, .drafts, .review, .live, .policy, .help],
      label: { $0.view == .run && $0.width >= 100 ? "search" : nil }),
    Binding(
      .filter, [.character("f"), .character("/")], .look, "audit: filter as you type", in: [.audit],
      label: { _ in "filter" }),
    Binding(
      .order, [.character("o")], .look, "order of the queue: the plan, or what waits by risk and age", in: [.run],
      label: { $0.queueOrder == .risk ? "plan order" : nil }),
    Binding(
      .openDocument, [.character("o")], .look, "flags: the document at its clause; drafts: an attachment",
      in: [.flags, .drafts], label: { $0.view == .flags ? "open" : nil }),
    Binding(
      .openEntry, [.enter], .look, "audit: one entry with its fields, proof and recorded preview", in: [.audit],
      label: { _ in "open" }, obstacle: { $0.audit.selection == nil ? "no entry is selected" : nil }),
    Binding(
      .verify, [.character("v")], .look, "audit: check the whole trail again", in: [.audit], label: { _ in "verify" }),
    Binding(
      .export, [], .look, "audit: write what the filter matches, as JSONL and CSV", in: [.audit],
      obstacle: { $0.view == .audit ? nil : "open the trail first (5)" }),
    Binding(
      .register, [], .look, "flags: write the register of this run",
      obstacle: { $0.findings.isEmpty ? "the agent has handed over no flags" : nil }),
    Binding(.up, [.up, .character("k")], .look, "up"),
    Binding(.down, [.down, .character("j")], .look, "down"),
    Binding(.left, [.left, .character("h")], .look, "to the list", obstacle: onePane),
    Binding(.right, [.right, .character("l")], .look, "to the preview", obstacle: onePane),
    Binding(.pageUp, [.pageUp], .look, "the preview a page up"),
    Binding(.pageDown, [.pageDown], .look, "the preview a page down"),
    Binding(.top, [.home], .look, "to the start"),
    Binding(.bottom, [.end], .look, "to the end"),
  ]

  @Sendable private static func onePane(_ model: Model) -> String? {
    model.view == .help ? "help has one pane" : nil
  }

  @Sendable private static func noChange(_ model: Model) -> String? {
    (model.rows?.changeRows.isEmpty ?? true) ? "this preview has no changes to step through" : nil
  }
}

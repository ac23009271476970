import CellScreen
import Domain

extension CommandTable {
  static let decide: [Binding] = [
    Binding(.approve, [.character("a")], .decide, "yes: approve, keep", label: Deed.yes, obstacle: Deed.noYes),
    Binding(
      .reject, [.character("r"), .character("x")], .decide, "no: reject with a reason, discard, revoke",
      label: Deed.no, obstacle: Deed.noNo),
    Binding(
      .edit, [.character("e")], .decide, "write your own version, shown and approved like any other",
      label: { [.run, .drafts, .flags].contains($0.view) && Deed.noEdit($0) == nil ? "change it" : nil },
      obstacle: Deed.noEdit),
    Binding(
      .editOutside, [.character("E")], .decide, "write your own version in $EDITOR",
      obstacle: { $0.view == .flags ? "e changes the redline here" : Deed.noEdit($0) }),
    Binding(
      .skip, [.character("s")], .decide, "come back to it later",
      label: { $0.view == .run && $0.current?.state == .waiting && !$0.isReadOnly ? "skip" : nil },
      obstacle: {
        Deed.readOnly($0)
          ?? ($0.view == .run && $0.current?.state == .waiting ? nil : "only a waiting step can be skipped")
      }),
    Binding(
      .later, [.character("L")], .decide, "send later: approve now, to happen at a time you name",
      label: { model in
        guard [.drafts, .run].contains(model.view), Deed.noLater(model) == nil, let step = model.current else {
          return nil
        }
        return model.wantedTime[step.id].map { "send at \($0)" } ?? (model.view == .drafts ? "send later" : nil)
      }, obstacle: Deed.noLater),
    Binding(
      .level, [.character("T")], .decide, "change the level of this step, or of its kind in this run",
      obstacle: Deed.noLevel),
    Binding(
      .approveRest, [.character("A")], .decide,
      "yes to all the rest like it (review: keep all), after a list",
      label: { $0.view == .review ? "keep the rest" : nil }, obstacle: Deed.noRest),
    Binding(
      .undo, [.character("u")], .decide, "take back an approval not due yet; undo a change of files",
      label: { Deed.noUndo($0) == nil ? (Deed.canTakeBack($0) ? "take it back" : "undo") : nil }, obstacle: Deed.noUndo),
    Binding(
      .toggleMark, [.character(" ")], .decide, "review: mark in turn; flags: take a word back",
      label: {
        $0.view == .review ? "mark" : $0.view == .flags && Deed.noTakingBack($0) == nil ? "take it back" : nil
      },
      obstacle: {
        if $0.view == .flags { return Deed.noTakingBack($0) }
        return Deed.readOnly($0) ?? ($0.view == .review && $0.current != nil ? nil : "marks belong to the review (b)")
      }),
    Binding(
      .raise, [.character("+"), .character("=")], .decide, "raise a flag, with a reason",
      label: { $0.view == .flags && $0.currentFinding.map { $0.level != .red } ?? false ? "raise" : nil },
      obstacle: { Deed.noFlag($0) ?? ($0.currentFinding?.level == .red ? "RED is the highest level" : nil) }),
    Binding(
      .lower, [.character("-")], .decide, "lower a flag, with a reason", label: { $0.view == .flags ? "lower" : nil },
      obstacle: { Deed.noFlag($0) ?? ($0.currentFinding?.level == .green ? "GREEN is the lowest level" : nil) }),
    Binding(
      .finish, [.enter], .decide, "review: finish, after a last summary", in: [.review],
      label: { $0.view == .review ? "finish review" : nil },
      obstacle: {
        Deed.readOnly($0)
          ?? ($0.undecidedCount < $0.preparedIDs.count ? nil : "nothing is marked yet: a keeps, x discards")
      }),
    Binding(
      .sendDraft, [.character("S")], .decide, "raise a send step from a saved draft", label: { _ in nil },
      obstacle: {
        Deed.readOnly($0) ?? (Deed.isUnsent($0.current, $0) ? nil : "only a saved draft that was not sent can be sent")
      }),
  ]
}

import CellScreen
import Domain

extension CommandTable {
  static let run: [Binding] = [
    Binding(
      .pause, [.character("p")], .run, "pause the run, and go on",
      label: { $0.view == .live ? ($0.wantedRun?.isPaused == true ? "go on" : "pause") : nil },
      obstacle: { $0.wantedRun?.state.isOver == false || $0.wantedRun?.isPaused == true ? nil : "the run is over" }),
    Binding(
      .stop, [.character("K")], .run, "stop the run: what waits is withdrawn",
      label: { $0.view == .live ? "stop" : nil },
      obstacle: { $0.wantedRun?.state.isOver == false ? nil : "the run is over" }),
    Binding(
      .stopAll, [], .run, "stop every run on this desk",
      obstacle: { model in
        model.wall.map { $0.runs.contains { $0.hasHost } } ?? model.hasHost ? nil : "no run is live"
      }),
    Binding(
      .incident, [.character("i")], .run, "raise an incident; its clock of 24 hours starts",
      label: { $0.view == .live ? "incident" : nil }),
    Binding(
      .closeIncident, [.character("c")], .run, "live: close an open incident, with its outcome", in: [.live],
      label: { $0.wall?.incidents.contains(where: \.isOpen) ?? false ? "close incident" : nil },
      obstacle: { $0.wall?.incidents.contains(where: \.isOpen) ?? false ? nil : "no incident is open" }),
    Binding(
      .openRun, [.enter], .run, "live: open the run, to look only", in: [.live], label: { _ in "open" },
      obstacle: { $0.liveSelection == nil ? "no run is selected" : nil }),
    Binding(
      .decideHere, [], .run, "decide in a run that was opened to look only",
      obstacle: {
        !$0.isReadOnly ? "you can decide here already" : $0.isLocked ? "this console was started to look only" : nil
      }),
    Binding(
      .resume, [], .run, "start the agent of a lost run again",
      obstacle: {
        Deed.readOnly($0)
          ?? (!$0.hasHost && $0.run?.state.isOver == false ? nil : "the run's host is alive, or the run is over")
      }),
    Binding(
      .close, [], .run, "close a run without a host",
      obstacle: {
        Deed.readOnly($0)
          ?? ($0.run?.state == .closed
            ? "the run is closed already" : $0.hasHost ? "the run's host is alive; stop it first" : nil)
      }),
  ]

  static let go: [Binding] = [
    Binding(
      .runView, [.character("1")], .go, "the run: plan, queue, preview, trail", label: { $0.view == .run ? nil : "run" }
    ),
    Binding(
      .flags, [.character("2")], .go, "flags on documents",
      label: { $0.view == .run && !$0.findings.isEmpty ? "flags" : nil },
      obstacle: { $0.findings.isEmpty ? "the agent has handed over no flags" : nil }),
    Binding(
      .drafts, [.character("3")], .go, "drafts: outgoing mail, posts and invitations",
      label: { $0.view == .run && !$0.draftIDs.isEmpty ? "drafts" : nil },
      obstacle: { $0.draftIDs.isEmpty ? "nothing here goes out" : nil }),
    Binding(.live, [.character("4")], .go, "all runs, incidents, anomalies"),
    Binding(.audit, [.character("5")], .go, "the audit trail, with a filter"),
    Binding(.policy, [.character("6")], .go, "the rules, what they decided, standing approvals"),
    Binding(
      .review, [.character("b")], .go, "the batch review of prepared results",
      label: {
        [.run, .drafts].contains($0.view) && !$0.preparedIDs.isEmpty ? "batch (\($0.preparedIDs.count))" : nil
      },
      obstacle: { $0.preparedIDs.isEmpty ? "nothing is prepared" : nil }),
    Binding(.help, [.character("?")], .go, "all keys", label: { _ in "help" }),
    Binding(.palette, [.character(":")], .go, "any command by name", label: { $0.width >= 100 ? "command" : nil }),
    Binding(.back, [.escape], .go, "back; never decides"),
    Binding(
      .leave, [.character("q")], .go, "leave; the run goes on",
      label: { $0.view == $0.home && !$0.isOpenedFromFlags ? "leave" : "back" }),
    Binding(.suspend, [.control("z")], .go, "suspend the console; `fg` brings it back"),
  ]
}

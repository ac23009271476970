// The review of a run's prepared results: marks that count for nothing yet, and their end, in which every result gets its word.

import Domain
import EffectPreview
import GateKeeper
import Storage

extension DeskActions {
  /// - Parameters:
  ///   - reason: why something is left out; nil keeps what was said.
  ///   - painted: what of it was shown, for the record.
  package func mark(
    _ step: StepSummary, _ mark: Mark, discarding changes: Set<Int>, reason: String? = nil, painted: String
  ) throws(RuntimeFault) {
    let flags = RedlineDesk(self)
    // What is left out no more needs no reason.
    let said = reason ?? (mark == .discard || !changes.isEmpty ? nil : "")
    try journalled { () throws(JournalFault) in
      try store.mark(
        [ReviewMark(step.id, mark, discarding: changes, reason: said, painted: painted)], by: desk.person)
      try flags.follow(step, changes, reason: reason)
    }
  }

  /// How many steps of a run are in which state.
  package func counts(of run: RunID) throws(RuntimeFault) -> RunSummary.Counts {
    try journalled { () throws(JournalFault) in try store.run(run)?.counts } ?? RunSummary.Counts()
  }

  /// Marks everything prepared to be kept, as a bulk key does.
  package func keepAll(_ run: RunID) throws(RuntimeFault) {
    let all = try journalled { () throws(JournalFault) in try store.steps(of: run, in: [.staged]) }
    try markAll(all, .keep, painted: "listed with \(all.count)")
  }

  /// The same mark on many, in one transaction; what was left out of them stays out.
  package func markAll(_ steps: [StepSummary], _ mark: Mark, painted: String) throws(RuntimeFault) {
    try journalled { () throws(JournalFault) in
      try store.mark(
        steps.map {
          ReviewMark(
            $0.id, mark, discarding: $0.discardedChanges,
            reason: mark == .discard || !$0.discardedChanges.isEmpty ? nil : "", painted: painted)
        }, by: desk.person)
    }
  }

  /// The end of a review: partly kept files are first rewritten without what was discarded, then every result gets
  /// its word in one transaction. Undecided results stay in the review.
  /// - Parameter listed: all that is prepared, as the person read it; somebody else's mark on any of it ends nothing. nil where
  ///   nobody was shown a list.
  package func finishReview(
    _ run: RunID, listed: [StepSummary]? = nil
  ) throws(RuntimeFault) -> (kept: Int, discarded: Int) {
    let clashes = try checkPrepared(run)
    guard clashes == 0 else {
      throw RuntimeFault(
        .refused,
        "\(clashes) prepared file\(clashes == 1 ? " was" : "s were") changed by somebody meanwhile; both versions are shown, nothing was finished"
      )
    }
    let maker = try maker(run)
    try refuseObstacles(run, maker)
    let flags = RedlineDesk(self)
    let stale = try journalled { () throws(JournalFault) in try judgeAgain(run, maker) }
    guard stale == 0 else {
      throw RuntimeFault(
        .refused,
        "the policy, workspace.yaml, desk.yaml or what was accepted of a connector changed meanwhile: \(stale) result\(stale == 1 ? " was" : "s were") judged anew, nothing was finished"
      )
    }
    // What is kept is what was shown, so what is said on it is said before.
    let noted = try journalled { () throws(JournalFault) in
      try flags.noteLevels(on: try store.steps(of: run, in: [.staged]).filter { $0.mark == .keep }, maker)
    }
    guard noted.isEmpty else {
      throw RuntimeFault(.refused, "\(Self.notedWords(noted)); nothing was finished")
    }
    let counts = try journalled { () throws(JournalFault) -> (Int, Int) in
      let staged = try store.steps(of: run, in: [.staged])
      guard listed.map({ Self.marks($0) == Self.marks(staged) }) ?? true else {
        throw JournalFault(
          .changed, "somebody marked it otherwise meanwhile; the list has it now, nothing was finished")
      }
      let marks = Dictionary(uniqueKeysWithValues: staged.map { ($0.id, $0.mark) })
      let marked = staged.filter { $0.mark == .keep }
      let keeping = marked.map(\.id)
      // What was shown when they were marked; a form without what was left out is made only now.
      var painted: [StepID: String] = [:]
      for step in staged { painted[step.id] = step.markPainted.isEmpty ? "in the review" : step.markPainted }
      for step in marked where !step.discardedChanges.isEmpty {
        guard let effect = try maker.withoutChanges(step) else { continue }
        // What is put in place no longer has it: its last form says what was left out, by whom and why.
        let why = step.markReason.isEmpty ? "" : ": \(step.markReason)"
        let out = try maker.leftOut(step, effect).map {
          Preview.Earlier("\(desk.person.name) left this out in the review\(why)", $0.before, $0.after)
        }
        try gate.move([
          Transition(
            step: step.id, event: .revise, actor: .person(desk.person), reasonCode: "part-kept",
            reason: "without \(step.discardedChanges.count) of its changes",
            revised: try maker.revised(
              step, as: effect, rewritten: try maker.isRewritten(step) ? maker.rewriting(step, effect) : nil,
              since: [out].compactMap { $0 }))
        ])
      }
      let kept = Set(keeping)
      let stillThere = Set(try store.steps(of: run, in: [.staged]).map(\.id))
      guard kept.isSubset(of: stillThere) else {
        throw JournalFault(
          .changed,
          "\(kept.subtracting(stillThere).count) of the kept were judged anew and wait by themselves; nothing was finished"
        )
      }
      let all = try store.steps(of: run, in: [.staged])
      let words = all.compactMap { step -> (step: StepID, decision: Decision, shown: Shown)? in
        guard let mark = marks[step.id], mark != .undecided else { return nil }
        return (
          step.id, mark == .keep ? .keep : .discard(reason: step.markReason),
          Shown(step, painted: painted[step.id] ?? "")
        )
      }
      try gate.decide(words, by: desk.person)
      return (words.filter { $0.decision == .keep }.count, words.filter { $0.decision != .keep }.count)
    }
    try wakePerformer(run)
    return counts
  }

  private static func marks(_ steps: [StepSummary]) -> [StepID: String] {
    Dictionary(uniqueKeysWithValues: steps.map { ($0.id, "\($0.revision.value) \($0.markWords)") })
  }

  /// One that can't be put in place would hold back all the others; a file whose folder is not kept would get another.
  private func refuseObstacles(_ run: RunID, _ maker: StepMaker) throws(RuntimeFault) {
    let reasons = try journalled { () throws(JournalFault) in
      let prepared = try store.steps(of: run, in: [.staged]).filter(\.kind.isFile)
      var folders: [FilePath: StepSummary] = [:]
      for step in prepared where step.kind == .folderMake && step.mark != .keep {
        if case .makeFolder(let path, .some) = try maker.effect(of: step.id) { folders[path] = step }
      }
      let kept = try prepared.filter { $0.mark == .keep }.map { (step) throws(JournalFault) in
        (step, try maker.effect(of: step.id))
      }
      let leaving = Set(kept.flatMap { $0.1.fileParts }.compactMap(\.leftPath))
      var out: [String] = []
      for (step, effect) in kept {
        if let reason = maker.obstacle(to: effect, leaving: leaving) ?? maker.goneFolder(step, effect) {
          out.append("#\(step.number) can’t be put in place: \(reason)")
        } else if let folder = effect.madePath?.foldersAround.compactMap({ folders[$0] }).first {
          out.append("#\(step.number) lies in `\(folder.target)`, which is #\(folder.number) and not kept")
        }
      }
      return out
    }
    guard !reasons.isEmpty else { return }
    let more = reasons.count > 3 ? "; and \(reasons.count - 3) more" : ""
    throw RuntimeFault(
      .refused,
      "\(reasons.prefix(3).joined(separator: "; "))\(more); mend that, or discard them; nothing was finished")
  }

  /// What was prepared under rules or settings that hold no more is judged under those that do, before anybody marks it.
  /// - Returns: how many were.
  package func judgePrepared(_ run: RunID) throws(RuntimeFault) -> Int {
    let maker = try maker(run)
    return try journalled { () throws(JournalFault) in try judgeAgain(run, maker) }
  }

  static func judgedWords(_ count: Int) -> String {
    "the rules or settings changed since: \(count) result\(count == 1 ? " is" : "s are") judged anew under them"
  }

  /// Prepared results that were judged under an older policy, under today's.
  private func judgeAgain(_ run: RunID, _ maker: StepMaker) throws(JournalFault) -> Int {
    var again: [Transition] = []
    for step in try store.steps(of: run, in: [.staged]) {
      if !maker.isCurrent(step) {
        again.append(try maker.judgedAnew(step))
      } else if let new = try maker.reaccepted(step) {
        again.append(
          Transition(
            step: step.id, event: .revise, actor: .performer, reasonCode: "server-accepted",
            reason: "its server was accepted anew", revised: new))
      }
    }
    try gate.move(again)
    return again.count
  }
}

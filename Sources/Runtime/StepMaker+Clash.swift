// A prepared result and a person who changed the same file meanwhile: both are shown, and neither wins by itself.

import AuditLog
import Domain
import EffectPreview
import Effector
import GateKeeper
import Storage
import TextDiff

extension StepMaker {
  /// The step against the folders as they are now, with what somebody did to its place first; nil when nobody did.
  /// - Parameter leaving: what other open steps of the run take away.
  func clashing(_ step: StepSummary, leaving: Set<FilePath> = []) throws(JournalFault) -> NewStep? {
    let effect = try effect(of: step.id)
    let obstacle = obstacle(to: effect, leaving: leaving) ?? goneFolder(step, effect) ?? strangers(in: effect, leaving)
    if let words = obstacle.map({ Clash.blocked + $0 }) {
      guard !step.reach.warnings.contains(words) else { return nil }
      return try changing(try revised(unclashed(step), as: effect)) { $0.reach.warnings.insert(words, at: 0) }
    }
    let new: NewStep?
    switch effect {
    case .createFile(let path, let content):
      let back = try unchanged(step, path, content)
      new = if let back { back } else { try clashing(step, path, nil, content) }
    case .editFile(let path, let image, let content) where image.content.digest == content.digest:
      new = try clashing(step, path, image, mode: content.mode)
    case .editFile(let path, let image, let content):
      let back = try unchanged(step, path, content)
      new = if let back { back } else { try clashing(step, path, image, content) }
    case .renameFile(let from, let to, let image): new = try clashing(step, from, to, image)
    case .changeFiles(let parts): new = try clashing(step, set: parts)
    case .changeMode(let path, let from, let to): new = try clashing(step, path, from, to)
    case .makeFolder(let path, let mode): new = try clashing(step, path, mode)
    default: new = nil
    }
    // What was in the way is gone.
    let wasBlocked = step.reach.warnings.contains { $0.hasPrefix(Clash.blocked) }
    if let new { return new }
    return wasBlocked ? try revised(unclashed(step)) : nil
  }

  private func unclashed(_ step: StepSummary) -> StepSummary {
    var origin = step
    origin.reach.warnings.removeAll(where: Clash.isSaid)
    return origin
  }

  /// Content that comes where somebody else's is by now, or where theirs was.
  private func clashing(
    _ step: StepSummary, _ path: FilePath, _ shown: PreImage?, _ content: Content
  ) throws(JournalFault) -> NewStep? {
    let state = try? scopes.read(path)
    let now: Effect
    switch (shown, state) {
    case (nil, nil): return nil
    // As private as the file was that went.
    case (let shown?, nil): now = .createFile(path, content.with(mode: content.mode ?? shown.mode & 0o777))
    case (_, let state?):
      // A large file is not read again where all says that it is the same; it is, before it is replaced.
      if state.isLarge, let shown, state.looksLike(shown, hash: { Hashing.sha256($0) }) { return nil }
      let image = try preImage(state)
      if image.isSame(as: shown) { return nil }
      now = .editFile(path, image, content)
    }
    var origin = unclashed(step)
    origin.basis = now.preImage?.content.digest
    // Permissions are somebody's work as well.
    let modes = state.flatMap { now in shown.flatMap { $0.mode == now.mode ? nil : (old: $0.mode, new: now.mode) } }
    // What is large has no bytes in hand.
    let isSame =
      state.map { theirs in
        shown.map { $0.content.digest == now.preImage?.content.digest } ?? (!theirs.isLarge && theirs.bytes.isEmpty)
      } ?? false
    let words =
      state == nil
      ? "somebody removed this file since the agent prepared its version. What they took away:"
      : Self.changed(modes, hasContent: !isSame)
    // Three versions: as it was when the agent began, as somebody has it now, as the agent has it.
    let first = try agentsEffect(step)?.preImage ?? shown
    let before = try first.flatMap { image throws(JournalFault) in try store.load(image.content.digest) } ?? []
    let base = String(decoding: before, as: UTF8.self)
    var parts = [Preview.Earlier(words, base, String(decoding: state?.bytes ?? [], as: UTF8.self))]
    if let agents = try store.load(content.digest).flatMap({ String(validating: $0, as: UTF8.self) }) {
      let who = try store.isUndo(step.id) ? "what the undoing does" : "what the agent did"
      parts.append(Preview.Earlier("\(who), from the file as it was:", base, agents))
    }
    let new = try revised(origin, as: now, since: parts)
    // The same bytes and permissions in another file are no clash for a person's eyes: only the record follows.
    guard !isSame || modes != nil else { return new }
    return try changing(new) { $0.reach.warnings.insert(state == nil ? Clash.removed : Clash.warning, at: 0) }
  }

  /// Somebody has put back what was there when the agent began: there is no clash any more.
  private func unchanged(_ step: StepSummary, _ path: FilePath, _ content: Content) throws(JournalFault) -> NewStep? {
    guard step.isClash, step.revision != .first, let first = try agentsEffect(step)?.preImage,
      !first.isSame(as: try effect(of: step.id).preImage), let now = try image(path),
      now.content.digest == first.content.digest, now.mode == first.mode
    else { return nil }
    var origin = unclashed(step)
    origin.basis = now.content.digest
    return try revised(
      origin, as: .editFile(path, now, content.with(mode: content.mode == now.mode ? nil : content.mode)))
  }

  /// What would stay in a folder that goes; what leaves before it does not count.
  private func strangers(in effect: Effect, _ leaving: Set<FilePath>) -> String? {
    guard case .removeFolder(let path, _) = effect else { return nil }
    let inside = (scopes.names(in: path) ?? []).map { path.appending($0) }.filter { !leaving.contains($0) }
    return inside.min { $0.relative.lexicographicallyPrecedes($1.relative) }.map {
      "`\($0.display)` is in it, which is somebody else’s"
    }
  }

  private static func changed(_ modes: (old: UInt32, new: UInt32)?, hasContent: Bool) -> String {
    let permissions =
      modes.map { " Its permissions were \(Preview.mode($0.old)) and are \(Preview.mode($0.new))." } ?? ""
    let more = hasContent ? " What they did:" : ""
    return "somebody changed this file since the agent prepared its version.\(permissions)\(more)"
  }

  /// What leaves the content alone keeps theirs: other permissions, another place.
  private func clashing(
    _ step: StepSummary, _ path: FilePath, _ shown: PreImage, says warning: String,
    _ effect: (PreImage) -> Effect
  ) throws(JournalFault) -> NewStep? {
    guard let state = try? scopes.read(path), !(state.isLarge && state.looksLike(shown, hash: { Hashing.sha256($0) }))
    else { return nil }
    let now = try preImage(state)
    guard !now.isSame(as: shown) else { return nil }
    let hasContent = now.content.digest != shown.content.digest
    guard hasContent || now.mode != shown.mode else { return try revised(unclashed(step), as: effect(now)) }
    let words = Self.changed(now.mode == shown.mode ? nil : (shown.mode, now.mode), hasContent: hasContent)
    let base = String(decoding: try store.load(shown.content.digest) ?? [], as: UTF8.self)
    let theirs = String(decoding: state.bytes, as: UTF8.self)
    let new = try revised(unclashed(step), as: effect(now), since: [Preview.Earlier(words, base, theirs)])
    return try changing(new) { $0.reach.warnings.insert(warning, at: 0) }
  }

  private func clashing(
    _ step: StepSummary, _ path: FilePath, _ shown: PreImage, mode: UInt32?
  ) throws(JournalFault) -> NewStep? {
    if scopes.standing(path) == .nothing { return try clashing(step, path, shown, shown.content.with(mode: mode)) }
    return try clashing(step, path, shown, says: Clash.permissions) { now in
      .editFile(path, now, now.content.with(mode: mode))
    }
  }

  private func clashing(
    _ step: StepSummary, _ from: FilePath, _ to: FilePath, _ shown: PreImage
  ) throws(JournalFault) -> NewStep? {
    try clashing(step, from, shown, says: Clash.renamed) { .renameFile(from: from, to: to, $0) }
  }

  /// A folder that somebody else has made meanwhile.
  private func clashing(_ step: StepSummary, _ path: FilePath, _ mode: UInt32?) throws(JournalFault) -> NewStep? {
    guard let mode, let now = try? scopes.mode(ofFolder: path), now != mode else { return nil }
    let words = "somebody made this folder since the agent did, with other permissions: \(Preview.mode(now))"
    return try changing(try revised(unclashed(step), as: .changeMode(path, from: now, to: mode))) {
      $0.reach.warnings.insert(contentsOf: [Clash.warning, words], at: 0)
    }
  }

  /// A folder's permissions that somebody else changed meanwhile; nil when nobody did.
  private func clashing(
    _ step: StepSummary, _ path: FilePath, _ from: UInt32, _ to: UInt32
  ) throws(JournalFault) -> NewStep? {
    guard let now = try? scopes.mode(ofFolder: path), now != from else { return nil }
    let words =
      "somebody changed these permissions since the agent did: they were \(Preview.mode(from)) and are \(Preview.mode(now))"
    return try changing(try revised(unclashed(step), as: .changeMode(path, from: now, to: to))) {
      $0.reach.warnings.insert(contentsOf: [Clash.warning, words], at: 0)
    }
  }

  /// The changes of a step that a person has left out, in a form of it against another file.
  func leftOut(of step: StepSummary, in new: NewStep) throws(JournalFault) -> Set<Int> {
    guard !step.discardedChanges.isEmpty, let shown = try lines(step.basis, try effect(of: step.id)),
      let now = try lines(new.basis, new.action.effect)
    else { return [] }
    return now.same(as: step.discardedChanges, of: shown)
  }

  /// What an effect changes in the lines that its preview stands on; nil where it has none.
  func lines(_ basis: Digest?, _ effect: Effect) throws(JournalFault) -> LineDiff? {
    guard let basis, let content = effect.newContent, let old = try store.load(basis),
      let new = try store.load(content.digest)
    else { return nil }
    return LineDiff(old: old, new: new)
  }

  /// A step whose target turned out another than the one shown, against what is there now; nil where nothing is.
  func again(_ step: StepSummary) throws(JournalFault) -> NewStep? {
    // An undoing is made anew from what it undoes, with all that belongs to one.
    if let original = try store.undone(by: step.id).flatMap({ id throws(JournalFault) in try store.step(id) }) {
      guard let new = try? undoing(original), new.action.effect != (try effect(of: step.id)) else { return nil }
      return new
    }
    if let new = try clashing(step) { return new }
    switch try effect(of: step.id) {
    case .deleteFile(let path, let shown):
      guard let now = try image(path), !now.isSame(as: shown) else { return nil }
      return try changing(try revised(step, as: .deleteFile(path, now))) {
        $0.reach.warnings.insert("somebody changed it since it was shown", at: 0)
      }
    default: return nil
    }
  }
}

extension DeskActions {
  /// Prepared memos say what people said of their flags before they are looked at in a review. One that is to be kept goes
  /// on disk as it is, whatever its agent still hears.
  /// - Returns: those that say something else now, in words for the person; nil where none does.
  package func noteFlags(_ run: RunID) throws(RuntimeFault) -> String? {
    let maker = try maker(run)
    let hasAgent = RunLock.holder(desk.directory, run) == .agent
    let (kept, noted) = try journalled { () throws(JournalFault) in
      let prepared = try store.steps(of: run, in: [.staged])
      let (desk, kept) = (RedlineDesk(self), prepared.filter { $0.mark == .keep })
      let noted = try desk.noteLevels(on: kept, maker)
      _ = try desk.noteLevels(on: prepared.filter { $0.mark != .keep }, maker, hasAgent: hasAgent)
      return (kept, noted)
    }
    return kept.isEmpty || noted.isEmpty ? nil : Self.notedWords(noted)
  }

  static func notedWords(_ noted: [StepNumber]) -> String {
    let memos = noted.map { "#\($0)" }.joined(separator: ", ")
    return noted.count == 1
      ? "memo \(memos) says more on top now: look, then keep it again"
      : "\(memos) say more on top now: look, keep them again"
  }

  /// Looks at every prepared file as it is now; what clashes is shown both ways and undecided again.
  /// - Returns: how many do.
  @discardableResult
  package func checkPrepared(_ run: RunID) throws(RuntimeFault) -> Int {
    let maker = try maker(run)
    return try journalled { () throws(JournalFault) in
      var count = 0
      let open = try store.steps(of: run, in: [.staged, .waiting, .approved])
      var leaving: Set<FilePath> = []
      for step in open where step.kind.isFile {
        leaving.formUnion(try maker.effect(of: step.id).fileParts.compactMap(\.leftPath))
      }
      for step in open where step.state == .staged || step.state == .waiting && step.kind.isFile {
        guard var new = try step.state == .staged ? maker.clashing(step, leaving: leaving) : maker.again(step)
        else { continue }
        let out = try maker.leftOut(of: step, in: new)
        let lost = step.discardedChanges.count - out.count
        if lost > 0 { new = try maker.changing(new) { $0.reach.warnings.insert(Clash.takenIn(lost), at: 0) } }
        try gate.move([
          Transition(
            step: step.id, event: .revise, actor: .performer, reasonCode: "clash",
            reason: "its place changed since it was prepared", revised: new)
        ])
        if !out.isEmpty {
          try store.mark([ReviewMark(step.id, .undecided, discarding: out)], by: desk.person)
        }
        if step.state == .staged { count += 1 }
      }
      return count
    }
  }
}

// A prepared result and a person who changed the same file meanwhile: both are shown, and neither wins by itself.

import AuditLog
import Domain
import EffectPreview
import Effector
import GateKeeper

extension StepMaker {
  /// The step against the file as it is now, with what somebody did to it first; nil when nobody did.
  func clashing(_ step: StepSummary) throws(JournalFault) -> NewStep? {
    let effect = try effect(of: step.id)
    let path: FilePath
    let content: Content
    var before: [UInt8] = []
    switch effect {
    case .createFile(let own, let bytes): (path, content) = (own, bytes)
    case .editFile(let own, let image, let bytes):
      (path, content) = (own, bytes)
      before = try store.load(image.content.digest) ?? []
    case .changeFiles(let parts): return try clashing(step, set: parts)
    case .changeMode(let path, let from, let to): return try clashing(step, path, from, to)
    default: return nil
    }
    let state = try? scopes.read(path)
    let now: Effect
    switch (effect, state) {
    case (.createFile, nil): return nil
    case (.editFile, nil): now = .createFile(path, content)
    case (_, let state?):
      // A large file is not read again where all says that it is the same; it is, before it is replaced.
      if state.isLarge, let shown = effect.preImage, state.looksLike(shown) { return nil }
      let image = try preImage(state)
      if image.isSame(as: effect.preImage) { return nil }
      now = .editFile(path, image, content)
    default: return nil
    }
    var origin = step
    origin.basis = now.preImage?.content.digest
    // Permissions are somebody's work as well.
    let modes = state.flatMap { now in
      effect.preImage.flatMap { $0.mode == now.mode ? nil : (old: $0.mode, new: now.mode) }
    }
    let permissions =
      modes.map { " Its permissions were \(Preview.mode($0.old)) and are \(Preview.mode($0.new))." } ?? ""
    // What is large has no bytes in hand.
    let isSame =
      state.map { theirs in
        effect.preImage.map { $0.content.digest == now.preImage?.content.digest }
          ?? (!theirs.isLarge && theirs.bytes.isEmpty)
      } ?? false
    let words =
      state == nil
      ? "somebody removed this file since the agent prepared its version. What they took away:"
      : isSame
        ? "somebody changed this file since the agent prepared its version.\(permissions)"
        : "somebody changed this file since the agent prepared its version.\(permissions) What they did:"
    let theirs = String(decoding: state?.bytes ?? [], as: UTF8.self)
    origin.reach.warnings.removeAll { $0 == Clash.warning }
    // Three versions: as it was, as somebody has it now, as the agent has it.
    let base = String(decoding: before, as: UTF8.self)
    var parts = [Preview.Earlier(words, base, theirs)]
    if let agents = try store.load(content.digest).flatMap({ String(validating: $0, as: UTF8.self) }) {
      let words =
        agents == base ? "the agent changed only its permissions." : "what the agent did, from the file as it was:"
      parts.append(Preview.Earlier(words, base, agents))
    }
    let new = try revised(origin, as: now, since: parts)
    // The same bytes and permissions in another file are no clash for a person's eyes: only the record follows.
    guard !isSame || modes != nil else { return new }
    return try changing(new) { $0.reach.warnings.insert(Clash.warning, at: 0) }
  }
}

extension StepMaker {
  /// A folder's permissions that somebody else changed meanwhile; nil when nobody did.
  private func clashing(
    _ step: StepSummary, _ path: FilePath, _ from: UInt32, _ to: UInt32
  ) throws(JournalFault) -> NewStep? {
    guard let now = try? scopes.mode(ofFolder: path), now != from else { return nil }
    var origin = step
    origin.reach.warnings.removeAll { $0 == Clash.warning }
    let words =
      "somebody changed these permissions since the agent did: they were \(Preview.mode(from & 0o777)) and are \(Preview.mode(now & 0o777))"
    return try changing(try revised(origin, as: .changeMode(path, from: now, to: to))) {
      $0.reach.warnings.insert(contentsOf: [Clash.warning, words], at: 0)
    }
  }

  /// A step whose target turned out another than the one shown, against what is there now; nil where nothing is.
  func again(_ step: StepSummary) throws(JournalFault) -> NewStep? {
    if let new = try clashing(step) { return new }
    switch try effect(of: step.id) {
    case .deleteFile(let path, _):
      guard let now = try image(path) else { return nil }
      return try changing(try revised(step, as: .deleteFile(path, now))) {
        $0.reach.warnings.insert("somebody changed it since it was shown", at: 0)
      }
    case .renameFile(let from, let to, _):
      guard let now = try image(from), (try? scopes.read(to)) == nil else { return nil }
      return try changing(try revised(step, as: .renameFile(from: from, to: to, now))) {
        $0.reach.warnings.insert("somebody changed it since it was shown", at: 0)
      }
    default: return nil
    }
  }
}

extension DeskActions {
  /// Looks at every prepared file as it is now; what clashes is shown both ways and undecided again.
  /// - Returns: how many do.
  @discardableResult
  package func checkPrepared(_ run: RunID) throws(RuntimeFault) -> Int {
    let maker = try maker(run)
    return try journalled { () throws(JournalFault) in
      var count = 0
      for step in try store.steps(of: run, in: [.staged]) {
        guard let new = try maker.clashing(step) else { continue }
        try gate.move([
          Transition(
            step: step.id, event: .revise, actor: .performer, reasonCode: "clash",
            reason: "the file changed since it was prepared", revised: new)
        ])
        count += 1
      }
      return count
    }
  }
}

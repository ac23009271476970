// After a performer died: what it was doing is looked at and told truthfully, never guessed.

import AuditLog
import Domain
import Effector
import GateKeeper
import Storage

struct Reconciler {
  let desk: Desk
  let maker: StepMaker
  let sent: SentMail

  private var blobs: Blobs { .of(desk.store) }

  /// The caller holds the run's lock, so nobody is performing.
  func reconcile(_ run: RunID) throws(JournalFault) {
    let store = desk.store
    // What a hooked agent does by itself no host was doing.
    let isHooked = try store.run(run)?.isHooked == true
    let performing = try store.steps(of: run, in: [.performing]).filter { !(isHooked && $0.isRelayed) }
    try desk.gate.move(
      performing.map {
        Transition(
          step: $0.id, event: .lose, actor: .performer, reasonCode: "performer-gone",
          reason: "the host died while it performed this")
      })
    for step in try store.steps(of: run, in: [.unknown]) {
      let effect = try maker.effect(of: step.id)
      let rest = left(of: effect, step)
      let half = rest.map { _ in (event: StepEvent.reconcileFailed, words: "a part of it was in place") }
      guard let finding = look(effect, step) ?? (step.verdict.level == .batched ? half : nil) else {
        try ask(step, because: "the host died while it did this", left: rest)
        try sweep(effect, step)
        continue
      }
      try sweep(effect, step)
      // What a person kept and what had not begun goes on with the rest: a review is all or nothing.
      let isKept = finding.event == .reconcileFailed && step.verdict.level == .batched
      try desk.gate.move([
        Transition(
          step: step.id, event: isKept ? .retry : finding.event, actor: .performer, reasonCode: "reconciled",
          reason: finding.words)
      ])
    }
  }

  private func sweep(_ effect: Effect, _ step: StepSummary) throws(JournalFault) {
    for name in maker.scopes.sweep(effect, of: step.id, blobs) {
      try desk.store.say(
        step.run, "`\(name)` was left alone: it is nothing that #\(step.number) has put there, or somebody wrote to it",
        by: .performer)
    }
  }

  /// What a fault left in place, as it can be seen now: done where all of it is there, else a person looks.
  func settle(_ step: StepSummary, because words: String) throws(JournalFault) {
    guard step.kind.isFile, look(try maker.effect(of: step.id), step)?.event == .reconcileDone else {
      return try ask(step, because: words)
    }
    try desk.gate.move([
      Transition(
        step: step.id, event: .reconcileDone, actor: .performer, reasonCode: "reconciled",
        reason: "it is in place: \(words)")
    ])
  }

  /// What nobody here can find out waits for a person again, and says so on its docket.
  /// - Parameters:
  ///   - words: why nobody knows.
  ///   - left: what of a set is still to be done, where that can be told.
  func ask(_ step: StepSummary, because words: String, left: Effect? = nil) throws(JournalFault) {
    var warnings = [
      left == nil
        ? "\(words): it may have happened already" : "\(words): a part of it is in place, this is what is left"
    ]
    if !step.isRelayed, step.kind == .mailSend || step.kind == .eventInvite,
      maker.connector(of: try maker.effect(of: step.id)) == nil
    {
      // What tells this mail from any other where it may have arrived.
      warnings.append(
        "look for it where sent mail is kept: Message-ID \(sent.messageID(step.id, try maker.effect(of: step.id)))")
    }
    // Somebody else's content in its place is shown beside the agent's and that of before.
    let form =
      if let left { try maker.revised(step, as: left) } else if let now = try maker.again(step) { now } else {
        try maker.revised(step)
      }
    let revised = try maker.changing(form) {
      $0.reach.warnings.removeAll { $0.contains("it may have happened already") || $0.contains("Message-ID") }
      $0.reach.warnings.insert(contentsOf: warnings, at: 0)
    }
    try desk.gate.move([
      Transition(
        step: step.id, event: .ask, actor: .performer, reasonCode: "may-have-happened",
        reason: step.isRelayed || !step.reach.connector.isEmpty
          ? "it may have happened; yes says that it did, no that it did not"
          : "it may have happened; yes does it again",
        revised: revised)
    ])
  }

  /// What a set has still to do after its performer died in the middle; nil where that can't be told of each.
  private func left(of effect: Effect, _ step: StepSummary) -> Effect? {
    guard case .changeFiles(let parts) = effect else { return nil }
    let found = parts.map { look($0, step)?.event }
    guard !found.contains(nil) else { return nil }
    let rest = zip(parts, found).filter { $0.1 == .reconcileFailed }.map(\.0)
    return rest.count == 1 ? rest[0] : .changeFiles(rest)
  }

  /// nil where the disk can't tell: mail, posts and calls stay unknown until a person looks.
  private func look(_ effect: Effect, _ step: StepSummary) -> (event: StepEvent, words: String)? {
    switch effect {
    case .draftMail, .sendMail:
      var isDraft = false
      if case .draftMail = effect { isDraft = true }
      return sent.saved(step.id, effect, isDraft: isDraft).map {
        (
          .reconcileDone,
          isDraft ? "draft saved, not sent: \($0)" : "\(Outbox.prefix), no mail command is set up: \($0)"
        )
      }
    case .trust: return (.reconcileDone, "it is on the record")
    case .readFile, .look, .web, .reportFindings: return (.reconcileDone, "a read changes nothing")
    case .createFile(let path, let content): return compare(path, before: nil, after: Wanted(content, content.mode))
    case .editFile(let path, let image, let content):
      return compare(
        path, before: Wanted(image.content, image.mode), after: Wanted(content, content.mode ?? image.mode & 0o777))
    case .deleteFile(let path, let image): return compare(path, before: Wanted(image.content, image.mode), after: nil)
    case .renameFile(let from, let to, let image):
      let content = Wanted(image.content, image.mode)
      if look(at: from) == .nothing, content.isAt(look(at: to)) { return (.reconcileDone, "it was in place") }
      if content.isAt(look(at: from)), look(at: to) == .nothing { return (.reconcileFailed, "it had not begun") }
      return nil
    case .makeFolder(let path, let mode):
      let now = try? maker.scopes.mode(ofFolder: path)
      let isThere = now != nil && (mode == nil || mode == now)
      return isThere ? (.reconcileDone, "it was in place") : (.reconcileFailed, "it had not begun")
    case .removeFolder(let path, _):
      return maker.scopes.isFolder(path) ? (.reconcileFailed, "it is still there") : (.reconcileDone, "it was gone")
    case .changeMode(let path, let from, let to):
      switch try? maker.scopes.mode(ofFolder: path) {
      case to?: return (.reconcileDone, "it was in place")
      case from?: return (.reconcileFailed, "it had not begun")
      default: return nil
      }
    case .changeFiles(let parts):
      let found = parts.map { look($0, step) }
      if found.allSatisfy({ $0?.event == .reconcileDone }) { return (.reconcileDone, "all of it was in place") }
      return found.allSatisfy({ $0?.event == .reconcileFailed }) ? (.reconcileFailed, "it had not begun") : nil
    case .outside, .unfit, .post, .addEvent, .call, .command, .push, .other: return nil
    }
  }

  private enum Found: Equatable { case nothing, file(Digest, mode: UInt32), unknown }

  /// Bytes, and permissions where they are named.
  private struct Wanted {
    let digest: Digest
    let mode: UInt32?
    init(_ content: Content, _ mode: UInt32?) { (digest, self.mode) = (content.digest, mode) }
    func isAt(_ found: Found) -> Bool {
      guard case .file(digest, let now) = found else { return false }
      return mode.map { $0 == now } ?? true
    }
  }

  /// What can't be read is not nothing.
  private func look(at path: FilePath) -> Found {
    do {
      let state = try maker.scopes.read(path)
      let digest: Digest? = state.content({ Hashing.sha256($0) }, file: { LargeFile.copy($0, to: nil)?.digest })
      return digest.map { .file($0, mode: state.mode) } ?? .unknown
    } catch { return error.code == .missing ? .nothing : .unknown }
  }

  private func compare(_ path: FilePath, before: Wanted?, after: Wanted?) -> (event: StepEvent, words: String)? {
    let now = look(at: path)
    if after.map({ $0.isAt(now) }) ?? (now == .nothing) { return (.reconcileDone, "it was in place") }
    if before.map({ $0.isAt(now) }) ?? (now == .nothing) { return (.reconcileFailed, "it had not begun") }
    return nil
  }
}

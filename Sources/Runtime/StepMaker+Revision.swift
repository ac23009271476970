// A step in a new form: judged again under today's policy, or with what a person wrote in the agent's place.

import Domain
import EffectPreview
import GateKeeper
import PolicyEngine
import TextDiff

extension StepMaker {
  func effect(of step: StepID) throws(JournalFault) -> Effect {
    do { return try Action(canonicalBytes: try store.action(of: step).bytes).effect } catch let fault as JournalFault {
      throw fault
    } catch {
      throw JournalFault(.unreadable, "the stored effect can't be read")
    }
  }

  /// The step's material from what the desk keeps, not from the disk.
  private func stored(_ step: StepSummary, _ effect: Effect, isUndo: Bool? = nil) throws(JournalFault) -> Material {
    func bytes(_ digest: Digest?) throws(JournalFault) -> [UInt8] {
      guard let digest else { return [] }
      return try store.load(digest) ?? []
    }
    var material = Material(effect: effect)
    material.basis = step.basis
    material.revises = step.id
    material.images.isGivingBack = if let isUndo { isUndo } else { try store.isUndo(step.id) }
    func images(_ part: Effect) throws(JournalFault) -> PreviewImages {
      PreviewImages(
        before: try bytes(part.preImage?.content.digest), after: try bytes(part.newContent?.digest))
    }
    let own = try images(effect)
    (material.images.before, material.images.after) = (own.before, own.after)
    if case .changeFiles(let parts) = effect {
      for part in parts {
        var one = try images(part)
        one.isGivingBack = material.images.isGivingBack
        material.images.parts.append(one)
      }
    }
    if case .createFile = effect, let basis = step.basis {
      let shown = try store.previewBytes(of: step.id).flatMap { try? Preview(bytes: $0) }
      material.images.basis = (shown?.repeated ?? "the file it repeats", try bytes(basis))
    }
    if case .sendMail(let mail) = effect { try attach(mail.attachments, to: &material) }
    if case .draftMail(let mail) = effect { try attach(mail.attachments, to: &material) }
    if case .command(let call) = effect {
      if !step.isRelayed { material.images.facts = CommandRunner.limits(loaded.workspace) }
      try attach(call.files, to: &material)
    }
    if case .trust(let pin) = effect {
      (material.images.before, material.images.after) = (try bytes(pin.before?.digest), try bytes(pin.text.digest))
    }
    if let content = try content(of: effect) {
      material.images.after = content
      material.contentText = String(decoding: content, as: UTF8.self)
    }
    if case .push(let push) = effect { material.images.after = try bytes(push.summary.digest) }
    if case .reportFindings = effect {
      material.findings = try store.findings(of: step.run).filter { $0.step == step.id }.map(\.finding)
    }
    return material
  }

  /// What a read finds now, which no step keeps; nil for any other effect, and where nothing is found.
  func content(of effect: Effect) throws(JournalFault) -> [UInt8]? {
    switch effect {
    case .readFile(let path): return try? current(path, try StagingArea.rebuilt(run.id, from: store))
    case .look(let path, let look):
      return try? found(in: path, look, try StagingArea.rebuilt(run.id, from: store))
    default: return nil
    }
  }

  private func attach(_ files: [Attachment], to material: inout Material) throws(JournalFault) {
    for attachment in files {
      let bytes = try store.load(attachment.content.digest) ?? []
      material.images.attachments.append((attachment.path.display, bytes))
      material.contentText += String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The same effect, judged again; what people changed of it stays shown.
  func revised(_ step: StepSummary) throws(JournalFault) -> NewStep {
    let effect = try effect(of: step.id)
    return try revised(step, as: effect, rewritten: try isRewritten(step) ? rewriting(step, effect) : nil)
  }

  /// Judged under the rules and ways out as they are now.
  func isCurrent(_ step: StepSummary) -> Bool { step.policyDigest == loaded.digest(for: step.kind) }

  /// A step whose rules or way out have changed since it was shown.
  func judgedAnew(_ step: StepSummary) throws(JournalFault) -> Transition {
    let revised = try changing(try revised(step)) {
      if !$0.reach.warnings.contains(Self.settingsChanged) { $0.reach.warnings.insert(Self.settingsChanged, at: 0) }
    }
    return Transition(
      step: step.id, event: .revise, actor: .performer, reasonCode: "settings-changed",
      reason: "the policy, workspace.yaml or desk.yaml changed", revised: revised)
  }

  private static let settingsChanged =
    "the rules or the way out changed since this was last shown (policy.yaml, workspace.yaml, desk.yaml): this is how it is now"

  static let rewrittenHeading = "changed by people, against the agent’s version"

  /// Its preview shows what people changed of it.
  func isRewritten(_ step: StepSummary) throws(JournalFault) -> Bool {
    guard step.revision != .first, let bytes = try store.previewBytes(of: step.id) else { return false }
    return (try? Preview(bytes: bytes))?.lines.contains { $0.role == .label && $0.text == Self.rewrittenHeading }
      ?? false
  }

  /// The agent's words and those that take their place; nil where they are the same again.
  func rewriting(_ step: StepSummary, _ effect: Effect) throws(JournalFault) -> (before: String, after: String)? {
    guard let before = try agentsText(step), let after = try text(effect), before != after else { return nil }
    return (before, after)
  }

  /// A prepared text and the same without what is left out; nil where it is no text.
  func leftOut(_ step: StepSummary, _ effect: Effect) throws(JournalFault) -> (before: String, after: String)? {
    guard let before = try text(try self.effect(of: step.id)), let after = try text(effect) else { return nil }
    return (before, after)
  }

  /// What the agent proposed, before people changed it; nil where that is no text.
  func agentsText(_ step: StepSummary) throws(JournalFault) -> String? {
    try agentsEffect(step).flatMap { (effect) throws(JournalFault) in try text(effect) }
  }

  func agentsEffect(_ step: StepSummary) throws(JournalFault) -> Effect? {
    guard let first = try store.form(of: step.id, at: Revision.first.value) else { return try effect(of: step.id) }
    return (try? Action(canonicalBytes: first.action))?.effect
  }

  /// A person's version of the effect; its preview ends with what the person changed.
  func revised(
    _ step: StepSummary, as effect: Effect, rewritten: (before: String, after: String)? = nil,
    since: [Preview.Earlier] = [], isUndo: Bool? = nil
  ) throws(JournalFault) -> NewStep {
    var material = try stored(step, effect, isUndo: isUndo)
    material.rewritten = rewritten
    material.since = since
    if since.count > 1 { material.rest = "what keeping the agent’s version would make of the file as it is now:" }
    var new = try finish(material, claims: step.claims, plan: step.plan, isRelayed: step.isRelayed)
    new.findings = []
    // The folders were not there when it was first looked at; they may be by now.
    if step.reach.newFolders > 0, effect.madePath != nil, isUndo != true {
      new = try changing(new) { $0.reach.newFolders = step.reach.newFolders }
    }
    // What was found out about it, beside what its effect tells, stays true of its next form.
    var own = try ownWarnings(step)
    // A person's own words are written after what they were warned of, unless they still name it.
    if rewritten != nil, try self.effect(of: step.id) != effect {
      let words = try text(effect) ?? ""
      let rows = try store.findings(of: run.id)
      let stems = Set(rows.map(\.stem))
      let named = rows.filter { RedlineDesk.names($0, in: words, among: stems) }
      let isOver = { (warning: String) in
        warning.hasSuffix(RedlineDesk.afterwards) && !named.contains { warning.hasSuffix(RedlineDesk.place($0)) }
      }
      own.removeAll(where: isOver)
      new = try changing(new) { $0.reach.warnings.removeAll(where: isOver) }
    }
    let kept = own.filter { !new.reach.warnings.contains($0) }
    return kept.isEmpty ? new : try changing(new) { $0.reach.warnings.insert(contentsOf: kept, at: 0) }
  }

  /// Warnings that do not come from the effect itself: a crash, a sending before, a flag that was changed.
  private func ownWarnings(_ step: StepSummary) throws(JournalFault) -> [String] {
    guard !step.reach.warnings.isEmpty else { return [] }
    let material = try stored(step, try effect(of: step.id))
    let plain = try finish(material, claims: step.claims, plan: step.plan, isRelayed: step.isRelayed)
    return step.reach.warnings.filter { warning in
      // A first message to somebody may be none any more; what the effect tells is told anew.
      !plain.reach.warnings.contains(warning) && !warning.hasSuffix("never written to before")
    }
  }

  /// The same kind on the same target that a person rejected in this run, with what is different now.
  func rejectedBefore(_ effect: Effect) throws(JournalFault) -> Preview.Earlier? {
    guard let old = try store.last(.rejected, of: run.id, target: effect.target), let after = try text(effect),
      let before = try text(try self.effect(of: old.id))
    else { return nil }
    let reason = old.reason.isEmpty ? "" : ": \(old.reason)"
    return Preview.Earlier(
      "\(old.decidedBy) rejected #\(old.number)\(reason); changed since:", before, after)
  }

  /// A prepared file that a person has rewritten, and what the agent now proposes in its place.
  func rewrittenBefore(_ material: Material) throws(JournalFault) -> Preview.Earlier? {
    guard let id = material.replaces, let old = try store.step(id), old.revision != .first,
      old.reason.hasPrefix("edited by"), let after = try text(material.effect),
      let before = try text(try effect(of: id))
    else { return nil }
    return Preview.Earlier(
      "#\(old.number) was \(old.reason), and this takes its place. What the agent changes of it:", before, after)
  }

  /// What a person can rewrite of a step as plain text, nil when there is nothing of the kind.
  func editableText(_ step: StepSummary) throws(JournalFault) -> String? { try text(try effect(of: step.id)) }

  private func text(_ effect: Effect) throws(JournalFault) -> String? {
    switch effect {
    case .createFile(_, let content), .editFile(_, _, let content):
      return try store.load(content.digest).flatMap { String(validating: $0, as: UTF8.self) }
    case .sendMail(let mail), .draftMail(let mail): return MailText.text(mail)
    case .post(let post): return post.text
    case .addEvent(let event): return EventText.text(event)
    default: return nil
    }
  }

  private func message<T>(_ body: () throws(MessageFault) -> T) throws(JournalFault) -> T {
    do { return try body() } catch { throw JournalFault(.illegal, error.sentence) }
  }

  /// The effect with a person's text in it; nil for what has no text.
  func edited(_ step: StepSummary, _ text: String) throws(JournalFault) -> Effect? {
    let attachments = try agentsEffect(step)?.mail?.attachments ?? []
    switch try effect(of: step.id) {
    case .createFile(let path, let content):
      return .createFile(path, try store.store(Array(text.utf8)).with(mode: content.mode))
    case .editFile(let path, let image, let content):
      return .editFile(path, image, try store.store(Array(text.utf8)).with(mode: content.mode))
    case .sendMail(let mail):
      let mail = try self.message { () throws(MessageFault) in
        try MailText.read(text, into: mail, attachments: attachments)
      }
      guard !mail.recipients.isEmpty else { throw JournalFault(.illegal, "line 1: a mail goes to somebody") }
      return .sendMail(mail)
    case .draftMail(let mail):
      return .draftMail(
        try self.message { () throws(MessageFault) in try MailText.read(text, into: mail, attachments: attachments) })
    case .post(let post): return .post(ChatPost(channel: post.channel, text: text))
    case .addEvent(let event):
      return .addEvent(try self.message { () throws(MessageFault) in try EventText.read(text, into: event) })
    default: return nil
    }
  }

  /// The content of a prepared text file without some of its changes.
  func withoutChanges(_ step: StepSummary) throws(JournalFault) -> Effect? {
    guard !step.discardedChanges.isEmpty else { return nil }
    let effect = try effect(of: step.id)
    guard let content = effect.newContent, let lines = try lines(step.basis, effect) else { return nil }
    let bytes = lines.applying(allBut: step.discardedChanges)
    let kept = try store.store(bytes).with(mode: content.mode)
    switch effect {
    case .createFile(let path, _): return .createFile(path, kept)
    case .editFile(let path, let image, _): return .editFile(path, image, kept)
    default: return nil
    }
  }
}

extension StepMaker {
  /// What is at a path now, kept on the desk; nil where nothing can be read.
  func image(_ path: FilePath) throws(JournalFault) -> PreImage? {
    guard let now = try? scopes.read(path) else { return nil }
    return try preImage(now)
  }

  /// What puts an effect back, against the disk as it is now; nil where nothing does.
  func inverse(of done: Effect) throws(JournalFault) -> Effect? {
    switch done {
    case .createFile(let path, _): try image(path).map { .deleteFile(path, $0) }
    case .editFile(let path, let before, _):
      // Somebody may have removed it since.
      try image(path).map { .editFile(path, $0, before.content.with(mode: before.mode)) }
        ?? (scopes.standing(path) == .nothing ? .createFile(path, before.content.with(mode: before.mode)) : nil)
    case .deleteFile(let path, let before):
      // Somebody may have made one of that name since.
      if let now = try image(path) {
        now.content.digest == before.content.digest && now.mode == before.mode
          ? nil : .editFile(path, now, before.content.with(mode: before.mode))
      } else {
        .createFile(path, before.content.with(mode: before.mode))
      }
    case .makeFolder(let path, let mode): .removeFolder(path, mode: mode)
    case .removeFolder(let path, let mode):
      if let now = try? scopes.mode(ofFolder: path) {
        mode.flatMap { $0 == now ? nil : .changeMode(path, from: now, to: $0) }
      } else {
        .makeFolder(path, mode: mode)
      }
    case .changeMode(let path, let from, _):
      (try? scopes.mode(ofFolder: path)).map { .changeMode(path, from: $0, to: from) }
    case .renameFile(let from, let to, _): try image(to).map { .renameFile(from: to, to: from, $0) }
    case .changeFiles(let parts): try inverse(ofSet: parts)
    default: nil
    }
  }

  /// What somebody did to a file after the step, in words; nil where it is as the step left it.
  private static func lost(since done: Effect, by inverse: Effect) -> String? {
    guard let content = done.newContent else { return nil }
    guard let now = inverse.preImage else {
      if case .createFile = inverse { return "it was removed since; undoing brings it back as it was before" }
      return nil
    }
    if now.content.digest != content.digest { return "it was changed since; undoing loses that change" }
    if let mode = content.mode ?? done.preImage.map({ $0.mode & 0o777 }), mode != now.mode {
      return "its permissions were changed since; undoing loses that change"
    }
    // What it had beside its bytes it kept.
    guard let before = done.preImage?.content.details, let own = now.content.details else { return nil }
    return before.isSame(as: own) ? nil : "its owner or attributes were changed since; undoing loses that change"
  }

  /// The step that puts back what a done step did, made against the disk as it is now; nil where nothing can be
  /// put back.
  func undoing(_ step: StepSummary) throws(JournalFault) -> NewStep? {
    let done = try effect(of: step.id)
    let inverse = try inverse(of: done).map { (effect) throws(JournalFault) in try withFolders(effect, of: step) }
    guard let inverse else { return nil }
    if let reason = obstacle(to: inverse) ?? leftIn(inverse) {
      throw JournalFault(.illegal, "#\(step.number) can’t be undone as it is: \(reason)")
    }
    let removed = Set(done.fileParts.compactMap(\.leftPath))
    var origin = step
    origin.basis = nil
    // Whoever did it, Ringi puts it back.
    origin.isRelayed = false
    // What was noted on the step that is undone is no fact about its undoing.
    origin.reach.warnings = []
    return try changing(try revised(origin, as: inverse, isUndo: true)) { new in
      let left = Dictionary(done.fileParts.map { ($0.writtenPath, $0) }) { first, _ in first }
      for part in inverse.fileParts {
        guard let words = left[part.writtenPath].flatMap({ Self.lost(since: $0, by: part) }) else { continue }
        let name = inverse.fileParts.count > 1 ? "\(part.target): " : ""
        new.reach.warnings.insert("\(name)\(words)", at: 0)
      }
      for case .editFile(let path, _, _) in inverse.fileParts where removed.contains(path) {
        new.reach.warnings.insert("a file named `\(path.display)` is there again; undoing replaces it", at: 0)
      }
      for part in inverse.fileParts where part.givesSetID {
        new.reach.warnings.insert(
          "it gives `\(part.target)` back a set-user-id or set-group-id permission", at: 0)
      }
      new.reach.newFolders = newFolders(around: inverse)
      new.undoes = step.id
      new.claims = Claims(title: "undo #\(step.number)", reason: "", kind: "")
      // An undo is a person's own step: it is shown and approved by itself, whatever the agent's level would be.
      if new.verdict.level < .watched {
        new.verdict.level = .watched
        new.verdict.reasons.append("an undo is shown before it happens")
      }
    }
  }
}

extension Effect {
  /// A file gets bits by which it acts as somebody else; on a folder they make nobody somebody else.
  fileprivate var givesSetID: Bool { (newContent?.mode ?? 0) & 0o6000 != 0 }
}

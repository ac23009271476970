// From a proposal to a step: the disk is looked at, the kind named, the policy asked, the preview made.

import AuditLog
import Domain
import EffectPreview
import Effector
import GateKeeper
import PolicyEngine
import Settings
import Storage

/// A proposal that can't become a step, in words for the agent.
struct ProposalFault: Error {
  let reason: String
  /// As the trail has it: what was asked for is no step, and is not lost either.
  var words: String { "nothing was proposed: \(reason)" }
}

struct StepMaker {
  let run: RunSummary
  let loaded: LoadedWorkspace
  let scopes: Scopes
  let store: DeskStore
  var settings: DeskSettings { loaded.settings }
  var converter: TextConverter { TextConverter(desk: store.directory, commands: settings.textconv) }

  /// Everything a preview needs beside the effect.
  struct Material {
    var effect: Effect
    var images = PreviewImages()
    var findings: [Finding] = []
    var contentText = ""
    var replaces: StepID?
    var basis: Digest?
    /// What a person wrote in the agent's place: before and after.
    var rewritten: (before: String, after: String)?
    /// What has happened since an earlier version: a person's no, or a person's own change of the file.
    var since: [Preview.Earlier] = []
    /// What its own preview is after that.
    var rest = "the whole of it"
    /// What the disk says of it that the effect does not tell.
    var warnings: [String] = []
    /// The step whose next form it is.
    var revises: StepID?
  }

  func make(
    _ proposal: Proposal, plan: Int?, staging: StagingArea, isRelayed: Bool
  ) throws(ProposalFault) -> (step: NewStep, readContent: [UInt8]) {
    do {
      var material = try material(proposal.effect, staging)
      if case .command(let arguments, let directory, _) = proposal.effect, !isRelayed {
        material = try command(arguments, directory)
      }
      material.since = [try rejectedBefore(material.effect) ?? rewrittenBefore(material)].compactMap { $0 }
      var step = try finish(material, claims: proposal.claims, plan: plan, isRelayed: isRelayed)
      let warnings = material.warnings
      let folders = newFolders(around: step.action.effect)
      if folders > 0 { step = try changing(step) { $0.reach.newFolders = folders } }
      if !warnings.isEmpty { step = try changing(step) { $0.reach.warnings.insert(contentsOf: warnings, at: 0) } }
      return (try overOwnWords(try afterFlags(try notTwice(step))), material.images.after)
    } catch let fault as ScopeFault {
      throw ProposalFault(reason: fault.sentence)
    } catch let fault as ProposalFault {
      throw fault
    } catch let fault as JournalFault {
      throw ProposalFault(reason: "the desk can't record it: \(fault.detail)")
    } catch {
      throw ProposalFault(reason: "it can't be looked at")
    }
  }

  /// Judges the effect, makes its preview and seals both with digests.
  func finish(_ material: Material, claims: Claims, plan: Int?, isRelayed: Bool) throws(JournalFault) -> NewStep {
    var facts = JudgingFacts(
      insideDomains: loaded.workspace.insideDomains, knownDomains: loaded.workspace.knownDomains,
      knownMailboxes: try store.knownMailboxes(), model: run.model, contentText: material.contentText)
    if case .call(let call) = material.effect {
      facts.contentText = call.arguments
      facts.reading = reading(call)
    }
    (facts.now, facts.zone) = (store.clock.wall(), store.clock.zone)
    let action = Classifier.action(material.effect, claims: claims, facts: facts)
    var verdict = evaluate(action, under: try policy())
    // A look needs no preparing: it is recorded.
    if isRelayed, verdict.level == .batched, !action.kind.isRead {
      verdict.level = .watched
      verdict.reasons.append("the agent writes it itself, so it can’t be prepared")
    }
    var reach = Reach.of(action, facts: facts)
    reach.spending = try spending(action, reach, material)
    verdict.charge(reach.spending)
    let salt = store.clock.random(16)
    var images = material.images
    images.reading = facts.reading
    // What the agent sends by itself takes no way of the desk's.
    let way = isRelayed ? nil : wayOut(action.effect)
    images.facts += way?.words ?? []
    let unread = convert(action.effect, &images)
    var preview = Preview.of(action.effect, images: images, findings: material.findings)
    if let rewritten = material.rewritten {
      preview = preview.followed(by: Self.rewrittenHeading, rewritten.before, rewritten.after)
    }
    if !material.since.isEmpty { preview = preview.preceded(by: material.since, rest: material.rest) }
    var step = NewStep(
      run: run.id, plan: plan, action: action, salt: salt, claims: claims, verdict: verdict,
      reach: reach, effectDigest: Hashing.sha256(action.canonicalBytes(salt: salt)),
      policyDigest: loaded.digest(for: action.kind), previewDigest: Hashing.sha256([]), previewBytes: preview.bytes,
      findings: material.findings, replaces: material.replaces, basis: material.basis,
      isRelayed: isRelayed)
    step.reach.goesNowhere = way?.isSetUp == false
    step.reach.warnings.insert(contentsOf: (way?.warnings ?? []) + unread, at: 0)
    seal(&step, preview)
    return step
  }

  /// A message about clauses that people have already spoken of says so.
  private func afterFlags(_ step: NewStep) throws(JournalFault) -> NewStep {
    let isMessage = [.mailSend, .mailDraft, .chatSend].contains(step.action.kind)
    guard isMessage || step.action.kind == .fileCreate && step.basis == nil,
      let preview = try? Preview(bytes: step.previewBytes)
    else { return step }
    let text = ([step.claims.title, step.claims.reason] + preview.lines.map(\.text)).joined(separator: "\n")
    let said = try RedlineDesk.said(of: run.id, in: text, isMessage: isMessage, store)
    return said.isEmpty ? step : try changing(step) { $0.reach.warnings.insert(contentsOf: said, at: 0) }
  }

  /// What changes a file that has a person's own words in it says so: the agent may not know of them.
  private func overOwnWords(_ step: NewStep) throws(JournalFault) -> NewStep {
    let effect = step.action.effect
    guard case .editFile(_, let image, _) = effect,
      let before = try store.last(.done, of: run.id, target: effect.target), try isRewritten(before),
      try self.effect(of: before.id).newContent?.digest == image.content.digest
    else { return step }
    let words = "\(before.decidedBy) wrote what stands there, in #\(before.number): look what this changes of it"
    return try changing(step) { $0.reach.warnings.insert(words, at: 0) }
  }

  /// The same message or entry once more, as an agent proposes it that was started again: what is only prepared gives
  /// way to it, what is out says so.
  private func notTwice(_ step: NewStep) throws(JournalFault) -> NewStep {
    if case .call(let call) = step.action.effect { return try notTwice(step, call) }
    guard [.mailSend, .mailDraft, .chatSend, .eventAdd, .eventInvite].contains(step.action.kind) else { return step }
    let effect = step.action.effect
    var same: (step: StepSummary, isChanged: Bool)?
    for old in try store.alike(run.id, step.action.kind, target: effect.target)
    where same == nil {
      // A person may have changed it since: what the agent said first counts as well.
      let first = try store.form(of: old.id, at: 1).flatMap { try? Action(canonicalBytes: $0.action).effect }
      let now = try self.effect(of: old.id)
      if first == effect || now == effect { same = (old, now != effect) }
    }
    guard let (old, isChanged) = same else { return step }
    var step = step
    if old.state == .staged, old.revision == .first, step.verdict.level == .batched {
      step.replaces = old.id
      return step
    }
    return try changing(step) {
      // By what it is looked for where it may have arrived.
      if old.mayHaveHappened {
        $0.reach.warnings.insert(contentsOf: old.reach.warnings.filter { $0.contains("Message-ID") }, at: 0)
      }
      $0.reach.warnings.insert(
        "the same again: #\(old.number)\(isChanged ? ", since changed," : "") is \(old.state.word)\(old.mayHaveHappened ? ", and \(StepSummary.mayHaveHappened)" : "")",
        at: 0)
    }
  }

  /// INVARIANT: over what is shown, docket and body, in the form in which it is shown.
  private func seal(_ step: inout NewStep, _ preview: Preview) {
    let summary = StepSummary(
      step, id: StepID(0), number: StepNumber(0), state: .proposed, proposedAt: store.clock.wall())
    step.docket = Docket(summary).text
    step.previewDigest = Hashing.sha256(step.salt + Array(preview.text(docket: step.docket).utf8))
  }

  /// A step with something of its docket changed, sealed again.
  func changing(_ step: NewStep, _ change: (inout NewStep) -> Void) throws(JournalFault) -> NewStep {
    var step = step
    change(&step)
    guard let preview = try? Preview(bytes: step.previewBytes) else {
      throw JournalFault(.unreadable, "the preview can't be read")
    }
    seal(&step, preview)
    return step
  }

  func material(_ proposed: ProposedEffect, _ staging: StagingArea) throws -> Material {
    switch proposed {
    case .read(let path): return try read(path, staging)
    case .look(let path, let look): return try self.look(path, look, staging)
    case .write(let path, let text, let mode): return try write(path, text, mode, staging)
    case .place(let path, let content, let text, let mode): return try write(path, text, mode, staging, kept: content)
    case .makeFolder(let path, let mode):
      return try folder(path, "make a folder") {
        try checkPlace($0, staging, asFolder: true)
        return .makeFolder($0, mode: mode.map { $0 & 0o3777 })
      }
    case .removeFolder(let path):
      return try folder(path, "remove a folder") { .removeFolder($0, mode: try? scopes.mode(ofFolder: $0)) }
    case .changeMode(let path, let mode):
      return try folder(path, "change permissions") {
        .changeMode($0, from: try scopes.mode(ofFolder: $0), to: mode & 0o3777)
      }
    case .unfit(let reason, let path):
      guard let place = scopes.locate(path) else { return outside(reason, path) }
      return Material(effect: .unfit(reason: reason, place))
    case .outside(let operation, let path): return outside(operation, path)
    case .delete(let path): return try delete(path, staging)
    case .rename(let from, let to): return try rename(from, to, staging)
    case .copy(let from, let to): return try copy(from, to, staging)
    case .changes(let parts): return try together(parts, staging)
    case .draft(let mail, let attachments):
      return try message(mail, attachments, staging) { .draftMail($0) }
    case .send(let mail, let attachments):
      return try message(mail, attachments, staging) { .sendMail($0) }
    case .post(let post): return Material(effect: .post(post))
    case .event(let event):
      try checkAddresses(event.attendees)
      return Material(effect: .addEvent(event))
    case .call(let call): return Material(effect: .call(try aimed(call)))
    case .trust(let connector, let text): return try trust(connector, text)
    case .web(let words, let isSearch, let about):
      return Material(
        effect: .web(words, isSearch: isSearch), images: PreviewImages(after: Array(about.utf8)), contentText: about)
    case .command(let arguments, let directory, let notes):
      return Material(effect: .command(Invocation(arguments: arguments, directory: directory)), warnings: notes)
    case .replace(let path, let old, let new, let everywhere):
      return try replace(path, old, new, everywhere: everywhere, staging)
    case .notebook(let path, let edit): return try notebook(path, edit, staging)
    case .patch(let path, let hunks, let to): return try patch(path, hunks, to: to, staging)
    case .push(let repository, let remote, let branch): return try push(repository, remote, branch)
    case .findings(let document, let sarif, let findings):
      return try report(document, sarif, findings, staging)
    case .other(let other): return Material(effect: .other(other))
    }
  }

  /// Real content, or the agent's own prepared one; nil when nothing is there.
  func current(_ path: FilePath, _ staging: StagingArea) throws -> [UInt8]? {
    switch staging.entries[path] {
    case .gone: return nil
    case .content(_, let content) where content.isLarge:
      throw ScopeFault(.tooLarge, path.display, "\(content.size) bytes")
    case .content(_, let content):
      guard let bytes = try store.load(content.digest) else { throw ProposalFault(reason: "the prepared file is gone") }
      return bytes
    case nil: return try real(path)?.inHand(path)
    }
  }

  private func read(_ raw: [UInt8], _ staging: StagingArea) throws -> Material {
    guard let path = scopes.locate(raw) else { return outside("read", raw) }
    do {
      guard let bytes = try current(path, staging) else {
        throw ProposalFault(reason: "`\(path.display)` does not exist")
      }
      return Material(
        effect: .readFile(path), images: PreviewImages(after: bytes),
        contentText: String(decoding: bytes, as: UTF8.self))
    } catch let fault as ScopeFault where fault.code == .symbolicLink {
      return outside("read through a symbolic link", raw)
    }
  }

  func write(
    _ raw: [UInt8], _ text: [UInt8], _ mode: UInt32?, _ staging: StagingArea, kept: Content? = nil
  ) throws -> Material {
    guard let path = scopes.locate(raw) else { return outside("write", raw) }
    if try scopes.scope(of: path).folder.isReadOnly { return outside("write into a read-only folder", raw) }
    if kept == nil {
      try checkBound(path, staging)
      try checkPlace(path, staging, asFolder: false)
    }
    do {
      return try write(path, text, kept ?? store.store(text), mode, staging, isOfView: kept != nil)
    } catch let fault as ScopeFault where fault.code == .symbolicLink {
      return outside("write through a symbolic link", raw)
    }
  }

  private func write(
    _ path: FilePath, _ text: [UInt8], _ content: Content, _ mode: UInt32?, _ staging: StagingArea, isOfView: Bool
  ) throws -> Material {
    // No set-id bits, whatever the agent gave it.
    let bits = mode.map { $0 & 0o777 }
    let replaces = staging.entries[path]?.step
    // On a private view a folder may stand where a file was, or the other way round; its removal is a step of its own.
    let standing = scopes.standing(path)
    guard let now = isOfView && [.nothing, .folder].contains(standing) ? nil : try real(path) else {
      try checkNames(path, staging)
      let basis = try basis(for: text, besides: path, staging)
      return Material(
        effect: .createFile(path, content.with(mode: bits)), images: PreviewImages(after: text, basis: basis?.shown),
        replaces: replaces, basis: basis?.digest, warnings: standing == .folder ? [Self.inPlaceOfFolder] : [])
    }
    let image = try preImage(now)
    return Material(
      effect: .editFile(path, image, content.with(mode: bits == now.mode ? nil : bits)),
      images: PreviewImages(before: now.bytes, after: text), replaces: replaces, basis: image.content.digest,
      warnings: now.losses)
  }

  /// A file as it is now, kept on the desk.
  func preImage(_ state: FileState) throws(JournalFault) -> PreImage {
    try state.preImage(store.store) { file throws(JournalFault) in try store.keep(file: file) }
  }

  /// What is really there; nil when nothing is.
  private func real(_ path: FilePath) throws -> FileState? {
    do { return try scopes.read(path) } catch  where error.code == .missing { return nil }
  }

  /// The file this run has read that a new one mostly repeats: at least three lines in five are the same.
  private func basis(
    for text: [UInt8], besides path: FilePath, _ staging: StagingArea
  ) throws -> (shown: (path: String, bytes: [UInt8]), digest: Digest)? {
    let lines = Set(text.split(separator: 10))
    guard lines.count >= 10 else { return nil }
    var best: (path: FilePath, bytes: [UInt8], share: Double)?
    for step in try store.steps(of: run.id, in: [.done]) where step.kind == .fileRead {
      guard case .readFile(let source) = try Action(canonicalBytes: try store.action(of: step.id).bytes).effect,
        source != path, let bytes = try? current(source, StagingArea())
      else { continue }
      let common = Set(bytes.split(separator: 10)).intersection(lines).count
      let share = Double(common) / Double(lines.count)
      if share >= 0.6, share > best?.share ?? 0 { best = (source, bytes, share) }
    }
    guard let best else { return nil }
    return ((best.path.display, best.bytes), try store.store(best.bytes).digest)
  }

  private func delete(_ raw: [UInt8], _ staging: StagingArea) throws -> Material {
    guard let path = scopes.locate(raw) else { return outside("delete", raw) }
    if try scopes.scope(of: path).folder.isReadOnly { return outside("delete from a read-only folder", raw) }
    try checkPrepared(path, staging)
    let now = try scopes.read(path)
    let image = try preImage(now)
    return Material(effect: .deleteFile(path, image), images: PreviewImages(before: now.bytes))
  }

  private func folder(_ raw: [UInt8], _ words: String, _ effect: (FilePath) throws -> Effect) throws -> Material {
    guard let path = scopes.locate(raw), try !scopes.scope(of: path).folder.isReadOnly else {
      return outside(words, raw)
    }
    try scopes.check(path)
    let made = try effect(path)
    if case .makeFolder = made { try checkNames(path, StagingArea()) }
    return Material(effect: made)
  }

  private func rename(_ from: [UInt8], _ to: [UInt8], _ staging: StagingArea) throws -> Material {
    guard let source = scopes.locate(from), let target = scopes.locate(to) else {
      return outside("rename", from + [32] + to)
    }
    if try scopes.scope(of: source).folder.isReadOnly || scopes.scope(of: target).folder.isReadOnly {
      return outside("rename in a read-only folder", from)
    }
    try checkPrepared(source, staging)
    try checkBound(target, staging)
    let now = try scopes.read(source)
    if try current(target, staging) != nil { throw ProposalFault(reason: "`\(target.display)` exists already") }
    try checkNames(target, staging, leaving: source)
    // Its bytes stay on the disk: what is large is only looked through.
    let image = try now.preImage(store.store) { file throws(JournalFault) in
      guard let content = LargeFile.copy(file, to: nil) else {
        throw JournalFault(.unreadable, "`\(source.display)` can't be read")
      }
      return content
    }
    return Material(effect: .renameFile(from: source, to: target, image), images: PreviewImages(before: now.bytes))
  }

  /// A new file with the bytes and permissions of another, and shown against it.
  private func copy(_ from: [UInt8], _ to: [UInt8], _ staging: StagingArea) throws -> Material {
    guard let source = scopes.locate(from), let target = scopes.locate(to) else {
      return outside("copy", from + [32] + to)
    }
    guard let bytes = try current(source, staging) else {
      throw ProposalFault(reason: "`\(source.display)` does not exist")
    }
    if try current(target, staging) != nil { throw ProposalFault(reason: "`\(target.display)` exists already") }
    var material = try write(to, bytes, try real(source).map { $0.mode & 0o777 }, staging)
    guard case .createFile = material.effect else { return material }
    material.images.basis = (source.display, bytes)
    material.basis = try store.store(bytes).digest
    return material
  }
}

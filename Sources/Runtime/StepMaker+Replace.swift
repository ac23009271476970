// An edit that an agent gives as words and the words in their place: what the file would be.

import AgentLink
import Domain
import TextDiff

extension StepMaker {
  func replace(
    _ raw: [UInt8], _ old: [UInt8], _ new: [UInt8], everywhere: Bool, _ staging: StagingArea
  ) throws -> Material {
    guard let path = scopes.locate(raw) else { return outside("write", raw) }
    guard old != new else { throw ProposalFault(reason: "what is to stand there is what stands there already") }
    let before = try current(path, staging)
    if old.isEmpty, before?.isEmpty ?? true { return try write(raw, new, nil, staging) }
    guard let before else { throw ProposalFault(reason: "`\(path.display)` does not exist") }
    var (old, new) = (old, new)
    if before.ranges(of: old).isEmpty, before.contains(13) {
      // The agent reads a file of CRLF lines as one of LF lines.
      let (lf, crlf): ([UInt8], [UInt8]) = ([10], [13, 10])
      (old, new) = (
        old.replacing(crlf, with: lf).replacing(lf, with: crlf), new.replacing(crlf, with: lf).replacing(lf, with: crlf)
      )
    }
    let places = before.ranges(of: old)
    guard !old.isEmpty, let first = places.first else {
      throw ProposalFault(reason: "the text to be replaced is not in `\(path.display)`")
    }
    guard everywhere || places.count == 1 else {
      throw ProposalFault(reason: "the text to be replaced stands \(places.count) times in `\(path.display)`")
    }
    let after =
      everywhere
      ? before.replacing(old, with: new) : Array(before[..<first.lowerBound]) + new + Array(before[first.upperBound...])
    return try write(raw, after, nil, staging)
  }

  func notebook(_ raw: [UInt8], _ edit: NotebookEdit, _ staging: StagingArea) throws -> Material {
    guard let path = scopes.locate(raw) else { return outside("write", raw) }
    guard let before = try current(path, staging) else {
      throw ProposalFault(reason: "`\(path.display)` does not exist")
    }
    let after: [UInt8]
    do throws(HookFault) {
      after = try ClaudeNotebook.edited(before, edit)
    } catch {
      throw ProposalFault(reason: "`\(path.display)`: \(error.reason)")
    }
    return try write(raw, after, nil, staging)
  }

  func patch(_ raw: [UInt8], _ hunks: [UInt8], to: [UInt8]?, _ staging: StagingArea) throws -> Material {
    guard let path = scopes.locate(raw) else { return outside("write", raw) }
    guard let before = try current(path, staging) else {
      throw ProposalFault(reason: "`\(path.display)` does not exist")
    }
    guard let after = UnifiedPatch.apply(hunks, to: before) else {
      throw ProposalFault(reason: "the change does not fit `\(path.display)` as it is now")
    }
    var material = try write(to ?? raw, after, nil, staging)
    if to != nil, case .createFile = material.effect {
      material.images.basis = (path.display, before)
      material.basis = try store.store(before).digest
    }
    return material
  }
}

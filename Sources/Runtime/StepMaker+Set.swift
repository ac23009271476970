// Several changes of files as one step: looked at one by one, shown one after the other, done and undone together.

import Domain
import EffectPreview
import Effector
import GateKeeper
import Storage

extension StepMaker {
  /// What one step may hold: as much as a person looks through.
  static let mostParts = 200

  func together(_ proposed: [ProposedEffect], _ staging: StagingArea) throws -> Material {
    guard !proposed.isEmpty, proposed.count <= Self.mostParts else {
      throw ProposalFault(reason: "a set holds 1 to \(Self.mostParts) changes of files")
    }
    var parts: [Effect] = []
    var set = Material(effect: .changeFiles([]))
    var touched: Set<FilePath> = []
    for one in proposed {
      let material = try self.material(one, staging)
      guard !material.effect.fileParts.isEmpty, material.effect.writtenPath != nil else {
        // What lies outside, or can't be, is said as that.
        guard case .outside = material.effect else {
          throw ProposalFault(reason: "only changes of files can be one step")
        }
        return material
      }
      guard material.replaces == nil else {
        throw ProposalFault(
          reason: "`\(material.effect.target)` is prepared already; change it by itself, or wait for the review")
      }
      for path in material.effect.paths where !touched.insert(path).inserted {
        throw ProposalFault(reason: "`\(path.display)` is changed twice in one step; make it one change")
      }
      parts.append(material.effect)
      set.images.parts.append(material.images)
      set.warnings += material.warnings.map { "\(material.effect.target): \($0)" }
    }
    set.effect = parts.count == 1 ? parts[0] : .changeFiles(parts)
    if parts.count == 1, let images = set.images.parts.first { set.images = images }
    return set
  }

  /// A set against the files as they are now; nil where none has changed.
  func clashing(_ step: StepSummary, set parts: [Effect]) throws(JournalFault) -> NewStep? {
    var (now, changed) = ([Effect](), [String]())
    for part in parts {
      let image: PreImage? = if let path = part.writtenPath { try self.image(path) } else { nil }
      let isSame = image?.isSame(as: part.preImage) ?? false
      switch (part, image) {
      case (.editFile(let path, let shown, let content), nil):
        now.append(.createFile(path, content.with(mode: content.mode ?? shown.mode & 0o777)))
      case (.editFile(let path, _, let content), let image?), (.createFile(let path, let content), let image?):
        now.append(.editFile(path, image, content))
      case (.deleteFile(let path, _), let image?): now.append(.deleteFile(path, image))
      case (.renameFile(let from, let to, _), let image?): now.append(.renameFile(from: from, to: to, image))
      default: now.append(part)
      }
      if part.preImage == nil ? image != nil : !isSame { changed.append(part.target) }
    }
    guard !changed.isEmpty else { return nil }
    var origin = step
    origin.reach.warnings.removeAll { $0 == Clash.warning || $0.hasPrefix(Self.changedHead) }
    return try changing(try revised(origin, as: .changeFiles(now))) {
      let words = "\(Self.changedHead)\(changed.joined(separator: ", "))"
      $0.reach.warnings.insert(contentsOf: [Clash.warning, words], at: 0)
    }
  }

  private static let changedHead = "somebody changed since: "

  /// What puts a whole set back, the last first; nil where one of it can't be.
  func inverse(ofSet parts: [Effect]) throws(JournalFault) -> Effect? {
    var out: [Effect] = []
    for part in parts.reversed() {
      guard let back = try inverse(of: part) else { return nil }
      out.append(back)
    }
    return .changeFiles(out)
  }
}

extension Effect {
  /// Every path it needs for itself.
  var paths: [FilePath] {
    if case .renameFile(let from, let to, _) = self { [from, to] } else { writtenPath.map { [$0] } ?? [] }
  }
}

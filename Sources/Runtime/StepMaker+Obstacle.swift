// What stands in the way of an effect, found before anybody says yes to it.

import Domain
import Effector
import GateKeeper

extension StepMaker {
  /// Why an effect could not be put in place as the folders are now, in words; nil where nothing is known to be in the
  /// way. A file that is there in another version is a clash, and no obstacle.
  /// - Parameter leaving: what goes away before it.
  func obstacle(to effect: Effect, leaving: Set<FilePath> = []) -> String? {
    let parts = effect.fileParts
    let leaving = leaving.union(parts.compactMap(\.leftPath))
    return parts.lazy.compactMap { self.obstacle(to: $0, leaving) }.first
  }

  private func obstacle(to part: Effect, _ leaving: Set<FilePath>) -> String? {
    func standing(_ path: FilePath) -> Standing { leaving.contains(path) ? .nothing : scopes.standing(path) }
    if let made = part.madePath {
      for folder in made.foldersAround.reversed() {
        switch standing(folder) {
        case .nothing, .folder: continue
        case .file, .other: return "`\(folder.display)` is no folder"
        }
      }
    }
    switch part {
    case .createFile(let path, _), .editFile(let path, _, _):
      if let inside = leftBehind(in: path, leaving) {
        return "`\(inside.display)` is in the folder whose place it takes"
      }
      switch standing(path) {
      case .nothing, .file: return nil
      case .folder: return "`\(path.display)` is a folder"
      case .other: return "`\(path.display)` is something that is no file"
      }
    case .deleteFile(let path, _): return scopes.standing(path) == .file ? nil : "`\(path.display)` is gone"
    case .renameFile(let from, let to, _):
      guard scopes.standing(from) == .file else { return "`\(from.display)` is gone" }
      return standing(to) == .nothing ? nil : "`\(to.display)` is there already"
    case .makeFolder(let path, _):
      let isFree = [.nothing, .folder].contains(standing(path))
      return isFree ? nil : "`\(path.display)` is there and no folder"
    case .removeFolder(let path, _), .changeMode(let path, _, _):
      return scopes.standing(path) == .folder ? nil : "`\(path.display)` is gone"
    default: return nil
    }
  }

  /// What is in a folder that an undo would remove and that does not go with it; nil where it is empty then.
  func leftIn(_ effect: Effect) -> String? {
    let leaving = Set(effect.fileParts.compactMap(\.leftPath))
    for case .removeFolder(let path, _) in effect.fileParts {
      if let first = leftBehind(in: path, leaving) { return "`\(first.display)` is in `\(path.display)`" }
    }
    return nil
  }

  /// What stays in a folder that goes; nil for one that stays, or is empty by then.
  private func leftBehind(in path: FilePath, _ leaving: Set<FilePath>) -> FilePath? {
    guard leaving.contains(path) else { return nil }
    let inside = (scopes.names(in: path) ?? []).map { path.appending($0) }.filter { !leaving.contains($0) }
    return inside.min { $0.relative.lexicographicallyPrecedes($1.relative) }
  }
}

extension Effect {
  /// Where nothing is any more after it.
  var leftPath: FilePath? {
    switch self {
    case .deleteFile(let path, _), .removeFolder(let path, _), .renameFile(let path, _, _): path
    default: nil
    }
  }
}

extension StepMaker {
  /// What is only a part of something prepared is decided with it.
  func checkBound(_ path: FilePath, _ staging: StagingArea) throws {
    // On a private view the difference as it is now takes the place of the one before.
    guard run.view == .none, let id = staging.binding(path), let step = try store.step(id) else { return }
    let what = step.kind == .fileRename ? "to be renamed" : "part of a set"
    throw ProposalFault(
      reason:
        "`\(path.display)` is \(what) in #\(step.number), which waits for the review; nothing else can be done to it before that"
    )
  }

  /// A file and a folder of one name can't both be put in place, nor the same new folder twice.
  func checkPlace(_ path: FilePath, _ staging: StagingArea, asFolder: Bool) throws {
    guard run.view == .none else { return }
    func refuse(_ place: FilePath, _ id: StepID, _ what: String) throws {
      throw ProposalFault(
        reason: "`\(place.display)` is prepared as \(what), in #\(try store.step(id)?.number.value ?? 0)")
    }
    if let id = staging.folders[path] { try refuse(path, id, asFolder ? "a new folder already" : "a new folder") }
    if asFolder, case .content(let id, _)? = staging.entries[path] { try refuse(path, id, "a file") }
    var folder = path.parts.folder
    while !folder.relative.isEmpty {
      if case .content(let id, _)? = staging.entries[folder] { try refuse(folder, id, "a file") }
      folder = folder.parts.folder
    }
  }

  /// What is there only as prepared can be written anew, and nothing else.
  func checkPrepared(_ path: FilePath, _ staging: StagingArea) throws {
    try checkBound(path, staging)
    guard run.view == .none, case .content(let id, _)? = staging.entries[path], scopes.standing(path) == .nothing,
      let step = try store.step(id)
    else { return }
    throw ProposalFault(
      reason:
        "`\(path.display)` is only prepared, as #\(step.number), and not in place yet: until the review it can be written anew, not moved or removed"
    )
  }

  /// Nothing that is there, or will be, is one file with it elsewhere.
  func checkNames(_ path: FilePath, _ staging: StagingArea, leaving: FilePath? = nil) throws {
    guard
      let other = try staging.collision(with: path, leaving: leaving) ?? scopes.collision(with: path, leaving: leaving)
    else { return }
    throw ProposalFault(
      reason:
        "`\(path.display)` and `\(other.display)`, which is there, differ only in case or in how accents are written, and are one file on many systems: use the name that is there, or another"
    )
  }
}

// Folders that come with what goes into them, and go with it when that is undone.

import Domain
import GateKeeper

extension StepMaker {
  static let inPlaceOfFolder = "it takes the place of a folder, which goes first and has to be empty by then"

  /// How many folders around what an effect makes are not there yet.
  func newFolders(around effect: Effect) -> Int {
    effect.madePath.map { $0.foldersAround.prefix { !scopes.isFolder($0) }.count } ?? 0
  }

  /// A folder on the way that was there when the step was shown, and is not: another in its place would be open to all.
  func goneFolder(_ step: StepSummary, _ effect: Effect) -> String? {
    guard let path = effect.madePath, newFolders(around: effect) > step.reach.newFolders else { return nil }
    let gone = path.foldersAround.last { scopes.standing($0) == .nothing }
    return gone.map { "the folder `\($0.display)` is gone" }
  }

  /// An undoing with its folders: those that went since come back first, those that were made for the step go last.
  func withFolders(_ inverse: Effect, of step: StepSummary) throws(JournalFault) -> Effect {
    let parts = try missingFolders(for: inverse) + inverse.fileParts + leavingFolders(after: inverse, of: step)
    return parts.count <= 1 ? inverse : .changeFiles(parts)
  }

  /// With the permissions they had when this run removed them; nobody else gets into one that nothing is known of.
  private func missingFolders(for inverse: Effect) throws(JournalFault) -> [Effect] {
    let own = Set(inverse.fileParts.compactMap { if case .makeFolder(let path, _) = $0 { path } else { nil } })
    var out: [FilePath: Effect] = [:]
    for path in inverse.fileParts.compactMap(\.madePath) {
      for folder in path.foldersAround where !own.contains(folder) && !scopes.isFolder(folder) {
        out[folder] = .makeFolder(folder, mode: try modeWhenRemoved(folder) ?? 0o700)
      }
    }
    return out.sorted { $0.key.relative.lexicographicallyPrecedes($1.key.relative) }.map(\.value)
  }

  private func modeWhenRemoved(_ folder: FilePath) throws(JournalFault) -> UInt32? {
    for step in try store.alike(run.id, .folderRemove, target: folder.display) where step.state == .done {
      if case .removeFolder(folder, let mode?) = try effect(of: step.id) { return mode }
    }
    return nil
  }

  /// As far as nothing else is in them and no step of its own made them.
  private func leavingFolders(after inverse: Effect, of step: StepSummary) throws(JournalFault) -> [Effect] {
    var gone: FilePath
    switch inverse {
    case .deleteFile(let path, _), .removeFolder(let path, _), .renameFile(let path, _, _): gone = path
    default: return []
    }
    var out: [Effect] = []
    for folder in gone.foldersAround.prefix(step.reach.newFolders) {
      let own = try store.alike(run.id, .folderMake, target: folder.display)
      guard !own.contains(where: { $0.state == .done }), scopes.names(in: folder) == [gone.parts.name] else { break }
      out.append(.removeFolder(folder, mode: try? scopes.mode(ofFolder: folder)))
      gone = folder
    }
    return out
  }
}

extension Effect {
  /// Where something is after it that was not there.
  var madePath: FilePath? {
    switch self {
    case .createFile(let path, _), .makeFolder(let path, _), .renameFile(_, let path, _): path
    default: nil
    }
  }
}

extension FilePath {
  /// The folders it lies in, the innermost first.
  var foldersAround: [FilePath] {
    var (out, folder) = ([FilePath](), parts.folder)
    while !folder.relative.isEmpty {
      out.append(folder)
      folder = folder.parts.folder
    }
    return out
  }
}

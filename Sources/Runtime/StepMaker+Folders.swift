// Folders that come with a new file, and go with it when it is undone.

import Domain
import GateKeeper

extension StepMaker {
  /// How many folders around a new file are not there yet.
  func newFolders(around effect: Effect) -> Int {
    guard case .createFile(let path, _) = effect else { return 0 }
    return path.foldersAround.prefix { !scopes.isFolder($0) }.count
  }

  /// The undoing of a new file with the folders that were made for it, as far as nothing else is in them and no step
  /// of its own made them.
  func withFolders(_ inverse: Effect, of step: StepSummary) throws(JournalFault) -> Effect {
    guard case .deleteFile(let path, _) = inverse, step.reach.newFolders > 0 else { return inverse }
    var (parts, gone) = ([inverse], path)
    for folder in path.foldersAround.prefix(step.reach.newFolders) {
      let own = try store.alike(run.id, .folderMake, target: folder.display)
      guard !own.contains(where: { $0.state == .done }), scopes.names(in: folder) == [gone.parts.name] else { break }
      parts.append(.removeFolder(folder, mode: try? scopes.mode(ofFolder: folder)))
      gone = folder
    }
    return parts.count == 1 ? inverse : .changeFiles(parts)
  }
}

extension FilePath {
  /// The folders it lies in, the innermost first.
  fileprivate var foldersAround: [FilePath] {
    var (out, folder) = ([FilePath](), parts.folder)
    while !folder.relative.isEmpty {
      out.append(folder)
      folder = folder.parts.folder
    }
    return out
  }
}

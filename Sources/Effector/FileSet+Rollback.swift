// What was done is put back, the last first.

import CProcess
import Domain
import Glibc

extension FileSet {
  func undoAll() {
    // What is to be emptied again must let its owner in.
    for item in items {
      if case .makeFolder(_, .some) = item.effect, item.isCommitted { try? setMode(item, 0o700) }
    }
    for item in items.reversed() {
      let directory = item.directory.descriptor
      var isBack = true
      if item.isCommitted {
        switch item.effect {
        case .createFile: unlinkat(directory, item.name, 0)
        case .makeFolder: unlinkat(directory, item.name, AT_REMOVEDIR)
        case .changeMode: try? setMode(item, item.mode)
        case .removeFolder:
          if mkdirat(directory, item.name, item.mode) == 0 { fchmodat(directory, item.name, item.mode, 0) }
        case .editFile: isBack = cp_renameat2(directory, item.beside, directory, item.name, 2) == 0
        case .deleteFile: isBack = putBack(item)
        case .renameFile:
          if let target = item.target { _ = cp_renameat2(target.0.descriptor, target.name, directory, item.name, 1) }
        default: break
        }
      }
      // What could not be put back lies beside its place: it may be the only copy of what somebody wrote.
      if isBack { unlinkat(item.besideDirectory.descriptor, item.beside, 0) }
    }
    for folder in (made?.places ?? []).reversed() { unlinkat(folder.directory.descriptor, folder.name, AT_REMOVEDIR) }
  }

  /// A deleted file into its folder, which may be one that was made again a moment ago.
  private func putBack(_ item: Item) -> Bool {
    let from = item.besideDirectory.descriptor
    if cp_renameat2(from, item.beside, item.directory.descriptor, item.name, 1) == 0 { return true }
    guard let (folder, name) = try? scopes.scope(of: item.path).parent(of: item.path) else { return false }
    return cp_renameat2(from, item.beside, folder.descriptor, name, 1) == 0
  }
}

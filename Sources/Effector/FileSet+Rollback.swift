// What was done is put back, the last first. What can't be is told: the record must not say more than the disk.

import CProcess
import Domain
import Glibc

extension FileSet {
  mutating func undoAll() {
    // What is to be emptied again must let its owner in.
    for item in items {
      if case .makeFolder(_, .some) = item.effect, item.isCommitted { try? setMode(item, 0o700) }
    }
    for item in items.reversed() {
      do throws(ScopeFault) {
        if item.isCommitted { try putBack(item) }
      } catch {
        stuck[item.step, default: []].append(error.sentence)
        continue
      }
      if let words = dropStaged(item) { left[item.step, default: []].append(words) }
    }
    for folder in (made?.places ?? []).reversed() { unlinkat(folder.directory.descriptor, folder.name, AT_REMOVEDIR) }
  }

  private func putBack(_ item: Item) throws(ScopeFault) {
    // What was put into a folder is there wherever that is by now; one that went may have been made again a moment ago.
    var status = stat()
    let isRemoved = fstat(item.directory.descriptor, &status) == 0 && status.st_nlink == 0
    let again = isRemoved ? (try? scopes.scope(of: item.path).parent(of: item.path))?.0 : nil
    let held = again ?? item.directory
    let directory = held.descriptor
    func demand(_ code: Int32, _ words: String = "") throws(ScopeFault) {
      guard code != 0 else { return }
      let reason = FolderScope.reason(code < -1 ? -code : errno)
      throw ScopeFault(.failed, item.path.display, "\(reason)\(words)")
    }
    switch item.effect {
    // Out of its place first, and only then looked at: it may be somebody's by now.
    case .createFile:
      let code = cp_renameat2(directory, item.name, directory, item.beside, 1)
      if code == -ENOENT { return }
      try demand(code, "; it stays in place")
      guard !isStaged(item) else { return }
      _ = cp_renameat2(directory, item.beside, directory, item.name, 1)
      throw ScopeFault(.changed, item.path.display, "somebody wrote to it once it was in place; it stays")
    case .makeFolder: try demand(unlinkat(directory, item.name, AT_REMOVEDIR), "; the folder stays")
    case .changeMode: try setMode(item, item.mode)
    case .removeFolder:
      if mkdirat(directory, item.name, item.mode) != 0 {
        // Somebody has made it again.
        if errno == EEXIST { return }
        try demand(-1, "; the folder is gone")
      }
      try demand(fchmodat(directory, item.name, item.mode, 0))
    case .editFile:
      guard isStaged(item, at: (held, item.name)) else {
        throw ScopeFault(
          .changed, item.path.display,
          "somebody wrote to it once it was in place; that stays, and what was there before lies in `\(Self.words(item))`"
        )
      }
      let copy = "; what was there before lies in `\(Self.words(item))`"
      try demand(cp_renameat2(directory, item.beside, directory, item.name, 2), copy)
    case .deleteFile:
      guard !isBack(item) else { return }
      try demand(-ENOENT, "; it lies in `\(Self.words(item))`")
    case .renameFile(_, let to, _):
      guard let target = item.target else { return }
      let code = cp_renameat2(target.0.descriptor, target.name, directory, item.name, 1)
      try demand(code, "; it stays as `\(to.display)`")
    default: return
    }
  }

  /// What was staged goes, where it is still what was staged: once it was in place somebody may have written to it.
  /// - Returns: what lies there instead, in words.
  private func dropStaged(_ item: Item) -> String? {
    if item.staged != nil, !item.part.isEmpty { unlinkat(item.besideDirectory.descriptor, item.part, 0) }
    guard item.staged != nil, FileIdentity(item.besideDirectory, item.beside) != nil else { return nil }
    guard !item.isCommitted || isStaged(item) else { return "what somebody wrote there lies in `\(Self.words(item))`" }
    unlinkat(item.besideDirectory.descriptor, item.beside, 0)
    return nil
  }

  /// What lies beside the target, or at another place, is the staged content, untouched.
  private func isStaged(_ item: Item, at place: FolderScope.Place? = nil) -> Bool {
    let (directory, name) = place ?? (item.besideDirectory, item.beside)
    guard FileIdentity(directory, name) == item.staged, let content = item.effect.newContent,
      let now = try? FolderScope.read(directory, name, "")
    else { return false }
    return blobs.digest(of: now) { _ in } == content.digest
  }

  /// A deleted file into its folder, which may be one that was made again a moment ago.
  private func isBack(_ item: Item) -> Bool {
    let from = item.besideDirectory.descriptor
    if cp_renameat2(from, item.beside, item.directory.descriptor, item.name, 1) == 0 { return true }
    guard let (folder, name) = try? scopes.scope(of: item.path).parent(of: item.path) else { return false }
    return cp_renameat2(from, item.beside, folder.descriptor, name, 1) == 0
  }
}

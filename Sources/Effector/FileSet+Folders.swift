// Folders of a set: made, removed, given permissions.

import Domain
import GateKeeper
import Glibc

extension FileSet {
  mutating func commitFolder(_ item: inout Item) throws(ScopeFault) {
    let directory = item.directory.descriptor
    switch item.effect {
    case .makeFolder(_, let mode):
      // Never wider than it is to be, and open to its owner until what goes into it is there.
      item.isCommitted = mkdirat(directory, item.name, mode_t(mode ?? 0o755) & 0o777 | 0o700) == 0
      guard item.isCommitted || errno == EEXIST else {
        throw ScopeFault(.failed, item.path.display, FolderScope.reason())
      }
      if !item.isCommitted, !isMade(item) { notes[item.step] = "it was there already" }
      return
    case .changeMode(_, let from, let to):
      try setMode(item, mode_t(to))
      (item.isCommitted, item.mode) = (true, mode_t(from))
      return
    default: break
    }
    var status = stat()
    if fstatat(directory, item.name, &status, AT_SYMLINK_NOFOLLOW) == 0 { item.mode = mode_t(status.st_mode & 0o7777) }
    item.isCommitted = unlinkat(directory, item.name, AT_REMOVEDIR) == 0
    if item.isCommitted { return }
    guard errno == ENOTEMPTY || errno == EEXIST else {
      throw ScopeFault(.failed, item.path.display, FolderScope.reason())
    }
    let inside = (try? Self.first(in: item.directory, item.name)).map { ": `\(item.path.appending($0).display)`" }
    let words = "something is still in it\(inside ?? "")"
    let path = item.path
    let isTaken = items.contains { if case .createFile(path, _) = $0.effect { true } else { false } }
    if item.isOfSet || isTaken { throw ScopeFault(.failed, item.path.display, words) }
    leftovers[item.step] = words
  }

  private static func first(in parent: DirectoryHandle, _ name: [CChar]) throws(ScopeFault) -> [UInt8] {
    let folder = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0,
      let first = try FileNames.inside(DirectoryHandle(folder)).min(by: {
        $0.lexicographicallyPrecedes($1)
      })
    else {
      throw ScopeFault(.missing, "")
    }
    return first
  }

  func isMade(_ item: Item) -> Bool {
    var own = stat()
    guard fstatat(item.directory.descriptor, item.name, &own, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
    return (made?.places ?? []).contains { place in
      var status = stat()
      return fstatat(place.directory.descriptor, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0
        && status.st_ino == own.st_ino && status.st_dev == own.st_dev
    }
  }

  /// What folders are to have comes when all that goes into them is there, the deepest first.
  func setModes() throws(ScopeFault) {
    for item in items.reversed() {
      guard case .makeFolder(_, let mode?) = item.effect, item.isCommitted || isMade(item) else { continue }
      try setMode(item, mode_t(mode))
    }
  }

  /// Of a folder, held while it is changed: a name could be a link by now.
  func setMode(_ item: Item, _ mode: mode_t) throws(ScopeFault) {
    let folder = openat(item.directory.descriptor, item.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { throw FolderScope.fault(item.path.display) }
    defer { close(folder) }
    guard fchmod(folder, mode) == 0 else { throw ScopeFault(.failed, item.path.display, FolderScope.reason()) }
  }
}

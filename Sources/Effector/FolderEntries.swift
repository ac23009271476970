// What lies in an allowed folder, for those who may look: read through the held descriptors, nothing followed.

import Domain
import Glibc

/// One thing in a folder.
package struct FolderEntry: Hashable, Sendable {
  package let path: FilePath
  package let standing: Standing
  /// In bytes, of a file; 0 for anything else.
  package let size: Int
  package init(path: FilePath, standing: Standing, size: Int) {
    self.path = path
    self.standing = standing
    self.size = size
  }
}

extension Scopes {
  /// As `locate`, of a folder: it may be an allowed folder itself, by its path or label; nothing at all is the main one.
  package func place(_ path: [UInt8]) -> FilePath? {
    var path = path
    while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    if path.starts(with: Array("./".utf8)) { path.removeFirst(2) }
    if path.isEmpty || path == [UInt8(ascii: ".")] {
      return folders.contains { $0.label.isEmpty } ? FilePath(relative: []) : nil
    }
    for folder in folders
    where path == Array(folder.path.utf8) || !folder.label.isEmpty && path == Array(folder.label.utf8) {
      return FilePath(folder: folder.label, relative: [])
    }
    return locate(path)
  }

  /// What lies in a folder, in no order; an empty path is an allowed folder itself.
  /// - Returns: with how many things that have no name an agent could be told: no text, or one that is never touched.
  package func entries(in path: FilePath) throws(ScopeFault) -> (entries: [FolderEntry], unnamed: Int) {
    let directory = try scope(of: path).directory(path)
    var (entries, unnamed): ([FolderEntry], Int) = ([], 0)
    for name in try FileNames.inside(directory) {
      let inner = path.appending(name)
      guard String(validating: name, as: UTF8.self) != nil, (try? FolderScope.components(inner)) != nil else {
        unnamed += 1
        continue
      }
      var status = stat()
      let isThere = fstatat(
        directory.descriptor, name.map { CChar(bitPattern: $0) } + [0], &status, AT_SYMLINK_NOFOLLOW)
      guard isThere == 0 else { continue }
      let standing: Standing =
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        default: .other
        }
      entries.append(FolderEntry(path: inner, standing: standing, size: standing == .file ? Int(status.st_size) : 0))
    }
    return (entries, unnamed)
  }
}

extension FolderScope {
  /// A folder below it, or itself, opened as it is now.
  fileprivate func directory(_ path: FilePath) throws(ScopeFault) -> DirectoryHandle {
    try checkRoot(path)
    guard !path.relative.isEmpty else { return root }
    let (parent, name) = try parent(of: path)
    let folder = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { throw Self.fault(path.display) }
    return DirectoryHandle(folder)
  }
}

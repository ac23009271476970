// Room for a set is looked for before any of it is written: what can't all be there is not begun.

import Domain
import Glibc

extension FileSet {
  /// What is replaced stays beside its place until the end, so all that is new needs room of its own.
  func checkRoom(for effects: [Effect]) throws(ScopeFault) {
    var needed: [String: (sizes: [Int], path: FilePath)] = [:]
    for effect in effects {
      guard let content = effect.newContent, let path = effect.writtenPath else { continue }
      needed[path.folder, default: ([], path)].sizes.append(room(of: content))
    }
    for (sizes, path) in needed.values {
      var status = statvfs()
      guard fstatvfs(try scopes.scope(of: path).root.descriptor, &status) == 0, status.f_frsize > 0 else { continue }
      // Each begins in a block of its own.
      let block = Int(status.f_frsize)
      let bytes = sizes.reduce(0) { $0 + ($1 + block - 1) / block * block }
      let left = Int(status.f_bavail) * block
      guard bytes > left else { continue }
      throw ScopeFault(
        .failed, path.display,
        "what is to be put there needs \(ByteCount.words(bytes)), and \(ByteCount.words(left)) are left: make room")
    }
  }

  /// The holes of a large file need none.
  private func room(of content: Content) -> Int {
    guard content.isLarge, let file = blobs.open(content.digest) else { return content.size }
    defer { close(file) }
    var status = stat()
    return fstat(file, &status) == 0 ? min(content.size, Int(status.st_blocks) * 512) : content.size
  }
}

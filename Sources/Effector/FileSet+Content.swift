// What a file is given before it comes into its place: bytes, owner, attributes, times.

import CProcess
import Domain
import GateKeeper
import Glibc

extension FileSet {
  /// What a set has done already before its performer died is not done twice: the rest of it goes on.
  func isInPlace(_ effect: Effect, _ scope: FolderScope, _ directory: DirectoryHandle, _ name: [CChar]) -> Bool {
    func digest(_ folder: DirectoryHandle, _ name: [CChar]) -> Digest? {
      (try? FolderScope.read(folder, name, "")).flatMap { blobs.digest(of: $0, progress: { _ in }) }
    }
    switch effect {
    case .createFile(_, let content): return digest(directory, name) == content.digest
    case .editFile(_, let before, let content):
      let now = try? FolderScope.read(directory, name, "")
      let mode = content.mode ?? before.mode & 0o777
      guard before.content.digest != content.digest || before.mode != mode, now?.mode == mode else { return false }
      return digest(directory, name) == content.digest
    case .deleteFile:
      var status = stat()
      return fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT
    case .renameFile(_, let to, let image):
      var status = stat()
      guard fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0, errno == ENOENT,
        let (folder, name) = try? scope.parent(of: to)
      else { return false }
      return digest(folder, name) == image.content.digest
    default: return false
    }
  }

  func write(_ content: Content, _ path: FilePath, to file: Int32) throws(ScopeFault) {
    let gone = ScopeFault(.failed, path.display, "its content is gone from the desk")
    guard content.isLarge else {
      guard let bytes = blobs.load(content.digest) else { throw gone }
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(file, $0.baseAddress?.advanced(by: written), bytes.count - written)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
        written += count
      }
      return
    }
    guard let kept = blobs.open(content.digest) else { throw gone }
    defer { close(kept) }
    guard let copied = blobs.copy(kept, file, tell) else {
      throw ScopeFault(.failed, path.display, FolderScope.reason())
    }
    guard copied.digest == content.digest else { throw gone }
  }

  /// Owner, group and attributes as they were: the owner where this user may give files away.
  /// - Returns: the attributes, for what has to wait for the permission bits.
  mutating func giveBack(
    _ details: FileDetails, _ path: FilePath, of step: StepID, to file: Int32
  ) throws(ScopeFault) -> [UInt8] {
    if fchown(file, details.owner, details.group) != 0 {
      guard errno == EPERM, fchown(file, uid_t.max, details.group) == 0 || errno == EPERM else {
        throw ScopeFault(.failed, path.display, FolderScope.reason())
      }
      notes[step] = "its owner could not be given back: \(FolderScope.reason(EPERM))"
    }
    var attributes: [UInt8] = []
    if let digest = details.attributes {
      guard let bytes = blobs.load(digest) else {
        throw ScopeFault(.failed, path.display, "its attributes are gone from the desk")
      }
      attributes = bytes
    }
    try FileAttributes.restore(attributes, to: file)
    return attributes
  }

  func setTime(_ details: FileDetails, _ path: FilePath, of file: Int32) throws(ScopeFault) {
    var (seconds, rest) = details.modified.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
    // When it was last read is nobody's work: UTIME_OMIT of utimensat(2), a macro that Swift does not see.
    let times = [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))]
    guard futimens(file, times) == 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
  }

  /// What a file has beside its bytes stays with its name: owner, group, access list, extended attributes.
  func carryOver(_ item: Item, to file: Int32) throws(ScopeFault) {
    guard item.effect.preImage != nil else { return }
    let old = openat(item.directory.descriptor, item.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard old >= 0 else { throw FolderScope.fault(item.path.display) }
    defer { close(old) }
    let code = cp_copy_attributes(old, file)
    guard code == 0 else { throw ScopeFault(.failed, item.path.display, FolderScope.reason(-code)) }
  }
}

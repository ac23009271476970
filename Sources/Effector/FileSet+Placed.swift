// What is in place is looked at again: by the path that was approved, not by what was held meanwhile.

import Domain
import Glibc

/// Which file or folder something is, whatever its name.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64

  /// nil where it can't be asked.
  init?(_ descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(_ directory: DirectoryHandle) { self.init(directory.descriptor) }

  /// Of what has a name in a folder, a link taken as itself.
  init?(_ directory: DirectoryHandle, _ name: [CChar]) {
    var status = stat()
    guard fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) { (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino)) }
}

extension FileSet.Item {
  /// Folders in which names change.
  var directories: [DirectoryHandle] { [directory] + (target.map { [$0.0] } ?? []) }

  /// Where its content is in the end, and what that is; nil where it leaves none.
  var placed: (path: FilePath, directory: DirectoryHandle, name: [CChar], content: Content)? {
    switch effect {
    case .createFile(_, let content), .editFile(_, _, let content): (path, directory, name, content)
    case .renameFile(_, let to, let image): target.map { (to, $0.0, $0.name, image.content) }
    default: nil
    }
  }
}

extension FileState {
  /// It is the file of an image, with the owner, the permissions and the attributes that were shown; times are nobody's
  /// decision.
  func hasDetails(of image: PreImage, _ hash: ([UInt8]) -> Digest) -> Bool {
    guard device == image.device, inode == image.inode, mode == image.mode else { return false }
    guard let details = image.content.details else { return true }
    return owner == details.owner && group == details.group
      && (attributes.isEmpty ? nil : hash(attributes)) == details.attributes
  }
}

extension FileSet {
  /// The folders that its paths lead to are the ones that are held: one that was moved away meanwhile, out of what is
  /// allowed perhaps, is not where a person said yes to.
  func checkPlace(_ item: Item) throws(ScopeFault) {
    var places = [(item.path, item.directory)]
    if case .renameFile(_, let to, _) = item.effect, let target = item.target { places.append((to, target.0)) }
    for (path, held) in places {
      let (now, _) = try scopes.scope(of: path).parent(of: path)
      guard FileIdentity(now) == FileIdentity(held) else {
        throw ScopeFault(.changed, path.display, "its folder was moved meanwhile")
      }
    }
  }

  /// What is in place is what was approved: its staged copy had a name that others could write to.
  func checkPlaced(_ item: Item) throws(ScopeFault) {
    guard let placed = item.placed else { return }
    let now = try FolderScope.read(placed.directory, placed.name, placed.path.display)
    // What is moved may have come to its place a moment ago, in this set.
    var content = placed.content
    if case .renameFile = item.effect {
      content = landed[item.path] ?? content
    }
    guard blobs.digest(of: now, progress: { _ in }) == content.digest else {
      throw ScopeFault(.changed, placed.path.display, "somebody wrote to it as it was put in place")
    }
  }

  /// Removes what a killed performer left beside a step's targets: staged content, whole or in part, and what it
  /// displaced, which is kept on the desk.
  /// - Returns: what lies there and is neither, as people find it.
  static func sweep(_ effect: Effect, _ step: StepID, scopes: Scopes, _ blobs: Blobs) -> [String] {
    var strange: [String] = []
    for (index, part) in effect.fileParts.enumerated() {
      guard var path = part.writtenPath, let scope = try? scopes.scope(of: path) else { continue }
      let names = [(beside(step, index), isWhole: true), (self.part(step, index), isWhole: false)]
      // In the target's folder, or in one above it.
      while true {
        let directory = (try? scope.parent(of: path))?.0
        for (name, isWhole) in names {
          guard let directory, FileIdentity(directory, name) != nil else { continue }
          if isOwn(directory, name, of: part, isWhole: isWhole, blobs) {
            unlinkat(directory.descriptor, name, 0)
          } else {
            strange.append(path.parts.folder.appending(name.dropLast().map { UInt8(bitPattern: $0) }).display)
          }
        }
        guard !path.parts.folder.relative.isEmpty else { break }
        path = path.parts.folder
      }
    }
    return strange
  }

  /// - Parameter isWhole: false for a name that content has only while it is written.
  private static func isOwn(
    _ directory: DirectoryHandle, _ name: [CChar], of part: Effect, isWhole: Bool, _ blobs: Blobs
  ) -> Bool {
    guard let state = try? FolderScope.read(directory, name, "") else { return false }
    if !isWhole, let content = part.newContent {
      guard case .bytes(let bytes) = state.body else { return content.isLarge }
      let whole = content.isLarge ? blobs.head(of: content.digest, bytes.count) : blobs.load(content.digest)
      return whole?.starts(with: bytes) ?? false
    }
    let digest = blobs.digest(of: state) { _ in }
    return digest == part.preImage?.content.digest || digest == part.newContent?.digest
  }
}

// Folder scope is the permission model: every file is reached component by component from a descriptor of the
// allowed folder that is held for the run, and no component may be a symbolic link.

import CProcess
import Domain
import Glibc

/// Why a path can't be used, in words for people and agents; the path is rendered by whoever shows it.
package struct ScopeFault: Error, Hashable, Sendable {
  package enum Code: String, Sendable, Hashable {
    case outside, badName, symbolicLink, notAFile, notAFolder, missing, exists, readOnly, folderChanged, tooLarge,
      changed, failed
  }
  package let code: Code
  package let path: String
  package let detail: String
  package init(_ code: Code, _ path: String, _ detail: String = "") {
    self.code = code
    self.path = path
    self.detail = detail
  }

  package var sentence: String {
    let why =
      switch code {
      case .outside: "is in no allowed folder"
      case .badName: "has a name that is not allowed"
      case .symbolicLink: "goes through a symbolic link, which is never followed"
      case .notAFile: "is not a regular file"
      case .notAFolder: "is, or lies below, something that is no folder"
      case .missing: "does not exist"
      case .exists: "exists already"
      case .readOnly: "is in a read-only folder"
      case .folderChanged:
        "is in a folder that was replaced since the run began; put that one back, or stop the run and decide again"
      case .tooLarge: "is larger than 64 MiB, the most that can be read, shown or attached"
      case .changed: "is not as it was when it was shown"
      case .failed: "could not be used"
      }
    return detail.isEmpty ? "`\(path)` \(why)" : "`\(path)` \(why): \(detail)"
  }
}

/// A file as it is now.
package struct FileState {
  enum Body {
    case bytes([UInt8])
    /// More than is held in memory: the open file.
    case large(DirectoryHandle, size: Int)
  }
  let body: Body
  package let mode: UInt32
  package let device: UInt64
  package let inode: UInt64
  /// Nanoseconds since 1970, UTC.
  package let modified: Int64
  package let owner: UInt32
  package let group: UInt32
  /// How many names it has in its file system.
  package let links: Int
  /// In `FileAttributes`' form; empty where it has none.
  package let attributes: [UInt8]

  /// What can be shown of it; nothing of what is too large.
  package var bytes: [UInt8] {
    if case .bytes(let bytes) = body { bytes } else { [] }
  }

  package var isLarge: Bool {
    if case .large = body { true } else { false }
  }

  /// The same file with the same size, permissions, owner, attributes and time of change.
  package func looksLike(_ image: PreImage, hash: ([UInt8]) -> Digest) -> Bool {
    let size = if case .large(_, let size) = body { size } else { bytes.count }
    return hasDetails(of: image, hash) && size == image.content.size && modified == image.content.details?.modified
  }

  /// What is lost when it is replaced, in words.
  package var losses: [String] {
    let names = links < 2 ? "" : "\(links - 1) other name\(links == 2 ? "" : "s") (hard links)"
    return (links < 2 ? [] : ["it has \(names), and the old bytes stay there"])
      + (mode & 0o6000 == 0 ? [] : ["it loses its set-user-id or set-group-id permission"])
  }

  /// Its bytes, for those who need all of them.
  package func inHand(_ path: FilePath) throws(ScopeFault) -> [UInt8] {
    switch body {
    case .bytes(let bytes): return bytes
    case .large(_, let size): throw ScopeFault(.tooLarge, path.display, "\(size) bytes")
    }
  }

  /// - Parameters:
  ///   - bytes: gives bytes in hand their content, and may keep them.
  ///   - file: the same for an open file.
  package func content<T, E: Error>(
    _ bytes: ([UInt8]) throws(E) -> T, file: (Int32) throws(E) -> T
  ) throws(E) -> T {
    switch body {
    case .bytes(let held): try bytes(held)
    case .large(let open, _): try file(open.descriptor)
    }
  }

  /// As what an effect must find again, and an undo puts back.
  /// - Parameters:
  ///   - store: keeps bytes under their digest.
  ///   - file: keeps an open file.
  package func preImage<E: Error>(
    _ store: ([UInt8]) throws(E) -> Content, file: (Int32) throws(E) -> Content
  ) throws(E) -> PreImage {
    var content = try content(store, file: file)
    content.details = FileDetails(
      modified: modified, owner: owner, group: group,
      attributes: attributes.isEmpty ? nil : try store(attributes).digest)
    return PreImage(content: content, mode: mode, device: device, inode: inode)
  }
}

/// What is at a path.
package enum Standing: Hashable, Sendable { case nothing, file, folder, other }

/// A held descriptor of a directory or a file.
final class DirectoryHandle: Sendable {
  let descriptor: Int32
  init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }
}

package final class FolderScope {
  package let folder: Workspace.Folder
  let root: DirectoryHandle
  private let device: UInt64
  private let inode: UInt64

  package init(_ folder: Workspace.Folder) throws(ScopeFault) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ScopeFault(.missing, folder.path, "the allowed folder can't be opened") }
    root = DirectoryHandle(descriptor)
    self.folder = folder
    var status = stat()
    fstat(descriptor, &status)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }

  private func display(_ path: FilePath) -> String { path.display }

  /// The folder is still the one that was opened.
  func checkRoot(_ path: FilePath) throws(ScopeFault) {
    var status = stat()
    guard stat(folder.path, &status) == 0, UInt64(status.st_dev) == device, UInt64(status.st_ino) == inode else {
      throw ScopeFault(.folderChanged, display(path))
    }
  }

  /// Names of a relative path, checked.
  static func components(_ path: FilePath) throws(ScopeFault) -> [[UInt8]] {
    let parts = path.relative.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
    guard !parts.isEmpty, path.relative.count <= 4_000 else { throw ScopeFault(.badName, path.display, "too long") }
    for part in parts {
      if part.isEmpty || part == [46] || part == [46, 46] { throw ScopeFault(.outside, path.display) }
      if part.count > 255 || part.contains(where: { $0 < 32 || $0 == 127 }) {
        throw ScopeFault(.badName, path.display, "a control character or more than 255 bytes")
      }
      if FileNames.isGit(part) {
        throw ScopeFault(.badName, path.display, "`.git`, and what some file systems take for it, is never touched")
      }
    }
    return parts
  }

  /// A place in a folder: the folder, held, and a name in it.
  typealias Place = (directory: DirectoryHandle, name: [CChar])

  /// The parent directory, freshly walked, and the last name; a folder that is missing is a fault.
  func parent(of path: FilePath) throws(ScopeFault) -> (DirectoryHandle, name: [CChar]) {
    var none: Making?
    return try parent(of: path, making: &none)
  }

  /// Folders that are made on the way to a target.
  struct Making {
    /// Those that were missing and are there now, the outermost first.
    var places: [Place] = []
    /// Permissions that some are to have in the end; any other gets those of any new folder.
    var modes: [FilePath: mode_t] = [:]
  }

  /// - Parameter made: nil makes none.
  func parent(of path: FilePath, making made: inout Making?) throws(ScopeFault) -> (DirectoryHandle, name: [CChar]) {
    try checkRoot(path)
    let parts = try Self.components(path)
    var current = root
    for (index, part) in parts.dropLast().enumerated() {
      let name = part.map { CChar(bitPattern: $0) } + [0]
      var next = openat(current.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      if next < 0, errno == ENOENT, made != nil {
        let own = FilePath(folder: path.folder, relative: Array(parts[...index].joined(separator: [UInt8(ascii: "/")])))
        if mkdirat(current.descriptor, name, (made?.modes[own] ?? 0o755) & 0o777 | 0o700) == 0 {
          made?.places.append((current, name))
        } else if errno != EEXIST {
          throw ScopeFault(.failed, display(path), Self.reason())
        }
        guard fsync(current.descriptor) == 0 || Self.hasNoSync(errno) else {
          throw ScopeFault(.failed, display(path), Self.reason())
        }
        next = openat(current.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      }
      guard next >= 0 else {
        let code = errno
        var status = stat()
        // A link and a file are both "no directory" to open(2).
        let isLink =
          fstatat(current.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
        errno = code
        if code == ENOTDIR, !isLink { throw ScopeFault(.notAFolder, display(path)) }
        throw Self.fault(display(path))
      }
      current = DirectoryHandle(next)
    }
    return (current, (parts.last ?? []).map { CChar(bitPattern: $0) } + [0])
  }

  /// What is at the path; throws `missing` where nothing is.
  package func read(_ path: FilePath) throws(ScopeFault) -> FileState {
    let (directory, name) = try parent(of: path)
    return try Self.read(directory, name, display(path))
  }

  static func read(_ directory: DirectoryHandle, _ name: [CChar], _ shown: String) throws(ScopeFault) -> FileState {
    let file = openat(directory.descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard file >= 0 else { throw fault(shown) }
    let held = DirectoryHandle(file)
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw ScopeFault(.notAFile, shown) }
    return FileState(
      body: status.st_size > Content.mostInHand
        ? .large(held, size: Int(status.st_size)) : .bytes(try all(of: file, Int(status.st_size), shown)),
      mode: status.st_mode & 0o7777, device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
      modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec), owner: status.st_uid,
      group: status.st_gid, links: Int(status.st_nlink), attributes: try FileAttributes.read(file))
  }

  private static func all(of file: Int32, _ size: Int, _ shown: String) throws(ScopeFault) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw ScopeFault(.failed, shown, reason()) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[0..<count])
      // It grows while it is read.
      guard bytes.count <= Content.mostInHand else { throw ScopeFault(.changed, shown) }
    }
  }

  static func fault(_ shown: String) -> ScopeFault {
    switch errno {
    case ENOENT: ScopeFault(.missing, shown)
    case ELOOP, ENOTDIR: ScopeFault(.symbolicLink, shown)
    case EEXIST: ScopeFault(.exists, shown)
    default: ScopeFault(.failed, shown, reason())
    }
  }

  /// A file system that has no such call for a folder has nothing to be waited for.
  static func hasNoSync(_ code: Int32) -> Bool { [EINVAL, EBADF, ENOSYS, EOPNOTSUPP].contains(code) }

  static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
}

/// All allowed folders of a run.
package final class Scopes {
  private let scopes: [FolderScope]
  var folders: [Workspace.Folder] { scopes.map(\.folder) }

  package init(_ folders: [Workspace.Folder]) throws(ScopeFault) {
    var scopes: [FolderScope] = []
    for folder in folders { scopes.append(try FolderScope(folder)) }
    self.scopes = scopes
  }

  /// Where a path as the agent gave it lies; nil when it is in no allowed folder. Relative paths start at the
  /// main folder, or name another folder by its label.
  package func locate(_ raw: [UInt8]) -> FilePath? {
    guard !raw.contains(0) else { return nil }
    let path = Self.plain(raw)
    if path.first == UInt8(ascii: "/") {
      let owner = scopes.filter { path.starts(with: Array($0.folder.path.utf8) + [UInt8(ascii: "/")]) }
        .max { $0.folder.path.utf8.count < $1.folder.path.utf8.count }
      guard let owner else { return nil }
      return checked(
        FilePath(folder: owner.folder.label, relative: Array(path.dropFirst(owner.folder.path.utf8.count + 1))))
    }
    for scope in scopes where !scope.folder.label.isEmpty {
      let prefix = Array("\(scope.folder.label)/".utf8)
      if path.starts(with: prefix) {
        return checked(FilePath(folder: scope.folder.label, relative: Array(path.dropFirst(prefix.count))))
      }
    }
    return scopes.contains { $0.folder.label.isEmpty } ? checked(FilePath(relative: path)) : nil
  }

  /// `./a//b` is `a/b`; what leads upwards, or ends as a folder, stays as it is, and is refused.
  private static func plain(_ path: [UInt8]) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let parts = path.split(separator: slash, omittingEmptySubsequences: false)
    let kept = parts.indices.filter { index in
      let isEnd = index == parts.endIndex - 1
      return parts[index].isEmpty ? index == 0 || isEnd : !parts[index].elementsEqual([46]) || isEnd
    }
    return Array(kept.map { parts[$0] }.joined(separator: [slash]))
  }

  private func checked(_ path: FilePath) -> FilePath? {
    do {
      _ = try FolderScope.components(path)
      return path
    } catch { return error.code == .outside ? nil : path }
  }

  package func scope(of path: FilePath) throws(ScopeFault) -> FolderScope {
    guard let scope = scopes.first(where: { $0.folder.label == path.folder }) else {
      throw ScopeFault(.outside, path.display)
    }
    return scope
  }

  package func read(_ path: FilePath) throws(ScopeFault) -> FileState { try scope(of: path).read(path) }

  /// Its names are allowed, whether it is there or not.
  package func check(_ path: FilePath) throws(ScopeFault) { _ = try FolderScope.components(path) }

  /// A folder is there, and no part of its path is a link.
  package func isFolder(_ path: FilePath) -> Bool {
    guard let (directory, name) = try? scope(of: path).parent(of: path) else { return false }
    var status = stat()
    return fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// What is at a path; a link on the way counts as something else.
  package func standing(_ path: FilePath) -> Standing {
    do {
      let (directory, name) = try scope(of: path).parent(of: path)
      var status = stat()
      guard fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        return errno == ENOENT ? .nothing : .other
      }
      return status.st_mode & S_IFMT == S_IFREG ? .file : status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
    } catch { return error.code == .missing || error.code == .notAFolder ? .nothing : .other }
  }

  /// What is in a folder; nil where there is none, or it can't be read.
  package func names(in path: FilePath) -> [[UInt8]]? {
    guard let (parent, name) = try? scope(of: path).parent(of: path) else { return nil }
    let folder = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { return nil }
    return try? FileNames.inside(DirectoryHandle(folder))
  }

  /// Permission bits of a folder, as `st_mode & 0o7777`.
  package func mode(ofFolder path: FilePath) throws(ScopeFault) -> UInt32 {
    let (directory, name) = try scope(of: path).parent(of: path)
    var status = stat()
    guard fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw FolderScope.fault(path.display)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw ScopeFault(.notAFolder, path.display) }
    return UInt32(status.st_mode & 0o7777)
  }

  /// After a performer died: nothing of it stays beside the step's target.
  /// - Returns: files under its names that are somebody else's.
  package func sweep(_ effect: Effect, of step: StepID, _ blobs: Blobs) -> [String] {
    FileSet.sweep(effect, step, scopes: self, blobs)
  }
}

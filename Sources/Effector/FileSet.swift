// Several file effects as one: together, all or nothing.
//
//   stage    each new content is written beside its target and synced
//   check    each target is still what was shown
//   commit   create: rename without replacing; replace: exchange, then look at what came out; delete: rename away
//   clean    what was displaced is removed, directories are synced
//
// A fault before the end of `commit` puts back, in reverse order, everything that was done.

import CProcess
import Domain
import GateKeeper
import Glibc

struct FileSet {
  private struct Item {
    let effect: Effect
    let path: FilePath
    let directory: DirectoryHandle
    let name: [CChar]
    /// Staged content, or the place displaced content is kept until the end.
    let beside: [CChar]
    var target: (DirectoryHandle, name: [CChar])?
    var isCommitted = false
  }

  private let scopes: Scopes
  private let hash: ([UInt8]) -> Digest
  private let load: (Digest) -> [UInt8]?
  private var items: [Item] = []

  init(scopes: Scopes, hash: @escaping ([UInt8]) -> Digest, load: @escaping (Digest) -> [UInt8]?) {
    self.scopes = scopes
    self.hash = hash
    self.load = load
  }

  mutating func apply(_ effects: [PermittedEffect]) throws(ScopeFault) {
    do throws(ScopeFault) {
      for effect in effects { try stage(effect.action.effect, effect.step) }
      for item in items { try check(item) }
      for index in items.indices { try commit(&items[index]) }
    } catch {
      undoAll()
      throw error
    }
    for item in items {
      unlinkat(item.directory.descriptor, item.beside, 0)
      fsync(item.directory.descriptor)
      if let target = item.target { fsync(target.0.descriptor) }
    }
  }

  private mutating func stage(_ effect: Effect, _ step: StepID) throws(ScopeFault) {
    guard let path = effect.writtenPath else { return }
    let scope = try scopes.scope(of: path)
    guard !scope.folder.isReadOnly else { throw ScopeFault(.readOnly, path.display) }
    let isCreate = if case .createFile = effect { true } else { false }
    let (directory, name) = try scope.parent(of: path, creating: isCreate)
    let beside = Self.beside(step)
    var item = Item(effect: effect, path: path, directory: directory, name: name, beside: beside)
    if case .renameFile(_, let to, _) = effect {
      let scope = try scopes.scope(of: to)
      guard !scope.folder.isReadOnly else { throw ScopeFault(.readOnly, to.display) }
      item.target = try scope.parent(of: to, creating: true)
    }
    items.append(item)
    guard let content = effect.newContent else { return }
    guard let bytes = load(content.digest) else {
      throw ScopeFault(.failed, path.display, "its content is gone from the desk")
    }
    unlinkat(directory.descriptor, beside, 0)
    let file = openat(directory.descriptor, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FolderScope.fault(path.display) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: written), bytes.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
      written += count
    }
    if let mode = content.mode ?? effect.preImage?.mode {
      guard fchmod(file, mode_t(mode)) == 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
    }
    guard fsync(file) == 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
  }

  /// The name that a step's content has beside its target until it is in place; told by the step, so that what a
  /// killed performer left can be found.
  private static func beside(_ step: StepID) -> [CChar] { Array(".ringi-step-\(step.value).tmp".utf8CString) }

  /// Removes what a killed performer left beside a step's target. What it displaced is kept on the desk.
  static func sweep(_ effect: Effect, _ step: StepID, scopes: Scopes) {
    guard let path = effect.writtenPath, let scope = try? scopes.scope(of: path),
      let (directory, _) = try? scope.parent(of: path, creating: false)
    else { return }
    unlinkat(directory.descriptor, beside(step), 0)
  }

  /// The target is still what the person saw.
  private func check(_ item: Item) throws(ScopeFault) {
    if let image = item.effect.preImage {
      let now = try FolderScope.read(item.directory, item.name, item.path.display)
      guard hash(now.bytes) == image.content.digest, now.device == image.device, now.inode == image.inode else {
        throw ScopeFault(.changed, item.path.display)
      }
    } else {
      var status = stat()
      if fstatat(item.directory.descriptor, item.name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
        throw ScopeFault(.exists, item.path.display)
      }
    }
  }

  private func commit(_ item: inout Item) throws(ScopeFault) {
    let directory = item.directory.descriptor
    let code: Int32
    switch item.effect {
    case .createFile: code = cp_renameat2(directory, item.beside, directory, item.name, 1)
    case .editFile: code = cp_renameat2(directory, item.beside, directory, item.name, 2)
    case .deleteFile: code = cp_renameat2(directory, item.name, directory, item.beside, 1)
    case .renameFile:
      guard let target = item.target else { return }
      code = cp_renameat2(directory, item.name, target.0.descriptor, target.name, 1)
    default: return
    }
    guard code == 0 else {
      throw ScopeFault(code == -EEXIST ? .exists : .failed, item.path.display, FolderScope.reason(-code))
    }
    item.isCommitted = true
    // What came out must be what was shown; between check and commit somebody may have written.
    if let image = item.effect.preImage, item.effect.isDisplacing {
      let displaced = try FolderScope.read(item.directory, item.beside, item.path.display)
      guard hash(displaced.bytes) == image.content.digest else { throw ScopeFault(.changed, item.path.display) }
    }
  }

  private func undoAll() {
    for item in items.reversed() {
      let directory = item.directory.descriptor
      var isBack = true
      if item.isCommitted {
        switch item.effect {
        case .createFile: unlinkat(directory, item.name, 0)
        case .editFile: isBack = cp_renameat2(directory, item.beside, directory, item.name, 2) == 0
        case .deleteFile: isBack = cp_renameat2(directory, item.beside, directory, item.name, 1) == 0
        case .renameFile:
          if let target = item.target { _ = cp_renameat2(target.0.descriptor, target.name, directory, item.name, 1) }
        default: break
        }
      }
      // What could not be put back lies beside its place: it may be the only copy of what somebody wrote.
      if isBack { unlinkat(directory, item.beside, 0) }
    }
  }
}

extension Effect {
  /// True where the old content ends up beside the target.
  fileprivate var isDisplacing: Bool {
    switch self {
    case .editFile, .deleteFile: true
    default: false
    }
  }
}

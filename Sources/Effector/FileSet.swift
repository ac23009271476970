// Several file effects as one: together, all or nothing.
//
//   stage    each new content is written beside its target and synced
//   check    each target is still what was shown
//   commit   create: rename without replacing; replace: exchange, then look at what came out; delete: rename away;
//            then what is in place is read again, at the end of a freshly walked path
//   sync     directories, before anything counts as done
//   clean    what was displaced is removed
//
// A fault before the end of `sync` puts back, in reverse order, everything that was done; what can't be put back is told.

import CProcess
import Domain
import GateKeeper
import Glibc

struct FileSet {
  /// One change, of the step it belongs to.
  private struct Part {
    let effect: Effect
    let step: StepID
    /// Its place among the changes of the step, and how many those are.
    let index: Int
    let count: Int
  }

  struct Item {
    let effect: Effect
    let path: FilePath
    let directory: DirectoryHandle
    let name: [CChar]
    /// Staged content, or the place displaced content is kept until the end, and the folder it has that in: the
    /// target's own, or the first above it that does not go in the same set.
    let beside: [CChar]
    var besideDirectory: DirectoryHandle
    var besideFolder: FilePath
    var target: (DirectoryHandle, name: [CChar])?
    let step: StepID
    /// What belongs together with others is done with them or not at all.
    let isOfSet: Bool
    var isCommitted = false
    /// Which file the staged content is.
    var staged: FileIdentity?
    /// Its name while it is written.
    var part: [CChar] = []
    /// Of a folder that was removed: its permission bits.
    var mode: mode_t = 0o755
  }

  let scopes: Scopes
  let blobs: Blobs
  private let tell: (Progress) -> Void
  private var progress = Progress()
  private(set) var items: [Item] = []
  var made: FolderScope.Making? = FolderScope.Making()
  private var isLarge = false
  /// Folders that are removed in this set.
  private(set) var leaving: Set<FilePath> = []
  /// Folders that could not be removed because something is in them.
  var leftovers: [StepID: String] = [:]
  /// What has come to a path in this set, which a later part of it may move on.
  var landed: [FilePath: Content] = [:]
  /// What a fault left in place because it could not be put back, in words.
  var stuck: [StepID: [String]] = [:]
  /// What a fault left beside its place because it is somebody's, in words.
  var left: [StepID: [String]] = [:]
  /// What is worth saying of a step that did less than it could have.
  var notes: [StepID: String] = [:]

  init(scopes: Scopes, blobs: Blobs, progress: @escaping (Progress) -> Void) {
    self.scopes = scopes
    self.blobs = blobs
    tell = progress
  }

  mutating func apply(_ effects: [PermittedEffect]) throws(ScopeFault) {
    do throws(ScopeFault) {
      let parts = effects.flatMap { whole in
        let own = whole.action.effect.fileParts
        return own.enumerated().map {
          Part(effect: $0.element, step: whole.step, index: $0.offset, count: own.count)
        }
      }
      isLarge = parts.count > Self.large
      progress.total = parts.reduce(0) { $0 + Self.work($1.effect) }
      leaving = Set(parts.compactMap { if case .removeFolder(let path, _) = $0.effect { path } else { nil } })
      for case .makeFolder(let path, let mode?) in parts.map(\.effect) { made?.modes[path] = mode_t(mode) }
      try checkRoom(for: parts.map(\.effect))
      for part in ordered(parts) { try stage(part) }
      if isLarge { try syncAll() }
      for item in items {
        try check(item)
        progress.done += item.effect.preImage?.content.size ?? 0
        tell(0)
      }
      try checkNames()
      for index in items.indices {
        var item = items[index]
        defer { items[index] = item }
        try commit(&item)
      }
      try setModes()
      try syncFolders()
    } catch {
      undoAll()
      throw error
    }
    for item in items {
      // It is done by now: what can't be cleaned up at the second try either is told.
      if !Self.isGone(item), !Self.isGone(item) {
        let name = String(decoding: item.beside.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        notes[item.step] = "what it replaced still lies beside it, as \(name): \(FolderScope.reason())"
      }
    }
  }

  /// In bytes: what is written, and what is read to see that it is still what was shown.
  private static func work(_ effect: Effect) -> Int {
    (effect.newContent?.size ?? 0) + (effect.preImage?.content.size ?? 0) * (effect.isDisplacing ? 2 : 1)
  }

  /// - Parameter part: bytes done of a file that is not done yet.
  func tell(_ part: Int) {
    var now = progress
    now.done += part
    tell(now)
  }

  /// From so many files on the file systems are synced as a whole, not file by file.
  private static let large = 64

  /// Each file system that something is staged on, once.
  private func syncAll() throws(ScopeFault) {
    var devices: Set<UInt64> = []
    for item in items {
      for directory in item.directories {
        guard let device = FileIdentity(directory)?.device, devices.insert(device).inserted else { continue }
        guard cp_syncfs(directory.descriptor) == 0 else {
          throw ScopeFault(.failed, item.path.display, FolderScope.reason())
        }
      }
    }
  }

  /// Each folder whose names have changed, once: a name that a power cut takes back must not be called done.
  private func syncFolders() throws(ScopeFault) {
    var folders: Set<FileIdentity> = []
    for item in items {
      for directory in item.directories {
        guard let folder = FileIdentity(directory), folders.insert(folder).inserted else { continue }
        guard fsync(directory.descriptor) == 0 || FolderScope.hasNoSync(errno) else {
          throw ScopeFault(.failed, item.path.display, FolderScope.reason())
        }
      }
    }
  }

  /// Folders are made before what goes into them, and removed after what was in them, the deepest first.
  private func ordered(_ effects: [Part]) -> [Part] {
    func rank(_ effect: Effect) -> Int {
      switch effect {
      // Where a folder was that goes.
      case .createFile(let path, _) where leaving.contains(path): 3
      case .makeFolder: 0
      // What lets its owner in comes before what goes into it, what keeps it out after.
      case .changeMode(_, _, let to): to & 0o300 == 0o300 ? 0 : 2
      case .removeFolder: 2
      default: 1
      }
    }
    func path(_ part: Part) -> [UInt8] { part.effect.writtenPath?.relative ?? [] }
    let groups = Dictionary(grouping: effects) { rank($0.effect) }
    return (groups[0] ?? []).sorted { path($0).lexicographicallyPrecedes(path($1)) } + (groups[1] ?? [])
      + (groups[2] ?? []).sorted { path($1).lexicographicallyPrecedes(path($0)) } + (groups[3] ?? [])
  }

  private mutating func stage(_ part: Part) throws(ScopeFault) {
    let (effect, step) = (part.effect, part.step)
    guard let path = effect.writtenPath else { return }
    let scope = try scopes.scope(of: path)
    guard !scope.folder.isReadOnly else { throw ScopeFault(.readOnly, path.display) }
    let isCreate =
      switch effect {
      case .createFile, .makeFolder: true
      default: false
      }
    let (directory, name) = try isCreate ? scope.parent(of: path, making: &made) : scope.parent(of: path)
    if part.count > 1, isInPlace(effect, scope, directory, name) { return }
    let beside = Self.beside(step, part.index)
    var item = Item(
      effect: effect, path: path, directory: directory, name: name, beside: beside, besideDirectory: directory,
      besideFolder: path.parts.folder, step: step, isOfSet: part.count > 1)
    if case .deleteFile = effect, leaving.contains(path.parts.folder) {
      var folder = path.parts.folder
      while leaving.contains(folder) { folder = folder.parts.folder }
      item.besideDirectory = try scope.parent(of: folder.appending(Array("x".utf8))).0
      item.besideFolder = folder
    }
    if case .renameFile(_, let to, _) = effect {
      let scope = try scopes.scope(of: to)
      guard !scope.folder.isReadOnly else { throw ScopeFault(.readOnly, to.display) }
      item.target = try scope.parent(of: to, making: &made)
    }
    item.part = Self.part(step, part.index)
    if effect.newContent != nil || effect.isDisplacing { try checkFree(item) }
    guard let content = effect.newContent else { return items.append(item) }
    // New bytes never inherit the right to act as somebody else; an undo says all bits itself.
    let mode = content.mode ?? effect.preImage.map { $0.mode & 0o777 }
    // What is to be private is so from its first byte on.
    let open = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = openat(directory.descriptor, item.part, open, mode == nil ? 0o644 : 0o600)
    guard file >= 0 else { throw FolderScope.fault(path.display) }
    defer { close(file) }
    item.staged = FileIdentity(file)
    items.append(item)
    try write(content, path, to: file)
    progress.done += content.size
    tell(0)
    try carryOver(item, to: file)
    var attributes: [UInt8] = []
    if let details = content.details { attributes = try giveBack(details, path, of: step, to: file) }
    if let mode {
      guard fchmod(file, mode_t(mode)) == 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
    }
    if let details = content.details {
      try FileAttributes.restoreAccess(attributes, to: file)
      try setTime(details, path, of: file)
    } else if let before = effect.preImage?.content, before.digest == content.digest, let details = before.details {
      // Only its permissions are other ones: its content is as old as it was.
      try setTime(details, path, of: file)
    }
    guard isLarge || fsync(file) == 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason()) }
    // Only what is whole has the name that it is put in place from.
    let code = cp_renameat2(directory.descriptor, item.part, directory.descriptor, beside, 1)
    guard code == 0 else { throw ScopeFault(.failed, path.display, FolderScope.reason(-code)) }
  }

  /// The name beside a target is a step's own: what lies there already may be somebody's, or the only copy of what an
  /// earlier try displaced.
  private func checkFree(_ item: Item) throws(ScopeFault) {
    for name in [item.beside, item.part] where FileIdentity(item.besideDirectory, name) != nil {
      throw ScopeFault(
        .exists, Self.words(item, name),
        "and may be the only copy of something: look at it, move it away, then try again")
    }
  }

  /// What a target's content lies in meanwhile, as people find it.
  static func words(_ item: Item, _ name: [CChar]? = nil) -> String {
    item.besideFolder.appending((name ?? item.beside).dropLast().map { UInt8(bitPattern: $0) }).display
  }

  private static func isGone(_ item: Item) -> Bool {
    unlinkat(item.besideDirectory.descriptor, item.beside, 0) == 0 || errno == ENOENT
  }

  /// The name that a step's content has beside its target until it is in place; told by the step, so that what a
  /// killed performer left can be found.
  static func beside(_ step: StepID, _ index: Int) -> [CChar] {
    Array(".ringi-step-\(step.value)\(index == 0 ? "" : ".\(index)").tmp".utf8CString)
  }

  /// The name it has while it is written.
  static func part(_ step: StepID, _ index: Int) -> [CChar] {
    Array(".ringi-step-\(step.value)\(index == 0 ? "" : ".\(index)").part".utf8CString)
  }

  /// The target is still what the person saw.
  private func check(_ item: Item) throws(ScopeFault) {
    if let image = item.effect.preImage {
      let now = try FolderScope.read(item.directory, item.name, item.path.display)
      guard blobs.digest(of: now, progress: tell) == image.content.digest, now.hasDetails(of: image, blobs.hash) else {
        throw ScopeFault(.changed, item.path.display)
      }
    } else {
      var status = stat()
      let isThere = fstatat(item.directory.descriptor, item.name, &status, AT_SYMLINK_NOFOLLOW) == 0
      let isFolder = isThere && status.st_mode & S_IFMT == S_IFDIR
      switch item.effect {
      case .makeFolder(_, let mode) where isFolder:
        // One that was made on the way to what goes into it is this one; another has to be what was shown.
        guard isMade(item) || mode.map({ mode_t($0) == status.st_mode & 0o7777 }) ?? true else {
          throw ScopeFault(.exists, item.path.display, "with other permissions")
        }
      case .changeMode(_, let from, _):
        guard isFolder, UInt32(status.st_mode & 0o7777) == from else {
          throw ScopeFault(isThere ? .changed : .missing, item.path.display)
        }
      case .removeFolder:
        guard isFolder else { throw ScopeFault(isThere ? .changed : .missing, item.path.display) }
      case .createFile(let path, _) where isFolder && leaving.contains(path): break
      default: if isThere { throw ScopeFault(.exists, item.path.display) }
      }
    }
  }

  /// What comes new is no second name of what is there, or of each other, in all but case and accents. What leaves in the
  /// same set leaves its name.
  private func checkNames() throws(ScopeFault) {
    var leaving: Set<FilePath> = []
    for item in items {
      switch item.effect {
      case .deleteFile, .renameFile, .removeFolder: leaving.insert(item.path)
      default: break
      }
    }
    var there: [FilePath: [String: [UInt8]]] = [:]
    for item in items {
      let (path, directory): (FilePath, DirectoryHandle)
      switch item.effect {
      case .createFile, .makeFolder: (path, directory) = (item.path, item.directory)
      case .renameFile(_, let to, _): (path, directory) = (to, item.target?.0 ?? item.directory)
      default: continue
      }
      let (folder, name) = path.parts
      if there[folder] == nil {
        // Listed once, however many files come into it.
        let names = try FileNames.list(directory).filter { !leaving.contains(folder.appending($0)) }
        there[folder] = Dictionary(names.map { (FileNames.folded($0), $0) }) { first, _ in first }
      }
      let folded = FileNames.folded(name)
      if let other = there[folder]?[folded], other != name {
        throw ScopeFault(
          .exists, path.display, "as `\(folder.appending(other).display)`, which differs only in case or accents")
      }
      there[folder]?[folded] = name
    }
  }

  private mutating func commit(_ item: inout Item) throws(ScopeFault) {
    try checkPlace(item)
    let directory = item.directory.descriptor
    let code: Int32
    switch item.effect {
    case .makeFolder, .removeFolder, .changeMode: return try commitFolder(&item)
    case .createFile: code = cp_renameat2(directory, item.beside, directory, item.name, 1)
    case .editFile: code = cp_renameat2(directory, item.beside, directory, item.name, 2)
    case .deleteFile: code = cp_renameat2(directory, item.name, item.besideDirectory.descriptor, item.beside, 1)
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
      let displaced = try FolderScope.read(item.besideDirectory, item.beside, item.path.display)
      guard blobs.digest(of: displaced, progress: tell) == image.content.digest else {
        throw ScopeFault(.changed, item.path.display)
      }
      progress.done += image.content.size
    }
    try checkPlace(item)
    try checkPlaced(item)
    guard let placed = item.placed else { return }
    let isMoved = if case .renameFile = item.effect { true } else { false }
    landed[placed.path] = isMoved ? landed[item.path] ?? placed.content : placed.content
  }
}

extension Effect {
  /// True where the old content ends up beside the target.
  var isDisplacing: Bool {
    switch self {
    case .editFile, .deleteFile: true
    default: false
    }
  }
}

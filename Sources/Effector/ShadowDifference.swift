// What an agent changed in its private view of a folder, read from the overlay's upper folder.
//
// The upper folder is a superset of the changes (Linux, Documentation/filesystems/overlayfs.rst): a file that was only
// touched is there whole, a replaced folder is opaque and has no whiteouts for what it hides, what was removed is a
// character device 0/0. So everything is held against the lower folder, and what equals it is dropped.

import CProcess
import Domain
import Glibc

/// One change below the folder's root. Paths are bytes, relative to the root.
package struct ShadowChange: Hashable, Sendable {
  package enum Deed: Hashable, Sendable {
    /// A regular file is new or has other bytes; `mode` is its permission bits.
    case written(mode: UInt32)
    /// Only the permission bits of a file are other ones.
    case mode(UInt32)
    /// A file is gone.
    case removed
    /// A file that is gone stands here, byte for byte.
    case renamed(from: [UInt8])
    /// `mode` is its permission bits.
    case madeFolder(mode: UInt32)
    /// Only the permission bits of a folder are other ones.
    case folderMode(UInt32)
    case removedFolder
    /// What is no regular file: `symbolic link`, `socket`.
    case special(String)
  }
  package let path: [UInt8]
  package let deed: Deed
  /// Identity, size and times of what makes the change, so that a later look can tell whether it is still the same.
  package let stamp: [Int64]
  /// Something else changed the real file after the view was made.
  package let isOvertaken: Bool
  package init(path: [UInt8], deed: Deed, stamp: [Int64], isOvertaken: Bool) {
    self.path = path
    self.deed = deed
    self.stamp = stamp
    self.isOvertaken = isOvertaken
  }

  /// A place can change twice: what stood there goes, and something of another kind comes.
  package struct Key: Hashable, Sendable {
    package let path: [UInt8]
    package let isRemoval: Bool
  }
  /// Of a file that is too large to be looked at while it may still be written.
  package var isLarge: Bool {
    switch deed {
    case .written, .mode: stamp.count > 1 && stamp[1] > Content.mostInHand
    default: false
    }
  }
  /// Permission bits that Ringi gives no file, in words; nil without any. On a folder they make nobody somebody else.
  package var specialBits: String? {
    let mode: UInt32
    switch deed {
    case .written(let bits), .mode(let bits): mode = bits
    case .removed, .renamed, .madeFolder, .folderMode, .removedFolder, .special: return nil
    }
    let names = [(0o4000, "set-user-id"), (0o2000, "set-group-id"), (0o1000, "the sticky bit")] as [(UInt32, String)]
    let found = names.filter { mode & $0.0 != 0 }.map(\.1)
    return found.isEmpty ? nil : found.joined(separator: " and ")
  }

  package var key: Key { Key(path: path, isRemoval: deed == .removed || deed == .removedFolder) }
}

/// A time as file systems stamp it.
package struct FileTime: Hashable, Sendable, Comparable {
  package let seconds: Int
  package let nanoseconds: Int
  package init(seconds: Int, nanoseconds: Int) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
  init(_ time: timespec) { self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }
  package static func < (a: FileTime, b: FileTime) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }
}

/// Reads a difference; nothing is written.
package struct ShadowDifference {
  private let lower: DirectoryHandle
  private let upper: DirectoryHandle
  private let madeAt: FileTime
  private let copiedAt: FileTime?
  /// Nobody reads gigabytes at every look of a second: while it may still be written, a large file counts as changed.
  private let isFinal: Bool
  var changes: [ShadowChange] = []
  /// Files that were copied up and have none below.
  var copied: Set<[UInt8]> = []
  /// Files of which only the time is another, which is no result.
  package private(set) var touched: [[UInt8]] = []
  /// More changes than this are no longer looked at one by one.
  package static let maximumChanges = 20_000

  /// - Parameters:
  ///   - upper: the overlay's upper folder, or the whole copy.
  ///   - madeAt: when the view was made, by the clock of the file system.
  ///   - copiedAt: when the copy was complete; nil for an overlay. What is not newer in it is as it was copied.
  ///   - isFinal: nothing is written any more.
  package init(
    lower: String, upper: String, madeAt: FileTime, copiedAt: FileTime?, isFinal: Bool = true
  ) throws(ScopeFault) {
    self.isFinal = isFinal
    self.lower = try Self.open(lower)
    self.upper = try Self.open(upper)
    self.madeAt = madeAt
    self.copiedAt = copiedAt
  }

  private static func open(_ path: String) throws(ScopeFault) -> DirectoryHandle {
    let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard folder >= 0 else { throw FolderScope.fault(path) }
    return DirectoryHandle(folder)
  }

  /// Every change, in the order of paths; a pair that is one file in another place is one change.
  package mutating func read() throws(ScopeFault) -> [ShadowChange] {
    (changes, touched, copied) = ([], [], [])
    // A copy hides everything, like an opaque folder.
    try walk(upper, lower, [], isHidden: copiedAt != nil)
    markGone()
    return withoutFilled(paired()).sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  private mutating func add(
    _ path: [UInt8], _ deed: ShadowChange.Deed, _ status: stat, _ old: stat? = nil
  ) throws(ScopeFault) {
    guard changes.count < Self.maximumChanges else {
      throw ScopeFault(
        .failed, "the private view", "it has more than \(Self.maximumChanges) changes, the most that is taken in")
    }
    let isOvertaken = old.map { FileTime($0.st_ctim) > madeAt } ?? false
    // A folder's times change with what is in it, which is no change of its own.
    let stamp: [Int64]
    switch deed {
    case .madeFolder(let mode), .folderMode(let mode): stamp = [Int64(status.st_ino), Int64(mode)]
    default: stamp = Self.stamp(status)
    }
    changes.append(ShadowChange(path: path, deed: deed, stamp: stamp, isOvertaken: isOvertaken))
  }

  private static func stamp(_ status: stat) -> [Int64] {
    [
      Int64(bitPattern: UInt64(status.st_ino)), Int64(status.st_size), Int64(status.st_mtim.tv_sec),
      Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
    ]
  }

  /// - Parameter isHidden: an opaque folder above hides the lower one whole.
  private mutating func walk(
    _ upper: DirectoryHandle, _ lower: DirectoryHandle?, _ path: [UInt8], isHidden: Bool = false
  ) throws(ScopeFault) {
    let names = try Self.names(upper, path)
    let isHidden = isHidden || Self.isOpaque(upper)
    for name in names {
      let text = name.map { CChar(bitPattern: $0) } + [0]
      var new = stat()
      guard fstatat(upper.descriptor, text, &new, AT_SYMLINK_NOFOLLOW) == 0 else {
        // What went between two looks is nothing; what can't be looked at is not.
        if errno == ENOENT { continue }
        throw FolderScope.fault(String(decoding: Self.below(path, name), as: UTF8.self))
      }
      let old = lower.flatMap { Self.status($0, text) }
      try look(text, Self.below(path, name), new, old, upper, lower, isHidden)
    }
    // What an opaque folder hides has no whiteout.
    guard let lower, isHidden else { return }
    let present = Set(names)
    for name in try Self.names(lower, path) where !present.contains(name) {
      try remove(name.map { CChar(bitPattern: $0) } + [0], Self.below(path, name), lower)
    }
  }

  private static func below(_ path: [UInt8], _ name: [UInt8]) -> [UInt8] {
    path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
  }

  private mutating func look(
    _ name: [CChar], _ place: [UInt8], _ new: stat, _ old: stat?, _ upper: DirectoryHandle, _ lower: DirectoryHandle?,
    _ isHidden: Bool
  ) throws(ScopeFault) {
    // Nobody can set a file's ctime back: what is not newer than the copying was not touched, and what differs from it
    // in the real folder is somebody else's change. (In a folder that was moved everything is where it never was.)
    if let copiedAt, let old, new.st_mode & S_IFMT != S_IFDIR, FileTime(new.st_ctim) <= copiedAt,
      FileTime(old.st_ctim) > madeAt
    {
      return
    }
    switch new.st_mode & S_IFMT {
    case S_IFCHR where new.st_rdev == 0:
      if let lower { try remove(name, place, lower, new) }
    case S_IFREG:
      guard let old, old.st_mode & S_IFMT == S_IFREG else {
        if let lower, old != nil { try remove(name, place, lower) }
        if old == nil, new.st_nlink == 1, Self.isCopied(upper, name) { copied.insert(place) }
        return try add(place, .written(mode: new.st_mode & 0o7777), new)
      }
      if let lower, isRead(new), try Self.isSame(upper, lower, name, new, old) {
        if new.st_mode & 0o7777 != old.st_mode & 0o7777 {
          try add(place, .mode(new.st_mode & 0o7777), new, old)
        } else if FileTime(new.st_mtim) != FileTime(old.st_mtim) {
          touched.append(place)
        }
      } else {
        try add(place, .written(mode: new.st_mode & 0o7777), new, old)
      }
    case S_IFDIR:
      guard let inner = try? Self.folder(upper, name, place) else {
        return try add(place, .special("a folder that nobody can read"), new)
      }
      guard let lower, let old, old.st_mode & S_IFMT == S_IFDIR else {
        if let lower, old != nil { try remove(name, place, lower) }
        try add(place, .madeFolder(mode: new.st_mode & 0o7777), new)
        return try walk(inner, nil, place)
      }
      if new.st_mode & 0o7777 != old.st_mode & 0o7777 {
        try add(place, .folderMode(new.st_mode & 0o7777), new, old)
      }
      try walk(inner, try Self.folder(lower, name, place), place, isHidden: isHidden)
    case S_IFLNK: try add(place, .special("a symbolic link to `\(Self.target(upper, name))`"), new)
    case S_IFIFO: try add(place, .special("a named pipe"), new)
    case S_IFSOCK: try add(place, .special("a socket"), new)
    default: try add(place, .special("a device"), new)
    }
  }

  private func isRead(_ status: stat) -> Bool { isFinal || status.st_size <= Content.mostInHand }

  private static func target(_ directory: DirectoryHandle, _ name: [CChar]) -> String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlinkat(directory.descriptor, name, &buffer, buffer.count)
    return String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What stood at a place is gone: a file, or a folder with everything in it.
  private mutating func remove(
    _ name: [CChar], _ place: [UInt8], _ lower: DirectoryHandle, _ whiteout: stat? = nil
  ) throws(ScopeFault) {
    guard let old = Self.status(lower, name) else { return }
    // It came after the copying: the program has never seen it.
    if copiedAt != nil, FileTime(old.st_ctim) > madeAt, old.st_mode & S_IFMT != S_IFDIR { return }
    switch old.st_mode & S_IFMT {
    case S_IFDIR:
      let inner = try Self.folder(lower, name, place)
      for entry in try Self.names(inner, place) {
        try remove(entry.map { CChar(bitPattern: $0) } + [0], place + [UInt8(ascii: "/")] + entry, inner)
      }
      try add(place, .removedFolder, whiteout ?? old, old)
    case S_IFREG: try add(place, .removed, whiteout ?? old, old)
    default: try add(place, .special("the removal of what is no regular file"), whiteout ?? old, old)
    }
  }

  /// A new folder with something in it comes with that; only one that is empty or has permissions of its own is a change.
  private func withoutFilled(_ changes: [ShadowChange]) -> [ShadowChange] {
    var filled: Set<[UInt8]> = []
    for change in changes where !change.key.isRemoval {
      var parent = change.path
      while let slash = parent.lastIndex(of: UInt8(ascii: "/")) {
        parent = Array(parent[..<slash])
        if !filled.insert(parent).inserted { break }
      }
    }
    return changes.filter { $0.deed != .madeFolder(mode: 0o755) || !filled.contains($0.path) }
  }

  /// A file that is gone and a new one with the same bytes are one file in another place.
  private func paired() -> [ShadowChange] {
    var out = changes
    // By size.
    var gone: [Int: [(index: Int, modified: FileTime)]] = [:]
    for (index, change) in changes.enumerated() where change.deed == .removed && !change.isOvertaken {
      if let old = reading(lower, change.path) { gone[old.size, default: []].append((index, old.modified)) }
    }
    guard !gone.isEmpty else { return out }
    var dropped: Set<Int> = []
    var left = changes.indices.filter { index in
      if case .written = changes[index].deed { reading(lower, changes[index].path) == nil } else { false }
    }
    // Of several with the same bytes the one that was moved kept its time, and mostly its name.
    for (needsTime, needsName) in [(true, true), (true, false), (false, true), (false, false)] {
      left.removeAll { index in
        let change = changes[index]
        guard let new = reading(upper, change.path), new.size > 0, isFinal || new.size <= Content.mostInHand
        else { return true }
        let match = gone[new.size, default: []].first { candidate in
          let from = changes[candidate.index].path
          guard !dropped.contains(candidate.index), !needsTime || candidate.modified == new.modified,
            !needsName || Self.name(from) == Self.name(change.path), let old = reading(lower, from)
          else { return false }
          return old.mode == new.mode && Self.isSame(new.file, old.file)
            && (try? FileAttributes.read(new.file.descriptor)) == (try? FileAttributes.read(old.file.descriptor))
        }
        guard let match = match?.index else { return false }
        dropped.insert(match)
        out[index] = ShadowChange(
          path: change.path, deed: .renamed(from: changes[match].path), stamp: change.stamp, isOvertaken: false)
        return true
      }
    }
    return out.enumerated().filter { !dropped.contains($0.offset) }.map(\.element)
  }

  private static func name(_ path: [UInt8]) -> ArraySlice<UInt8> {
    path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path[...]
  }
}

extension ShadowDifference {
  /// An open regular file below a root.
  private struct Reading {
    let file: DirectoryHandle
    let size: Int
    let mode: UInt32
    let modified: FileTime
  }

  private func reading(_ root: DirectoryHandle, _ path: [UInt8]) -> Reading? {
    var folder = root
    let parts = path.split(separator: UInt8(ascii: "/")).map { $0.map { CChar(bitPattern: $0) } + [0] }
    for part in parts.dropLast() {
      guard let next = try? Self.folder(folder, part, path) else { return nil }
      folder = next
    }
    guard let name = parts.last, let file = try? Self.file(folder, name, path) else { return nil }
    var status = stat()
    guard fstat(file.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Reading(
      file: file, size: Int(status.st_size), mode: status.st_mode & 0o7777, modified: FileTime(status.st_mtim))
  }

  static func file(_ folder: DirectoryHandle, _ name: [CChar], _ place: [UInt8]) throws(ScopeFault)
    -> DirectoryHandle
  {
    let file = openat(folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard file >= 0 else { throw FolderScope.fault(String(decoding: place, as: UTF8.self)) }
    return DirectoryHandle(file)
  }

  private static func folder(_ folder: DirectoryHandle, _ name: [CChar], _ place: [UInt8]) throws(ScopeFault)
    -> DirectoryHandle
  {
    let inner = openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard inner >= 0 else { throw FolderScope.fault(String(decoding: place, as: UTF8.self)) }
    return DirectoryHandle(inner)
  }

  private static func status(_ folder: DirectoryHandle, _ name: [CChar]) -> stat? {
    var status = stat()
    return fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }

  private static func isOpaque(_ folder: DirectoryHandle) -> Bool {
    var value: [UInt8] = [0]
    return cp_getxattr(folder.descriptor, "user.overlay.opaque", &value, 1) == 1 && value[0] == UInt8(ascii: "y")
  }

  /// Names of a folder's entries, in order of bytes.
  private static func names(_ folder: DirectoryHandle, _ path: [UInt8]) throws(ScopeFault) -> [[UInt8]] {
    do throws(ScopeFault) {
      return try FileNames.inside(folder).sorted { $0.lexicographicallyPrecedes($1) }
    } catch {
      throw ScopeFault(
        error.code, path.isEmpty ? "the private view" : String(decoding: path, as: UTF8.self), error.detail)
    }
  }

  private static func isSame(
    _ upper: DirectoryHandle, _ lower: DirectoryHandle, _ name: [CChar], _ new: stat, _ old: stat
  ) throws(ScopeFault) -> Bool {
    guard new.st_size == old.st_size else { return false }
    guard let a = try? file(upper, name, []), let b = try? file(lower, name, []) else { return false }
    return try FileAttributes.read(a.descriptor) == FileAttributes.read(b.descriptor) && isSame(a, b)
  }

  private static func isSame(_ a: DirectoryHandle, _ b: DirectoryHandle) -> Bool {
    let size = 1 << 20
    var (one, two) = ([UInt8](repeating: 0, count: size), [UInt8](repeating: 0, count: size))
    var offset = 0
    while true {
      // What is a hole in both is not read.
      let (next, other) = (lseek(a.descriptor, offset, seekData), lseek(b.descriptor, offset, seekData))
      if next > offset, other > offset { offset = min(next, other) }
      let count = pread(a.descriptor, &one, size, offset)
      guard count >= 0, pread(b.descriptor, &two, size, offset) == count else { return false }
      if count == 0 { return true }
      if memcmp(one, two, count) != 0 { return false }
      offset += count
    }
  }

  /// SEEK_DATA of lseek(2), which Glibc's module does not show.
  private static let seekData: Int32 = 3
}

// Names that many file systems take for one: they differ only in case, or in how accents are written (SECURITY: pairs
// that collide under case folding and NFC). Two such files overwrite each other as soon as the folder is copied.

import Domain
import Glibc

package enum FileNames {
  /// Equal for names that collide: full case folding by way of upper case, compared as canonically equivalent.
  package static func folded(_ name: some Collection<UInt8>) -> String {
    // What is no text has no case: two such names are one only where their bytes are.
    guard let text = String(validating: name, as: UTF8.self) else {
      return "\u{0}" + name.map { String($0, radix: 16) }.joined(separator: " ")
    }
    return text.utf8.allSatisfy { $0 < 128 } ? text.lowercased() : text.uppercased().lowercased()
  }

  /// `.git` as any file system may read the name: HFS+ leaves out characters that don't show, NTFS takes no account of
  /// dots, blanks and streams at the end and has a short name of its own (git's `verify_path` refuses the same).
  package static func isGit(_ name: [UInt8]) -> Bool {
    let shown = String(decoding: name, as: UTF8.self).unicodeScalars.filter { scalar in
      switch scalar.value {
      case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF: false
      default: true
      }
    }
    var text = String(String.UnicodeScalarView(shown)).lowercased().prefix { $0 != ":" }
    while let last = text.last, last == "." || last == " " { text.removeLast() }
    return text == ".git"
      || text.hasPrefix("git~") && !text.dropFirst(4).isEmpty && text.dropFirst(4).allSatisfy(\.isNumber)
  }

  static func collide(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a != b else { return false }
    // Most names are plain, and folding keeps their length.
    let isPlain = a.allSatisfy { $0 < 128 } && b.allSatisfy { $0 < 128 }
    return isPlain && a.count != b.count ? false : folded(a) == folded(b)
  }

  /// What is in a folder, without itself and the one above it.
  static func inside(_ directory: DirectoryHandle) throws(ScopeFault) -> [[UInt8]] {
    try list(directory).filter { $0 != [46] && $0 != [46, 46] }
  }

  /// The names in a folder.
  static func list(_ directory: DirectoryHandle) throws(ScopeFault) -> [[UInt8]] {
    let copy = openat(directory.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else {
      if copy >= 0 { close(copy) }
      throw ScopeFault(.failed, "the folder", FolderScope.reason())
    }
    defer { closedir(stream) }
    var out: [[UInt8]] = []
    while true {
      // The end and a fault look the same but for this.
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw ScopeFault(.failed, "the folder", FolderScope.reason()) }
        break
      }
      withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) {
          out.append(Array(UnsafeBufferPointer(start: $0, count: strlen($0))))
        }
      }
    }
    return out
  }
}

extension FolderScope {
  /// What is there under a name that collides with a part of the path; nil where nothing does.
  /// - Parameter leaving: a file that goes away with the same effect.
  func collision(with path: FilePath, leaving: FilePath?) throws(ScopeFault) -> FilePath? {
    let parts = try Self.components(path)
    for depth in parts.indices {
      let here = FilePath(folder: path.folder, relative: Array(parts[...depth].joined(separator: [47])))
      guard let (directory, name) = try? parent(of: here) else { return nil }
      var status = stat()
      if fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { continue }
      // Below what is missing nothing is there to collide with.
      let before: [UInt8] = parts[..<depth].flatMap { (part: [UInt8]) -> [UInt8] in part + [47] }
      for other in try FileNames.list(directory) where FileNames.collide(other, parts[depth]) {
        let found = FilePath(folder: path.folder, relative: before + other)
        if found != leaving { return found }
      }
      return nil
    }
    return nil
  }
}

extension Scopes {
  /// As for one folder.
  package func collision(with path: FilePath, leaving: FilePath? = nil) throws(ScopeFault) -> FilePath? {
    try scope(of: path).collision(with: path, leaving: leaving)
  }
}

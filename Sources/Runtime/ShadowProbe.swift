// Whether this machine can make a private view, and of what kind: tried, not guessed.

import Domain
import Glibc

package enum ShadowProbe {
  /// The kind of view that these folders allow.
  /// - Returns: a copy where an overlay would fail: where somebody else owns a file, something is mounted inside, the
  ///   folder lies on a network, or the desk's file system can't take the changes.
  package static func kind(_ desk: String, _ folders: [Workspace.Folder]) throws(RuntimeFault) -> PrivateView {
    try trial(desk, isOverlay: false)
    guard (try? trial(desk, isOverlay: true)) != nil else { return .copy }
    let mounts = (Files.text("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line -> String? in
      // Field 5 is the mount point, blanks as \040 (proc_pid_mountinfo(5)).
      line.split(separator: " ").dropFirst(4).first.map { String($0).replacing("\\040", with: " ") }
    }
    for folder in folders where !folder.isReadOnly {
      guard !mounts.contains(where: { $0.hasPrefix("\(folder.path)/") }), !Files.isOnNetwork(folder.path),
        ForeignOwners.first(in: folder.path) == nil
      else { return .copy }
    }
    return .overlay
  }

  /// Runs `true` on a view of a folder of the desk's own; throws with the part that failed.
  static func trial(_ desk: String, isOverlay: Bool) throws(RuntimeFault) {
    let place = "\(desk)/shadow/probe-\(getpid())"
    defer { Files.removeTree(place) }
    for name in ["lower", "upper", "work"] {
      guard Files.makeDirectory("\(place)/\(name)", mode: 0o700) else {
        throw RuntimeFault(.fault, "`\(place)` can't be made: \(String(cString: strerror(errno)))")
      }
    }
    let mount =
      isOverlay
      ? Sandbox.Mount.overlay(
        path: "\(place)/lower", device: 0, inode: 0, upper: "\(place)/upper", work: "\(place)/work")
      : .copy(of: "\(place)/upper", at: "\(place)/lower")
    let pid = try ChildProcess.spawn(
      ["true"], environment: [], directory: "/", streams: .init(), diesWithParent: true,
      sandbox: Sandbox(mounts: [mount], keepsNetwork: false))
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else {
      throw RuntimeFault(.fault, "a program on a private view ended with \(status >> 8 & 0xFF)")
    }
  }
}

/// Files that belong to another user or group: in a user namespace that maps one of each nobody can change them.
enum ForeignOwners {
  /// The first such path at or below a folder, or one that can't be looked at; nil where there is none.
  static func first(in path: String) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return path }
    let own = (user: getuid(), group: getgid())
    guard status.st_uid == own.user, status.st_gid == own.group else { return path }
    guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return first(in: open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), own).map { name in
      name.isEmpty ? path : "\(path)/\(name)"
    }
  }

  /// A folder can hold very many files: names are made into text only where one is told.
  /// - Parameter descriptor: an open folder; it is closed.
  /// - Returns: the path below it, empty for the folder itself.
  private static func first(in descriptor: Int32, _ own: (user: uid_t, group: gid_t)) -> String? {
    guard descriptor >= 0, let stream = fdopendir(descriptor) else {
      close(descriptor)
      return ""
    }
    defer { closedir(stream) }
    var status = stat()
    while let entry = readdir(stream) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { name -> String? in
          if name[0] == 46, name[1] == 0 || name[1] == 46 && name[2] == 0 { return nil }
          guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
          guard status.st_uid == own.user, status.st_gid == own.group else { return String(cString: name) }
          guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
          let below = first(in: openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), own)
          return below.map { $0.isEmpty ? String(cString: name) : "\(String(cString: name))/\($0)" }
        }
      }
      if let found { return found }
    }
    return nil
  }
}

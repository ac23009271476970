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
  /// The first such path at or below a folder; nil where there is none.
  static func first(in path: String) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return path }
    guard status.st_uid == getuid(), status.st_gid == getgid() else { return path }
    guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
    guard let stream = opendir(path) else { return path }
    defer { closedir(stream) }
    let folder = dirfd(stream)
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { $0 }
      }
      if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { continue }
      guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      let place = "\(path)/\(String(cString: name))"
      guard status.st_uid == getuid(), status.st_gid == getgid() else { return place }
      if status.st_mode & S_IFMT == S_IFDIR, let found = first(in: place) { return found }
    }
    return nil
  }
}

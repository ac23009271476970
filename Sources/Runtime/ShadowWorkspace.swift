// The private view an agent works in: for each folder it may write, a folder on the desk that takes every change.
// The real folders stay as they are until a review is finished; the difference is what is proposed.

import Domain
import Effector
import Glibc

package struct ShadowWorkspace {
  let directory: String
  private let folders: [Workspace.Folder]
  private let kind: PrivateView
  /// Before anything could be changed in it: what is newer in a real folder was changed by somebody else.
  private let madeAt: FileTime
  private let copiedAt: FileTime?

  private static func path(_ desk: String, _ run: RunID) -> String { "\(desk)/shadow/run-\(run)" }

  /// A view was made for the run, and what it holds was not taken to its end.
  static func isLeft(_ desk: String, _ run: RunID) -> Bool {
    let place = path(desk, run)
    return access("\(place)/made", F_OK) == 0 && access("\(place)/taken", F_OK) != 0
  }

  /// Opens the run's view, or makes it.
  package init(desk: String, run: RunID, folders: [Workspace.Folder], kind: PrivateView) throws(RuntimeFault) {
    let directory = Self.path(desk, run)
    let folders = folders.filter { !$0.isReadOnly }
    let parts = kind == .copy ? ["copy"] : ["upper", "work"]
    let names = folders.indices.flatMap { index in parts.map { "\(directory)/\(index)/\($0)" } }
    guard names.allSatisfy({ Files.makeDirectory($0, mode: 0o700) }),
      let madeAt = Self.stamp("\(directory)/made", CLOCK_REALTIME_COARSE)
    else {
      throw RuntimeFault(.fault, "`\(directory)` can't be made: \(String(cString: strerror(errno)))")
    }
    self.directory = directory
    self.folders = folders
    self.kind = kind
    self.madeAt = madeAt
    copiedAt = kind == .copy ? try Self.copied(folders, directory) : nil
  }

  /// Copies the folders, once.
  private static func copied(_ folders: [Workspace.Folder], _ directory: String) throws(RuntimeFault) -> FileTime {
    if access("\(directory)/copied", F_OK) != 0 {
      for (index, folder) in folders.enumerated() {
        let pid = try ChildProcess.spawn(
          ["cp", "-a", "--reflink=auto", "--", "\(folder.path)/.", "\(directory)/\(index)/copy"],
          environment: ["PATH=/usr/bin:/bin"], directory: "/", streams: .init(), diesWithParent: true)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else { throw RuntimeFault(.fault, "`\(folder.path)` can't be copied for the private view") }
      }
    }
    guard let copiedAt = stamp("\(directory)/copied", CLOCK_REALTIME) else {
      throw RuntimeFault(.fault, "`\(directory)` can't be written")
    }
    // Files are stamped by a coarser clock that lags behind: the program starts when that has passed, too.
    var now = timespec()
    repeat {
      poll(nil, 0, 1)
      clock_gettime(CLOCK_REALTIME_COARSE, &now)
    } while FileTime(seconds: now.tv_sec, nanoseconds: now.tv_nsec) <= copiedAt
    return copiedAt
  }

  /// A time that is written down when it is first asked for; nil where that can't be.
  private static func stamp(_ path: String, _ clock: clockid_t) -> FileTime? {
    let words = Files.text(path)?.split(separator: " ").compactMap { Int($0) } ?? []
    if words.count == 2 { return FileTime(seconds: words[0], nanoseconds: words[1]) }
    var time = timespec()
    clock_gettime(clock, &time)
    let text = Array("\(time.tv_sec) \(time.tv_nsec)".utf8)
    return Files.write(text, to: path, mode: 0o600)
      ? FileTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec) : nil
  }

  private func upper(_ index: Int) -> String { "\(directory)/\(index)/\(kind == .copy ? "copy" : "upper")" }

  /// What the agent's processes see: the system read-only, nothing of the home, of the desk and of other programs'
  /// sockets, and the allowed folders.
  /// - Parameters:
  ///   - shown: files and folders that the agent needs besides, absolute.
  ///   - kept: folders of its own that it may write as they are, absolute and real.
  package func sandbox(
    desk: String, workspace: Workspace, shown: [String], kept: [String] = [], keepsNetwork: Bool
  ) throws(RuntimeFault) -> Sandbox {
    let real = Self.hidden(desk: desk, workspace: workspace)
    let hidden = real.filter { path in !real.contains { $0 != path && Self.lies(path, below: $0) } }.sorted()
    var mounts = hidden.map { Sandbox.Mount.hidden($0) }
    for path in Set(shown).sorted() {
      guard let place = Files.real(path) else { throw RuntimeFault(.usage, "`\(path)` does not exist") }
      guard !real.contains(where: { Self.lies($0, below: place) }), !Self.lies(place, below: desk) else {
        throw RuntimeFault(.usage, "an agent can't be shown `\(path)`: the desk or the home lies in it")
      }
      if hidden.contains(where: { Self.lies(place, below: $0) }) { mounts.append(.shown(place, as: path)) }
    }
    for path in kept {
      // Neither what is reviewed nor what it must not see may lie in what it writes unseen, or the other way round.
      let others = real.union(workspace.folders.map(\.path)).union([desk])
      let isOwn =
        Files.isDirectory(path) && !others.contains { Self.lies($0, below: path) }
        && !workspace.folders.contains { Self.lies(path, below: $0.path) } && !Self.lies(path, below: desk)
      guard isOwn else {
        throw RuntimeFault(
          .usage,
          "an agent can't keep `\(path)`: it is no folder, or the home, the desk or an allowed folder lies there")
      }
      mounts.append(.copy(of: path, at: path))
    }
    for (index, folder) in folders.enumerated() {
      if kind == .copy {
        mounts.append(.copy(of: upper(index), at: folder.path))
        continue
      }
      var status = stat()
      guard stat(folder.path, &status) == 0 else {
        throw RuntimeFault(.usage, "the folder `\(folder.path)` does not exist")
      }
      mounts.append(
        .overlay(
          path: folder.path, device: UInt64(status.st_dev), inode: UInt64(status.st_ino), upper: upper(index),
          work: "\(directory)/\(index)/work"))
    }
    for folder in workspace.folders where folder.isReadOnly { mounts.append(.shown(folder.path, as: folder.path)) }
    mounts += Self.sealed(workspace)
    return Sandbox(mounts: mounts, keepsNetwork: keepsNetwork)
  }

  /// Where a program that leaves its folder would write into nothing: beside the folders, and in the workspace's own.
  /// Homes and temporary folders stay writable: many programs can't do without.
  static func sealed(_ workspace: Workspace) -> [Sandbox.Mount] {
    let open = Set(["/", "/tmp", "/var/tmp", "/run"] + homes.compactMap { Files.real($0) })
    let beside = workspace.folders.map {
      String($0.path.prefix(upTo: $0.path.lastIndex(of: "/") ?? $0.path.startIndex))
    }
    return Set([workspace.directory] + beside).compactMap { $0.isEmpty ? nil : Files.real($0) }
      .filter { !open.contains($0) }.sorted().map { .sealed($0) }
  }

  /// The home that is set, and the one that this user has whatever is set.
  private static var homes: [String] {
    let own = getpwuid(getuid()).flatMap { entry in entry.pointee.pw_dir.map { String(cString: $0) } }
    return [Desk.variable("HOME"), own].compactMap { $0 }.filter { !$0.isEmpty }
  }

  /// What no agent sees: other programs' sockets, the home, the desk, the rules of the workspace.
  static func hidden(desk: String, workspace: Workspace) -> Set<String> {
    let candidates = ["/tmp", "/run", "/var/tmp", desk, workspace.directory] + homes
    return Set(candidates.compactMap { $0.isEmpty ? nil : Files.real($0) }.filter { $0 != "/" })
  }

  static func lies(_ path: String, below folder: String) -> Bool {
    path == folder || "\(path)/".utf8.starts(with: "\(folder)/".utf8)
  }

  package func difference() throws(ScopeFault) -> [(path: FilePath, change: ShadowChange)] {
    var touched: [FilePath] = []
    return try difference(touched: &touched)
  }

  /// Every change of the view, by the path it has in the workspace.
  /// - Parameters:
  ///   - isFinal: false while the program may still write.
  ///   - touched: files of which only the time is another.
  package func difference(
    isFinal: Bool = true, touched: inout [FilePath]
  ) throws(ScopeFault) -> [(path: FilePath, change: ShadowChange)] {
    var out: [(path: FilePath, change: ShadowChange)] = []
    for (index, folder) in folders.enumerated() {
      var difference = try ShadowDifference(
        lower: folder.path, upper: upper(index), madeAt: madeAt, copiedAt: copiedAt, isFinal: isFinal)
      for change in Self.withoutRepositories(try difference.read()) {
        out.append((FilePath(folder: folder.label, relative: change.path), change))
      }
      touched += difference.touched.map { FilePath(folder: folder.label, relative: $0) }
    }
    return out
  }

  /// `.git` is never touched: all that was changed in one is said in one word.
  private static func withoutRepositories(_ changes: [ShadowChange]) -> [ShadowChange] {
    var out: [ShadowChange] = []
    var own: [[UInt8]: Int] = [:]
    for change in changes {
      let parts = change.path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      guard let place = parts.firstIndex(where: { String(decoding: $0, as: UTF8.self).lowercased() == ".git" }) else {
        out.append(change)
        continue
      }
      own[Array(parts[...place].joined(separator: [UInt8(ascii: "/")])), default: 0] += 1
    }
    for (path, count) in own.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let words = "\(count) change\(count == 1 ? "" : "s") of a git repository’s own files"
      out.append(ShadowChange(path: path, deed: .special(words), stamp: [Int64(count)], isOvertaken: false))
    }
    return out
  }

  /// A file as the agent left it.
  func read(_ path: FilePath) throws(ScopeFault) -> FileState {
    guard let index = folders.firstIndex(where: { $0.label == path.folder }) else {
      throw ScopeFault(.outside, path.display)
    }
    return try FolderScope(
      Workspace.Folder(label: path.folder, path: upper(index), isReadOnly: true)
    ).read(path)
  }

  /// The same place as an absolute path.
  func absolute(_ path: FilePath) -> [UInt8] {
    let folder = folders.first { $0.label == path.folder }?.path ?? ""
    return Array(folder.utf8) + [UInt8(ascii: "/")] + path.relative
  }

  /// Every change has become a step; nothing is left to look for.
  func setTaken(_ isTaken: Bool) {
    if isTaken { _ = Files.write([], to: "\(directory)/taken", mode: 0o600) } else { unlink("\(directory)/taken") }
  }

  /// When everything in it is decided and done.
  package static func remove(_ desk: String, _ run: RunID) { Files.removeTree(path(desk, run)) }
}

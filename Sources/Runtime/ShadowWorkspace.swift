// The private view an agent works in: for each folder it may write, a folder on the desk that takes every change.
// The real folders stay as they are until a review is finished; the difference is what is proposed.

import Domain
import Effector
import Glibc

struct ShadowWorkspace {
  private let directory: String
  private let folders: [Workspace.Folder]
  /// Before anything could be changed in it: what is newer in a real folder was changed by somebody else.
  private let madeAt: (seconds: Int, nanoseconds: Int)

  private static func path(_ desk: String, _ run: RunID) -> String { "\(desk)/shadow/run-\(run)" }

  /// A view was made for the run, and what it holds was not taken to its end.
  static func isLeft(_ desk: String, _ run: RunID) -> Bool {
    let place = path(desk, run)
    return access("\(place)/made", F_OK) == 0 && access("\(place)/taken", F_OK) != 0
  }

  /// Opens the run's view, or makes it.
  init(desk: String, run: RunID, folders: [Workspace.Folder]) throws(RuntimeFault) {
    let directory = Self.path(desk, run)
    let folders = folders.filter { !$0.isReadOnly }
    let names = folders.indices.flatMap { ["\(directory)/\($0)/upper", "\(directory)/\($0)/work"] }
    guard names.allSatisfy({ Files.makeDirectory($0, mode: 0o700) }), let madeAt = Self.stamp(directory) else {
      throw RuntimeFault(.fault, "`\(directory)` can't be made: \(String(cString: strerror(errno)))")
    }
    self.directory = directory
    self.folders = folders
    self.madeAt = madeAt
  }

  /// When the view was made first; nil where that can't be written down.
  private static func stamp(_ directory: String) -> (seconds: Int, nanoseconds: Int)? {
    let words = Files.text("\(directory)/made")?.split(separator: " ").compactMap { Int($0) } ?? []
    if words.count == 2 { return (words[0], words[1]) }
    // The clock that file systems stamp with.
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    let text = Array("\(time.tv_sec) \(time.tv_nsec)".utf8)
    return Files.write(text, to: "\(directory)/made", mode: 0o600) ? (time.tv_sec, time.tv_nsec) : nil
  }

  private func upper(_ index: Int) -> String { "\(directory)/\(index)/upper" }

  /// What the agent's processes see: the system read-only, nothing of the home, of the desk and of other programs'
  /// sockets, and the allowed folders.
  /// - Parameter shown: files and folders that the agent needs besides, absolute.
  func sandbox(
    desk: String, workspace: Workspace, shown: [String], kept: [String], keepsNetwork: Bool
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
    for path in Set(kept).sorted() {
      guard let place = Files.real(path) else { throw RuntimeFault(.usage, "`\(path)` does not exist") }
      mounts.append(.copy(of: place, at: path))
    }
    for (index, folder) in folders.enumerated() {
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
    return Sandbox(mounts: mounts, keepsNetwork: keepsNetwork)
  }

  /// What no agent sees: other programs' sockets, the home, the desk, the rules of the workspace.
  static func hidden(desk: String, workspace: Workspace) -> Set<String> {
    let candidates = ["/tmp", "/run", "/var/tmp", Desk.variable("HOME") ?? "", desk, workspace.directory]
    return Set(candidates.compactMap { $0.isEmpty ? nil : Files.real($0) }.filter { $0 != "/" })
  }

  static func lies(_ path: String, below folder: String) -> Bool {
    path == folder || "\(path)/".utf8.starts(with: "\(folder)/".utf8)
  }

  /// Every change of the view, by the path it has in the workspace.
  func difference() throws(ScopeFault) -> [(path: FilePath, change: ShadowChange)] {
    var out: [(path: FilePath, change: ShadowChange)] = []
    for (index, folder) in folders.enumerated() {
      var difference = try ShadowDifference(lower: folder.path, upper: upper(index), madeAt: madeAt)
      for change in try difference.read() {
        out.append((FilePath(folder: folder.label, relative: change.path), change))
      }
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
  static func remove(_ desk: String, _ run: RunID) { Files.removeTree(path(desk, run)) }
}

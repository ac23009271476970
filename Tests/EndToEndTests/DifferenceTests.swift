import Domain
import Foundation
import Glibc
import TestKit
import Testing

@testable import Effector
@testable import Runtime

extension SessionTests {
  /// The same random program runs on a view and on a plain copy: the difference of the view, laid over the original, must
  /// give the plain copy.
  @Suite("Difference of a view", .enabled(if: canMakeViews))
  struct DifferenceTests {
    /// `RINGI_SEEDS=1000` looks longer.
    static let seeds = ProcessInfo.processInfo.environment["RINGI_SEEDS"].flatMap { UInt64($0) } ?? 24

    @Test("the difference is exactly what the program did", arguments: 1...Self.seeds, [PrivateView.overlay, .copy])
    func same(seed: UInt64, kind: PrivateView) throws {
      let folder = try Project.Folder()
      var random = Dice(seed: seed)
      let (original, plain, files) = (
        "\(folder.path)/original", "\(folder.path)/plain", "\(folder.path)/space/files"
      )
      let script = "\(folder.path)/job.sh"
      for place in [original, plain, files] {
        for name in ["", "d", "e/f"] {
          try FileManager.default.createDirectory(atPath: "\(place)/\(name)", withIntermediateDirectories: true)
        }
      }
      for name in ["a", "b", "d/c", "d/a", "e/f/a", "e/b"] {
        let text = String(repeating: "\(name)\n", count: 3 + Int(random.below(5)))
        for place in [original, plain, files] {
          try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
          chmod("\(place)/\(name)", 0o644)
        }
      }
      try job(&random).write(toFile: script, atomically: false, encoding: .utf8)
      try run(script, in: plain, nil)
      let workspace = Workspace(
        name: "t", directory: "\(folder.path)/space", goal: "", agent: "t",
        folders: [Workspace.Folder(label: "", path: files, isReadOnly: false)], insideDomains: [], knownDomains: [],
        sender: "")
      let desk = "\(folder.path)/desk"
      let view = try ShadowWorkspace(desk: desk, run: RunID(1), folders: workspace.folders, kind: kind)
      try run(
        script, in: files,
        try view.sandbox(desk: desk, workspace: workspace, shown: [script], keepsNetwork: false))
      #expect(tree(files) == tree(original), "nothing of it is in the folder itself")
      let changes = try view.difference()
      try lay(changes.map(\.change), of: view, over: original)
      #expect(tree(original) == tree(plain), "\(changes.map(\.change))\n\(job)")
      #expect(Set(changes.map(\.change.key)).count == changes.count, "one change of a kind at a place")
      view.setTaken(true)
      ShadowWorkspace.remove(desk, RunID(1))
      #expect(!FileManager.default.fileExists(atPath: "\(desk)/shadow/run-1"))
    }

    /// Forty steps in a small space of names, so that places are used again and again.
    private func job(_ random: inout Dice) -> String {
      let files = ["a", "b", "c", "d/a", "d/c", "d/n", "e/b", "e/f/a", "n/a", "n/b"]
      let folders = ["d", "e", "e/f", "n"]
      var lines = ["umask 022"]
      for index in 0..<40 {
        let (one, two) = (files[random.below(files.count)], files[random.below(files.count)])
        let place = folders[random.below(folders.count)]
        lines.append(
          [
            "echo \(index) > \(one)", "echo \(index) >> \(one)", "rm -f \(one)", "mv \(one) \(two)", "touch \(one)",
            "cp \(one) \(two)", "mkdir -p \(place)", "rm -rf \(place)", "rmdir \(place)", "mv \(place) moved\(index)",
            "chmod 755 \(one)", "chmod 644 \(one)", "rm -rf \(place) && echo \(index) > \(place)",
            "cat \(one) > /dev/null", "chmod 700 \(place)", "chmod 711 \(place)", "mkdir -m 750 \(place)",
          ][random.below(17)] + " 2> /dev/null")
      }
      return lines.joined(separator: "\n") + "\nexit 0\n"
    }

    private func run(_ script: String, in directory: String, _ sandbox: Sandbox?) throws {
      let pid = try ChildProcess.spawn(
        ["sh", script], environment: ["PATH=/usr/bin:/bin"], directory: directory, streams: .init(),
        diesWithParent: true, sandbox: sandbox)
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      #expect(status == 0)
    }

    private func lay(_ changes: [ShadowChange], of view: ShadowWorkspace, over folder: String) throws {
      func place(_ path: [UInt8]) -> String { "\(folder)/\(String(decoding: path, as: UTF8.self))" }
      // Contents that move are taken before anything is removed.
      var moved: [[UInt8]: Data] = [:]
      for case let change in changes {
        if case .renamed(let from) = change.deed {
          moved[change.path] = try Data(contentsOf: URL(filePath: place(from)))
        }
      }
      for change in changes.reversed() {
        switch change.deed {
        case .removed: #expect(unlink(place(change.path)) == 0)
        case .removedFolder: continue
        case .renamed(let from): #expect(unlink(place(from)) == 0)
        case .written, .mode, .madeFolder, .folderMode, .special: continue
        }
      }
      for change in changes.reversed() where change.deed == .removedFolder { #expect(rmdir(place(change.path)) == 0) }
      for change in changes {
        switch change.deed {
        case .written(let mode), .mode(let mode):
          try FileManager.default.createDirectory(
            at: URL(filePath: place(change.path)).deletingLastPathComponent(), withIntermediateDirectories: true)
          let now = try view.read(FilePath(relative: change.path))
          try Data(now.bytes).write(to: URL(filePath: place(change.path)))
          chmod(place(change.path), mode_t(mode))
        case .renamed:
          try FileManager.default.createDirectory(
            at: URL(filePath: place(change.path)).deletingLastPathComponent(), withIntermediateDirectories: true)
          try (moved[change.path] ?? Data()).write(to: URL(filePath: place(change.path)))
          chmod(place(change.path), mode_t(try view.read(FilePath(relative: change.path)).mode))
        case .madeFolder(let mode):
          try FileManager.default.createDirectory(atPath: place(change.path), withIntermediateDirectories: true)
          #expect(chmod(place(change.path), mode_t(mode)) == 0)
        case .folderMode(let mode): #expect(chmod(place(change.path), mode_t(mode)) == 0)
        case .removed, .removedFolder: continue
        case .special(let what): Issue.record("\(what)")
        }
      }
    }

    private func tree(_ path: String) -> [String: String] {
      var out: [String: String] = [:]
      for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
        var status = stat()
        lstat("\(path)/\(name)", &status)
        let text = (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? ""
        out[name] =
          status.st_mode & S_IFMT == S_IFDIR ? "folder \(status.st_mode & 0o7777)" : "\(status.st_mode & 0o777) \(text)"
      }
      return out
    }
  }
}

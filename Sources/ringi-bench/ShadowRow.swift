// P15: a private view of a folder with very many files: until a program runs in it, and its difference after a hundred
// changes, beside `cp -a` and `git status` on the same folder; the copy that takes its place beside `cp -a`.

import Domain
import Glibc
import Runtime

enum ShadowRow {
  static func measure(isQuick: Bool) throws -> [Row] {
    let count = isQuick ? 10_000 : 100_000
    let base = "/tmp/ringi-bench-view-\(getpid())"
    let (files, desk) = ("\(base)/files", "\(base)/desk")
    defer { _ = Program.run(["rm", "-rf", base]) }
    for folder in [base, files, desk] { mkdir(folder, 0o700) }
    for index in 0..<count {
      if index % 100 == 0 { mkdir("\(files)/\(index / 100)", 0o755) }
      let file = open("\(files)/\(index / 100)/\(index % 100)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
      _ = "a file with a few words in it, the same in all of them: \(index)\n".withCString {
        write(file, $0, strlen($0))
      }
      close(file)
    }
    let git = ["git", "-C", files, "-c", "user.name=b", "-c", "user.email=b@b"]
    let workspace = Workspace(
      name: "b", directory: base, goal: "", agent: "b",
      folders: [Workspace.Folder(label: "", path: files, isReadOnly: false)], insideDomains: [], knownDomains: [],
      sender: "")
    var (ready, difference, copies, statuses) = ([Double](), [Double](), [Double](), [Double]())
    for round in 1...(isQuick ? 3 : 5) {
      let start = Stopwatch.now()
      let kind = try ShadowProbe.kind(desk, workspace.folders)
      let view = try ShadowWorkspace(desk: desk, run: RunID(Int64(round)), folders: workspace.folders, kind: kind)
      let sandbox = try view.sandbox(desk: desk, workspace: workspace, shown: [], keepsNetwork: false)
      func inside(_ words: [String]) throws {
        var status: Int32 = 0
        waitpid(
          try ChildProcess.spawn(
            words, environment: ["PATH=/usr/bin:/bin"], directory: files, streams: .init(), diesWithParent: true,
            sandbox: sandbox), &status, 0)
      }
      try inside(["true"])
      ready.append(Stopwatch.now() - start)
      try inside(["sh", "-c", "n=0; while [ $n -lt 100 ]; do echo x >> $n/7; n=$((n+1)); done"])
      let before = Stopwatch.now()
      let changes = try view.difference().count
      difference.append(Stopwatch.now() - before)
      precondition(changes == 100, "a hundred files were changed")
      ShadowWorkspace.remove(desk, RunID(Int64(round)))
      copies.append(Program.run(["cp", "-a", "--reflink=auto", files, "\(base)/copy"]))
      if round == 1 {
        _ = Program.run(["git", "init", "-q", "\(base)/copy"])
        let inCopy = ["git", "-C", "\(base)/copy"] + git.dropFirst(3)
        _ = Program.run(inCopy + ["add", "-A"])
        _ = Program.run(inCopy + ["commit", "-qm", "b"])
        _ = Program.run(["sh", "-c", "cd \(base)/copy; n=0; while [ $n -lt 100 ]; do echo x >> $n/7; n=$((n+1)); done"])
        for _ in 0..<5 { statuses.append(Program.run(inCopy + ["status", "--porcelain"])) }
      }
      _ = Program.run(["rm", "-rf", "\(base)/copy"])
    }
    return [
      Row(
        name: "P15", what: "a view of \(count) files: until a program has run in it", unit: "ms", own: ready,
        peer: "cp -a", peerValues: copies, note: "the owners of all files are looked at"),
      Row(
        name: "P15", what: "the difference after 100 changes", unit: "ms", own: difference, peer: "git status",
        peerValues: statuses),
    ]
  }
}

/// A program as a peer: milliseconds it takes, its output thrown away.
enum Program {
  static func run(_ words: [String]) -> Double {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let start = Stopwatch.now()
    guard posix_spawnp(&pid, words[0], &actions, nil, arguments, environ) == 0 else { return 0 }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return Stopwatch.now() - start
  }
}

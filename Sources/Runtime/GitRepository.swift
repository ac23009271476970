// A push of a branch: what it would do is read from the repository by a git that can change nothing and reach nobody, and
// done from a bare repository of Ringi's own that only borrows the objects. So neither hooks nor settings of the
// repository, which an agent can write, have a say in where it goes or what runs (gitrepository-layout(5), `alternates`).

import Domain
import Effector
import GateKeeper
import Glibc

/// Why a push can't be proposed or done, in words.
struct GitFault: Error { let reason: String }

struct GitRepository {
  private let runner: CommandRunner
  private let desk: String
  private let workspace: Workspace
  private let path: String
  private static let git = "/usr/bin/git"
  private static let mostCommits = 200

  init(desk: String, workspace: Workspace, _ path: String) {
    runner = CommandRunner(desk: desk, workspace: workspace)
    self.desk = desk
    self.workspace = workspace
    self.path = path
  }

  // MARK: looking

  /// What pushing the branch would do now.
  /// - Parameter store: keeps the list of commits.
  func pushing(
    _ remote: String, _ branch: String, store: ([UInt8]) throws(JournalFault) -> Content
  ) throws -> (push: GitPush, summary: [UInt8]) {
    guard access(Self.git, X_OK) == 0 else { throw GitFault(reason: "git is not installed as \(Self.git)") }
    guard Self.isName(remote), Self.isName(branch) else {
      throw GitFault(reason: "a remote and a branch are names like `origin` and `main`")
    }
    let ref = "refs/heads/\(branch)"
    guard let new = line(["rev-parse", "--verify", "--end-of-options", "\(ref)^{commit}"]) else {
      throw GitFault(reason: "`\(path)` has no branch `\(branch)`\(others(["branch", "--format=%(refname:short)"]))")
    }
    guard
      let raw = line(["config", "--get", "remote.\(remote).pushurl"])
        ?? line(["config", "--get", "remote.\(remote).url"])
    else { throw GitFault(reason: "`\(path)` has no remote `\(remote)`\(others(["remote"]))") }
    let url = try withBare { bare in try Self.destination(raw, bare) }
    let old = line(["rev-parse", "--verify", "--end-of-options", "refs/remotes/\(remote)/\(branch)^{commit}"]) ?? ""
    let range = old.isEmpty ? [new, "--not", "--remotes=\(remote)"] : ["\(old)..\(new)"]
    guard let commits = line(["rev-list", "--count"] + range).flatMap({ Int($0) }),
      let lost = old.isEmpty ? 0 : line(["rev-list", "--count", "\(new)..\(old)"]).flatMap({ Int($0) })
    else { throw GitFault(reason: "the commits of `\(branch)` can't be counted") }
    guard commits > 0 || lost > 0 || old.isEmpty else {
      throw GitFault(reason: "`\(remote)` has all of `\(branch)` already")
    }
    let summary = try summary(range, old: old, new: new, commits: commits)
    return (
      GitPush(
        repository: path, url: url, ref: ref, old: old, new: new, commits: commits, lost: lost,
        summary: try store(summary)), summary
    )
  }

  /// What could be named instead.
  private func others(_ question: [String]) -> String {
    let names = String(decoding: look(question) ?? [], as: UTF8.self).split(separator: "\n").prefix(9)
    return names.isEmpty ? ": it has none" : "; it has \(names.joined(separator: ", "))"
  }

  private func summary(_ range: [String], old: String, new: String, commits: Int) throws(GitFault) -> [UInt8] {
    let format = "--format=%h %ad %an: %s"
    guard let log = look(["log", "--no-color", "--date=short", format, "-n", "\(Self.mostCommits)"] + range) else {
      throw GitFault(reason: "its commits can't be listed")
    }
    let more = commits > Self.mostCommits ? "… and \(commits - Self.mostCommits) earlier commits\n" : ""
    // The empty tree: what a new branch brings is all it has.
    let from = old.isEmpty ? "4b825dc642cb6eb9a060e54bf8d69288fbee4904" : old
    guard let stat = look(["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--stat=100", from, new]) else {
      throw GitFault(reason: "what its commits change can't be summed up")
    }
    return log + Array(more.utf8) + [10] + stat
  }

  private func look(_ words: [String]) -> [UInt8]? {
    // No helper of the repository's own settings is started, and nothing is written.
    let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks", "--no-pager"]
    return runner.look([Self.git, "-C", path] + safe + words, in: path)
  }

  private func line(_ words: [String]) -> String? {
    look(words).flatMap { String(validating: $0, as: UTF8.self) }.map { String($0.prefix { $0 != "\n" }) }
      .flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix("-") && !text.contains("..") && text.utf8.count < 200
      && text.utf8.allSatisfy { $0 > 32 && $0 != 127 && !"~^:?*[\\@{".utf8.contains($0) }
  }

  // MARK: pushing

  /// Only what was shown: where anything has moved since, nothing is pushed.
  func push(_ shown: GitPush) -> Outcome {
    do {
      let branch = String(shown.ref.dropFirst("refs/heads/".count))
      guard line(["rev-parse", "--verify", "--end-of-options", "\(shown.ref)^{commit}"]) == shown.new else {
        return .failed(
          detail: "`\(branch)` is no longer at \(shown.new.prefix(12)), which was shown; nothing was pushed")
      }
      return try withBare { bare in
        guard try Self.destination(shown.url, bare) == shown.url else {
          throw GitFault(reason: "your git settings send \(shown.url) elsewhere; nothing was pushed")
        }
        guard Files.write(Array("\(try objects())\n".utf8), to: "\(bare)/objects/info/alternates", mode: 0o600) else {
          throw GitFault(reason: "the desk can't be written")
        }
        let before = Self.remote(shown, bare)
        let result = Self.run(
          [
            "--git-dir=\(bare)", "-c", "core.hooksPath=/dev/null", "push", "--no-verify", "--porcelain",
            "--no-follow-tags",
            "--no-signed", "--force-with-lease=\(shown.ref):\(shown.old)", "--", shown.url, "\(shown.new):\(shown.ref)",
          ])
        // What goes wrong is asked of the remote itself; what could not be reached before was not pushed to.
        let outcome = Self.outcome(result, shown) { why in
          if case .unreachable(why) = before { return .at(shown.old) }
          return Self.remote(shown, bare)
        }
        if case .done = outcome { noteRemote(shown, branch, bare) }
        return outcome
      }
    } catch let fault as GitFault { return .failed(detail: fault.reason) } catch {
      return .failed(detail: "the repository can't be read")
    }
  }

  /// As git's own push does: where the remote branch stands now, or the next push would be held against what was before.
  private func noteRemote(_ shown: GitPush, _ branch: String, _ bare: String) {
    let names = String(decoding: look(["remote"]) ?? [], as: UTF8.self).split(whereSeparator: \.isNewline).map(
      String.init)
    let none = String(repeating: "0", count: shown.new.count)
    for name in names where Self.isName(name) {
      let raw = line(["config", "--get", "remote.\(name).pushurl"]) ?? line(["config", "--get", "remote.\(name).url"])
      guard let raw, (try? Self.destination(raw, bare)) == shown.url else { continue }
      // No hook of the repository hears of it.
      _ = Self.run([
        "-C", path, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "update-ref",
        "refs/remotes/\(name)/\(branch)", shown.new, shown.old.isEmpty ? none : shown.old,
      ])
    }
  }

  /// Where a remote branch stands; empty where there is none.
  private enum Remote {
    case at(String), unreachable(String)
    func words(_ shown: GitPush) -> String {
      switch self {
      case .at(let commit): "\(shown.ref) is \(commit.isEmpty ? "not there" : "at \(commit.prefix(12))")"
      case .unreachable(let why): "\(shown.url) can’t be reached: \(why)"
      }
    }
  }

  private static func remote(_ shown: GitPush, _ bare: String) -> Remote {
    let result = run(["--git-dir=\(bare)", "ls-remote", "--", shown.url, shown.ref])
    let lines = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard result.end == .code(0) else { return .unreachable(String(lines.last?.prefix(300) ?? "no answer")) }
    // A warning may stand before it.
    let line = lines.first { $0.hasSuffix("\t\(shown.ref)") }
    return .at(String(line?.prefix { $0 != "\t" } ?? ""))
  }

  /// - Parameter remote: where the remote branch stands by now; it is told the last line of what went wrong.
  private static func outcome(
    _ result: ChildCommand.Result, _ shown: GitPush, remote: (_ why: String) -> Remote
  ) -> Outcome {
    let said = String(decoding: result.output, as: UTF8.self)
    let lines = said.split(whereSeparator: \.isNewline)
    switch result.end {
    case .code(0): return .done(detail: "\(shown.ref) is at \(shown.new.prefix(12)) now")
    case .code where said.contains("stale info"):
      return .failed(
        detail:
          "the remote branch has moved since it was last fetched; nothing was pushed: fetch, then propose it again")
    case .code(let code):
      let refusal = lines.first { $0.hasPrefix("!") }
      let why = refusal ?? lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("remote:") } ?? lines.last ?? ""
      let words = "git ended with \(code): \(why.prefix(300))"
      if let refusal, refusal.contains("rejected]") { return .failed(detail: words) }
      // An answer that was lost on its way is no answer: the remote says what came of it.
      let now = remote(String(lines.last?.prefix(300) ?? "no answer"))
      return switch now {
      case .at(shown.new): .done(detail: "\(shown.ref) is at \(shown.new.prefix(12)) now, though \(words)")
      case .at(shown.old): .failed(detail: "\(words); \(now.words(shown)), as before")
      case .at, .unreachable: .unknown(detail: "\(words); \(now.words(shown))")
      }
    case .notStarted(let reason): return .failed(detail: reason)
    case .signal, .timeOut, .stopped: return .unknown(detail: "git was ended before it had said what came of the push")
    }
  }

  /// Where the objects lie; only in an allowed folder, whatever the repository says.
  private func objects() throws(GitFault) -> String {
    guard let words = line(["rev-parse", "--path-format=absolute", "--git-path", "objects"]),
      let place = Files.real(words),
      workspace.folders.contains(where: { folder in
        Files.real(folder.path).map { ShadowWorkspace.lies(place, below: $0) } ?? false
      })
    else { throw GitFault(reason: "the objects of `\(path)` lie outside the allowed folders") }
    return place
  }

  /// Where git, with the person's own settings, takes such an address.
  private static func destination(_ raw: String, _ bare: String) throws(GitFault) -> String {
    let isPath = raw.hasPrefix("/")
    let isSSH = !raw.contains("://") && raw.contains(":") && !raw.contains("::") && !raw.hasPrefix(":")
    let schemes = ["https://", "ssh://", "file://"]
    guard isPath || isSSH || schemes.contains(where: { raw.hasPrefix($0) }),
      !raw.utf8.contains(where: { $0 <= 32 || $0 == 127 })
    else { throw GitFault(reason: "`\(raw)` is no address that is pushed to: https, ssh or a path") }
    _ = run(["--git-dir=\(bare)", "config", "remote.r.url", raw])
    let result = run(["--git-dir=\(bare)", "remote", "get-url", "--push", "r"])
    let url = String(decoding: result.output, as: UTF8.self).prefix { $0 != "\n" }
    guard result.end == .code(0), !url.isEmpty else { throw GitFault(reason: "git can't say where `\(raw)` is") }
    return String(url)
  }

  private func withBare<T>(_ body: (String) throws -> T) throws -> T {
    let bare = "\(desk)/push-\(getpid())"
    defer { Files.removeTree(bare) }
    guard Self.run(["init", "--quiet", "--bare", "--template=", bare]).end == .code(0),
      Files.makeDirectory("\(bare)/objects/info", mode: 0o700)
    else { throw GitFault(reason: "git can't make a repository on the desk") }
    return try body(bare)
  }

  /// With what the person's own git has: keys and credentials, but no terminal to ask on.
  private static func run(_ words: [String]) -> ChildCommand.Result {
    let kept = ["HOME", "SSH_AUTH_SOCK", "XDG_CONFIG_HOME", "LANG"].compactMap { name in
      Desk.variable(name).map { "\(name)=\($0)" }
    }
    return ChildCommand(
      arguments: [git] + words,
      environment: kept + [
        "PATH=/usr/local/bin:/usr/bin:/bin", "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https:ssh:file",
        "GIT_SSH_COMMAND=ssh -o BatchMode=yes",
      ], diesWithHost: true
    ).run()
  }
}

extension StepMaker {
  func push(_ repository: String, _ remote: String, _ branch: String) throws -> Material {
    let main = loaded.workspace.folders.first { $0.label.isEmpty }?.path ?? "/"
    let place = repository.isEmpty ? main : repository.hasPrefix("/") ? repository : "\(main)/\(repository)"
    let isInside =
      loaded.workspace.folders.contains { $0.path == place }
      || scopes.locate(Array(place.utf8)).map { scopes.isFolder($0) } ?? false
    guard isInside else { return Material(effect: .outside(operation: "push the repository", path: place)) }
    do {
      let (push, summary) = try GitRepository(desk: store.directory, workspace: loaded.workspace, place).pushing(
        remote, branch, store: store.store)
      var material = Material(effect: .push(push))
      material.images.after = summary
      material.contentText = String(decoding: summary, as: UTF8.self)
      return material
    } catch let fault as GitFault { throw ProposalFault(reason: fault.reason) }
  }
}

// Runs an approved command: the folders of the workspace as they are, the rest of the system read-only, nothing of the
// home and the desk, no network, a time and a limit of output. Without namespaces it runs nothing.

import Domain
import Effector
import GateKeeper
import Glibc

struct CommandRunner {
  /// Where the system keeps its programs.
  static let places = ["/usr/", "/bin/", "/sbin/", "/opt/"]
  /// How long it may take, in milliseconds, and how much of its output is kept, in bytes.
  static let patience: Int64 = 60_000
  static let most = 1 << 16

  let desk: String
  let workspace: Workspace
  /// True once a person has stopped the run.
  var isStopped: () -> Bool = { false }

  /// What is shown before it is approved.
  static func limits(_ workspace: Workspace) -> [String] {
    let written = workspace.folders.filter { !$0.isReadOnly }.map(\.path)
    return [
      "may change: \(written.isEmpty ? "nothing" : written.joined(separator: ", "))",
      "sees the rest of the system read-only; not the home, not the desk, no network",
      "environment: \(environment.joined(separator: " ")) and an empty HOME",
      "at most \(patience / 1_000) s; \(most >> 10) KiB of its output are kept",
    ]
  }

  private static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]

  /// - Returns: with its code, where it ended by itself.
  func run(_ call: Invocation) -> (outcome: Outcome, output: String, code: Int?) {
    let (result, fault) = start(call.arguments, in: call.directory, mayWrite: true, most: Self.most)
    let text = String(decoding: result.output, as: UTF8.self)
    let cut = result.isCut ? ", of which the first \(Self.most >> 10) KiB are kept" : ""
    let lines = text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline).count
    let said =
      lines == 0
      ? "no output"
      : "\(lines) line\(lines == 1 ? "" : "s") of output\(lines > Host.maximumLines ? "; the first \(Host.maximumLines) are on the trail" : " on the trail")\(cut)"
    let outcome: Outcome =
      switch result.end {
      case .code(0): .done(detail: "ended with 0, \(said)")
      case .code(let code): .failed(detail: "ended with \(code), \(said)")
      case .signal(let signal): .failed(detail: "ended by signal \(signal), \(said)")
      case .stopped: .failed(detail: "stopped by a person, \(said)")
      case .timeOut: .failed(detail: "ended after \(Self.patience / 1_000) s, \(said)")
      case .notStarted(let reason): .failed(detail: fault.isEmpty ? reason : fault)
      }
    let code: Int? = if case .code(let code) = result.end { Int(code) } else { nil }
    return (outcome, text, code)
  }

  /// What a program prints that only looks: the folders are read-only for it. nil where it fails.
  func look(_ arguments: [String], in directory: String) -> [UInt8]? {
    let (result, _) = start(arguments, in: directory, mayWrite: false, most: 4 << 20)
    return result.end == .code(0) && !result.isCut ? result.output : nil
  }

  private func start(
    _ arguments: [String], in directory: String, mayWrite: Bool, most: Int
  ) -> (result: ChildCommand.Result, fault: String) {
    let home = Desk.variable("HOME") ?? "/tmp"
    var command = ChildCommand(
      arguments: arguments, environment: Self.environment + ["HOME=\(home)"], directory: directory,
      patience: Self.patience, most: most, diesWithHost: true)
    command.isUnwanted = isStopped
    let (words, own) = (command, sandbox(mayWrite: mayWrite))
    var fault = ""
    let result = command.run { input, output in
      do throws(RuntimeFault) {
        return try ChildProcess.spawn(
          words.arguments, environment: words.environment, directory: words.directory,
          streams: .init(input: input, output: output, error: mayWrite ? output : -1), diesWithParent: true,
          sandbox: own)
      } catch {
        fault = error.sentence
        return -EPERM
      }
    }
    return (result, fault)
  }

  private func sandbox(mayWrite: Bool) -> Sandbox {
    let hidden = ShadowWorkspace.hidden(desk: desk, workspace: workspace)
    let outermost = hidden.filter { path in !hidden.contains { $0 != path && ShadowWorkspace.lies(path, below: $0) } }
    return Sandbox(
      mounts: outermost.sorted().map { .hidden($0) }
        + workspace.folders.map {
          $0.isReadOnly || !mayWrite ? .shown($0.path, as: $0.path) : .copy(of: $0.path, at: $0.path)
        } + ShadowWorkspace.sealed(workspace),
      keepsNetwork: false)
  }
}

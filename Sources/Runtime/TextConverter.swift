// What a person can read of a file that is no text, as git's `textconv` does it: the desk names a command for an
// ending, the command gets a file (at `{}`, else as its last word) and prints text. It is for the eye only; the bytes themselves are what is approved.

import Glibc

struct TextConverter {
  private let desk: String
  private let commands: [String: [String]]

  init(desk: String, commands: [String: [String]]) {
    self.desk = desk
    self.commands = commands
  }

  /// How long a command may take, in milliseconds, and how much it may print, in bytes.
  private static let patience: Int64 = 10_000
  private static let most = 4 << 20

  private static func ending(_ name: String) -> String { name.split(separator: ".").last?.lowercased() ?? "" }

  /// What is said where a command is set up for the name and nothing came of it.
  func failure(_ name: String) -> String? {
    commands[Self.ending(name)]?.first.map { "`\($0)` could not read `\(name)`: only its bytes are known here" }
  }

  /// nil where no command is set up for the name, or it failed.
  func text(_ bytes: [UInt8], name: String) -> (words: String, text: [UInt8])? {
    let ending = Self.ending(name)
    guard let command = commands[ending], let program = command.first, !bytes.isEmpty else { return nil }
    let path = "\(desk)/convert-\(getpid()).\(ending)"
    guard Files.write(bytes, to: path, mode: 0o600) else { return nil }
    defer { unlink(path) }
    let words = command.contains("{}") ? command.map { $0 == "{}" ? path : $0 } : command + [path]
    return run(words).map { ("as `\(program)` reads it", $0) }
  }

  private func run(_ command: [String]) -> [UInt8]? {
    guard let ends = try? ChildProcess.pipe() else { return nil }
    let pid = try? ChildProcess.spawn(
      command, environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent"], directory: "/",
      streams: .init(output: ends.write), diesWithParent: true)
    close(ends.write)
    defer { close(ends.read) }
    guard let pid else { return nil }
    let end = Clocks.monotonic() + Self.patience
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var isWhole = false
    while out.count <= Self.most {
      var descriptor = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
      let left = end - Clocks.monotonic()
      guard left > 0, poll(&descriptor, 1, Int32(left)) > 0 else { break }
      let count = read(ends.read, &buffer, buffer.count)
      guard count > 0 else {
        isWhole = count == 0
        break
      }
      out += buffer[0..<count]
    }
    if !isWhole { kill(-pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return isWhole && status == 0 ? out : nil
  }
}

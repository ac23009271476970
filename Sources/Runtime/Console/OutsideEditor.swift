// A person's own editor on a step's text. The file lies on the desk, where no agent reaches it; what it comes back
// with is shown as a second difference before it can be approved. Modelines stay off: the text is an agent's.

import Glibc

struct OutsideEditor {
  private let desk: Desk
  init(_ desk: Desk) { self.desk = desk }

  /// The text as it was left; nil when the editor failed.
  func edit(_ text: String, name: String) throws(RuntimeFault) -> String? {
    let words = (Desk.variable("VISUAL") ?? Desk.variable("EDITOR") ?? "vi").split(separator: " ").map(String.init)
    guard let program = words.first, let found = ChildProcess.find(program) else {
      throw RuntimeFault(.usage, "`\(words.first ?? "")` is not a program on this machine; set EDITOR, or press e")
    }
    let ending = name.split(separator: ".").last.map { $0.filter { $0.isASCII && $0.isLetter } } ?? ""
    let path = "\(desk.directory)/edit-\(getpid()).\(ending.isEmpty || ending.count > 8 ? "txt" : ending)"
    guard Files.write(Array(text.utf8), to: path, mode: 0o600) else {
      throw RuntimeFault(.fault, "`\(path)` can't be written")
    }
    defer { unlink(path) }
    let base = program.split(separator: "/").last ?? ""
    let quiet = ["vi", "vim", "nvim", "view"].contains(base) ? ["--cmd", "set nomodeline"] : []
    let environment = ["PATH", "HOME", "LANG", "LC_ALL", "TERM", "USER", "TMUX"].compactMap { name in
      Desk.variable(name).map { "\(name)=\($0)" }
    }
    let pid = try ChildProcess.spawn(
      [found] + words.dropFirst() + quiet + [path], environment: environment, directory: nil,
      streams: .init(input: 0, output: 1, error: 2), diesWithParent: true, newSession: false)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else { return nil }
    return Files.text(path)
  }
}

// The sample workspaces, each time as a fresh copy outside the checkout.

import Glibc

package enum Samples {
  package static let names = ["contract-triage", "outgoing-drafts", "weekly-brief"]

  /// `$RINGI_SHARE`, `<executable>/../share/ringi`, or the checkout above the executable.
  static func share() throws(RuntimeFault) -> String {
    var candidates: [String] = []
    if let own = Desk.variable("RINGI_SHARE") { candidates.append(own) }
    var folder = Files.real(ChildProcess.ownPath()) ?? ""
    folder = parent(folder)
    candidates.append("\(parent(folder))/share/ringi")
    while folder.count > 1 {
      candidates.append(folder)
      folder = parent(folder)
    }
    if let found = candidates.first(where: { Files.isDirectory("\($0)/sample-workspaces") }) { return found }
    throw RuntimeFault(.usage, "the samples are not found; set RINGI_SHARE to the folder that holds sample-workspaces")
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// The path of the copy.
  package static func copy(_ name: String) throws(RuntimeFault) -> String {
    guard names.contains(name) else {
      throw RuntimeFault(.usage, "there is no sample `\(name)`; there are \(names.joined(separator: ", "))")
    }
    let source = "\(try share())/sample-workspaces/\(name)"
    let base = Desk.variable("TMPDIR") ?? "/tmp"
    let target =
      "\(base)/ringi-\(name)-\(Clocks.random(4).map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined())"
    guard mkdir(target, 0o700) == 0, tree(source, target) else {
      throw RuntimeFault(.fault, "the sample can't be copied to \(target): \(String(cString: strerror(errno)))")
    }
    return Files.real(target) ?? target
  }

  private static func tree(_ from: String, _ to: String) -> Bool {
    for name in Files.names(in: from) {
      let (source, target) = ("\(from)/\(name)", "\(to)/\(name)")
      if Files.isDirectory(source) {
        guard mkdir(target, 0o755) == 0, tree(source, target) else { return false }
      } else {
        guard let bytes = Files.read(source), Files.write(bytes, to: target, mode: 0o644) else { return false }
      }
    }
    return true
  }
}

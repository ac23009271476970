// Opening the desk: its folder, its key, its people and agents.

import AuditLog
import Domain
import GateKeeper
import Glibc
import Settings
import Storage

package final class Desk {
  package let directory: String
  package let store: DeskStore
  package let settings: DeskSettings
  package let person: Person
  package let verifierKey: String
  /// By which nobody can guess the content of a mail from its Message-ID.
  let mailSecret: [UInt8]
  package var gate: Gate<DeskStore> { Gate(journal: store) }
  /// Until something on the desk changes, a second at most.
  /// - Parameter orKeys: or for a line on standard input.
  /// - Returns: true when there is one.
  @discardableResult
  func waitForBell(orKeys: Bool = false) -> Bool {
    let bell = Doorbell(directory: directory)
    var ready = [
      pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
    ]
    poll(&ready, orKeys ? 2 : 1, 1_000)
    return ready[1].revents != 0
  }

  /// `$RINGI_DESK`, else `$XDG_DATA_HOME/ringi`, else `~/.local/share/ringi`.
  package static func location() throws(RuntimeFault) -> String {
    if let own = variable("RINGI_DESK") { return own }
    if let data = variable("XDG_DATA_HOME") { return "\(data)/ringi" }
    guard let home = variable("HOME") else {
      throw RuntimeFault(.usage, "neither RINGI_DESK nor HOME says where the desk is")
    }
    return "\(home)/.local/share/ringi"
  }

  /// Where the desk is or would be, as other programs are told.
  static func place() throws(RuntimeFault) -> String {
    let wanted = try location()
    return Files.real(wanted) ?? (wanted.hasPrefix("/") ? wanted : "\(Files.real(".") ?? "")/\(wanted)")
  }

  package static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// - Parameter mustExist: for verbs that only look: they make no desk where there is none.
  /// - Parameter needsSettings: false for what only looks: a slip in desk.yaml keeps nobody from checking the trail.
  package init(mustExist: Bool = false, needsSettings: Bool = true) throws(RuntimeFault) {
    let wanted = try Self.location()
    // Somebody who has written settings for it means a desk to be there.
    guard !mustExist || ["desk.db", "desk.yaml"].contains(where: { access("\(wanted)/\($0)", F_OK) == 0 }) else {
      throw RuntimeFault(
        .usage,
        "there is no desk at `\(wanted)`: `ringi`, started once, makes one; RINGI_DESK says where another one is"
      )
    }
    guard Files.makeDirectory(wanted, mode: 0o700), let directory = Files.real(wanted) else {
      throw RuntimeFault(.fault, "the desk `\(wanted)` can't be made: \(String(cString: strerror(errno)))")
    }
    try Self.checkFolder(directory)
    self.directory = directory
    let signer = try Self.signer(directory)
    verifierKey = signer.verifierKey
    mailSecret = signer.secret(for: "message-id")
    do { store = try DeskStore(directory: directory, clock: Clocks.desk, signer: signer) } catch {
      throw RuntimeFault(error)
    }
    settings = needsSettings ? try Self.settings(directory) : (try? Self.settings(directory)) ?? DeskSettings()
    let name = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid-\(getuid())"
    person = Person(name: name, role: settings.people[name] ?? "", authentication: .operatingSystem)
  }

  /// For what is told where the desk is and makes none itself.
  static func make() throws(RuntimeFault) { _ = try Desk() }

  static func settings(_ directory: String) throws(RuntimeFault) -> DeskSettings {
    do throws(SettingsFault) {
      guard let text = try Files.settings("\(directory)/desk.yaml", name: "desk.yaml") else { return DeskSettings() }
      return try DeskFile.read(text)
    } catch { throw RuntimeFault(error) }
  }

  private static func checkFolder(_ directory: String) throws(RuntimeFault) {
    var status = stat()
    guard stat(directory, &status) == 0, status.st_uid == getuid() else {
      throw RuntimeFault(.fault, "the desk `\(directory)` belongs to another user")
    }
    if status.st_mode & 0o077 != 0 { chmod(directory, 0o700) }
    if Files.isOnNetwork(directory) {
      throw RuntimeFault(
        .usage, "the desk `\(directory)` is on a network file system; set RINGI_DESK to a local folder")
    }
  }

  private static func signer(_ directory: String) throws(RuntimeFault) -> Signer {
    let path = "\(directory)/key"
    let name = "ringi-\(variable("HOSTNAME") ?? "desk")"
    if let text = Files.text(path) {
      let parts = text.split(whereSeparator: \.isWhitespace)
      guard parts.count == 2, let seed = Hex.decode(Array(parts[1].utf8)),
        let signer = Signer(name: String(parts[0]), seed: seed)
      else { throw RuntimeFault(.fault, "the desk's key `\(path)` can't be read") }
      return signer
    }
    // A new key would make a liar of every checkpoint there is.
    guard access("\(directory)/desk.db", F_OK) != 0 else {
      throw RuntimeFault(
        .fault, "the desk's key `\(path)` is gone: put it back; without it nothing can be recorded, so nothing is done")
    }
    let (signer, seed) = Signer.generate(name: name)
    // Two first starts at once: the one whose file appears counts.
    let draft = "\(path).\(getpid())"
    guard Files.write(Array("\(name) \(Hex.encode(seed))\n".utf8), to: draft, mode: 0o600) else {
      throw RuntimeFault(.fault, "the desk's key can't be written")
    }
    let made = link(draft, path) == 0
    unlink(draft)
    guard made else { return try self.signer(directory) }
    _ = Files.write(Array("\(signer.verifierKey)\n".utf8), to: "\(directory)/key.pub", mode: 0o644)
    return signer
  }
}

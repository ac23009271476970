// A settings file of another program, as a JSON object: what would change is shown before it is written, what others have put
// there stays.

import EffectPreview
import Glibc
import Wire

struct ClientSettings {
  let path: String
  /// Readable by everybody on this machine.
  let isForAll: Bool

  init(_ path: String, isForAll: Bool = false) { (self.path, self.isForAll) = (path, isForAll) }

  static func setting(_ key: String, _ value: JSON?, in object: JSON) -> JSON {
    var members = object.members ?? []
    if let index = members.firstIndex(where: { $0.key == key }) {
      if let value { members[index] = JSON.Member(key, value) } else { members.remove(at: index) }
    } else if let value {
      members.append(JSON.Member(key, value))
    }
    return .object(members)
  }

  /// An empty object where there is no file.
  func read() throws(RuntimeFault) -> JSON {
    guard let bytes = Files.read(path) else { return .object([]) }
    do {
      let value = try JSONReader.read(bytes)
      guard value.members != nil else { throw RuntimeFault(.usage, "`\(path)` is no JSON object; nothing was changed") }
      return value
    } catch let fault as RuntimeFault { throw fault } catch {
      throw RuntimeFault(.usage, "`\(path)` is no JSON that can be read; mend it first, nothing was changed")
    }
  }

  /// - Returns: nil where nothing would change.
  /// - Parameters:
  ///   - notes: said before the question.
  ///   - first: done before anything is written, after the yes.
  func write(
    _ old: JSON, _ new: JSON, _ isAsking: Bool, notes: String = "", first: () throws(RuntimeFault) -> Void = {}
  ) throws(RuntimeFault) -> String? {
    guard old != new else { return nil }
    let (before, after) = (
      old.members?.isEmpty == true ? "" : old.pretty, new.members?.isEmpty == true ? "" : new.pretty
    )
    Plain.print("\(path) changes:\n")
    Plain.print(
      DeskReport.lines(of: Preview.diff(Array(before.utf8), Array(after.utf8))).joined(separator: "\n") + "\n\(notes)")
    if isAsking {
      guard isatty(0) == 1 else { throw RuntimeFault(.refused, "a person at a terminal says yes to this, or --yes") }
      Plain.print("Write it? Type yes: ", terminator: "")
      guard readLine() == "yes" else { throw RuntimeFault(.refused, "nothing was written") }
    }
    try first()
    if after.isEmpty {
      guard unlink(path) == 0 else { throw RuntimeFault(.fault, "`\(path)`: \(String(cString: strerror(errno)))") }
      return "\(path) is gone\n"
    }
    // A link stays one: the file it leads to is written, with the permissions it has.
    let place = Files.real(path) ?? path
    let folder = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? "."
    let draft = "\(place).ringi-\(getpid())"
    var status = stat()
    let mode = stat(place, &status) == 0 ? status.st_mode & 0o777 : isForAll ? 0o644 : 0o600
    guard Files.makeDirectory(folder, mode: isForAll ? 0o755 : 0o700),
      Files.write(Array(after.utf8), to: draft, mode: 0o600),
      chmod(draft, mode) == 0, rename(draft, place) == 0
    else { throw RuntimeFault(.fault, "`\(path)` can't be written: \(String(cString: strerror(errno)))") }
    return "written: \(path)\n"
  }
}

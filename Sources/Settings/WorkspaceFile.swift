// workspace.yaml: names only. Command lines come from the desk's registry, or opening a workspace would run its code.

import Domain

package enum WorkspaceFile {
  /// - Parameters:
  ///   - directory: absolute path of the definition folder.
  ///   - isOfDesk: the desk made it for a folder that lies anywhere; what somebody hands over names its own folders only.
  package static func read(
    _ text: String, goal: String, directory: String, isOfDesk: Bool = false
  ) throws(SettingsFault) -> Workspace {
    let file = "workspace.yaml"
    let top = try Entry.document(text, file: file).mapping(["name", "agent", "folders", "mail", "matter", "connectors"])
    guard let name = top["name"], let list = top["folders"] else {
      throw SettingsFault(file: file, line: 1, column: 1, message: "`name:` and `folders:` are needed")
    }
    var folders: [Workspace.Folder] = []
    for entry in try list.list() { folders.append(try folder(entry, directory, isOfDesk)) }
    // A program that only calls other systems works in none.
    guard folders.filter({ $0.label.isEmpty }).count == 1 || isOfDesk && folders.isEmpty else {
      throw list.fault("exactly one folder has no `label`: the agent works there; give each of the others a `label:`")
    }
    let mail = try top["mail"]?.mapping(["sender", "inside", "known"]) ?? [:]
    var workspace = Workspace(
      name: try name.text(), directory: directory, goal: goal, agent: try top["agent"]?.text() ?? "rules-agent",
      folders: folders, insideDomains: try domains(mail["inside"]), knownDomains: try domains(mail["known"]),
      sender: try mail["sender"]?.text() ?? "", matter: try top["matter"]?.text() ?? "")
    for entry in try top["connectors"]?.texts() ?? [] { workspace.connectors.append(try entry.text()) }
    return workspace
  }

  private static func folder(_ entry: Entry, _ directory: String, _ isOfDesk: Bool) throws(SettingsFault)
    -> Workspace.Folder
  {
    let fields = try entry.mapping(["path", "label", "access"])
    guard let path = fields["path"] else { throw entry.fault("the folder has no `path`") }
    let relative = try path.text()
    let isElsewhere = isOfDesk && relative.hasPrefix("/")
    guard isElsewhere || !relative.hasPrefix("/"), !relative.split(separator: "/").contains(".."), relative != ".",
      !relative.isEmpty
    else {
      throw path.fault("a folder lies below the workspace’s own folder, without `..`")
    }
    let access = try fields["access"]?.text() ?? "read-write"
    guard ["read-only", "read-write"].contains(access) else {
      throw (fields["access"] ?? entry).fault(unknown("access", access, of: ["read-only", "read-write"]))
    }
    return Workspace.Folder(
      label: try fields["label"]?.text() ?? "", path: isElsewhere ? relative : "\(directory)/\(relative)",
      isReadOnly: access == "read-only")
  }

  private static func domains(_ entry: Entry?) throws(SettingsFault) -> [String] {
    guard let entry else { return [] }
    var out: [String] = []
    for item in try entry.texts() { out.append(try item.text().lowercased()) }
    return out
  }
}

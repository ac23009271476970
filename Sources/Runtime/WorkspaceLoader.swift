// A definition folder, the policy over it and the desk's ways out, read together and pinned by one digest: what was
// judged and shown under one of them is never performed under another.

import AuditLog
import Domain
import PolicyEngine
import Settings

package struct LoadedWorkspace {
  package let workspace: Workspace
  package let policy: Policy
  /// Where messages go, and who converts what; the desk's own.
  package let settings: DeskSettings
  /// Over everything a yes relies on beside the effect itself: both policy files, the definition, and the commands
  /// that take messages.
  package let policyDigest: Digest
}

package enum WorkspaceLoader {
  /// - Parameters:
  ///   - directory: the definition folder.
  ///   - desk: the desk's folder; it may hold the company's own `policy.yaml`.
  package static func load(_ directory: String, desk: String) throws(RuntimeFault) -> LoadedWorkspace {
    do {
      guard let real = Files.real(directory), Files.isDirectory(real) else {
        throw RuntimeFault(.usage, "there is no folder `\(directory)`")
      }
      guard
        let text = try Files.settings("\(real)/workspace.yaml", name: "workspace.yaml")
      else { throw RuntimeFault(.usage, "`\(directory)` holds no workspace.yaml; `ringi init \(directory)` makes one") }
      let goal = try Files.settings("\(real)/goal.txt", name: "goal.txt") ?? ""
      let workspace = try WorkspaceFile.read(text, goal: goal, directory: real)
      try check(workspace, desk: desk)
      let (policy, bytes) = try self.policy(workspaceDirectory: real, desk: desk)
      let settings = try Desk.settings(desk)
      let all = bytes + [0] + Array(text.utf8) + [0] + waysOut(settings)
      return LoadedWorkspace(
        workspace: workspace, policy: policy, settings: settings, policyDigest: Hashing.sha256(all))
    } catch let fault as SettingsFault {
      throw RuntimeFault(fault)
    } catch let fault as RuntimeFault {
      throw fault
    } catch {
      throw RuntimeFault(.fault, "`\(directory)` can't be read")
    }
  }

  /// Every word of the commands that take messages, so that no two settings give the same bytes.
  private static func waysOut(_ settings: DeskSettings) -> [UInt8] {
    [settings.mail, settings.chat, settings.calendar].flatMap { command in
      command.flatMap { Array($0.utf8) + [0] } + [1]
    }
  }

  /// The company's policy, and the workspace's when a folder is given.
  package static func policy(workspaceDirectory: String?, desk: String) throws(SettingsFault) -> (Policy, [UInt8]) {
    let company = try Files.settings("\(desk)/policy.yaml", name: "\(desk)/policy.yaml")
    let companyText = company ?? DefaultPolicy.text
    let file = company == nil ? DefaultPolicy.file : "\(desk)/policy.yaml"
    var (version, rules) = try PolicyFile.rules(companyText, file: file)
    if company != nil {
      // A short file of the company's own must not drop the floors that ship: they hold where it does not name them.
      let floors = try PolicyFile.rules(DefaultPolicy.text, file: DefaultPolicy.file).rules.filter(\.isAlways)
      // A rule for some targets only is no word on the rest of its kind.
      let named = Set(rules.filter { $0.targets.isEmpty && $0.exceptions.isEmpty }.flatMap(\.subjects))
      for var floor in floors {
        floor.subjects.removeAll { named.contains($0) }
        if !floor.subjects.isEmpty { rules.append(floor) }
      }
    }
    var own = ""
    if let workspaceDirectory {
      own = try Files.settings("\(workspaceDirectory)/policy.yaml", name: "policy.yaml") ?? ""
    }
    let workspaceRules = own.isEmpty ? [] : try PolicyFile.rules(own, file: "policy.yaml").rules
    return (
      Policy(version: version, company: rules, workspace: workspaceRules),
      Array(companyText.utf8) + [0] + Array(own.utf8)
    )
  }

  /// INVARIANT: policy, keys and stores lie outside every folder an agent may touch.
  private static func check(_ workspace: Workspace, desk: String) throws(RuntimeFault) {
    for folder in workspace.folders {
      guard Files.isDirectory(folder.path), Files.real(folder.path) == folder.path else {
        throw RuntimeFault(.usage, "workspace.yaml: the folder `\(folder.path)` does not exist or is a link")
      }
      if "\(desk)/".hasPrefix("\(folder.path)/") || folder.path.hasPrefix("\(desk)/") {
        throw RuntimeFault(.usage, "workspace.yaml: the folder `\(folder.path)` and the desk overlap")
      }
    }
  }
}

// A definition folder, the policy over it and the desk's ways out, read together and pinned by one digest: what was
// judged and shown under one of them is never performed under another.

import AuditLog
import Domain
import Glibc
import PolicyEngine
import Settings

package struct LoadedWorkspace {
  package let workspace: Workspace
  package let policy: Policy
  /// Where messages go, and who converts what; the desk's own.
  package let settings: DeskSettings
  /// Over both policy files and the definition.
  package let policyDigest: Digest

  /// Over everything a yes to such a step relies on beside the effect itself: the rules, and the command that takes it.
  package func digest(for kind: ActionKind) -> Digest {
    let commands: [[String]]
    switch kind {
    case .mailSend: commands = [settings.mail]
    case .chatSend: commands = [settings.chat] + tools(settings.chatTool)
    case .eventInvite: commands = [settings.calendar, settings.mail] + tools(settings.calendarTool)
    // What a message is called by what is in it may go by any of them.
    case .personalDataSend, .contractSend, .other:
      commands =
        [settings.mail, settings.chat, settings.calendar] + tools(settings.chatTool) + tools(settings.calendarTool)
    default: return policyDigest
    }
    // Every word ends, and every command: no two settings give the same bytes.
    var bytes = policyDigest.bytes
    for command in commands {
      for word in command { bytes += Array(word.utf8) + [0] }
      bytes.append(1)
    }
    return Hashing.sha256(bytes)
  }
}

extension LoadedWorkspace {
  private func tools(_ way: ToolWay?) -> [[String]] { way?.settings(settings.connectors) ?? [] }
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
      let workspace = try WorkspaceFile.read(
        text, goal: goal, directory: real, isOfDesk: real.hasPrefix("\(desk)/\(Project.folder)/"))
      try check(workspace, desk: desk)
      let (policy, bytes) = try self.policy(workspaceDirectory: real, desk: desk)
      let settings = try Desk.settings(desk)
      let all = bytes + [0] + Array(text.utf8)
      return LoadedWorkspace(
        workspace: workspace, policy: policy, settings: settings, policyDigest: Hashing.sha256(all))
    } catch let fault as SettingsFault {
      // Two files are called policy.yaml: the workspace's says whose it is.
      let own = RuntimeFault(fault)
      let isOfDesk = fault.file.hasPrefix("/") || fault.file == "desk.yaml" || fault.file == DefaultPolicy.file
      throw isOfDesk ? own : RuntimeFault(own.code, "\(directory)/\(own.sentence)")
    } catch let fault as RuntimeFault {
      throw fault
    } catch {
      throw RuntimeFault(.fault, "`\(directory)` can't be read")
    }
  }

  /// What the files were like when they were looked at; another word means to read them again.
  package static func stamp(_ workspace: String, desk: String) -> String {
    let paths = ["\(desk)/policy.yaml", "\(desk)/desk.yaml", "\(workspace)/policy.yaml", "\(workspace)/workspace.yaml"]
    return paths.map { path -> String in
      var status = stat()
      guard stat(path, &status) == 0 else { return "none" }
      return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }.joined(separator: ", ")
  }

  /// The company's policy, and the workspace's when a folder is given.
  package static func policy(workspaceDirectory: String?, desk: String) throws(SettingsFault) -> (Policy, [UInt8]) {
    let company = try Files.settings("\(desk)/policy.yaml", name: "\(desk)/policy.yaml")
    let companyText = company ?? DefaultPolicy.text
    let file = company == nil ? DefaultPolicy.file : "\(desk)/policy.yaml"
    var (version, rules, pauseAfter) = try PolicyFile.rules(companyText, file: file)
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
    var policy = Policy(version: version, company: rules, workspace: [])
    policy.pauseAfter = pauseAfter ?? Breaker.usual
    if !own.isEmpty {
      let word = try PolicyFile.rules(own, file: "policy.yaml")
      policy.workspace = word.rules
      if let own = word.pauseAfter { policy.pauseAfter = Breaker.stricter(policy.pauseAfter, own) }
    }
    return (policy, Array(companyText.utf8) + [0] + Array(own.utf8))
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

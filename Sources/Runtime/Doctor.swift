// `ringi doctor`: what this machine and this desk are like, each finding with its mend. It changes nothing.

import CursesTerminal
import Domain
import GateKeeper
import Glibc
import PolicyEngine
import Settings
import Storage
import Wire

package enum Doctor {
  package enum Health: String, Sendable { case good, care, bad }

  package struct Check: Sendable {
    package let name: String
    package let health: Health
    package let fact: String
    /// What to do; empty where nothing is needed.
    package let mend: String

    static func good(_ name: String, _ fact: String) -> Check { Check(name: name, health: .good, fact: fact, mend: "") }
    static func care(_ name: String, _ fact: String, _ mend: String) -> Check {
      Check(name: name, health: .care, fact: fact, mend: mend)
    }
    static func bad(_ name: String, _ fact: String, _ mend: String) -> Check {
      Check(name: name, health: .bad, fact: fact, mend: mend)
    }
  }

  package static func checks() -> [Check] {
    var out = terminal() + user()
    let desk: Desk
    do {
      desk = try Desk(mustExist: true)
    } catch {
      let place = (try? Desk.location()) ?? "?"
      let isThere = access("\(place)/desk.db", F_OK) == 0
      out.append(
        isThere
          ? .bad("desk", error.sentence, "mend what it says; the desk is `\(place)`")
          : .care("desk", "there is none yet at \(place)", "`ringi demo` or `ringi run` makes it"))
      if !isThere, let folder = Files.temporary() {
        out.append(view(folder))
        Files.removeTree(folder)
      }
      return out
    }
    out += self.desk(desk)
    out += settings(desk)
    out += agents(desk)
    return out
  }

  /// The lines as text, and whether one of them is bad.
  package static func report(_ checks: [Check], json: Bool) -> (text: String, isBad: Bool) {
    let isBad = checks.contains { $0.health == .bad }
    if json {
      let list = checks.map { check -> JSON in
        [
          "name": .string(check.name), "health": .string(check.health.rawValue), "fact": .string(check.fact),
          "mend": .string(check.mend),
        ]
      }
      return (JSON.array(list).pretty, isBad)
    }
    let lines = checks.map { check -> String in
      let sign = check.health == .good ? "✓" : check.health == .care ? "!" : "✗"
      let name = check.name + String(repeating: " ", count: max(1, 10 - check.name.count))
      let mend = check.mend.isEmpty ? "" : "\n             → \(check.mend)"
      return Plain.lines("\(sign) \(name) \(check.fact)\(mend)")
    }
    return (lines.joined(separator: "\n") + "\n", isBad)
  }

  // MARK: the terminal

  private static func terminal() -> [Check] {
    var out: [Check] = []
    let term = Desk.variable("TERM") ?? ""
    if term.isEmpty || term == "dumb" {
      out.append(
        .care("terminal", "TERM is `\(term)`: no full-screen console", "`ringi --plain` asks one question at a time"))
    } else {
      var size = winsize()
      let hasSize = ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      let words = hasSize ? "\(term), \(size.ws_col)x\(size.ws_row)" : "\(term), not on a terminal now"
      out.append(
        hasSize && (size.ws_col < 80 || size.ws_row < 24)
          ? .care("terminal", words, "80x24 or more shows list and preview together") : .good("terminal", words))
    }
    let names = ["LC_ALL", "LC_CTYPE", "LANG"]
    let locale = names.lazy.compactMap { Desk.variable($0) }.first ?? "C"
    out.append(
      locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
        ? .good("locale", locale)
        : .care("locale", "`\(locale)` is not UTF-8; Ringi asks for C.UTF-8 itself", "export LANG=C.UTF-8"))
    out.append(injection)
    return out
  }

  /// Linux 6.2 has the switch; before it every process of the terminal's session could type into it.
  static var injection: Check {
    switch Files.text("/proc/sys/dev/tty/legacy_tiocsti")?.first {
    case "0":
      return .good(
        "keys",
        "no other process can type into this terminal (TIOCSTI is off)\(getuid() == 0 ? ", but one of root’s" : "")")
    case "1":
      return .care(
        "keys", "another process of yours can type into this terminal (TIOCSTI)", "sysctl dev.tty.legacy_tiocsti=0")
    default:
      return .care(
        "keys", "this kernel does not say whether another process can type into this terminal (TIOCSTI)",
        "a kernel from 6.2 on, with dev.tty.legacy_tiocsti=0")
    }
  }

  private static func user() -> [Check] {
    getuid() != 0
      ? []
      : [
        .care(
          "user", "you are root: what goes wrong reaches everything, and a desk of root’s is not yours elsewhere",
          "run Ringi as the user whose files it works on")
      ]
  }

  // MARK: the desk

  private static func desk(_ desk: Desk) -> [Check] {
    var out: [Check] = []
    do throws(RuntimeFault) {
      _ = try DeskWall(desk: desk).wall()
      _ = try DeskReport(desk).list(run: nil, json: true)
      if let last = try journalled({ () throws(JournalFault) in try desk.store.runs(limit: 1) }).first {
        _ = try DeskReport(desk).list(run: last.id.value, json: true)
      }
    } catch {
      return [
        .bad("desk", "its tables can't be read: \(error.sentence)", "another RINGI_DESK, or the Ringi that made it")
      ]
    }
    var status = stat()
    stat(desk.directory, &status)
    out.append(
      status.st_mode & 0o077 == 0
        ? .good("desk", "\(desk.directory), for \(desk.person.name) alone")
        : .bad("desk", "\(desk.directory) can be read by others", "chmod 700 \(desk.directory)"))
    var key = stat()
    if stat("\(desk.directory)/key", &key) == 0, key.st_mode & 0o077 != 0 {
      out.append(
        .bad(
          "key", "the desk’s key can be read by others, who can write a trail with it",
          "chmod 600 \(desk.directory)/key"))
    }
    out.append(
      .care(
        "key", "your own user can read the desk’s key: the trail detects accidents and outsiders, not you",
        "`ringi audit verify --print-checkpoint` somewhere else, now and then; or a desk under a user of its own"))
    if let last = (try? desk.store.trail(of: nil, limit: 1))?.last, last.time > Clocks.now() {
      out.append(
        .bad(
          "clock", "the trail’s last entry is of \(last.time.rfc3339), which is still to come", "set the clock right"))
    } else {
      out.append(.good("clock", Clocks.now().rfc3339))
    }
    if let left = free(desk.directory) {
      out.append(
        left < leastRoom
          ? .bad("disk", "\(left >> 20) MiB left for the desk: nothing is done that can’t be recorded", "make room")
          : .good("disk", "\(left >> 20) MiB left for the desk"))
    }
    return out
  }

  /// Bytes a desk's disk should have: a day of large files.
  static let leastRoom = 200 << 20

  static func free(_ directory: String) -> Int? {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  private static func settings(_ desk: Desk) -> [Check] {
    var out: [Check] = []
    do {
      let (policy, _) = try WorkspaceLoader.policy(workspaceDirectory: nil, desk: desk.directory)
      let own = Files.text("\(desk.directory)/policy.yaml") != nil ? "the desk’s own" : "the one that ships"
      let grey = policy.greyAreas
      out.append(
        grey.isEmpty
          ? .good("policy", "\(own), version \(policy.version), \(policy.company.count) rules, nothing grey")
          : .care(
            "policy", "\(own); no rule for \(grey.map(\.rawValue).joined(separator: ", ")): Watched",
            "name them in \(desk.directory)/policy.yaml"))
    } catch { out.append(.bad("policy", error.sentence, "mend the line; until then no run starts")) }
    do throws(RuntimeFault) {
      let changed = try UserKeymap.read(desk).changed.count
      out.append(.good("keymap", changed == 0 ? "as shipped" : "\(changed) commands have other keys"))
    } catch { out.append(.bad("keymap", error.sentence, "mend the line, or remove the file")) }
    for (ending, command) in desk.settings.textconv.sorted(by: { $0.key < $1.key }) {
      guard let program = command.first, ChildProcess.find(program) == nil else { continue }
      out.append(
        .care(
          "textconv", ".\(ending): `\(program)` is not a program on this machine", "install it, or change desk.yaml"))
    }
    out += [
      delivery("mail", desk.settings.mail, "mail: {sendmail: […]}", desk),
      delivery("chat", desk.settings.chat, "chat: {command: […]}", desk, tool: desk.settings.chatTool),
      delivery("calendar", desk.settings.calendar, "calendar: {command: […]}", desk, tool: desk.settings.calendarTool),
    ]
    return out
  }

  private static func delivery(
    _ name: String, _ command: [String], _ setting: String, _ desk: Desk, tool: ToolWay? = nil
  ) -> Check {
    if let tool { return .good(name, "goes through `\(tool.tool)` of the connector `\(tool.connector)`") }
    guard let program = command.first else {
      return .care(
        name, "no \(name) command: what you send lands in \(desk.directory)/outbox", "\(setting) in desk.yaml")
    }
    return ChildProcess.find(program) == nil
      ? .bad(name, "`\(program)` is not a program on this machine", "install it, or change \(name): in desk.yaml")
      : .good(name, "goes through \(program)")
  }

  private static func view(_ directory: String) -> Check {
    do throws(RuntimeFault) {
      let kind = try ShadowProbe.kind(directory, [])
      return .good("view", "any program can run on a private view of the folders (\(kind.rawValue), no network)")
    } catch {
      return .care(
        "view", "no private view, so `ringi run --agent COMMAND` is refused: \(error.sentence)",
        "a kernel from 5.12 on that allows user namespaces (sysctl kernel.unprivileged_userns_clone=1)")
    }
  }

  /// A gate that the gated can take away is said to be one.
  private static func hooks() -> [Check] {
    func isInstalled(_ isManaged: Bool) -> Bool {
      (try? HookSettings(.claudeCode, isManaged: isManaged, workspace: nil))?.isInstalled ?? false
    }
    let codex: [Check] =
      (try? HookSettings(.codex, isManaged: false, workspace: nil))?.isInstalled != true
      ? []
      : [
        .care(
          "hook", "Codex asks here, once its hooks are trusted there; it takes a hook that crashes for a yes (weak)",
          "`speaks: codex` in desk.yaml starts it by its app-server, which asks")
      ]
    if isInstalled(true) { return [.good("hook", "Claude Code asks here, for everybody on this machine")] + codex }
    guard isInstalled(false) else { return codex }
    return codex + [
      .care(
        "hook",
        "Claude Code asks here by your own settings: a project’s settings (`disableAllHooks`) switch that off unseen",
        "`ringi hook install claude-code --managed`, as root")
    ]
  }

  private static func agents(_ desk: Desk) -> [Check] {
    var out: [Check] = [view(desk.directory)] + hooks()
    let names = Set(desk.settings.agents.keys).union(["rules-agent"]).sorted()
    for name in names {
      guard let entry = try? RunStarter.entry(name, desk), let command = entry.command.first else { continue }
      if ChildProcess.find(command) == nil {
        out.append(
          .bad("agent", "\(name): `\(command)` is not a program on this machine", "install it, or change desk.yaml"))
        continue
      }
      // On a private view nothing of what it does takes effect by itself.
      let grade = entry.isSilent ? Grade.enforced : RunStarter.grade(name, desk)
      let fact = "\(name): \(grade.rawValue), model \(entry.model)"
      switch (grade, entry.leavesFiles, entry.isUnconfined) {
      case (.enforced, _, _): out.append(.good("agent", fact))
      case (_, true, _):
        out.append(
          .care(
            "agent", "\(fact): Ringi writes its files; what else it does it asks first, and could also do by itself",
            "leave out `files: ringi` in desk.yaml, and it works on a private view"))
      case (_, _, true):
        out.append(
          .care(
            "agent", "\(fact): it works on the folders themselves, asks first, and could also act by itself",
            "leave out `view: none` in desk.yaml, and what it writes is a batch"))
      default:
        out.append(
          .good("agent", "\(fact): its files are held on a private view; it has the network, and asks for commands"))
      }
    }
    out += connectors(desk)
    return out
  }

  /// Connectors of desk.yaml, and those that were accepted, and whether the catalogue knows them.
  private static func connectors(_ desk: Desk) -> [Check] {
    let known = ((try? desk.store.connectors()) ?? []).filter { (try? desk.store.trusted($0)) ?? nil != nil }
    return Set(known).union(desk.settings.connectors.keys).sorted().map { name in
      let reading =
        Catalogue.connector(name).map { "its calls are read as \($0.title)’s" }
        ?? "no system that is known: each of its calls asks"
      let accepted = known.contains(name) ? "accepted" : "not accepted yet"
      guard desk.settings.connectors[name] != nil else { return .good("mcp", "\(name): \(accepted); \(reading)") }
      do throws(RuntimeFault) {
        let server = try ConnectorServer(named: name, in: desk.settings)
        let held = server.canHold ? "; what policy leaves to the review is held" : ""
        return .good("mcp", "\(name): started by Ringi, \(accepted); \(reading)\(held)")
      } catch { return .bad("mcp", error.sentence, "mend `connectors:` in desk.yaml, or install it") }
    }
  }
}

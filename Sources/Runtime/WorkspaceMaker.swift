// `ringi init`: a definition folder from a few answers. Everything is shown before it is written, nothing is replaced.

import Domain
import Glibc
import PolicyEngine
import Settings

package struct WorkspaceMaker {
  private let folder: String
  private let desk: String
  private let isAsking: Bool

  /// - Parameter isAsking: false takes every default.
  package init(folder: String, isAsking: Bool) throws(RuntimeFault) {
    self.folder = folder
    self.isAsking = isAsking
    desk = try Desk.location()
  }

  package func run() throws(RuntimeFault) -> String {
    for name in ["workspace.yaml", "policy.yaml", "goal.txt"] where access("\(folder)/\(name)", F_OK) == 0 {
      throw RuntimeFault(.refused, "`\(folder)/\(name)` is there already; nothing was changed")
    }
    let base = folder.split(separator: "/").last.map(String.init) ?? "workspace"
    if isAsking {
      Plain.print("A workspace says what an agent works on: folders it may touch, rules over the company’s, a goal.")
      Plain.print("Enter takes what stands in brackets.\n")
    }
    let name = try ask("Name", base == "." ? "workspace" : base)
    let known = knownAgents
    var agent = try ask("Agent (of the desk’s registry: \(known.joined(separator: ", ")))", "rules-agent")
    while !known.contains(agent) {
      Plain.print("No agent `\(Plain.safe(agent))` is in the desk’s registry; desk.yaml names them.")
      agent = try ask("Agent", "rules-agent")
    }
    let work = try askFolders("Folder it works in, below \(folder)", foldersThere.first ?? "files")
    let reading = try askFolders("Folders it only reads, below \(folder), with commas", "", areThere: true)
    let domains = try askDomains()
    let goal = try ask("Goal, in a sentence", "")
    let files = try choose(
      "What it writes",
      [
        "prepared; you review all of it at the end", "you approve each change of an existing file",
        "you approve each new file too",
      ])
    let sending = try choose(
      "Mail it sends, once you approve", ["goes at once", "waits ten seconds, for you to take it back"])
    let texts = [
      ("workspace.yaml", workspace(name, agent, work, list(reading), list(domains))),
      ("policy.yaml", policy(name, files: files, holds: sending == 1)),
      ("goal.txt", goal.isEmpty ? "" : goal + "\n"),
    ]
    try check(texts)
    guard try preview(texts) else { throw RuntimeFault(.refused, "nothing was written") }
    return try write(texts, folders: [work] + list(reading))
  }

  /// Asked until it can be one: what is wrong is said where it was typed.
  /// - Parameter areThere: what is only read is not made for it.
  private func askFolders(
    _ question: String, _ standard: String, areThere: Bool = false
  ) throws(RuntimeFault) -> String {
    while true {
      let answer = try ask(question, standard)
      if areThere, let gone = list(answer).first(where: { !Files.isDirectory("\(folder)/\($0)") }) {
        Plain.print("`\(Plain.safe(gone))` is no folder in \(folder); Enter for none")
        continue
      }
      let odd = list(answer).first { $0.hasPrefix("/") || $0 == "." || $0.split(separator: "/").contains("..") }
      guard let odd else { return answer }
      Plain.print("`\(Plain.safe(odd))` does not lie below \(folder); write a name like files")
    }
  }

  private func askDomains() throws(RuntimeFault) -> String {
    while true {
      let answer = try ask("Your company’s mail domains, with commas", "")
      guard let odd = list(answer).first(where: { !$0.contains(".") || $0.contains("@") }) else { return answer }
      Plain.print("`\(Plain.safe(odd))` is no domain; write it like kumo.example, Enter for none")
    }
  }

  /// Folders that are there already.
  private var foldersThere: [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var out: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      var status = stat()
      if !name.hasPrefix("."), lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        out.append(name)
      }
    }
    return out.sorted()
  }

  private var knownAgents: [String] {
    let own = Files.text("\(desk)/desk.yaml").flatMap { try? DeskFile.read($0) }?.agents.keys.sorted() ?? []
    return ["rules-agent"] + own.filter { $0 != "rules-agent" }
  }

  private func list(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
      .filter { !$0.isEmpty }
  }

  private func ask(_ question: String, _ standard: String) throws(RuntimeFault) -> String {
    guard isAsking else { return standard }
    Plain.print("\(question) [\(standard)]: ", terminator: "")
    fflush(nil)
    guard let answer = readLine() else { throw RuntimeFault(.refused, "nothing was written") }
    return answer.allSatisfy(\.isWhitespace) ? standard : answer
  }

  private func choose(_ question: String, _ choices: [String]) throws(RuntimeFault) -> Int {
    guard isAsking else { return 0 }
    Plain.print("\(question):")
    for (index, choice) in choices.enumerated() { Plain.print("  \(index + 1)  \(choice)") }
    while true {
      let answer = try ask("A number", "1")
      if let number = Int(answer), choices.indices.contains(number - 1) { return number - 1 }
      Plain.print("a number from 1 to \(choices.count)")
    }
  }

  private func workspace(
    _ name: String, _ agent: String, _ work: String, _ reading: [String], _ domains: [String]
  ) -> String {
    var out = "name: \(quoted(name))\nagent: \(quoted(agent))\nfolders:\n  - path: \(quoted(work))\n"
    for folder in reading {
      out += "  - path: \(quoted(folder))\n    label: \(quoted(folder))\n    access: read-only\n"
    }
    if !domains.isEmpty { out += "mail:\n  inside: [\(domains.map(quoted).joined(separator: ", "))]\n" }
    return out
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private func policy(_ name: String, files: Int, holds: Bool) -> String {
    var out =
      "# What this workspace tightens; the company’s floors hold in any case.\nversion: \(quoted("\(name) 1"))\nrules:\n"
    out += "  - action: mail.draft\n    level: batched\n    why: drafts are read together at the end\n"
    if files >= 1 {
      let kinds = files == 1 ? "[file.edit, file.rename]" : "[file.create, file.edit, file.rename]"
      out += "  - action: \(kinds)\n    level: watched\n    bulk: true\n    why: a person looks at each\n"
    }
    if holds {
      out += "  - action: mail.send\n    level: watched\n    hold: 10s\n    why: ten seconds to take it back\n"
    }
    return out
  }

  /// What was made is read as any other file is.
  private func check(_ texts: [(String, String)]) throws(RuntimeFault) {
    do {
      _ = try WorkspaceFile.read(texts[0].1, goal: texts[2].1, directory: folder)
      _ = try PolicyFile.rules(texts[1].1, file: "policy.yaml")
    } catch { throw RuntimeFault(error) }
  }

  private func preview(_ texts: [(String, String)]) throws(RuntimeFault) -> Bool {
    for (name, text) in texts where !text.isEmpty {
      Plain.print("\n── \(folder)/\(name)")
      Plain.print(Plain.lines(text), terminator: "")
    }
    guard let rules = try? PolicyFile.rules(texts[1].1, file: "policy.yaml").rules,
      let company = try? WorkspaceLoader.policy(workspaceDirectory: nil, desk: desk).0
    else { return true }
    let policy = Policy(version: "", company: company.company, workspace: rules)
    Plain.print("\n── so that, in this workspace")
    for kind in [
      ActionKind.fileRead, .fileCreate, .fileEdit, .fileDelete, .mailDraft, .mailSend, .chatSend, .paymentMake,
    ] {
      let verdict = explain(kind, target: "", under: policy)
      let word = verdict.level.rawValue + String(repeating: " ", count: 11 - verdict.level.rawValue.count)
      Plain.print("  \(word) \(kind.rawValue)\(verdict.isFloor ? " (a floor)" : "")")
    }
    guard isAsking else { return true }
    return ["yes", "y"].contains(try ask("\nWrite these? yes or no", "no").lowercased())
  }

  private func write(_ texts: [(String, String)], folders: [String]) throws(RuntimeFault) -> String {
    for name in [""] + folders.map({ "/\($0)" }) {
      guard Files.makeDirectory("\(folder)\(name)", mode: 0o755) else {
        throw RuntimeFault(.fault, "`\(folder)\(name)` can't be made: \(String(cString: strerror(errno)))")
      }
    }
    for (name, text) in texts {
      guard Files.write(Array(text.utf8), to: "\(folder)/\(name)", mode: 0o644) else {
        throw RuntimeFault(.fault, "`\(folder)/\(name)` can't be written")
      }
    }
    let goal = texts[2].1.isEmpty ? " Write its goal into goal.txt first." : ""
    let agent =
      texts[0].1.contains("agent: \"rules-agent\"")
      ? " The embedded rules-agent knows the jobs of the samples; for others name an agent in \(desk)/desk.yaml." : ""
    return
      "The workspace is in \(folder).\(goal)\(agent) `ringi run \(folder)` starts its agent, `ringi policy check \(folder)` reads its rules.\n"
  }
}

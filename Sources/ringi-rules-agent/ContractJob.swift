// Contract triage: every unsigned contract of the register against the playbook.

import Wire

final class ContractJob: Job {
  private let registerPath: String
  private let playbookPath: String
  private var contracts: [(row: [String: String], contract: Contract)] = []
  private let (summaryPath, postPath) = ("triage/summary.csv", "triage/legal-summary.md")
  /// What has been written, and follows the levels that people give.
  private var (hasSummary, hasPostFile) = (false, false)
  private let plan = [
    PlanStep(title: "Read the register and the playbook"),
    PlanStep(title: "Screen the unsigned contracts", kind: "file.create", target: "memos/*.md"),
    PlanStep(title: "Put RED contracts on hold", kind: "file.edit", target: "contracts/*.md"),
    PlanStep(title: "Ask counterparties’ counsel for changes", kind: "mail.send", target: "counsel"),
    PlanStep(title: "Tell #legal about RED and YELLOW", kind: "chat.send", target: "#legal"),
    PlanStep(title: "Return executed contracts", kind: "mail.send", target: "counsel"),
    PlanStep(title: "Summarise", kind: "file.create", target: "triage/summary.csv"),
  ]

  init(register: String, playbook: String) {
    registerPath = register
    playbookPath = playbook
  }

  func run(_ link: DeskLink) throws {
    advance(link, to: 0)
    guard let register = try link.read(registerPath, why: "Find out which contracts are unsigned"),
      let playbook = try link.read(playbookPath, why: "Learn the standard positions")
    else { return link.say("I can't read the register or the playbook, so I stop here.") }
    let rows = Text.table(register)
    let positions = Position.all(playbook)
    advance(link, to: 1)
    for row in rows where row["status"] == "unsigned" { try screen(row, positions, link) }
    advance(link, to: 2)
    let reds = contracts.filter { $0.contract.level == "RED" }
    var open = reds.map { ((Waiting.hold, $0), startHold($0.contract, link)) }
    advance(link, to: 3)
    open += reds.map { ((Waiting.mail, $0), startMail($0.row, $0.contract, link)) }
    advance(link, to: 4)
    if let first = contracts.first, let post = startPost(link) { open.append(((.post, first), post)) }
    advance(link, to: 5)
    try returnExecuted(rows, link)
    advance(link, to: 6)
    try link.write(summaryPath, summary, why: "One line for each contract")
    hasSummary = true
    while let ((what, item), ending) = try link.next(&open) {
      switch what {
      case .hold: try afterHold(item.contract, ending, link)
      case .mail: try afterMail(item.row, item.contract, ending, link)
      case .post: try afterPost(ending, link)
      }
    }
    advance(link, to: plan.count)
    let counts = ["RED", "YELLOW", "GREEN"].map { level in
      "\(contracts.filter { $0.contract.level == level }.count) \(level)"
    }
    link.say("Done: \(contracts.count) contracts screened, \(counts.joined(separator: ", ")).")
  }

  /// What a person has still to decide.
  private enum Waiting { case hold, mail, post }

  private func afterPost(_ ending: Ending, _ link: DeskLink) throws {
    guard case .refused(let reason) = ending else { return }
    hasPostFile = true
    try link.write(postPath, postText, why: "The summary as a file, since the post was refused")
    link.say("The post to #legal was refused (\(reason)). I left the same summary in \(postPath).")
  }

  func hear(_ text: String, _ link: DeskLink) throws {
    var isRevised = false
    for line in text.split(separator: "\n") where line.hasPrefix("flag-level-changed\t") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 6, let index = contracts.firstIndex(where: { $0.contract.path == fields[1] }) else {
        continue
      }
      contracts[index].contract.notes.removeAll { $0.hasPrefix("\(fields[2]): ") }
      // One that is back at the first level has nothing to be noted.
      if fields[3] != fields[4] {
        contracts[index].contract.notes.append(
          "\(fields[2]): \(fields[3].uppercased()) to \(fields[4].uppercased()), \(fields[5])")
      }
      for flag in contracts[index].contract.flags.indices
      where contracts[index].contract.flags[flag].position.clause == fields[2] {
        contracts[index].contract.flags[flag].level = fields[4].uppercased()
      }
      let contract = contracts[index].contract
      try link.write(
        memoPath(contract), memo(contracts[index].row, contract), why: "The memo with the level a reviewer gave")
      link.say(
        "\(fields[2]) in \(fields[1]) is \(fields[4].uppercased()) now; I revised the memo. Reason given: \(fields[5])")
      isRevised = true
    }
    guard isRevised else { return }
    if hasSummary { try link.write(summaryPath, summary, why: "The summary with the levels reviewers gave") }
    if hasPostFile { try link.write(postPath, postText, why: "The summary for Legal with the levels reviewers gave") }
  }

  private func advance(_ link: DeskLink, to index: Int) { link.plan(PlanStep.advanced(plan, to: index)) }

  // MARK: the steps

  private func screen(_ row: [String: String], _ positions: [Position], _ link: DeskLink) throws {
    let path = row["file"] ?? ""
    guard let text = try link.read(path, why: "Read \(row["counterparty"] ?? path)") else {
      return link.say("\(path) can't be read; it is not screened.")
    }
    var contract = Contract(path: path, text: text)
    contract.screen(positions)
    contracts.append((row, contract))
    try link.tool(
      "findings_report", ["document": .string(path), "sarif": contract.sarif],
      why: "Hand over the flags on \(contract.name)")
    try link.write(memoPath(contract), memo(row, contract), why: "Memo on \(contract.name): \(contract.level)")
    if let copy = contract.redlined {
      try link.write("redlines/\(contract.name).redlined.md", copy, why: "Redlined copy of \(contract.name)")
    }
  }

  private func startHold(_ contract: Contract, _ link: DeskLink) -> Pending {
    let reasons = contract.flags.filter { $0.level == "RED" }.map(\.position.clause).joined(separator: ", ")
    let status = "Status: ON HOLD, legal review (RED: \(reasons))"
    let lines = contract.lines.map { $0.hasPrefix("Status:") ? status : $0 }
    return link.startWriting(
      contract.path, lines.joined(separator: "\n"),
      why: "Mark \(contract.name) on hold so that nobody signs it meanwhile")
  }

  private func afterHold(_ contract: Contract, _ ending: Ending, _ link: DeskLink) throws {
    guard case .refused(let reason) = ending else { return }
    try link.write(
      "triage/hold-request-\(contract.name).md",
      "# Hold request: \(contract.title)\n\n\(contract.path) was left as it is. Asked for a hold because it is RED.\nAnswer: \(reason)\n",
      why: "Note the hold that was refused")
    link.say(
      "I left \(contract.path) untouched (\(reason)) and noted the request in triage/hold-request-\(contract.name).md.")
  }

  private func mailArguments(_ row: [String: String], _ contract: Contract) -> JSON {
    let reds = contract.flags.filter { $0.level == "RED" }
    let asks = reds.map { flag -> String in
      let place = flag.clause.map { " (\($0.heading))" } ?? ""
      return "- \(flag.position.clause)\(place): \(flag.why). Our position: \(flag.position.standard)"
    }
    let body = """
      Dear counsel,

      thank you for the draft “\(contract.title)”. Before \(Text.name(row["owner"] ?? "we")) can sign it we need to agree on the following:

      \(asks.joined(separator: "\n"))

      Our suggested wording follows in a redlined copy; we are glad to discuss it.

      Legal Desk, Kumo Holdings
      """
    return [
      "to": .array([.string(row["counsel"] ?? "")]), "cc": .array([.string(row["owner"] ?? "")]),
      "subject": .string("\(contract.title): points to agree before signing"), "body": .string(body),
      "reason": .string("\(contract.name) is RED on \(reds.map(\.position.clause).joined(separator: ", "))"),
    ]
  }

  private func startMail(_ row: [String: String], _ contract: Contract, _ link: DeskLink) -> Pending {
    link.startTool(
      "mail_send", mailArguments(row, contract), why: "Ask \(row["counterparty"] ?? "the other side") for changes")
  }

  private func afterMail(_ row: [String: String], _ contract: Contract, _ ending: Ending, _ link: DeskLink) throws {
    guard case .refused(let reason) = ending else { return }
    try link.tool("mail_draft", mailArguments(row, contract), why: "Leave the mail as a draft instead")
    link.say("The mail on \(contract.name) was not sent (\(reason)). I left it as a draft for a person to finish.")
  }

  private var postText: String {
    let lines = contracts.filter { $0.contract.level != "GREEN" }.map { item -> String in
      let flags = item.contract.flags.filter { $0.level == item.contract.level }.map(\.position.clause).joined(
        separator: ", ")
      return "\(item.contract.level) \(item.contract.name) (\(item.row["counterparty"] ?? "")): \(flags)"
    }
    return "Contract triage: \(contracts.count) screened\n\(lines.sorted().joined(separator: "\n"))\n"
  }

  private func startPost(_ link: DeskLink) -> Pending? {
    guard contracts.contains(where: { $0.contract.level != "GREEN" }) else { return nil }
    return link.startTool(
      "chat_post", ["channel": "#legal", "text": .string(postText), "reason": "RED and YELLOW go to Legal"],
      why: "Ping Legal")
  }

  private func returnExecuted(_ rows: [[String: String]], _ link: DeskLink) throws {
    for row in rows where row["status"] == "executed" {
      let ending = try link.tool(
        "mail_send",
        [
          "to": .array([.string(row["counsel"] ?? "")]),
          "subject": .string("Executed copy: \(row["title"] ?? "agreement")"),
          "body": .string(
            "Dear counsel,\n\nplease find the executed copy of the agreement attached for your records.\n\nLegal Desk, Kumo Holdings\n"
          ),
          "attachments": .array([.string(row["file"] ?? "")]),
          "reason": "the register says it is executed and not yet returned",
        ], why: "Return the executed copy to \(row["counterparty"] ?? "")")
      guard case .refused(let reason) = ending else { continue }
      try link.write(
        "triage/hand-over.md",
        "# For a person\n\n- \(row["file"] ?? ""): the executed copy has to go back to \(row["counsel"] ?? ""). I may not send it (\(reason)).\n",
        why: "Hand over what only a person may send")
      link.say("I may not send \(row["file"] ?? ""): \(reason). It is in triage/hand-over.md for a person.")
    }
  }

  // MARK: texts

  private func memoPath(_ contract: Contract) -> String { "memos/\(contract.name).memo.md" }

  private func memo(_ row: [String: String], _ contract: Contract) -> String {
    var out = """
      # Memo: \(contract.title)

      Level: \(contract.level)
      Counterparty: \(row["counterparty"] ?? "")
      Business owner: \(row["owner"] ?? "")
      File: \(contract.path)

      """
    if !contract.notes.isEmpty {
      out += "\n## Changed by a reviewer\n\n" + contract.notes.map { "- \($0)\n" }.joined()
    }
    for level in ["RED", "YELLOW", "GREEN"] {
      let flags = contract.flags.filter { $0.level == level }
      guard !flags.isEmpty else { continue }
      out += "\n## \(level)\n"
      for flag in flags {
        let place = flag.clause.map { "\($0.heading), lines \($0.firstLine)–\($0.lastLine)" } ?? "missing"
        out += "\n- \(flag.position.clause) (\(place)): \(flag.why)\n"
        guard level != "GREEN" else { continue }
        out += "  Standard: \(flag.position.standard)\n"
        if !flag.position.impact.isEmpty { out += "  Impact: \(flag.position.impact)\n" }
        if !flag.position.fallback.isEmpty { out += "  Fallback: \(flag.position.fallback)\n" }
        if !flag.position.escalation.isEmpty { out += "  Escalate to: \(flag.position.escalation)\n" }
      }
    }
    return out
  }

  private var summary: String {
    let lines = contracts.map { item in
      [item.contract.path, item.row["counterparty"] ?? "", item.contract.level]
        + ["RED", "YELLOW"].map { level in
          item.contract.flags.filter { $0.level == level }.map(\.position.clause).joined(separator: "; ")
        }
    }
    return (["file,counterparty,level,red,yellow"] + lines.map { $0.map(Text.csv).joined(separator: ",") })
      .joined(separator: "\n") + "\n"
  }
}

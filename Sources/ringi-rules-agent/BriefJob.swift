// The weekly brief: divisional figures into a template, a post for the channel, and what the rules say comes after.

import Wire

final class BriefJob: Job {
  private let templatePath: String
  private let indexPath: String
  private let rulesPath: String?

  init(template: String, index: String, rules: String?) {
    templatePath = template
    indexPath = index
    rulesPath = rules
  }

  private struct Division {
    let name: String
    /// Yen, in millions: this week and the week before, by the CSV's `week` column.
    let current: Int
    let previous: Int
    let note: String
    var change: String {
      guard previous != 0 else { return "new" }
      // Rounded half away from zero, as people do.
      let doubled = (current - previous) * 2000 / previous
      let tenths = (doubled + (doubled < 0 ? -1 : 1)) / 2
      return "\(tenths >= 0 ? "+" : "-")\(abs(tenths) / 10).\(abs(tenths) % 10) %"
    }
  }

  func run(_ link: DeskLink) throws {
    let plan = [
      PlanStep(title: "Read the divisions’ figures"),
      PlanStep(title: "Write the brief", kind: "file.create", target: "briefs/*.md"),
      PlanStep(title: "Post the summary", kind: "chat.send", target: "#exec-brief"),
      PlanStep(title: "Close the week in the ledger", kind: "connector.call", target: "ledger"),
    ]
    func advance(_ index: Int) { link.plan(PlanStep.advanced(plan, to: index)) }
    advance(0)
    guard let index = try link.read(indexPath, why: "See which divisions report"),
      let template = try link.read(templatePath, why: "Take the template")
    else { return link.say("I can't read the division list or the template, so I stop here.") }
    var divisions: [Division] = []
    var missing: [String] = []
    var week = ""
    for row in Text.table(index) {
      let name = row["division"] ?? ""
      guard let text = try link.read(row["file"] ?? "", why: "Read the figures of \(name)") else {
        missing.append(name)
        continue
      }
      let weeks = Text.table(text)
      guard let last = weeks.last else { continue }
      week = max(week, last["week"] ?? "")
      divisions.append(
        Division(
          name: name, current: Int(last["revenue"] ?? "") ?? 0,
          previous: weeks.count > 1 ? Int(weeks[weeks.count - 2]["revenue"] ?? "") ?? 0 : 0, note: last["note"] ?? ""))
    }
    advance(1)
    let brief = fill(template, divisions, missing, week)
    try link.write("briefs/brief-\(week).md", brief, why: "The brief for the week of \(week)")
    advance(2)
    let post = link.startTool(
      "chat_post",
      [
        "channel": "#exec-brief", "text": .string(summary(divisions, missing, week)),
        "reason": "the brief's summary for everyone",
      ],
      why: "Post the summary")
    advance(3)
    try follow(link)
    if case .refused(let reason) = try link.finish(post) {
      try link.write(
        "briefs/post-\(week).txt", summary(divisions, missing, week), why: "The post as a file, since it was refused")
      link.say("The post was refused (\(reason)); its text is in briefs/post-\(week).txt.")
    }
    advance(4)
    link.say(
      "Done: \(divisions.count) divisions\(missing.isEmpty ? "" : ", no figures from \(missing.joined(separator: ", "))")."
    )
  }

  func hear(_ text: String, _ link: DeskLink) throws { link.say("Understood.") }

  /// What the rules want done in other systems once the week is closed.
  private func follow(_ link: DeskLink) throws {
    guard let rulesPath, let rules = try link.read(rulesPath, why: "See what comes after the brief") else { return }
    var open: [Pending] = []
    for section in Text.sections(rules) {
      func one(_ key: String) -> String { section.fields.first { $0.key == key }?.value ?? "" }
      let arguments = section.fields.filter { $0.key.hasPrefix("set ") }.map {
        JSON.Member(String($0.key.dropFirst(4)), .string($0.value))
      }
      open.append(
        link.startTool(
          "connector_call",
          [
            "connector": .string(one("system")), "tool": .string(one("operation")), "arguments": .object(arguments),
            "kind": .string(one("label")), "reason": .string(one("why")),
          ], why: section.title))
    }
    while let pending = open.popLast() {
      guard case .refused(let reason) = try link.finish(pending) else { continue }
      link.say("\(pending.what): refused (\(reason)). I leave it to a person.")
    }
  }

  private func total(_ divisions: [Division]) -> Division {
    Division(
      name: "Total", current: divisions.reduce(0) { $0 + $1.current },
      previous: divisions.reduce(0) { $0 + $1.previous }, note: "")
  }

  private func fill(_ template: String, _ divisions: [Division], _ missing: [String], _ week: String) -> String {
    let rows = (divisions + [total(divisions)]).map { "| \($0.name) | \($0.current) | \($0.previous) | \($0.change) |" }
    let moves = divisions.sorted { abs($0.current - $0.previous) > abs($1.current - $1.previous) }.prefix(3)
      .map { "- \($0.name): \($0.change)\($0.note.isEmpty ? "" : ", \($0.note)")" }
    return template.replacing("{{week}}", week).replacing("{{table}}", rows.joined(separator: "\n"))
      .replacing("{{moves}}", moves.joined(separator: "\n")).replacing("{{gaps}}", gaps(missing))
  }

  private func gaps(_ missing: [String]) -> String {
    missing.isEmpty ? "All divisions reported." : "No figures from: \(missing.joined(separator: ", "))."
  }

  private func summary(_ divisions: [Division], _ missing: [String], _ week: String) -> String {
    let all = total(divisions)
    let lines = divisions.map { "\($0.name) \($0.current) (\($0.change))" }
    return
      "Week of \(week): ¥\(all.current) m, \(all.change) on the week before. \(lines.joined(separator: " · ")). \(gaps(missing))\n"
  }
}

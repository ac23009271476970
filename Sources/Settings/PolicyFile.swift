// policy.yaml, of the company and of a workspace:
//
//   version: "0.1"
//   pause-after: 5                   # so many refusals, rejections or failures in a row pause a run; 0 for never
//   rules:
//     - action: file.edit            # a kind, a family `file.*`, `*`, or a list
//       target: contracts/**         # optional glob or list
//       except: contracts/old/**     # optional glob or list
//       level: watched               # watched, batched, autonomous, forbidden
//       always: true                 # a floor: no workspace loosens it
//       bulk: true                   # "approve the rest like this one" is allowed
//       hold: 10s                    # an approval takes effect after this time; it can be taken back until then
//       expires: 2h                  # what waits longer is a no
//       budget: 20 per run           # or `10 MiB per hour`, or a list; what goes past it waits for a person
//       why: co-editors are affected

import Domain
import PolicyEngine

package enum PolicyFile {
  package static func rules(
    _ text: String, file: String
  ) throws(SettingsFault) -> (version: String, rules: [Rule], pauseAfter: Int?) {
    let top = try Entry.document(text, file: file).mapping(["version", "reviewed", "pause-after", "rules"])
    guard let list = top["rules"] else {
      throw SettingsFault(file: file, line: 1, column: 1, message: "there is no `rules:` list")
    }
    var rules: [Rule] = []
    for entry in try list.list() { rules.append(try rule(entry)) }
    return (try top["version"]?.text() ?? "unnamed", rules, try count(top["pause-after"]))
  }

  private static func count(_ entry: Entry?) throws(SettingsFault) -> Int? {
    guard let entry else { return nil }
    guard let number = Int(try entry.text()), (0...1_000).contains(number) else {
      throw entry.fault("a number of steps is written 5; 0 means never")
    }
    return number
  }

  private static func budgets(_ entry: Entry?) throws(SettingsFault) -> [Budget] {
    guard let entry else { return [] }
    var out: [Budget] = []
    for item in try entry.texts() {
      guard let budget = Budget(try item.text()) else {
        throw item.fault("a budget is written `20 per run`, `5 per hour` or `10 MiB per run`")
      }
      guard !out.contains(where: { $0.unit == budget.unit && $0.span == budget.span }) else {
        throw item.fault("the rule has two budgets per \(budget.span.rawValue) in \(budget.unit.rawValue)")
      }
      out.append(budget)
    }
    return out
  }

  private static func rule(_ entry: Entry) throws(SettingsFault) -> Rule {
    let fields = try entry.mapping([
      "action", "target", "except", "level", "always", "bulk", "hold", "expires", "budget", "why",
    ])
    guard let action = fields["action"] else { throw entry.fault("the rule names no `action`") }
    guard let level = fields["level"] else { throw entry.fault("the rule names no `level`") }
    var subjects: [Rule.Subject] = []
    for word in try action.texts() { subjects.append(try subject(word)) }
    guard let trust = TrustLevel(rawValue: try level.text()) else {
      throw level.fault(unknown("level", try level.text(), of: TrustLevel.allCases.map(\.rawValue)))
    }
    let isAlways = try fields["always"]?.flag() ?? false
    let allowsBulk = try fields["bulk"]?.flag() ?? false
    var rule = Rule(
      subjects: subjects, targets: try globs(fields["target"]), exceptions: try globs(fields["except"]), level: trust,
      isAlways: isAlways, allowsBulk: allowsBulk && !isAlways, hold: try seconds(fields["hold"]),
      expires: try seconds(fields["expires"]),
      why: try fields["why"]?.text() ?? "", origin: Origin(file: entry.file, line: entry.line))
    rule.budgets = try budgets(fields["budget"])
    return rule
  }

  private static func subject(_ entry: Entry) throws(SettingsFault) -> Rule.Subject {
    let word = try entry.text()
    if word == "*" { return .everything }
    if let kind = ActionKind(rawValue: word) { return .kind(kind) }
    let families = Set(ActionKind.allCases.compactMap { $0.rawValue.split(separator: ".").first.map { "\($0)." } })
    if word.hasSuffix(".*"), families.contains(String(word.dropLast())) { return .family(String(word.dropLast())) }
    throw entry.fault(unknown("action", word, of: ActionKind.allCases.map(\.rawValue)))
  }

  private static func seconds(_ entry: Entry?) throws(SettingsFault) -> Int {
    guard let entry else { return 0 }
    guard let length = TimeLength.milliseconds(try entry.text()), length >= 1_000 else {
      throw entry.fault("a length of time is written 10s, 30m, 2h or 7d")
    }
    return Int(length / 1_000)
  }

  private static func globs(_ entry: Entry?) throws(SettingsFault) -> [Glob] {
    guard let entry else { return [] }
    var out: [Glob] = []
    for item in try entry.texts() {
      guard let glob = Glob(try item.text()) else { throw item.fault("not a path pattern") }
      out.append(glob)
    }
    return out
  }
}

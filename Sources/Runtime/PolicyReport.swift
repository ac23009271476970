// `ringi policy`: what the rules say, in words.

import Domain
import Effector
import Glibc
import PolicyEngine
import Settings
import Wire

package enum PolicyReport {
  private static func load(_ workspace: String?) throws(RuntimeFault) -> Policy {
    let desk = try Desk.location()
    if let workspace { return try WorkspaceLoader.load(workspace, desk: desk).policy }
    do { return try WorkspaceLoader.policy(workspaceDirectory: nil, desk: desk).0 } catch { throw RuntimeFault(error) }
  }

  package static func check(_ workspace: String?, json: Bool) throws(RuntimeFault) -> String {
    let policy = try load(workspace)
    let remarks =
      try remarks(policy) + (workspace.map { (folder) throws(RuntimeFault) in try strays(policy, folder) } ?? [])
    let grey = policy.greyAreas
    if json {
      let value: JSON = [
        "version": .string(policy.version), "companyRules": .int(Int64(policy.company.count)),
        "workspaceRules": .int(Int64(policy.workspace.count)), "remarks": .array(remarks.map { .string($0) }),
        "greyAreas": .array(grey.map { .string($0.rawValue) }),
      ]
      return value.pretty
    }
    let head =
      "policy \(policy.version): \(policy.company.count) company rules, \(policy.workspace.count) workspace rules\n"
    let tail =
      grey.isEmpty
      ? "no grey areas: every kind of action has a rule\n"
      : "grey areas, Watched until a rule names them: \(grey.map(\.rawValue).joined(separator: ", "))\n"
    return head + remarks.map { $0 + "\n" }.joined() + tail
  }

  private static var shippedFloors: [Rule] {
    ((try? PolicyFile.rules(DefaultPolicy.text, file: DefaultPolicy.file).rules) ?? []).filter(\.isAlways)
  }

  /// What is written and does not hold, or means nothing.
  private static func remarks(_ policy: Policy) -> [String] {
    var out: [String] = []
    for rule in policy.workspace {
      let floors = policy.company.filter { company in
        company.isAlways && company.level > rule.level && company.subjects.contains { rule.subjects.contains($0) }
      }
      for floor in floors {
        out.append(
          "\(rule.origin): asks for \(rule.level.rawValue), but \(floor.origin) is a floor (\(floor.level.rawValue)), which holds"
        )
      }
    }
    for floor in shippedFloors {
      for rule in policy.company
      where rule.level < floor.level && rule.subjects.contains(where: floor.subjects.contains) {
        out.append(
          "\(rule.origin): asks for \(rule.level.rawValue) where Ringi ships a floor (\(floor.level.rawValue)): \(floor.why)"
        )
      }
    }
    for floor in shippedFloors {
      for rule in policy.company
      where !rule.isAlways && rule.level >= floor.level && rule.targets.isEmpty && rule.exceptions.isEmpty
        && rule.subjects.contains(where: floor.subjects.contains)
      {
        out.append(
          "\(rule.origin): without `always: true` it takes the place of a floor that Ringi ships (\(floor.text)), and a workspace may loosen it"
        )
      }
    }
    out += policy.idle.map { rule, kinds, stricter in
      "\(rule.origin): counts for nothing for \(kinds.map(\.rawValue).joined(separator: ", ")): \(stricter.origin) names all of it and is stricter (\(stricter.level.rawValue)); give that one an `except`, or a target"
    }
    for rule in policy.workspace + policy.company where !rule.times.isEmpty && rule.level != .watched {
      out.append(
        "\(rule.origin): `hold` and `expires` mean something only where a person decides; this rule is \(rule.level.rawValue)"
      )
    }
    for rule in policy.workspace + policy.company where !rule.budgets.isEmpty && rule.level >= .watched {
      out.append(
        rule.level == .forbidden
          ? "\(rule.origin): `budget` means nothing where nothing may happen; this rule is \(rule.level.rawValue)"
          : "\(rule.origin): a person decides each, so the budget only counts what somebody has loosened in a run; this rule is \(rule.level.rawValue)"
      )
    }
    for rule in policy.workspace + policy.company
    where rule.level < .watched && rule.budgets.contains(where: { $0.limit == 0 }) {
      out.append("\(rule.origin): with a budget of 0 none of it happens by its level; `level: watched` says so")
    }
    for rule in policy.workspace + policy.company {
      for target in (rule.targets + rule.exceptions).map(\.text) where target.contains(where: { "[]{}".contains($0) }) {
        out.append("\(rule.origin): in `\(target)` brackets and braces mean themselves; patterns are `*`, `**` and `?`")
      }
    }
    for rule in policy.workspace + policy.company {
      let kinds = ActionKind.allCases.filter(rule.names)
      guard kinds.allSatisfy({ $0.isFile || $0 == .fileRead }), !kinds.contains(.fileOutside) else { continue }
      for target in rule.targets.map(\.text) where target.hasPrefix("/") || target.split(separator: "/").contains("..")
      {
        out.append(
          "\(rule.origin): `\(target)` matches nothing: paths begin below the main folder, or with a folder’s label")
      }
    }
    return out
  }

  /// Rules of a workspace whose paths begin with a name that is nowhere: a main folder's own name is no part of a path.
  private static func strays(_ policy: Policy, _ workspace: String) throws(RuntimeFault) -> [String] {
    let folders = try WorkspaceLoader.load(workspace, desk: try Desk.location()).workspace.folders
    guard let main = folders.first(where: { $0.label.isEmpty }) else { return [] }
    var out: [String] = []
    for rule in policy.workspace
    where ActionKind.allCases.contains(where: { ($0.isFile || $0 == .fileRead) && rule.names($0) }) {
      for target in rule.targets.map(\.text) {
        guard let first = target.split(separator: "/").first.map(String.init), target.contains("/"),
          !first.contains(where: { "*?[".contains($0) }), !folders.contains(where: { $0.label == first }),
          access("\(main.path)/\(first)", F_OK) != 0
        else { continue }
        out.append(
          "\(rule.origin): `\(target)` is nothing that is there: paths begin below the main folder \(main.path), or with the label of another"
        )
      }
    }
    return out
  }

  package static func explain(
    _ action: String, _ target: String, _ workspace: String?, json: Bool
  ) throws(RuntimeFault) -> String {
    guard let kind = ActionKind(rawValue: action) else {
      throw RuntimeFault(
        .usage, "unknown action `\(action)`; it can be \(ActionKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if workspace == nil, access("\(target)/workspace.yaml", F_OK) == 0 {
      throw RuntimeFault(
        .usage, "`\(target)` is a workspace’s folder, not what the action is on: `--workspace \(target)`")
    }
    let policy = try load(workspace)
    let place = try place(kind, target, workspace)
    var judged = place == nil ? ActionKind.fileOutside : kind
    let isShut = try isReadOnly(place, kind, workspace)
    if isShut { judged = .fileOutside }
    let verdict = PolicyEngine.explain(judged, target: place ?? target, under: policy)
    let budgets = self.budgets(judged, place ?? target, policy)
    if json { return self.json(judged, verdict, budgets).pretty }
    var out =
      place == nil
      ? "`\(target)` is in no allowed folder\(workspace == nil ? "; --workspace FOLDER names those" : "")\n"
      : isShut ? "`\(target)` is in a read-only folder\n" : ""
    out += "\(verdict.level.rawValue)\(verdict.isFloor ? " (a floor)" : "")\n"
    out += "  rule: \(verdict.rule.isEmpty ? "none" : verdict.rule)\(verdict.origin.map { "  (\($0))" } ?? "")\n"
    if verdict.level == .watched, !times(verdict).isEmpty { out += "  when: \(times(verdict))\n" }
    for budget in budgets where verdict.level < .watched { out += "  budget: \(budget); past it a person decides\n" }
    for reason in verdict.reasons { out += "  why: \(reason)\n" }
    for broken in verdict.brokenRules { out += "  broken: \(broken)\n" }
    for floor in shippedFloors where floor.matches(judged, target: place ?? target) && floor.level > verdict.level {
      out += "  careful: Ringi ships a floor here (\(floor.level.rawValue)): \(floor.why)\n"
    }
    return out
  }

  /// A target as rules see it: a path as it lies in the folders; nil where it lies in none.
  private static func place(_ kind: ActionKind, _ target: String, _ workspace: String?) throws(RuntimeFault) -> String?
  {
    guard kind.isFile || kind == .fileRead, !target.isEmpty else { return target }
    guard let workspace else {
      let isPlain = !target.hasPrefix("/") && !target.split(separator: "/").contains("..")
      return isPlain ? target : nil
    }
    let loaded = try WorkspaceLoader.load(workspace, desk: try Desk.location())
    do { return try Scopes(loaded.workspace.folders).locate(Array(target.utf8))?.display } catch {
      throw RuntimeFault(.fault, error.sentence)
    }
  }

  private static func isReadOnly(_ place: String?, _ kind: ActionKind, _ workspace: String?) throws(RuntimeFault)
    -> Bool
  {
    guard kind.isFile, let place, let workspace else { return false }
    let scopes: Scopes
    let loaded = try WorkspaceLoader.load(workspace, desk: try Desk.location())
    do { scopes = try Scopes(loaded.workspace.folders) } catch { throw RuntimeFault(.fault, error.sentence) }
    guard let path = scopes.locate(Array(place.utf8)) else { return false }
    return (try? scopes.scope(of: path))?.folder.isReadOnly == true
  }

  private static func json(_ kind: ActionKind, _ verdict: Verdict, _ budgets: [String]) -> JSON {
    [
      "action": .string(kind.rawValue), "level": .string(verdict.level.rawValue), "always": .bool(verdict.isFloor),
      "rule": .string(verdict.rule), "origin": .string(verdict.origin?.description ?? ""),
      "holdSeconds": .int(Int64(verdict.hold)), "expiresSeconds": .int(Int64(verdict.expires)),
      "budgets": .array(budgets.map { .string($0) }),
      "reasons": .array(verdict.reasons.map { .string($0) }),
      "brokenRules": .array(verdict.brokenRules.map { .string($0) }),
    ]
  }

  private static func budgets(_ kind: ActionKind, _ target: String, _ policy: Policy) -> [String] {
    PolicyEngine.budgets(kind, target: target, under: policy).map { "\($0.budgetWords) (\($0.text), \($0.origin))" }
  }

  private static func times(_ verdict: Verdict) -> String {
    [
      verdict.hold > 0 ? "held \(TimeLength.words(Int64(verdict.hold) * 1_000)) after the yes" : "",
      verdict.expires > 0 ? "a no after \(TimeLength.words(Int64(verdict.expires) * 1_000))" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// One line for each kind.
  package static func table(_ workspace: String?, json: Bool) throws(RuntimeFault) -> String {
    let policy = try load(workspace)
    if json {
      return JSON.array(
        ActionKind.allCases.map {
          self.json($0, PolicyEngine.explain($0, target: "", under: policy), budgets($0, "", policy))
        }
      ).pretty
    }
    var out = "# Automation policy \(policy.version)\n\n| action | level | why |\n|---|---|---|\n"
    for kind in ActionKind.allCases {
      let verdict = PolicyEngine.explain(kind, target: "", under: policy)
      let always = verdict.isFloor ? ", always" : ""
      // Judged by what is in it.
      if kind == .fileChange, verdict.rule.isEmpty {
        out += "| \(kind.rawValue) | as its parts | the strictest of the changes it is made of |\n"
        continue
      }
      let limits = PolicyEngine.budgets(kind, target: "", under: policy).map(\.budgetWords)
      let when = ([times(verdict)] + limits).filter { !$0.isEmpty }.map { ", \($0)" }.joined()
      out +=
        "| \(kind.rawValue) | \(verdict.level.rawValue)\(always)\(when) | \(verdict.reasons.joined(separator: "; ")) |\n"
    }
    if policy.pauseAfter > 0 {
      out += "\nA run pauses when \(Breaker.words(policy.pauseAfter)).\n"
    }
    let conditional = (policy.workspace + policy.company).filter { !$0.targets.isEmpty }
    if !conditional.isEmpty { out += "\nFor some targets:\n\n" }
    for rule in conditional {
      if let (_, kinds, stricter) = policy.idle.first(where: { $0.0 == rule }) {
        let names = kinds.map(\.rawValue).joined(separator: ", ")
        out += "- \(rule.text): counts for nothing for \(names), as \(stricter.origin) is stricter (\(rule.origin))\n"
        if kinds.count == ActionKind.allCases.filter(rule.names).count { continue }
      }
      out +=
        "- \(rule.text): \(rule.level.rawValue)\(rule.times.isEmpty ? "" : ", \(rule.times)")\(rule.budgets.isEmpty ? "" : ", \(rule.budgetWords)")\(rule.why.isEmpty ? "" : ", \(rule.why)") (\(rule.origin))\n"
    }
    return out
  }
}

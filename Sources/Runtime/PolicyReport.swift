// `ringi policy`: what the rules say, in words.

import Domain
import PolicyEngine
import Settings

package enum PolicyReport {
  private static func load(_ workspace: String?) throws(RuntimeFault) -> Policy {
    let desk = try Desk.location()
    if let workspace { return try WorkspaceLoader.load(workspace, desk: desk).policy }
    do { return try WorkspaceLoader.policy(workspaceDirectory: nil, desk: desk).0 } catch { throw RuntimeFault(error) }
  }

  package static func check(_ workspace: String?) throws(RuntimeFault) -> String {
    let policy = try load(workspace)
    var out =
      "policy \(policy.version): \(policy.company.count) company rules, \(policy.workspace.count) workspace rules\n"
    for rule in policy.workspace {
      let loosened = policy.company.filter { company in
        company.isAlways && company.level > rule.level && company.subjects.contains { rule.subjects.contains($0) }
      }
      for floor in loosened {
        out +=
          "\(rule.origin): asks for \(rule.level.rawValue), but \(floor.origin) is a floor (\(floor.level.rawValue)), which holds\n"
      }
    }
    for rule in policy.workspace + policy.company where !rule.times.isEmpty && rule.level != .watched {
      out +=
        "\(rule.origin): `hold` and `expires` mean something only where a person decides; this rule is \(rule.level.rawValue)\n"
    }
    let grey = policy.greyAreas
    out +=
      grey.isEmpty
      ? "no grey areas: every kind of action has a rule\n"
      : "grey areas, Watched until a rule names them: \(grey.map(\.rawValue).joined(separator: ", "))\n"
    return out
  }

  package static func explain(_ action: String, _ target: String, _ workspace: String?) throws(RuntimeFault) -> String {
    guard let kind = ActionKind(rawValue: action) else {
      throw RuntimeFault(
        .usage, "unknown action `\(action)`; it can be \(ActionKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let policy = try load(workspace)
    let verdict = PolicyEngine.explain(kind, target: target, under: policy)
    var out = "\(verdict.level.rawValue)\(verdict.isFloor ? " (a floor)" : "")\n"
    out += "  rule: \(verdict.rule.isEmpty ? "none" : verdict.rule)\(verdict.origin.map { "  (\($0))" } ?? "")\n"
    if !times(verdict).isEmpty { out += "  when: \(times(verdict))\n" }
    for reason in verdict.reasons { out += "  why: \(reason)\n" }
    for broken in verdict.brokenRules { out += "  broken: \(broken)\n" }
    return out
  }

  private static func times(_ verdict: Verdict) -> String {
    [
      verdict.hold > 0 ? "held \(TimeLength.words(Int64(verdict.hold) * 1_000)) after the yes" : "",
      verdict.expires > 0 ? "a no after \(TimeLength.words(Int64(verdict.expires) * 1_000))" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// One line for each kind.
  package static func table(_ workspace: String?) throws(RuntimeFault) -> String {
    let policy = try load(workspace)
    var out = "# Automation policy \(policy.version)\n\n| action | level | why |\n|---|---|---|\n"
    for kind in ActionKind.allCases {
      let verdict = PolicyEngine.explain(kind, target: "", under: policy)
      let always = verdict.isFloor ? ", always" : ""
      let when = times(verdict).isEmpty ? "" : ", \(times(verdict))"
      out +=
        "| \(kind.rawValue) | \(verdict.level.rawValue)\(always)\(when) | \(verdict.reasons.joined(separator: "; ")) |\n"
    }
    let conditional = (policy.workspace + policy.company).filter { !$0.targets.isEmpty }
    if !conditional.isEmpty { out += "\nFor some targets:\n\n" }
    for rule in conditional {
      out +=
        "- \(rule.text): \(rule.level.rawValue)\(rule.times.isEmpty ? "" : ", \(rule.times)")\(rule.why.isEmpty ? "" : ", \(rule.why)") (\(rule.origin))\n"
    }
    return out
  }
}

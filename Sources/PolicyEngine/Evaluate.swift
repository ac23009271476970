// The one decision function. It is pure and does not depend on the order of the rules: in each layer the
// strictest rule that matches counts. The workspace's word replaces the company's default for what it names,
// the company's floors hold under both, and what nobody names is Watched.

import Domain

package func evaluate(_ action: Action, under policy: Policy) -> Verdict {
  if case .changeFiles(let parts) = action.effect, action.kind == .fileChange {
    let each = parts.map { evaluate(Action(kind: Classifier.kind(ofFile: $0), effect: $0), under: policy) }
    // A rule on sets can only be stricter than those on what is in them.
    let own = parts.map { evaluate(action.kind, target: $0.target, under: policy) }.filter { !$0.rule.isEmpty }
    return together(each + (parts.isEmpty ? [] : own))
  }
  let verdicts = action.effect.targets.map { evaluate(action.kind, target: $0, under: policy) }
  // A mail to two people is judged for each; the strictest word counts for all.
  guard var verdict = verdicts.max(by: { $0.level < $1.level }) else {
    return evaluate(action.kind, target: "", under: policy)
  }
  verdict.brokenRules = Array(Set(verdicts.flatMap(\.brokenRules))).sorted()
  if verdict.level == .batched, !action.kind.canBeHeld {
    verdict.level = .watched
    verdict.reasons.append("can't be held back, so a person approves it")
  }
  verdict.reasons.append(contentsOf: action.evidence)
  return verdict
}

/// Several changes as one are as strict as the strictest of them; the longest hold and the shortest wait count.
private func together(_ verdicts: [Verdict]) -> Verdict {
  guard var verdict = verdicts.max(by: { $0.level < $1.level }) else {
    return Verdict(
      level: .forbidden, rule: "", origin: nil, isFloor: false, reasons: ["it changes nothing"], brokenRules: [])
  }
  verdict.brokenRules = Array(Set(verdicts.flatMap(\.brokenRules))).sorted()
  verdict.hold = verdicts.map(\.hold).max() ?? 0
  verdict.expires = verdicts.map(\.expires).filter { $0 > 0 }.min() ?? 0
  verdict.allowsBulk = verdicts.allSatisfy(\.allowsBulk)
  verdict.isFloor = verdicts.contains(where: \.isFloor)
  return verdict
}

/// The level a plan entry would have that announces this kind and target.
package func forecast(_ kind: ActionKind, target: String, under policy: Policy) -> TrustLevel {
  let level = evaluate(kind, target: target, under: policy).level
  return level == .batched && !kind.canBeHeld ? .watched : level
}

func evaluate(_ kind: ActionKind, target: String, under policy: Policy) -> Verdict {
  let broken = (policy.company + policy.workspace).filter { $0.defect != nil && $0.names(kind) }
  func matching(_ rules: [Rule], floors: Bool) -> Rule? {
    rules.filter { $0.defect == nil && $0.isAlways == floors && $0.matches(kind, target: target) }
      .max { ($0.level, $1.origin.line) < ($1.level, $0.origin.line) }
  }
  let floor = matching(policy.company, floors: true)
  let companyRule = matching(policy.company, floors: false)
  let workspaceRule = [matching(policy.workspace, floors: true), matching(policy.workspace, floors: false)]
    .compactMap { $0 }.max { $0.level < $1.level }
  let base = workspaceRule ?? companyRule

  var verdict = Verdict(level: .watched, rule: "", origin: nil, isFloor: false, reasons: [], brokenRules: [])
  let deciding: Rule?
  if let floor, base.map({ $0.level <= floor.level }) ?? true { deciding = floor } else { deciding = base }
  if let deciding {
    verdict.level = deciding.level
    verdict.rule = deciding.text
    verdict.origin = deciding.origin
    verdict.isFloor = deciding.isAlways
    verdict.allowsBulk = deciding.allowsBulk && !deciding.isAlways
    if !deciding.why.isEmpty { verdict.reasons.append(deciding.why) }
    if deciding == workspaceRule, let companyRule {
      if deciding.level > companyRule.level { verdict.reasons.append("tightened by this workspace") }
      if deciding.level < companyRule.level { verdict.reasons.append("loosened by this workspace") }
    }
    if deciding == floor, let workspaceRule, workspaceRule.level < deciding.level {
      verdict.reasons.append("the workspace asked for \(workspaceRule.level.rawValue); a floor holds")
    }
  } else {
    verdict.reasons.append("no rule names \(kind.rawValue), so a person decides")
  }
  // How long to hold or to wait is everybody's word, whoever's level counts: the longer hold, the shorter wait.
  let naming = [workspaceRule, floor, companyRule].compactMap { $0 }
  verdict.hold = naming.map(\.hold).max() ?? 0
  verdict.expires = naming.map(\.expires).filter { $0 > 0 }.min() ?? 0
  if let word = matching(policy.standing, floors: false) {
    verdict.apply(word, limit: loosest(kind, target: target, under: policy))
  }
  if !broken.isEmpty {
    verdict.brokenRules = broken.map { "\($0.origin): \($0.defect ?? "")" }
    if verdict.level < .watched {
      verdict.level = .watched
      verdict.reasons.append("a rule that names it is broken, so a person decides")
    }
  }
  return verdict
}

/// How far a person may loosen an effect in a run: the strictest word on any of its targets.
package func loosest(_ kind: ActionKind, _ effect: Effect, under policy: Policy) -> TrustLevel {
  effect.targets.map { loosest(kind, target: $0, under: policy) }.max() ?? .watched
}

/// How far a person may loosen this in a run: to a floor, else to the company's own level, else to Watched.
func loosest(_ kind: ActionKind, target: String, under policy: Policy) -> TrustLevel {
  let rules = policy.company.filter { $0.defect == nil && $0.matches(kind, target: target) }
  let floor = rules.filter(\.isAlways).map(\.level).max()
  // What the company calls Forbidden without a floor stays so for people in a run.
  let own = rules.filter { !$0.isAlways }.map(\.level).max() ?? .watched
  let workspaceFloor = policy.workspace.filter { $0.isAlways && $0.matches(kind, target: target) }.map(\.level).max()
  return [floor, own, workspaceFloor].compactMap { $0 }.max() ?? .watched
}

extension Verdict {
  /// A person's word for the rest of a run: stricter always, looser only down to `limit`.
  fileprivate mutating func apply(_ word: Rule, limit: TrustLevel) {
    guard word.level != level else { return }
    guard word.level > level || word.level >= limit else {
      reasons.append("\(word.origin) asks for \(word.level.rawValue); the company’s policy holds")
      return
    }
    reasons.insert("\(word.level > level ? "tightened" : "loosened") for this run: \(word.why)", at: 0)
    level = word.level
    rule = word.text
    origin = word.origin
    isFloor = false
    allowsBulk = allowsBulk && word.level <= .watched
  }
}

extension Effect {
  /// Each thing a rule may name, never empty: recipients one by one, both ends of a rename.
  var targets: [String] {
    switch self {
    case .draftMail(let mail), .sendMail(let mail):
      mail.recipients.isEmpty ? [""] : mail.recipients.map { Address($0).mailbox }
    case .addEvent(let event): event.attendees.isEmpty ? [event.title] : event.attendees.map { Address($0).mailbox }
    case .renameFile(let from, let to, _): [from.display, to.display]
    // The tool, and each of those it is aimed at.
    case .call(let call): [call.name] + call.aims
    case .other(let other): other.name == other.target ? [other.target] : [other.name, other.target]
    default: [target]
    }
  }
}

extension Policy {
  /// Rules of which another one, of the same file and as firm, names all that they name, and is stricter: for these kinds
  /// they count for nothing.
  package var idle: [(rule: Rule, kinds: [ActionKind], stricter: Rule)] {
    var out: [(rule: Rule, kinds: [ActionKind], stricter: Rule)] = []
    for rule in company + workspace where rule.defect == nil {
      let others = (company + workspace).filter { other in
        other.defect == nil && other.origin.file == rule.origin.file && other.isAlways == rule.isAlways
          && other.level > rule.level
          && (other.targets.isEmpty && other.exceptions.isEmpty
            || other.targets == rule.targets && other.exceptions == rule.exceptions)
      }
      for other in others {
        // A wide rule under a narrow stricter one is what rules are for: of `*` or a family all must be named.
        let kinds = rule.subjects.flatMap { subject in
          let own = ActionKind.allCases.filter(subject.matches)
          return own.allSatisfy(other.names) ? own : []
        }
        if !kinds.isEmpty { out.append((rule, kinds, other)) }
      }
    }
    return out
  }

  /// Kinds that no rule of the company names without a condition: each is Watched, and worth a line.
  package var greyAreas: [ActionKind] {
    // A set of changes is judged by what is in it.
    ActionKind.allCases.filter { kind in
      kind != .fileChange && !company.contains { $0.defect == nil && $0.targets.isEmpty && $0.names(kind) }
    }
  }

  /// The rule at an origin, for what a rule allows besides its level.
  package func rule(at origin: Origin?) -> Rule? {
    guard let origin else { return nil }
    return (workspace + company).first { $0.origin == origin }
  }
}

/// The verdict for a kind and target that nobody has proposed yet.
package func explain(_ kind: ActionKind, target: String, under policy: Policy) -> Verdict {
  var verdict = evaluate(kind, target: target, under: policy)
  if verdict.level == .batched, !kind.canBeHeld {
    verdict.level = .watched
    verdict.reasons.append("can't be held back, so a person approves it")
  }
  return verdict
}

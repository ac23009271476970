// Budgets are everybody's word, as holds are: whichever rule decides the level, each rule that speaks of an action and has
// a budget is charged for it.

import Domain

/// What an action takes of each budget; `before` is still to be looked up.
package func spending(_ action: Action, reach: Reach, under policy: Policy) -> [Spending] {
  let rules = (policy.company + policy.workspace).filter { $0.defect == nil && !$0.budgets.isEmpty }
  guard !rules.isEmpty else { return [] }
  var out: [Spending] = []
  for rule in rules {
    let taken = taken(by: action, reach, of: rule)
    guard taken.things > 0 else { continue }
    for budget in rule.budgets where !out.contains(where: { $0.rule == rule.text && $0.budget == budget }) {
      let own = budget.unit == .things ? taken.things : taken.bytes
      out.append(Spending(rule: rule.text, budget: budget, before: 0, own: own))
    }
  }
  return out
}

/// Rules with a budget that speak of it.
package func budgets(_ kind: ActionKind, target: String, under policy: Policy) -> [Rule] {
  (policy.company + policy.workspace).filter {
    $0.defect == nil && !$0.budgets.isEmpty && $0.matches(kind, target: target)
  }
}

/// Nothing where the rule does not speak of it.
private func taken(by action: Action, _ reach: Reach, of rule: Rule) -> (things: Int, bytes: Int) {
  if case .changeFiles(let parts) = action.effect, action.kind == .fileChange {
    let own = parts.filter { part in
      part.targets.contains {
        rule.matches(Classifier.kind(ofFile: part), target: $0) || rule.matches(.fileChange, target: $0)
      }
    }
    return (own.count, own.reduce(0) { $0 + (($1.newContent ?? $1.preImage?.content)?.size ?? 0) })
  }
  let targets = action.effect.targets.filter { rule.matches(action.kind, target: $0) }
  guard !targets.isEmpty else { return (0, 0) }
  return switch action.effect {
  // Each of those it goes to.
  case .draftMail, .sendMail, .addEvent: (targets.count, reach.bytes)
  default: (max(1, reach.things), reach.bytes)
  }
}

extension Verdict {
  /// Past a budget nothing happens without a person.
  package mutating func charge(_ spending: [Spending]) {
    guard level < .watched else { return }
    for one in spending where one.isPast {
      level = .watched
      reasons.append("past a budget (\(one.words)), so a person decides")
    }
  }
}

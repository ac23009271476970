// The single-use token without which nothing is performed. Only this module can make one, and only after the
// transition to `performing` is durable; it can't be copied, and performing consumes it.

import Domain

/// One effect a permit allows, its bytes checked against the digest that was decided.
package struct PermittedEffect: Hashable, Sendable {
  package let step: StepID
  package let action: Action
  package let digest: Digest
}

package struct Permit: ~Copyable {
  /// One effect, or a set that is applied together.
  package let effects: [PermittedEffect]

  init(effects: [PermittedEffect]) { self.effects = effects }
}

// A call of another system is passed on by whoever holds the line to its server; the permit is spent here, as everywhere.

import Domain
import GateKeeper

package enum ConnectorDoor {
  /// - Parameter send: passes on the call that the permit is for.
  package static func pass(_ permit: consuming Permit, _ send: (ConnectorCall) -> Void) {
    for effect in permit.effects { if case .call(let call) = effect.action.effect { send(call) } }
  }
}

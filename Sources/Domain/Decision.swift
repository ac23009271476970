/// What a person can say to a step.
package enum Decision: Hashable, Sendable {
  case approve
  case reject(code: String, reason: String)
  case keep
  case discard(reason: String)

  package var event: StepEvent {
    switch self {
    case .approve: .approve
    case .reject: .reject
    case .keep: .keep
    case .discard: .discard
    }
  }

  package var reasonCode: String {
    switch self {
    case .reject(let code, _): code
    case .discard(let reason): reason.isEmpty ? "" : "typed"
    case .approve, .keep: ""
    }
  }

  package var reason: String {
    switch self {
    case .reject(_, let reason), .discard(let reason): reason
    case .approve, .keep: ""
    }
  }
}

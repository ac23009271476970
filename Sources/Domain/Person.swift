/// Who decides, and how Ringi knows.
package struct Person: Hashable, Sendable {
  package enum Authentication: String, Sendable, Hashable { case operatingSystem = "os-user" }
  package let name: String
  /// The role that desk.yaml gives them; empty where it gives none.
  package let role: String
  package let authentication: Authentication
  package init(name: String, role: String, authentication: Authentication) {
    self.name = name
    self.role = role
    self.authentication = authentication
  }
}

/// Who caused a record.
package enum Actor: Hashable, Sendable {
  case agent(String)
  case policy
  case person(Person)
  case performer

  package var kind: String {
    switch self {
    case .agent: "agent"
    case .policy: "policy"
    case .person: "person"
    case .performer: "performer"
    }
  }

  package var name: String {
    switch self {
    case .agent(let name): name
    case .policy: "policy"
    case .person(let person): person.name
    case .performer: "ringi"
    }
  }

  package var authentication: String {
    if case .person(let person) = self { person.authentication.rawValue } else { "process" }
  }
}

/// One heading of the agent's plan. Headings carry no ids in ACP; their place in the list is all there is.
package struct PlanEntry: Hashable, Sendable {
  package enum Status: String, Sendable, Hashable, CaseIterable { case pending, inProgress = "in_progress", completed }
  package var title: String
  package var status: Status
  /// What the agent announced through Ringi's own plan tool; empty when it didn't.
  package var intendedKind: String
  package var intendedTarget: String
  /// The level the announced step would have, nil without an announcement.
  package var forecast: TrustLevel?
  package init(
    title: String, status: Status, intendedKind: String = "", intendedTarget: String = "", forecast: TrustLevel? = nil
  ) {
    self.title = title
    self.status = status
    self.intendedKind = intendedKind
    self.intendedTarget = intendedTarget
    self.forecast = forecast
  }
}

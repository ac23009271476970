/// A definition folder read into values. Paths are absolute.
package struct Workspace: Hashable, Sendable {
  package struct Folder: Hashable, Sendable {
    /// Empty for the main folder, which is the agent's working directory.
    package let label: String
    package let path: String
    package let isReadOnly: Bool
    package init(label: String, path: String, isReadOnly: Bool) {
      self.label = label
      self.path = path
      self.isReadOnly = isReadOnly
    }
  }

  package var name: String
  package var directory: String
  package var goal: String
  package var agent: String
  package var folders: [Folder]
  /// The company's own mail domains, and those it writes to.
  package var insideDomains: [String]
  package var knownDomains: [String]
  /// The sender of outgoing mail.
  package var sender: String
  /// The matter number its registers carry.
  package var matter: String
  /// Connectors of the desk's registry that its agent is given, by name.
  package var connectors: [String] = []
  package init(
    name: String, directory: String, goal: String, agent: String, folders: [Folder], insideDomains: [String],
    knownDomains: [String], sender: String, matter: String = ""
  ) {
    self.matter = matter
    self.name = name
    self.directory = directory
    self.goal = goal
    self.agent = agent
    self.folders = folders
    self.insideDomains = insideDomains
    self.knownDomains = knownDomains
    self.sender = sender
  }
}

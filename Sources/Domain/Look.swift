/// A look into a folder, as an agent asks for it. What it finds goes to the agent, so it is a read like that of a file.
package enum Look: Hashable, Sendable {
  /// What lies in it.
  case list
  /// What lies in it and in the folders below.
  case tree
  /// The lines of its text files, and of those below, that hold these words.
  case search(String)

  /// What is looked for; empty for a list.
  package var words: String { if case .search(let words) = self { words } else { "" } }

  /// As canonical bytes have it.
  package var name: String {
    switch self {
    case .list: "list"
    case .tree: "tree"
    case .search: "search"
    }
  }

  package init?(name: String, words: String) {
    switch name {
    case "list": self = .list
    case "tree": self = .tree
    case "search": self = .search(words)
    default: return nil
    }
  }
}

// What an agent asks for, before Ringi has looked at the disk: paths and text as they came off the wire.

package enum ProposedEffect: Hashable, Sendable {
  case read(path: [UInt8])
  /// - Parameter path: a folder; nothing for all allowed folders.
  case look(path: [UInt8], Look)
  /// - Parameter mode: permission bits, where the agent gave the file some.
  case write(path: [UInt8], text: [UInt8], mode: UInt32? = nil)
  /// A file's own text in another place of it: once, or wherever it stands.
  case replace(path: [UInt8], old: [UInt8], new: [UInt8], everywhere: Bool)
  /// One cell of a Jupyter notebook, as Claude Code edits it.
  case notebook(path: [UInt8], NotebookEdit)
  /// A file's own text changed as a unified diff says: hunks, without the names of files.
  case patch(path: [UInt8], hunks: [UInt8])
  /// A file as it stands on a private view: its content is on the desk, with its times and attributes.
  /// - Parameter text: its bytes; empty for what is too large to be held.
  case place(path: [UInt8], Content, text: [UInt8], mode: UInt32)
  case rename(from: [UInt8], to: [UInt8])
  case delete(path: [UInt8])
  case copy(from: [UInt8], to: [UInt8])
  case makeFolder(path: [UInt8], mode: UInt32? = nil)
  case removeFolder(path: [UInt8])
  case changeMode(path: [UInt8], mode: UInt32)
  /// Several changes of files as one.
  case changes([ProposedEffect])
  /// What Ringi never puts in place, in words: a symbolic link, a device.
  case unfit(reason: String, path: [UInt8])
  /// What lies outside the folders, in words.
  case outside(operation: String, path: [UInt8])
  case draft(Mail, attachments: [String])
  case send(Mail, attachments: [String])
  case post(ChatPost)
  case event(CalendarEvent)
  case call(ConnectorCall)
  /// A connector's server as it is, in words.
  case trust(connector: String, text: [UInt8])
  /// - Parameter about: what the agent wants of the page, in its own words.
  case web(String, isSearch: Bool, about: String)
  /// - Parameter notes: how it would run, for the eye.
  case command(arguments: [String], directory: String, notes: [String] = [])
  /// A branch of a repository in the folders, to a remote that the repository knows by this name.
  case push(repository: String, remote: String, branch: String)
  case findings(document: String, sarif: [UInt8], [Finding])
  case other(OtherAction)
}

extension ProposedEffect {
  /// The files it reads, writes or removes, and nothing else; nil for anything that does more.
  package var filePaths: [[UInt8]]? {
    switch self {
    case .read(let path), .write(let path, _, _), .replace(let path, _, _, _), .patch(let path, _), .delete(let path),
      .notebook(let path, _):
      [path]
    case .changes(let parts):
      parts.reduce([[UInt8]]?.some([])) { all, part in all.flatMap { all in part.filePaths.map { all + $0 } } }
    default: nil
    }
  }
}

package struct NotebookEdit: Hashable, Sendable {
  package enum Mode: String, Sendable { case replace, insert, delete }
  /// The cell's id, or `cell-N` where cells have none; nil for a place before the first.
  package let cell: String?
  package let source: String
  /// `code` or `markdown`; nil for what it is.
  package let type: String?
  package let mode: Mode
  package init(cell: String?, source: String, type: String?, mode: Mode) {
    (self.cell, self.source, self.type, self.mode) = (cell, source, type, mode)
  }
}

package struct Proposal: Hashable, Sendable {
  package var effect: ProposedEffect
  package var claims: Claims
  package init(effect: ProposedEffect, claims: Claims) {
    self.effect = effect
    self.claims = claims
  }
}

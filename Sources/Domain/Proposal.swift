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
  /// - Parameter to: another file that is to have the outcome; this one stays as it is.
  case patch(path: [UInt8], hunks: [UInt8], to: [UInt8]? = nil)
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
    case .read(let path), .write(let path, _, _), .replace(let path, _, _, _), .delete(let path),
      .notebook(let path, _):
      [path]
    case .patch(let path, _, let to): [path] + (to.map { [$0] } ?? [])
    case .changes(let parts):
      parts.reduce([[UInt8]]?.some([])) { all, part in all.flatMap { all in part.filePaths.map { all + $0 } } }
    default: nil
    }
  }
}

extension ProposedEffect {
  /// The same with relative paths as seen from a folder.
  /// - Parameter directory: absolute.
  package func rooted(in directory: String) -> ProposedEffect {
    func whole(_ path: [UInt8]) -> [UInt8] {
      path.isEmpty || path.first == UInt8(ascii: "/") ? path : Array(directory.utf8) + [UInt8(ascii: "/")] + path
    }
    func whole(_ path: String) -> String {
      path.isEmpty || path.utf8.first == UInt8(ascii: "/") ? path : "\(directory)/\(path)"
    }
    return switch self {
    case .read(let path): .read(path: whole(path))
    case .look(let path, let look): .look(path: whole(path), look)
    case .write(let path, let text, let mode): .write(path: whole(path), text: text, mode: mode)
    case .replace(let path, let old, let new, let everywhere):
      .replace(path: whole(path), old: old, new: new, everywhere: everywhere)
    case .notebook(let path, let edit): .notebook(path: whole(path), edit)
    case .patch(let path, let hunks, let to): .patch(path: whole(path), hunks: hunks, to: to.map(whole))
    case .place(let path, let content, let text, let mode): .place(path: whole(path), content, text: text, mode: mode)
    case .rename(let from, let to): .rename(from: whole(from), to: whole(to))
    case .delete(let path): .delete(path: whole(path))
    case .copy(let from, let to): .copy(from: whole(from), to: whole(to))
    case .makeFolder(let path, let mode): .makeFolder(path: whole(path), mode: mode)
    case .removeFolder(let path): .removeFolder(path: whole(path))
    case .changeMode(let path, let mode): .changeMode(path: whole(path), mode: mode)
    case .changes(let parts): .changes(parts.map { $0.rooted(in: directory) })
    case .unfit(let reason, let path): .unfit(reason: reason, path: whole(path))
    case .outside(let operation, let path): .outside(operation: operation, path: whole(path))
    case .draft(let mail, let attachments): .draft(mail, attachments: attachments.map(whole))
    case .send(let mail, let attachments): .send(mail, attachments: attachments.map(whole))
    case .command(let arguments, let place, let notes):
      .command(arguments: arguments, directory: place.isEmpty ? directory : whole(place), notes: notes)
    case .push(let repository, let remote, let branch):
      .push(repository: whole(repository), remote: remote, branch: branch)
    case .findings(let document, let sarif, let findings):
      .findings(document: whole(document), sarif: sarif, findings)
    case .post, .event, .call, .trust, .web, .other: self
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

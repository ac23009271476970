// The typed effects an agent can propose. Everything here is a value; content bytes live in the blob store
// under their digest, so an effect names exactly the bytes it means.

/// A file inside an allowed folder: the folder's label (empty for the main one) and the path below it, as bytes.
package struct FilePath: Hashable, Sendable {
  package let folder: String
  package let relative: [UInt8]

  package init(folder: String = "", relative: [UInt8]) {
    self.folder = folder
    self.relative = relative
  }

  package init(_ text: String, folder: String = "") { self.init(folder: folder, relative: Array(text.utf8)) }

  /// What rules match and people read: `label/path`. Not safe for the screen as it is.
  package var display: String {
    let text = String(decoding: relative, as: UTF8.self)
    return folder.isEmpty ? text : "\(folder)/\(text)"
  }
}

extension FilePath {
  /// The folder it lies in, which is empty for the top, and its name there.
  package var parts: (folder: FilePath, name: [UInt8]) {
    guard let slash = relative.lastIndex(of: UInt8(ascii: "/")) else {
      return (FilePath(folder: folder, relative: []), relative)
    }
    return (FilePath(folder: folder, relative: Array(relative[..<slash])), Array(relative[(slash + 1)...]))
  }

  package func appending(_ name: [UInt8]) -> FilePath {
    FilePath(folder: folder, relative: relative.isEmpty ? name : relative + [UInt8(ascii: "/")] + name)
  }
}

/// Bytes by digest, and what a file that gets them is allowed.
package struct Content: Hashable, Sendable {
  package let digest: Digest
  /// In bytes.
  package let size: Int
  /// Permission bits, as `st_mode & 0o777`; nil: those the file has, or those of a new one.
  package var mode: UInt32?
  /// What else a file had that is put back; nil for a file that was never there.
  package var details: FileDetails?
  package init(digest: Digest, size: Int, mode: UInt32? = nil, details: FileDetails? = nil) {
    self.digest = digest
    self.size = size
    self.mode = mode
    self.details = details
  }

  /// 64 MiB: what is held in memory and can be read, shown and attached. What is larger is known by its digest.
  package static let mostInHand = 64 << 20
  package var isLarge: Bool { size > Self.mostInHand }

  /// The same for a file with these permission bits.
  package func with(mode: UInt32?) -> Content {
    Content(digest: digest, size: size, mode: mode, details: details)
  }
}

/// What a file has beside its bytes and permission bits.
package struct FileDetails: Hashable, Sendable {
  /// When its content was last changed: nanoseconds since 1970, UTC.
  package let modified: Int64
  package let owner: UInt32
  package let group: UInt32
  /// Its extended attributes and access list in `FileAttributes`' form; nil where it has none.
  package let attributes: Digest?
  package init(modified: Int64, owner: UInt32, group: UInt32, attributes: Digest?) {
    self.modified = modified
    self.owner = owner
    self.group = group
    self.attributes = attributes
  }

  /// Its times may be others.
  package func isSame(as other: FileDetails?) -> Bool {
    owner == other?.owner && group == other?.group && attributes == other?.attributes
  }
}

/// A file as it was when the step was shown: what an effect must find again before it may replace it.
package struct PreImage: Hashable, Sendable {
  package let content: Content
  /// Permission bits, as `st_mode & 0o7777`.
  package let mode: UInt32
  package let device: UInt64
  package let inode: UInt64
  package init(content: Content, mode: UInt32, device: UInt64, inode: UInt64) {
    self.content = content
    self.mode = mode
    self.device = device
    self.inode = inode
  }

  /// The same file with the same bytes, permissions, owner and attributes, whatever its times say.
  package func isSame(as other: PreImage?) -> Bool {
    guard let other else { return false }
    let (own, theirs) = (content.details, other.content.details)
    return content.digest == other.content.digest && mode == other.mode && device == other.device
      && inode == other.inode
      && (own == nil || theirs == nil || own?.isSame(as: theirs) == true)
  }
}

/// An outgoing message. Addresses are as the agent gave them, already split.
package struct Mail: Hashable, Sendable {
  package var from: String
  package var to: [String]
  package var cc: [String]
  package var bcc: [String]
  package var replyTo: String
  package var subject: String
  package var body: String
  /// Files of the workspace that go with it.
  package var attachments: [Attachment]
  package init(
    from: String, to: [String], cc: [String], bcc: [String], replyTo: String, subject: String, body: String,
    attachments: [Attachment]
  ) {
    self.from = from
    self.to = to
    self.cc = cc
    self.bcc = bcc
    self.replyTo = replyTo
    self.subject = subject
    self.body = body
    self.attachments = attachments
  }
  package var recipients: [String] { to + cc + bcc }
}

package struct Attachment: Hashable, Sendable {
  package let path: FilePath
  package let content: Content
  package init(path: FilePath, content: Content) {
    self.path = path
    self.content = content
  }
}

package struct ChatPost: Hashable, Sendable {
  package var channel: String
  package var text: String
  package init(channel: String, text: String) {
    self.channel = channel
    self.text = text
  }
}

/// A program to be run: never a shell's line.
package struct Invocation: Hashable, Sendable {
  /// The program first; for what Ringi itself runs, as an absolute path.
  package var arguments: [String]
  package var directory: String
  /// Files of the allowed folders that its arguments name, as they were when it was shown: a script that was changed
  /// since is another command.
  package var files: [Attachment]
  /// Ringi runs it, without a network; false where the agent runs it by itself.
  package var isContained = false
  package init(arguments: [String], directory: String, files: [Attachment] = [], isContained: Bool = false) {
    self.arguments = arguments
    self.directory = directory
    self.files = files
    self.isContained = isContained
  }
}

/// One branch of a remote repository, moved from one commit to another.
package struct GitPush: Hashable, Sendable {
  /// The work tree, as an absolute path.
  package var repository: String
  /// Where it goes, as git would have it after all rewriting.
  package var url: String
  /// The branch here and there: `refs/heads/main`.
  package var ref: String
  /// Where the remote branch stood when it was last fetched, in hexadecimal; empty where it is new.
  package var old: String
  package var new: String
  package var commits: Int
  /// Commits of the remote branch that would be gone.
  package var lost: Int
  /// The list of commits and what they change, as it is shown.
  package var summary: Content
  package init(
    repository: String, url: String, ref: String, old: String, new: String, commits: Int, lost: Int, summary: Content
  ) {
    self.repository = repository
    self.url = url
    self.ref = ref
    self.old = old
    self.new = new
    self.commits = commits
    self.lost = lost
    self.summary = summary
  }
}

/// What no other effect is for: a deed by its own name, what it is done to, and with what.
package struct OtherAction: Hashable, Sendable {
  /// The name its asker gives the deed, `db.drop`; empty where the target says all.
  package var deed: String
  package var target: String
  package var payload: String
  package init(deed: String = "", target: String, payload: String) {
    self.deed = deed
    self.target = target
    self.payload = payload
  }

  /// As it is listed, and as rules may name it. A kind that Ringi knows is judged, and shown, as one.
  package var name: String { deed.isEmpty || ActionKind(rawValue: deed) != nil ? target : "\(deed) \(target)" }
}

package enum Effect: Hashable, Sendable {
  case readFile(FilePath)
  /// - Parameter 0: a folder; an empty path is an allowed folder itself.
  case look(FilePath, Look)
  case createFile(FilePath, Content)
  case editFile(FilePath, PreImage, Content)
  case renameFile(from: FilePath, to: FilePath, PreImage)
  case deleteFile(FilePath, PreImage)
  /// - Parameter mode: permission bits; nil for those of any new folder.
  case makeFolder(FilePath, mode: UInt32?)
  /// Only if nothing is left in it.
  /// - Parameter mode: permission bits as they were; nil on steps that did not keep them.
  case removeFolder(FilePath, mode: UInt32?)
  /// Other permission bits for a folder; a file has its own with its content.
  case changeMode(FilePath, from: UInt32, to: UInt32)
  /// Several changes of files as one: together, all or nothing. None of them is a set itself, no two touch one path.
  case changeFiles([Effect])
  /// Something in an allowed folder that Ringi never puts in place: a link, a device, a name that can't be. In words.
  case unfit(reason: String, FilePath)
  /// Any file operation whose path is not inside an allowed folder.
  case outside(operation: String, path: String)
  case draftMail(Mail)
  case sendMail(Mail)
  case post(ChatPost)
  case addEvent(CalendarEvent)
  case call(ConnectorCall)
  case trust(ConnectorPin)
  /// A page that is fetched by its address, or a search of the web by its words. Only agents do that by themselves.
  case web(String, isSearch: Bool)
  case command(Invocation)
  case push(GitPush)
  case reportFindings(document: String, Content)
  case other(OtherAction)

  /// What rules match as the target.
  package var target: String {
    switch self {
    case .readFile(let path), .createFile(let path, _), .editFile(let path, _, _), .deleteFile(let path, _),
      .makeFolder(let path, _), .removeFolder(let path, _), .changeMode(let path, _, _), .unfit(_, let path):
      path.display
    case .look(let path, _):
      "\(path.relative.isEmpty && path.folder.isEmpty ? "." : path.display)\(path.relative.isEmpty && !path.folder.isEmpty ? "" : "/")"
    case .renameFile(let from, _, _): from.display
    case .changeFiles(let parts): parts.map(\.target).joined(separator: ", ")
    case .outside(_, let path): path
    case .draftMail(let mail), .sendMail(let mail): mail.recipients.joined(separator: ", ")
    case .post(let post): post.channel
    case .addEvent(let event): event.title
    case .call(let call): call.target
    case .trust(let pin): pin.connector
    case .web(let words, _): words
    case .command(let call): call.arguments.joined(separator: " ")
    case .push(let push): "\(push.url) \(push.ref)"
    case .reportFindings(let document, _): document
    case .other(let other): other.name
    }
  }

  /// The file or folder the effect writes or removes, if it does.
  package var writtenPath: FilePath? {
    switch self {
    case .createFile(let path, _), .editFile(let path, _, _), .deleteFile(let path, _), .makeFolder(let path, _),
      .removeFolder(let path, _), .changeMode(let path, _, _):
      path
    case .renameFile(let from, _, _): from
    default: nil
    }
  }

  package var isOfFolder: Bool {
    switch self {
    case .makeFolder, .removeFolder, .changeMode: true
    default: false
    }
  }

  /// What it does to files, one by one; empty for what touches none.
  package var fileParts: [Effect] {
    if case .changeFiles(let parts) = self { parts } else { writtenPath == nil ? [] : [self] }
  }

  package var preImage: PreImage? {
    switch self {
    case .editFile(_, let image, _), .deleteFile(_, let image), .renameFile(_, _, let image): image
    default: nil
    }
  }

  /// The same new bytes, the same name or the same end for one file, whatever the file has in it by now.
  package func isSameDeed(as other: Effect) -> Bool {
    switch (self, other) {
    case (.editFile(let one, _, let content), .editFile(let two, _, let wanted)): one == two && content == wanted
    case (.deleteFile(let one, _), .deleteFile(let two, _)): one == two
    case (.renameFile(let one, let to, _), .renameFile(let two, let wanted, _)): one == two && to == wanted
    default: self == other
    }
  }

  /// The mail it sends or drafts.
  package var mail: Mail? {
    switch self {
    case .sendMail(let mail), .draftMail(let mail): mail
    default: nil
    }
  }

  /// The bytes a file is given, if the effect gives it some.
  package var newContent: Content? {
    switch self {
    case .createFile(_, let content), .editFile(_, _, let content): content
    default: nil
    }
  }
}

extension Effect {
  /// What the desk keeps the bytes of for it, so that it can be shown, done, and put back.
  package var keptDigests: [Digest] {
    switch self {
    case .createFile(_, let content): content.keptDigests
    case .editFile(_, let before, let content): before.content.keptDigests + content.keptDigests
    case .deleteFile(_, let before): before.content.keptDigests
    // Its bytes stay on the disk.
    case .renameFile(_, _, let image): image.content.isLarge ? [] : image.content.keptDigests
    case .changeFiles(let parts): parts.flatMap(\.keptDigests)
    case .draftMail(let mail), .sendMail(let mail): mail.attachments.map(\.content.digest)
    case .command(let call): call.files.map(\.content.digest)
    case .push(let push): [push.summary.digest]
    case .reportFindings(_, let content): [content.digest]
    case .trust(let pin): [pin.text.digest] + [pin.before?.digest].compactMap { $0 }
    case .readFile, .look, .makeFolder, .removeFolder, .changeMode, .unfit, .outside, .post, .addEvent, .call, .web,
      .other:
      []
    }
  }
}

extension Content {
  fileprivate var keptDigests: [Digest] { [digest] + [details?.attributes].compactMap { $0 } }
}

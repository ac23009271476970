/// The closed set of kinds of action. What fits none is `other`, and is Watched.
package enum ActionKind: String, Sendable, Hashable, CaseIterable {
  case fileRead = "file.read"
  case fileCreate = "file.create"
  case fileEdit = "file.edit"
  case fileRename = "file.rename"
  case fileDelete = "file.delete"
  /// An empty folder: what is in one has steps of its own.
  case folderMake = "folder.make"
  case folderRemove = "folder.remove"
  /// Other permissions of a folder.
  case folderMode = "folder.mode"
  /// Several of the changes above as one; each is judged as what it is.
  case fileChange = "file.change"
  /// Anything outside the allowed folders.
  case fileOutside = "file.outside"
  /// Something in an allowed folder that is never put in place: a link, a device, a name that can't be.
  case fileUnfit = "file.unfit"
  case mailSearch = "mail.search"
  case mailRead = "mail.read"
  case mailDraft = "mail.draft"
  case mailSend = "mail.send"
  case driveSearch = "drive.search"
  case driveRead = "drive.read"
  case driveCreate = "drive.create"
  case driveEdit = "drive.edit"
  case chatSend = "chat.send"
  case eventAdd = "event.add"
  /// An event that invites others.
  case eventInvite = "event.invite"
  case webSearch = "web.search"
  case webFetch = "web.fetch"
  /// A look into another system, by a connector that a person has accepted.
  case connectorRead = "connector.read"
  /// A write to an external system.
  case connectorCall = "connector.call"
  /// A person accepts a connector's server as it is: its command, its program, its tools.
  case connectorTrust = "connector.trust"
  case paymentMake = "payment.make"
  case hrWrite = "hr.write"
  /// A contract sent with legal effect.
  case contractSend = "contract.send"
  /// Personal data sent to an external system, or read into a remote model.
  case personalDataSend = "personal-data.send"
  case gitPush = "git.push"
  case commandRun = "command.run"
  /// Flags on a document, handed to Ringi: touches nothing but the desk.
  case findingReport = "finding.report"
  case other

  /// The short verb of the queue.
  package var verb: String {
    switch self {
    case .fileRead: "read"
    case .fileCreate: "create"
    case .fileEdit: "edit"
    case .fileRename: "rename"
    case .fileDelete: "delete"
    case .folderMake: "folder"
    case .folderRemove: "rmdir"
    case .folderMode: "chmod"
    case .fileChange: "change"
    case .fileOutside: "outside"
    case .fileUnfit: "unfit"
    case .mailSearch, .driveSearch, .webSearch: "search"
    case .mailRead, .driveRead: "read"
    case .mailDraft: "draft"
    case .mailSend: "send"
    case .driveCreate: "create"
    case .driveEdit: "edit"
    case .chatSend: "post"
    case .eventAdd: "event"
    case .eventInvite: "invite"
    case .webFetch: "fetch"
    case .connectorCall: "call"
    case .connectorRead: "look"
    case .connectorTrust: "trust"
    case .paymentMake: "pay"
    case .hrWrite: "hr"
    case .contractSend: "sign"
    case .personalDataSend: "pii"
    case .gitPush: "push"
    case .commandRun: "run"
    case .findingReport: "flags"
    case .other: "other"
    }
  }

  /// True where the effect leaves the machine for other people's eyes or systems.
  package var goesOut: Bool {
    switch self {
    case .mailSend, .chatSend, .eventInvite, .connectorCall, .paymentMake, .hrWrite, .contractSend, .personalDataSend,
      .gitPush, .driveCreate, .driveEdit, .fileOutside, .commandRun, .other:
      true
    case .fileRead, .fileCreate, .fileEdit, .fileRename, .fileDelete, .folderMake, .folderRemove, .folderMode,
      .fileChange, .fileUnfit, .mailSearch, .mailRead, .mailDraft, .driveSearch,
      .driveRead, .eventAdd, .webSearch, .webFetch, .findingReport, .connectorTrust, .connectorRead:
      false
    }
  }

  /// True where Ringi can hold the effect back and show it at the end of the run.
  package var canBeHeld: Bool {
    switch self {
    case .fileRead, .fileCreate, .fileEdit, .fileRename, .folderMake, .folderRemove, .folderMode, .fileChange,
      .mailSearch,
      .mailRead, .mailDraft,
      .driveSearch, .driveRead, .driveCreate,
      .eventAdd, .webSearch, .webFetch, .findingReport, .connectorRead:
      true
    case .fileDelete, .fileOutside, .fileUnfit, .mailSend, .driveEdit, .chatSend, .eventInvite,
      .connectorCall, .connectorTrust,
      .paymentMake, .hrWrite, .contractSend, .personalDataSend, .gitPush, .commandRun, .other:
      false
    }
  }

  /// True for what changes files of the allowed folders.
  package var isFile: Bool {
    [.fileCreate, .fileEdit, .fileRename, .fileDelete, .folderMake, .folderRemove, .folderMode, .fileChange].contains(
      self)
  }

  /// True for what only looks.
  package var isRead: Bool {
    switch self {
    case .fileRead, .mailSearch, .mailRead, .driveSearch, .driveRead, .webSearch, .webFetch, .connectorRead: true
    default: false
    }
  }
}

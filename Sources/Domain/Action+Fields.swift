// Canonical bytes of an action. A salt of 16 random bytes comes first, so that after payload and salt are erased
// a digest in the log tells nothing about a short payload.

extension Action {
  /// The bytes the effect digest covers.
  package func canonicalBytes(salt: [UInt8]) -> [UInt8] {
    var out = FieldWriter()
    out.put("ringi-action", 1)
    out.put("salt", salt)
    out.put("kind", kind.rawValue)
    out.put("evidence", strings: evidence)
    out.put("effect") { effect.write(to: &$0) }
    return out.bytes
  }

  package init(canonicalBytes bytes: [UInt8]) throws(FieldFault) {
    var reader = FieldReader(bytes)
    guard try reader.int("ringi-action") == 1 else { throw FieldFault(key: "ringi-action", expected: "version 1") }
    _ = try reader.bytes("salt")
    let name = try reader.string("kind")
    guard let kind = ActionKind(rawValue: name) else { throw FieldFault(key: "kind", expected: "a known kind") }
    let evidence = try reader.strings("evidence")
    var inner = FieldReader(try reader.bytes("effect"))
    let effect = try Effect(from: &inner)
    try inner.end()
    try reader.end()
    self.init(kind: kind, effect: effect, evidence: evidence)
  }
}

extension FieldWriter {
  mutating func put(_ key: String, _ path: FilePath) {
    put(key) {
      $0.put("folder", path.folder)
      $0.put("relative", path.relative)
    }
  }

  mutating func put(_ key: String, _ content: Content) {
    put(key) {
      $0.put("digest", content.digest)
      $0.put("size", content.size)
      if let mode = content.mode { $0.put("mode", Int(mode)) }
      if let details = content.details {
        $0.put("details") {
          $0.put("modified", details.modified)
          $0.put("owner", Int(details.owner))
          $0.put("group", Int(details.group))
          if let attributes = details.attributes { $0.put("attributes", attributes) }
        }
      }
    }
  }

  mutating func put(_ key: String, _ image: PreImage) {
    put(key) {
      $0.put("content", image.content)
      $0.put("mode", Int(image.mode))
      $0.put("device", String(image.device))
      $0.put("inode", String(image.inode))
    }
  }

  mutating func put(_ key: String, _ mail: Mail) {
    put(key) {
      $0.put("from", mail.from)
      $0.put("to", strings: mail.to)
      $0.put("cc", strings: mail.cc)
      $0.put("bcc", strings: mail.bcc)
      $0.put("replyTo", mail.replyTo)
      $0.put("subject", mail.subject)
      $0.put("body", mail.body)
      for attachment in mail.attachments {
        $0.put("path", attachment.path)
        $0.put("content", attachment.content)
      }
    }
  }
}

extension FieldReader {
  mutating func path(_ key: String) throws(FieldFault) -> FilePath {
    var inner = FieldReader(try bytes(key))
    return FilePath(folder: try inner.string("folder"), relative: try inner.bytes("relative"))
  }

  mutating func content(_ key: String) throws(FieldFault) -> Content {
    var inner = FieldReader(try bytes(key))
    var content = Content(digest: try inner.digest("digest"), size: try inner.int("size"))
    if inner.nextKey == "mode" { content.mode = try inner.mode("mode") }
    if inner.nextKey == "details" { content.details = try Self.details(try inner.bytes("details")) }
    try inner.end()
    return content
  }

  fileprivate mutating func mode(_ key: String) throws(FieldFault) -> UInt32 {
    guard let mode = UInt32(exactly: try int(key)) else { throw FieldFault(key: key, expected: "a mode") }
    return mode
  }

  private static func details(_ bytes: [UInt8]) throws(FieldFault) -> FileDetails {
    var inner = FieldReader(bytes)
    guard let modified = Int64(try inner.string("modified")), let owner = UInt32(exactly: try inner.int("owner")),
      let group = UInt32(exactly: try inner.int("group"))
    else { throw FieldFault(key: "details", expected: "a time, an owner and a group") }
    let attributes = try inner.isAtEnd ? nil : inner.digest("attributes")
    try inner.end()
    return FileDetails(modified: modified, owner: owner, group: group, attributes: attributes)
  }

  mutating func preImage(_ key: String) throws(FieldFault) -> PreImage {
    var inner = FieldReader(try bytes(key))
    let content = try inner.content("content")
    let mode = try inner.int("mode")
    guard let device = UInt64(try inner.string("device")), let inode = UInt64(try inner.string("inode")),
      let bits = UInt32(exactly: mode)
    else { throw FieldFault(key: key, expected: "device, inode and mode") }
    return PreImage(content: content, mode: bits, device: device, inode: inode)
  }

  mutating func mail(_ key: String) throws(FieldFault) -> Mail {
    var inner = FieldReader(try bytes(key))
    var mail = Mail(
      from: try inner.string("from"), to: try inner.strings("to"), cc: try inner.strings("cc"),
      bcc: try inner.strings("bcc"), replyTo: try inner.string("replyTo"), subject: try inner.string("subject"),
      body: try inner.string("body"), attachments: [])
    while !inner.isAtEnd {
      mail.attachments.append(Attachment(path: try inner.path("path"), content: try inner.content("content")))
    }
    return mail
  }
}

extension Effect {
  func write(to out: inout FieldWriter) {
    switch self {
    case .readFile(let path): out.put("readFile", path)
    case .look(let path, let look):
      out.put("look", path)
      out.put("way", look.name)
      out.put("words", look.words)
    case .createFile(let path, let content):
      out.put("createFile", path)
      out.put("content", content)
    case .editFile(let path, let image, let content):
      out.put("editFile", path)
      out.put("pre", image)
      out.put("content", content)
    case .renameFile(let from, let to, let image):
      out.put("renameFile", from)
      out.put("to", to)
      out.put("pre", image)
    case .deleteFile(let path, let image):
      out.put("deleteFile", path)
      out.put("pre", image)
    case .makeFolder(let path, let mode):
      out.put("makeFolder", path)
      if let mode { out.put("mode", Int(mode)) }
    case .removeFolder(let path, let mode):
      out.put("removeFolder", path)
      if let mode { out.put("mode", Int(mode)) }
    case .changeMode(let path, let from, let to):
      out.put("changeMode", path)
      out.put("from", Int(from))
      out.put("to", Int(to))
    case .changeFiles(let parts):
      out.put("changeFiles", parts.count)
      for part in parts { out.put("part") { part.write(to: &$0) } }
    case .unfit(let reason, let path):
      out.put("unfit", path)
      out.put("reason", reason)
    case .outside(let operation, let path):
      out.put("outside", operation)
      out.put("path", path)
    case .draftMail(let mail): out.put("draftMail", mail)
    case .sendMail(let mail): out.put("sendMail", mail)
    case .post(let post):
      out.put("post", post.channel)
      out.put("text", post.text)
    case .addEvent(let event):
      out.put("addEvent", event.title)
      out.put("start", event.start)
      out.put("end", event.end)
      out.put("place", event.place)
      out.put("notes", event.notes)
      out.put("attendees", strings: event.attendees)
    case .call(let call):
      out.put("call", call.connector)
      out.put("tool", call.tool)
      out.put("arguments", call.arguments)
      if !call.aims.isEmpty { out.put("aims", strings: call.aims) }
      if let pin = call.pin { out.put("pin", pin) }
    case .trust(let pin):
      out.put("trust", pin.connector)
      out.put("text", pin.text)
      if let before = pin.before { out.put("before", before) }
    case .web(let words, let isSearch):
      out.put("web", words)
      out.put("isSearch", isSearch)
    case .command(let call):
      out.put("command", strings: call.arguments)
      out.put("directory", call.directory)
      if call.isContained { out.put("contained", true) }
      for file in call.files {
        out.put("path", file.path)
        out.put("content", file.content)
      }
    case .push(let push):
      out.put("push", push.repository)
      out.put("url", push.url)
      out.put("ref", push.ref)
      out.put("old", push.old)
      out.put("new", push.new)
      out.put("commits", push.commits)
      out.put("lost", push.lost)
      out.put("summary", push.summary)
    case .reportFindings(let document, let content):
      out.put("reportFindings", document)
      out.put("content", content)
    case .other(let other):
      out.put("other", other.target)
      out.put("payload", other.payload)
      if !other.deed.isEmpty { out.put("deed", other.deed) }
    }
  }

  init(from reader: inout FieldReader) throws(FieldFault) {
    switch reader.nextKey {
    case "readFile": self = .readFile(try reader.path("readFile"))
    case "look":
      let path = try reader.path("look")
      guard let look = Look(name: try reader.string("way"), words: try reader.string("words")) else {
        throw FieldFault(key: "way", expected: "list, tree or search")
      }
      self = .look(path, look)
    case "createFile": self = .createFile(try reader.path("createFile"), try reader.content("content"))
    case "editFile":
      self = .editFile(try reader.path("editFile"), try reader.preImage("pre"), try reader.content("content"))
    case "renameFile":
      self = .renameFile(from: try reader.path("renameFile"), to: try reader.path("to"), try reader.preImage("pre"))
    case "deleteFile": self = .deleteFile(try reader.path("deleteFile"), try reader.preImage("pre"))
    case "makeFolder":
      let path = try reader.path("makeFolder")
      self = .makeFolder(path, mode: try reader.isAtEnd ? nil : reader.mode("mode"))
    case "removeFolder":
      let path = try reader.path("removeFolder")
      self = .removeFolder(path, mode: try reader.isAtEnd ? nil : reader.mode("mode"))
    case "changeMode":
      self = .changeMode(
        try reader.path("changeMode"), from: try reader.mode("from"), to: try reader.mode("to"))
    case "changeFiles":
      var parts: [Effect] = []
      for _ in 0..<(try reader.int("changeFiles")) {
        var inner = FieldReader(try reader.bytes("part"))
        let part = try Effect(from: &inner)
        guard part.writtenPath != nil else { throw FieldFault(key: "part", expected: "a change of a file") }
        try inner.end()
        parts.append(part)
      }
      self = .changeFiles(parts)
    case "unfit":
      let path = try reader.path("unfit")
      self = .unfit(reason: try reader.string("reason"), path)
    case "outside": self = .outside(operation: try reader.string("outside"), path: try reader.string("path"))
    case "draftMail": self = .draftMail(try reader.mail("draftMail"))
    case "sendMail": self = .sendMail(try reader.mail("sendMail"))
    case "post": self = .post(ChatPost(channel: try reader.string("post"), text: try reader.string("text")))
    case "addEvent":
      self = .addEvent(
        CalendarEvent(
          title: try reader.string("addEvent"), start: try reader.string("start"), end: try reader.string("end"),
          place: try reader.string("place"), notes: try reader.string("notes"),
          attendees: try reader.strings("attendees")))
    case "call":
      var call = ConnectorCall(
        connector: try reader.string("call"), tool: try reader.string("tool"),
        arguments: try reader.string("arguments"))
      if reader.nextKey == "aims" { call.aims = try reader.strings("aims") }
      if reader.nextKey == "pin" { call.pin = try reader.digest("pin") }
      self = .call(call)
    case "trust":
      let (connector, text) = (try reader.string("trust"), try reader.content("text"))
      self = .trust(
        ConnectorPin(
          connector: connector, text: text, before: try reader.isAtEnd ? nil : reader.content("before")))
    case "web": self = .web(try reader.string("web"), isSearch: try reader.bool("isSearch"))
    case "command":
      var call = Invocation(arguments: try reader.strings("command"), directory: try reader.string("directory"))
      if reader.nextKey == "contained" { call.isContained = try reader.bool("contained") }
      while !reader.isAtEnd {
        call.files.append(Attachment(path: try reader.path("path"), content: try reader.content("content")))
      }
      self = .command(call)
    case "push":
      self = .push(
        GitPush(
          repository: try reader.string("push"), url: try reader.string("url"), ref: try reader.string("ref"),
          old: try reader.string("old"), new: try reader.string("new"), commits: try reader.int("commits"),
          lost: try reader.int("lost"), summary: try reader.content("summary")))
    case "reportFindings":
      self = .reportFindings(document: try reader.string("reportFindings"), try reader.content("content"))
    case "other":
      var other = OtherAction(target: try reader.string("other"), payload: try reader.string("payload"))
      if !reader.isAtEnd { other.deed = try reader.string("deed") }
      self = .other(other)
    default: throw FieldFault(key: reader.nextKey ?? "", expected: "a known effect")
    }
  }
}

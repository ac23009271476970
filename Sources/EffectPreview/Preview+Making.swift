// Making the body of a preview, by kind of effect.

import Domain
import TextDiff

/// The bytes a preview is made from: what is there now, and what would be.
package struct PreviewImages: Sendable {
  package var before: [UInt8]
  package var after: [UInt8]
  /// Attachments, by display path.
  package var attachments: [(path: String, bytes: [UInt8])]
  /// For a new file: the file it mostly repeats, if there is one.
  package var basis: (path: String, bytes: [UInt8])?
  /// The same of attachments, by path.
  package var readableAttachments: [String: (words: String, text: [UInt8])] = [:]
  /// What a person can read of a file that is no text, and how that came about; nil for text.
  package var readable: (words: String, before: [UInt8], after: [UInt8])?
  /// What an approved command may do and for how long, in words.
  package var facts: [String] = []
  /// An undo: what it gives back beside bytes is told.
  package var isGivingBack = false
  /// Of a call: how people would see it.
  package var reading: CallReading?
  /// Of several changes as one: what belongs to each.
  package var parts: [PreviewImages] = []
  package init(
    before: [UInt8] = [], after: [UInt8] = [], attachments: [(path: String, bytes: [UInt8])] = [],
    basis: (path: String, bytes: [UInt8])? = nil
  ) {
    self.basis = basis
    self.before = before
    self.after = after
    self.attachments = attachments
  }
}

extension Preview {
  private static let repeatsHead = "new file, compared with "
  private static let repeatsTail = ", which it mostly repeats"

  /// The file that a new one is compared with; nil for any other preview.
  package var repeated: String? {
    lines.lazy.filter {
      $0.role == .label && $0.text.hasPrefix(Self.repeatsHead) && $0.text.hasSuffix(Self.repeatsTail)
    }
    .map { String($0.text.dropFirst(Self.repeatsHead.count).dropLast(Self.repeatsTail.count)) }.first
  }
}

extension Preview {
  /// Lines of context around a change.
  private static let context = 3

  package static func of(_ effect: Effect, images: PreviewImages, findings: [Finding] = []) -> Preview {
    let body = large(effect) ?? images.readable.map { converted($0, images) } ?? body(effect, images, findings)
    let beside = [permissions(effect), images.isGivingBack ? details(effect) : attributes(effect)].compactMap { $0 }
    return beside.isEmpty ? body : Preview(lines: beside.map { PreviewLine(.label, $0) }, then: body)
  }

  /// One after the other, under a heading each. Their changes can't be kept one by one: they are one change.
  private static func together(_ parts: [Effect], _ images: [PreviewImages]) -> Preview {
    var lines: [PreviewLine] = []
    for (index, part) in parts.enumerated() {
      let verb = Classifier.kind(ofFile: part).verb.uppercased()
      if index > 0 { lines.append(PreviewLine(.gap, "")) }
      lines.append(PreviewLine(.label, "\(index + 1) of \(parts.count): \(verb) \(part.target)"))
      lines += of(part, images: index < images.count ? images[index] : PreviewImages()).lines.map {
        PreviewLine($0.role, $0.text, number: $0.number, marks: $0.marks)
      }
    }
    return Preview(lines: lines, changes: 1)
  }

  /// What an undo gives back beside bytes and permissions.
  private static func details(_ effect: Effect) -> String? {
    guard let details = effect.newContent?.details else { return nil }
    let time = Timestamp(milliseconds: details.modified / 1_000_000).rfc3339
    return "as last changed at \(time), with its owner\(details.attributes == nil ? "" : " and attributes")"
  }

  /// What else a program has given the file, or taken from it.
  private static func attributes(_ effect: Effect) -> String? {
    guard let new = effect.newContent?.details else { return nil }
    guard let old = effect.preImage?.content.details else {
      return new.attributes == nil ? nil : "with extended attributes or an access list of its own"
    }
    return old.attributes == new.attributes ? nil : "its extended attributes or access list become other ones"
  }

  /// What the file may be used for, where that changes with the effect.
  private static func permissions(_ effect: Effect) -> String? {
    guard let mode = effect.newContent?.mode else { return nil }
    let new = Self.mode(mode)
    guard let old = effect.preImage?.mode else {
      return mode & 0o111 == 0 ? nil : "a program that can be run: permissions \(new)"
    }
    return old == mode ? nil : "permissions \(Self.mode(old)) become \(new)"
  }

  /// `rw-r--r-- (644)`, with set-id and sticky bits where ls(1) has them.
  package static func mode(_ bits: UInt32) -> String {
    let octal = String(bits, radix: 8)
    var letters = (0..<9).map { bits >> (8 - $0) & 1 == 1 ? Array("rwxrwxrwx")[$0] : "-" }
    for (place, letter, bit) in [(2, "s", 0o4000), (5, "s", 0o2000), (8, "t", 0o1000)] as [(Int, String, UInt32)]
    where bits & bit != 0 {
      letters[place] = Character(letters[place] == "x" ? letter : letter.uppercased())
    }
    return "\(String(letters)) (\(octal))"
  }

  private static func body(_ effect: Effect, _ images: PreviewImages, _ findings: [Finding]) -> Preview {
    switch effect {
    case .readFile(let path): text("reads \(path.display)", images.after)
    case .look(_, let look):
      text(
        look.words.isEmpty
          ? "is told what lies in \(effect.target)" : "looks for “\(look.words)” in \(effect.target), and is told",
        images.after)
    case .createFile:
      if let basis = images.basis {
        Preview(
          lines: [PreviewLine(.label, "\(repeatsHead)\(basis.path)\(repeatsTail)")],
          then: basis.bytes == images.after
            ? Preview(lines: [PreviewLine(.label, "a copy: every byte is the same")], then: created(images.after))
            : diff(basis.bytes, images.after))
      } else {
        created(images.after)
      }
    case .editFile: diff(images.before, images.after)
    case .renameFile(let from, let to, _):
      plain([("from", from.display), ("to", to.display)], body: "", note: "the content stays the same")
    case .deleteFile: deleted(images.before)
    case .makeFolder(let path, let mode):
      plain([("new folder", path.display), ("permissions", mode.map { Self.mode($0) } ?? "")], body: "")
    case .changeMode(let path, let from, let to):
      plain([("folder", path.display), ("permissions", "\(Self.mode(from)) become \(Self.mode(to))")], body: "")
    case .unfit(let reason, let path):
      plain([("path", path.display), ("why not", reason)], body: "", note: "it is never put in place")
    case .removeFolder(let path, _):
      plain([("folder", path.display)], body: "", note: "it is removed only if nothing is left in it")
    case .outside(let operation, let path):
      plain(
        [("wants to", operation), ("path", path)], body: "",
        note: "/\(path)/".contains("/../")
          ? "`..` in a path is never followed: it could lead anywhere; name the file without it"
          : "this path is in no allowed folder")
    case .draftMail(let mail), .sendMail(let mail): message(mail, images)
    case .post(let post): plain([("channel", post.channel)], body: post.text, note: images.facts.first ?? "")
    case .addEvent(let event):
      plain(
        [
          ("title", event.title), ("start", EventTime.words(event.start)), ("end", EventTime.words(event.end)),
          ("place", event.place),
        ]
          + event.attendees.map { ("invites", $0) }, body: event.notes, note: images.facts.first ?? "")
    case .call(let call): Preview.call(call, images.reading, images.facts)
    case .trust(let pin): pin.before == nil ? created(images.after) : diff(images.before, images.after)
    case .web(let words, let isSearch):
      plain([(isSearch ? "searches the web" : "fetches", words)], body: decoded(images.after) ?? "")
    case .command(let call): command(call, images)
    case .push(let push):
      plain(
        [
          ("to", push.url), ("branch", push.ref), ("of", push.repository),
          ("was", push.old.isEmpty ? "a branch that is new there" : "\(push.old), when it was last fetched"),
          ("becomes", push.new),
        ], body: decoded(images.after) ?? "")
    case .reportFindings(let document, _): flags(document, findings)
    case .changeFiles(let parts): together(parts, images.parts)
    case .other(let other):
      plain(
        (other.deed.isEmpty ? [] : [("wants to do", other.deed)]) + [("target", other.target)], body: other.payload,
        note: images.facts.first ?? "")
    }
  }

  /// Its changes can't be kept one by one: they are of the text that was made, not of the bytes.
  private static func converted(
    _ readable: (words: String, before: [UInt8], after: [UInt8]), _ images: PreviewImages
  ) -> Preview {
    let body = diff(readable.before, readable.after).lines.map {
      PreviewLine($0.role, $0.text, number: $0.number, marks: $0.marks)
    }
    return Preview(
      lines: [
        PreviewLine(.warning, "not text: what follows is \(readable.words); the bytes themselves are decided on"),
        PreviewLine(.label, Preview.sizes(images.before, images.after)), PreviewLine(.gap, ""),
      ] + body, changes: 1)
  }

  /// Bytes as text; nil when they are not UTF-8 or hold NUL.
  static func decoded(_ bytes: some Collection<UInt8>) -> String? {
    bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func created(_ bytes: [UInt8]) -> Preview {
    guard decoded(bytes) != nil else { return Preview.binary([], bytes) }
    let table = LineTable(bytes)
    if bytes.isEmpty { return Preview(lines: [PreviewLine(.label, "an empty file")], changes: 0) }
    let lines = (0..<table.count).map { PreviewLine(.added, string(table, $0), number: $0 + 1, change: 0) }
    return Preview(lines: lines, changes: lines.isEmpty ? 0 : 1)
  }

  private static func deleted(_ bytes: [UInt8]) -> Preview {
    guard decoded(bytes) != nil else { return Preview.binary(bytes, []) }
    let table = LineTable(bytes)
    let lines = (0..<table.count).map { PreviewLine(.removed, string(table, $0), number: $0 + 1, change: 0) }
    return Preview(lines: lines, changes: lines.isEmpty ? 0 : 1)
  }

  private static func text(_ heading: String, _ bytes: [UInt8]) -> Preview {
    guard decoded(bytes) != nil else { return Preview.binary(bytes, bytes) }
    let table = LineTable(bytes)
    return Preview(
      lines: [PreviewLine(.label, heading)]
        + (0..<table.count).map { PreviewLine(.context, string(table, $0), number: $0 + 1) }, changes: 0)
  }

  private static func string(_ table: LineTable, _ line: Int) -> String {
    String(decoding: table.content(line), as: UTF8.self)
  }

  private static func unchanged(_ count: Int) -> String { "\(count) unchanged line\(count == 1 ? "" : "s")" }

  package static func diff(_ before: [UInt8], _ after: [UInt8]) -> Preview {
    guard decoded(before) != nil, decoded(after) != nil else { return Preview.binary(before, after) }
    let diff = LineDiff(old: before, new: after)
    var lines: [PreviewLine] = []
    var shownTo = 0
    for (index, change) in diff.changes.enumerated() {
      let start = max(shownTo, change.oldRange.lowerBound - context)
      if start > shownTo { lines.append(PreviewLine(.gap, unchanged(start - shownTo))) }
      for line in start..<change.oldRange.lowerBound {
        lines.append(PreviewLine(.context, string(diff.old, line), number: line + 1))
      }
      lines.append(contentsOf: changed(diff, change, index))
      let nextStart = index + 1 < diff.changes.count ? diff.changes[index + 1].oldRange.lowerBound : diff.old.count
      let end = min(change.oldRange.upperBound + context, nextStart)
      for line in change.oldRange.upperBound..<end {
        lines.append(PreviewLine(.context, string(diff.old, line), number: line + 1))
      }
      shownTo = end
    }
    if shownTo < diff.old.count { lines.append(PreviewLine(.gap, unchanged(diff.old.count - shownTo))) }
    lines += endings(before, after).map { PreviewLine(.warning, $0) }
    return Preview(lines: lines, changes: diff.changes.count)
  }

  private static func changed(_ diff: LineDiff, _ change: Change, _ index: Int) -> [PreviewLine] {
    let old = change.oldRange.map { string(diff.old, $0) }
    let new = change.newRange.map { string(diff.new, $0) }
    var (oldMarks, newMarks) = (
      [[Range<Int>]](repeating: [], count: old.count), [[Range<Int>]](repeating: [], count: new.count)
    )
    for i in 0..<min(old.count, new.count) where change.oldRange.count <= 200 {
      guard let marks = WordDiff.changed(old[i], new[i]) else { continue }
      (oldMarks[i], newMarks[i]) = (marks.old, marks.new)
    }
    return old.enumerated().map {
      PreviewLine(
        .removed, $0.element, number: change.oldRange.lowerBound + $0.offset + 1, marks: oldMarks[$0.offset],
        change: index)
    }
      + new.enumerated().map {
        PreviewLine(
          .added, $0.element, number: change.newRange.lowerBound + $0.offset + 1, marks: newMarks[$0.offset],
          change: index)
      }
  }

  /// Named fields, then the words that go out.
  static func plain(_ fields: [(String, String)], body: String, note: String = "") -> Preview {
    var lines = fields.filter { !$0.1.isEmpty }.map { PreviewLine(.label, "\($0.0): \(Docket.oneLine($0.1))") }
    if !note.isEmpty { lines.append(PreviewLine(.label, note)) }
    if !body.isEmpty {
      lines.append(PreviewLine(.gap, ""))
      lines += bodyLines(body)
    }
    return Preview(lines: lines, changes: 0)
  }

  static func bodyLines(_ body: String) -> [PreviewLine] {
    let table = LineTable(Array(body.utf8))
    return (0..<table.count).map { PreviewLine(.content, string(table, $0)) }
  }

  /// Every header that changes where a mail goes, then the body, then what is attached.
  static func message(_ mail: Mail, _ images: PreviewImages) -> Preview {
    // A system that sends by an account of its own is told no sender.
    var lines = mail.from.isEmpty ? [] : [PreviewLine(.label, "From: \(Docket.oneLine(mail.from))")]
    for (name, list) in [("To", mail.to), ("Cc", mail.cc), ("Bcc", mail.bcc)] {
      lines += list.map { PreviewLine(.label, "\(name): \(Docket.oneLine($0))") }
    }
    if !mail.replyTo.isEmpty { lines.append(PreviewLine(.label, "Reply-To: \(Docket.oneLine(mail.replyTo))")) }
    lines.append(PreviewLine(.label, "Subject: \(Docket.oneLine(mail.subject))"))
    for attachment in images.attachments {
      lines.append(PreviewLine(.label, "Attached: \(Docket.oneLine(attachment.path)), \(attachment.bytes.count) bytes"))
    }
    lines += images.facts.map { PreviewLine(.label, $0) }
    lines.append(PreviewLine(.gap, ""))
    lines += bodyLines(mail.body)
    for attachment in images.attachments where decoded(attachment.bytes) != nil {
      lines.append(PreviewLine(.gap, ""))
      lines.append(PreviewLine(.label, "attached \(Docket.oneLine(attachment.path))"))
      lines += bodyLines(String(decoding: attachment.bytes, as: UTF8.self))
    }
    for attachment in images.attachments {
      guard let readable = images.readableAttachments[attachment.path] else { continue }
      lines.append(PreviewLine(.gap, ""))
      lines.append(PreviewLine(.label, "attached \(Docket.oneLine(attachment.path)), \(readable.words)"))
      lines += bodyLines(String(decoding: readable.text, as: UTF8.self))
    }
    return Preview(lines: lines, changes: 0)
  }

  /// Every argument by itself, so that none can look like two; then the files of the folders that it is given.
  private static func command(_ call: Invocation, _ images: PreviewImages) -> Preview {
    let isScript = call.arguments.count == 3 && ["-c", "-lc"].contains(call.arguments[1])
    var lines = [PreviewLine(.label, "runs: \(Docket.oneLine(call.arguments.first ?? ""))")]
    // A script is read as one, line by line.
    lines += call.arguments.dropFirst().prefix(isScript ? 1 : .max).map {
      PreviewLine(.label, "with: \(Docket.oneLine($0))")
    }
    if !call.directory.isEmpty { lines.append(PreviewLine(.label, "in: \(Docket.oneLine(call.directory))")) }
    if isScript { lines += [PreviewLine(.gap, "")] + bodyLines(call.arguments[2]) + [PreviewLine(.gap, "")] }
    lines += images.facts.map { PreviewLine(.label, Docket.oneLine($0)) }
    for file in images.attachments {
      lines.append(PreviewLine(.gap, ""))
      lines.append(PreviewLine(.label, "given \(Docket.oneLine(file.path)), \(file.bytes.count) bytes"))
      if decoded(file.bytes) != nil { lines += bodyLines(String(decoding: file.bytes, as: UTF8.self)) }
    }
    return Preview(lines: lines, changes: 0)
  }

  private static func flags(_ document: String, _ findings: [Finding]) -> Preview {
    var lines = [PreviewLine(.label, "\(findings.count) flags on \(Docket.oneLine(document)), press 2 to triage them")]
    for finding in findings.sorted(by: { $0.level < $1.level }) {
      let place = finding.firstLine == 0 ? "missing" : "line \(finding.firstLine)"
      lines.append(PreviewLine(.label, "\(finding.level.word)  \(Docket.oneLine(finding.clause))  (\(place))"))
      lines.append(PreviewLine(.content, "  \(Docket.oneLine(finding.why))"))
    }
    return Preview(lines: lines, changes: 0)
  }
}

extension Preview {
  private init(lines: [PreviewLine], then rest: Preview) {
    self.init(lines: lines + rest.lines, changes: rest.changes)
  }
}

extension Preview {
  /// The words that differ between two texts, as ranges of scalars; nil where they have too little in common.
  package static func wordMarks(_ old: String, _ new: String) -> (old: [Range<Int>], new: [Range<Int>])? {
    WordDiff.changed(old, new).map { ($0.old, $0.new) }
  }
}

extension Preview {
  /// What came before it, each part with its difference, then this preview.
  /// - Parameter rest: what this preview is after those.
  package func preceded(by parts: [Earlier], rest: String = "the whole of it") -> Preview {
    var head: [PreviewLine] = []
    for part in parts {
      let diff = Preview.diff(Array(part.before.utf8), Array(part.after.utf8))
      // Its lines belong to no change of this preview.
      let lines = diff.lines.map { PreviewLine($0.role, $0.text, number: $0.number, marks: $0.marks) }
      let same = part.words.hasSuffix(":") ? [PreviewLine(.label, "nothing: it is the same again")] : []
      head += [PreviewLine(.warning, Docket.oneLine(part.words))] + (diff.changes == 0 ? same : lines)
      head.append(PreviewLine(.gap, ""))
    }
    return Preview(lines: head + [PreviewLine(.label, rest)] + lines, changes: changes)
  }

  /// Two versions, and what is to be said of the way from one to the other.
  package struct Earlier: Hashable, Sendable {
    package let words: String
    package let before: String
    package let after: String
    package init(_ words: String, _ before: String, _ after: String) {
      self.words = words
      self.before = before
      self.after = after
    }
  }
}

extension Preview {
  /// This preview, and below it the difference of two texts as a part of its own.
  package func followed(by heading: String, _ before: String, _ after: String) -> Preview {
    let diff = Preview.diff(Array(before.utf8), Array(after.utf8))
    let tail = diff.lines.map { PreviewLine($0.role, $0.text, number: $0.number, marks: $0.marks) }
    return Preview(lines: lines + [PreviewLine(.gap, ""), PreviewLine(.label, heading)] + tail, changes: changes)
  }
}

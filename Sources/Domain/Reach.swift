/// The blast radius of an action: facts Ringi computes, shown as "affects".
package struct Reach: Hashable, Sendable {
  /// How many files, messages or records are touched.
  package var things: Int
  package var noun: String
  /// Bytes written, sent or read.
  package var bytes: Int
  package var outsideRecipients: [String]
  package var insideRecipients: [String]
  /// Warnings about destinations and form, for the eye: look-alikes, first-time recipients, no subject.
  package var warnings: [String]
  package var goesOut: Bool
  package var canBeUndone: Bool
  /// Where a read's content goes, empty when it stays local.
  package var readInto: String
  /// The new path of what is renamed; empty for anything else.
  package var becomes = ""
  /// The subject of a mail, the title of an event; empty for anything else.
  package var topic = ""
  /// A message that nothing is set up to deliver: it goes no further than the desk's outbox.
  package var goesNowhere = false
  /// The connector whose server does it; empty for anything else.
  package var connector = ""
  /// How many folders around a new file are made with it.
  package var newFolders = 0
  /// The budgets it draws on.
  package var spending: [Spending] = []

  package init(
    things: Int, noun: String, bytes: Int, outsideRecipients: [String], insideRecipients: [String],
    warnings: [String], goesOut: Bool, canBeUndone: Bool, readInto: String
  ) {
    self.things = things
    self.noun = noun
    self.bytes = bytes
    self.outsideRecipients = outsideRecipients
    self.insideRecipients = insideRecipients
    self.warnings = warnings
    self.goesOut = goesOut
    self.canBeUndone = canBeUndone
    self.readInto = readInto
  }

  package static func of(_ action: Action, facts: JudgingFacts) -> Reach {
    var reach = Reach(
      things: 1, noun: "file", bytes: 0, outsideRecipients: [], insideRecipients: [], warnings: [],
      goesOut: action.kind.goesOut, canBeUndone: action.canBeUndone, readInto: "")
    switch action.effect {
    case .readFile, .look:
      if case .look(_, let look) = action.effect { (reach.noun, reach.topic) = ("folder", look.words) }
      reach.bytes = facts.contentText.utf8.count
      if case .remote = facts.model { reach.readInto = facts.model.description }
    case .createFile(_, let content), .editFile(_, _, let content): reach.bytes = content.size
    case .renameFile(_, let to, let image):
      reach.bytes = image.content.size
      reach.becomes = to.display
    case .deleteFile(_, let image): reach.bytes = image.content.size
    case .makeFolder, .removeFolder: reach.noun = "empty folder"
    case .changeMode: reach.noun = "folder"
    case .changeFiles(let parts):
      reach.things = parts.count
      if parts.contains(where: \.isOfFolder) { reach.noun = "files and folder" }
      reach.bytes = parts.reduce(0) { $0 + (($1.newContent ?? $1.preImage?.content)?.size ?? 0) }
    case .outside, .unfit: break
    case .draftMail(let mail), .sendMail(let mail): reach.describe(mail, facts, sends: action.kind != .mailDraft)
    case .post(let post):
      reach.topic = String(post.text.prefix { !$0.isNewline }.prefix(80))
      reach.noun = "channel"
      reach.bytes = post.text.utf8.count
    case .addEvent(let event):
      reach.noun = "event"
      reach.topic = event.title
      reach.sort(event.attendees, facts)
      for time in [event.start, event.end] where !CalendarEvent.isTime(time) {
        reach.warnings.insert("“\(time)” is no time that calendars can read", at: 0)
      }
      reach.look(at: event, facts)
    case .call(let call): reach.describe(call, action.kind, facts)
    case .trust: reach.noun = "connector"
    case .web(_, let isSearch):
      reach.noun = isSearch ? "search" : "page"
      if case .remote = facts.model { reach.readInto = facts.model.description }
    case .command(let call):
      reach.noun = "command"
      if call.isContained { reach.goesOut = false }
    case .push(let push):
      (reach.noun, reach.things) = ("commit", push.commits)
      if push.lost > 0 {
        reach.warnings.insert(
          "it rewrites history: \(push.lost) commit\(push.lost == 1 ? "" : "s") of the remote branch would be gone",
          at: 0)
      }
    case .reportFindings(_, let content):
      reach.noun = "document"
      reach.bytes = content.size
    case .other(let other):
      reach.noun = "unknown effect"
      reach.bytes = other.payload.utf8.count
    }
    for word in action.effect.spokenWords.flatMap({ MixedScript.words(in: $0) }).prefix(3) {
      let warning = "“\(word.text)” mixes \(word.scripts.joined(separator: " and ")) letters that look alike"
      if !reach.warnings.contains(warning) { reach.warnings.insert(warning, at: 0) }
    }
    return reach
  }

  private mutating func describe(_ call: ConnectorCall, _ kind: ActionKind, _ facts: JudgingFacts) {
    noun = kind.isRead ? "look" : "record outside"
    connector = kind.isRead ? "" : call.connector
    bytes = call.arguments.utf8.count
    switch facts.reading?.shape {
    case .mail(let mail): describe(mail, facts, sends: kind != .mailDraft)
    case .post(let post):
      (noun, topic) = ("channel", String(post.text.prefix { !$0.isNewline }.prefix(80)))
    case .event(let event):
      (noun, topic) = ("event", event.title)
      sort(event.attendees, facts)
      look(at: event, facts)
    case .record:
      // What tells it from another of its kind: its name, or whatever comes first.
      let rest = facts.reading?.rest ?? []
      let named = rest.first { ["name", "title", "filename", "file_name", "summary"].contains($0.name.lowercased()) }
      if !kind.isRead { topic = String(((named ?? rest.first)?.text ?? "").prefix { !$0.isNewline }.prefix(60)) }
    case nil: break
    }
    // Into another system it goes in any case; what is read comes from there.
    if !kind.isRead { (goesOut, canBeUndone) = (true, false) }
    if kind.isRead, case .remote = facts.model { readInto = facts.model.description }
    if let amount = facts.reading?.amount, !amount.isEmpty { warnings.insert("amount: \(amount)", at: 0) }
  }

  private mutating func look(at event: CalendarEvent, _ facts: JudgingFacts) {
    if let now = facts.now, CalendarEvent.moment(event.start, zone: facts.zone).map({ $0 < now }) ?? false {
      warnings.insert("it begins in the past", at: 0)
    }
    if event.endsBeforeStart { warnings.insert("it ends before it starts", at: 0) }
  }

  private mutating func describe(_ mail: Mail, _ facts: JudgingFacts, sends: Bool) {
    noun = "message"
    topic = mail.subject
    bytes = mail.body.utf8.count + mail.attachments.reduce(0) { $0 + $1.content.size }
    sort(mail.recipients, facts)
    if sends { goesOut = true }
    if mail.recipients.isEmpty { warnings.append("no recipient") }
    if mail.subject.allSatisfy(\.isWhitespace) { warnings.append("no subject") }
    if mail.attachments.isEmpty,
      PersonalData.hasAny("\(mail.subject)\n\(mail.body)", ["attached", "attachment", "enclosed", "添付"])
    {
      warnings.append("says “attached”, has no attachment")
    }
    if !mail.replyTo.isEmpty, Address(mail.replyTo).mailbox != Address(mail.from).mailbox {
      warnings.append("replies go to \(mail.replyTo)")
    }
  }

  private mutating func sort(_ recipients: [String], _ facts: JudgingFacts) {
    for text in recipients {
      let address = Address(text)
      if let known = address.imitates(facts.insideDomains + facts.knownDomains) {
        warnings.insert("\(address.domain) looks like \(known) and is not", at: 0)
      }
      if address.isInside(facts.insideDomains) {
        insideRecipients.append(text)
      } else {
        outsideRecipients.append(text)
        if !facts.knownMailboxes.contains(address.mailbox), !facts.knownDomains.contains(address.domain) {
          warnings.append("\(address.mailbox): never written to before")
        }
      }
    }
  }
}

extension Reach {
  package func write(to out: inout FieldWriter) {
    out.put("things", things)
    out.put("noun", noun)
    out.put("bytes", bytes)
    out.put("outside", strings: outsideRecipients)
    out.put("inside", strings: insideRecipients)
    out.put("warnings", strings: warnings)
    out.put("goesOut", goesOut)
    out.put("canBeUndone", canBeUndone)
    out.put("readInto", readInto)
    if !becomes.isEmpty { out.put("becomes", becomes) }
    if !topic.isEmpty { out.put("topic", topic) }
    if newFolders > 0 { out.put("newFolders", newFolders) }
    if goesNowhere { out.put("goesNowhere", goesNowhere) }
    if !connector.isEmpty { out.put("connector", connector) }
    for one in spending {
      out.put("spending") { $0.put(one) }
    }
  }

  package init(bytes raw: [UInt8]) throws(FieldFault) {
    var reader = FieldReader(raw)
    self.init(
      things: try reader.int("things"), noun: try reader.string("noun"), bytes: try reader.int("bytes"),
      outsideRecipients: try reader.strings("outside"), insideRecipients: try reader.strings("inside"),
      warnings: try reader.strings("warnings"), goesOut: try reader.bool("goesOut"),
      canBeUndone: try reader.bool("canBeUndone"), readInto: try reader.string("readInto"))
    if reader.nextKey == "becomes" { becomes = try reader.string("becomes") }
    if reader.nextKey == "topic" { topic = try reader.string("topic") }
    if reader.nextKey == "newFolders" { newFolders = try reader.int("newFolders") }
    if reader.nextKey == "goesNowhere" { goesNowhere = try reader.bool("goesNowhere") }
    if reader.nextKey == "connector" { connector = try reader.string("connector") }
    while reader.nextKey == "spending" {
      var inner = FieldReader(try reader.bytes("spending"))
      spending.append(try inner.spending())
    }
  }
}

extension FieldWriter {
  fileprivate mutating func put(_ one: Spending) {
    put("rule", one.rule)
    put("limit", one.budget.limit)
    put("unit", one.budget.unit.rawValue)
    put("span", one.budget.span.rawValue)
    put("before", one.before)
    put("own", one.own)
  }
}

extension FieldReader {
  fileprivate mutating func spending() throws(FieldFault) -> Spending {
    let (rule, limit) = (try string("rule"), try int("limit"))
    guard let unit = Budget.Unit(rawValue: try string("unit")), let span = Budget.Span(rawValue: try string("span"))
    else { throw FieldFault(key: "spending", expected: "a unit and a span") }
    return Spending(
      rule: rule, budget: Budget(limit: limit, unit: unit, span: span), before: try int("before"), own: try int("own"))
  }
}

// The kind of an action is computed from its effect. Signs in the payload can only move it to a stricter kind;
// the agent's own label counts only where it names a stricter one.

/// What Ringi knows beside the effect when it names the kind and the reach.
package struct JudgingFacts: Hashable, Sendable {
  /// The company's own mail domains.
  package var insideDomains: [String]
  /// Domains this workspace writes to, besides.
  package var knownDomains: [String]
  /// Mailboxes this desk has sent to before.
  package var knownMailboxes: Set<String>
  package var model: ModelLocation
  /// What a call of a known connector comes to; nil for any other effect, and for what the catalogue does not list.
  package var reading: CallReading?
  /// Text of what is read or attached, as far as it is text; empty otherwise.
  package var contentText: String
  /// When it is looked at; nil where that says nothing of it.
  package var now: Timestamp?
  /// Seconds east of UTC.
  package var zone = 0
  package init(
    insideDomains: [String] = [], knownDomains: [String] = [], knownMailboxes: Set<String> = [],
    model: ModelLocation = .local, contentText: String = ""
  ) {
    self.insideDomains = insideDomains
    self.knownDomains = knownDomains
    self.knownMailboxes = knownMailboxes
    self.model = model
    self.contentText = contentText
  }
}

package enum Classifier {
  /// The action Ringi judges, shows and performs.
  package static func action(_ effect: Effect, claims: Claims, facts: JudgingFacts) -> Action {
    var kind = plainKind(effect, facts)
    var evidence: [String] = []
    if let (stricter, why) = payment(effect) ?? humanResources(effect) ?? contract(effect, facts)
      ?? personal(effect, facts)
    {
      kind = stricter
      evidence = why
    } else if let claimed = ActionKind(rawValue: claims.kind), alwaysStrict.contains(claimed) {
      kind = claimed
      evidence = ["the agent itself calls it \(claimed.rawValue)"]
    }
    return Action(kind: kind, effect: effect, evidence: evidence)
  }

  /// Of a change of files, which needs no facts.
  package static func kind(ofFile effect: Effect) -> ActionKind { plainKind(effect, JudgingFacts()) }

  private static let alwaysStrict: Set<ActionKind> = [.paymentMake, .hrWrite, .contractSend, .personalDataSend]

  private static func plainKind(_ effect: Effect, _ facts: JudgingFacts) -> ActionKind {
    switch effect {
    case .readFile, .look: .fileRead
    case .createFile: .fileCreate
    case .editFile: .fileEdit
    case .renameFile: .fileRename
    case .deleteFile: .fileDelete
    case .makeFolder: .folderMake
    case .removeFolder: .folderRemove
    case .changeMode: .folderMode
    case .changeFiles: .fileChange
    case .unfit: .fileUnfit
    case .outside: .fileOutside
    case .draftMail: .mailDraft
    case .sendMail: .mailSend
    case .post: .chatSend
    case .addEvent(let event): event.attendees.isEmpty ? .eventAdd : .eventInvite
    case .call(let call): kind(of: call, facts.reading)
    case .trust: .connectorTrust
    case .web(_, let isSearch): isSearch ? .webSearch : .webFetch
    case .command: .commandRun
    case .push: .gitPush
    case .reportFindings: .findingReport
    case .other: .other
    }
  }

  /// INVARIANT: only of a server that a person has accepted is the catalogue believed where it loosens.
  private static func kind(of call: ConnectorCall, _ reading: CallReading?) -> ActionKind {
    guard let reading, call.pin != nil || reading.kind.goesOut && !reading.kind.canBeHeld else { return .connectorCall }
    return reading.kind
  }

  private static func payment(_ effect: Effect) -> (ActionKind, [String])? {
    guard let (name, text) = systemPayload(effect) else { return nil }
    var why: [String] = []
    let verbs = [
      "payment", "payout", "transfer", "remit", "disburse", "refund", "charge", "wire_", "pay_", "振込", "送金", "支払",
    ]
    if let verb = verbs.first(where: { name.lowercased().contains($0) }) { why.append("its name says “\(verb)”") }
    let lowered = text.lowercased()
    let account = [
      "\"iban\"", "account_number", "accountnumber", "\"bic\"", "swift_code", "routing_number", "beneficiary", "payee",
      "口座",
    ]
    .first { lowered.contains($0) }
    let amount = ["amount", "\"sum\"", "\"total\"", "\"value\"", "金額", "jpy", "usd", "eur", "¥", "円"].first {
      lowered.contains($0)
    }
    if PersonalData.holdsIBAN(text) {
      why.append("the arguments hold a bank account number (IBAN)")
    } else if let account {
      why.append("the arguments name a receiving account (\(trimmed(account)))")
    }
    let toAccount = !why.isEmpty && amount != nil
    if let amount, toAccount { why.append("and an amount (\(trimmed(amount)))") }
    let named = verbs.contains { name.lowercased().contains($0) }
    return named || toAccount ? (.paymentMake, why) : nil
  }

  private static func humanResources(_ effect: Effect) -> (ActionKind, [String])? {
    guard let (name, text) = systemPayload(effect) else { return nil }
    let signs = ["payroll", "salary", "hris", "employee_record", "人事", "給与"]
    let all = "\(name) \(text)".lowercased()
    guard let sign = signs.first(where: { all.contains($0) }) else { return nil }
    return (.hrWrite, ["it writes to HR or payroll data (“\(sign)”)"])
  }

  private static func contract(_ effect: Effect, _ facts: JudgingFacts) -> (ActionKind, [String])? {
    guard case .sendMail(let mail) = effect, !mail.attachments.isEmpty,
      mail.recipients.contains(where: { !Address($0).isInside(facts.insideDomains) })
    else { return nil }
    let names = ["agreement", "contract", "契約書", "覚書"]
    let titles = mail.attachments.map(\.path.display).joined(separator: " ")
    guard PersonalData.hasAny("\(titles)\n\(facts.contentText.prefix(2_000))", names) else { return nil }
    let acts = [
      "executed", "execution copy", "countersign", "signed copy", "for signature", "hereby accept", "締結", "調印", "署名済",
    ]
    let words = "\(mail.subject)\n\(mail.body)\n\(facts.contentText)".lowercased()
    guard let act = acts.first(where: { words.contains($0) }) else { return nil }
    return (.contractSend, ["a contract goes outside the company and the words “\(act)” give it legal effect"])
  }

  private static func personal(_ effect: Effect, _ facts: JudgingFacts) -> (ActionKind, [String])? {
    let text: String
    switch effect {
    case .readFile, .look:
      guard case .remote(let region) = facts.model else { return nil }
      let signs = PersonalData.signs(in: facts.contentText)
      return signs.isEmpty
        ? nil : (.personalDataSend, signs.map { "\($0) would be read into a model outside (\(region))" })
    case .sendMail(let mail):
      guard mail.recipients.contains(where: { !Address($0).isInside(facts.insideDomains) }) else { return nil }
      text = "\(mail.subject)\n\(mail.body)\n\(facts.contentText)"
    case .call(let call): text = call.arguments
    // An address can carry what it is asked with.
    case .web(let words, _): text = words
    case .other(let other): text = other.payload
    default: return nil
    }
    let signs = PersonalData.signs(in: text)
    return signs.isEmpty ? nil : (.personalDataSend, signs.map { "\($0) would leave the company" })
  }

  /// Name and arguments of what reaches another system.
  private static func systemPayload(_ effect: Effect) -> (name: String, text: String)? {
    switch effect {
    case .call(let call): ("\(call.connector).\(call.tool)", call.arguments)
    case .other(let other): (other.name, other.payload)
    default: nil
    }
  }

  private static func trimmed(_ key: String) -> String { key.replacing("\"", with: "") }
}

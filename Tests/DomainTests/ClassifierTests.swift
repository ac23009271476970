import Domain
import Testing

@Suite("Classifier and reach")
struct ClassifierTests {
  private func kind(
    _ effect: Effect, claim: String = "", facts: JudgingFacts = JudgingFacts(insideDomains: ["kumo.example"])
  ) -> ActionKind {
    Classifier.action(effect, claims: Claims(kind: claim), facts: facts).kind
  }

  private func mail(to: [String], subject: String = "s", body: String, attached: [String] = []) -> Mail {
    Mail(
      from: "a@kumo.example", to: to, cc: [], bcc: [], replyTo: "", subject: subject, body: body,
      attachments: attached.map { Attachment(path: FilePath($0), content: Content(digest: digest, size: 1)) })
  }

  private var digest: Digest { Digest([UInt8](repeating: 7, count: 32)) ?? preconditionFailureDigest() }
  private func preconditionFailureDigest() -> Digest { preconditionFailure("32 bytes") }

  @Test(
    "a neutral call that moves money is a payment, whatever the agent calls it",
    arguments: [
      #"{"iban":"NO93 8601 1117 947","amount":"5"}"#, #"{"beneficiary":"x","sum":1,"amount":2}"#,
      #"{"口座":"1234","金額":"100円"}"#, #"{"account_number":"1","currency":"JPY"}"#,
    ])
  func payments(arguments: String) {
    let call = Effect.call(ConnectorCall(connector: "ledger", tool: "records.update", arguments: arguments))
    #expect(kind(call, claim: "harmless note") == .paymentMake)
    #expect(kind(call, claim: "file.read") == .paymentMake)
  }

  @Test(
    "what begins in the past says so, wherever its clock stands",
    arguments: [
      ("2026-11-28T12:00:00Z", true), ("2026-11-28T12:00:01Z", false), ("2026-11-28T21:00:00+09:00", true),
      ("2026-11-28T07:30:01-04:30", false), ("2026-11-28T21:00:00", true), ("2026-11-28T21:00:01", false),
      ("soon", false),
    ])
  func past(start: String, isPast: Bool) {
    let event = CalendarEvent(title: "t", start: start, end: "", place: "", notes: "", attendees: [])
    var facts = JudgingFacts()
    (facts.now, facts.zone) = (Timestamp(rfc3339: "2026-11-28T12:00:00.500Z"), 32_400)
    let reach = Reach.of(Action(kind: .eventAdd, effect: .addEvent(event)), facts: facts)
    #expect(reach.warnings.contains("it begins in the past") == isPast)
  }

  @Test("an ordinary call stays one")
  func ordinaryCall() {
    #expect(
      kind(.call(ConnectorCall(connector: "crm", tool: "notes.add", arguments: #"{"text":"closed"}"#)))
        == .connectorCall)
  }

  @Test("payroll is HR, an executed contract that goes out is a contract with legal effect")
  func otherForbidden() {
    #expect(kind(.call(ConnectorCall(connector: "hris", tool: "update", arguments: #"{"salary":1}"#))) == .hrWrite)
    let executed = mail(
      to: ["x@ivory.example"], subject: "Executed copy", body: "find the agreement", attached: ["c/agreement.md"])
    #expect(kind(.sendMail(executed)) == .contractSend)
    let inside = mail(
      to: ["x@kumo.example"], subject: "Executed copy", body: "find the agreement", attached: ["c/agreement.md"])
    #expect(kind(.sendMail(inside)) == .mailSend)
  }

  @Test("personal data going out, or into a remote model, is refused; at home it is read")
  func personalData() {
    let card = "card 4111 1111 1111 1111"
    #expect(kind(.sendMail(mail(to: ["x@out.example"], body: card))) == .personalDataSend)
    #expect(kind(.sendMail(mail(to: ["x@kumo.example"], body: card))) == .mailSend)
    let read = Effect.readFile(FilePath("a.txt"))
    #expect(kind(read, facts: JudgingFacts(model: .remote(region: "US"), contentText: card)) == .personalDataSend)
    #expect(kind(read, facts: JudgingFacts(model: .local, contentText: card)) == .fileRead)
  }

  @Test("the agent's label counts only where it is stricter")
  func claims() {
    #expect(kind(.readFile(FilePath("x")), claim: "payment.make") == .paymentMake)
    #expect(kind(.sendMail(mail(to: ["a@b.example"], body: "")), claim: "file.read") == .mailSend)
  }

  @Test(
    "a domain that only looks like a known one is called out",
    arguments: ["aster-robotlcs.example", "aster-rob0tics.example", "asterrobotics.example", "aster-robotics.exampIe"])
  func lookAlikes(domain: String) {
    let facts = JudgingFacts(insideDomains: ["kumo.example"], knownDomains: ["aster-robotics.example"])
    let reach = Reach.of(
      Classifier.action(.sendMail(mail(to: ["d@\(domain)"], body: "x")), claims: Claims(), facts: facts), facts: facts)
    #expect(reach.warnings.first?.contains("looks like") == true, "\(domain): \(reach.warnings)")
  }

  @Test("form is checked: no subject, an attachment that is not there")
  func form() {
    let facts = JudgingFacts(insideDomains: ["kumo.example"])
    let empty = mail(to: ["a@kumo.example"], subject: " ", body: "the file is attached")
    let warnings = Reach.of(Action(kind: .mailSend, effect: .sendMail(empty)), facts: facts).warnings
    #expect(warnings == ["no subject", "says “attached”, has no attachment"])
  }

  @Test("check digits are checked: a random number is no card, no IBAN, no My Number")
  func digits() {
    #expect(PersonalData.signs(in: "4111 1111 1111 1112").isEmpty)
    #expect(PersonalData.signs(in: "マイナンバー 1234 5678 9018").count == 1)
    #expect(PersonalData.signs(in: "マイナンバー 1234 5678 9010").isEmpty)
  }

  @Test("every effect is read back from its canonical bytes")
  func roundTrip() throws {
    let content = Content(digest: digest, size: 3)
    let image = PreImage(content: content, mode: 0o640, device: 1, inode: UInt64.max)
    let path = FilePath(folder: "standards", relative: [0xFF, 0x61, 58, 44])
    let effects: [Effect] = [
      .readFile(path), .createFile(path, content), .editFile(path, image, content),
      .renameFile(from: path, to: path, image),
      .deleteFile(path, image), .outside(operation: "read", path: "/etc"),
      .draftMail(mail(to: ["a", "b"], body: "1:2,", attached: ["x", "y"])), .sendMail(mail(to: [], body: "")),
      .post(ChatPost(channel: "c", text: "t")),
      .addEvent(CalendarEvent(title: "t", start: "s", end: "e", place: "p", notes: "n", attendees: ["a"])),
      .call(ConnectorCall(connector: "c", tool: "t", arguments: "{}")),
      .makeFolder(FilePath("d"), mode: nil), .makeFolder(FilePath("d"), mode: 0o700),
      .removeFolder(FilePath("d"), mode: 0o2770),
      .changeMode(FilePath("d"), from: 0o755, to: 0o700), .unfit(reason: "a link", FilePath("l")),
      .command(Invocation(arguments: ["a", "b c"], directory: "/")),
      .command(
        Invocation(
          arguments: ["a"], directory: "/", files: [Attachment(path: FilePath("x", folder: "f"), content: content)])),
      .reportFindings(document: "d", content), .other(OtherAction(target: "t", payload: "p")),
    ]
    for effect in effects {
      let action = Action(kind: .other, effect: effect, evidence: ["because"])
      let bytes = action.canonicalBytes(salt: [1, 2])
      #expect(try Action(canonicalBytes: bytes) == action)
      for cut in stride(from: 0, to: bytes.count, by: 7) {
        #expect(throws: FieldFault.self) { try Action(canonicalBytes: Array(bytes[..<cut])) }
      }
    }
  }

  @Test(
    "times are written and read back", arguments: [Int64(0), 951_782_399_999, 1_795_000_000_123, 4_102_444_800_000])
  func times(milliseconds: Int64) {
    let time = Timestamp(milliseconds: milliseconds)
    #expect(Timestamp(rfc3339: time.rfc3339) == time)
  }

  @Test("a known moment has its known date")
  func knownDate() { #expect(Timestamp(milliseconds: 951_827_696_789).rfc3339 == "2000-02-29T12:34:56.789Z") }
}

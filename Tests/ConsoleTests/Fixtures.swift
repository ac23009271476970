import CellScreen
import ConsoleUI
import Domain
import EffectPreview
import TestKit

/// A run with everything on it: plan, Japanese names, flags, hostile words.
enum Fixture {
  static func digest(_ seed: UInt8) -> Digest {
    guard let digest = Digest([UInt8](repeating: seed, count: 32)) else { preconditionFailure("32 bytes") }
    return digest
  }

  static func step(
    _ number: Int, _ effect: Effect, kind: ActionKind, level: TrustLevel, state: StepState, plan: Int? = 0,
    says: String = "", allowsBulk: Bool = false
  ) -> StepSummary {
    let action = Action(kind: kind, effect: effect)
    let facts = JudgingFacts(insideDomains: ["kumo.example"])
    return StepSummary(
      id: StepID(Int64(number)), run: RunID(14), number: StepNumber(number), plan: plan, state: state, revision: .first,
      kind: kind, claims: Claims(title: says), target: effect.target,
      verdict: Verdict(
        level: level, rule: kind.rawValue, origin: Origin(file: "policy.yaml", line: 7), isFloor: kind == .mailSend,
        allowsBulk: allowsBulk, reasons: ["co-editors are affected"], brokenRules: []),
      evidence: [], reach: Reach.of(action, facts: facts), mustBeSeenWhole: action.mustBeSeenWhole,
      effectDigest: digest(1), previewDigest: digest(UInt8(truncatingIfNeeded: number)), policyDigest: digest(3),
      proposedAt: Timestamp(milliseconds: 1_795_000_000_000), decidedBy: "", decidedAt: nil, reason: "",
      mark: .undecided,
      discardedChanges: [], basis: nil)
  }

  static var content: Content { Content(digest: digest(9), size: 120) }
  static var image: PreImage { PreImage(content: content, mode: 0o644, device: 1, inode: 2) }
  static var mail: Mail {
    Mail(
      from: "Legal <legal@kumo.example>", to: ["Counsel <counsel@acme.example>"], cc: [], bcc: [], replyTo: "",
      subject: "Clause 7", body: "Dear counsel,\n\nplease see clause 7.\n", attachments: [])
  }

  static var steps: [StepSummary] {
    [
      step(1, .readFile(FilePath("contracts/acme-nda.md")), kind: .fileRead, level: .autonomous, state: .done),
      step(
        2, .createFile(FilePath("memos/acme-nda.memo.md"), content), kind: .fileCreate, level: .batched, state: .staged),
      step(
        3, .createFile(FilePath("memos/醍醐製作所.memo.md"), content), kind: .fileCreate, level: .batched, state: .staged),
      step(
        4, .editFile(FilePath("contracts/acme-nda.md"), image, content), kind: .fileEdit, level: .watched,
        state: .waiting,
        plan: 1, says: "redline clause 7 \u{1B}[31m┌ APPROVED \u{202E}txt", allowsBulk: true),
      step(5, .sendMail(mail), kind: .mailSend, level: .watched, state: .waiting, plan: 1),
      step(
        6, .call(ConnectorCall(connector: "ledger", tool: "pay", arguments: "{}")), kind: .paymentMake,
        level: .forbidden, state: .refused, plan: nil),
      step(
        7, .editFile(FilePath("contracts/乙契約書.md"), image, content), kind: .fileEdit, level: .watched, state: .waiting,
        plan: 1, says: "秘密保持契約書", allowsBulk: true),
    ]
  }

  static var findings: [FindingRow] {
    let base = Finding(
      document: "contracts/acme-nda.md", clause: "Term", level: .red, firstLine: 40, lastLine: 41,
      text: "This Agreement shall continue in perpetuity.", standard: "Two or three years.",
      why: "it says “in perpetuity”",
      redline: "This Agreement shall continue for three (3) years.", fallback: "Five years.",
      impact: "No project closes.",
      escalation: "General Counsel", isMustHave: true)
    var second = base
    second.clause = "準拠法"
    second.level = .yellow
    second.document = "contracts/乙契約書.md"
    second.redline = ""
    var third = base
    third.clause = "Return"
    third.level = .missing
    third.firstLine = 0
    return [base, second, third].enumerated().map { index, finding in
      FindingRow(
        id: Int64(index + 1), step: StepID(1), finding: finding, humanLevel: nil, levelReason: "", decidedBy: "",
        mark: .undecided)
    }
  }

  static var trail: [TrailLine] {
    [
      ("proposed", "agent", "rules-agent", ""), ("held", "policy", "policy", "watched: file.edit"),
      ("said", "agent", "rules-agent", "I left 乙契約書 untouched"), ("rejected", "person", "aiko", "not now"),
    ]
    .enumerated().map { index, item in
      TrailLine(
        index: LeafIndex(Int64(1200 + index)), time: Timestamp(milliseconds: 1_795_000_000_000 + Int64(index) * 1000),
        actorKind: item.1, actor: item.2, event: item.0, step: StepNumber(4), run: RunID(14), kind: "file.edit",
        target: "contracts/acme-nda.md", note: item.3)
    }
  }

  /// Two runs, one without a host; an open incident; signs.
  static var wall: WallReading {
    let now: Int64 = 1_795_000_000_000
    guard let first = reading().run else { preconditionFailure("the fixture has a run") }
    var second = first
    second.id = RunID(13)
    second.workspace = "取引先メール"
    second.state = .lost
    second.startedBy = "ren"
    second.note = "the agent is gone: it closed its pipe"
    let incident = Incident(
      id: 2, run: RunID(14), step: StepNumber(6), what: "it tried to pay an invoice", raisedBy: "aiko",
      raisedAt: Timestamp(milliseconds: now - 3_600_000), closedBy: "", closedAt: nil, outcome: "")
    var closed = incident
    (closed.id, closed.closedBy, closed.closedAt, closed.outcome) = (
      1, "ren", Timestamp(milliseconds: now), "false alarm"
    )
    var live = RunActivity(
      summary: first, hasHost: true, perMinute: [0, 0, 1, 2, 4, 8, 16, 8, 4, 2, 1, 0, 0, 3, 9],
      oldestWait: Timestamp(milliseconds: now - 125_000))
    live.budget = Spending(
      rule: "file.create out/**", budget: Budget(limit: 20, unit: .things, span: .run), before: 17, own: 0)
    return WallReading(
      runs: [
        live, RunActivity(summary: second, hasHost: false, perMinute: [Int](repeating: 0, count: 15), oldestWait: nil),
      ], incidents: [incident, closed],
      anomalies: [
        Anomaly(sign: .outsideFolders, run: RunID(13), count: 2, at: Timestamp(milliseconds: now), person: ""),
        Anomaly(sign: .fasterThanReading, run: RunID(14), count: 3, at: Timestamp(milliseconds: now), person: "ren"),
      ], score: ReviewerScore([], person: "aiko"))
  }

  static var policy: PolicyReading {
    func rule(_ layer: RuleLine.Layer, _ text: String, _ level: TrustLevel, _ count: Int, always: Bool = false)
      -> RuleLine
    {
      RuleLine(
        layer: layer, text: text, level: level, isFloor: always, why: "the failure mode is existential",
        origin: Origin(file: "policy.yaml", line: 4), defect: "", count: count)
    }
    return PolicyReading(
      version: "0.1",
      rules: [
        rule(.workspace, "file.edit contracts/**", .watched, 3), rule(.company, "file.read", .autonomous, 1_204),
        rule(.company, "payment.make", .forbidden, 1, always: true),
      ],
      standing: [
        StandingApproval(
          id: 7, run: RunID(14), kind: .fileEdit, level: .batched, madeBy: "aiko",
          madeAt: Timestamp(milliseconds: 1_795_000_000_000), expiresAt: Timestamp(milliseconds: 1_795_030_000_000),
          revokedBy: "", uses: 2)
      ], greyAreas: [.gitPush])
  }

  static var entry: EntryDetail {
    EntryDetail(
      index: LeafIndex(1203),
      fields: [("ringi-leaf", "1"), ("index", "1203"), ("actor", "aiko"), ("event", "rejected"), ("origin", "")],
      proof: .proved("in the signed tree of 1205 entries, proved by 11 hashes"), words: "not now \u{1B}[2J",
      preview: ["EDIT contracts/acme-nda.md [watched]", "+4 第7条 有効期間は3年間とする。"])
  }

  static func preview(_ step: StepSummary) -> Preview {
    switch step.kind {
    case .mailSend: Preview.of(.sendMail(mail), images: PreviewImages())
    case .fileEdit:
      Preview.diff(
        Array("# NDA\n\n7. Term\nThis Agreement shall continue [in perpetuity].\n第7条 有効期間は無期限とする。\n\tend\n".utf8),
        Array("# NDA\n\n7. Term\nThis Agreement shall continue [for three (3) years].\n第7条 有効期間は3年間とする。\n\tend\n".utf8))
    default: Preview(lines: (1...40).map { PreviewLine(.added, "line \($0)", number: $0, change: 0) }, changes: 1)
    }
  }

  static func reading() -> DeskReading {
    var counts = RunSummary.Counts()
    (counts.waiting, counts.prepared, counts.done, counts.refused) = (3, 2, 1, 1)
    let run = RunSummary(
      id: RunID(14), workspace: "contract-triage", directory: "/w", goal: "g", agent: "rules-agent", grade: .enforced,
      model: .local, state: .live, isPaused: false, note: "", startedAt: Timestamp(milliseconds: 0), counts: counts)
    let plan = [
      PlanEntry(title: "Screen unsigned contracts", status: .completed),
      PlanEntry(title: "Put RED contracts on hold", status: .inProgress),
      PlanEntry(
        title: "Tell #legal", status: .pending, intendedKind: "chat.send", intendedTarget: "#legal", forecast: .watched),
    ]
    return DeskReading(
      run: run, plan: plan, steps: steps, isWhole: true, findings: findings, trail: trail, leafCount: 1_205,
      hasHost: true)
  }

  /// A model that has read the desk, shown its preview and been on the screen for a while.
  static func model(_ width: Int, _ height: Int) -> Model {
    var driver = Driver(width, height)
    driver.send(.reading(reading()))
    driver.send(.checked(.intact))
    driver.wait(1_000)
    return driver.model
  }
}

/// A console without a terminal: what the real loop does, with a clock that is told the time.
struct Driver {
  var model: Model
  var now: Int64 = 10_000
  var intents: [Intent] = []

  init(_ width: Int, _ height: Int) {
    model = Model(width: width, height: height, person: Sample.person, zone: 32_400)
    // A copy of the document with flags lies in the review.
    model.copiedDocuments = ["contracts/acme-nda.md"]
  }

  /// On a run whose first waiting step has been on the screen for a second.
  static func ready(_ width: Int = 120, _ height: Int = 36) -> Driver {
    var driver = Driver(width, height)
    driver.send(.reading(Fixture.reading()))
    driver.wait(1_000)
    driver.intents = []
    return driver
  }

  mutating func send(_ message: Message) {
    for intent in update(&model, message) {
      if case .loadPreview(let id) = intent, let step = model.steps[id] {
        _ = update(&model, .preview(LoadedPreview(step: id, revision: step.revision, preview: Fixture.preview(step))))
      } else {
        intents.append(intent)
      }
    }
    paint()
  }

  mutating func paint() {
    let drawing = draw(model)
    _ = update(&model, .painted(drawing.painted, rows: drawing.rows, at: now))
  }

  mutating func wait(_ milliseconds: Int64) {
    now += milliseconds
    send(.tick(at: now, wall: Timestamp(milliseconds: 1_795_000_060_000 + now)))
  }

  mutating func press(_ keys: String, isBurst: Bool = false) {
    for character in keys { send(.input(.key(.character(character), isBurst: isBurst), at: now)) }
  }

  mutating func press(_ key: Key) { send(.input(.key(key, isBurst: false), at: now)) }

  var decided: [(StepSummary, Decision)] {
    intents.compactMap { if case .decide(let step, let decision, _) = $0 { (step, decision) } else { nil } }
  }
}

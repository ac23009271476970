// The head of every preview, drawn from the effect and never from the agent's words. The one line that quotes
// the agent is marked as a claim and cut to one line.

import Domain

package struct Docket: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    package enum Role: Sendable, Hashable { case fact, claim, warning }
    package let label: String
    package let value: String
    package let role: Role
    package init(_ label: String, _ value: String, _ role: Role = .fact) {
      self.label = label
      self.value = value
      self.role = role
    }
  }
  /// `EDIT contracts/acme-nda.md`.
  package let title: String
  package let level: TrustLevel
  package let lines: [Line]

  /// The text form that the preview digest covers.
  package var text: String {
    (["\(title) [\(level.rawValue)]"] + lines.map { "\($0.label): \($0.value)" }).joined(separator: "\n")
  }

  /// The texts by which a step may have been shown, the present form first. A form that was in use is never changed:
  /// a new one comes before it, or the rows of old desks could no longer be held against what was signed.
  package static func forms(_ step: StepSummary) -> [String] {
    [
      Docket(step).text, Docket(step, saysSaved: false).text, Docket(step, hasTimes: false, saysSaved: false).text,
    ]
  }

  /// - Parameters:
  ///   - hasTimes: false for the dockets of desks before schema 3, which did not say when.
  ///   - saysSaved: false for the dockets that said a draft can be undone, though there is nothing to put back.
  package init(_ step: StepSummary, hasTimes: Bool = true, saysSaved: Bool = true) {
    title = "\(step.kind.verb.uppercased()) \(step.target)"
    level = step.verdict.level
    var lines: [Line] = []
    let rule = step.verdict.rule.isEmpty ? "none" : step.verdict.rule
    let origin = step.verdict.origin.map { " (\($0))" } ?? ""
    let reasons = step.verdict.reasons.filter { !step.evidence.contains($0) }.joined(separator: "; ")
    lines.append(Line("rule", "\(rule)\(origin)\(reasons.isEmpty ? "" : " — \(reasons)")"))
    lines.append(Line("affects", Self.affects(step, saysSaved: saysSaved)))
    if hasTimes, let when = Self.when(step) { lines.append(Line("when", when)) }
    if !step.reach.spending.isEmpty {
      let isPast = step.reach.spending.contains(where: \.isPast)
      let words = step.reach.spending.map { "\($0.words) (\($0.rule))" }.joined(separator: " · ")
      lines.append(Line("budget", words, isPast ? .warning : .fact))
    }
    for fact in step.evidence { lines.append(Line("because", fact, .warning)) }
    for warning in step.reach.warnings { lines.append(Line("careful", warning, .warning)) }
    for broken in step.verdict.brokenRules { lines.append(Line("broken rule", broken, .warning)) }
    let said = step.claims.reason.isEmpty ? step.claims.title : step.claims.reason
    if !said.isEmpty { lines.append(Line("says", "“\(Claims.quoted(Self.oneLine(said)))”", .claim)) }
    self.lines = lines
  }

  /// What the rule says of time: a yes that waits, a wait that ends as a no.
  private static func when(_ step: StepSummary) -> String? {
    let hold =
      step.verdict.hold > 0
      ? "\(TimeLength.words(Int64(step.verdict.hold) * 1_000)) after the yes; until then it can be taken back" : nil
    let end =
      step.verdict.expires > 0
      ? "a no by itself, \(TimeLength.words(Int64(step.verdict.expires) * 1_000)) after it began to wait" : nil
    let parts = [hold, end].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
  }

  private static func affects(_ step: StepSummary, saysSaved: Bool) -> String {
    let reach = step.reach
    let folders =
      reach.newFolders == 0 ? "" : reach.newFolders == 1 ? " in a new folder" : " in \(reach.newFolders) new folders"
    var parts = ["\(reach.things) \(reach.noun)\(reach.things == 1 ? "" : "s")\(folders)"]
    if !reach.outsideRecipients.isEmpty { parts.append("\(reach.outsideRecipients.count) outside the company") }
    if !reach.insideRecipients.isEmpty { parts.append("\(reach.insideRecipients.count) inside") }
    if !reach.readInto.isEmpty {
      parts.append("read into the model (\(reach.readInto))")
    } else {
      parts.append(
        reach.goesNowhere
          ? "into the desk’s outbox, not sent"
          : step.kind == .fileOutside
            ? "outside the allowed folders" : reach.goesOut ? "leaves this machine" : "stays inside")
    }
    if reach.goesNowhere {
      // Nobody has it yet: it is taken out of the outbox by hand.
    } else if reach.connector.isEmpty, saysSaved, step.kind == .mailDraft || step.kind == .eventAdd {
      parts.append(step.isRelayed ? "saved by the agent itself" : "only saved on the desk")
    } else if !step.kind.isRead, step.kind != .findingReport {
      parts.append(reach.canBeUndone ? "can be undone" : "can’t be undone")
    }
    parts.append("×100: \(hundredfold(step))")
    return parts.joined(separator: " · ")
  }

  /// "If this misfires a hundred times, what happens?"
  private static func hundredfold(_ step: StepSummary) -> String {
    switch step.kind {
    case .fileCreate: "100 stray files"
    case .fileEdit: "100 files changed"
    case .fileChange: "100 sets of changes"
    case .fileRename: "100 badly named files"
    case .folderMake: "100 stray folders"
    case .folderRemove: "100 empty folders gone"
    case .fileDelete: "100 files gone"
    case .folderMode: "100 folders with other permissions"
    case .fileOutside: "100 files outside the folders"
    case .fileUnfit: "nothing, 100 times: it is never put in place"
    case .mailSend: "100 wrong messages out"
    case .mailDraft: "100 drafts to sort"
    case .chatSend: "100 posts everyone reads"
    case .eventAdd: "100 entries in a calendar"
    case .eventInvite: "100 invitations out"
    case .paymentMake: "100 wrong payments"
    case .contractSend: "100 contracts in force"
    case .personalDataSend: "100 leaks"
    case .hrWrite: "100 wrong HR records"
    case .connectorCall, .driveCreate, .driveEdit: "100 public failures"
    case .connectorTrust: "100 servers nobody looked at"
    case .gitPush: "100 permanent commits"
    case .commandRun, .other: "anything, 100 times"
    case .fileRead, .mailSearch, .mailRead, .driveSearch, .driveRead, .webSearch, .webFetch, .connectorRead,
      .findingReport:
      "100 looks, nothing changed"
    }
  }

  static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " / ")
  }
}

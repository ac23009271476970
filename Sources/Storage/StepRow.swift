// A step's row and its values, one way and the other.

import Domain
import GateKeeper
import SQLite

enum StepRow {
  static let columns = """
    id, run, number, plan, state, revision, kind, target, claimTitle, claimReason, claimKind, level, rule, originFile, \
    originLine, isFloor, reasons, brokenRules, evidence, reach, mustBeSeen, effectDigest, policyDigest, previewDigest, \
    proposedAt, decidedBy, decidedAt, reason, mark, discardedChanges, basis, allowsBulk, isRelayed, \
    hold, expires, dueAt, raisedFrom, painted, waitsSince
    """

  static func strings(_ list: [String]) -> Value {
    var out = FieldWriter()
    out.put("list", strings: list)
    return .blob(out.bytes)
  }

  private static func strings(_ bytes: [UInt8]) -> [String] {
    var reader = FieldReader(bytes)
    return (try? reader.strings("list")) ?? []
  }

  static func reach(_ reach: Reach) -> Value {
    var out = FieldWriter()
    reach.write(to: &out)
    return .blob(out.bytes)
  }

  /// nil when the row was written by something else than Ringi.
  static func summary(_ row: borrowing Row) -> StepSummary? {
    guard let state = StepState(rawValue: row.text(4)), let kind = ActionKind(rawValue: row.text(6)),
      let level = TrustLevel(rawValue: row.text(11)), let reach = try? Reach(bytes: row.bytes(19)),
      let effect = Digest(row.bytes(21)), let policy = Digest(row.bytes(22)), let preview = Digest(row.bytes(23)),
      let mark = Mark(rawValue: row.text(28))
    else { return nil }
    let file = row.text(13)
    let verdict = Verdict(
      level: level, rule: row.text(12), origin: file.isEmpty ? nil : Origin(file: file, line: Int(row.int(14))),
      isFloor: row.int(15) != 0, allowsBulk: row.int(31) != 0, hold: Int(row.int(33)),
      expires: Int(row.int(34)), reasons: strings(row.bytes(16)),
      brokenRules: strings(row.bytes(17)))
    return StepSummary(
      id: StepID(row.int(0)), run: RunID(row.int(1)), number: StepNumber(Int(row.int(2))),
      plan: row.isNull(3) ? nil : Int(row.int(3)), state: state, revision: Revision(Int(row.int(5))), kind: kind,
      claims: Claims(title: row.text(8), reason: row.text(9), kind: row.text(10)), target: row.text(7),
      verdict: verdict, evidence: strings(row.bytes(18)), reach: reach, mustBeSeenWhole: row.int(20) != 0,
      effectDigest: effect, previewDigest: preview, policyDigest: policy,
      proposedAt: Timestamp(milliseconds: row.int(24)), decidedBy: row.text(25),
      decidedAt: row.isNull(26) ? nil : Timestamp(milliseconds: row.int(26)), reason: row.text(27), mark: mark,
      discardedChanges: Set(row.text(29).split(separator: " ").compactMap { Int($0) }),
      basis: Digest(row.bytes(30)), isRelayed: row.int(32) != 0,
      dueAt: row.isNull(35) ? nil : Timestamp(milliseconds: row.int(35)),
      raisedFrom: row.isNull(36) ? nil : StepID(row.int(36)), painted: row.text(37),
      waitsSince: row.isNull(38) ? nil : Timestamp(milliseconds: row.int(38)))
  }
}

extension StepSummary {
  /// The summary a new step will have, before its preview is made.
  package init(_ new: NewStep, id: StepID, number: StepNumber, state: StepState, proposedAt: Timestamp) {
    self.init(
      id: id, run: new.run, number: number, plan: new.plan, state: state, revision: .first, kind: new.action.kind,
      claims: new.claims, target: new.action.effect.target, verdict: new.verdict, evidence: new.action.evidence,
      reach: new.reach, mustBeSeenWhole: new.action.mustBeSeenWhole, effectDigest: new.effectDigest,
      previewDigest: new.previewDigest, policyDigest: new.policyDigest, proposedAt: proposedAt, decidedBy: "",
      decidedAt: nil, reason: "", mark: .undecided, discardedChanges: [], basis: new.basis,
      isRelayed: new.isRelayed, raisedFrom: new.raisedFrom)
  }
}

// A step's row and its values, one way and the other.

import Domain
import GateKeeper
import Glibc
import SQLite

enum StepRow {
  static let columns = """
    id, run, number, plan, state, revision, kind, target, claimTitle, claimReason, claimKind, level, rule, originFile, \
    originLine, isFloor, reasons, brokenRules, evidence, reach, mustBeSeen, effectDigest, policyDigest, previewDigest, \
    proposedAt, decidedBy, decidedAt, reason, mark, discardedChanges, basis, allowsBulk, isRelayed, \
    hold, expires, dueAt, raisedFrom, painted, waitsSince, markReason, markPainted, callID
    """

  static func strings(_ list: [String]) -> Value {
    var out = FieldWriter()
    out.put("list", strings: list)
    return .blob(out.bytes)
  }

  static func reach(_ reach: Reach) -> Value {
    var out = FieldWriter()
    reach.write(to: &out)
    return .blob(out.bytes)
  }

  /// nil when the row was written by something else than Ringi.
  static func summary(_ row: borrowing Row) -> StepSummary? {
    var reader = StepRowReader()
    return reader.summary(row)
  }
}

/// Reads many rows: what a row has in common with the one before it (its rule, its reasons, its kind) is made once and
/// shared.
struct StepRowReader {
  /// A column's last value, as it was read and as it lay in the row.
  private struct Column<Value> {
    let index: Int32
    let make: ([UInt8]) -> Value?
    private var bytes: [UInt8] = []
    private var value: Value?

    init(_ index: Int32, _ make: @escaping ([UInt8]) -> Value?) {
      self.index = index
      self.make = make
    }

    mutating func read(_ row: borrowing Row) -> Value? {
      row.withBytes(index) { raw in
        if value != nil, raw.count == bytes.count {
          guard let start = raw.baseAddress, memcmp(start, bytes, raw.count) != 0 else { return }
        }
        bytes = Array(raw)
        value = make(bytes)
      }
      return value
    }
  }

  private static func text(_ index: Int32) -> Column<String> { Column(index) { String(decoding: $0, as: UTF8.self) } }
  private static func word<T: RawRepresentable<String>>(_ index: Int32) -> Column<T> {
    Column(index) { T(rawValue: String(decoding: $0, as: UTF8.self)) }
  }
  private static func list(_ index: Int32) -> Column<[String]> {
    Column(index) { bytes in
      var reader = FieldReader(bytes)
      return (try? reader.strings("list")) ?? []
    }
  }

  private var state: Column<StepState> = word(4)
  private var kind: Column<ActionKind> = word(6)
  private var title = text(8)
  private var why = text(9)
  private var label = text(10)
  private var level: Column<TrustLevel> = word(11)
  private var rule = text(12)
  private var file = text(13)
  private var reasons = list(16)
  private var broken = list(17)
  private var evidence = list(18)
  private var reach = Column<Reach>(19) { try? Reach(bytes: $0) }
  private var policy = Column<Digest>(22) { Digest($0) }
  private var mark: Column<Mark> = word(28)

  /// nil when the row was written by something else than Ringi.
  mutating func summary(_ row: borrowing Row) -> StepSummary? {
    guard let state = state.read(row), let kind = kind.read(row), let level = level.read(row),
      let reach = reach.read(row), let effect = digest(row, 21), let policy = policy.read(row),
      let preview = digest(row, 23), let mark = mark.read(row)
    else { return nil }
    let file = file.read(row) ?? ""
    let verdict = Verdict(
      level: level, rule: rule.read(row) ?? "",
      origin: file.isEmpty ? nil : Origin(file: file, line: Int(row.int(14))), isFloor: row.int(15) != 0,
      allowsBulk: row.int(31) != 0, hold: Int(row.int(33)), expires: Int(row.int(34)),
      reasons: reasons.read(row) ?? [], brokenRules: broken.read(row) ?? [])
    let claims = Claims(title: title.read(row) ?? "", reason: why.read(row) ?? "", kind: label.read(row) ?? "")
    var summary = StepSummary(
      id: StepID(row.int(0)), run: RunID(row.int(1)), number: StepNumber(Int(row.int(2))),
      plan: row.isNull(3) ? nil : Int(row.int(3)), state: state, revision: Revision(Int(row.int(5))), kind: kind,
      claims: claims, target: row.text(7), verdict: verdict, evidence: evidence.read(row) ?? [], reach: reach,
      mustBeSeenWhole: row.int(20) != 0, effectDigest: effect, previewDigest: preview, policyDigest: policy,
      proposedAt: Timestamp(milliseconds: row.int(24)), decidedBy: row.text(25),
      decidedAt: row.isNull(26) ? nil : Timestamp(milliseconds: row.int(26)), reason: row.text(27), mark: mark,
      discardedChanges: changes(row, 29), basis: digest(row, 30), isRelayed: row.int(32) != 0,
      dueAt: row.isNull(35) ? nil : Timestamp(milliseconds: row.int(35)),
      raisedFrom: row.isNull(36) ? nil : StepID(row.int(36)), painted: row.text(37),
      waitsSince: row.isNull(38) ? nil : Timestamp(milliseconds: row.int(38)))
    let said = row.text(39)
    if !said.isEmpty { summary.markReason = said }
    let shown = row.text(40)
    if !shown.isEmpty { summary.markPainted = shown }
    summary.callID = row.text(41)
    return summary
  }

  private func digest(_ row: borrowing Row, _ column: Int32) -> Digest? { row.withBytes(column) { Digest(bytes: $0) } }

  private func changes(_ row: borrowing Row, _ column: Int32) -> Set<Int> {
    let text = row.text(column)
    return text.isEmpty ? [] : Set(text.split(separator: " ").compactMap { Int($0) })
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
    callID = new.callID
  }
}

// What a row holds beside the effect, the preview and the state that an entry names: the entry that brings it commits to
// the rest as one digest, so that no column of it can be changed unseen.

import AuditLog
import Domain
import GateKeeper

extension StepSummary {
  /// - Parameters:
  ///   - undoes: the step it puts back.
  ///   - salt: the form's own; what an agent says is guessed too easily without one.
  package func facts(undoes: StepID?, salt: [UInt8]) -> Digest {
    var out = FieldWriter()
    out.put("plan", plan ?? -1)
    out.put("revision", revision.value)
    out.put("target", target)
    out.put("claims", strings: [claims.title, claims.reason, claims.kind])
    out.put("isFloor", verdict.isFloor)
    out.put("allowsBulk", verdict.allowsBulk)
    out.put("hold", verdict.hold)
    out.put("expires", verdict.expires)
    out.put("reasons", strings: verdict.reasons)
    out.put("broken", strings: verdict.brokenRules)
    out.put("evidence", strings: evidence)
    out.put("reach") { reach.write(to: &$0) }
    out.put("mustBeSeen", mustBeSeenWhole)
    out.put("isRelayed", isRelayed)
    out.put("basis", basis?.bytes ?? [])
    out.put("undoes", undoes?.value ?? 0)
    out.put("raisedFrom", raisedFrom?.value ?? 0)
    out.put("policy", policyDigest)
    out.put("preview", previewDigest)
    if !callID.isEmpty { out.put("call", callID) }
    return Hashing.sha256(salt + out.bytes)
  }
}

extension RunSummary {
  /// What is not in the entry's own fields or its definition.
  package static func facts(workspace: String, session: String) -> Digest {
    var out = FieldWriter()
    out.put("workspace", workspace)
    if !session.isEmpty { out.put("session", session) }
    return Hashing.sha256(out.bytes)
  }
}

extension Finding {
  /// What an agent reported, as the entry of its step commits to it.
  package func facts(salt: [UInt8]) -> Digest {
    var out = FieldWriter()
    out.put("place", strings: [document, clause, level.rawValue])
    out.put("first", firstLine)
    out.put("last", lastLine)
    out.put("words", strings: [text, standard, why, redline, fallback, impact, escalation])
    if let isMustHave { out.put("must", isMustHave) } else { out.put("must", "not stated") }
    return Hashing.sha256(salt + out.bytes)
  }
}

extension PlanEntry {
  static func facts(_ plan: [PlanEntry]) -> Digest {
    var out = FieldWriter()
    for entry in plan {
      out.put("entry", strings: [entry.title, entry.status.rawValue, entry.intendedKind, entry.intendedTarget])
    }
    return Hashing.sha256(out.bytes)
  }
}

/// The flags that a report brought, in the entry of its step: `flags 17:HEX 18:HEX; replaces 3 5`.
package enum ReportedFlags {
  package static func words(_ reported: [(id: Int64, facts: Digest)], replaced: [Int64]) -> String {
    let own = reported.map { " \($0.id):\($0.facts)" }.joined()
    return "flags\(own); replaces\(replaced.map { " \($0)" }.joined())"
  }

  /// nil for what is no such text.
  package static func read(_ text: String) -> (reported: [Int64: String], replaced: [Int64])? {
    let parts = text.split(separator: ";")
    guard parts.count == 2, parts[0].hasPrefix("flags") else { return nil }
    var reported: [Int64: String] = [:]
    for word in parts[0].split(separator: " ").dropFirst() {
      let pair = word.split(separator: ":")
      if pair.count == 2, let id = Int64(pair[0]) { reported[id] = String(pair[1]) }
    }
    return (reported, parts[1].split(separator: " ").dropFirst().compactMap { Int64($0) })
  }
}

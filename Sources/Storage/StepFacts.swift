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

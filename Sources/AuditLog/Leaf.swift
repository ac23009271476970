// One audit record. Canonical form: one line for each field, in the order of `fields`, as `key value\n` (`key\n` when
// empty). In values, bytes below 0x20, 0x7F and the backslash are written `\xNN`. Version 2 has one line more, `facts`.
// Every field a verifier prints is inside. Payloads are not: they live beside the log under salted digests.

import Domain

package struct Leaf: Hashable, Sendable {
  package var index: LeafIndex
  package var wall: Timestamp
  /// Milliseconds since boot, and which boot: shows a wall clock that was turned back.
  package var monotonic: Int64
  package var boot: String
  package var actorKind: String
  package var actor: String
  package var authentication: String
  package var run: RunID?
  package var step: StepNumber?
  package var revision: Revision?
  /// A `StepEvent`, or an event of the run or the desk.
  package var event: String
  package var kind: String
  package var level: String
  package var rule: String
  package var origin: String
  package var policy: Digest?
  package var effect: Digest?
  package var preview: Digest?
  /// What was on the screen: `seen 12 of 46 lines`.
  package var painted: String
  package var reasonCode: String
  /// Salted digest of a reason in words, or of an outcome's text.
  package var commitment: Digest?
  /// Of the rest of a row that this entry brings: salted where it holds words. A leaf without it is of version 1.
  package var facts: Digest?

  package init(
    index: LeafIndex, wall: Timestamp, monotonic: Int64, boot: String, actor: Actor, event: String
  ) {
    self.index = index
    self.wall = wall
    self.monotonic = monotonic
    self.boot = boot
    self.actorKind = actor.kind
    self.actor = actor.name
    self.authentication = actor.authentication
    self.event = event
    run = nil
    step = nil
    revision = nil
    kind = ""
    level = ""
    rule = ""
    origin = ""
    policy = nil
    effect = nil
    preview = nil
    painted = ""
    reasonCode = ""
    commitment = nil
    facts = nil
  }

  private var fields: [(String, String)] {
    [
      ("ringi-leaf", facts == nil ? "1" : "2"),
      ("index", String(index.value)),
      ("time", wall.rfc3339),
      ("monotonic", String(monotonic)),
      ("boot", boot),
      ("actor-kind", actorKind),
      ("actor", actor),
      ("authentication", authentication),
      ("run", run.map { String($0.value) } ?? ""),
      ("step", step.map { String($0.value) } ?? ""),
      ("revision", revision.map { String($0.value) } ?? ""),
      ("event", event),
      ("kind", kind),
      ("level", level),
      ("rule", rule),
      ("origin", origin),
      ("policy", policy?.description ?? ""),
      ("effect", effect?.description ?? ""),
      ("preview", preview?.description ?? ""),
      ("painted", painted),
      ("reason-code", reasonCode),
      ("commitment", commitment?.description ?? ""),
    ] + (facts.map { [("facts", $0.description)] } ?? [])
  }

  package var canonicalBytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(640)
    for (key, value) in fields {
      out.append(contentsOf: key.utf8)
      if !value.isEmpty { out.append(32) }
      for byte in value.utf8 {
        if byte < 32 || byte == 127 || byte == UInt8(ascii: "\\") {
          out.append(contentsOf: "\\x\(Hex.encode([byte]))".utf8)
        } else {
          out.append(byte)
        }
      }
      out.append(10)
    }
    return out
  }
}

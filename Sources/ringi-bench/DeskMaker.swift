// Makes desks of a given size through the journal itself, so that every row and leaf is a real one.

import AuditLog
import Domain
import EffectPreview
import GateKeeper
import Glibc
import Runtime
import Storage

enum DeskMaker {
  static func make(_ folder: String, steps: Int, leaves: Int) throws {
    setenv("RINGI_DESK", folder, 1)
    let desk = try Desk()
    let workspace = Workspace(
      name: "bench", directory: folder, goal: "bench", agent: "bench", folders: [], insideDomains: [], knownDomains: [],
      sender: "")
    let run = try desk.store.create(
      NewRun(
        workspace: workspace, goal: "bench", agent: "bench", grade: .enforced, model: .local, policy: Hashing.sha256([])
      ),
      by: desk.person)
    try desk.store.setPlan(
      run, (0..<20).map { PlanEntry(title: "Heading \($0)", status: $0 < 10 ? .completed : .pending) },
      by: .agent("bench"))
    try desk.store.bulk((0..<steps).map { step(run, $0) }, fillerLeaves: max(0, leaves - 2 * steps - 3), run: run)
    try desk.store.setState(run, .review, note: "", by: .performer)
  }

  private static func step(_ run: RunID, _ index: Int) -> (NewStep, StepEvent) {
    // The first one is long, for scrolling.
    let before = (0..<(index == 0 ? 2_000 : 60)).map { "line \($0) of file \(index)\n" }.joined()
    let after =
      index == 0
      ? before.replacing(" of ", with: " of the ")
      : before.replacing("line 30 of", with: "the changed line 30 of").replacing("line 7 ", with: "line seven ")
    let digest = Hashing.sha256(Array(after.utf8))
    let image = PreImage(content: Content(digest: digest, size: 1), mode: 0o644, device: 1, inode: UInt64(index))
    let effect = Effect.editFile(
      FilePath("folder-\(index % 50)/file-\(index).md"), image, Content(digest: digest, size: after.utf8.count))
    let action = Action(kind: .fileEdit, effect: effect)
    let salt = [UInt8](repeating: UInt8(index & 255), count: 16)
    let preview = Preview.of(effect, images: PreviewImages(before: Array(before.utf8), after: Array(after.utf8)))
    let isWaiting = index % 10 == 0
    let new = NewStep(
      run: run, plan: index % 20, action: action, salt: salt, claims: Claims(title: "change file \(index)"),
      verdict: Verdict(
        level: isWaiting ? .watched : .batched, rule: "file.edit", origin: Origin(file: "policy.yaml", line: 4),
        isFloor: false,
        reasons: ["recoverable"], brokenRules: []),
      reach: Reach.of(action, facts: JudgingFacts()), effectDigest: Hashing.sha256(action.canonicalBytes(salt: salt)),
      policyDigest: digest, previewDigest: digest, previewBytes: preview.bytes, findings: [], replaces: nil, basis: nil)
    return (new, isWaiting ? .hold : .stage)
  }
}

// The desk-wide readings of the console: the wall of runs, the policy with its counts, one entry of the trail.

import AuditVerify
import Domain
import EffectPreview
import GateKeeper
import PolicyEngine
import Settings
import Storage

struct DeskWall {
  let desk: Desk
  private var store: DeskStore { desk.store }

  /// Columns of a sparkline, one a minute.
  static let minutes = 15
  /// Signs are looked for in the last day.
  private static let day: Int64 = 86_400_000

  func wall() throws(RuntimeFault) -> WallReading {
    try journalled { () throws(JournalFault) in
      let now = store.clock.wall()
      let judged = try store.judged(since: Timestamp(milliseconds: now.milliseconds - Self.day))
      let runs = try store.activity(minutes: Self.minutes, now: now).map { run in
        var run = run
        run.hasHost = !run.summary.state.isOver && RunLock.holder(desk.directory, run.summary.id) == .agent
        return run
      }
      return WallReading(
        runs: runs, incidents: try store.incidents(), anomalies: Anomaly.found(in: judged, zone: store.clock.zone),
        score: ReviewerScore(judged, person: desk.person.name))
    }
  }

  /// The rules over a run's workspace, the company's alone without one.
  func policy(_ run: RunSummary?) throws(RuntimeFault) -> PolicyReading {
    let policy: Policy
    do { policy = try WorkspaceLoader.policy(workspaceDirectory: run?.directory, desk: desk.directory).0 } catch {
      throw RuntimeFault(error)
    }
    return try journalled { () throws(JournalFault) in
      let all = try store.ruleCounts(workspace: nil)
      let own = try run.map { (run) throws(JournalFault) in try store.ruleCounts(workspace: run.workspace) } ?? [:]
      func line(_ layer: RuleLine.Layer) -> (Rule) -> RuleLine {
        let counts = layer == .company ? all : own
        return { rule in
          RuleLine(
            layer: layer, text: rule.text, level: rule.level, isFloor: rule.isAlways, why: rule.why,
            origin: rule.origin, defect: rule.defect ?? "", count: counts[rule.origin] ?? 0)
        }
      }
      return PolicyReading(
        version: policy.version,
        rules: policy.workspace.map(line(.workspace)) + policy.company.map(line(.company)),
        standing: try store.standing(of: nil), greyAreas: policy.greyAreas)
    }
  }

  /// One record with its proof, checked by the verifier that shares no code with the writer.
  func entry(_ index: LeafIndex) throws(RuntimeFault) -> EntryDetail? {
    let text = Files.text("\(desk.directory)/key.pub") ?? desk.verifierKey
    return try journalled { () throws(JournalFault) -> EntryDetail? in
      guard let leaf = try store.leaf(index), let read = ReadLeaf(leaf.bytes) else { return nil }
      let (words, isProved) = try proof(index, leaf.bytes, key: text)
      var preview: [String] = []
      if let id = leaf.step, let step = try store.step(id), let bytes = try store.previewBytes(of: id),
        let shown = try? Preview(bytes: bytes)
      {
        let kept = try store.docket(of: id)
        preview = shown.text(docket: kept.isEmpty ? Docket(step, hasTimes: false).text : kept).split(
          separator: "\n", omittingEmptySubsequences: false
        )
        .map(String.init)
        let revision = read.fields["revision"] ?? ""
        if let old = Int(revision), old < step.revision.value {
          preview.insert("this entry is of revision \(old); what follows is revision \(step.revision.value)", at: 0)
        }
      }
      return EntryDetail(
        index: index, fields: read.ordered, proof: words, isProved: isProved, words: leaf.words, preview: preview)
    }
  }

  private func proof(_ index: LeafIndex, _ leaf: [UInt8], key text: String) throws(JournalFault) -> (String, Bool) {
    guard let found = try store.inclusion(of: index) else { return ("no checkpoint covers it", false) }
    guard let key = VerifierKey(text), let head = Note.open(found.checkpoint, with: key) else {
      return ("the checkpoint is not signed by this desk", false)
    }
    let isIn = MerkleCheck.inclusion(
      leafHash: MerkleCheck.leafHash(leaf), index: UInt64(index.value), size: UInt64(found.size),
      proof: found.proof.map(\.bytes),
      root: head.root)
    return isIn
      ? ("in the signed tree of \(found.size) entries, proved by \(found.proof.count) hashes", true)
      : ("NOT in the tree that the checkpoint over \(found.size) entries signs", false)
  }
}

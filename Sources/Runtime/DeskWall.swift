// The desk-wide readings of the console: the wall of runs, the policy with its counts, one entry of the trail.

import AuditLog
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
        run.hasHost = !run.summary.state.isOver && RunPulse.isLive(desk.directory, run.summary)
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
          var line = RuleLine(
            layer: layer, text: rule.text, level: Self.effective(rule), isFloor: rule.isAlways, why: rule.why,
            origin: rule.origin, defect: rule.defect ?? "", count: counts[rule.origin] ?? 0)
          line.budget = rule.budgetWords
          return line
        }
      }
      return PolicyReading(
        version: policy.version,
        rules: policy.workspace.map(line(.workspace)) + policy.company.map(line(.company)),
        standing: try store.standing(of: nil), greyAreas: policy.greyAreas)
    }
  }

  /// What can't be held back is never Batched, whatever a rule says.
  private static func effective(_ rule: Rule) -> TrustLevel {
    let kinds = rule.subjects.compactMap { subject in if case .kind(let kind) = subject { kind } else { nil } }
    let isHeld = kinds.count < rule.subjects.count || kinds.contains(where: \.canBeHeld)
    return rule.level == .batched && !isHeld ? .watched : rule.level
  }

  /// One record with all that is kept of it; its proof is still to come.
  func entry(_ index: LeafIndex) throws(RuntimeFault) -> EntryDetail? {
    try journalled { () throws(JournalFault) -> EntryDetail? in
      guard let leaf = try store.leaf(index), let read = ReadLeaf(leaf.bytes) else { return nil }
      var preview: [String] = []
      if let id = leaf.step, let step = try store.step(id) {
        let revision = Int(read.fields["revision"] ?? "") ?? step.revision.value
        let form = revision < step.revision.value ? try store.form(of: id, at: revision) : nil
        let now = (docket: try store.docket(of: id), preview: try store.previewBytes(of: id) ?? [])
        let (kept, bytes) = (form?.docket ?? now.docket, form?.preview ?? now.preview)
        let docket = kept.isEmpty ? Docket(step, hasTimes: false).text : kept
        preview =
          (try? Preview(bytes: bytes))?.text(docket: docket)
          .split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
        if revision < step.revision.value, form == nil {
          preview.insert(
            "this entry is of revision \(revision); what follows is revision \(step.revision.value)", at: 0)
        }
      }
      return EntryDetail(
        index: index, fields: read.ordered, proof: .pending, words: leaf.words, preview: preview)
    }
  }
}

/// The inclusion proof of an entry, made a block at a time so that a console can do it between keys, and checked by the
/// verifier, which shares no code with what made it.
struct ProofWork {
  private let desk: Desk
  private var tree = BlockTree()

  init(_ desk: Desk) { self.desk = desk }

  /// One block more; nil while more are needed.
  mutating func step(_ index: LeafIndex) throws(RuntimeFault) -> EntryDetail.Proof? {
    let store = desk.store
    var tree = tree
    let key = VerifierKey(Files.text("\(desk.directory)/key.pub") ?? desk.verifierKey)
    let proof = try journalled { () throws(JournalFault) -> EntryDetail.Proof? in
      guard let leaf = try store.leaf(index), let (size, checkpoint) = try store.head(), index.value < size else {
        return .missing("no checkpoint covers it")
      }
      guard let key, let head = Note.open(checkpoint, with: key) else {
        return .missing("the checkpoint is not signed by this desk")
      }
      if tree.covered + BlockTree.block <= size {
        let hashes = try store.leafHashes(tree.covered..<tree.covered + BlockTree.block)
        guard hashes.count == BlockTree.block else { return .missing("entries before it are gone") }
        tree.add(hashes)
        if tree.covered + BlockTree.block <= size { return nil }
      }
      var leaves: [Range<Int>: [Digest]] = [:]
      for range in BlockTree.needed(for: Int(index.value), size: size) {
        leaves[range] = try store.leafHashes(range)
        guard leaves[range]?.count == range.count else { return .missing("entries beside it are gone") }
      }
      guard let path = tree.inclusion(of: Int(index.value), size: size, leaves: leaves) else { return nil }
      let isIn = MerkleCheck.inclusion(
        leafHash: MerkleCheck.leafHash(leaf.bytes), index: UInt64(index.value), size: UInt64(size),
        proof: path.map(\.bytes), root: head.root)
      return isIn
        ? .proved("in the signed tree of \(size) entries, proved by \(path.count) hashes")
        : .missing("NOT in the tree that the checkpoint over \(size) entries signs")
    }
    self.tree = tree
    return proof
  }

  /// All of it at once.
  mutating func finish(_ index: LeafIndex) throws(RuntimeFault) -> EntryDetail.Proof {
    while true {
      if let proof = try step(index) { return proof }
    }
  }
}

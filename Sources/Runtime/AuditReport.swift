// `ringi audit`: the trail as lines, and its verification from the written form alone.

import AuditVerify
import Domain
import GateKeeper
import Storage
import Wire

/// How the trail is printed.
package enum TrailFormat: String, Sendable, CaseIterable { case text, json, csv }

package struct AuditReport {
  private let desk: Desk
  package init(_ desk: Desk) { self.desk = desk }

  package func log(run: Int64?, filter text: String, limit: Int, format: TrailFormat) throws(RuntimeFault) -> String {
    let filter: TrailFilter
    do { filter = try TrailFilter((run.map { "run:\($0) " } ?? "") + text, now: Clocks.now()) } catch {
      throw RuntimeFault(.usage, error.sentence)
    }
    let most = format == .text && limit < Int.max ? limit + 1 : limit
    var lines = try TrailExport(desk).lines(filter, limit: most)
    if format == .text {
      if lines.isEmpty { StandardError.write("nothing matches") }
      if lines.count > limit {
        lines.removeFirst()
        StandardError.write("older entries are left off; --limit \(limit * 10) shows more")
      }
    }
    switch format {
    case .json: return TrailExport.jsonl(lines)
    case .csv: return TrailExport.csv(lines)
    case .text: return lines.map(Self.text).joined()
    }
  }

  private static func text(_ line: TrailLine) -> String {
    let step = line.step.map { " #\($0)" } ?? ""
    return Plain.safe(
      "\(line.time.date(offset: Clocks.zone())) \(line.time.clock(offset: Clocks.zone())) \(line.index.value) \(line.run.map { "run \($0)" } ?? "desk") \(line.actorKind) \(line.actor): \(line.event)\(step) \(line.kind) \(line.target) \(line.note)"
    ) + "\n"
  }

  /// One entry with its inclusion proof; exits with a refusal when the proof does not hold.
  package func prove(_ index: Int64, json: Bool) throws(RuntimeFault) -> String {
    guard let detail = try DeskWall(desk: desk).entry(LeafIndex(index)) else {
      throw RuntimeFault(.usage, "there is no entry #\(index)")
    }
    var work = ProofWork(desk)
    let proof: String
    switch try work.finish(LeafIndex(index)) {
    case .proved(let words): proof = words
    case .missing(let words): throw RuntimeFault(.refused, "entry #\(index): \(words)")
    case .pending: throw RuntimeFault(.fault, "entry #\(index): the proof could not be made")
    }
    if json {
      let fields = detail.fields.map { JSON.Member($0.key, .string($0.value)) }
      let value: JSON = [
        "entry": .int(index), "proof": .string(proof), "fields": .object(fields),
        "words": .string(detail.words), "shown": .array(detail.preview.map { .string($0) }),
      ]
      return value.pretty
    }
    let fields = detail.fields.filter { !$0.value.isEmpty }.map { Plain.safe("\($0.key) \($0.value)") + "\n" }
    return "entry #\(index) is \(proof)\n" + fields.joined()
  }

  /// - Parameter kept: how many entries a kept checkpoint is of.
  private static func intact(_ count: Int64, kept: Int64?) -> String {
    let head =
      "intact: \(count) entries, every hash, root and signature fits, and so does what the desk shows of them\n"
    guard let kept else { return head }
    return "\(head)the kept checkpoint is of the first \(kept) of them, and fits\n"
  }

  package func verify(checkpoint: String?, printing: Bool, json: Bool) throws(RuntimeFault) -> String {
    if printing {
      return try journalled { () throws(JournalFault) in try desk.store.lastCheckpoint() } ?? ""
    }
    var kept: String?
    if let checkpoint {
      guard let text = Files.text(checkpoint) else { throw RuntimeFault(.usage, "`\(checkpoint)` can't be read") }
      kept = text
    }
    var check = try TrailVerification(desk, kept: kept)
    while true {
      switch try check.step(leaves: 4096) {
      case .checking: continue
      case .broken(let sentence): throw RuntimeFault(.refused, sentence)
      case .intact:
        let isEmpty = try journalled { () throws(JournalFault) in try desk.store.runs(limit: 1).isEmpty }
        guard check.count > 0 || isEmpty else {
          throw RuntimeFault(.refused, "the log is empty, but the desk has runs: it was cut")
        }
        let rows = DeskCheck(store: desk.store, directory: desk.directory)
        if let fault = try journalled({ () throws(JournalFault) in try rows.firstFault() }) {
          throw RuntimeFault(.refused, fault)
        }
        let gone = try journalled { () throws(JournalFault) in try rows.takenOut() }
        let lost = try journalled { () throws(JournalFault) in try rows.goneRegisters() }
        if json {
          let value: JSON = [
            "intact": .bool(true), "entries": .int(check.count), "takenOutOfOutbox": .int(Int64(gone)),
            "goneRegisters": .int(Int64(lost)),
          ]
          return value.pretty
        }
        let taken =
          gone == 0
          ? "" : "\(gone) file\(gone == 1 ? "" : "s") put in the outbox \(gone == 1 ? "is" : "are") there no more\n"
        let registers = lost == 0 ? "" : "\(lost) register file\(lost == 1 ? " is" : "s are") there no more\n"
        return Self.intact(check.count, kept: check.keptSize) + taken + registers
      }
    }
  }
}

/// The verification of the whole log, a piece at a time, so that a console can do it between keys.
package struct TrailVerification {
  private let desk: Desk
  private var verifier: LogVerifier
  private var kept: TreeHead?
  private let total: Int64
  package var count: Int64 { verifier.size }
  /// How many entries the kept checkpoint is of.
  package var keptSize: Int64? { kept?.size }

  /// - Parameter kept: a checkpoint somebody kept elsewhere; the log must still lead to it.
  package init(_ desk: Desk, kept: String? = nil) throws(RuntimeFault) {
    self.desk = desk
    let text = Files.text("\(desk.directory)/key.pub") ?? desk.verifierKey
    guard let key = VerifierKey(text) else { throw RuntimeFault(.fault, "the desk's key.pub can't be read") }
    verifier = LogVerifier(key: key, origin: DeskStore.origin)
    total = try journalled { () throws(JournalFault) in try desk.store.leafCount() }
    if let kept {
      guard let head = Note.open(kept, with: key) else {
        throw RuntimeFault(.refused, "the kept checkpoint is not signed by this desk")
      }
      self.kept = head
      if head.size > total { throw RuntimeFault(.refused, AuditFault(.cut, leaf: total, last: head.size - 1).sentence) }
    }
  }

  package mutating func step(leaves count: Int) throws(RuntimeFault) -> TrailCheck {
    let from = verifier.size
    let piece = try journalled { () throws(JournalFault) in try desk.store.piece(from: from, count: count) }
    do throws(AuditFault) {
      var notes = piece.checkpoints[...]
      for leaf in piece.leaves {
        guard leaf.index == verifier.size else { throw AuditFault(.misplaced, leaf: verifier.size) }
        try verifier.add(leaf.bytes, storedHash: leaf.hash)
        while let next = notes.first, next.size <= verifier.size {
          try verifier.check(next.note, signature: true)
          notes.removeFirst()
        }
        if let kept, kept.size == verifier.size, kept.root != verifier.root {
          throw AuditFault(.rootDiffers, leaf: 0, last: kept.size - 1)
        }
      }
      guard piece.isEnd else { return .checking(percent: Int(verifier.size * 100 / max(total, verifier.size))) }
      if let left = notes.first { throw AuditFault(.cut, leaf: verifier.size, last: left.size - 1) }
      try verifier.finish()
      return .intact
    } catch { return .broken(error.sentence) }
  }
}

/// The words a filter takes, for help texts.
package enum AuditFilterHelp { package static let text = TrailFilter.help }

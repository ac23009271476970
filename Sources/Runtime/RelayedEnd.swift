// What came of a step that an agent did by itself: what it says, held against the disk where the disk can tell.

import AgentLink
import AuditLog
import Domain
import Effector
import GateKeeper
import Storage

struct RelayedEnd {
  let maker: StepMaker

  /// The agent says that it has done it.
  func done(_ step: StepSummary) throws(JournalFault) -> Outcome {
    guard let found = try look(step) else { return .done(detail: "done by the agent") }
    return .done(
      detail: found == .asApproved
        ? "done by the agent, and \(files(step)) what was approved" : StepSummary.notAsApproved)
  }

  static let ran = "run by the agent, which does not say how it ended"

  /// Its turn is over, and it has not said what came of it.
  func silent(_ step: StepSummary) throws(JournalFault) -> Outcome {
    switch try look(step) {
    case .asApproved: .done(detail: "the agent said no more of it; \(files(step)) what was approved")
    case .untouched: .failed(detail: "the agent never said that it did it, and the file is as it was")
    case .another: .done(detail: StepSummary.notAsApproved)
    case nil: .done(detail: "allowed; the agent said no more of it")
    }
  }

  /// It leaves something that can be looked at.
  func canTell(_ step: StepSummary) throws(JournalFault) -> Bool { try look(step) != nil }

  /// It is there as it was approved; nil while it is not.
  func seen(_ step: StepSummary) throws(JournalFault) -> Outcome? {
    try look(step) == .asApproved ? .done(detail: "\(files(step)) what was approved") : nil
  }

  private func files(_ step: StepSummary) -> String {
    switch step.kind {
    case .fileChange: "the files are"
    case .fileDelete: "the file is gone:"
    default: "the file is"
    }
  }

  private enum Found { case asApproved, untouched, another }

  /// nil where the effect leaves nothing that could be looked at.
  private func look(_ step: StepSummary) throws(JournalFault) -> Found? {
    var all: Found?
    for part in try maker.effect(of: step.id).fileParts {
      guard let found = look(part) else { return nil }
      all = all == nil || all == found ? found : .another
    }
    return all
  }

  /// A notebook in which only the id of a new cell was left to the agent.
  private func isOpenNotebook(_ path: FilePath, _ content: Content) -> Bool {
    guard path.display.hasSuffix(".ipynb"), let approved = try? maker.store.load(content.digest),
      let state = try? maker.scopes.read(path), let found = try? state.inHand(path)
    else { return false }
    return ClaudeNotebook.isSame(approved, found)
  }

  private func look(_ effect: Effect) -> Found? {
    guard let path = effect.writtenPath else { return nil }
    let now = (try? maker.scopes.read(path)).flatMap { state in
      state.content({ Hashing.sha256($0) as Digest? }, file: { LargeFile.copy($0, to: nil)?.digest })
    }
    if case .deleteFile(_, let image) = effect {
      return now == nil ? .asApproved : now == image.content.digest ? .untouched : .another
    }
    guard let content = effect.newContent else { return nil }
    if now == content.digest || isOpenNotebook(path, content) { return .asApproved }
    return now == effect.preImage?.content.digest ? .untouched : .another
  }
}

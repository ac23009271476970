// Prepared files, as the agent sees them: its own writes laid over the real folders. The content is in the blob
// store and the steps in the journal; this is only the index, rebuilt from them at any time.

import Domain
import GateKeeper
import Storage

struct StagingArea {
  enum Entry: Hashable {
    case content(StepID, Content)
    case gone(StepID)

    var step: StepID {
      switch self {
      case .content(let step, _), .gone(let step): step
      }
    }
  }

  private(set) var entries: [FilePath: Entry] = [:]

  mutating func add(_ step: StepID, _ effect: Effect) {
    switch effect {
    case .createFile(let path, let content), .editFile(let path, _, let content):
      entries[path] = .content(step, content)
    case .renameFile(let from, let to, let image):
      entries[from] = .gone(step)
      entries[to] = .content(step, image.content)
    default: break
    }
  }

  mutating func remove(_ step: StepID) { entries = entries.filter { $0.value.step != step } }

  static func rebuilt(_ run: RunID, from store: DeskStore) throws(JournalFault) -> StagingArea {
    var area = StagingArea()
    for step in try store.steps(of: run, in: [.staged]) {
      if let action = try? Action(canonicalBytes: try store.action(of: step.id).bytes) {
        area.add(step.id, action.effect)
      }
    }
    return area
  }
}

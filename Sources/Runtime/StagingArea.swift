// Prepared files, as the agent sees them: its own writes laid over the real folders. The content is in the blob
// store and the steps in the journal; this is only the index, rebuilt from them at any time.

import Domain
import Effector
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
  /// New folders that are prepared.
  private(set) var folders: [FilePath: StepID] = [:]
  /// Paths that are part of a rename or of a set: another version of them alone would undo more than itself.
  private var bound: Set<FilePath> = []
  private var paths: [StepID: [FilePath]] = [:]
  /// Paths that will be there, and their folders, by their folded form: how often each is written in which way.
  private var names: [String: [FilePath: Int]] = [:]

  mutating func add(_ step: StepID, _ effect: Effect) {
    switch effect {
    case .createFile(let path, let content), .editFile(let path, _, let content): put(path, .content(step, content))
    case .renameFile(let from, let to, let image):
      // What is prepared of it goes along.
      let content = if case .content(_, let own)? = entries[from] { own } else { image.content }
      put(from, .gone(step))
      put(to, .content(step, content))
      bound.formUnion([from, to])
    case .makeFolder(let path, _): folders[path] = step
    case .changeFiles(let parts):
      for part in parts {
        add(step, part)
        bound.formUnion(part.paths)
      }
    default: break
    }
  }

  mutating func remove(_ step: StepID) {
    folders = folders.filter { $0.value != step }
    for path in paths.removeValue(forKey: step) ?? [] where entries[path]?.step == step {
      if case .content? = entries[path] { count(path, -1) }
      entries[path] = nil
      bound.remove(path)
    }
  }

  /// As it is without the rename or set that a path is a part of.
  func leaving(_ path: FilePath) -> StagingArea {
    guard let step = binding(path) else { return self }
    var out = self
    out.remove(step)
    return out
  }

  /// The step a path is only a part of.
  func binding(_ path: FilePath) -> StepID? { bound.contains(path) ? entries[path]?.step : nil }

  private mutating func put(_ path: FilePath, _ entry: Entry) {
    if case .content? = entries[path] { count(path, -1) }
    if case .content = entry { count(path, 1) }
    entries[path] = entry
    paths[entry.step, default: []].append(path)
  }

  private mutating func count(_ path: FilePath, _ change: Int) {
    for prefix in Self.prefixes(path) {
      let name = Self.folded(prefix)
      let now = (names[name]?[prefix] ?? 0) + change
      names[name, default: [:]][prefix] = now > 0 ? now : nil
      if names[name]?.isEmpty ?? false { names[name] = nil }
    }
  }

  /// A path, or a folder of it, that will be there and differs only in case or in how accents are written.
  func collision(with path: FilePath, leaving: FilePath? = nil) -> FilePath? {
    for prefix in Self.prefixes(path) {
      let other = names[Self.folded(prefix)]?.keys.first { $0 != prefix && $0 != leaving }
      if let other { return other }
    }
    return nil
  }

  private static func folded(_ path: FilePath) -> String { "\(path.folder)/\(FileNames.folded(path.relative))" }

  /// The path and the folders it lies in, the outermost first.
  private static func prefixes(_ path: FilePath) -> [FilePath] {
    let ends = path.relative.indices.filter { path.relative[$0] == UInt8(ascii: "/") } + [path.relative.endIndex]
    return ends.map { FilePath(folder: path.folder, relative: Array(path.relative[..<$0])) }
  }

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

// Looks into folders: lists and searches, of what is there and of what the run has prepared. They find no more than the
// agent may read: what a rule keeps from it is left out, and said.

import Domain
import EffectPreview
import Effector
import PolicyEngine

extension StepMaker {
  /// What lies in no allowed folder, in words.
  func outside(_ operation: String, _ path: [UInt8]) -> Material {
    Material(effect: .outside(operation: operation, path: String(decoding: path, as: UTF8.self)))
  }

  func look(_ raw: [UInt8], _ look: Look, _ staging: StagingArea) throws -> Material {
    guard let place = scopes.place(raw) ?? (raw.isEmpty ? anyFolder : nil) else { return outside("look into", raw) }
    let folders = FolderView(scopes: scopes, staging: staging)
    guard folders.isFolder(place) else {
      if scopes.standing(place) == .other { return outside("look through a symbolic link", raw) }
      throw ProposalFault(reason: "`\(place.display)` is no folder")
    }
    if case .search(let words) = look, words.isEmpty || words.contains(where: \.isNewline) {
      throw ProposalFault(reason: "what is looked for is a part of one line")
    }
    let text = try found(in: place, look, staging)
    return Material(
      effect: .look(place, look), images: PreviewImages(after: text),
      contentText: String(decoding: text, as: UTF8.self))
  }

  /// What such a look finds now. With the main folder the others are listed as well.
  func found(in place: FilePath, _ look: Look, _ staging: StagingArea) throws -> [UInt8] {
    let folders = FolderView(scopes: scopes, staging: staging)
    var finding = Finding(folders: folders, policy: try policy(), read: { try? current($0, staging) })
    switch look {
    case .list where place == anyFolder:
      for folder in loaded.workspace.folders { finding.head(folder) }
    case .list, .tree: finding.list(place, isDeep: look == .tree)
    case .search(let words): finding.search(place, Array(words.utf8))
    }
    return Array(finding.text.utf8)
  }

  private var anyFolder: FilePath? {
    loaded.workspace.folders.first.map { FilePath(folder: $0.label, relative: []) }
  }
}

/// Folders as the agent sees them: what is prepared laid over what is there.
struct FolderView {
  private let scopes: Scopes
  private var added: [FilePath: [FilePath: FolderEntry]] = [:]
  private var gone: Set<FilePath> = []

  init(scopes: Scopes, staging: StagingArea) {
    self.scopes = scopes
    for (path, entry) in staging.entries {
      switch entry {
      case .gone: gone.insert(path)
      case .content(_, let content): add(FolderEntry(path: path, standing: .file, size: content.size))
      }
    }
    for folder in staging.folders.keys { add(FolderEntry(path: folder, standing: .folder, size: 0)) }
  }

  /// With the folders it lies in.
  private mutating func add(_ entry: FolderEntry) {
    var entry = entry
    while !entry.path.relative.isEmpty {
      let folder = entry.path.parts.folder
      added[folder, default: [:]][entry.path] = entry
      entry = FolderEntry(path: folder, standing: .folder, size: 0)
    }
  }

  func isFolder(_ path: FilePath) -> Bool {
    path.relative.isEmpty || scopes.isFolder(path) || added[path] != nil
      || added[path.parts.folder]?[path]?.standing == .folder
  }

  /// By name; `unnamed` is how many have no name that can be told.
  func entries(in path: FilePath) throws(ScopeFault) -> (entries: [FolderEntry], unnamed: Int) {
    var (all, unnamed): ([FilePath: FolderEntry], Int) = ([:], 0)
    do {
      let real = try scopes.entries(in: path)
      for entry in real.entries where !gone.contains(entry.path) { all[entry.path] = entry }
      unnamed = real.unnamed
    } catch  where error.code == .missing {}
    all.merge(added[path] ?? [:]) { $1 }
    return (all.values.sorted { $0.path.relative.lexicographicallyPrecedes($1.path.relative) }, unnamed)
  }
}

/// What a look finds, in lines, and what it leaves out.
private struct Finding {
  /// Text files of up to 4 MiB are looked through.
  private static let mostBytes = 4 << 20
  private static let mostLines = 20_000
  /// And all that one look goes through: names, and bytes of files.
  private static let mostNames = 200_000
  private static let mostInAll = 256 << 20
  private static let longestLine = 400

  private let folders: FolderView
  private let policy: Policy
  private let read: (FilePath) -> [UInt8]?
  private var lines: [String] = []
  private var (files, below, found) = (0, 0, 0)
  private var (unnamed, unreadable, kept, unread) = (0, 0, 0, 0)
  private var isSearch = false
  private var (names, bytes) = (0, 0)
  private var isFull: Bool {
    lines.count >= Self.mostLines || names >= Self.mostNames || bytes >= Self.mostInAll
  }

  init(folders: FolderView, policy: Policy, read: @escaping (FilePath) -> [UInt8]?) {
    (self.folders, self.policy, self.read) = (folders, policy, read)
  }

  mutating func head(_ folder: Workspace.Folder) {
    lines.append("\(folder.path)\(folder.isReadOnly ? " (read-only)" : "")")
    list(FilePath(folder: folder.label, relative: []), isDeep: false)
    lines.append("")
  }

  mutating func list(_ folder: FilePath, isDeep: Bool) {
    each(folder, isDeep: isDeep) { finding, entry in
      let size =
        switch entry.standing {
        case .file: String(entry.size)
        case .folder: "folder"
        case .other, .nothing: "other"
        }
      finding.lines.append(
        "\(String(repeating: " ", count: max(0, 10 - size.count)))\(size)  \(entry.path.display)\(entry.standing == .folder ? "/" : "")"
      )
    }
  }

  mutating func search(_ folder: FilePath, _ words: [UInt8]) {
    isSearch = true
    let words = words.map(Self.lowered)
    each(folder, isDeep: true) { finding, entry in
      guard entry.standing == .file else { return }
      guard finding.mayRead(entry, upTo: .batched) else { return finding.kept += 1 }
      guard entry.size <= Self.mostBytes, let bytes = finding.read(entry.path), !bytes.contains(0),
        String(validating: bytes, as: UTF8.self) != nil
      else { return finding.unread += 1 }
      finding.bytes += bytes.count
      finding.lookThrough(bytes, of: entry.path, for: words)
    }
  }

  private mutating func lookThrough(_ bytes: [UInt8], of path: FilePath, for words: [UInt8]) {
    let lowered = bytes.map(Self.lowered)
    guard lowered.contains(words) else { return }
    files += 1
    var number = 0
    for line in lowered.split(separator: 10, omittingEmptySubsequences: false) {
      number += 1
      guard line.contains(words) else { continue }
      let text = String(decoding: bytes[line.startIndex..<line.endIndex], as: UTF8.self)
      found += 1
      lines.append(
        "\(path.display):\(number): \(text.count > Self.longestLine ? "\(text.prefix(Self.longestLine))…" : text)")
      if lines.count >= Self.mostLines { return }
    }
  }

  private mutating func each(
    _ folder: FilePath, isDeep: Bool, _ body: (inout Finding, FolderEntry) -> Void
  ) {
    var left = [folder]
    while let next = left.popLast(), !isFull {
      guard let (entries, unnamed) = try? folders.entries(in: next) else {
        unreadable += 1
        continue
      }
      self.unnamed += unnamed
      for entry in entries where !isFull {
        names += 1
        guard mayRead(entry, upTo: .watched) else {
          kept += 1
          continue
        }
        if !isSearch, entry.standing == .file { files += 1 }
        if entry.standing == .folder { below += 1 }
        body(&self, entry)
      }
      if isDeep {
        left += entries.filter { $0.standing == .folder && mayRead($0, upTo: .watched) }.map(\.path).reversed()
      }
    }
  }

  private func mayRead(_ entry: FolderEntry, upTo level: TrustLevel) -> Bool {
    let effect = entry.standing == .folder ? Effect.look(entry.path, .list) : .readFile(entry.path)
    return evaluate(Action(kind: .fileRead, effect: effect), under: policy).level <= level
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }

  var text: String {
    func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
    var end = [
      isSearch
        ? "\(count(found, "line", "lines")) in \(count(files, "file", "files"))"
        : "\(count(files, "file", "files")), \(count(below, "folder", "folders"))"
    ]
    if isFull { end.append("more is not looked at: name a folder below, or other words") }
    if kept > 0 { end.append("\(kept) left out by the policy") }
    if unread > 0 { end.append("\(unread) not looked through: no text, or more than 4 MiB") }
    if unnamed > 0 { end.append("\(unnamed) left out: their names are no text, or never touched") }
    if unreadable > 0 { end.append("\(count(unreadable, "folder", "folders")) can’t be read") }
    return (lines + ["(\(end.joined(separator: "; ")))", ""]).joined(separator: "\n")
  }
}

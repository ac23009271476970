// A program that Ringi is asked to run: where it lies, where it runs and what it is given, as facts that are shown and
// bound. What the agent runs by itself is only described.

import AuditLog
import Domain
import EffectPreview
import Effector

extension StepMaker {
  func command(_ arguments: [String], _ directory: String) throws -> Material {
    guard let program = arguments.first, !program.isEmpty, !arguments.contains(where: { $0.utf8.contains(0) }) else {
      throw ProposalFault(reason: "a command is a list of words, the program first")
    }
    guard arguments.count <= 1_000, arguments.reduce(0, { $0 + $1.utf8.count }) <= 100_000 else {
      throw ProposalFault(reason: "the command is longer than 1 000 words or 100 000 bytes")
    }
    let main = loaded.workspace.folders.first { $0.label.isEmpty }?.path ?? "/"
    let place = directory.isEmpty ? main : directory.hasPrefix("/") ? directory : "\(main)/\(directory)"
    guard loaded.workspace.folders.contains(where: { $0.path == place }) || isFolder(place) else {
      return Material(effect: .outside(operation: "run a command in", path: place))
    }
    guard let path = found(program, in: place) else {
      throw ProposalFault(
        reason:
          "`\(program)` is not a program that can be run here: a name on the system's path, or a file of the folders")
    }
    var call = Invocation(arguments: [path] + arguments.dropFirst(), directory: place, isContained: true)
    var images = PreviewImages()
    images.facts = CommandRunner.limits(loaded.workspace)
    var text = arguments.joined(separator: "\n")
    for (file, bytes) in files(call.arguments, in: place) {
      call.files.append(Attachment(path: file, content: try store.store(bytes)))
      images.attachments.append((file.display, bytes))
      text += "\n" + String(decoding: bytes, as: UTF8.self)
    }
    return Material(effect: .command(call), images: images, contentText: text)
  }

  private func isFolder(_ place: String) -> Bool {
    scopes.locate(Array(place.utf8)).map { scopes.isFolder($0) } ?? false
  }

  private func absolute(_ word: String, in place: String) -> String { word.hasPrefix("/") ? word : "\(place)/\(word)" }

  /// As a shell would find it, but only where the system keeps programs, or in the folders.
  private func found(_ program: String, in place: String) -> String? {
    guard program.contains("/") else {
      return ChildProcess.find(program) { path in CommandRunner.places.contains { path.hasPrefix($0) } }
    }
    let path = absolute(program, in: place)
    let isOfFolders = scopes.locate(Array(path.utf8)).flatMap { try? scopes.read($0) } != nil
    let isOfSystem = CommandRunner.places.contains { path.hasPrefix($0) } && !path.contains("/../")
    return isOfFolders || isOfSystem ? ChildProcess.find(path) : nil
  }

  /// What the words name in the folders, as far as it can be shown.
  private func files(_ words: [String], in place: String) -> [(FilePath, [UInt8])] {
    var out: [(FilePath, [UInt8])] = []
    for word in words.prefix(100) {
      guard let path = scopes.locate(Array(absolute(word, in: place).utf8)), !out.contains(where: { $0.0 == path }),
        let state = try? scopes.read(path), !state.isLarge, state.bytes.count <= 1 << 20
      else { continue }
      out.append((path, state.bytes))
    }
    return out
  }
}

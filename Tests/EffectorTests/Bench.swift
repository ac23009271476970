import AuditLog
import Domain
import Effector
import Foundation
import GateKeeper
import Storage
import TestKit

/// A desk, two folders and a performer.
struct Bench {
  let folder: Project.Folder
  let store: DeskStore
  let run: RunID
  let scopes: Scopes
  let performer: Performer
  var work: String { "\(folder.path)/work" }

  init(delivery: Delivery = Delivery()) throws {
    folder = try Project.Folder()
    for name in ["desk", "work", "work/sub", "fixed"] {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    let store = try DeskStore(directory: "\(folder.path)/desk", clock: Sample.clock, signer: Sample.signer())
    self.store = store
    run = try Sample.run(store)
    scopes = try Scopes([
      Workspace.Folder(label: "", path: "\(folder.path)/work", isReadOnly: false),
      Workspace.Folder(label: "fixed", path: "\(folder.path)/fixed", isReadOnly: true),
    ])
    performer = Performer(
      scopes: scopes, outbox: "\(folder.path)/desk/outbox",
      delivery: delivery,
      sender: "desk@kumo.example",
      blobs: Blobs(
        hash: { Hashing.sha256($0) }, load: { (try? store.load($0)) ?? nil }, open: { store.opened($0) },
        copy: { LargeFile.copy($0, to: $1, progress: $2) }),
      mailDate: { "Sun, 22 Nov 2026 10:00:00 +0000" }, now: Sample.clock.wall,
      names: SentMail.Names(name: { "step-\($0.value)" }, hash: { Hashing.sha256($0) }))
  }

  func put(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(work)/\(name)", atomically: false, encoding: .utf8)
  }
  func text(_ name: String) -> String? { try? String(contentsOfFile: "\(work)/\(name)", encoding: .utf8) }

  func image(_ name: String) throws -> PreImage {
    let now = try scopes.read(FilePath(name))
    return try now.preImage(store.store) { try store.keep(file: $0) }
  }

  func content(_ text: String) throws -> Content { try store.store(Array(text.utf8)) }

  /// Through the gate, as a set.
  func perform(_ effects: [Effect]) throws -> [Outcome] {
    let gate = Gate(journal: store)
    var steps: [StepID] = []
    for (index, effect) in effects.enumerated() {
      steps.append(
        try gate.intake(Sample.step(run, effect, level: .autonomous, salt: UInt8(index)), by: .agent("t")).id)
    }
    return performer.perform(try gate.permit(steps)).map(\.outcome)
  }
}

// What several test targets need: the project's folder, corpora, a fresh desk, steps.

import AuditLog
import Domain
import Foundation
import GateKeeper
import Storage

/// SplitMix64 (Steele, Lea, Flood, 2014): the same numbers each time.
package struct Dice: RandomNumberGenerator {
  private var state: UInt64
  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

package enum Project {
  package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  package static var corpus: URL { root.appending(path: "Tests/Corpus") }

  /// Corpora that nobody here wrote; they are not part of the project. nil says so.
  package static func outerCorpus(_ name: String) -> URL? {
    guard let base = ProcessInfo.processInfo.environment["RINGI_CORPORA"] else {
      print("skipped: corpora not found (\(name)); set RINGI_CORPORA")
      return nil
    }
    return URL(filePath: base).appending(path: name)
  }

  package static func files(in folder: URL, ending: String) -> [URL] {
    let all = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(ending) }.sorted().map { folder.appending(path: $0) }
  }

  package static func bytes(_ url: URL) -> [UInt8] { (try? Data(contentsOf: url)).map { Array($0) } ?? [] }
  package static func text(_ url: URL) -> String { String(decoding: bytes(url), as: UTF8.self) }

  /// A fresh folder that goes with the value.
  package final class Folder {
    package let path: String
    package init() throws {
      path = FileManager.default.temporaryDirectory.path + "/ringi-test-\(UUID().uuidString.prefix(8))"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }
}

package enum Sample {
  /// Clocks that stand still and randomness that counts: what is written is the same each time.
  package static let clock = DeskClock(
    wall: { Timestamp(milliseconds: 1_795_000_000_000) }, monotonic: { 1_000 }, boot: "boot", zone: 32_400,
    random: { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) } })

  package static let person = Person(name: "aiko", role: "reviewer", authentication: .operatingSystem)
  package static let other = Person(name: "ren", role: "reviewer", authentication: .operatingSystem)

  package static func signer() -> Signer {
    guard let signer = Signer(name: "test", seed: (0..<32).map { UInt8($0) }) else {
      preconditionFailure("a seed is 32 bytes")
    }
    return signer
  }

  package static func store(_ folder: Project.Folder) throws -> DeskStore {
    try DeskStore(directory: folder.path, clock: clock, signer: signer())
  }

  package static func workspace(_ folder: String) -> Workspace {
    Workspace(
      name: "test", directory: folder, goal: "work", agent: "test", folders: [], insideDomains: ["kumo.example"],
      knownDomains: [], sender: "desk@kumo.example")
  }

  package static func run(_ store: DeskStore) throws -> RunID {
    try store.create(
      NewRun(
        workspace: workspace("/nowhere"), goal: "work", agent: "test", grade: .enforced, model: .local,
        policy: Hashing.sha256([])), by: person)
  }

  package static func step(
    _ run: RunID, _ effect: Effect, level: TrustLevel, kind: ActionKind? = nil, salt: UInt8 = 1
  ) -> NewStep {
    let action =
      kind.map { Action(kind: $0, effect: effect) }
      ?? Classifier.action(effect, claims: Claims(), facts: JudgingFacts())
    let salt = [UInt8](repeating: salt, count: 16)
    return NewStep(
      run: run, plan: nil, action: action, salt: salt, claims: Claims(title: "title", reason: "reason", kind: ""),
      verdict: Verdict(
        level: level, rule: "rule", origin: Origin(file: "policy.yaml", line: 3), isFloor: false, reasons: ["why"],
        brokenRules: []),
      reach: Reach.of(action, facts: JudgingFacts()), effectDigest: Hashing.sha256(action.canonicalBytes(salt: salt)),
      policyDigest: Hashing.sha256([1]), previewDigest: Hashing.sha256([2]), previewBytes: [], findings: [],
      replaces: nil,
      basis: nil)
  }

  package static func post(_ text: String) -> Effect { .post(ChatPost(channel: "#legal", text: text)) }
}

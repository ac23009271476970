import AuditLog
import AuditVerify
import Crypto
import Domain
import Foundation
import SQLite
import Storage
import TestKit
import Testing
import Wire

@Suite("Audit log")
struct LogTests {
  @Test("the frontier's root is the tree's root, for every size")
  func frontier() {
    var frontier = Frontier()
    var leaves: [Domain.Digest] = []
    for size in 0..<70 {
      #expect(frontier.root == MerkleProof.root(leaves[...]), "size \(size)")
      let leaf = Hashing.leaf([UInt8(size)])
      leaves.append(leaf)
      frontier.append(leafHash: leaf)
    }
  }

  @Test("every leaf's inclusion is proved, and for no other place")
  func inclusion() {
    for size in 1..<20 {
      let leaves = (0..<size).map { Hashing.leaf([UInt8($0)]) }
      let root = MerkleProof.root(leaves[...]).bytes
      for index in 0..<size {
        let proof = MerkleProof.inclusion(of: index, in: leaves[...]).map(\.bytes)
        for place in 0..<size {
          let holds = MerkleCheck.inclusion(
            leafHash: leaves[index].bytes, index: UInt64(place), size: UInt64(size), proof: proof, root: root)
          #expect(holds == (place == index))
        }
      }
    }
  }

  @Test("the RFC 6962 vectors")
  func merkleVectors() throws {
    guard let folder = Project.outerCorpus("merkle/testdata") else { return }
    func base64(_ value: JSON?) -> [UInt8] { value?.string.flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? [] }
    // Numbers beyond 63 bits are out of range for any log here.
    func number(_ value: JSON?) -> UInt64 { value?.int.map { UInt64(bitPattern: $0) } ?? .max }
    var count = 0
    for file in Project.files(in: folder.appending(path: "inclusion"), ending: ".json") {
      let value = try JSONReader.read(Project.bytes(file))
      let holds = MerkleCheck.inclusion(
        leafHash: base64(value["leafHash"]), index: number(value["leafIdx"]),
        size: number(value["treeSize"]), proof: (value["proof"]?.array ?? []).map { base64($0) },
        root: base64(value["root"]))
      #expect(holds != value["wantErr"]?.bool, "\(file.path)")
      count += 1
    }
    for file in Project.files(in: folder.appending(path: "consistency"), ending: ".json") {
      let value = try JSONReader.read(Project.bytes(file))
      let holds = MerkleCheck.consistency(
        from: number(value["size1"]), root1: base64(value["root1"]),
        to: number(value["size2"]), root2: base64(value["root2"]),
        proof: (value["proof"]?.array ?? []).map { base64($0) })
      #expect(holds != value["wantErr"]?.bool, "\(file.path)")
      count += 1
    }
    #expect(count > 100)
  }

  @Test("the Ed25519 vectors")
  func ed25519() throws {
    guard let folder = Project.outerCorpus("ed25519") else { return }
    let value = try JSONReader.read(Project.bytes(folder.appending(path: "ed25519_test.json")))
    var count = 0
    for group in value["testGroups"]?.array ?? [] {
      let raw = Hex.decode(Array((group["publicKey"]?["pk"]?.string ?? "").utf8)) ?? []
      guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else { continue }
      for test in group["tests"]?.array ?? [] {
        let message = Hex.decode(Array((test["msg"]?.string ?? "").utf8)) ?? []
        let signature = Hex.decode(Array((test["sig"]?.string ?? "").utf8)) ?? []
        let isValid = key.isValidSignature(Data(signature), for: Data(message))
        #expect(isValid == (test["result"]?.string == "valid"), "case \(test["tcId"]?.int ?? 0)")
        count += 1
      }
    }
    #expect(count > 100)
  }

  @Test("a leaf is one form and no other; what it holds is read back")
  func leafForm() throws {
    var leaf = Leaf(
      index: LeafIndex(3), wall: Timestamp(milliseconds: 5), monotonic: 9, boot: "b", actor: .agent("a\nstep 9\\"),
      event: "held")
    leaf.rule = "mail.send \u{7F} ü"
    let read = try #require(ReadLeaf(leaf.canonicalBytes))
    #expect(read.fields["actor"] == "a\nstep 9\\" && read.fields["rule"] == "mail.send \u{7F} ü" && read.index == 3)
    #expect(ReadLeaf(leaf.canonicalBytes + [10]) == nil)
    #expect(ReadLeaf(Array(leaf.canonicalBytes.dropLast())) == nil)
  }

  // MARK: tampering

  private func log(_ folder: Project.Folder) throws -> DeskStore {
    let store = try Sample.store(folder)
    let run = try Sample.run(store)
    for number in 0..<4 {
      _ = try store.propose(
        Sample.step(run, Sample.post("\(number)"), level: .watched, salt: UInt8(number)), by: .agent("t"),
        events: [.hold])
    }
    return store
  }

  private func verify(_ path: String, kept: String? = nil) throws -> AuditFault? {
    let store = try Connection(path: "\(path)/desk.db", mode: .readOnly)
    let key = try #require(VerifierKey(Sample.signer().verifierKey))
    var verifier = LogVerifier(key: key, origin: DeskStore.origin)
    let leaves = try store.rows("SELECT id, bytes, hash FROM leaf ORDER BY id") {
      ($0.int(0), $0.bytes(1), $0.bytes(2))
    }
    var notes = try store.rows("SELECT note FROM checkpoint ORDER BY size") { $0.text(0) }[...]
    do throws(AuditFault) {
      for leaf in leaves {
        guard leaf.0 == verifier.size else { throw AuditFault(.misplaced, leaf: verifier.size) }
        try verifier.add(leaf.1, storedHash: leaf.2)
        while let note = notes.first, let head = Note.head(note), head.size <= verifier.size {
          try verifier.check(note, signature: true)
          notes.removeFirst()
        }
      }
      if let head = notes.first.flatMap({ Note.head($0) }) {
        throw AuditFault(.cut, leaf: verifier.size, last: head.size - 1)
      }
      try verifier.finish()
      if let kept, let head = Note.open(kept, with: key), head.size > verifier.size {
        throw AuditFault(.cut, leaf: verifier.size, last: head.size - 1)
      }
    } catch { return error }
    return nil
  }

  private func tampered(_ sql: [String], kept: Bool = false) throws -> AuditFault? {
    let folder = try Project.Folder()
    var note: String?
    do { note = try log(folder).lastCheckpoint() }
    let connection = try Connection(path: "\(folder.path)/desk.db", mode: .readWrite)
    try connection.execute("DROP TRIGGER leafStays; DROP TRIGGER leafIsKept; DROP TRIGGER leafIsAppended")
    for statement in sql { try connection.execute(statement) }
    return try verify(folder.path, kept: kept ? note : nil)
  }

  @Test("an untouched log is intact")
  func intact() throws { #expect(try tampered([]) == nil) }

  @Test("a changed leaf is named, also when its stored hash was changed with it", arguments: 0..<9)
  func changed(place: Int) throws {
    let fault = try tampered(["UPDATE leaf SET bytes = bytes || x'0A' WHERE id = \(place)"])
    #expect(fault?.leaf == Int64(place))
    let swapped = try tampered([
      "UPDATE leaf SET bytes = CAST(replace(CAST(bytes AS TEXT), 'boot boot', 'boot bOOt') AS BLOB) WHERE id = \(place)"
    ])
    #expect(swapped == AuditFault(.hashDiffers, leaf: Int64(place)))
  }

  @Test("a removed, added or exchanged leaf is named")
  func moved() throws {
    #expect(try tampered(["DELETE FROM leaf WHERE id = 3"])?.leaf == 3)
    #expect(
      try tampered(["INSERT INTO leaf SELECT 9, bytes, hash, run, step, note, salt FROM leaf WHERE id = 2"])?.leaf == 9)
    #expect(
      try tampered([
        "UPDATE leaf SET id = 100 WHERE id = 4", "UPDATE leaf SET id = 4 WHERE id = 5",
        "UPDATE leaf SET id = 5 WHERE id = 100",
      ])?.leaf == 4)
  }

  @Test("a tail cut below a checkpoint is found, here or held elsewhere")
  func cut() throws {
    #expect(try tampered(["DELETE FROM leaf WHERE id >= 7"])?.code == .cut)
    let clean = ["DELETE FROM leaf WHERE id >= 7", "DELETE FROM checkpoint WHERE size > 7"]
    #expect(try tampered(clean) == nil)
    #expect(try tampered(clean, kept: true) == AuditFault(.cut, leaf: 7, last: 8))
  }

  @Test("a checkpoint by another key, of another log, or changed is refused")
  func checkpoints() throws {
    let note = try Sample.signer().checkpoint(origin: DeskStore.origin, size: 3, root: Hashing.sha256([]))
    let key = try #require(VerifierKey(Sample.signer().verifierKey))
    #expect(Note.open(note, with: key)?.size == 3)
    #expect(Note.open(note.replacingOccurrences(of: "\n3\n", with: "\n4\n"), with: key) == nil)
    let other = try #require(VerifierKey(Signer.generate(name: "test").signer.verifierKey))
    #expect(Note.open(note, with: other) == nil)
  }
}

import Domain
import Foundation
import TestKit
import Testing
import Wire

@testable import AgentLink

/// Notebooks before and after an edit of one cell, as Claude Code 2.1.330 left them: a folder for each.
private let cases: [String] = {
  let folder = Project.root.appending(path: "Tests/Corpus/notebooks").path
  return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
}()

@Suite("Notebooks")
struct NotebookTests {
  private func bytes(_ name: String, _ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Project.root.appending(path: "Tests/Corpus/notebooks/\(name)/\(file)")))
  }

  private func edited(_ name: String) throws -> [UInt8] {
    guard case .object(let members) = try JSONReader.read(try bytes(name, "edit.json")) else { return [] }
    let input = JSON.object(members + [.init("notebook_path", "/w/n.ipynb")])
    guard case .notebook(_, let edit) = try ClaudeTool.proposal("NotebookEdit", input, "/w").effect else { return [] }
    return try ClaudeNotebook.edited(try bytes(name, "before.ipynb"), edit)
  }

  @Test(
    "an edit of a cell is, to the byte, what Claude Code writes, but for the id it gives a new cell", arguments: cases)
  func asWritten(_ name: String) throws {
    let (own, theirs) = (try edited(name), try bytes(name, "after.ipynb"))
    let (same, isEqual) = (ClaudeNotebook.isSame(own, theirs), own == theirs)
    let isOpen = String(decoding: own, as: UTF8.self).contains(ClaudeNotebook.openID)
    #expect(same && isEqual == !isOpen)
    // Another byte anywhere is another file.
    var other = theirs
    other[other.count / 2] ^= 1
    let isTaken = ClaudeNotebook.isSame(own, other)
    #expect(!isTaken)
  }

  @Test("every case of the corpus is there, one with an id left open among them")
  func corpus() throws {
    #expect(cases.count >= 10)
    #expect(try cases.contains { String(decoding: try edited($0), as: UTF8.self).contains(ClaudeNotebook.openID) })
  }

  @Test("what is no notebook, and a cell that is not there, are refused with the reason")
  func refused() throws {
    let edit = NotebookEdit(cell: "nope", source: "x", type: nil, mode: .replace)
    #expect(throws: HookFault(reason: "there is no cell \"nope\"")) {
      try ClaudeNotebook.edited(try bytes("delete", "before.ipynb"), edit)
    }
    #expect(throws: HookFault(reason: "it is no notebook: no JSON with cells")) {
      try ClaudeNotebook.edited(Array("[1]".utf8), edit)
    }
    for (cell, mode) in [(nil, NotebookEdit.Mode.replace), ("cell-99", .delete), ("cell--1", .insert)] {
      #expect(throws: HookFault.self) {
        try ClaudeNotebook.edited(
          try bytes("by-number", "before.ipynb"), NotebookEdit(cell: cell, source: "", type: nil, mode: mode))
      }
    }
  }
}

// What Claude Code (2.1.330, measured) makes of a Jupyter notebook when it edits a cell: the file read as JSON and written
// again as JavaScript's JSON.stringify(…, null, 1) writes it, with the line ends it had. A new cell of nbformat 4.5 gets an
// id by chance, which nobody can know before.

import Domain
import Wire

package enum ClaudeNotebook {
  /// Stands where the agent will put an id of its own.
  static let openID = "chosen-by-the-agent"

  /// The file as the edit leaves it.
  package static func edited(_ file: [UInt8], _ edit: NotebookEdit) throws(HookFault) -> [UInt8] {
    guard let notebook = try? JSONReader.read(file), let members = notebook.members,
      var cells = notebook["cells"]?.array
    else { throw HookFault(reason: "it is no notebook: no JSON with cells") }
    let minor = notebook["nbformat_minor"]?.int ?? 0
    let hasIDs = (notebook["nbformat"]?.int ?? 0) > 4 || notebook["nbformat"]?.int == 4 && minor >= 5
    let place = try place(edit, cells)
    switch edit.mode {
    case .delete: cells.remove(at: place)
    case .replace: cells[place] = try replaced(cells[place], edit)
    case .insert: cells.insert(made(edit, hasID: hasIDs), at: place)
    }
    let new = JSON.object(members.map { $0.key == "cells" ? .init($0.key, .array(cells)) : $0 })
    var out: [UInt8] = []
    ScriptJSON.write(new, indent: 0, to: &out)
    if file.last == 10 { out.append(10) }
    return file.contains(13) ? out.flatMap { $0 == 10 ? [13, 10] : [$0] } : out
  }

  /// The same file, but for ids that were left to the agent.
  package static func isSame(_ approved: [UInt8], _ found: [UInt8]) -> Bool {
    let (approved, found) = (approved.split(separator: 10), found.split(separator: 10))
    return approved.count == found.count
      && zip(approved, found).allSatisfy { approved, found in
        if approved == found { return true }
        let parts = approved.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1].elementsEqual("id".utf8), parts[3].elementsEqual(openID.utf8) else {
          return false
        }
        let chosen = found.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        return chosen.count == 5 && chosen[0] == parts[0] && chosen[1] == parts[1] && chosen[2] == parts[2]
          && chosen[4] == parts[4] && (1...64).contains(chosen[3].count)
          && chosen[3].allSatisfy {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
          }
      }
  }

  private static func place(_ edit: NotebookEdit, _ cells: [JSON]) throws(HookFault) -> Int {
    guard let cell = edit.cell, !cell.isEmpty else {
      guard edit.mode == .insert else { throw HookFault(reason: "which cell is not said") }
      return 0
    }
    var found = cells.firstIndex { $0["id"]?.string?.utf8.elementsEqual(cell.utf8) ?? false }
    if found == nil, cell.hasPrefix("cell-"), let index = Int(cell.dropFirst(5)) { found = index }
    guard let found, cells.indices.contains(found) else {
      throw HookFault(reason: "there is no cell \(cell.debugDescription)")
    }
    return edit.mode == .insert ? found + 1 : found
  }

  /// Its output is of the words that stood there before.
  private static func replaced(_ cell: JSON, _ edit: NotebookEdit) throws(HookFault) -> JSON {
    guard var members = cell.members else { throw HookFault(reason: "a cell of it is no object") }
    func set(_ key: String, _ value: JSON) {
      if let index = members.firstIndex(where: { $0.key == key }) {
        members[index] = .init(key, value)
      } else {
        members.append(.init(key, value))
      }
    }
    let was = cell["cell_type"]?.string
    set("source", .string(edit.source))
    if was == "code" {
      set("execution_count", .null)
      set("outputs", .array([]))
    }
    if let type = edit.type, type != was {
      set("cell_type", .string(type))
      if type == "code" {
        set("execution_count", .null)
        set("outputs", .array([]))
      } else {
        members.removeAll { $0.key == "execution_count" || $0.key == "outputs" }
      }
    }
    return .object(members)
  }

  private static func made(_ edit: NotebookEdit, hasID: Bool) -> JSON {
    let isCode = (edit.type ?? "code") == "code"
    return .of([
      "cell_type": .string(isCode ? "code" : "markdown"), "id": hasID ? .string(openID) : nil,
      "source": .string(edit.source), "metadata": [:], "execution_count": isCode ? .null : nil,
      "outputs": isCode ? .array([]) : nil,
    ])
  }
}

// `ringi propose`: a proposal as one JSON object on stdin, the decision as one on stdout, for any program in any language.
// The actions are those of the tool catalogue; `schema` publishes them.

import Domain
import Wire

package struct ProposeRequest: Hashable, Sendable {
  package let agent: String
  /// What the program calls its session; empty takes its process.
  package let session: String
  /// Absolute; empty takes where the program stands.
  package let directory: String
  package let goal: String
  package let proposal: Proposal

  private static let keys: Set<String> = ["agent", "session", "directory", "goal", "action", "arguments", "reason"]

  /// - Parameter bytes: all of stdin.
  package init(_ bytes: [UInt8]) throws(HookFault) {
    let read: (value: JSON, loneSurrogates: Int)
    do { read = try JSONReader.readCounting(bytes) } catch {
      throw HookFault(reason: "the proposal is no JSON (\(error.code.rawValue) at byte \(error.offset))")
    }
    guard let members = read.value.members, read.loneSurrogates == 0 else {
      throw HookFault(reason: "the proposal is one JSON object; `ringi propose --schema` prints what it holds")
    }
    if let odd = members.first(where: { !Self.keys.contains($0.key) }) {
      throw HookFault(
        reason: "`\(odd.key)` means nothing here; there are \(Self.keys.sorted().joined(separator: ", "))")
    }
    func text(_ key: String) throws(HookFault) -> String {
      guard let value = read.value[key] else { return "" }
      guard let text = value.string, text.utf8.count <= 1_000 else {
        throw HookFault(reason: "`\(key)` is a short text")
      }
      return text
    }
    let name = try text("agent")
    agent = name.isEmpty ? "program" : name
    (session, directory, goal) = (try text("session"), try text("directory"), try text("goal"))
    guard directory.isEmpty || directory.hasPrefix("/") else {
      throw HookFault(reason: "`directory` is an absolute path")
    }
    let action = try text("action")
    let request: ToolCatalogue.Request
    do {
      request = try ToolCatalogue.request(action, Arguments(read.value["arguments"] ?? .object([])))
    } catch { throw HookFault(reason: "`action` \(action): \(error.message)") }
    var proposal: Proposal
    switch request {
    // What it reads it reads itself, like all that it does; here that is recorded.
    case .proposal(let asked), .read(let asked, _, _): proposal = asked
    case .plan, .status:
      let known = Self.actions.map(\.name).joined(separator: ", ")
      throw HookFault(reason: "`\(action)` proposes nothing; actions are \(known)")
    }
    let why = try text("reason")
    if !why.isEmpty { proposal.claims = Claims(title: proposal.claims.title, reason: why, kind: proposal.claims.kind) }
    self.proposal = proposal
  }

  private static var actions: [Tool] {
    (ToolCatalogue.tools + ToolCatalogue.fileTools).filter { !["plan", "step_status"].contains($0.name) }
  }

  /// JSON Schema 2020-12 of what stdin holds.
  package static var schema: JSON {
    let each = actions.map { tool -> JSON in
      [
        "if": ["properties": ["action": ["const": .string(tool.name)]]],
        "then": ["properties": ["arguments": tool.json["inputSchema"] ?? .object([])]],
      ]
    }
    let short: (String) -> JSON = { ["type": "string", "maxLength": 1_000, "description": .string($0)] }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A proposal to Ringi", "type": "object",
      "properties": [
        "agent": short("what the program is called; `program` without it"),
        "session": short("proposals of one session are one run; without it, those of one process"),
        "directory": short("the folder it works in, absolute; where it stands without it"),
        "goal": short("what it is for, in a sentence"),
        "action": ["enum": .array(actions.map { .string($0.name) })], "arguments": ["type": "object"],
        "reason": short("why, for the person who decides"),
      ],
      "required": ["action", "arguments"], "additionalProperties": false, "allOf": .array(each),
    ]
  }
}

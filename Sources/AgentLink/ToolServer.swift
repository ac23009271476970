// Ringi's own MCP server (revision 2025-11-25, stdio framing), one for each connection. It gives agents the words
// that ACP lacks. Every call becomes a proposal; no tool decides anything.

import Domain
import Wire

package struct ToolServer: Sendable {
  private static let versions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
  private let connection: Int
  private var framing = LineFraming()
  private var open: Set<ReplyToken> = []
  private var isClosed = false
  private var outgoing: [UInt8] = []

  package static var toolNames: [String] { ToolCatalogue.tools.map(\.name) }

  package init(connection: Int) { self.connection = connection }

  package mutating func takeOutgoing() -> [UInt8] {
    defer { outgoing = [] }
    return outgoing
  }

  package mutating func receive(_ bytes: [UInt8]) -> [LinkEvent] {
    var events: [LinkEvent] = []
    for item in framing.add(bytes) where !isClosed {
      switch item {
      case .overflow:
        isClosed = true
        events.append(.fault("a tool call was larger than \(LineFraming.maximumLine >> 20) MiB"))
      case .line(let line):
        do { events += handle(try RPCMessage(line: line)) } catch {
          outgoing += RPCMessage.failure(id: nil, RPCError(code: RPCError.parse, message: error.why)).line
        }
      }
    }
    return events
  }

  private mutating func handle(_ message: RPCMessage) -> [LinkEvent] {
    guard case .request(let id, let method, let params) = message else { return [] }
    switch method {
    case "initialize":
      let asked = params["protocolVersion"]?.string ?? ""
      let version = Self.versions.contains(asked) ? asked : Self.versions[0]
      reply(
        id,
        [
          "protocolVersion": .string(version), "capabilities": ["tools": ["listChanged": false]],
          "serverInfo": ["name": "ringi", "title": "Ringi approval desk", "version": "0.1.0"],
          "instructions": .string(ToolCatalogue.instructions),
        ])
    case "ping": reply(id, .object([]))
    case "tools/list": reply(id, ["tools": .array(ToolCatalogue.tools.map(\.json))])
    case "tools/call": return call(id, params)
    default: fail(id, RPCError.methodNotFound, "\(method) is not offered")
    }
    return []
  }

  private mutating func call(_ id: RPCID, _ params: JSON) -> [LinkEvent] {
    let name = params["name"]?.string ?? ""
    let token = ReplyToken(connection: connection, id: id, shape: .tool)
    do {
      let request = try ToolCatalogue.request(name, Arguments(params["arguments"] ?? .object([])))
      switch request {
      case .plan(let entries):
        reply(id, Self.text("noted \(entries.count) headings", isError: false))
        return [.plan(entries)]
      case .status(let number, let wait):
        open.insert(token)
        return [.status(number, wait: wait, token)]
      case .proposal(let proposal):
        open.insert(token)
        return [.proposal(proposal, token)]
      }
    } catch {
      reply(id, Self.text(error.message, isError: true))
      return []
    }
  }

  /// Answers once.
  package mutating func answer(_ token: ReplyToken, _ answer: Answer) {
    guard open.remove(token) != nil else { return }
    func told(_ step: StepNumber, _ state: String, _ text: String, isError: Bool = false) {
      var result = Self.text(text, isError: isError).members ?? []
      result.append(
        .init("structuredContent", ["step": .int(Int64(step.value)), "state": .string(state), "text": .string(text)]))
      outgoing += RPCMessage.response(id: token.id, result: .object(result)).line
    }
    switch answer {
    case .done(let step, let detail):
      told(step, "done", detail.isEmpty ? "done as #\(step)" : "done as #\(step): \(detail)")
    case .prepared(let step): told(step, "prepared", "held as #\(step) for review, go on")
    case .scheduled(let step, _): told(step, "approved", answer.reason)
    case .waiting(let step): told(step, "waiting", answer.reason)
    case .refused(let step, _): told(step, "refused", answer.reason, isError: true)
    case .rejected(let step, _): told(step, "rejected", answer.reason, isError: true)
    case .failed(let step, _): told(step, "failed", answer.reason, isError: true)
    case .content(let bytes): reply(token.id, Self.text(String(decoding: bytes, as: UTF8.self), isError: false))
    case .invalid(let reason): reply(token.id, Self.text(reason, isError: true))
    case .cancelled: reply(token.id, Self.text("the run was stopped", isError: true))
    }
  }

  private static func text(_ text: String, isError: Bool) -> JSON {
    ["content": [["type": "text", "text": .string(text)]], "isError": .bool(isError)]
  }

  private mutating func reply(_ id: RPCID, _ result: JSON) {
    outgoing += RPCMessage.response(id: id, result: result).line
  }

  private mutating func fail(_ id: RPCID, _ code: Int64, _ message: String) {
    outgoing += RPCMessage.failure(id: id, RPCError(code: code, message: message)).line
  }
}

// Ringi's own MCP server over stdio, one for each connection. It gives agents the words that their protocol lacks, and
// those without one a way to the files. Every call becomes a proposal; no tool decides anything. It speaks the revisions
// from 2024-11-05 to 2025-11-25, and 2026-07-28, in which each request says what it speaks and nothing is kept between two.

import Domain
import Wire

package struct ToolServer: Sendable {
  private static let versions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
  private static let modernVersion = "2026-07-28"
  private static let versionKey = "io.modelcontextprotocol/protocolVersion"
  private let connection: Int
  private let offersFiles: Bool
  private var framing = LineFraming()
  /// Calls that are not answered yet, and whether they were made in the modern way.
  private var open: [ReplyToken: Bool] = [:]
  private var isClosed = false
  private var outgoing: [UInt8] = []

  package static var toolNames: [String] { (ToolCatalogue.tools + ToolCatalogue.fileTools).map(\.name) }

  /// - Parameter offersFiles: its agent has no other way to the files of the workspace.
  package init(connection: Int, offersFiles: Bool = false) {
    self.connection = connection
    self.offersFiles = offersFiles
  }

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
    switch message {
    case .request(let id, let method, let params):
      let meta = params["_meta"]
      guard method != "server/discover", meta?[Self.versionKey] == nil else { return modern(id, method, params, meta) }
      return legacy(id, method, params)
    case .notification("notifications/cancelled", let params): return cancelled(params["requestId"])
    case .notification, .response, .failure: return []
    }
  }

  // MARK: the two eras

  private mutating func legacy(_ id: RPCID, _ method: String, _ params: JSON) -> [LinkEvent] {
    switch method {
    case "initialize":
      let asked = params["protocolVersion"]?.string ?? ""
      let version = Self.versions.contains(asked) ? asked : Self.versions[0]
      reply(
        id,
        [
          "protocolVersion": .string(version), "capabilities": Self.capabilities, "serverInfo": Self.name,
          "instructions": .string(instructions),
        ], isModern: false)
    case "ping": reply(id, .object([]), isModern: false)
    case "tools/list": reply(id, ["tools": tools], isModern: false)
    case "tools/call": return call(id, params, isModern: false)
    default: fail(id, RPCError(code: RPCError.methodNotFound, message: "\(method) is not offered"))
    }
    return []
  }

  private mutating func modern(_ id: RPCID, _ method: String, _ params: JSON, _ meta: JSON?) -> [LinkEvent] {
    guard let asked = meta?[Self.versionKey]?.string,
      meta?["io.modelcontextprotocol/clientCapabilities"]?.members != nil
    else {
      fail(
        id, RPCError(code: RPCError.invalidParams, message: "`_meta` must name protocolVersion and clientCapabilities"))
      return []
    }
    guard asked == Self.modernVersion else {
      fail(
        id,
        RPCError(
          code: -32022, message: "unsupported protocol version",
          data: ["supported": [.string(Self.modernVersion)], "requested": .string(asked)]))
      return []
    }
    // What is offered hangs on who asks, and may change with the next version of Ringi.
    let cache: [JSON.Member] = [.init("ttlMs", 0), .init("cacheScope", "private")]
    switch method {
    case "server/discover":
      reply(
        id,
        .object(
          [
            .init("supportedVersions", [.string(Self.modernVersion)]), .init("capabilities", Self.capabilities),
            .init("instructions", .string(instructions)),
          ] + cache), isModern: true)
    case "tools/list": reply(id, .object([.init("tools", tools)] + cache), isModern: true)
    case "tools/call": return call(id, params, isModern: true)
    case "subscriptions/listen":
      // It stays open, and nothing ever comes: the tools don't change.
      outgoing +=
        RPCMessage.notification(
          method: "notifications/subscriptions/acknowledged",
          params: ["_meta": ["io.modelcontextprotocol/subscriptionId": id.json], "notifications": .object([])]
        ).line
    default: fail(id, RPCError(code: RPCError.methodNotFound, message: "\(method) is not offered"))
    }
    return []
  }

  private static let capabilities: JSON = ["tools": ["listChanged": false]]
  private static let name: JSON = ["name": "ringi", "title": "Ringi approval desk", "version": "0.1.0"]
  private var instructions: String {
    ToolCatalogue.instructions + (offersFiles ? ToolCatalogue.fileInstructions : "")
  }
  private var tools: JSON {
    .array(((offersFiles ? ToolCatalogue.fileTools : []) + ToolCatalogue.tools).map(\.json))
  }

  // MARK: calls

  private mutating func call(_ id: RPCID, _ params: JSON, isModern: Bool) -> [LinkEvent] {
    let name = params["name"]?.string ?? ""
    let token = ReplyToken(connection: connection, id: id, shape: .tool)
    do throws(ToolFault) {
      guard offersFiles || !ToolCatalogue.fileTools.contains(where: { $0.name == name }) else {
        throw ToolFault(message: "there is no tool `\(name)`")
      }
      let request = try ToolCatalogue.request(name, Arguments(params["arguments"] ?? .object([])))
      switch request {
      case .plan(let entries):
        reply(id, Self.text("noted \(entries.count) headings"), isModern: isModern)
        return [.plan(entries)]
      case .status(let number, let wait):
        open[token] = isModern
        return [.status(number, wait: wait, token)]
      case .proposal(let proposal):
        open[token] = isModern
        return [.proposal(proposal, token)]
      case .read(let proposal, let line, let limit):
        let token = ReplyToken(connection: connection, id: id, shape: .readFile(line: line, limit: limit))
        open[token] = isModern
        return [.proposal(proposal, token)]
      }
    } catch {
      reply(id, Self.text(error.message, isError: true), isModern: isModern)
      return []
    }
  }

  /// What the client took back is not answered any more.
  private mutating func cancelled(_ id: JSON?) -> [LinkEvent] {
    guard let id, let token = open.keys.first(where: { $0.id.json == id }) else { return [] }
    open[token] = nil
    return [.withdrawn(token)]
  }

  /// Answers once.
  package mutating func answer(_ token: ReplyToken, _ answer: Answer) {
    guard let isModern = open.removeValue(forKey: token) else { return }
    func told(_ step: StepNumber, _ state: String, _ text: String, isError: Bool = false) -> JSON {
      let about: JSON = ["step": .int(Int64(step.value)), "state": .string(state), "text": .string(text)]
      return .object((Self.text(text, isError: isError).members ?? []) + [.init("structuredContent", about)])
    }
    let result =
      switch answer {
      case .done(let step, let detail):
        told(step, "done", detail.isEmpty ? "done as #\(step)" : "done as #\(step): \(detail)")
      case .ran(let step, let code, let output): told(step, "done", "ended with \(code) (#\(step))\n\(output)")
      case .prepared(let step): told(step, "prepared", "held as #\(step) for review, go on")
      case .scheduled(let step, _): told(step, "approved", answer.reason)
      case .waiting(let step): told(step, "waiting", answer.reason)
      case .refused(let step, _): told(step, "refused", answer.reason, isError: true)
      case .rejected(let step, _): told(step, "rejected", answer.reason, isError: true)
      case .failed(let step, _): told(step, "failed", answer.reason, isError: true)
      case .content(let bytes): Self.content(bytes, token.shape)
      case .invalid(let reason): Self.text(reason, isError: true)
      case .cancelled: Self.text("the run was stopped", isError: true)
      }
    reply(token.id, result, isModern: isModern)
  }

  private static func content(_ bytes: [UInt8], _ shape: ReplyToken.Shape) -> JSON {
    var (line, limit): (Int?, Int?)
    if case .readFile(let from, let most) = shape { (line, limit) = (from, most) }
    guard let page = TextPage(bytes, from: line ?? 1, limit: limit) else {
      return text("it is not text: \(bytes.count) bytes", isError: true)
    }
    let texts = [page.text] + (page.note.isEmpty ? [] : [page.note])
    return [
      "content": .array(texts.map { ["type": "text", "text": .string($0)] }), "isError": false,
    ]
  }

  private static func text(_ text: String, isError: Bool = false) -> JSON {
    ["content": [["type": "text", "text": .string(text)]], "isError": .bool(isError)]
  }

  private mutating func reply(_ id: RPCID, _ result: JSON, isModern: Bool) {
    var result = result
    if isModern {
      let about: JSON = ["io.modelcontextprotocol/serverInfo": Self.name]
      result = .object([.init("resultType", "complete")] + (result.members ?? []) + [.init("_meta", about)])
    }
    outgoing += RPCMessage.response(id: id, result: result).line
  }

  private mutating func fail(_ id: RPCID, _ error: RPCError) {
    outgoing += RPCMessage.failure(id: id, error).line
  }
}

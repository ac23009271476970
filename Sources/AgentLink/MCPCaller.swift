// One call of one tool at an MCP server that Ringi started itself, as a state machine: the server says what its tools are, the
// caller looks whether it is the one that was accepted, then the call is made. It speaks the revision of 2026-07-28, and that of
// 2025-11-25 where the server does not know `server/discover`.

import Domain
import Wire

package struct MCPCaller: Sendable {
  package enum Event: Hashable, Sendable {
    /// What its tools are; nothing was called yet.
    case listed(ToolManifest)
    case answered(isError: Bool, text: String)
    /// The call can't be made, or its answer is none.
    case fault(String)
  }

  private enum Stage: Hashable, Sendable { case discovering, initializing, listing, ready, calling, over }

  private static let modern = "2026-07-28"
  private static let legacy = "2025-11-25"
  private static let client: JSON = ["name": "ringi", "version": "1"]

  private let call: ConnectorCall
  private var stage = Stage.discovering
  private var isModern = true
  private var framing = LineFraming()
  private var tools: [JSON] = []
  private var lastID: Int64 = 0
  private var outgoing: [UInt8] = []

  /// The call has left for the server: it may have taken effect.
  package private(set) var hasCalled = false
  /// The server has not yet answered anything.
  package var isUnheard: Bool { stage == .discovering }

  package init(_ call: ConnectorCall) {
    self.call = call
    ask("server/discover", .object([]))
  }

  package mutating func takeOutgoing() -> [UInt8] {
    defer { outgoing = [] }
    return outgoing
  }

  /// A server that says nothing to what it does not know is asked in the older way.
  package mutating func fallBack() {
    guard stage == .discovering else { return }
    (stage, isModern) = (.initializing, false)
    ask(
      "initialize",
      ["protocolVersion": .string(Self.legacy), "capabilities": .object([]), "clientInfo": Self.client])
  }

  /// Makes the call, once, after the server has said what its tools are.
  package mutating func go() {
    guard stage == .ready else { return }
    // What a person was shown, as it is.
    let arguments = (try? JSONReader.read(Array(call.arguments.utf8))) ?? .null
    (stage, hasCalled) = (.calling, true)
    ask("tools/call", ["name": .string(call.tool), "arguments": arguments])
  }

  package mutating func receive(_ bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    for item in framing.add(bytes) where stage != .over {
      switch item {
      case .overflow: events.append(fault("it sent a line of more than \(LineFraming.maximumLine >> 20) MiB"))
      case .line(let line):
        // What is no message is no answer either.
        if let message = try? RPCMessage(line: line), let event = said(message) { events.append(event) }
      }
    }
    return events
  }

  private mutating func fault(_ why: String) -> Event {
    stage = .over
    return .fault(why)
  }

  private mutating func said(_ message: RPCMessage) -> Event? {
    switch message {
    case .response(.number(lastID), let result): return answered(result)
    case .failure(.number(lastID)?, let error): return refused(error)
    case .request(let id, "ping", _):
      outgoing += RPCMessage.response(id: id, result: .object([])).line
      return nil
    case .request(let id, let method, _):
      // Nobody is there who could be asked.
      let error = RPCError(code: RPCError.methodNotFound, message: "\(method) is not answered by Ringi")
      outgoing += RPCMessage.failure(id: id, error).line
      return nil
    // An answer to what was not asked, or no longer.
    case .response, .failure, .notification: return nil
    }
  }

  private mutating func answered(_ result: JSON) -> Event? {
    switch stage {
    case .discovering:
      let versions = (result["supportedVersions"]?.array ?? []).compactMap(\.string)
      guard versions.contains(Self.modern) else {
        return fault("it speaks no revision of MCP that Ringi knows: \(versions.joined(separator: ", "))")
      }
      list(nil)
    case .initializing:
      outgoing += RPCMessage.notification(method: "notifications/initialized", params: .object([])).line
      list(nil)
    case .listing:
      tools += result["tools"]?.array ?? []
      guard tools.count <= 10_000 else { return fault("it lists more than 10 000 tools") }
      if let cursor = result["nextCursor"], cursor.string != nil {
        list(cursor)
      } else {
        stage = .ready
        return .listed(ToolManifest(tools))
      }
    case .calling:
      stage = .over
      if let type = result["resultType"]?.string, type != "complete" {
        return .answered(
          isError: true, text: "it wants to know more first (\(type)), and nobody is there who could say it")
      }
      let texts = (result["content"]?.array ?? []).compactMap { $0["text"]?.string }
      return .answered(isError: result["isError"]?.bool == true, text: texts.joined(separator: "\n"))
    case .ready, .over: break
    }
    return nil
  }

  private mutating func refused(_ error: RPCError) -> Event? {
    switch stage {
    case .discovering:
      fallBack()
      return nil
    case .calling:
      stage = .over
      return .answered(isError: true, text: error.message)
    case .initializing, .listing: return fault("it does not answer as an MCP server does: \(error.message)")
    case .ready, .over: return nil
    }
  }

  private mutating func list(_ cursor: JSON?) {
    stage = .listing
    ask("tools/list", .of(["cursor": cursor]))
  }

  private mutating func ask(_ method: String, _ params: JSON) {
    lastID += 1
    let meta: JSON = [
      "io.modelcontextprotocol/protocolVersion": .string(Self.modern),
      "io.modelcontextprotocol/clientCapabilities": .object([]), "io.modelcontextprotocol/clientInfo": Self.client,
    ]
    let members = (params.members ?? []) + (isModern ? [JSON.Member("_meta", meta)] : [])
    outgoing += RPCMessage.request(id: .number(lastID), method: method, params: .object(members)).line
  }
}

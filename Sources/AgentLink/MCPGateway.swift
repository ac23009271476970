// The stdio gateway in front of an MCP server, as a state machine between two byte streams. Every line goes on as it came,
// but for calls of tools: they wait until they are passed on or denied. It speaks the revisions from 2024-11-05 to 2026-07-28,
// and translates none of them: each side hears the other in the era it speaks.

import Domain
import Wire

/// A call of a tool that waits at the gateway.
package struct GatewayCall: Hashable, Sendable {
  package let id: RPCID
  package let tool: String
  /// The JSON text exactly as it will be passed on, `{}` where there was none.
  package let arguments: String
  /// What a hooked agent calls the same call (`claudecode/toolUseId`); empty for any other.
  package let hookedAs: String
  /// The client wants to hear of progress, which keeps it from giving up.
  package let wantsProgress: Bool
  /// It goes on with a call that asked for input: same tool, same arguments.
  package let isContinued: Bool
}

package struct MCPGateway: Sendable {
  package enum Event: Hashable, Sendable {
    case client(name: String)
    case call(GatewayCall)
    /// The client took a call back. True where the server has it already.
    case withdrawn(RPCID, wasPassed: Bool)
    /// What came of a call that was passed on.
    case answered(RPCID, isError: Bool, text: String)
    /// The server wants something of the user first; the client will call again.
    case wantsInput(RPCID)
    /// What it says of its tools is known now, or no longer.
    case listed(ToolManifest?)
    /// Worth a line on the trail.
    case noted(String)
    case fault(String)
  }

  private struct Held {
    let call: GatewayCall
    let line: [UInt8]
    let token: JSON?
    let isModern: Bool
    var isPassed = false
    var told = 0
  }

  private var fromClient = LineFraming()
  private var fromServer = LineFraming()
  private var calls: [RPCID: Held] = [:]
  /// Requests for the list of tools that are on their way: the client's, and our own.
  private var listings: [RPCID: Bool] = [:]
  /// What has come of them so far: of the client's, and of our own.
  private var pages: [Bool: [JSON]] = [:]
  private var ownListings: Int64 = 0
  private var isClosed = false
  package private(set) var manifest: ToolManifest?
  package private(set) var toClient: [UInt8] = []
  package private(set) var toServer: [UInt8] = []

  package init() {}

  /// What is asked of the server; anything else is refused: nobody knows what it would do.
  private static let requests: Set<String> = [
    "initialize", "server/discover", "ping", "logging/setLevel", "completion/complete", "tools/list", "tools/call",
    "resources/list", "resources/templates/list", "resources/read", "resources/subscribe", "resources/unsubscribe",
    "prompts/list", "prompts/get", "subscriptions/listen", "tasks/get", "tasks/result", "tasks/list", "tasks/cancel",
    "tasks/update",
  ]

  package mutating func takeOutgoing() -> (client: [UInt8], server: [UInt8]) {
    defer { (toClient, toServer) = ([], []) }
    return (toClient, toServer)
  }

  // MARK: the client's side

  package mutating func receive(fromClient bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    for item in fromClient.add(bytes) where !isClosed {
      switch item {
      case .overflow:
        isClosed = true
        events.append(.fault("the client sent a line of more than \(LineFraming.maximumLine >> 20) MiB"))
      case .line(let line):
        do { events += clientSays(try RPCMessage(line: line), line) } catch {
          // What can't be read for certain is not passed on: the server might read it in another way.
          toClient += RPCMessage.failure(id: nil, RPCError(code: RPCError.parse, message: error.why)).line
          events.append(.noted("a line of the client’s was not passed on: \(error.why)"))
        }
      }
    }
    return events
  }

  private mutating func clientSays(_ message: RPCMessage, _ line: [UInt8]) -> [Event] {
    switch message {
    case .request(let id, "tools/call", let params): return call(id, params, line)
    case .request(let id, let method, let params):
      guard Self.requests.contains(method) else {
        toClient +=
          RPCMessage.failure(
            id: id, RPCError(code: RPCError.methodNotFound, message: "\(method) is not passed on by Ringi")
          ).line
        return [.noted("the client asked for \(method), which was not passed on")]
      }
      guard calls[id] == nil else { return refuse(id) }
      toServer += line + [10]
      return seen(id, method, params)
    case .notification("notifications/cancelled", let params): return cancel(params, line)
    case .notification(let method, _):
      guard method.hasPrefix("notifications/") else {
        return [.noted("the client sent \(method), which was not passed on")]
      }
      toServer += line + [10]
      return []
    case .response, .failure:
      toServer += line + [10]
      return []
    }
  }

  private mutating func seen(_ id: RPCID, _ method: String, _ params: JSON) -> [Event] {
    switch method {
    case "initialize": return params["clientInfo"]?["name"]?.string.map { [.client(name: $0)] } ?? []
    case "tools/list":
      if params["cursor"]?.string == nil { pages[false] = [] }
      listings[id] = false
    case "resources/read": return [.noted("reads the resource \(params["uri"]?.string ?? "")")]
    case "prompts/get": return [.noted("gets the prompt \(params["name"]?.string ?? "")")]
    default: break
    }
    return client(in: params)
  }

  /// In the modern era each request says who asks.
  private func client(in params: JSON) -> [Event] {
    params["_meta"]?["io.modelcontextprotocol/clientInfo"]?["name"]?.string.map { [.client(name: $0)] } ?? []
  }

  private mutating func refuse(_ id: RPCID) -> [Event] {
    toClient += RPCMessage.failure(id: id, RPCError(code: RPCError.invalidRequest, message: "the id is in use")).line
    return []
  }

  private mutating func call(_ id: RPCID, _ params: JSON, _ line: [UInt8]) -> [Event] {
    guard calls[id] == nil else { return refuse(id) }
    guard let tool = params["name"]?.string, !tool.isEmpty, tool.utf8.count <= 512,
      params["arguments"] == nil || params["arguments"]?.members != nil,
      // What a person is shown is what is passed on.
      JSONReader.isExact(line)
    else {
      let why =
        "a call has a name, and arguments that are an object, without half characters and numbers beyond 64 bits"
      toClient += RPCMessage.failure(id: id, RPCError(code: RPCError.invalidParams, message: why)).line
      return []
    }
    let meta = params["_meta"]
    let call = GatewayCall(
      id: id, tool: tool, arguments: (params["arguments"] ?? .object([])).text,
      hookedAs: meta?["claudecode/toolUseId"]?.string ?? "", wantsProgress: meta?["progressToken"] != nil,
      isContinued: params["inputResponses"] != nil || params["requestState"] != nil)
    calls[id] = Held(
      call: call, line: line + [10], token: meta?["progressToken"],
      isModern: meta?["io.modelcontextprotocol/protocolVersion"] != nil)
    return client(in: params) + [.call(call)]
  }

  private mutating func cancel(_ params: JSON, _ line: [UInt8]) -> [Event] {
    guard let id = Self.id(params["requestId"]), let held = calls[id] else {
      toServer += line + [10]
      return []
    }
    // It was never passed on, so there is nothing the server could take back.
    if held.isPassed { toServer += line + [10] }
    calls[id] = nil
    return [.withdrawn(id, wasPassed: held.isPassed)]
  }

  private static func id(_ value: JSON?) -> RPCID? {
    switch value {
    case .int(let number): .number(number)
    case .string(let text): .string(text)
    default: nil
    }
  }

  // MARK: what becomes of a call

  /// The one way a call reaches the server.
  package mutating func pass(_ id: RPCID) {
    guard let held = calls[id], !held.isPassed else { return }
    calls[id]?.isPassed = true
    toServer += held.line
  }

  /// A result that the model reads, not an error of the protocol.
  package mutating func deny(_ id: RPCID, _ reason: String) { answer(id, reason, isError: true) }

  /// The call is held until a review is finished: its client goes on.
  package mutating func hold(_ id: RPCID, _ words: String) {
    guard let held = calls[id] else { return }
    // What promises a form of its own has none to show yet; a client checks that of everything but errors.
    let isFormed = manifest?.tools.contains { $0.name == held.call.tool && $0.promisesForm } ?? true
    answer(id, isFormed ? "this is no error: \(words)" : words, isError: isFormed)
  }

  private mutating func answer(_ id: RPCID, _ text: String, isError: Bool) {
    guard let held = calls[id], !held.isPassed else { return }
    calls[id] = nil
    let result: JSON = .of([
      "resultType": held.isModern ? "complete" : nil, "content": [["type": "text", "text": .string(text)]],
      "isError": .bool(isError),
    ])
    toClient += RPCMessage.response(id: id, result: result).line
  }

  /// Tells a client that wants to know that the call still waits.
  package mutating func tell(_ id: RPCID, _ words: String) {
    guard let held = calls[id], let token = held.token, !held.isPassed else { return }
    calls[id]?.told += 1
    // Far below whatever the server itself will count from: progress only ever grows.
    let params: JSON = [
      "progressToken": token, "progress": .double(Double(held.told + 1) / 1_000_000_000), "message": .string(words),
    ]
    toClient += RPCMessage.notification(method: "notifications/progress", params: params).line
  }

  /// Asks the server by itself what its tools are, as the client of that call would.
  package mutating func list(for id: RPCID) {
    guard listings.values.allSatisfy({ !$0 }), let held = calls[id] else { return }
    ask(cursor: nil, like: held.line)
  }

  private mutating func ask(cursor: JSON?, like line: [UInt8]) {
    let meta = (try? JSONReader.read(Array(line.dropLast())))?["params"]?["_meta"]
    let kept = meta?.members?.filter { $0.key.hasPrefix("io.modelcontextprotocol/") } ?? []
    ownListings += 1
    let id = RPCID.string("ringi-\(ownListings)")
    if cursor == nil { pages[true] = [] }
    listings[id] = true
    ownLine = line
    let params: JSON = .of(["cursor": cursor, "_meta": kept.isEmpty ? nil : .object(kept)])
    toServer += RPCMessage.request(id: id, method: "tools/list", params: params).line
  }

  private var ownLine: [UInt8] = []

  // MARK: the server's side

  package mutating func receive(fromServer bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    for item in fromServer.add(bytes) where !isClosed {
      switch item {
      case .overflow:
        isClosed = true
        events.append(.fault("the server sent a line of more than \(LineFraming.maximumLine >> 20) MiB"))
      case .line(let line):
        do { events += serverSays(try RPCMessage(line: line), line) } catch {
          events.append(.noted("a line of the server’s was not passed on: \(error.why)"))
        }
      }
    }
    return events
  }

  private mutating func serverSays(_ message: RPCMessage, _ line: [UInt8]) -> [Event] {
    switch message {
    case .response(let id, let result):
      if let isOwn = listings.removeValue(forKey: id) {
        if !isOwn { toClient += line + [10] }
        return listed(result, isOwn: isOwn)
      }
      return answer(id, line, result, nil)
    case .failure(let id?, let error):
      if let isOwn = listings.removeValue(forKey: id) {
        if !isOwn { toClient += line + [10] }
        // A server without a list has no tools that anybody could know.
        return isOwn ? complete(isOwn: true) : []
      }
      return answer(id, line, .null, error)
    case .notification("notifications/tools/list_changed", _):
      manifest = nil
      toClient += line + [10]
      return [.listed(nil)]
    case .request(_, let method, let params):
      toClient += line + [10]
      let words = params["message"]?.string ?? params["url"]?.string ?? ""
      return method == "ping" ? [] : [.noted("the server asks the client: \(method) \(words)")]
    case .notification, .failure:
      toClient += line + [10]
      return []
    }
  }

  private mutating func answer(_ id: RPCID, _ line: [UInt8], _ result: JSON, _ error: RPCError?) -> [Event] {
    guard let held = calls[id] else {
      toClient += line + [10]
      return []
    }
    // INVARIANT: what was not passed on has no answer of the server's.
    guard held.isPassed else {
      return [.noted("the server answered a call of \(held.call.tool) that it was not given")]
    }
    calls[id] = nil
    toClient += line + [10]
    if result["resultType"]?.string == "input_required" { return [.wantsInput(id)] }
    let text = error?.message ?? result["content"]?.array?.lazy.compactMap { $0["text"]?.string }.first ?? ""
    return [.answered(id, isError: error != nil || result["isError"]?.bool == true, text: String(text.prefix(2_000)))]
  }

  private mutating func listed(_ result: JSON, isOwn: Bool) -> [Event] {
    pages[isOwn, default: []] += result["tools"]?.array ?? []
    guard pages[isOwn, default: []].count <= 10_000 else {
      isClosed = true
      return [.fault("the server lists more than 10 000 tools")]
    }
    if let cursor = result["nextCursor"], cursor.string != nil {
      // The client asks for the next page itself, or leaves it.
      if isOwn { ask(cursor: cursor, like: ownLine) }
      return []
    }
    return complete(isOwn: isOwn)
  }

  private mutating func complete(isOwn: Bool) -> [Event] {
    let found = ToolManifest(pages.removeValue(forKey: isOwn) ?? [])
    manifest = found
    return [.listed(found)]
  }
}

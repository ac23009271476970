// JSON-RPC 2.0 (https://www.jsonrpc.org/specification), one message a line, as a state machine: bytes in, messages
// out, no I/O. Batches are not part of the protocols that use it here and are refused.

/// A request's id as the peer wrote it; it goes back unchanged.
package enum RPCID: Hashable, Sendable {
  case number(Int64)
  case string(String)

  package var json: JSON {
    switch self {
    case .number(let value): .int(value)
    case .string(let value): .string(value)
    }
  }
}

package struct RPCError: Error, Hashable, Sendable {
  package let code: Int64
  package let message: String
  /// What the protocol says of it besides; only written, never read.
  package let data: JSON?
  package init(code: Int64, message: String, data: JSON? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }
  package static let parse: Int64 = -32700
  package static let invalidRequest: Int64 = -32600
  package static let methodNotFound: Int64 = -32601
  package static let invalidParams: Int64 = -32602
  package static let internalError: Int64 = -32603
}

package enum RPCMessage: Hashable, Sendable {
  case request(id: RPCID, method: String, params: JSON)
  case notification(method: String, params: JSON)
  case response(id: RPCID, result: JSON)
  case failure(id: RPCID?, RPCError)
}

package struct RPCFault: Error, Hashable, Sendable {
  package let why: String
}

extension RPCMessage {
  /// - Parameter isNamed: false for a peer that leaves out which version it speaks.
  package init(line: [UInt8], isNamed: Bool = true) throws(RPCFault) {
    let value: JSON
    do { value = try JSONReader.read(line) } catch {
      throw RPCFault(why: "not JSON: \(error.code.rawValue) at byte \(error.offset)")
    }
    guard case .object = value else { throw RPCFault(why: "not a JSON object") }
    guard !isNamed || value["jsonrpc"]?.string == "2.0" else { throw RPCFault(why: "no \"jsonrpc\": \"2.0\"") }
    let id: RPCID? =
      switch value["id"] {
      case .int(let number): .number(number)
      case .string(let text): .string(text)
      default: nil
      }
    if let method = value["method"] {
      guard let method = method.string else { throw RPCFault(why: "the method is no string") }
      let params = value["params"] ?? .object([])
      if value["id"] == nil {
        self = .notification(method: method, params: params)
      } else {
        guard let id else { throw RPCFault(why: "the id is neither number nor string") }
        self = .request(id: id, method: method, params: params)
      }
    } else if let error = value["error"] {
      self = .failure(
        id: id, RPCError(code: error["code"]?.int ?? RPCError.internalError, message: error["message"]?.string ?? ""))
    } else if let id, let result = value["result"] {
      self = .response(id: id, result: result)
    } else {
      throw RPCFault(why: "neither request, notification nor response")
    }
  }

  /// One line with its LF.
  package var line: [UInt8] { line(isNamed: true) }

  /// - Parameter isNamed: false leaves out which version it is.
  package func line(isNamed: Bool) -> [UInt8] {
    var value: JSON =
      switch self {
      case .request(let id, let method, let params):
        ["jsonrpc": "2.0", "id": id.json, "method": .string(method), "params": params]
      case .notification(let method, let params): ["jsonrpc": "2.0", "method": .string(method), "params": params]
      case .response(let id, let result): ["jsonrpc": "2.0", "id": id.json, "result": result]
      case .failure(let id, let error):
        [
          "jsonrpc": "2.0", "id": id?.json ?? .null,
          "error": .of(["code": .int(error.code), "message": .string(error.message), "data": error.data]),
        ]
      }
    if !isNamed { value = .object((value.members ?? []).filter { $0.key != "jsonrpc" }) }
    var out: [UInt8] = []
    value.write(to: &out)
    out.append(10)
    return out
  }
}

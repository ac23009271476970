// P12: what the gateway adds to a call that policy lets pass, its durable record included: the same server direct, and
// behind `ringi mcp`.

import Glibc
import Runtime
import Wire

enum GatewayRow {
  /// `ringi-bench echo`: a server that answers at once.
  static func echo() {
    while let line = readLine(strippingNewline: true) {
      guard let message = try? RPCMessage(line: Array(line.utf8)), case .request(let id, let method, _) = message else {
        continue
      }
      let result: JSON =
        method == "tools/list"
        ? ["tools": [["name": "echo", "inputSchema": ["type": "object"]]]]
        : ["content": [["type": "text", "text": "echo"]], "isError": false]
      let bytes = RPCMessage.response(id: id, result: result).line
      _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
  }

  static func measure(isQuick: Bool) throws -> [Row] {
    let base = "/tmp/ringi-bench-gateway-\(getpid())"
    let desk = "\(base)/desk"
    defer { _ = Program.run(["rm", "-rf", base]) }
    for folder in [base, desk] { mkdir(folder, 0o700) }
    let rules = "rules:\n  - {action: [connector.call, connector.trust], level: autonomous}\n"
    let file = open("\(desk)/policy.yaml", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    _ = rules.withCString { write(file, $0, strlen($0)) }
    close(file)
    setenv("RINGI_DESK", desk, 1)
    _ = try Desk()
    let own = CommandLine.arguments[0]
    let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
    let count = isQuick ? 200 : 2_000
    let direct = try calls([own, "echo"], count)
    let behind = try calls(["\(folder)/ringi", "mcp", "--name", "echo", "--", own, "echo"], count)
    func added(_ part: Double) -> Double {
      Row.rounded(behind.sorted()[Int(part * Double(count - 1))] - direct.sorted()[Int(part * Double(count - 1))])
    }
    return [
      Row(
        name: "P12", what: "a call through the gateway, three records durable", unit: "ms", own: behind,
        peer: "the same server direct", peerValues: direct,
        note: "adds \(added(0.5)) ms at the median, \(added(0.99)) ms at p99")
    ]
  }

  /// Milliseconds of each of so many calls, one after the other.
  private static func calls(_ words: [String], _ count: Int) throws -> [Double] {
    let (toServer, fromServer) = (try pipes(), try pipes())
    let pid = try ChildProcess.spawn(
      words, environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "RINGI_DESK=\(Desk.variable("RINGI_DESK") ?? "")"],
      directory: nil, streams: .init(input: toServer.read, output: fromServer.write, error: 2), diesWithParent: true)
    close(toServer.read)
    close(fromServer.write)
    var out: [Double] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    for id in -20..<count {
      let line = RPCMessage.request(
        id: .number(Int64(id)), method: "tools/call", params: ["name": "echo", "arguments": ["n": .int(Int64(id))]]
      ).line
      let start = Stopwatch.now()
      _ = line.withUnsafeBytes { write(toServer.write, $0.baseAddress, $0.count) }
      var last: UInt8 = 0
      while last != 10 {
        let read = read(fromServer.read, &buffer, buffer.count)
        guard read > 0 else { break }
        last = buffer[read - 1]
      }
      // The first ones start the run.
      if id >= 0 { out.append(Stopwatch.now() - start) }
    }
    close(toServer.write)
    close(fromServer.read)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return out
  }

  private static func pipes() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw RuntimeFault(.fault, "no pipe can be made") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

// `ringi-bench [--json] [--quick]`: figures beside a peer measured in the same run, as ratios, with medians and spread.
// `ringi-bench --view` measures private views alone, `--settle` the end of a review, `--screens` the console, `--gateway` calls,
// `--hook` hooks.
// `ringi-bench desk FOLDER STEPS LEAVES` makes a desk to try things on.

import Glibc
import Wire

@main
struct Bench {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "desk", arguments.count == 4, let steps = Int(arguments[2]), let leaves = Int(arguments[3]) {
      try DeskMaker.make(arguments[1], steps: steps, leaves: leaves)
      return print("a desk with \(steps) steps and \(leaves) leaves is in \(arguments[1])")
    }
    if arguments.first == "writer", arguments.count == 4, let first = Int(arguments[2]), let count = Int(arguments[3]) {
      return try WriterRow.writer(arguments[1], first: first, count: count)
    }
    if arguments == ["echo"] { return GatewayRow.echo() }
    if let odd = arguments.first(where: {
      !["--json", "--quick", "--view", "--settle", "--screens", "--gateway", "--hook"].contains($0)
    }) {
      print(
        "ringi-bench: `\(odd)` means nothing; there are --json, --quick, --view, --settle, --screens, --gateway, --hook and `desk FOLDER STEPS LEAVES`"
      )
      exit(2)
    }
    let isQuick = arguments.contains("--quick")
    var rows: [Row] = []
    if arguments.contains("--view") {
      for row in try ShadowRow.measure(isQuick: isQuick) { print(row.text) }
      return
    }
    if arguments.contains("--screens") {
      for row in try ScreenRows.measure(isQuick: isQuick) { print(row.text) }
      return
    }
    if arguments.contains("--gateway") {
      for row in try GatewayRow.measure(isQuick: isQuick) { print(row.text) }
      return
    }
    if arguments.contains("--hook") {
      for row in try HookRow.measure(isQuick: isQuick) { print(row.text) }
      return
    }
    if arguments.contains("--settle") {
      for row in try SettleRow.measure(isQuick: isQuick) { print(row.text) }
      return
    }
    rows += try ScreenRows.measure(isQuick: isQuick)
    rows += try DiffRow.measure(isQuick: isQuick)
    rows += try WriterRow.measure(isQuick: isQuick)
    rows += try ShadowRow.measure(isQuick: isQuick)
    rows += try SettleRow.measure(isQuick: isQuick)
    rows += try GatewayRow.measure(isQuick: isQuick)
    rows += try HookRow.measure(isQuick: isQuick)
    if arguments.contains("--json") {
      print(JSON.array(rows.map(\.json)).pretty, terminator: "")
    } else {
      for row in rows { print(row.text) }
    }
  }
}

/// One line of the table.
struct Row {
  let name: String
  let what: String
  let unit: String
  let own: [Double]
  let peer: String
  let peerValues: [Double]
  /// Larger is better where true: rates.
  var isRate = false
  var note = ""

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  var ratio: Double? {
    guard !own.isEmpty, !peerValues.isEmpty, Self.median(own) > 0, Self.median(peerValues) > 0 else { return nil }
    return isRate ? Self.median(own) / Self.median(peerValues) : Self.median(peerValues) / Self.median(own)
  }

  private func spread(_ values: [Double]) -> String {
    values.isEmpty
      ? "not measured"
      : "\(Self.rounded(Self.median(values))) \(unit) (\(Self.rounded(values.min() ?? 0)) to \(Self.rounded(values.max() ?? 0)))"
  }

  var text: String {
    let ratio = ratio.map { "\(Self.rounded($0)) × the peer" } ?? "no ratio"
    return
      "\(name)  \(what)\n      ringi  \(spread(own))\n      \(peer)  \(spread(peerValues))\n      \(ratio)\(note.isEmpty ? "" : "; \(note)")"
  }

  var json: JSON {
    .of([
      "row": .string(name), "what": .string(what), "unit": .string(unit), "ringi": .double(Self.median(own)),
      "peer": .string(peer), "peerValue": peerValues.isEmpty ? nil : .double(Self.median(peerValues)),
      "ratio": ratio.map { .double($0) }, "note": .string(note),
    ])
  }
}

enum Stopwatch {
  /// Milliseconds.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
  }
}

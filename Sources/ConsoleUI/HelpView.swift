import CellScreen
import Domain

enum HelpView {
  static func draw(_ model: Model, _ region: Region, _ frame: inout Frame) {
    frame.pane(region, [Span("Keys", .title)], model, isFocused: true)
    let inner = region.inner
    var lines = here(model)
    for group in Binding.Group.allCases {
      lines.append([Span(group.rawValue, .title)])
      for binding in CommandTable.bindings where binding.group == group {
        lines.append(line(binding, binding.help, model))
      }
      lines.append([])
    }
    lines += [
      [Span("Levels", .title)],
      [
        Span("  W ", .watched), Span("watched: you approve each   ", .text), Span("B ", .batched),
        Span("batched: prepared, reviewed at the end", .text),
      ],
      [
        Span("  A ", .autonomous), Span("autonomous: recorded        ", .text), Span("F ", .forbidden),
        Span("forbidden: refused", .text),
      ],
      [Span("  ✓ done  ? waits  ▣ prepared  ✗ no  ‽ unknown  ░ announced  ↗ leaves this machine  ⚑ has flags", .dim)],
    ]
    let top = max(0, min(model.helpScroll, lines.count - inner.height))
    for (offset, line) in lines[top...].prefix(inner.height).enumerated() {
      frame.putCut(line, x: inner.x + 1, y: inner.y + offset, limit: inner.width - 2)
    }
    frame.more(region, lines.count - top - inner.height, "lines", ascii: model.isASCII)
  }

  /// What the keys of the view that help was asked in would do now, in its footer's words.
  private static func here(_ model: Model) -> [[Span]] {
    var asked = model
    (asked.view, asked.pane) = (model.helpedView, model.helpedPane)
    let lines = CommandTable.bindings.compactMap { binding -> [Span]? in
      guard binding.command != .help, binding.means(in: asked.view), let label = binding.label(asked),
        binding.obstacle(asked) == nil
      else { return nil }
      return line(binding, label, model)
    }
    return lines.isEmpty ? [] : [[Span("Now, in the view \(asked.view.rawValue)", .title)]] + lines + [[]]
  }

  private static func line(_ binding: Binding, _ words: String, _ model: Model) -> [Span] {
    let own = model.keymap.keys(binding)
    let keys = own.isEmpty ? ":\(binding.command.name)" : own.map(\.name).joined(separator: " ")
    return [
      Span("  \(keys)" + String(repeating: " ", count: max(1, 14 - SafeText.width(keys))), .key), Span(words, .text),
    ]
  }
}

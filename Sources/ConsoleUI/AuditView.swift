import CellScreen
import Domain

/// The trail with a filter; an opened entry with all its fields, its proof and what was shown.
enum AuditView {
  static func drawList(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 2 else { return }
    let audit = model.audit
    var title = [Span("Audit ", .title), TrailView.check(model), Span(" ", .text)]
    if !audit.filter.isEmpty { title.append(Span("filter: \(audit.filter.text) ", .key)) }
    if !audit.fault.isEmpty {
      title.append(Span(audit.fault, .warning))
    } else if !audit.isComplete, audit.total > 0 {
      title.append(
        Span(
          "\(audit.lines.count) so far, looked at \(audit.scanned * 100 / audit.total) %\(left(audit, model))", .dim))
    } else {
      title.append(Span("\(Words.count(Int64(audit.lines.count))) of \(Words.count(audit.total))", .dim))
    }
    frame.pane(region, title, model, isFocused: model.pane == .list)
    let inner = region.inner
    guard !audit.lines.isEmpty else {
      let words = audit.isComplete ? "nothing matches; the filter takes \(TrailFilter.help)" : "reading…"
      for (offset, row) in Wrap.rows([Span(words, .dim)], width: inner.width - 2).prefix(inner.height).enumerated() {
        frame.put(row, x: inner.x + 1, y: inner.y + offset, limit: inner.width - 2)
      }
      return
    }
    let here = audit.lines.firstIndex { $0.index == audit.selection } ?? 0
    let top = ListRows.top(here: here, count: audit.lines.count, height: inner.height)
    for line in 0..<min(inner.height, audit.lines.count - top) {
      let entry = audit.lines[top + line]
      TrailView.row(model, entry, inner, inner.y + line, isDeskWide: true, &frame)
      if entry.index == audit.selection {
        frame.put(model.isASCII ? ">" : "▶", .key, x: inner.x, y: inner.y + line, limit: 1)
        frame.paint(.selected, x: inner.x, y: inner.y + line, width: inner.width)
      }
    }
    frame.more(region, audit.lines.count - top - inner.height, "older", ascii: model.isASCII)
  }

  /// How long the search will go on, once there is something to tell it by.
  private static func left(_ audit: AuditState, _ model: Model) -> String {
    guard let since = audit.since, audit.scanned * 20 > audit.total else { return "" }
    let passed = model.time.milliseconds - since.milliseconds
    let left = passed * (audit.total - audit.scanned) / max(1, audit.scanned)
    return left < 1_000 ? "" : ", about \(TimeLength.words(left)) left"
  }

  static func drawCard(_ model: Model, _ region: Region, _ frame: inout Frame) {
    guard region.width > 8, let detail = model.audit.detail else { return }
    frame.pane(
      region, [Span("Entry #\(detail.index.value)", .title)], model, isFocused: model.pane == .preview)
    let proof: [Span] =
      switch detail.proof {
      case .pending: [Span("proof  ", .dim), Span("being computed…", .dim)]
      case .proved(let words): [Span("proof  ", .good), Span(words, .text)]
      case .missing(let words): [Span("NO PROOF  ", .danger), Span(words, .text)]
      }
    var lines: [[Span]] = [proof, []]
    for (key, value) in detail.fields where !value.isEmpty {
      let padded = key + String(repeating: " ", count: max(1, 15 - key.count))
      lines.append([Span(padded, .dim), Span(value, .text)])
    }
    if !detail.words.isEmpty {
      lines += [[], [Span("words  ", .dim), Span("“\(Claims.quoted(detail.words))”", .claim)]]
    }
    if !detail.preview.isEmpty {
      lines += [[], [Span("what was shown", .title)]]
      lines += detail.preview.map { [Span($0, .context)] }
    }
    Card.draw(lines, model, region, scroll: model.audit.detailScroll, &frame)
  }
}

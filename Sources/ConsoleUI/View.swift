// Drawing: a pure function from the model to a frame and to what that frame shows for deciding.

import CellScreen
import Domain

package struct Drawing: Sendable {
  package var frame: Frame
  package var painted: Painted
  /// Rows of the preview that are on it.
  package var rows: Range<Int>?
}

package func draw(_ model: Model) -> Drawing {
  var drawing = Drawing(
    frame: Frame(width: model.width, height: model.height), painted: model.expectedPaint, rows: nil)
  let layout = Layout(model)
  // Until a preview is drawn, nothing is shown that a key could decide.
  drawing.painted.step = nil
  drawing.painted.revision = nil
  if layout.isTooSmall {
    drawing.painted.finding = nil
    drawing.frame.put("too small: \(model.width)x\(model.height)", .warning, x: 0, y: 0, limit: model.width)
    drawing.frame.put("30x8 is the least", .dim, x: 0, y: 1, limit: model.width)
    return drawing
  }
  HeaderView.draw(model, layout.header, &drawing.frame)
  switch model.view {
  case .run:
    QueueView.draw(model, layout.list, &drawing.frame)
    PreviewView.draw(model, layout, &drawing)
    TrailView.draw(model, layout.trail, &drawing.frame)
  case .review:
    ReviewView.draw(model, layout.list, &drawing.frame)
    PreviewView.draw(model, layout, &drawing)
  case .flags:
    FlagsView.drawList(model, layout.list, &drawing.frame)
    drawing.rows = FlagsView.drawCard(model, layout.preview, &drawing.frame)
    if drawing.rows == nil { drawing.painted.finding = nil }
  case .drafts:
    DraftsView.draw(model, layout.list, &drawing.frame)
    PreviewView.draw(model, layout, &drawing)
  case .live:
    LiveView.drawList(model, layout.list, &drawing.frame)
    LiveView.drawCard(model, layout.preview, &drawing.frame)
  case .audit:
    AuditView.drawList(model, layout.list, &drawing.frame)
    AuditView.drawCard(model, layout.preview, &drawing.frame)
  case .policy:
    PolicyView.drawList(model, layout.list, &drawing.frame)
    PolicyView.drawCard(model, layout.preview, &drawing.frame)
  case .help: HelpView.draw(model, layout.list, &drawing.frame)
  }
  FooterView.draw(model, layout.footer, &drawing.frame)
  if model.overlay != nil {
    OverlayView.draw(model, &drawing.frame)
    // Under a question nothing counts as looked at.
    drawing.rows = nil
  }
  return drawing
}

extension Frame {
  /// A pane's border; the focused one stands out by role and by its title.
  mutating func pane(_ region: Region, _ title: [Span], _ model: Model, isFocused: Bool) {
    let role: Role = isFocused ? .focus : .border
    box(region, title: title, role: role, ascii: model.isASCII)
  }

  /// `▾ 34 more` at the lower right of a pane that is cut, and what is cut off above.
  mutating func more(_ region: Region, _ count: Int, _ what: String, above: Int = 0, ascii: Bool) {
    guard count > 0 || above > 0, region.width > 12 else { return }
    let noun = count == 1 && what.hasSuffix("s") ? String(what.dropLast()) : what
    let down = count > 0 ? "\(ascii ? "v" : "▾") \(count) more \(noun) " : ""
    let up = above > 0 ? "\(ascii ? "^" : "▴") \(above) above " : ""
    let text = " \(up)\(down)"
    let width = SafeText.width(text)
    guard width + 4 <= region.width || above == 0 else { return more(region, count, what, ascii: ascii) }
    put(text, .warning, x: region.x + region.width - width - 2, y: region.y + region.height - 1, limit: width)
  }
}

// Where the panes are, from the size and the view alone.

import CellScreen

package struct Layout: Hashable, Sendable {
  package let header: Region
  package let footer: Region
  package let list: Region
  package let preview: Region
  package let trail: Region
  package let isTooSmall: Bool

  package init(_ model: Model) {
    let (width, height) = (model.width, model.height)
    isTooSmall = width < 30 || height < 8
    header = Region(x: 0, y: 0, width: width, height: 1)
    footer = Region(x: 0, y: height - 1, width: width, height: 1)
    let body = Region(x: 0, y: 1, width: width, height: height - 2)
    let nothing = Region(x: 0, y: 0, width: 0, height: 0)
    let isWhole = model.view == .help || model.view == .audit && model.audit.detail == nil
    if isWhole {
      (list, preview, trail) = (body, nothing, nothing)
      return
    }
    // Below 80 columns one pane at a time; zoomed likewise.
    if width < 80 || model.isZoomed {
      // Zooming from a list of steps means its preview: that is what one wants to read.
      let isReading = model.showsPreview || model.view == .flags
      let wantsPreview = model.pane == .preview || model.isZoomed && model.pane == .list && isReading
      list = !wantsPreview && model.pane == .list ? body : nothing
      preview = wantsPreview ? body : nothing
      trail = model.pane == .trail ? body : nothing
      return
    }
    switch model.view {
    case .live, .audit, .policy:
      trail = nothing
      if width >= 150 {
        let listWidth = width * 58 / 100
        list = Region(x: 0, y: 1, width: listWidth, height: body.height)
        preview = Region(x: listWidth, y: 1, width: width - listWidth, height: body.height)
      } else {
        let listHeight = body.height * (model.view == .live ? 45 : 50) / 100
        list = Region(x: 0, y: 1, width: width, height: listHeight)
        preview = Region(x: 0, y: 1 + listHeight, width: width, height: body.height - listHeight)
      }
    case .run, .flags, .drafts, .review, .help:
      let hasTrail = model.view == .run
      let trailHeight = hasTrail ? max(4, min(12, height / 5)) : 0
      // A message's row says where it stands, which takes room.
      let share = model.view == .drafts ? 46 : 38
      let listWidth = max(30, min(model.view == .drafts ? 80 : 64, width * share / 100))
      let upper = body.height - trailHeight
      list = Region(x: 0, y: 1, width: listWidth, height: upper)
      preview = Region(x: listWidth, y: 1, width: width - listWidth, height: upper)
      trail = hasTrail ? Region(x: 0, y: 1 + upper, width: width, height: trailHeight) : nothing
    }
  }

  /// Where the preview's rows go: inside the border, below the title row, beside the scroll mark.
  package var previewText: Region {
    let inner = preview.inner
    return Region(x: inner.x + 1, y: inner.y + 1, width: inner.width - 2, height: inner.height - 1)
  }
}

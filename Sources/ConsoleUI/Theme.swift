import CellScreen

/// Colours for meanings. Every meaning also has a glyph or an attribute, so that `mono` loses none.
package struct Theme: Hashable, Sendable {
  package var name: String
  package var styles: [Role: Style]
  package init(name: String, styles: [Role: Style]) {
    self.name = name
    self.styles = styles
  }
}

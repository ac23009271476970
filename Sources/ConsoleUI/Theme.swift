import CellScreen

/// Colours for meanings. Every meaning also has a glyph or an attribute, so that `mono` loses none.
package struct Theme: Hashable, Sendable {
  package var name: String
  /// The colour of the terminal it is made for; nil for any.
  package var ground: Int?
  package var styles: [Role: Style]
  package init(name: String, ground: Int? = nil, styles: [Role: Style]) {
    self.name = name
    self.ground = ground
    self.styles = styles
  }
}

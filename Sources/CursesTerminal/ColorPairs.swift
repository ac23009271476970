// Styles as ncurses attributes: 256 colours where there are, the nearest of 8 where there are no more, none at all
// where the terminal or the user wants none.

import CCurses
import CellScreen

final class ColorPairs {
  private struct Pair: Hashable {
    let foreground: Int32
    let background: Int32
  }
  private var pairs: [Pair: Int32] = [:]
  private let colors: Int32

  init(wantsColor: Bool) {
    guard wantsColor, has_colors() else {
      colors = 0
      return
    }
    start_color()
    use_default_colors()
    colors = nc_colors()
  }

  func attributes(_ style: Style) -> (attr_t, Int32) {
    var out = NC_NORMAL
    if style.isBold { out |= NC_BOLD }
    if style.isDim { out |= NC_DIM }
    if style.isReverse { out |= NC_REVERSE }
    if style.isUnderlined { out |= NC_UNDERLINE }
    return (out, pair(style))
  }

  private func pair(_ style: Style) -> Int32 {
    guard colors >= 8, style.foreground != nil || style.background != nil else { return 0 }
    let key = Pair(foreground: color(style.foreground), background: color(style.background))
    if let known = pairs[key] { return known }
    let number = Int32(pairs.count + 1)
    guard number < nc_color_pairs(), init_extended_pair(number, key.foreground, key.background) == OK else { return 0 }
    pairs[key] = number
    return number
  }

  private func color(_ index: Int?) -> Int32 {
    guard let index else { return -1 }
    return colors >= 256 ? Int32(index) : Self.nearestBasic(index)
  }

  /// The nearest of the eight basic colours to an entry of the 256-colour palette.
  private static func nearestBasic(_ index: Int) -> Int32 {
    if index < 8 { return Int32(index) }
    if index < 16 { return Int32(index - 8) }
    if index >= 232 { return index < 244 ? 0 : 7 }
    let cube = index - 16
    let bit: (Int) -> Int32 = { $0 >= 3 ? 1 : 0 }
    return bit(cube / 36) | bit(cube / 6 % 6) << 1 | bit(cube % 6) << 2
  }
}

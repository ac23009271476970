// Contrast of two entries of the 256-colour palette, after WCAG 2.1, 1.4.3 (relative luminance).

package enum Contrast {
  /// From 1 to 21.
  package static func ratio(_ a: Int, _ b: Int) -> Double {
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  /// The 6×6×6 cube and the grey ramp as xterm has them. The first 16 are the user's own and taken at xterm's values.
  private static func components(_ index: Int) -> [Double] {
    let basic: [[Double]] = [
      [0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229],
      [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255],
      [255, 255, 255],
    ]
    if index < 16 { return basic[index] }
    if index >= 232 { return [Double](repeating: Double(8 + (index - 232) * 10), count: 3) }
    let steps: [Double] = [0, 95, 135, 175, 215, 255]
    let cube = index - 16
    return [steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6]]
  }

  private static func luminance(_ index: Int) -> Double {
    let weights = [0.2126, 0.7152, 0.0722]
    return zip(components(index), weights).reduce(0) { $0 + linear($1.0 / 255) * $1.1 }
  }

  /// sRGB to linear light; the power 2.4 is approached by Newton's method, for this module reads no library of the system.
  private static func linear(_ value: Double) -> Double {
    if value <= 0.03928 { return value / 12.92 }
    let base = (value + 0.055) / 1.055
    // base^2.4 = base^2 · base^0.4, and base^0.4 is the fifth root of base^2.
    let square = base * base
    var root = 1.0
    for _ in 0..<40 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
    return square * root
  }
}

// The themes, compiled in; a test compares them with the files under themes/.

package enum BuiltInThemes {
  package static let texts: [String: String] = [
    "dark": dark, "light": light, "contrast": contrast, "colorblind": colorblind, "mono": mono,
  ]

  private static let dark = """
    # Ringi's dark theme: colours for meanings, as indices of the 256-colour palette.
    name: dark
    ground: 234
    roles:
      text: {fg: 252}
      dim: {fg: 246}
      title: {fg: 231, bold: true}
      header: {fg: 254, bg: 236}
      border: {fg: 240}
      focus: {fg: 110}
      selected: {fg: 231, bg: 24}
      added: {fg: 114}
      removed: {fg: 174}
      addedWord: {fg: 231, bg: 22}
      removedWord: {fg: 231, bg: 88}
      context: {fg: 250}
      gap: {fg: 245}
      claim: {fg: 180}
      token: {fg: 16, bg: 215}
      warning: {fg: 221}
      danger: {fg: 210, bold: true}
      good: {fg: 114}
      watched: {fg: 221, bold: true}
      batched: {fg: 117}
      autonomous: {fg: 248}
      forbidden: {fg: 210, bold: true}
      forecast: {fg: 246}
      red: {fg: 231, bg: 124, bold: true}
      yellow: {fg: 16, bg: 220}
      green: {fg: 16, bg: 114}
      key: {fg: 159, bold: true}
      status: {fg: 250}
      input: {fg: 231, bg: 238}
      alert: {fg: 221, bg: 236, bold: true}

    """

  private static let light = """
    # Ringi's light theme.
    name: light
    ground: 231
    roles:
      text: {fg: 235}
      dim: {fg: 240}
      title: {fg: 16, bold: true}
      header: {fg: 16, bg: 253}
      border: {fg: 246}
      focus: {fg: 25}
      selected: {fg: 16, bg: 153}
      added: {fg: 22}
      removed: {fg: 88}
      addedWord: {fg: 16, bg: 157}
      removedWord: {fg: 16, bg: 217}
      context: {fg: 237}
      gap: {fg: 241}
      claim: {fg: 94}
      token: {fg: 231, bg: 130}
      warning: {fg: 94, bold: true}
      danger: {fg: 124, bold: true}
      good: {fg: 22}
      watched: {fg: 94, bold: true}
      batched: {fg: 25}
      autonomous: {fg: 239}
      forbidden: {fg: 124, bold: true}
      forecast: {fg: 240}
      red: {fg: 231, bg: 124, bold: true}
      yellow: {fg: 16, bg: 220}
      green: {fg: 16, bg: 114}
      key: {fg: 25, bold: true}
      status: {fg: 238}
      input: {fg: 16, bg: 254}
      alert: {fg: 88, bg: 253, bold: true}

    """

  private static let contrast = """
    # High contrast on a dark ground: 7 to 1 for every text.
    name: contrast
    ground: 16
    roles:
      text: {fg: 231}
      dim: {fg: 252}
      title: {fg: 231, bold: true, underline: true}
      header: {fg: 16, bg: 231, bold: true}
      border: {fg: 250}
      focus: {fg: 226, bold: true}
      selected: {fg: 16, bg: 226, bold: true}
      added: {fg: 120}
      removed: {fg: 217}
      addedWord: {fg: 16, bg: 120, bold: true}
      removedWord: {fg: 16, bg: 217, bold: true}
      context: {fg: 231}
      gap: {fg: 252}
      claim: {fg: 223}
      token: {fg: 16, bg: 214, bold: true}
      warning: {fg: 226, bold: true}
      danger: {fg: 217, bold: true}
      good: {fg: 120, bold: true}
      watched: {fg: 226, bold: true}
      batched: {fg: 159, bold: true}
      autonomous: {fg: 252}
      forbidden: {fg: 217, bold: true}
      forecast: {fg: 252}
      red: {fg: 231, bg: 88, bold: true}
      yellow: {fg: 16, bg: 226, bold: true}
      green: {fg: 16, bg: 120}
      key: {fg: 159, bold: true}
      status: {fg: 231}
      input: {fg: 16, bg: 231}
      alert: {fg: 88, bg: 231, bold: true}

    """

  private static let colorblind = """
    # Blue and orange instead of green and red, told apart by every kind of colour vision.
    name: colorblind
    ground: 234
    roles:
      text: {fg: 252}
      dim: {fg: 246}
      title: {fg: 231, bold: true}
      header: {fg: 254, bg: 236}
      border: {fg: 240}
      focus: {fg: 117}
      selected: {fg: 231, bg: 24}
      added: {fg: 117}
      removed: {fg: 215}
      addedWord: {fg: 231, bg: 25}
      removedWord: {fg: 16, bg: 215}
      context: {fg: 250}
      gap: {fg: 245}
      claim: {fg: 180}
      token: {fg: 16, bg: 215}
      warning: {fg: 228}
      danger: {fg: 215, bold: true}
      good: {fg: 117}
      watched: {fg: 228, bold: true}
      batched: {fg: 117}
      autonomous: {fg: 248}
      forbidden: {fg: 215, bold: true}
      forecast: {fg: 246}
      red: {fg: 16, bg: 208, bold: true}
      yellow: {fg: 16, bg: 228}
      green: {fg: 231, bg: 25}
      key: {fg: 159, bold: true}
      status: {fg: 250}
      input: {fg: 231, bg: 238}
      alert: {fg: 228, bg: 236, bold: true}

    """

  private static let mono = """
    # No colour: every meaning by its glyph and an attribute.
    name: mono
    roles:
      dim: {}
      title: {bold: true}
      header: {reverse: true}
      focus: {bold: true}
      selected: {reverse: true}
      addedWord: {bold: true, underline: true}
      removedWord: {underline: true}
      token: {reverse: true}
      warning: {bold: true}
      danger: {bold: true}
      watched: {bold: true}
      forbidden: {bold: true}
      red: {reverse: true, bold: true}
      yellow: {bold: true}
      key: {bold: true}
      input: {underline: true}
      alert: {reverse: true, bold: true}

    """
}

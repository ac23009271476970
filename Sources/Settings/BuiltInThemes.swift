// The themes, compiled in; a test compares them with the files under themes/.

package enum BuiltInThemes {
  package static let texts: [String: String] = ["dark": dark, "light": light, "mono": mono]

  private static let dark = """
    # Ringi's dark theme: colours for meanings, as indices of the 256-colour palette.
    name: dark
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

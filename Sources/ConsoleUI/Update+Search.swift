// A step by its words, and a command by its name.

import CellScreen
import Domain

func searchKey(_ model: inout Model, _ key: Key, _ field: TextField) -> [Intent] {
  var field = field
  if key == .enter {
    model.overlay = nil
    model.needle = field.text
    return find(&model)
  }
  _ = field.handle(key)
  model.overlay = .search(field)
  return []
}

private func find(_ model: inout Model) -> [Intent] {
  guard !model.needle.isEmpty else { return [] }
  let ids = model.queue.compactMap(\.step)
  let here = ids.firstIndex { $0 == model.selection } ?? -1
  let rotated = Array(ids[(here + 1)...]) + ids[..<max(0, here + 1)]
  let needle = model.needle.lowercased()
  let found = rotated.first { id in
    guard let step = model.steps[id] else { return false }
    // `34` and `#34` are a step's number, as every message has it.
    if needle == "\(step.number)" || needle == "#\(step.number)" { return true }
    return "\(step.target) \(step.kind.rawValue) \(step.claims.title) \(step.state.word)".lowercased().contains(
      needle)
  }
  guard let found else {
    say(&model, "no step matches “\(model.needle)”", isBad: true)
    return []
  }
  model.isFollowing = false
  model.selection = found
  model.view = .run
  return showCurrent(&model)
}

func paletteKey(_ model: inout Model, _ key: Key, _ field: TextField) -> [Intent] {
  var field = field
  if key == .enter {
    model.overlay = nil
    guard !field.text.allSatisfy(\.isWhitespace) else { return [] }
    let word = field.text.lowercased()
    guard !["approve", "reject", "yes", "no"].contains(word) else {
      let (yes, no) = (model.keymap.name(.approve), model.keymap.name(.reject))
      say(&model, "yes and no are only keys, on what they decide: \(yes) and \(no)", isBad: true)
      return []
    }
    let matches = Palette.matches(field.text)
    guard let first = matches.first else {
      say(&model, "there is no command `\(field.text)`", isBad: true)
      return []
    }
    return perform(&model, first.command)
  }
  if key == .tab, let first = Palette.matches(field.text).first {
    field = TextField(Palette.name(first), isMultiLine: false)
  } else {
    _ = field.handle(key)
  }
  model.overlay = .palette(field)
  return []
}

enum Palette {
  /// Commands by the name a person types, best first. Yes and no are only keys: they decide what is on the screen.
  static func matches(_ text: String) -> [Binding] {
    let offered = CommandTable.bindings.filter {
      ![.approve, .reject, .up, .down, .back, .palette].contains($0.command)
    }
    let word = text.lowercased()
    // A whole name is that command, whatever else begins with it.
    return offered.filter { name($0) == word } + offered.filter { name($0) != word && name($0).hasPrefix(word) }
      + offered.filter { !name($0).hasPrefix(word) && $0.help.contains(word) }
  }

  static func name(_ binding: Binding) -> String { binding.command.name }
}

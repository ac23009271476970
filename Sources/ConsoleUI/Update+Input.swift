// Keys, mouse and pasted text as they come from the terminal.

import CellScreen

extension Key {
  /// A letter, figure or sign: what words are written with.
  var isCharacter: Bool { if case .character = self { true } else { false } }
}

func input(_ model: inout Model, _ event: InputEvent, _ at: Int64) -> [Intent] {
  switch event {
  case .resize(let width, let height):
    model.width = width
    model.height = height
    layOut(&model)
    return []
  case .paste(let text):
    return paste(&model, text)
  case .focus(let isFocused):
    model.isFocused = isFocused
    // Coming back is like a new screen: what is there is looked at first.
    if isFocused {
      model.paintedAt = at
      if model.overlay != nil { model.overlayAt = at }
    }
    return []
  case .click(let x, let y):
    return click(&model, x, y)
  case .wheel(let x, let y, let isUp):
    return wheel(&model, x, y, isUp)
  case .key(let key, let isBurst):
    if model.overlay != nil { return overlayKey(&model, key, isBurst: isBurst) }
    guard let binding = model.keymap.binding(for: key, in: model.view) else {
      say(&model, "\(key.name) does nothing here; ? lists the keys", isBad: true)
      return []
    }
    if isBurst, binding.group == .decide {
      say(&model, "that came faster than a hand types; nothing was decided", isBad: true)
      return [.flushInput]
    }
    let wasRefused = model.isStatusBad && !model.status.isEmpty
    say(&model, "")
    // Whoever was refused and presses Esc means the refusal, not the view.
    if binding.command == .back, wasRefused { return [] }
    return perform(&model, binding.command)
  }
}

private func paste(_ model: inout Model, _ text: String) -> [Intent] {
  switch model.overlay {
  case .reason(let purpose, var field):
    field.insert(text)
    model.overlay = .reason(purpose, field)
  case .editor(let step, let revision, var field):
    field.insert(text)
    model.overlay = .editor(step, revision, field)
  case .search(var field):
    field.insert(text)
    model.overlay = .search(field)
  case .filter(var field):
    field.insert(text)
    model.overlay = .filter(field)
    return refilter(&model, field)
  default: say(&model, "pasted text never decides anything", isBad: true)
  }
  return []
}

// A step by its words, and a command by its name.

import CellScreen
import Domain

func searchKey(_ model: inout Model, _ key: Key, _ field: TextField) -> [Intent] {
  var field = field
  if key == .enter {
    model.overlay = nil
    // Nothing typed is the same once more.
    if !field.text.isEmpty { model.needle = field.text }
    guard !model.needle.isEmpty else {
      say(&model, "nothing was searched for yet")
      return []
    }
    return find(&model)
  }
  _ = field.handle(key)
  model.overlay = .search(field)
  return []
}

private func find(_ model: inout Model) -> [Intent] {
  model.isFollowing = false
  switch model.view {
  case .flags:
    let flags = model.flags
    guard
      let found = next(
        flags, after: { $0.id == model.finding }, model.needle,
        { "\($0.level.word) \($0.finding.clause) \($0.finding.document) \($0.finding.why) \($0.wording)" })
    else { return lacks(&model, "flag") }
    (model.finding, model.cardScroll) = (found.entry.id, 0)
    tell(&model, found.place, found.count)
    return []
  case .drafts:
    let steps = model.draftIDs.compactMap { model.steps[$0] }
    guard let found = next(steps, after: { $0.id == model.draftSelection }, model.needle, words) else {
      return lacks(&model, "message")
    }
    model.draftSelection = found.entry.id
    tell(&model, found.place, found.count)
  case .review:
    guard let found = next(model.prepared, after: { $0.id == model.reviewSelection }, model.needle, words) else {
      return lacks(&model, "result")
    }
    model.reviewSelection = found.entry.id
    tell(&model, found.place, found.count)
  case .live:
    let runs = (model.wall?.runs ?? []).map(\.summary)
    guard
      let found = next(
        runs, after: { $0.id == model.liveSelection }, model.needle,
        { "run \($0.id) \($0.workspace) \($0.agent) \($0.state.rawValue) \($0.note)" })
    else { return lacks(&model, "run") }
    (model.liveSelection, model.isLiveChosen) = (found.entry.id, true)
    tell(&model, found.place, found.count)
    return []
  case .run, .audit, .policy, .help:
    let steps = model.queue.compactMap(\.step).compactMap { model.steps[$0] }
    guard let found = next(steps, after: { $0.id == model.selection }, model.needle, words) else {
      return lacks(&model, "step")
    }
    (model.selection, model.view) = (found.entry.id, .run)
    tell(&model, found.place, found.count)
  }
  return showCurrent(&model)
}

/// How many there are, and how one comes to the others.
private func tell(_ model: inout Model, _ place: Int, _ count: Int) {
  let more = count > 1 ? "; \(model.keymap.name(.search)) and Enter: the next" : ""
  say(&model, "\(place) of \(count) with “\(model.needle)”\(more)")
}

private func lacks(_ model: inout Model, _ what: String) -> [Intent] {
  say(&model, "no \(what) matches “\(model.needle)”", isBad: true)
  return []
}

/// `34` and `#34` are a step's number, as every message has it.
private func words(_ step: StepSummary) -> String {
  let reach = step.reach
  let people = (reach.outsideRecipients + reach.insideRecipients).joined(separator: " ")
  return
    "#\(step.number) \(step.target) \(step.kind.rawValue) \(step.claims.title) \(step.state.word) \(reach.topic) \(people)"
}

/// The next one below, then around, whose words have the needle in them, or where none has, each of its words; a bare
/// number is only a whole one.
/// - Returns: it, which of those with the needle it is, from 1, and how many there are.
private func next<T>(
  _ list: [T], after isHere: (T) -> Bool, _ needle: String, _ words: (T) -> String
) -> (entry: T, place: Int, count: Int)? {
  let here = list.firstIndex(where: isHere) ?? -1
  let needle = needle.lowercased()
  let number = needle.hasPrefix("#") ? needle : "#\(needle)"
  func places(having parts: [Substring]) -> [Int] {
    list.indices.filter { index in
      let text = words(list[index]).lowercased()
      let rest = text.hasPrefix("#") ? text.drop { $0 != " " } : text[...]
      return text.hasPrefix("\(number) ") || parts.allSatisfy(rest.contains)
    }
  }
  let whole = places(having: [needle[...]])
  let places = whole.isEmpty ? places(having: needle.split(separator: " ")) : whole
  guard let place = places.firstIndex(where: { $0 > here }) ?? places.indices.first else { return nil }
  return (list[places[place]], place + 1, places.count)
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

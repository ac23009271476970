// What a person has written in the editor and not yet kept: it is on the desk, so that a terminal that closes takes no work
// with it. Kept or dropped, it goes.

import ConsoleUI
import Domain
import Glibc

extension ConsoleSession {
  private func place(_ step: StepID) -> String { "\(desk.directory)/unsaved-\(step.value)" }

  /// Four times a second at most, and only what is new.
  mutating func keepUnsaved() {
    guard case .editor(let step, let revision, let field)? = model.overlay else {
      if let kept = unsaved { unlink(place(kept.step)) }
      return unsaved = nil
    }
    guard field.isChanged else { return }
    let text = field.text
    guard unsaved?.text != text || unsaved?.step != step else { return }
    if Files.write(Array("\(revision.value)\n\(text)".utf8), to: place(step), mode: 0o600) { unsaved = (step, text) }
  }

  /// What was left of an earlier editing of the same form.
  mutating func takeUpUnsaved() throws(RuntimeFault) {
    guard case .editor(let step, let revision, let field)? = model.overlay,
      let kept = Files.text(place(step)), let end = kept.firstIndex(of: "\n"),
      kept[..<end] == "\(revision.value)", kept[kept.index(after: end)...] != field.text
    else { return }
    try deliver(.restored(String(kept[kept.index(after: end)...])))
  }
}

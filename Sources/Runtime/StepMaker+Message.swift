// A message with what goes with it.

import Domain
import EffectPreview
import Effector
import Storage

extension StepMaker {
  func checkAddresses(_ list: [String]) throws(ProposalFault) {
    guard let odd = list.first(where: { !Address($0).isSingle }) else { return }
    throw ProposalFault(
      reason: "`\(odd)` is not one mail address; write each as name@example.com or Name <name@example.com>")
  }

  func message(
    _ mail: Mail, _ attachments: [String], _ staging: StagingArea, _ effect: (Mail) -> Effect
  ) throws -> Material {
    try checkAddresses(mail.recipients + (mail.replyTo.isEmpty ? [] : [mail.replyTo]))
    var mail = mail
    mail.from = loaded.workspace.sender
    var images = PreviewImages()
    var (text, warnings) = ("", [String]())
    for name in attachments {
      guard let path = scopes.locate(Array(name.utf8)) else { return outside("attach", Array(name.utf8)) }
      guard let bytes = try current(path, staging) else {
        throw ProposalFault(reason: "the attachment `\(name)` does not exist")
      }
      mail.attachments.append(Attachment(path: path, content: try store.store(bytes)))
      images.attachments.append((path.display, bytes))
      text += String(decoding: bytes, as: UTF8.self)
      if let entry = staging.entries[path], let step = try store.step(entry.step) {
        warnings.append("\(path.display) goes along as #\(step.number) has prepared it, which nobody has kept yet")
      }
    }
    return Material(effect: effect(mail), images: images, contentText: text, warnings: warnings)
  }
}

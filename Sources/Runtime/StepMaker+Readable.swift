// What a person can read of files that are no text, by the desk's own commands.

import Domain
import EffectPreview

extension StepMaker {
  /// - Returns: what is said of those that a command should have read, and did not.
  func convert(_ effect: Effect, _ images: inout PreviewImages) -> [String] {
    var unread: [String?] = []
    images.readable = readable(effect, images)
    if let path = effect.writtenPath, images.readable == nil, !(Self.isText(images.before) && Self.isText(images.after))
    {
      unread.append(converter.failure(path.display))
    }
    for (path, bytes) in images.attachments where !Self.isText(bytes) {
      images.readableAttachments[path] = converter.text(bytes, name: path)
      if images.readableAttachments[path] == nil { unread.append(converter.failure(path)) }
    }
    return unread.compactMap { $0 }
  }

  /// What the desk's own command makes of a file that is no text.
  private func readable(_ effect: Effect, _ images: PreviewImages) -> (words: String, before: [UInt8], after: [UInt8])?
  {
    guard let path = effect.writtenPath, !(Self.isText(images.before) && Self.isText(images.after)) else { return nil }
    let before = converter.text(images.before, name: path.display)
    let after = converter.text(images.after, name: path.display)
    guard before != nil || images.before.isEmpty, after != nil || images.after.isEmpty,
      let words = after?.words ?? before?.words
    else { return nil }
    return (words, before?.text ?? [], after?.text ?? [])
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
  }
}

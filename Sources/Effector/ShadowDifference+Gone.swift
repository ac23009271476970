// What somebody took away from the real folders while a program worked on its view of them.

import CProcess
import Glibc

extension ShadowDifference {
  /// What was copied up and stands above nothing was taken away below, unless the program has moved it here: where it took
  /// anything from its place, nobody can tell.
  mutating func markGone() {
    guard !copied.isEmpty, !changes.contains(where: { $0.deed == .removed || $0.deed == .removedFolder }) else {
      return
    }
    changes = changes.map {
      copied.contains($0.path)
        ? ShadowChange(path: $0.path, deed: $0.deed, stamp: $0.stamp, isOvertaken: true) : $0
    }
  }

  /// The overlay notes on a file that it was copied up from one below: where that is no more, somebody removed it.
  static func isCopied(_ folder: DirectoryHandle, _ name: [CChar]) -> Bool {
    guard let file = try? file(folder, name, []) else { return false }
    return cp_getxattr(file.descriptor, "user.overlay.origin", nil, 0) >= 0
  }
}

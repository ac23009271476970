// Content by its digest, as the desk keeps it: in hand, or, where it is large, as an open file.

import Domain
import Glibc

package struct Blobs {
  let hash: ([UInt8]) -> Digest
  let load: (Digest) -> [UInt8]?
  /// A large content, open for reading; the caller closes it. nil where it is gone.
  let open: (Digest) -> Int32?
  /// Digest and size of an open file, copied to another if one is given; nil where that fails, with `errno`.
  let copy: (_ file: Int32, _ to: Int32?, _ progress: (_ done: Int) -> Void) -> Content?
  package init(
    hash: @escaping ([UInt8]) -> Digest, load: @escaping (Digest) -> [UInt8]?,
    open: @escaping (Digest) -> Int32?, copy: @escaping (Int32, Int32?, (Int) -> Void) -> Content?
  ) {
    self.hash = hash
    self.load = load
    self.open = open
    self.copy = copy
  }

  /// The first bytes of a large content.
  func head(of digest: Digest, _ count: Int) -> [UInt8]? {
    guard let file = open(digest) else { return nil }
    defer { close(file) }
    var out = [UInt8](repeating: 0, count: count)
    return pread(file, &out, count, 0) == count ? out : nil
  }

  /// Of a file as it is now; nil where it can't be read.
  func digest(of state: FileState, progress: (_ done: Int) -> Void) -> Digest? {
    switch state.body {
    case .bytes(let bytes): hash(bytes)
    case .large(let file, _): copy(file.descriptor, nil, progress)?.digest
    }
  }
}

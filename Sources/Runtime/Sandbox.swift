// What an agent's process tree sees of the file system, as values; CProcess makes it so.

import CProcess
import Glibc

package struct Sandbox: Hashable {
  package enum Mount: Hashable {
    /// An empty folder that may be written, and is gone with the agent.
    case hidden(String)
    /// The folder at `path`, pinned to its identity, every change going to `upper`.
    case overlay(path: String, device: UInt64, inode: UInt64, upper: String, work: String)
    /// A copy in the place of the folder at `path`.
    case copy(of: String, at: String)
    /// A file or folder as it is, read-only.
    case shown(String, as: String)
    /// A folder as it is by then, read-only but for what is mounted in it.
    case sealed(String)
  }

  /// In the order in which they are made.
  var mounts: [Mount]
  var keepsNetwork: Bool

  /// Calls `body` with the same in C, whose strings live as long as the call.
  func withC<T>(_ body: (UnsafePointer<cp_sandbox>) -> T) -> T {
    var strings: [UnsafeMutablePointer<CChar>] = []
    defer { strings.forEach { free($0) } }
    func own(_ text: String) -> UnsafePointer<CChar>? {
      guard let copy = strdup(text) else { return nil }
      strings.append(copy)
      return UnsafePointer(copy)
    }
    let list = mounts.map { mount -> cp_mount in
      switch mount {
      case .hidden(let path):
        cp_mount(kind: CP_HIDE, target: own(path), lower: nil, upper: nil, work: nil, device: 0, inode: 0)
      case .overlay(let path, let device, let inode, let upper, let work):
        cp_mount(
          kind: CP_OVERLAY, target: own(path), lower: own(path), upper: own(upper), work: own(work), device: device,
          inode: inode)
      case .copy(let copy, let path):
        cp_mount(kind: CP_COPY, target: own(path), lower: own(copy), upper: nil, work: nil, device: 0, inode: 0)
      case .sealed(let path):
        cp_mount(kind: CP_SEAL, target: own(path), lower: nil, upper: nil, work: nil, device: 0, inode: 0)
      case .shown(let path, let target):
        cp_mount(kind: CP_SHOW, target: own(target), lower: own(path), upper: nil, work: nil, device: 0, inode: 0)
      }
    }
    return list.withUnsafeBufferPointer { buffer in
      var sandbox = cp_sandbox(mounts: buffer.baseAddress, count: buffer.count, keeps_network: keepsNetwork ? 1 : 0)
      return body(&sandbox)
    }
  }
}

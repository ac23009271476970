// What is too large for a row of the database lies beside it, a file for each digest: blobs/HEX, mode 0600. It is read
// and written in parts, and a name appears only when all of it is on the disk.

import AuditLog
import Domain
import GateKeeper
import Glibc

extension DeskStore {
  /// 64 GiB: holes of a file take no room, and are hashed all the same.
  private static let mostKept = 64 << 30
  private var blobs: String { "\(directory)/blobs" }
  private func place(_ digest: Digest) -> String { "\(blobs)/\(Hex.encode(digest.bytes))" }

  /// Keeps a copy of an open file under its digest.
  /// - Parameter progress: told how far it has come, now and then.
  package func keep(
    file: Int32, progress: (Progress) -> Void = { _ in }
  ) throws(JournalFault) -> Content {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw JournalFault(.unreadable, "a file can't be looked at") }
    mkdir(blobs, 0o700)
    guard status.st_size <= Self.mostKept else {
      throw JournalFault(
        .illegal, "it is larger than \(ByteCount.words(Self.mostKept)), the most that the desk keeps of one file")
    }
    var room = statvfs()
    // Room is left for the records of what is done with it; a hole takes none.
    let taken = min(Int(status.st_size), Int(status.st_blocks) * 512)
    guard statvfs(blobs, &room) == 0, UInt(room.f_bavail) * UInt(room.f_frsize) > UInt(taken) + (64 << 20) else {
      throw JournalFault(.illegal, "there is no room on the desk for another \(ByteCount.words(taken))")
    }
    let draft = "\(blobs)/\(getpid()).tmp"
    let copy = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard copy >= 0 else { throw JournalFault(.unwritable, "\(blobs) can't be written") }
    defer {
      close(copy)
      unlink(draft)
    }
    guard
      let found = LargeFile.copy(
        file, to: copy, progress: { progress(Progress(done: $0, total: Int(status.st_size))) }),
      fsync(copy) == 0,
      rename(draft, place(found.digest)) == 0
    else { throw JournalFault(.illegal, "the desk could not keep a copy: \(String(cString: strerror(errno)))") }
    let folder = open(blobs, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(folder) }
    guard folder >= 0, fsync(folder) == 0 else { throw JournalFault(.unwritable, "\(blobs) can't be synced") }
    return found
  }

  /// The kept file of a digest, open for reading; the caller closes it. Its bytes are checked by whoever reads them.
  package func opened(_ digest: Digest) -> Int32? {
    let file = open(place(digest), O_RDONLY | O_CLOEXEC)
    return file < 0 ? nil : file
  }

  func largeDigests() -> Set<Digest> {
    guard let stream = opendir(blobs) else { return [] }
    defer { closedir(stream) }
    var found: Set<Digest> = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if let digest = Hex.decode(name).flatMap({ Digest($0) }) { found.insert(digest) }
    }
    return found
  }

  /// One that was kept and whose bytes are others now; nil when every one is what it is named after.
  func firstBadLarge() -> Digest? {
    largeDigests().sorted { $0.description < $1.description }.first { digest in
      guard let file = opened(digest) else { return true }
      defer { close(file) }
      return LargeFile.copy(file, to: nil)?.digest != digest
    }
  }
}

// What is too large for a row of the database lies beside it, a file for each digest: blobs/HEX, mode 0600. It is read
// and written in parts, and a name appears only when all of it is on the disk.

import AuditLog
import Domain
import GateKeeper
import Glibc

extension DeskStore {
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
    var room = statvfs()
    // Room is left for the records of what is done with it.
    guard statvfs(blobs, &room) == 0, UInt(room.f_bavail) * UInt(room.f_frsize) > UInt(status.st_size) + (64 << 20)
    else {
      throw JournalFault(.illegal, "there is no room on the desk for another \(status.st_size) bytes")
    }
    let draft = "\(blobs)/\(getpid()).tmp"
    let copy = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard copy >= 0 else { throw JournalFault(.unwritable, "\(blobs) can't be written") }
    defer {
      close(copy)
      unlink(draft)
    }
    guard let found = Self.copy(file, to: copy, progress: { progress(Progress(done: $0, total: Int(status.st_size))) }),
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
      return Self.copy(file, to: nil)?.digest != digest
    }
  }

  /// The digest and size of an open file, from its beginning, while it is copied if there is somewhere to.
  /// - Returns: nil where it can't be read or written; `errno` says why.
  package static func copy(
    _ file: Int32, to copy: Int32?, progress: (_ done: Int) -> Void = { _ in }
  ) -> Content? {
    // As much as stays in the processor's own memory between reading, hashing and writing.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 4_096)
    defer { buffer.deallocate() }
    var status = stat()
    // Room is taken first: a full disk is met before the work.
    if let copy, fstat(file, &status) == 0, status.st_size > 0 {
      let code = posix_fallocate(copy, 0, status.st_size)
      guard code != ENOSPC else {
        errno = code
        return nil
      }
    }
    var (running, done) = (RunningDigest(), 0)
    while true {
      let count = pread(file, buffer.baseAddress, buffer.count, done)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      running.add(part)
      if let copy, !write(part, to: copy) { return nil }
      done += count
      progress(done)
    }
    return running.digest().map { Content(digest: $0, size: done) }
  }

  private static func write(_ part: UnsafeRawBufferPointer, to file: Int32) -> Bool {
    var rest = part
    while !rest.isEmpty {
      let count = Glibc.write(file, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return true
  }
}

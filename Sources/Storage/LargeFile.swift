// A file that is read in parts, from its beginning: hashed, and copied where there is somewhere to. Holes stay holes.

import AuditLog
import Domain
import Glibc

package enum LargeFile {
  /// lseek(2); macros that Swift does not see.
  private static let (seekData, seekHole): (Int32, Int32) = (3, 4)

  /// - Returns: digest and size; nil where it can't be read or written, and `errno` says why.
  package static func copy(
    _ file: Int32, to copy: Int32?, progress: (_ done: Int) -> Void = { _ in }
  ) -> Content? {
    // As much as stays in the processor's own memory between reading, hashing and writing.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 4_096)
    defer { buffer.deallocate() }
    var status = stat()
    guard fstat(file, &status) == 0 else { return nil }
    let isSparse = Int(status.st_blocks) * 512 < Int(status.st_size)
    // Room is taken first: a full disk is met before the work.
    if let copy, !isSparse, status.st_size > 0 {
      let code = posix_fallocate(copy, 0, status.st_size)
      guard code != ENOSPC else {
        errno = code
        return nil
      }
    }
    var (running, done, end) = (RunningDigest(), 0, isSparse ? 0 : Int.max)
    while true {
      if done >= end {
        let data = data(of: file, from: done) ?? done..<Int.max
        hash(&running, zeros: data.lowerBound - done, buffer) { progress(done + $0) }
        (done, end) = (data.lowerBound, data.upperBound)
      }
      let count = pread(file, buffer.baseAddress, min(buffer.count, max(1, end - done)), done)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      running.add(part)
      if let copy, !write(part, to: copy, at: done) { return nil }
      done += count
      progress(done)
    }
    // A hole at the end was not written.
    if let copy, isSparse, ftruncate(copy, done) != 0 { return nil }
    return running.digest().map { Content(digest: $0, size: done) }
  }

  /// The next part that holds data, empty at the file's end; nil where its file system can't tell.
  private static func data(of file: Int32, from place: Int) -> Range<Int>? {
    let start = lseek(file, place, seekData)
    guard start >= 0 else {
      var status = stat()
      guard errno == ENXIO, fstat(file, &status) == 0, status.st_size >= place else { return nil }
      return Int(status.st_size)..<Int(status.st_size)
    }
    let end = lseek(file, start, seekHole)
    return end > start ? start..<end : nil
  }

  private static func hash(
    _ running: inout RunningDigest, zeros count: Int, _ buffer: UnsafeMutableRawBufferPointer,
    progress: (_ done: Int) -> Void
  ) {
    guard count > 0 else { return }
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    var done = 0
    while done < count {
      let part = min(buffer.count, count - done)
      running.add(UnsafeRawBufferPointer(rebasing: buffer[..<part]))
      done += part
      progress(done)
    }
  }

  private static func write(_ part: UnsafeRawBufferPointer, to file: Int32, at place: Int) -> Bool {
    var done = 0
    while done < part.count {
      let count = pwrite(file, part.baseAddress?.advanced(by: done), part.count - done, place + done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}

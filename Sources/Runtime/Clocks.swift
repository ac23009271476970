// The only place where clocks, randomness and the environment are read.

import CProcess
import Domain
import Glibc
import Settings
import Storage

package enum Clocks {
  package static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Milliseconds since boot, sleep included.
  package static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  package static func zone() -> Int {
    var (seconds, parts) = (time(nil), tm())
    localtime_r(&seconds, &parts)
    return parts.tm_gmtoff
  }

  package static func random(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let code = bytes.withUnsafeMutableBytes { cp_random($0.baseAddress, count) }
    precondition(code == 0, "the system gives random bytes")
    return bytes
  }

  /// RFC 5322, section 3.3, in UTC.
  static func mailDate() -> String {
    var (seconds, parts) = (time(nil), tm())
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let clock = now().clock(offset: 0)
    return
      "\(days[Int(parts.tm_wday)]), \(parts.tm_mday) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) \(clock) +0000"
  }

  static var desk: DeskClock {
    let boot = Files.read("/proc/sys/kernel/random/boot_id").map { String(decoding: $0.prefix(36), as: UTF8.self) }
    return DeskClock(wall: now, monotonic: monotonic, boot: boot ?? "unknown", zone: zone(), random: random)
  }
}

/// Plain files of the desk and of definition folders; never an agent's path.
package enum Files {
  package static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return count < 0 ? nil : out }
      out.append(contentsOf: buffer[0..<count])
    }
  }

  /// Its first bytes.
  static func head(_ path: String, _ count: Int) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: count)
    return Array(buffer.prefix(max(0, Glibc.read(file, &buffer, count))))
  }

  package static func text(_ path: String) -> String? {
    read(path).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// A settings file; nil only where there is none. One that is there and can't be read must not count as none: what
  /// it forbids would be allowed.
  /// - Parameter name: what the fault calls it.
  package static func settings(_ path: String, name: String) throws(SettingsFault) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 || errno != ENOENT else { return nil }
    guard let bytes = read(path) else {
      throw SettingsFault(
        file: name, line: 0, column: 0, message: "is there and can't be read: \(String(cString: strerror(errno)))")
    }
    if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) { return text }
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let odd = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil || $0.contains(0) } ?? 0
    throw SettingsFault(
      file: name, line: odd + 1, column: 1, message: "is not UTF-8 text; save the file as UTF-8")
  }

  package static func write(_ bytes: [UInt8], to path: String, mode: mode_t) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { return false }
    defer { close(file) }
    return bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) } == bytes.count && fsync(file) == 0
  }

  /// Absolute, every link resolved; nil when there is no such thing.
  package static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var out: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { out.append(name) }
    }
    return out.sorted()
  }

  /// `mkdir -p`.
  package static func makeDirectory(_ path: String, mode: mode_t) -> Bool {
    if isDirectory(path) { return true }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      guard makeDirectory(String(path[..<slash]), mode: mode) else { return false }
    }
    return mkdir(path, mode) == 0 || isDirectory(path)
  }

  /// NFS, SMB, CIFS, 9P, FUSE: their locks and syncs can't carry a journal, nor their files an overlay.
  static func isOnNetwork(_ path: String) -> Bool {
    [0x6969, 0x517B, 0xFF53_4D42, 0x0102_1997, 0x6573_5546].contains(cp_filesystem(path))
  }

  /// A new folder of one's own; nil where none can be made.
  static func temporary() -> String? {
    var template = "/tmp/ringi-XXXXXX".utf8CString.map { $0 }
    guard mkdtemp(&template) != nil else { return nil }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A folder of the desk with everything in it; links are removed, never followed.
  static func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    // The kernel leaves a folder of mode 000 behind an overlay.
    chmod(path, 0o700)
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    rmdir(path)
  }
}

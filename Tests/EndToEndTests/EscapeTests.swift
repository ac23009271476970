import Domain
import Foundation
import Glibc
import TestKit
import Testing

@testable import Effector
@testable import Runtime

extension SessionTests {
  /// Each script of the corpus tries a way out of the private view. What counts is what it has done to the outside, and
  /// what it has brought back: words that begin with SECRET.
  @Suite("Ways out", .enabled(if: canMakeViews))
  struct EscapeTests {
    static let scripts = Project.files(in: Project.corpus.appending(path: "escapes"), ending: ".sh")

    @Test(
      "a program on a private view neither changes nor learns anything outside", arguments: scripts,
      [PrivateView.overlay, .copy])
    func escape(_ script: URL, kind: PrivateView) throws {
      let folder = try Project.Folder()
      for name in ["desk", "space/files", "home"] {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      }
      for (name, text) in [
        ("space/files/a.txt", "a\n"), ("space/policy.yaml", "rules: []\n"), ("outside.txt", "SECRET-outside\n"),
        ("secret.txt", "SECRET-file\n"), ("desk/key", "SECRET-key\n"), ("desk/desk.db", "SECRET-database\n"),
      ] { try text.write(toFile: "\(folder.path)/\(name)", atomically: false, encoding: .utf8) }
      // A place that nothing hides, on the same file system as the checkout.
      let elsewhere = URL(filePath: Ringi.program).deletingLastPathComponent().path + "/escape-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: elsewhere) }
      try "kept".write(toFile: "\(elsewhere)/kept.txt", atomically: false, encoding: .utf8)
      let outside = try Outside(folder.path)
      let workspace = Workspace(
        name: "t", directory: "\(folder.path)/space", goal: "", agent: "t",
        folders: [Workspace.Folder(label: "", path: "\(folder.path)/space/files", isReadOnly: false)],
        insideDomains: [], knownDomains: [], sender: "")
      let view = try ShadowWorkspace(desk: "\(folder.path)/desk", run: RunID(1), folders: workspace.folders, kind: kind)
      let before = try tree(folder.path)
      let sandbox = try view.sandbox(
        desk: "\(folder.path)/desk", workspace: workspace, shown: [script.path], keepsNetwork: false)
      let pid = try ChildProcess.spawn(
        ["sh", script.path],
        environment: [
          "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "FILES=\(folder.path)/space/files", "DESK=\(folder.path)/desk",
          "OUTSIDE=\(folder.path)/outside.txt", "SECRET=\(folder.path)/secret.txt", "VICTIM=\(outside.victim)",
          "PORT=\(outside.port)", "SOCKET=\(folder.path)/s", "ABSTRACT=\(outside.abstract)", "ELSEWHERE=\(elsewhere)",
        ], directory: "\(folder.path)/space/files", streams: .init(), diesWithParent: true, sandbox: sandbox)
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      #expect(try tree(folder.path) == before, "something outside has changed")
      #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere) == ["kept.txt"])
      #expect(try String(contentsOfFile: "\(elsewhere)/kept.txt", encoding: .utf8) == "kept")
      #expect(kill(outside.victim, 0) == 0, "a process of the host was killed")
      for (path, change) in try view.difference() where change.deed == .written(mode: 0o644) {
        let text = String(decoding: try view.read(path).bytes, as: UTF8.self)
        #expect(!text.contains("SECRET"), "\(text)")
      }
      outside.end()
    }

    /// Names, bytes and modes of everything but what the view itself takes up.
    private func tree(_ path: String) throws -> [String: String] {
      var out: [String: String] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: path) where !name.hasPrefix("desk/shadow") {
        var status = stat()
        lstat("\(path)/\(name)", &status)
        let bytes = (try? Data(contentsOf: URL(filePath: "\(path)/\(name)"))) ?? Data()
        out[name] = "\(status.st_mode) \(status.st_ino) \(String(decoding: bytes, as: UTF8.self))"
      }
      return out
    }
  }
}

/// What lies outside a view and could be reached from a careless one: a process, and three kinds of listeners.
private final class Outside {
  let victim: pid_t
  let port: Int
  let abstract: String
  private var descriptors: [Int32] = []

  init(_ folder: String) throws {
    victim = try ChildProcess.spawn(
      ["sleep", "600"], environment: ["SECRET-environment=1"], directory: "/", streams: .init(), diesWithParent: true)
    let tcp = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(tcp, $0, length)
        _ = listen(tcp, 4)
        _ = getsockname(tcp, $0, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    abstract = "ringi-\(UUID().uuidString.prefix(8))"
    descriptors = [tcp, Self.listener("\(folder)/s"), Self.listener("\0\(abstract)")]
  }

  private static func listener(_ name: String) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (bytes.first == 0 ? 0 : 1))
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = listen(descriptor, 4)
      }
    }
    return descriptor
  }

  func end() {
    kill(victim, SIGKILL)
    var status: Int32 = 0
    waitpid(victim, &status, 0)
    descriptors.forEach { close($0) }
  }
}

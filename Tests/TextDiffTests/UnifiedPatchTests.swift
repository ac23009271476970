// Hunks as GNU diff writes them, applied to the text they were made from.

import Foundation
import Testing
import TextDiff

@Suite("Unified patches")
struct UnifiedPatchTests {
  private func hunks(_ old: [UInt8], _ new: [UInt8], context: Int) throws -> [UInt8] {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "ringi-patch-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(old).write(to: folder.appending(path: "a"))
    try Data(new).write(to: folder.appending(path: "b"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/diff")
    process.arguments = ["-U\(context)", "a", "b"]
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = Array(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    // Without the names of the files.
    return Array(text.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).last ?? [])
  }

  private func text(_ random: inout some RandomNumberGenerator, like old: [String]) -> [String] {
    var out = old
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let place = Int.random(in: 0...out.count, using: &random)
      switch Int.random(in: 0...2, using: &random) {
      case 0:
        out.insert(["x", "", "- y", "+ z", "\\ no", "@@ -1 +1 @@"].randomElement(using: &random) ?? "", at: place)
      case 1 where place < out.count: out.remove(at: place)
      default: if place < out.count { out[place] += "!" }
      }
    }
    return out
  }

  @Test(
    "what diff -u writes turns the old text into the new one",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/diff")))
  func inverse() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<60 {
      let old = (0..<Int.random(in: 0...30, using: &random)).map { "line \($0 % 7)" }
      let new = text(&random, like: old)
      func bytes(_ lines: [String]) -> [UInt8] {
        Array((lines.joined(separator: "\n") + (Bool.random(using: &random) && !lines.isEmpty ? "\n" : "")).utf8)
      }
      let (a, b) = (bytes(old), bytes(new))
      guard a != b else { continue }
      let patch = try hunks(a, b, context: Int.random(in: 0...3, using: &random))
      #expect(UnifiedPatch.apply(patch, to: a) == b, "\(String(decoding: patch, as: UTF8.self))")
      // It fits the text it was made from and no other.
      if !a.isEmpty, patch.contains(UInt8(ascii: "-")) {
        #expect(UnifiedPatch.apply(patch, to: Array("other\n".utf8) + a) != b)
      }
    }
  }

  @Test(
    "what is no hunk is refused",
    arguments: ["@@", "@@ -1 +1", "-a\n+b\n", "@@ -1,2 +1 @@\n-a\n+b\n", "@@ -9 +9 @@\n-a\n+b\n", "@@ -x +1 @@\n"])
  func refused(text: String) { #expect(UnifiedPatch.apply(Array(text.utf8), to: Array("a\n".utf8)) == nil) }

  @Test("hunks without numbers go where their old lines are found first after the one before, or nowhere")
  func numberless() {
    func apply(_ hunks: String, _ text: String) -> String? {
      UnifiedPatch.apply(Array(hunks.utf8), to: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(apply("@@\n a\n-b\n+B\n", "a\nb\na\nb\n") == "a\nB\na\nb\n")
    #expect(apply("@@\n-b\n+B\n@@\n-b\n+C\n", "a\nb\na\nb\n") == "a\nB\na\nC\n")
    #expect(apply("@@ two\n-b\n+B\n", "one\nb\n  two\nb\n") == "one\nb\n  two\nB\n")
    #expect(apply("@@\n-b\n+B\n*** End of File\n", "b\na\nb") == "b\na\nB\n")
    #expect(apply("@@\n+end\n", "a\n") == "a\nend\n")
    for odd in ["@@\n-x\n+y\n", "@@ nowhere\n-a\n+b\n", "@@\n?a\n", "@@\n-a\n-a\n-a\n-a\n"] {
      #expect(apply(odd, "a\na\n") == nil, "\(odd)")
    }
  }
}

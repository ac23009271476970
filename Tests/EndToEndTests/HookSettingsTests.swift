import Foundation
import Glibc
import Testing
import Wire

extension SessionTests.HookTests {
  @Test("Ringi's hooks go into settings that others use, and come out again without a trace")
  func settings() throws {
    let file = "\(ringi.folder.path)/.claude/settings.json"
    mkdir("\(ringi.folder.path)/.claude", 0o755)
    let others =
      #"{"model":"x","hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"/bin/other"}]}]}}"#
    try others.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try ringi("hook", "install", "claude-code").code == 1, "it is a person who says yes")
    #expect(try ringi("hook", "install", "claude-code", "--yes").code == 0)
    let settings = try JSONReader.read(Array(try Data(contentsOf: URL(filePath: file))))
    let groups = try #require(settings["hooks"]?["PreToolUse"]?.array)
    #expect(groups.count == 2 && groups[0]["matcher"]?.string == "Bash")
    let own = try #require(groups[1]["hooks"]?.array?.first)
    #expect(own["onFailure"]?.string == "block" && own["command"]?.string?.hasPrefix("/") == true)
    let wait = own["args"]?.array?.last?.string.flatMap { Int64($0) } ?? .max
    #expect(wait < own["timeout"]?.int ?? 0, "the hook answers before the agent gives up on it")
    #expect(try ringi("hook", "install", "claude-code", "--yes").output.contains("there already"))
    #expect(try ringi("hook", "remove", "claude-code", "--yes").code == 0)
    let after = try JSONReader.read(Array(try Data(contentsOf: URL(filePath: file))))
    #expect(after == (try JSONReader.read(Array(others.utf8))))
    try "{".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try ringi("hook", "install", "claude-code", "--yes").code == 2)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "{")
  }
}

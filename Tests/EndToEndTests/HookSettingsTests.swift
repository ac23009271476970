import Foundation
import Glibc
import Testing
import Wire

@testable import Runtime

extension SessionTests.HookTests {
  @Test("the words of a hook are read back as they were written, and any others are the parser's")
  func words() {
    var all: [HookWords] = []
    for agent in HookedAgent.allCases {
      for (desk, workspace) in [("", ""), ("/d", ""), ("/d e", "/w"), ("--wait", "")] {
        for (wait, after) in [(540, nil), (86_100, 60), (0, 0)] as [(Int, Int?)] {
          var words = HookWords(agent)
          (words.desk, words.workspace, words.wait, words.deferAfter) = (desk, workspace, wait, after)
          all.append(words)
        }
      }
    }
    for words in all { #expect(HookWords(words.arguments) == words) }
    for line in [
      "hook", "hook codex --desk", "hook other --desk /d", "hook codex --wait x", "hook codex --wait 1 --wait 2",
      "hook codex --help", "hook codex --grace 1", "hook codex --workspace /w --desk /d", "list --wait 1", "",
    ] {
      #expect(HookWords(line.split(separator: " ").map(String.init)) == nil, "\(line)")
    }
  }

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

import Domain
import TestKit
import Testing
import Wire

@testable import AgentLink

@Suite("Codex's hook")
struct CodexHookTests {
  private func event(_ tool: String, _ input: String, name: String = "PreToolUse") throws -> HookEvent {
    try HookEvent(
      Array(
        #"{"session_id":"s","turn_id":"t","transcript_path":null,"cwd":"/w/p","hook_event_name":"\#(name)","model":"m","permission_mode":"default","tool_name":"\#(tool)","tool_input":\#(input),"tool_use_id":"c1"}"#
          .utf8), of: .codex)
  }

  private func effect(_ tool: String, _ input: String) throws -> ProposedEffect? {
    if case .call(let call) = try event(tool, input).body { call.proposal.effect } else { nil }
  }

  private func patch(_ lines: String...) throws -> ProposedEffect? {
    let text = (["*** Begin Patch"] + lines + ["*** End Patch", ""]).joined(separator: "\n")
    return try effect("apply_patch", JSON.object([.init("command", .string(text))]).text)
  }

  @Test("a patch is the changes it makes, each with its place; what can't be read asks with all of its text")
  func patches() throws {
    #expect(
      try patch("*** Update File: a.txt", "@@ class A", "-old", "+new", "@@", " x", "*** End of File")
        == .patch(
          path: Array("/w/p/a.txt".utf8), hunks: Array("@@ class A\n-old\n+new\n@@\n x\n*** End of File\n".utf8)))
    guard case .changes(let parts)? = try patch("*** Add File: /w/p/b.txt", "+b", "+", "*** Delete File: c.txt")
    else {
      return #expect(Bool(false), "no changes")
    }
    #expect(parts[0] == .write(path: Array("/w/p/b.txt".utf8), text: Array("b\n\n".utf8)))
    #expect(parts[1] == .delete(path: Array("/w/p/c.txt".utf8)) && parts.count == 2)
    #expect(
      try patch("*** Update File: a", "*** Move to: d/b", "@@", "-x", "+y")
        == .changes([
          .patch(path: Array("/w/p/a".utf8), hunks: Array("@@\n-x\n+y\n".utf8), to: Array("/w/p/d/b".utf8)),
          .delete(path: Array("/w/p/a".utf8)),
        ]))
    for odd in [["*** Update File: a", "*** Move to: b"], ["*** Add File: a", "no plus"], ["words"]] {
      let text = (["*** Begin Patch"] + odd + ["*** End Patch"]).joined(separator: "\n")
      let effect = try effect("apply_patch", JSON.object([.init("command", .string(text))]).text)
      #expect(effect == .other(OtherAction(target: "apply a patch", payload: text)), "\(odd)")
    }
    guard case .unfit(_, let path)? = try patch("*** Add File: ~/.codex/hooks.json", "+{}") else {
      return #expect(Bool(false), "it may write its own hooks")
    }
    #expect(String(decoding: path, as: UTF8.self).hasSuffix(".codex/hooks.json"))
  }

  @Test("commands and servers' tools are what they are, its plan touches nothing, anything else asks")
  func tools() throws {
    guard
      case .command(let words, let place, let notes)? = try effect("Bash", #"{"command":"cat ~/.codex/hooks.json"}"#)
    else { return #expect(Bool(false), "no command") }
    #expect(words == ["bash", "-lc", "cat ~/.codex/hooks.json"] && place == "/w/p" && notes.count == 1)
    guard case .call(let call)? = try effect("mcp__mail__send_it", #"{"to":"a"}"#) else {
      return #expect(Bool(false), "no call")
    }
    #expect(call.connector == "mail" && call.tool == "send_it")
    #expect(try effect("new_tool", "{}") == .other(OtherAction(target: "new_tool", payload: "{}")))
    guard case .inner = try event("update_plan", "{}").body else { return #expect(Bool(false), "the plan asks") }
    #expect(throws: HookFault.self) { try effect("Bash", "{}") }
  }

  @Test("a no has a reason, whatever it was given, and never says what Codex takes for a yes")
  func reasons() {
    for stops in [true, false] {
      for words in ["", " \n", "why"] {
        for event in ["PreToolUse", "PermissionRequest"] {
          let answer = HookAnswer.deny(words, stops: stops).json(event, for: .codex)
          let own = answer["hookSpecificOutput"]
          let reason = own?["permissionDecisionReason"]?.string ?? own?["decision"]?["message"]?.string ?? ""
          #expect(!reason.allSatisfy(\.isWhitespace) && answer["continue"] == nil)
          #expect(own?["permissionDecision"]?.string == "deny" || own?["decision"]?["behavior"]?.string == "deny")
          // Reserved: with it Codex asks nobody and refuses all the same, but says something else.
          #expect(own?["decision"]?["interrupt"] == nil && own?["decision"]?["updatedInput"] == nil)
        }
      }
    }
    #expect(HookAnswer.allow("yes").json("PreToolUse", for: .codex) == .object([]), "it takes `allow` for a fault")
    #expect(
      HookAnswer.allow("yes").json("PermissionRequest", for: .codex)["hookSpecificOutput"]?["decision"]?["behavior"]
        == "allow")
    #expect(HookAnswer.nothing.json("Stop", for: .codex) == .object([]))
    #expect(HookedAgent.codex.grade == .weak)
  }
}

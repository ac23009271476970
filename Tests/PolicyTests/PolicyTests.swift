import CellScreen
import Domain
import Foundation
import PolicyEngine
import Settings
import TestKit
import Testing
import Wire

@Suite("Policy")
struct PolicyTests {
  private static func company() throws -> [Rule] { try PolicyFile.rules(DefaultPolicy.text, file: "company").rules }

  @Test("the shipped policy has every row of the governance table")
  func defaultTable() throws {
    let table: [ActionKind: (TrustLevel, Bool)] = [
      .fileRead: (.autonomous, false), .fileCreate: (.batched, false), .fileEdit: (.batched, false),
      .fileRename: (.batched, false), .fileDelete: (.watched, false), .fileOutside: (.forbidden, true),
      .folderMake: (.batched, false), .folderRemove: (.batched, false), .folderMode: (.batched, false),
      .fileUnfit: (.forbidden, true),
      .mailSearch: (.batched, false), .mailRead: (.batched, false), .mailDraft: (.batched, false),
      .mailSend: (.watched, true), .driveSearch: (.autonomous, false), .driveRead: (.autonomous, false),
      .driveCreate: (.batched, false), .driveEdit: (.watched, false), .chatSend: (.watched, false),
      .eventAdd: (.batched, false), .eventInvite: (.watched, false), .webSearch: (.autonomous, false),
      .webFetch: (.autonomous, false), .connectorCall: (.watched, false), .paymentMake: (.forbidden, true),
      .hrWrite: (.forbidden, true), .contractSend: (.forbidden, true), .personalDataSend: (.forbidden, true),
      .gitPush: (.watched, false), .commandRun: (.watched, false), .findingReport: (.autonomous, false),
      .other: (.watched, false), .connectorRead: (.autonomous, false), .connectorTrust: (.watched, true),
    ]
    let rules = try Self.company()
    // A set of changes is judged by what is in it.
    for kind in ActionKind.allCases where kind != .fileChange {
      let own = rules.filter { $0.subjects == [.kind(kind)] || $0.subjects.contains(.kind(kind)) }
      #expect(own.count == 1, "\(kind)")
      #expect(own.first?.level == table[kind]?.0 && own.first?.isAlways == table[kind]?.1, "\(kind)")
    }
    #expect(Policy(version: "", company: rules, workspace: []).greyAreas.isEmpty)
  }

  @Test("a set is as strict as the strictest of what is in it, and a rule on sets only tightens")
  func sets() throws {
    let content = Content(digest: try #require(Digest([UInt8](repeating: 1, count: 32))), size: 1)
    let image = PreImage(content: content, mode: 0o644, device: 1, inode: 1)
    let edit = Effect.editFile(FilePath("a.md"), image, content)
    let delete = Effect.deleteFile(FilePath("b.md"), image)
    func level(_ parts: [Effect], _ text: String = "") throws -> TrustLevel {
      let rules = text.isEmpty ? [] : try PolicyFile.rules("rules:\n\(text)", file: "policy.yaml").rules
      let policy = Policy(version: "", company: try Self.company(), workspace: rules)
      return evaluate(Action(kind: .fileChange, effect: .changeFiles(parts)), under: policy).level
    }
    #expect(try level([edit]) == .batched && level([edit, delete]) == .watched)
    #expect(try level([edit], "  - {action: file.edit, target: a.md, level: forbidden}\n") == .forbidden)
    #expect(try level([edit], "  - {action: file.change, level: watched}\n") == .watched)
    #expect(try level([edit, delete], "  - {action: file.change, level: autonomous}\n") == .watched)
    #expect(try level([]) == .forbidden, "what changes nothing is no step")
  }

  @Test(
    "each case of the corpus", arguments: Project.files(in: Project.corpus.appending(path: "policy"), ending: ".json"))
  func corpus(file: URL) throws {
    let value = try JSONReader.read(Project.bytes(file))
    let kind = try #require(ActionKind(rawValue: value["action"]?.string ?? ""))
    let text = value["workspace"]?.string ?? ""
    let rules = text.isEmpty ? [] : try PolicyFile.rules(text, file: "policy.yaml").rules
    let policy = Policy(
      version: "", company: try Self.company(), workspace: rules, standing: try Self.standing(value["standing"]))
    #expect(
      explain(kind, target: value["target"]?.string ?? "", under: policy).level.rawValue == value["level"]?.string)
  }

  /// `"file.edit": "batched"`: what people said for the rest of the run.
  private static func standing(_ value: JSON?) throws -> [Rule] {
    try (value?.members ?? []).map { member in
      Rule(
        subjects: [.kind(try #require(ActionKind(rawValue: member.key)))], targets: [], exceptions: [],
        level: try #require(TrustLevel(rawValue: member.value.string ?? "")), isAlways: false, allowsBulk: false,
        why: "aiko said so", origin: Origin(file: "standing approval", line: 1))
    }
  }

  @Test(
    "each broken file is refused with place and mend",
    arguments: Project.files(in: Project.corpus.appending(path: "policy-errors"), ending: ".yaml"))
  func errors(file: URL) throws {
    let text = Project.text(file)
    let expected = text.split(separator: "\n")[0].dropFirst("# expect: ".count)
    let fault = #expect(throws: SettingsFault.self) { try PolicyFile.rules(text, file: file.lastPathComponent) }
    #expect(fault?.sentence == String(expected))
  }

  @Test("the order of rules decides nothing", arguments: 0..<20)
  func orderIndependent(seed: UInt64) throws {
    var generator = Dice(seed: seed)
    let extra = """
      version: x
      rules:
        - {action: file.edit, target: "contracts/**", level: watched}
        - {action: "file.*", level: batched}
        - {action: file.edit, target: "contracts/old/*", level: forbidden}
        - {action: [mail.send, chat.send], level: autonomous}
      """
    let rules = try PolicyFile.rules(extra, file: "w").rules
    let policy = Policy(version: "", company: try Self.company(), workspace: rules)
    let shuffled = Policy(
      version: "", company: try Self.company().shuffled(using: &generator), workspace: rules.shuffled(using: &generator)
    )
    for kind in ActionKind.allCases {
      for target in ["contracts/a", "contracts/old/a", "out/b", ""] {
        #expect(explain(kind, target: target, under: policy) == explain(kind, target: target, under: shuffled))
      }
    }
  }

  @Test("a floor holds against every workspace rule")
  func floors() throws {
    for level in TrustLevel.allCases {
      let rules = try PolicyFile.rules("rules:\n  - {action: \"*\", level: \(level.rawValue)}\n", file: "w").rules
      let policy = Policy(version: "", company: try Self.company(), workspace: rules)
      for floor in try Self.company() where floor.isAlways {
        for kind in ActionKind.allCases where floor.subjects.contains(.kind(kind)) {
          #expect(explain(kind, target: "", under: policy).level >= floor.level, "\(kind) \(level)")
        }
      }
    }
  }

  @Test("a rule that another makes idle is named, and is really never the one that decides")
  func idle() throws {
    let text = """
      rules:
        - {action: file.edit, level: watched}
        - {action: [file.edit, file.create], target: drafts/**, level: batched}
        - {action: file.create, level: batched}
        - {action: file.delete, target: a/**, level: batched}
        - {action: file.delete, target: a/**, level: watched}
        - {action: "*", level: watched}
        - {action: file.read, level: autonomous}

      """
    let policy = Policy(version: "1", company: try PolicyFile.rules(text, file: "p").rules, workspace: [])
    let idle = policy.idle.map { "\($0.rule.origin.line) \($0.kinds.map(\.rawValue)) \($0.stricter.origin.line)" }
    #expect(
      idle == [
        #"3 ["file.edit"] 2"#, #"3 ["file.edit", "file.create"] 7"#, #"4 ["file.create"] 7"#, #"5 ["file.delete"] 6"#,
        #"5 ["file.delete"] 7"#, #"8 ["file.read"] 7"#,
      ], "\(idle)")
    for word in policy.idle {
      for kind in word.kinds {
        for target in ["drafts/x", "a/b", "c"] {
          #expect(PolicyEngine.explain(kind, target: target, under: policy).origin != word.rule.origin)
        }
      }
    }
    #expect(Policy(version: "1", company: try Self.company(), workspace: []).idle.isEmpty, "what ships has none")
  }

  @Test("a broken rule asks a person, and says where it is")
  func brokenRule() throws {
    var rules = try Self.company()
    rules[0].defect = "can't be evaluated"
    let verdict = explain(.fileRead, target: "x", under: Policy(version: "", company: rules, workspace: []))
    #expect(verdict.level == .watched)
    #expect(verdict.brokenRules == ["company:4: can't be evaluated"])
  }

  @Test("without a policy everything is watched")
  func noPolicy() {
    for kind in ActionKind.allCases { #expect(explain(kind, target: "", under: .none).level == .watched) }
  }

  @Test("a mail to two people is judged for each, the strictest counts")
  func everyRecipient() throws {
    let rules = try PolicyFile.rules(
      "rules:\n  - {action: mail.draft, target: \"*@kumo.example\", level: autonomous}\n", file: "w"
    ).rules
    let policy = Policy(version: "", company: try Self.company(), workspace: rules)
    let mail = Mail(
      from: "", to: ["A <a@kumo.example>", "b@out.example"], cc: [], bcc: [], replyTo: "", subject: "", body: "",
      attachments: [])
    #expect(evaluate(Action(kind: .mailDraft, effect: .draftMail(mail)), under: policy).level == .batched)
  }

  @Test("taking one character out of the shipped policy never weakens it", arguments: 0..<4)
  func damage(offset: Int) throws {
    let whole = Policy(version: "", company: try Self.company(), workspace: [])
    let text = Array(DefaultPolicy.text)
    for place in stride(from: offset * 5, to: text.count, by: 23) {
      var damaged = text
      damaged.remove(at: place)
      guard let rules = try? PolicyFile.rules(String(damaged), file: "company").rules else { continue }
      let policy = Policy(version: "", company: rules, workspace: [])
      for kind in ActionKind.allCases {
        let before = explain(kind, target: "", under: whole)
        #expect(explain(kind, target: "", under: policy).level >= before.level, "\(kind) without character \(place)")
      }
    }
  }

  @Test(
    "the compiled-in themes are the files under themes/",
    arguments: ["dark", "light", "contrast", "colorblind", "mono"])
  func themes(name: String) throws {
    let text = Project.text(Project.root.appending(path: "themes/\(name).yaml"))
    #expect(BuiltInThemes.texts[name] == text)
    let theme = try ThemeFile.read(text, file: name)
    #expect(theme.name == name)
    if name != "mono" { #expect(Set(theme.styles.keys) == Set(Role.allCases)) }
  }
}

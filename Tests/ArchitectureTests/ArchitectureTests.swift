import Foundation
import TestKit
import Testing

@Suite("Architecture")
struct ArchitectureTests {
  private static let sources = Project.root.appending(path: "Sources")
  private static let swiftFiles = Project.files(in: sources, ending: ".swift")

  /// Module → what its files import, Swift's own modules left out.
  private static func imports() -> [String: Set<String>] {
    var out: [String: Set<String>] = [:]
    let own: Set<String> = ["Glibc", "Foundation", "FoundationEssentials", "Testing", "PackageDescription"]
    for file in swiftFiles {
      let module = file.path.dropFirst(sources.path.count + 1).split(separator: "/")[0]
      for line in Project.text(file).split(separator: "\n") {
        let words = line.split(separator: " ").filter { $0 != "struct" && $0 != "enum" && $0 != "class" }
        guard words.first == "import", words.count >= 2 else { continue }
        let name = String(words[1].split(separator: ".")[0])
        if !own.contains(name) { out[String(module), default: []].insert(name) }
      }
    }
    return out
  }

  /// Module → its dependencies, read from the manifest.
  private static func manifest() -> [String: Set<String>] {
    let products = ["crypto": "Crypto", "yams": "Yams", "argumentParser": "ArgumentParser"]
    var out: [String: Set<String>] = [:]
    let text = Project.text(Project.root.appending(path: "Package.swift")).replacingOccurrences(of: "\n", with: " ")
    for part in text.components(separatedBy: "arget(").dropFirst() {
      guard let name = part.components(separatedBy: "name: \"").dropFirst().first?.components(separatedBy: "\"").first
      else { continue }
      guard
        let list = part.components(separatedBy: "dependencies: [").dropFirst().first?.components(separatedBy: "]").first
      else {
        out[name] = out[name] ?? []
        continue
      }
      let words = list.components(separatedBy: CharacterSet(charactersIn: " ,\"")).filter { !$0.isEmpty }
      out[name] = Set(words.map { products[$0] ?? $0 })
    }
    return out
  }

  @Test("no module imports what the manifest does not give it")
  func importsFollowTheManifest() {
    let manifest = Self.manifest()
    for (module, imports) in Self.imports() {
      let allowed = manifest[module] ?? []
      #expect(imports.subtracting(allowed).isEmpty, "\(module) imports \(imports.subtracting(allowed))")
    }
  }

  @Test("the console and the agent link know neither gate nor effects nor store")
  func separations() {
    let imports = Self.imports()
    for module in [
      "ConsoleUI", "AgentLink", "EffectPreview", "PolicyEngine", "TextDiff", "CellScreen", "Domain", "Wire",
    ] {
      #expect(
        imports[module, default: []].isDisjoint(with: ["GateKeeper", "Effector", "Storage", "SQLite"]), "\(module)")
    }
    for (only, what) in [
      ("Storage", "SQLite"), ("CursesTerminal", "CCurses"), ("Settings", "Yams"), ("ringi", "ArgumentParser"),
    ] {
      // The bench measures the raw layer beside ours.
      let users = imports.filter { $0.value.contains(what) && !["SQLite", "ringi-bench"].contains($0.key) }.keys
        .sorted()
      #expect(users == [only], "\(what) is imported by \(users)")
    }
    #expect(imports["AuditVerify"] == ["Crypto"])
    #expect(imports["ringi-rules-agent"] == ["Wire"])
  }

  @Test("pure modules read no clock, environment or file")
  func pureModulesArePure() {
    for module in [
      "Domain", "PolicyEngine", "TextDiff", "EffectPreview", "AgentLink", "Wire", "CellScreen", "ConsoleUI",
      "GateKeeper",
    ] {
      for file in Project.files(in: Self.sources.appending(path: module), ending: ".swift") {
        let text = Project.text(file)
        for word in ["import Glibc", "import Foundation", "getenv", "Date()", "UUID()"] {
          #expect(!text.contains(word), "\(file.lastPathComponent) has \(word)")
        }
      }
    }
  }

  @Test("the article names every target")
  func articleIsWhole() {
    let article = Project.text(Self.sources.appending(path: "Runtime/Runtime.docc/Architecture.md"))
    for module in Self.manifest().keys where !module.hasSuffix("Tests") && module != "TestKit" {
      #expect(article.contains("`\(module)`"), "\(module) is not in the Architecture article")
    }
  }

  @Test("no file is longer than 400 lines")
  func filesAreShort() {
    let all = Self.swiftFiles + Project.files(in: Project.root.appending(path: "Tests"), ending: ".swift")
    for file in all {
      let count = Project.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(count <= 401, "\(file.lastPathComponent) has \(count) lines")
    }
  }

  @Test("no habit that the style forbids")
  func habits() {
    for file in Self.swiftFiles {
      let text = Project.text(file)
      for word in [
        "@unchecked Sendable", "nonisolated(unsafe)", "try!", " as! ", "fatalError(", "sleep(", "TODO", "FIXME",
        "sh -c",
      ] {
        #expect(
          !text.contains(word),
          "\(file.lastPathComponent) has \(word)")
      }
      #expect(!text.contains("\n  public ") && !text.contains("\npublic "), "\(file.lastPathComponent) has public")
    }
  }

  @Test("only the gate makes permits, and performing takes one")
  func permits() {
    for file in Self.swiftFiles where !file.path.contains("/GateKeeper/") {
      #expect(!Project.text(file).contains("Permit("), "\(file.lastPathComponent)")
    }
    let performer = Project.text(Self.sources.appending(path: "Effector/Effector.swift"))
    #expect(performer.contains("package func perform(_ permit: consuming Permit)"))
    #expect(performer.components(separatedBy: "package func").count == 2, "one way in")
  }
}

import Foundation
import TestKit
import Testing

extension EndToEndTests {
  @Test("`policy` says which rule never counts, and that a folder is read-only")
  func policyWords() throws {
    let ringi = try Ringi()
    let rules =
      "rules:\n  - {action: file.edit, level: watched}\n  - {action: file.edit, target: a.txt, level: batched}\n"
      + "  - {action: file.create, target: /etc/**, level: watched, budget: 5 per run}\n"
    let space = try ringi.workspace(agent: "", policy: rules)
    let checked = try ringi("policy", "check", space).output
    #expect(checked.contains("policy.yaml:3: counts for nothing for file.edit: policy.yaml:2"), "\(checked)")
    #expect(checked.contains("policy.yaml:4: `/etc/**` matches nothing"), "\(checked)")
    #expect(checked.contains("policy.yaml:4: a person decides each, so the budget only counts"), "\(checked)")
    let file = "\(space)/workspace.yaml"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let shut = text.replacingOccurrences(
      of: "(- path: [^\n]*)", with: "$1\n    access: read-only", options: .regularExpression)
    try shut.write(toFile: file, atomically: true, encoding: .utf8)
    let told = try ringi("policy", "explain", "file.edit", "a.txt", "--workspace", space)
    #expect(told.output.hasPrefix("`a.txt` is in a read-only folder\nforbidden (a floor)"), "\(told) \(shut)")
    #expect(!(try ringi("policy", "explain", "file.read", "a.txt", "--workspace", space).output.contains("read-only")))
  }
}

import Domain
import Foundation
import GateKeeper
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Test("a copy is a new file, shown as one with its content, with the permissions of the first; nothing is replaced")
  func copy() throws {
    let ringi = try Ringi()
    let space = try ringi.workspace(agent: "true")
    let files = "\(space)/files"
    try "#!/bin/sh\necho one\n".write(toFile: "\(files)/a.sh", atomically: false, encoding: .utf8)
    chmod("\(files)/a.sh", 0o750)
    try "there".write(toFile: "\(files)/there", atomically: false, encoding: .utf8)
    let (desk, run) = try ringi.openRun(space)
    let maker = try DeskActions(desk).maker(run)
    func propose(_ from: String, _ to: String) throws -> StepSummary {
      let made = try maker.make(
        Proposal(effect: .copy(from: Array(from.utf8), to: Array(to.utf8)), claims: Claims()), plan: nil,
        staging: StagingArea(), isRelayed: false)
      return try desk.gate.intake(made.step, by: .agent("a"))
    }
    let step = try propose("\(files)/a.sh", "\(files)/sub/b.sh")
    #expect(step.kind == .fileCreate && step.state == .staged)
    let shown = try ringi("show", "1.1").output
    #expect(shown.contains("compared with a.sh") && shown.contains("a copy: every byte") && shown.contains("echo one"))
    try desk.gate.decide([(step: step.id, decision: .keep, shown: Shown(step, painted: "t"))], by: desk.person)
    _ = try ringi("host", "1", "--perform-only")
    #expect(try String(contentsOfFile: "\(files)/sub/b.sh", encoding: .utf8) == "#!/bin/sh\necho one\n")
    let mode = try FileManager.default.attributesOfItem(atPath: "\(files)/sub/b.sh")[.posixPermissions] as? Int
    #expect(mode == 0o750)
    #expect(try propose("/etc/hostname", "\(files)/h").state == .refused)
    for (from, to) in [("a.sh", "there"), ("none", "new"), ("a.sh", "A.sh")] {
      #expect(throws: ProposalFault.self, "\(from) to \(to)") { _ = try propose("\(files)/\(from)", "\(files)/\(to)") }
    }
  }
}

// Words of people beside the log, changed behind its back.

import Domain
import Foundation
import GateKeeper
import Glibc
import SQLite
import TestKit
import Testing

@testable import Runtime

extension SessionTests {
  @Test(
    "a word of a person that was changed, taken away or added behind the log's back is found",
    arguments: [
      ("UPDATE incident SET what = 'nothing'", "incident 1"),
      ("DELETE FROM incident WHERE id = 1", "incident 1 is gone"),
      ("UPDATE incident SET outcome = 'fine', closedBy = 'eve', closedAt = 5 WHERE id = 1", "incident 1"),
      ("UPDATE incident SET outcome = '', closedBy = '', closedAt = NULL WHERE id = 2", "incident 2"),
      ("INSERT INTO incident (what, raisedBy, raisedAt) VALUES ('x', 'eve', 1)", "knows nothing of incident 3"),
      ("UPDATE incident SET raisedAt = raisedAt + 36000000 WHERE id = 1", "incident 1 has another time"),
      ("UPDATE incident SET run = NULL WHERE id = 2", "incident 2 has another time, run or step"),
      ("UPDATE incident SET step = 1 WHERE id = 2", "incident 2 has another"),
      ("UPDATE standing SET revokedBy = '' WHERE id = 1", "approval 1"),
      ("UPDATE standing SET level = 'autonomous' WHERE id = 2", "approval 2"),
      ("UPDATE standing SET revokedBy = 'eve' WHERE id = 3", "approval 3"),
      ("UPDATE standing SET expiresAt = expiresAt + 1000 WHERE id = 3", "approval 3"), ("", ""),
    ])
  func changedWords(sql: String, named: String) throws {
    let ringi = try Ringi()
    let (desk, run) = try ringi.openRun(try ringi.workspace(agent: "true"))
    let actions = DeskActions(desk)
    for what in ["it paid", "it sent"] { _ = try actions.raiseIncident(what, run: run, step: nil) }
    try actions.closeIncident(2, outcome: "false alarm")
    let until = Timestamp(milliseconds: desk.store.clock.wall().milliseconds + 3_600_000)
    // The second takes the place of the first, and is revoked; the third stands.
    for kind in [ActionKind.fileEdit, .fileEdit, .fileDelete] {
      _ = try desk.store.setStanding(kind, .watched, run: run, until: until, by: desk.person)
    }
    try actions.revokeStanding(2)
    if !sql.isEmpty { try Connection(path: "\(ringi.desk)/desk.db", mode: .readWrite).execute(sql) }
    let result = try ringi("audit", "verify")
    let isFound = result.code == 1 && result.error.contains(named)
    #expect(sql.isEmpty ? result.output.hasPrefix("intact") : isFound, "\(result)")
  }

  @Test(
    "a mark, a flag, a plan or a recipient that somebody changed behind the log's back is found",
    arguments: [
      ("UPDATE step SET mark = 'keep' WHERE state = 'staged' AND mark = 'discard'", "is marked in another way"),
      ("UPDATE step SET mark = 'keep' WHERE state = 'staged' AND mark = 'undecided'", "is marked in another way"),
      ("UPDATE step SET markReason = 'other' WHERE mark = 'discard'", "is marked in another way"),
      ("UPDATE step SET discardedChanges = '0' WHERE mark = 'keep'", "is marked in another way"),
      ("UPDATE step SET markPainted = 'seen 9 of 9 lines in 9.0 s' WHERE mark = 'keep'", "is marked in another way"),
      ("UPDATE finding SET level = 'green' WHERE level = 'red'", "not the one that was reported"),
      ("UPDATE finding SET redline = 'x' WHERE id = 2", "not the one that was reported"),
      ("DELETE FROM finding WHERE id = 1", "is gone"),
      ("INSERT INTO recipient VALUES ('eve@evil.example', 1)", "no mail went to eve@evil.example"),
      ("DELETE FROM planEntry WHERE position = 0", "plan of run 1"),
      ("UPDATE stepBody SET docket = ''", "not the one that was recorded"), ("", ""),
    ])
  func changedReview(sql: String, named: String) throws {
    let ringi = try Ringi()
    _ = try ringi("demo", "contract-triage")
    setenv("RINGI_DESK", ringi.desk, 1)
    let actions = DeskActions(try Desk(mustExist: true))
    _ = try actions.stopAll()
    // Its host still writes what it was about to.
    for _ in 0..<400 where !RunLock.isFree(ringi.desk, RunID(1)) { poll(nil, 0, 10) }
    let prepared = try actions.store.steps(of: RunID(1), in: [.staged])
    try #require(prepared.count > 2)
    try actions.mark(prepared[0], .keep, discarding: [], painted: "seen 1 of 9 lines in 1.0 s")
    try actions.mark(prepared[1], .discard, discarding: [], reason: "not this", painted: "seen 1 of 9 lines in 1.0 s")
    if !sql.isEmpty { try Connection(path: "\(ringi.desk)/desk.db", mode: .readWrite).execute(sql) }
    let result = try ringi("audit", "verify")
    let isFound = result.code == 1 && result.error.contains(named)
    #expect(sql.isEmpty ? result.output.hasPrefix("intact") : isFound, "\(result)")
  }
}

// `ringi mcp tools FOLDER`: a client that nobody here started, with a run of its own.

import Domain
import Foundation
import GateKeeper
import Glibc
import Storage
import TestKit
import Testing
import Wire

@testable import Runtime

extension SessionTests {
  @Suite("A program that comes to Ringi's tools")
  struct ToolCallerTests {
    let ringi: Ringi
    private let files: String

    init() throws {
      ringi = try Ringi()
      files = "\(ringi.folder.path)/space/files"
      try FileManager.default.createDirectory(atPath: "\(files)/kept", withIntermediateDirectories: true)
      try "one\ntwo Clause\nthree\n".write(toFile: "\(files)/a.txt", atomically: true, encoding: .utf8)
      try "the clause nobody may see\n".write(toFile: "\(files)/kept/b.txt", atomically: true, encoding: .utf8)
      try "name: space\nfolders:\n  - path: files\n".write(
        toFile: "\(ringi.folder.path)/space/workspace.yaml", atomically: true, encoding: .utf8)
      try """
      rules:
        - {action: file.read, target: "kept/**", level: forbidden, why: nobody’s business}
        - {action: file.read, target: "asked/**", level: watched, why: a person says}

      """.write(toFile: "\(ringi.folder.path)/space/policy.yaml", atomically: true, encoding: .utf8)
      setenv("RINGI_DESK", ringi.desk, 1)
      _ = try Desk()
    }

    private func actions() throws -> DeskActions { DeskActions(try Desk(mustExist: true)) }

    private func client() throws -> Ringi.Client {
      let client = try Ringi.Client(ringi, ["tools", "\(ringi.folder.path)/space"])
      try client.say(
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"desktop","version":"1"}}}"#
      )
      #expect(client.answer(0)?["result"]?["serverInfo"]?["name"]?.string == "ringi")
      return client
    }

    private func said(_ client: Ringi.Client, _ id: Int, _ tool: String, _ arguments: String) throws -> String {
      try client.call(id, tool, arguments)
      return client.answer(id)?["result"]?["content"]?.array?.compactMap { $0["text"]?.string }.joined(separator: "|")
        ?? "nothing"
    }

    /// Until the run is as wanted, or ten seconds are over.
    private func run(_ state: RunState) throws -> RunSummary? {
      let store = try actions().store
      for _ in 0..<1_000 {
        if let run = try store.runs().first, run.state == state { return run }
        poll(nil, 0, 10)
      }
      return nil
    }

    @Test("it finds, reads and writes; what it wrote is prepared, read back, and put in place by the review")
    func whole() throws {
      let client = try client()
      #expect(try actions().store.runs().isEmpty, "one that only looks at the tools is no run")
      let top = try said(client, 1, "file_list", "{}")
      #expect(top.contains("\(files)\n") && top.contains("a.txt") && top.contains("(1 file, 2 folders)") == false)
      #expect(
        try said(client, 2, "file_search", #"{"words":"CLAUSE"}"#)
          == "a.txt:2: two Clause\n(1 line in 1 file; 1 left out by the policy)\n")
      #expect(try said(client, 3, "file_read", #"{"path":"a.txt","line":2,"limit":1}"#).hasPrefix("two Clause\n|"))
      #expect(try said(client, 4, "file_read", #"{"path":"kept/b.txt"}"#).contains("refused by policy"))
      #expect(try said(client, 5, "file_edit", #"{"path":"a.txt","old":"three","new":"four"}"#).contains("for review"))
      #expect(try said(client, 6, "file_write", #"{"path":"new/c.txt","text":"c\n"}"#).contains("for review"))
      #expect(try said(client, 7, "folder_make", #"{"path":"empty"}"#).contains("for review"))
      #expect(try said(client, 8, "file_read", #"{"path":"a.txt"}"#) == "one\ntwo Clause\nfour\n")
      let deep = try said(client, 9, "file_list", #"{"deep":true}"#)
      #expect(deep.contains("new/c.txt") && deep.contains("empty/"))
      #expect(try String(contentsOfFile: "\(files)/a.txt", encoding: .utf8).contains("three"))
      let live = try #require(try run(.live))
      #expect(live.agent == "desktop" && live.grade == .enforced && live.isOfCaller)
      try client.end()
      let left = try #require(try run(.review))
      #expect(left.counts.prepared == 3)
      let desk = try actions()
      try desk.keepAll(left.id)
      // The performer would be started from this program, which is none.
      _ = try? desk.finishReview(left.id)
      _ = try ringi("host", "\(left.id)", "--perform-only")
      #expect(try String(contentsOfFile: "\(files)/a.txt", encoding: .utf8) == "one\ntwo Clause\nfour\n")
      #expect(try String(contentsOfFile: "\(files)/new/c.txt", encoding: .utf8) == "c\n")
      #expect(try ringi("continue", "\(left.id)").code != 0, "nobody here can start it again")
    }

    @Test(
      "what asks a person waits in time, what is taken back is withdrawn, what was read with a yes is what was shown")
    func waiting() throws {
      mkdir("\(files)/asked", 0o755)
      try "shown\n".write(toFile: "\(files)/asked/d.txt", atomically: true, encoding: .utf8)
      let client = try client()
      try client.call(1, "file_read", #"{"path":"asked/d.txt"}"#)
      try client.call(2, "file_delete", #"{"path":"a.txt"}"#)
      let store = try actions().store
      var open: [StepSummary] = []
      for _ in 0..<1_000 where open.count < 2 {
        poll(nil, 0, 10)
        if let run = try store.runs().first { open = try store.steps(of: run.id, in: [.waiting]) }
      }
      let (read, delete) = (
        try #require(open.first { $0.kind == .fileRead }), try #require(open.first { $0.kind == .fileDelete })
      )
      try client.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
      for _ in 0..<1_000 {
        guard try store.step(delete.id)?.state == .waiting else { break }
        poll(nil, 0, 10)
      }
      #expect(try store.step(delete.id)?.state == .withdrawn)
      try "changed since\n".write(toFile: "\(files)/asked/d.txt", atomically: true, encoding: .utf8)
      let desk = try Desk(mustExist: true)
      try desk.gate.decide(read.id, .approve, by: desk.person, shown: Shown(read, painted: "t"))
      #expect(client.answer(1)?["result"]?["content"]?.array?.first?["text"]?.string == "shown\n")
      // A stopped run answers, and takes nothing more.
      try client.call(3, "file_delete", #"{"path":"a.txt"}"#)
      for _ in 0..<1_000 {
        guard try store.steps(of: read.run, in: [.waiting]).isEmpty else { break }
        poll(nil, 0, 10)
      }
      try actions().stop(read.run)
      let end = client.answer(3)?["result"]
      #expect(end?["isError"]?.bool == true && end?["content"]?.array?.first?["text"]?.string == "the run was stopped")
      #expect(try run(.closed) != nil)
      // What was stopped does not go on by calling once more.
      let after = try said(client, 4, "file_list", "{}")
      #expect(after.contains("nothing more is done for this session"), "\(after)")
      #expect(try actions().store.runs().count == 1)
      try client.end()
      #expect(access("\(files)/a.txt", F_OK) == 0)
      #expect(try ringi("audit", "verify").code == 0)
    }

    @Test("what is prepared as a rename or a set is not taken apart by the next call, and goes along where it is moved")
    func bound() throws {
      let client = try client()
      try "p\n".write(toFile: "\(files)/p.txt", atomically: true, encoding: .utf8)
      #expect(try said(client, 1, "file_edit", #"{"path":"a.txt","old":"three","new":"four"}"#).contains("for review"))
      #expect(try said(client, 2, "file_rename", #"{"from":"a.txt","to":"b.txt"}"#).contains("for review"))
      #expect(try said(client, 3, "file_read", #"{"path":"b.txt"}"#) == "one\ntwo Clause\nfour\n")
      for path in ["a.txt", "b.txt"] {
        let answer = try said(client, 4, "file_write", #"{"path":"\#(path)","text":"other\n"}"#)
        #expect(answer.contains("to be renamed in #2"), "\(answer)")
      }
      let set = #"{"changes":[{"op":"write","path":"x.txt","text":"x"},{"op":"write","path":"y.txt","text":"y"}]}"#
      #expect(try said(client, 5, "file_changes", set).contains("for review"))
      #expect(try said(client, 6, "file_edit", #"{"path":"x.txt","old":"x","new":"z"}"#).contains("part of a set"))
      #expect(try said(client, 7, "file_write", #"{"path":"n.txt","text":"n"}"#).contains("for review"))
      #expect(try said(client, 8, "file_delete", #"{"path":"n.txt"}"#).contains("is only prepared"))
      #expect(try said(client, 9, "file_rename", #"{"from":"n.txt","to":"m.txt"}"#).contains("is only prepared"))
      // Its own version anew is what it always was.
      #expect(try said(client, 10, "file_write", #"{"path":"n.txt","text":"n2"}"#).contains("for review"))
      #expect(try said(client, 11, "file_read", #"{"path":"../x"}"#).contains("read: `../x`"))
      try client.end()
      let left = try #require(try run(.review))
      let desk = try actions()
      try desk.keepAll(left.id)
      _ = try? desk.finishReview(left.id)
      _ = try ringi("host", "\(left.id)", "--perform-only")
      func text(_ name: String) -> String? { try? String(contentsOfFile: "\(files)/\(name)", encoding: .utf8) }
      #expect(text("a.txt") == nil && text("b.txt") == "one\ntwo Clause\nfour\n")
      #expect(text("x.txt") == "x" && text("y.txt") == "y" && text("n.txt") == "n2")
    }

    @Test("a file and a folder of one name are not both prepared, nor a folder twice")
    func places() throws {
      let client = try client()
      #expect(try said(client, 1, "folder_make", #"{"path":"dup"}"#).contains("for review"))
      #expect(try said(client, 2, "folder_make", #"{"path":"dup"}"#).contains("a new folder already, in #1"))
      #expect(try said(client, 3, "file_write", #"{"path":"./dup","text":"x"}"#).contains("a new folder, in #1"))
      #expect(try said(client, 4, "file_write", #"{"path":"dup/in","text":"x"}"#).contains("for review"))
      #expect(try said(client, 5, "file_write", #"{"path":"one","text":"x"}"#).contains("for review"))
      #expect(try said(client, 6, "folder_make", #"{"path":"one"}"#).contains("as a file, in #3"))
      #expect(try said(client, 7, "file_write", #"{"path":"one/two","text":"x"}"#).contains("as a file, in #3"))
      try client.end()
      let left = try #require(try run(.review))
      let desk = try actions()
      try desk.keepAll(left.id)
      _ = try? desk.finishReview(left.id)
      _ = try ringi("host", "\(left.id)", "--perform-only")
      #expect(access("\(files)/dup/in", F_OK) == 0 && access("\(files)/one", F_OK) == 0)
    }

    @Test("Ringi's tools go into a client's settings and out again, and nothing stands before them")
    func settings() throws {
      let file = "\(ringi.folder.path)/settings.json"
      let others = #"{"mcpServers":{"other":{"command":"/bin/true"}}}"#
      try others.write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try ringi("mcp", "--config", file, "--tools", "\(ringi.folder.path)/space", "--yes").code == 0)
      #expect(try ringi("mcp", "--config", file, "--yes").code == 0)
      let servers = try JSONReader.read(Array(try Data(contentsOf: URL(filePath: file))))["mcpServers"]
      #expect(servers?["ringi-space"]?["args"]?.array?.compactMap(\.string).prefix(2) == ["mcp", "tools"])
      #expect(servers?["other"]?["args"]?.array?.contains("--") == true)
      #expect(try ringi("mcp", "--config", file, "--remove", "--yes").code == 0)
      let after = try JSONReader.read(Array(try Data(contentsOf: URL(filePath: file))))
      #expect(after == (try JSONReader.read(Array(others.utf8))))
    }
  }
}

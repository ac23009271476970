import Domain
import Testing

@Suite("Life of a step")
struct LifeOfAStepTests {
  /// The whole table, written a second time: state, event, state after.
  private static let legal: [String] = """
    proposed refuse refused, proposed permit permitted, proposed stage staged, proposed hold waiting,
    waiting approve approved, waiting reject rejected, waiting expire expired, waiting withdraw withdrawn,
    waiting revise waiting, approved revise waiting,
    approved takeBack waiting, waiting loosen staged, staged tighten waiting, staged withdraw withdrawn, approved withdraw withdrawn,
    permitted withdraw withdrawn, staged revise staged, kept revise staged, staged keep kept, kept withdraw withdrawn, staged discard discarded,
    permitted begin performing, approved begin performing, kept begin performing, performing succeed done,
    performing fail failed, performing rollback staged, performing revise waiting, performing lose unknown,
    unknown reconcileDone done, unknown reconcileFailed failed, unknown ask waiting, unknown retry kept, done undo undone,
    undone redo done
    """.split(whereSeparator: { $0 == "," || $0 == "\n" }).map { String($0) }

  @Test("every pair of state and event is as the table says, and no other")
  func everyPair() {
    var expected: [String: String] = [:]
    for line in Self.legal {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 3 { expected["\(words[0]) \(words[1])"] = words[2] }
    }
    for state in StepState.allCases {
      for event in StepEvent.allCases {
        #expect(state.after(event)?.rawValue == expected["\(state.rawValue) \(event.rawValue)"], "\(state) \(event)")
      }
    }
  }

  @Test("a level only narrows the table: Forbidden is never allowed, and what becomes Watched waits")
  func levels() {
    for state in StepState.allCases {
      for event in StepEvent.allCases {
        for level in TrustLevel.allCases {
          let next = state.after(event, at: level)
          if state.after(event) == nil { #expect(next == nil) }
          guard level == .forbidden else { continue }
          #expect(next.map { ![.approved, .kept, .permitted, .performing].contains($0) } ?? true, "\(state) \(event)")
          if event == .revise, state.after(event) != nil { #expect(next == .refused) }
        }
      }
    }
    #expect(StepState.staged.after(.revise, at: .watched) == .waiting)
    #expect(StepState.staged.after(.revise, at: .batched) == .staged)
  }

  @Test("nothing forbidden, rejected or withdrawn can ever be performed")
  func noWayBack() {
    for start in [StepState.refused, .rejected, .expired, .withdrawn, .discarded] {
      var reached: Set<StepState> = [start]
      var changed = true
      while changed {
        let next = Set(reached.flatMap { state in StepEvent.allCases.compactMap { state.after($0) } })
        changed = !next.isSubset(of: reached)
        reached.formUnion(next)
      }
      #expect(!reached.contains(.performing), "\(start)")
    }
  }

  @Test("only a permitted, approved or kept step may begin")
  func begins() {
    #expect(Set(StepState.allCases.filter(\.mayBegin)) == [.permitted, .approved, .kept])
  }
}

import CellScreen
import ConsoleUI
import Domain
import EffectPreview
import TestKit
import Testing

@Suite("The desk's views")
struct DeskViewTests {
  @Test(
    "a run that was opened to look at is not decided in, whatever key is pressed", arguments: ["", "2", "3", "b", "6"])
  func lookOnly(view: String) {
    var driver = Driver.ready()
    driver.send(.opened(RunID(13), readOnly: true))
    driver.send(.reading(Fixture.reading()))
    driver.send(.policy(Fixture.policy))
    driver.wait(1_000)
    driver.press(view)
    driver.wait(1_000)
    driver.intents = []
    for binding in CommandTable.bindings where binding.group == .decide {
      for key in binding.keys {
        driver.press(key)
        driver.press(.character("1"))
        driver.press(.enter)
        driver.press(.escape)
        if driver.model.view == .run, !view.isEmpty { driver.press(view) }
        driver.wait(1_000)
      }
    }
    let deciding = driver.intents.filter {
      switch $0 {
      case .decide, .decideAll, .decideLater, .takeBack, .edit, .mark, .finishReview, .undo, .raiseSend, .setTrust,
        .revoke, .setLevel, .markRedline:
        true
      default: false
      }
    }
    #expect(deciding.isEmpty, "\(deciding)")
  }

  @Test("another run on the screen starts from nothing: no key decides what was there before")
  func anotherRun() {
    var driver = Driver.ready()
    driver.send(.opened(RunID(13), readOnly: false))
    driver.press("a")
    #expect(driver.decided.isEmpty)
    #expect(driver.model.steps.isEmpty && driver.model.preview == nil)
  }

  @Test("a run that the breaker pauses says why and how it goes on, here and on the wall, and rings where nobody looks")
  func broken() {
    var driver = Driver.ready()
    driver.wait(61_000)
    var news = Fixture.reading()
    news.isWhole = false
    news.run?.isPaused = true
    news.run?.pausedWhy = Breaker.words(5)
    driver.send(.reading(news))
    #expect(driver.model.status == "the run is paused: 5 in a row were refused, rejected or failed; p lets it go on")
    #expect(
      driver.intents.contains { if case .notify(let text) = $0 { text.contains("paused, 5 in a row") } else { false } })
    // Said once.
    driver.intents = []
    driver.send(.reading(news))
    #expect(driver.intents.allSatisfy { if case .notify = $0 { false } else { true } })
    var wall = Fixture.wall
    driver.send(.wall(wall))
    wall.runs[1].summary.isPaused = true
    wall.runs[1].summary.pausedWhy = Breaker.words(3)
    driver.send(.wall(wall))
    #expect(
      driver.intents.contains {
        if case .notify(let text) = $0 { text.contains("run 13 is paused, 3 in a row") } else { false }
      })
  }

  @Test("send later asks for a time to come, after everything was seen, and approves with it")
  func later() {
    var driver = Driver.ready()
    driver.press("3")
    driver.wait(1_000)
    #expect(driver.model.current?.kind == .mailSend)
    driver.press("L")
    for character in "yesterday" { driver.press(.character(character)) }
    driver.press(.enter)
    #expect(
      driver.model.status.contains("a time to come")
        && driver.intents.allSatisfy { if case .decideLater = $0 { false } else { true } })
    for _ in 0..<9 { driver.press(.backspace) }
    driver.press("2h")
    driver.press(.enter)
    guard case .decideLater(let step, _, let at)? = driver.intents.last else {
      Issue.record("\(driver.intents)")
      return
    }
    #expect(step.kind == .mailSend && at.milliseconds - driver.model.time.milliseconds == 7_200_000)
  }

  @Test("what is held counts down, and u takes it back")
  func takeBack() {
    var driver = Driver.ready()
    var news = Fixture.reading()
    for index in news.steps.indices where news.steps[index].kind == .mailSend {
      news.steps[index].state = .approved
      news.steps[index].dueAt = Timestamp(milliseconds: driver.model.time.milliseconds + 9_000)
    }
    var narrow = Driver.ready(80, 24)
    narrow.send(.reading(news))
    #expect(draw(narrow.model).frame.text.contains("↗ 9 s"), "a narrow list has the number")
    driver.send(.reading(news))
    driver.press("3")
    #expect(driver.model.wantsClock && draw(driver.model).frame.text.contains("sends in 9 s"))
    driver.wait(4_000)
    #expect(draw(driver.model).frame.text.contains("sends in 5 s"))
    driver.press("a")
    #expect(driver.model.status.contains("u takes it back") && driver.decided.isEmpty)
    driver.press("u")
    #expect(driver.intents.contains { if case .takeBack = $0 { true } else { false } })
  }

  @Test("a filter that can't be read keeps what is shown and says what is off")
  func filter() {
    var driver = Driver.ready()
    driver.press("5")
    driver.send(.trailPage(TrailPage(lines: Fixture.trail, scanned: 4, total: 4, isComplete: true)))
    driver.press("f")
    driver.intents = []
    for character in "acter:x" { driver.press(.character(character)) }
    #expect(driver.model.audit.fault.contains("there is no `acter:`") && driver.model.audit.lines.count == 4)
    #expect(draw(driver.model).frame.text.contains("there is no `acter:`"))
    for _ in 0..<7 { driver.press(.backspace) }
    for character in "actor:ai*" { driver.press(.character(character)) }
    #expect(driver.model.audit.fault.isEmpty)
    #expect(driver.intents.contains { if case .searchTrail = $0 { true } else { false } })
  }

  @Test("nobody is rung while somebody looks; without the keyboard, a step that starts to wait rings once")
  func bell() {
    var driver = Driver.ready()
    func news(_ number: Int) -> DeskReading {
      var reading = Fixture.reading()
      reading.isWhole = false
      for extra in 8...number {
        reading.steps.append(
          Fixture.step(extra, .sendMail(Fixture.mail), kind: .mailSend, level: .watched, state: .waiting, plan: 1))
      }
      return reading
    }
    driver.send(.input(.key(.down, isBurst: false), at: driver.now))
    driver.send(.reading(news(8)))
    #expect(!driver.intents.contains { if case .notify = $0 { true } else { false } })
    driver.send(.input(.focus(false), at: driver.now))
    driver.send(.reading(news(9)))
    driver.send(.reading(news(9)))
    #expect(driver.intents.count { if case .notify = $0 { true } else { false } } == 1)
  }

  @Test("the window that gets the keyboard back is looked at first: its keys are disarmed again")
  func focus() {
    var driver = Driver.ready()
    driver.send(.input(.focus(false), at: driver.now))
    driver.now += 5_000
    driver.send(.input(.focus(true), at: driver.now))
    driver.press("a")
    #expect(driver.decided.isEmpty)
    driver.wait(500)
    driver.press("a")
    #expect(driver.decided.count == 1)
  }

  @Test("a click selects what is drawn there, in every view, and never decides")
  func mouse() {
    for view in ["", "2", "3", "b"] {
      var driver = Driver.ready()
      driver.press(view)
      driver.wait(1_000)
      driver.intents = []
      for y in 0..<36 { for x in [2, 30, 80] { driver.send(.input(.click(x: x, y: y), at: driver.now)) } }
      driver.send(.input(.wheel(x: 80, y: 9, isUp: false), at: driver.now))
      #expect(driver.intents.isEmpty, "\(view): \(driver.intents)")
    }
    var driver = Driver.ready()
    let row = draw(driver.model).frame.text.split(separator: "\n").firstIndex { $0.contains("counsel@acme.example") }
    driver.send(.input(.click(x: 6, y: row ?? 0), at: driver.now))
    #expect(driver.model.selected?.kind == .mailSend)
    driver.press("a")
    #expect(driver.decided.isEmpty, "what a click brought under the cursor is looked at first")
  }

  @Test("a level that the company’s policy does not let a run have says so before it is asked for")
  func levels() throws {
    var driver = Driver.ready()
    let step = try #require(driver.model.current)
    #expect(step.verdict.level == .watched && !step.verdict.isFloor)
    driver.press("T")
    #expect(driver.intents.contains { if case .loadLimit(step) = $0 { true } else { false } })
    #expect(!draw(driver.model).frame.text.contains("looser than the company’s policy"))
    driver.send(.limit(step.id, .watched))
    let text = draw(driver.model).frame.text
    #expect(text.contains("A autonomous  looser than the company’s policy (watched)"), "\(text)")
    #expect(text.contains("F forbidden  refused"), "stricter is always open")
  }

  @Test("by risk: what can't be taken back and goes out stands first")
  func risk() {
    var driver = Driver.ready()
    driver.press("o")
    let waiting = driver.model.queue.compactMap(\.step).prefix(3).compactMap { driver.model.steps[$0]?.kind }
    #expect(waiting == [.mailSend, .fileEdit, .fileEdit])
  }

  @Test("a redline is kept only when all of it was on the screen", arguments: [(80, 14), (60, 15), (120, 36)])
  func redline(width: Int, height: Int) {
    var driver = Driver.ready(width, height)
    driver.press("2")
    driver.wait(1_000)
    driver.intents = []
    func kept() -> Int { driver.intents.count { if case .markRedline(_, .keep, _) = $0 { true } else { false } } }
    driver.press("a")
    if height == 36 { #expect(kept() == 1, "there it is all on the screen") } else { #expect(kept() == 0) }
    if width < 80 {
      #expect(driver.model.status.contains("Tab or z"))
      driver.press(.tab)
      driver.wait(1_000)
    }
    for _ in 0..<9 where kept() == 0 {
      driver.wait(500)
      driver.press("a")
    }
    #expect(kept() == 1)
  }

  @Test("cut lines are not seen: what must be seen whole is wrapped again before it can be approved")
  func cutLines() {
    var driver = Driver(80, 40)
    driver.send(.reading(Fixture.reading()))
    driver.press("n")
    driver.wait(1_000)
    let step = driver.model.selected
    let long = Preview(lines: [PreviewLine(.content, String(repeating: "pay ", count: 80))], changes: 0)
    guard let step else { return }
    driver.press("w")
    driver.send(.preview(LoadedPreview(step: step.id, revision: step.revision, preview: long)))
    driver.wait(1_000)
    driver.press("a")
    #expect(driver.decided.isEmpty && driver.model.isWrapped)
    driver.paint()
    driver.wait(1_000)
    driver.press("a")
    #expect(driver.decided.count == 1)
  }
}

@Suite("Times and filters")
struct WordTests {
  @Test("a time to come is read in the person's zone")
  func later() {
    // 2026-11-18T09:33:20Z is 18:33:20 in Tokyo.
    let now = Timestamp(milliseconds: 1_794_994_400_000)
    #expect(now.clock(offset: 32_400) == "18:33:20")
    #expect(now.later("18:40", offset: 32_400)?.clock(offset: 32_400) == "18:40:00")
    #expect(now.later("9:00", offset: 32_400).map { $0.date(offset: 32_400) } == "2026-11-19")
    #expect(now.later("90s", offset: 0)?.milliseconds == now.milliseconds + 90_000)
    for text in ["", "25:00", "9", "9:5", "-1h", "0s", "100d", "soon"] {
      #expect(now.later(text, offset: 0) == nil, "\(text)")
    }
  }

  @Test("every word of a filter narrows, and what it takes fits")
  func filters() throws {
    let now = Timestamp(milliseconds: 1_795_000_100_000)
    for (text, count) in [
      ("", 4), ("actor:aiko", 1), ("actor:agent", 2), ("event:held", 1), ("action:file.*", 4), ("action:mail.*", 0),
      ("denied", 1), ("decided", 1), ("since:98s", 2), ("since:1h", 4), ("run:14 step:4", 4), ("run:3", 0),
      ("target:ACME", 4), ("乙契約書", 1), ("actor:a* event:rejected", 1),
      ("until:98s", 3), ("until:1h", 0), ("since:98s until:98s", 1), ("actor:\"aiko\"", 1), ("\"no such words\"", 0),
    ] {
      let filter = try TrailFilter(text, now: now)
      #expect(Fixture.trail.count { filter.matches($0) } == count, "\(text)")
    }
    for text in ["acter:x", "since:soon", "run:x", "step:y", "until:", "target:\"acme"] {
      #expect(throws: TrailFilter.Fault.self) { _ = try TrailFilter(text, now: now) }
    }
  }

  @Test("the record of a decision is read back as it was written")
  func painting() {
    for painting in [Painting(seen: 12, total: 46, milliseconds: 3_200), Painting(seen: 0, total: 0, milliseconds: 0)] {
      #expect(Painting(painting.description) == painting)
    }
    #expect(Painting("listed with 3") == nil)
    #expect(Painting(seen: 40, total: 40, milliseconds: 900).isFasterThanReading)
    #expect(!Painting(seen: 40, total: 40, milliseconds: 9_000).isFasterThanReading)
  }

  @Test("a no to what may have happened is an answer about the past, with reasons of its own")
  func whetherItHappened() {
    var driver = Driver.ready()
    var news = Fixture.reading()
    for index in news.steps.indices where news.steps[index].state == .waiting {
      news.steps[index].isRelayed = true
      news.steps[index].reach.warnings.append("the gate was ended: \(StepSummary.mayHaveHappened)")
    }
    driver.send(.reading(news))
    driver.wait(1_000)
    driver.press("r")
    let screen = draw(driver.model).frame.text
    #expect(screen.contains("did not happen: how do you know?") && screen.contains("Enter says that it did not"))
    #expect(!screen.contains("wrong recipient"))
    driver.press("1")
    driver.wait(1_000)
    driver.press(.enter)
    guard case .reject(let code, let reason)? = driver.decided.first?.1 else {
      Issue.record("nothing was decided")
      return
    }
    #expect(code == "absent-1" && reason.contains("not there"))
  }

  @Test("a list that somebody else changes under an open question is read again before it is answered")
  func changedList() {
    var driver = Driver.ready()
    driver.press("b")
    driver.wait(1_000)
    while driver.model.prepared.contains(where: { $0.mark == .undecided }) {
      var news = Fixture.reading()
      for index in news.steps.indices where news.steps[index].state == .staged { news.steps[index].mark = .discard }
      driver.send(.reading(news))
    }
    driver.press(.enter)
    driver.wait(1_000)
    #expect(driver.model.overlay == .finish)
    var news = Fixture.reading()
    for index in news.steps.indices where news.steps[index].state == .staged { news.steps[index].mark = .keep }
    driver.send(.reading(news))
    driver.press(.enter)
    func finished() -> [[StepSummary]] {
      driver.intents.compactMap { if case .finishReview(let listed) = $0 { listed } else { nil } }
    }
    #expect(finished().isEmpty && driver.model.overlay == .finish && driver.model.status.contains("look again"))
    driver.wait(1_000)
    driver.press(.enter)
    #expect(finished().first?.allSatisfy { $0.mark == .keep } == true)
  }

  @Test("words too long for the last line begin in the row above, and end before the yes")
  func longWords() {
    var driver = Driver.ready(80, 24)
    let words = "the first word, and so many more after it that no line of eighty columns has room for them, last"
    driver.send(.told(words, isBad: true))
    let rows = draw(driver.model).frame.text.split(separator: "\n")
    #expect(rows[20...22].contains { $0.contains("the first word") })
    #expect(rows[23].contains("last") && rows[23].contains("a approve edit"))
  }

  @Test("signs come from what steps became")
  func signs() {
    var steps: [StepSummary] = []
    for number in 1...3 {
      var step = Fixture.step(
        number, .outside(operation: "read", path: "/etc/\(number)"), kind: .fileOutside, level: .forbidden,
        state: .refused)
      step.proposedAt = Timestamp(milliseconds: 1_795_000_000_000 + Int64(number) * 60_000)
      steps.append(step)
    }
    var hasty = Fixture.step(9, .sendMail(Fixture.mail), kind: .mailSend, level: .watched, state: .done)
    hasty.decidedBy = "ren"
    hasty.decidedAt = Timestamp(milliseconds: 1_795_000_000_000)
    hasty.painted = Painting(seen: 40, total: 40, milliseconds: 600).description
    steps.append(hasty)
    let found = Set(Anomaly.found(in: steps, zone: 32_400).map(\.sign))
    #expect(found == [.refusalBurst, .outsideFolders, .fasterThanReading])
    steps[3].state = .withdrawn
    #expect(Anomaly.found(in: steps, zone: 32_400).contains { $0.sign == .fasterThanReading }, "a stop undoes no yes")
    steps[3].state = .done
    #expect(Anomaly.found(in: steps, zone: 32_400 + 4 * 3_600).contains { $0.sign == .oddHours })
    let score = ReviewerScore(steps, person: "ren")
    #expect(score.decisions == 1 && score.unread == 1 && score.median == 600)
  }
}

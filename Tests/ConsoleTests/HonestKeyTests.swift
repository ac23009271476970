import CellScreen
import ConsoleUI
import Domain
import Foundation
import TestKit
import Testing

@Suite("Honest keys")
struct HonestKeyTests {
  @Test("a approves what is on the screen, and says what was seen")
  func approve() {
    var driver = Driver.ready()
    driver.press("a")
    #expect(driver.decided.map(\.0.number.value) == [4])
    guard
      case .decide(_, .approve, let painted)? = driver.intents.first(where: {
        if case .decide = $0 { true } else { false }
      })
    else { return }
    #expect(Painting(painted).map { $0.seen > 0 && $0.milliseconds == 1_000 } == true, "\(painted)")
  }

  @Test("a key in the first 400 ms decides nothing, and says so", arguments: [0, 1, 200, 399])
  func arming(after: Int64) {
    var driver = Driver(120, 36)
    driver.send(.reading(Fixture.reading()))
    driver.now += after
    driver.press("a")
    #expect(driver.decided.isEmpty && !driver.model.status.isEmpty)
    // A no asks first; its answer decides nothing either before there was time to look.
    driver.wait(Model.answering)
    var early = Driver(120, 36)
    early.send(.reading(Fixture.reading()))
    early.now += after
    early.press("xno")
    early.press(.enter)
    #expect(early.decided.isEmpty && early.model.overlay != nil)
    early.wait(400)
    early.press(.enter)
    #expect(early.decided.count == 1)
  }

  @Test("words typed to a question that was refused are no commands")
  func unheard() {
    var driver = Driver.ready()
    driver.press("/")
    for character in "ledger" { driver.press(.character(character)) }
    driver.press(.enter)
    driver.wait(1_000)
    let before = driver.model.selection
    // Nobody can reject what is forbidden; the reason for it holds an a, an n, an i and a K.
    driver.press("rwait a night K")
    driver.press(.enter)
    #expect(driver.decided.isEmpty && driver.model.overlay == nil && driver.model.selection == before)
    driver.wait(Model.answering)
    driver.press("n")
    #expect(driver.model.selection != before)
  }

  @Test("what may have happened is not done again by a yes that is pressed twice: that has a question of its own")
  func again() throws {
    var driver = Driver(120, 36)
    var reading = Fixture.reading()
    for index in reading.steps.indices where reading.steps[index].kind == .mailSend {
      reading.steps[index].reach.warnings = ["`m` ended with 75 after it had the message: it may have happened already"]
    }
    driver.send(.reading(reading))
    driver.wait(5_000)
    for _ in 0..<5 where driver.model.selected?.kind != .mailSend { driver.press("n") }
    driver.wait(5_000)
    driver.intents = []
    for _ in 0..<6 where driver.model.overlay == nil {
      driver.press("a")
      driver.wait(1_000)
    }
    #expect(driver.decided.isEmpty && driver.model.overlay != nil)
    #expect(draw(driver.model).frame.text.contains("may have happened already."))
    driver.press(.escape)
    #expect(driver.decided.isEmpty && driver.model.overlay == nil)
    driver.wait(5_000)
    driver.press("a")
    driver.press("a")
    #expect(driver.decided.isEmpty, "the question is read before it is answered")
    driver.wait(1_000)
    driver.press("a")
    #expect(driver.decided.map(\.0.kind) == [.mailSend])
  }

  @Test("typed-ahead and pasted keys decide nothing")
  func bursts() {
    var driver = Driver.ready()
    driver.press("a", isBurst: true)
    driver.send(.input(.paste("aaaa"), at: driver.now))
    #expect(driver.decided.isEmpty)
  }

  @Test("Esc and scrolling never decide")
  func escape() {
    var driver = Driver.ready()
    for key in [Key.escape, .up, .down, .pageUp, .pageDown, .home, .end, .tab] { driver.press(key) }
    driver.press("r")
    driver.press(.escape)
    #expect(driver.decided.isEmpty)
  }

  @Test("nothing is approved of whose change no line was on the screen")
  func nothingSeen() {
    var driver = Driver(80, 16)
    var reading = Fixture.reading()
    for index in reading.steps.indices {
      reading.steps[index].reach.warnings = (1...12).map { "a careful line, the \($0)th of them" }
    }
    driver.send(.reading(reading))
    driver.wait(3_000)
    driver.press("a")
    #expect(driver.decided.isEmpty && driver.model.status.contains("look, then press again"))
    driver.wait(3_000)
    driver.press("a")
    guard
      case .decide(_, .approve, let painted)? = driver.intents.first(where: {
        if case .decide = $0 { true } else { false }
      })
    else { Issue.record("\(driver.model.status)"); return }
    #expect(Painting(painted).map { $0.seen > 0 } == true, "\(painted)")
  }

  @Test("a yes to what a time was named for says so first, and sends nothing")
  func timeNamed() {
    var driver = Driver.ready(80, 16)
    driver.press("n")
    driver.wait(1_000)
    let id = driver.model.selected?.id
    driver.press("L5m")
    driver.press(.enter)
    #expect(driver.model.wantedTime.count == 1, "\(driver.model.status)")
    #expect(driver.model.status.count < 60 && driver.model.status.contains("L, Enter"), "it is whole at 80 columns")
    for _ in 0..<20 where driver.model.wantedTime.count == 1 {
      driver.wait(2_000)
      driver.press("a")
      #expect(driver.decided.isEmpty)
    }
    #expect(driver.model.status.contains("5m is forgotten") && driver.model.selected?.id == id)
  }

  @Test("from the last that waits in a run n goes to another run only when pressed again")
  func border() {
    var driver = Driver(120, 36)
    var reading = Fixture.reading()
    let only = reading.steps.first { $0.state == .waiting }?.id
    for index in reading.steps.indices where reading.steps[index].state == .waiting && reading.steps[index].id != only {
      reading.steps[index].state = .done
    }
    driver.send(.reading(reading))
    driver.wait(1_000)
    // Another run has what waits.
    var wall = Fixture.wall
    wall.runs[1].summary.counts.waiting = 2
    driver.model.wall = wall
    for _ in 0..<10 where !driver.model.status.contains("the last here") { driver.press("n") }
    #expect(!driver.intents.contains { if case .openRun = $0 { true } else { false } })
    driver.press("n")
    #expect(driver.intents.contains { if case .openRun(RunID(13), toDecide: true, _) = $0 { true } else { false } })
  }

  @Test("what was written and neither kept nor dropped is back, and one undo takes it out")
  func restored() {
    var driver = Driver.ready()
    guard let step = driver.model.selected else { Issue.record("nothing selected"); return }
    driver.send(.editable(step.id, step.revision, "theirs", agents: "theirs"))
    driver.send(.restored("mine"))
    guard case .editor(_, _, let field)? = driver.model.overlay else { Issue.record("no editor"); return }
    #expect(field.text == "mine" && field.isChanged)
    driver.press(.control("z"))
    guard case .editor(_, _, let again)? = driver.model.overlay else { Issue.record("no editor"); return }
    #expect(again.text == "theirs")
  }

  @Test("what goes out is approved only when all of it was painted")
  func seenWhole() {
    var driver = Driver.ready(80, 16)
    driver.press("n")
    driver.wait(1_000)
    #expect(driver.model.selected?.kind == .mailSend)
    driver.press("a")
    #expect(driver.decided.isEmpty)
    var presses = 1
    while driver.decided.isEmpty, presses < 20 {
      driver.wait(500)
      driver.press("a")
      presses += 1
    }
    #expect(presses > 1 && driver.decided.count == 1)
    guard
      case .decide(_, _, let painted)? = driver.intents.first(where: { if case .decide = $0 { true } else { false } })
    else { return }
    #expect(Painting(painted).map { $0.seen == $0.total } == true, "\(painted)")
  }

  @Test("a step that changes under the cursor is not decided by the key that was meant for the old one")
  func changedUnderCursor() {
    var driver = Driver.ready()
    var news = Fixture.reading()
    for index in news.steps.indices { news.steps[index].revision = Revision(2) }
    // The message has come, the new frame has not been shown long enough.
    driver.send(.reading(news))
    driver.press("a")
    #expect(driver.decided.isEmpty)
  }

  @Test("a reject carries its reason, numbered or typed")
  func reasons() {
    var driver = Driver.ready()
    driver.press("r2")
    #expect(driver.decided.isEmpty, "a digit is text until Enter: words may follow")
    driver.press(.enter)
    #expect(driver.decided.first?.1 == .reject(code: "listed-2", reason: Reasons.no(to: nil).listed[1]))
    driver.wait(1_000)
    driver.press("r")
    for character in "だめ ok" { driver.press(.character(character)) }
    driver.press(.enter)
    #expect(driver.decided.last?.1 == .reject(code: "typed", reason: "だめ ok"))
  }

  @Test("a forbidden step can't be approved, and the key says why")
  func forbidden() {
    var driver = Driver.ready()
    driver.press("/")
    for character in "ledger" { driver.press(.character(character)) }
    driver.press(.enter)
    driver.wait(1_000)
    #expect(driver.model.selected?.kind == .paymentMake)
    driver.press("a")
    #expect(driver.decided.isEmpty && driver.model.status.contains("forbids"))
  }

  @Test("what the agent performs itself can't be edited: it would do its own text")
  func relayed() {
    var driver = Driver.ready()
    var news = Fixture.reading()
    for index in news.steps.indices { news.steps[index].isRelayed = true }
    driver.send(.reading(news))
    driver.wait(1_000)
    driver.intents = []
    driver.press("e")
    #expect(driver.intents == [.flushInput] && driver.model.status.contains("the agent does this itself"))
  }

  @Test("undo is offered for files, and a sent mail says why not")
  func undo() {
    for (number, isOffered) in [(4, true), (5, false)] {
      var driver = Driver.ready()
      var news = Fixture.reading()
      for index in news.steps.indices where news.steps[index].number.value == number { news.steps[index].state = .done }
      driver.send(.reading(news))
      driver.model.selection = StepID(Int64(number))
      driver.intents = []
      driver.press("u")
      #expect(driver.intents.isEmpty != isOffered, "#\(number)")
      #expect(isOffered || driver.model.status.contains("gone out can’t be taken back"))
    }
  }

  @Test("no bulk key reaches what goes out")
  func bulk() {
    var driver = Driver.ready()
    driver.press("n")
    driver.wait(1_000)
    driver.press("A")
    #expect(driver.model.overlay == nil && driver.model.status.contains("one by one"))
    driver.press("N")
    driver.wait(1_000)
    driver.press("A")
    guard case .bulk(let ids)? = driver.model.overlay else {
      Issue.record("no list was shown: \(driver.model.status)")
      return
    }
    #expect(ids == [StepID(4), StepID(7)])
  }

  @Test("every key in every view answers: it acts, moves or says why not")
  func noSilentKey() {
    for view in ["", "2", "b", "?"] {
      for binding in CommandTable.bindings {
        for key in binding.keys where key != .escape {
          var driver = Driver.ready()
          if !view.isEmpty { driver.press(view) }
          driver.wait(1_000)
          driver.intents = []
          let before = draw(driver.model).frame
          driver.press(key)
          let obstacle = binding.obstacle(driver.model)
          let answered = draw(driver.model).frame != before || !driver.intents.isEmpty || !driver.model.status.isEmpty
          #expect(answered || obstacle == nil, "\(key.name) in \(view)")
        }
      }
    }
  }

  /// How many random events each of the eight runs sees: `RINGI_EVENTS=125000` makes a million in all.
  private static let events = ProcessInfo.processInfo.environment["RINGI_EVENTS"].flatMap { Int($0) } ?? 1_000

  @Test("at random: only what was painted, still and armed is ever decided", arguments: 0..<8)
  func random(seed: UInt64) {
    var dice = Dice(seed: seed &* 77 &+ 5)
    var driver = Driver.ready(100, 30)
    var number = 8
    var count = 0
    for _ in 0..<Self.events {
      let (painted, since) = (driver.model.painted, driver.model.paintedAt)
      driver.intents = []
      var isBurst = false
      switch Int.random(in: 0..<12, using: &dice) {
      case 0:
        driver.send(.reading(Self.news(number: number, &dice)))
        number = number > 60 ? 8 : number + 1
      case 1:
        let (width, height) = (Int.random(in: 20..<140, using: &dice), Int.random(in: 6..<50, using: &dice))
        driver.send(.input(.resize(width: width, height: height), at: driver.now))
      case 2: driver.now += Int64.random(in: 0..<900, using: &dice)
      case 3: driver.press(Key.down)
      case 4: driver.press(.escape)
      case 5: driver.press(String("nNz2b1345o|w".randomElement(using: &dice) ?? "n"))
      case 6:
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: driver.send(.input(.focus(Bool.random(using: &dice)), at: driver.now))
        case 1: driver.send(.input(.paste("a\nrx"), at: driver.now))
        case 2: driver.send(.input(.wheel(x: 40, y: 9, isUp: false), at: driver.now))
        default: driver.send(.input(.click(x: Int.random(in: 0..<100, using: &dice), y: 8), at: driver.now))
        }
      case 7: driver.press(String("rxTLuSi".randomElement(using: &dice) ?? "r"))
      case 8: driver.press(.enter)
      default:
        isBurst = Int.random(in: 0..<4, using: &dice) == 0
        driver.press("a", isBurst: isBurst)
      }
      for step in driver.intents.compactMap(Self.decided) {
        count += 1
        #expect(!isBurst)
        #expect(painted?.step == step.id && painted?.revision == step.revision, "\(driver.model.view)")
        #expect(driver.now - since >= Model.arming)
      }
    }
    #expect(count > 0, "the test decides at least something")
  }

  @Test("who types on after the Enter of a reason does nothing with it; one letter is no reason")
  func typedOn() {
    var driver = Driver.ready()
    driver.press("2")
    driver.wait(1_000)
    driver.press("-")
    driver.press("t")
    driver.press(.enter)
    #expect(driver.model.overlay != nil && driver.model.status.contains("a few words"), "\(driver.model.status)")
    driver.press("oo wide")
    driver.press(.enter)
    #expect(driver.model.overlay == nil)
    let set = driver.intents.count { if case .setLevel = $0 { true } else { false } }
    #expect(set == 1)
    driver.wait(110)
    driver.press("i")
    driver.wait(400)
    driver.press("w")
    #expect(driver.model.overlay == nil && driver.model.view == .flags)
    #expect(driver.model.status.hasPrefix("Enter took your words"))
    driver.wait(Model.typing)
    driver.press("i")
    #expect(driver.model.overlay != nil, "a hand that has paused means its key")
  }

  /// The step a person's yes or no was for; lists of several have their own question.
  private static func decided(_ intent: Intent) -> StepSummary? {
    switch intent {
    case .decide(let step, .approve, _), .decideLater(let step, _, _): step
    default: nil
    }
  }

  /// A step arrives, another changes, one is taken away by somebody else.
  private static func news(number: Int, _ dice: inout Dice) -> DeskReading {
    var news = Fixture.reading()
    for extra in 8...number {
      news.steps.append(
        Fixture.step(
          extra, .editFile(FilePath("x\(extra).md"), Fixture.image, Fixture.content), kind: .fileEdit, level: .watched,
          state: .waiting, plan: extra % 2))
    }
    for index in news.steps.indices where news.steps[index].state == .waiting {
      if Int.random(in: 0..<4, using: &dice) == 0 {
        news.steps[index].revision = Revision(Int.random(in: 1..<4, using: &dice))
      }
      if Int.random(in: 0..<6, using: &dice) == 0 { news.steps[index].state = .rejected }
    }
    return news
  }
}

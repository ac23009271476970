import CellScreen
import ConsoleUI
import Domain
import Testing

@Suite("When a key may decide")
struct ArmingTests {
  private func onFlagOrStep(_ keys: String...) -> Driver {
    var driver = Driver.ready()
    for key in keys {
      driver.press(key)
      driver.wait(1_000)
    }
    driver.intents = []
    return driver
  }

  @Test("what stood behind a question is looked at anew: a key typed while it was open decides nothing under it")
  func behind() {
    var driver = onFlagOrStep("T")
    driver.press("3")
    #expect(driver.model.overlay == nil)
    driver.wait(250)
    driver.press("a")
    #expect(driver.decided.isEmpty && driver.model.status.contains("look first"), "\(driver.model.status)")
    driver.wait(1_000)
    driver.press("a")
    #expect(driver.decided.count == 1)
  }

  @Test("a letter in the middle of a word decides nothing, in no question and on no step")
  func word() {
    for before in [[], ["p"], ["K"], ["T"]] as [[String]] {
      var driver = Driver.ready()
      driver.wait(2_000)
      for key in before {
        driver.press(key)
        driver.wait(1_000)
      }
      driver.intents = []
      for key in ["M", before == ["T"] ? "4" : "a"] {
        driver.now += 65
        driver.press(key)
      }
      let deeds = driver.intents.count {
        switch $0 {
        case .decide, .pause, .stop, .setTrust: true
        default: false
        }
      }
      #expect(deeds == 0, "\(before): \(driver.intents)")
    }
  }

  @Test("a level is set like a yes: not by a digit that comes at once")
  func level() {
    var driver = onFlagOrStep()
    driver.press("T")
    driver.now += 200
    driver.press("4")
    #expect(!driver.intents.contains { if case .setTrust = $0 { true } else { false } })
    driver.wait(1_000)
    driver.press("4")
    #expect(driver.intents.contains { if case .setTrust = $0 { true } else { false } })
  }

  @Test("a no is to what was shown when it was asked for: another revision closes the question")
  func stale() {
    var driver = onFlagOrStep("r")
    guard let asked = driver.model.selected else { return #expect(Bool(false)) }
    var news = Fixture.reading()
    for index in news.steps.indices where news.steps[index].id == asked.id { news.steps[index].revision = Revision(2) }
    driver.send(.reading(news))
    #expect(driver.model.overlay == nil && driver.model.status.contains("changed while you answered"))
    driver.wait(1_000)
    driver.press("1")
    driver.press(.enter)
    #expect(driver.decided.isEmpty)
  }

  @Test("a question that was open while the window was away is looked at again")
  func away() {
    var driver = onFlagOrStep("K")
    driver.send(.input(.focus(false), at: driver.now))
    driver.wait(3_000)
    driver.send(.input(.focus(true), at: driver.now))
    driver.now += 250
    driver.press("a")
    #expect(!driver.intents.contains { if case .stop = $0 { true } else { false } })
    driver.wait(1_000)
    driver.press("a")
    #expect(driver.intents.contains { if case .stop = $0 { true } else { false } })
  }

  @Test("a held call that can't be taken back is kept by itself, once all of it was on the screen")
  func heldCalls() {
    var news = Fixture.reading()
    for index in news.steps.indices where news.steps[index].state == .staged {
      news.steps[index].reach.connector = "drive"
      news.steps[index].mustBeSeenWhole = true
    }
    var driver = Driver(80, 14)
    driver.send(.reading(news))
    driver.wait(1_000)
    driver.press("b")
    driver.wait(2_000)
    driver.press("A")
    #expect(driver.model.overlay == nil && driver.model.status.contains("one by one"), "\(driver.model.status)")
    driver.wait(1_000)
    driver.intents = []
    driver.press("a")
    let marked = { driver.intents.contains { if case .mark = $0 { true } else { false } } }
    #expect(!marked() && driver.model.status.contains("look"), "\(driver.model.status)")
    for _ in 0..<30 where !marked() {
      driver.wait(2_000)
      driver.press("a")
    }
    #expect(marked(), "at its end it can be kept")
  }

  @Test("a change beyond the edge is shown, also where long lines are cut")
  func edge() {
    let driver = onFlagOrStep("w")
    let text = draw(driver.model).frame.text
    let rows = driver.model.rows
    #expect(rows?.preview.lines.contains { $0.change != nil } == true)
    let isCut = rows?.rows.contains { row in
      if case .line(let part) = row { part.isCut && rows?.preview.lines[part.line].change != nil } else { false }
    }
    #expect(isCut == false, "\(text)")
  }

  @Test("help gives back the place from which it was asked")
  func help() {
    var driver = onFlagOrStep("b")
    driver.press("j")
    driver.wait(1_000)
    let here = driver.model.reviewSelection
    driver.press("?")
    driver.wait(1_000)
    driver.press(.escape)
    #expect(driver.model.view == .review && driver.model.reviewSelection == here)
    #expect(here != driver.model.prepared.first?.id)
    driver.press(.tab)
    driver.press("?")
    driver.press(.escape)
    #expect(driver.model.pane == .preview, "one change of it was meant before, and is now")
  }
}

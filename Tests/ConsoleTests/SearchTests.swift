import CellScreen
import ConsoleUI
import Domain
import Testing

@Suite("Searching, and what goes on elsewhere")
struct SearchTests {
  private func ready() -> Driver {
    var driver = Driver.ready()
    driver.send(.wall(Fixture.wall))
    driver.intents = []
    return driver
  }

  @Test("a search stays in the view it was asked in: flags among flags, runs among runs, steps among steps")
  func views() {
    var driver = ready()
    driver.press("2")
    driver.press("/準拠")
    driver.press(.enter)
    #expect(driver.model.view == .flags && driver.model.currentFinding?.finding.clause == "準拠法")
    let found = driver.model.finding
    driver.press("/nothing like it")
    driver.press(.enter)
    #expect(driver.model.view == .flags && driver.model.finding == found)
    #expect(driver.model.status == "no flag matches “nothing like it”")
    driver.press("4")
    driver.press("/取引先")
    driver.press(.enter)
    #expect(driver.model.view == .live && driver.model.liveSelection == RunID(13))
    driver.press("1")
    driver.press("/4")
    driver.press(.enter)
    #expect(driver.model.view == .run && driver.model.selected?.number == StepNumber(4), "a number is a step's own")
    driver.press("/COUNSEL@acme")
    driver.press(.enter)
    #expect(driver.model.selected?.number == StepNumber(5), "a mail is found by whom it goes to")
  }

  @Test("nothing typed is the last search once more, and says so where there was none")
  func again() {
    var driver = ready()
    driver.press("/")
    driver.press(.enter)
    #expect(driver.model.status == "nothing was searched for yet")
    driver.press("/acme")
    driver.press(.enter)
    let first = driver.model.selection
    driver.press("/")
    driver.press(.enter)
    #expect(driver.model.selection != first, "the next that matches")
  }

  @Test("what starts to wait in another run is told to whoever looks elsewhere, and to nobody who looks")
  func elsewhere() {
    for isFocused in [true, false] {
      var driver = ready()
      driver.send(.input(.focus(isFocused), at: driver.now))
      driver.intents = []
      var wall = Fixture.wall
      driver.send(.wall(wall))
      wall.runs[1].summary.counts.waiting += 1
      driver.send(.wall(wall))
      driver.send(.wall(wall))
      let told = driver.intents.count { if case .notify = $0 { true } else { false } }
      #expect(told == (isFocused ? 0 : 1))
    }
  }

  @Test("from the last that waits here n leads to another run, when it is pressed again")
  func onward() {
    var driver = ready()
    let waits = driver.model.waitingIDs
    for _ in 0..<9 where driver.model.selection != driver.model.queue.compactMap(\.step).last(where: waits.contains) {
      driver.press("n")
    }
    driver.intents = []
    driver.press("n")
    #expect(driver.model.status.contains("n again goes to run 13"), "\(driver.model.status)")
    let opened = { driver.intents.contains { if case .openRun(RunID(13), _, _) = $0 { true } else { false } } }
    #expect(!opened())
    driver.press("n")
    #expect(opened())
  }

  @Test("a refused key holds others back for a moment, however slowly they follow")
  func moment() {
    var driver = ready()
    driver.press("2")
    driver.wait(1_000)
    // RED can't be raised: what is typed at once is an answer nobody asked for.
    driver.press("+")
    driver.press("j")
    #expect(driver.model.status.contains("goes nowhere"), "\(driver.model.status)")
    for _ in 0..<2 {
      driver.wait(800)
      driver.press("j")
    }
    #expect(!driver.model.status.contains("goes nowhere"), "\(driver.model.status)")
  }
}

import ConsoleUI
import Domain
import Testing

@Suite("Where the cursor goes, and what a number means")
struct CursorTests {
  @Test("a number is a reason of the list that is shown: for flags, levels and results as for steps")
  func numbers() {
    var driver = Driver.ready()
    driver.press("2")
    driver.wait(1_000)
    driver.press("r3")
    driver.press(.enter)
    #expect(
      driver.intents.contains {
        if case .markRedline(_, .discard, let reason) = $0 { reason == Reasons.flag.listed[2] } else { false }
      })
    driver.wait(1_000)
    driver.press("-9")
    driver.press(.enter)
    #expect(driver.model.overlay != nil && driver.model.status.hasPrefix("there is no reason 9"))
    driver.press(.backspace)
    driver.press("2")
    driver.press(.enter)
    #expect(
      driver.intents.contains {
        if case .setLevel(_, _, let reason) = $0 { reason == Reasons.level(isRaised: false).listed[1] } else { false }
      })
    driver.wait(1_000)
    driver.press("b")
    driver.wait(1_000)
    driver.press("x1")
    driver.press(.enter)
    #expect(
      driver.intents.contains {
        if case .mark(_, .discard, _, let reason, _) = $0 { reason == Reasons.result.listed[0] } else { false }
      })
  }

  @Test("a flag that is GREEN now goes down without the cursor; any other takes it along")
  func green() {
    var driver = Driver.ready()
    driver.press("2")
    driver.wait(1_000)
    let red = driver.model.finding
    driver.press("-2")
    driver.press(.enter)
    #expect(driver.model.finding == red, "YELLOW still wants a word")
    var news = Fixture.reading()
    news.findings[0].humanLevel = .yellow
    driver.send(.reading(news))
    driver.wait(1_000)
    driver.press("-2")
    driver.press(.enter)
    #expect(driver.model.finding != red)
    #expect(driver.model.status.contains("GREEN now") && driver.model.status.contains("· now “"))
  }

  @Test("a yes that goes on to the next step says so")
  func onward() {
    var driver = Driver.ready()
    guard let first = driver.model.selected else { return #expect(Bool(false)) }
    driver.press("a")
    guard let next = driver.model.selected else { return #expect(Bool(false)) }
    #expect(next.id != first.id && driver.model.status.hasSuffix("· now #\(next.number)"), "\(driver.model.status)")
  }

  @Test("two words of a row find it where no row has them side by side")
  func twoWords() {
    var driver = Driver.ready()
    driver.press("2")
    driver.press("/return acme")
    driver.press(.enter)
    #expect(driver.model.currentFinding?.finding.clause == "Return", "\(driver.model.status)")
  }

  @Test("what was announced is no forecast any more once it was proposed under another heading")
  func announced() {
    var news = Fixture.reading()
    let kinds: [ActionKind] = [.fileCreate, .fileEdit]
    news.plan += kinds.map {
      PlanEntry(
        title: "later", status: .pending, intendedKind: $0.rawValue, intendedTarget: "memos/acme-nda.memo.md",
        forecast: .batched)
    }
    var driver = Driver(120, 36)
    driver.send(.reading(news))
    let forecasts = driver.model.queue.compactMap {
      if case .forecast(let entry) = $0 { entry.intendedKind } else { nil }
    }
    #expect(!forecasts.contains("file.create") && forecasts.contains("file.edit"))
  }
}

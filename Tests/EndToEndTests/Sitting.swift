import CellScreen
import ConsoleUI
import Domain
import Foundation
import TestKit
import Testing

@testable import Runtime

/// The terminal of a whole session without one: it keeps what was shown.
struct Headless: Screen {
  final class Shown {
    var frame = Frame(width: 1, height: 1)
    var titles: [String] = []
    var notices: [String] = []
  }
  let shown = Shown()
  let width: Int
  let height: Int
  mutating func show(_ frame: Frame, styles: [Role: Style]) { shown.frame = frame }
  mutating func poll() -> [InputEvent] { [] }
  mutating func flushInput() {}
  mutating func setTitle(_ title: String) { shown.titles.append(title) }
  mutating func notify(_ text: String) { shown.notices.append(text) }
}

/// A person at the console: the real session on a real desk, an agent and a host beside it.
struct Sitting {
  var session: ConsoleSession<Headless>
  let screen: Headless
  let bell: Doorbell

  init(_ ringi: Ringi, _ width: Int, _ height: Int) throws {
    setenv("RINGI_DESK", ringi.desk, 1)
    let desk = try Desk(mustExist: true)
    screen = Headless(width: width, height: height)
    session = try ConsoleSession(desk: desk, run: RunID(1), terminal: screen, styles: [:], isASCII: false)
    bell = Doorbell(directory: desk.directory)
  }

  /// Sits down when a shell script has run on a private view of the workspace.
  init(_ ringi: Ringi, afterRunning script: String, in space: String) throws {
    let job = "\(ringi.folder.path)/job.sh"
    try script.write(toFile: job, atomically: true, encoding: .utf8)
    #expect(try ringi("run", "--agent", "sh \(job)", "--detach", space).code == 0)
    try self.init(ringi, 120, 36)
    try until("the program has ended") { $0.run?.state == .review || $0.run?.state == .finished }
    // The run's state may be read a moment after its steps were.
    try session.turn([])
  }

  var model: Model { session.model }
  var text: String { screen.shown.frame.text }

  /// Goes on until it holds; waits for the desk's bell and for nothing else.
  mutating func until(_ what: String, _ holds: (Model) -> Bool) throws {
    for _ in 0..<3_000 {
      try session.turn([])
      if holds(session.model) { return }
      try session.idle()
      var descriptor = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, min(10, session.patience))
      bell.drain()
    }
    Issue.record("never came: \(what)\n\(text)")
  }

  mutating func press(_ keys: String) throws { for key in keys { try press(.character(key)) } }

  mutating func press(_ key: Key) throws {
    // What is typed on after the words of a reason goes nowhere: a hand pauses there.
    if model.isTypingOn { try until("the hand has paused") { Clocks.monotonic() - $0.lastInput >= Model.typing } }
    try pressAtOnce(key)
  }

  mutating func pressAtOnce(_ key: Key) throws {
    try session.turn([.key(key, isBurst: false)])
    try session.turn([])
  }

  /// Looks as long as a key needs to count, then presses it.
  mutating func decide(_ key: Character) throws {
    // Two letters in one go are a word.
    try until("the hand is there again") { Clocks.monotonic() - $0.lastCharacter >= Model.betweenKeys }
    if model.overlay != nil {
      try until("the question has been read") { $0.overlay != nil && Clocks.monotonic() - $0.overlayAt >= Model.arming }
      return try press(.character(key))
    }
    try until("what is decided is on the screen and still") { $0.isArmed }
    try press(.character(key))
  }

  /// `L` with a time, as often as the message has parts that were not on the screen; the time is written once.
  mutating func sendLater(_ time: String) throws {
    for _ in 0..<9 where model.current?.state == .waiting {
      try decide("L")
      guard case .reason(.later, let field)? = model.overlay else { continue }
      if field.isEmpty { try press(time) }
      #expect(text.contains("= "), "the time is read back: \(text)")
      try press(.enter)
    }
  }
}

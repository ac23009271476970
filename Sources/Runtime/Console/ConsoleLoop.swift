// The console on the real terminal.

import CellScreen
import ConsoleUI
import CursesTerminal
import Domain
import Glibc
import Settings

enum ConsoleLoop {
  /// - Parameter theme: a name or a file; nil takes dark, or mono where colours are unwanted.
  /// - Parameter run: the one that is opened; afterwards the one that was on the screen at the end.
  static func run(
    _ desk: Desk, _ run: inout RunID, theme: String?, opening: Opening = Opening()
  ) throws(RuntimeFault) {
    let noColor = Desk.variable("NO_COLOR") != nil
    let styles = try self.theme(theme ?? Desk.variable("RINGI_THEME") ?? (noColor ? "mono" : "dark"), desk).styles
    let terminal: CursesTerminal
    do { terminal = try CursesTerminal.open(wantsColor: !noColor) } catch { throw RuntimeFault(.usage, error.sentence) }
    defer { terminal.close() }
    // What the runtime says when it traps would be lost on the alternate screen.
    let log = open("\(desk.directory)/console.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    let standardError = dup(2)
    if log >= 0 { dup2(log, 2) }
    defer {
      dup2(standardError, 2)
      close(standardError)
      if log >= 0 { close(log) }
    }
    var session = try ConsoleSession(
      desk: desk, run: run, terminal: terminal, styles: styles, isASCII: terminal.isASCII, opening: opening)
    defer { run = session.run }
    let bell = Doorbell(directory: desk.directory)
    var events: [InputEvent] = []
    while !session.isOver {
      try session.turn(events)
      events = []
      if let step = session.wantsEditor {
        terminal.release()
        defer { terminal.reclaim() }
        try session.editOutside(step)
        session.suspended()
        continue
      }
      if session.wantsSuspend {
        terminal.suspend()
        session.suspended()
        continue
      }
      var descriptors = [
        pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
        pollfd(fd: terminal.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&descriptors, 3, session.patience)
      if descriptors[1].revents != 0 {
        let (resize, isEnding, isBack) = terminal.takeSignals()
        if isEnding { break }
        if isBack { session.suspended() }
        if let resize { events.append(resize) }
      }
      if descriptors[2].revents != 0 { bell.drain() }
      if descriptors[0].revents & Int16(POLLHUP) != 0 { break }
      if descriptors[0].revents != 0 { events += terminal.poll() }
      if count == 0 { try session.idle() }
    }
  }

  static func theme(_ name: String, _ desk: Desk) throws(RuntimeFault) -> Theme {
    do {
      if let text = BuiltInThemes.texts[name] { return try ThemeFile.read(text, file: "\(name).yaml") }
      for path in [name, "\(desk.directory)/themes/\(name).yaml"] {
        if let text = try Files.settings(path, name: path) { return try ThemeFile.read(text, file: path) }
      }
    } catch { throw RuntimeFault(error) }
    throw RuntimeFault(
      .usage,
      "there is no theme `\(name)`; there are \(BuiltInThemes.texts.keys.sorted().joined(separator: ", ")), or a file")
  }
}

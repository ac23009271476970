// How `--plain` asks: a numbered question, words, a text line by line; and how it tells what was recorded.

import ConsoleUI
import Domain
import EffectPreview
import GateKeeper
import Glibc
import Storage

extension PlainDesk {
  /// The number chosen, from 1. What was typed ahead of the question is no answer to it.
  func ask(_ question: String, _ choices: [String]) throws -> Int { try ask(question, numbered: choices) + 1 }

  func words(_ question: String) throws -> String {
    tcflush(0, TCIFLUSH)
    Plain.print("\(question): ", terminator: "")
    fflush(nil)
    guard let line = readLine() else { throw PlainDesk.Leaving() }
    return line
  }

  /// A choice that keeps its number where others beside it are not there.
  /// - Parameter choices: nil for one that is not there.
  /// - Returns: its index.
  func ask(_ question: String, numbered choices: [String?]) throws -> Int {
    Plain.print(question)
    for (index, choice) in choices.enumerated() { if let choice { Plain.print("  \(index + 1)  \(choice)") } }
    Plain.print("  0  leave")
    while true {
      guard let number = Int(try words("Number").filter { $0 != " " }), number >= 0, number <= choices.count,
        number == 0 || choices[number - 1] != nil
      else {
        Plain.print("Write one of the numbers.")
        continue
      }
      if number == 0 { throw Leaving() }
      return number - 1
    }
  }

  /// A reason in words, or one of the list by its number; nil when the person goes back to the question.
  func reason(_ reasons: Reasons) throws -> (code: String, text: String)? {
    let listed = reasons.listed
    for (index, reason) in listed.enumerated() { Plain.print("  \(index + 1)  \(reason)") }
    Plain.print("  0  back to the question")
    while true {
      let text = try words("Why (a number, or your own words)")
      guard !text.allSatisfy(\.isWhitespace) else {
        Plain.print("A reason is needed; 0 goes back.")
        continue
      }
      guard let number = Int(text.filter { $0 != " " }) else { return ("typed", text) }
      if number == 0 { return nil }
      if listed.indices.contains(number - 1) {
        return (reasons.code(number), listed[number - 1])
      }
      Plain.print("There is no reason \(number): write it in words.")
    }
  }

  /// Prints what is decided on, with pauses; false when the person had enough of it before its end.
  func show(_ step: StepSummary) throws -> (seen: Int, total: Int, since: Int64) {
    let address = try StepAddress("\(run).\(step.number)")
    let report = DeskReport(desk)
    let (_, preview) = try report.step(address)
    Plain.print("")
    let lines = report.text(step, preview).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let since = Clocks.monotonic()
    var printed = 0
    while printed < lines.count {
      let end = min(lines.count, printed + Self.page)
      Plain.print(lines[printed..<end].joined(separator: "\n"))
      printed = end
      guard printed < lines.count - 1 else { break }
      let choice = try ask("\(lines.count - printed) more lines.", ["show them", "go on to the question"])
      if choice == 2 { break }
    }
    let head = lines.count - preview.lines.count - 1
    return (max(0, min(preview.lines.count, printed - head)), preview.lines.count, since)
  }

  /// Line by line: a screen reader has no use for an editor.
  func rewrite(_ text: String) throws -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (index, line) in lines.enumerated() { Plain.print("\(index + 1)  \(Plain.safe(line))") }
    while true {
      let choice = try words("Line to change, + LINE to add one after, - LINE to remove, . when done, Enter to give up")
      if choice.isEmpty {
        guard lines.joined(separator: "\n") != text else { return nil }
        // A line too many must not take a whole letter with it.
        if try ask("Drop what you changed?", ["no, go on", "drop it"]) == 2 { return nil }
        continue
      }
      if choice == "." {
        if lines.joined(separator: "\n") != text { return lines.joined(separator: "\n") }
        Plain.print("Nothing was changed.")
        return nil
      }
      guard let number = Int(choice.filter(\.isNumber)) else {
        Plain.print("A number is the line to change, a point ends it.")
        continue
      }
      guard number >= (choice.hasPrefix("+") ? 0 : 1), number <= lines.count else {
        Plain.print("There is no line \(number).")
        continue
      }
      if choice.hasPrefix("-") {
        Plain.print(Plain.safe("Removed: \(lines.remove(at: number - 1))"))
      } else {
        let isNew = choice.hasPrefix("+")
        if !isNew {
          Plain.print(Plain.safe("\(number)  \(lines[number - 1].isEmpty ? "(an empty line)" : lines[number - 1])"))
        }
        let new = try words(isNew ? "The new line" : "Its text instead (Enter keeps it, a blank empties it)")
        if isNew {
          lines.insert(new, at: number)
        } else if new.isEmpty {
          Plain.print("Line \(number) stays.")
        } else {
          lines[number - 1] = new == " " ? "" : new
        }
      }
    }
  }

  /// A refusal (somebody else was first, it changed) is told; the next question goes on.
  /// - Parameter what: what is on the record then, in a few words.
  @discardableResult
  func attempt(_ what: String, _ body: () throws(RuntimeFault) -> Void) throws(RuntimeFault) -> Bool {
    do throws(RuntimeFault) {
      try body()
      Plain.print(Plain.safe("Recorded: \(what)."))
      return true
    } catch {
      guard error.code == .refused || error.code == .full else { throw error }
      Plain.print(Plain.safe(error.sentence))
      return false
    }
  }
}

// The only place an error becomes text and an exit code: 0 done, 1 refused or rejected, 2 usage, 3 fault. `propose`
// also has 4: nobody has decided yet.

import ArgumentParser
import Glibc
import Runtime

enum ExitReport {
  static func run(_ body: () throws -> Void) {
    do { try body() } catch let fault as RuntimeFault {
      StandardError.write("ringi: \(fault.sentence)")
      switch fault.code {
      case .refused: exit(1)
      case .usage: exit(2)
      case .fault, .full: exit(3)
      }
    } catch {
      let code = RingiCommand.exitCode(for: error)
      let message = RingiCommand.fullMessage(for: error)
      if code == .success {
        print(message)
        exit(0)
      }
      if let words = verbFirst(Array(CommandLine.arguments.dropFirst())) {
        StandardError.write("ringi: the verb comes before its options: `\(words)`")
      } else if !message.isEmpty {
        StandardError.write(message)
      }
      exit(code == .validationFailure ? 2 : 3)
    }
  }

  /// What was meant where a verb stands behind options: without one before them they are the console's.
  private static func verbFirst(_ arguments: [String]) -> String? {
    let verbs = RingiCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard arguments.first?.hasPrefix("-") == true, let index = arguments.firstIndex(where: verbs.contains) else {
      return nil
    }
    let words = [arguments[index]] + arguments[..<index] + arguments[(index + 1)...]
    return "ringi \(words.joined(separator: " "))"
  }
}

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
      if !message.isEmpty { StandardError.write(message) }
      exit(code == .validationFailure ? 2 : 3)
    }
  }
}

import GateKeeper
import Settings

/// Why the program can't go on, in one sentence for people. The only error that leaves Runtime.
package struct RuntimeFault: Error, Hashable, Sendable {
  package enum Code: Sendable, Hashable {
    /// Exit 1: refused by policy, by another's decision, or by its state.
    case refused
    /// Exit 2: what was typed is off.
    case usage
    /// Exit 3: something is broken.
    case fault
    /// Exit 3: the desk has no room for a record. A console stays open: reading goes on.
    case full
  }
  package let code: Code
  package let sentence: String
  package init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  init(_ fault: JournalFault) {
    let isRefusal = [.alreadyDecided, .changed, .illegal, .noSuchStep].contains(fault.code)
    let code: Code = isRefusal ? .refused : fault.code == .full ? .full : .fault
    self.init(code, fault.detail.isEmpty ? fault.code.rawValue : fault.detail)
  }

  init(_ fault: SettingsFault) { self.init(.usage, fault.sentence) }
}

/// Runs a journal call, turning its fault into words.
func journalled<T>(_ body: () throws(JournalFault) -> T) throws(RuntimeFault) -> T {
  do { return try body() } catch { throw RuntimeFault(error) }
}

import ArgumentParser
import Runtime

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Runs, or the steps of one.")
  @Argument(help: .init("A run's number.", valueName: "run")) var number: Int64?
  @Flag(help: "Machine-readable.") var json = false

  func run() throws {
    print(
      try DeskReport(try Desk(mustExist: true, needsSettings: false)).lookAfter().list(run: number, json: json),
      terminator: "")
  }
}

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "One step with its preview.")
  @Argument(help: "RUN.STEP, for example 3.12.") var step: String
  @Flag(help: "Machine-readable.") var json = false

  func run() throws {
    print(
      try DeskReport(try Desk(mustExist: true, needsSettings: false)).lookAfter().show(
        try StepAddress(step), json: json), terminator: "")
  }
}

struct ApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Show waiting steps, one after the other, and approve each, from a person's terminal.")
  @Argument(help: "RUN.STEP, as many as you like.") var steps: [String]

  func run() throws {
    let decisions = DeskDecisions(try Desk(mustExist: true))
    var first: RuntimeFault?
    for address in try steps.map({ try StepAddress($0) }) {
      // One that is not done keeps nobody from the others.
      do throws(RuntimeFault) { try decisions.approve(address) } catch {
        guard steps.count > 1, error.code == .refused else { throw error }
        StandardError.write("ringi: \(error.sentence)")
        first = first ?? error
      }
    }
    if first != nil { throw RuntimeFault(.refused, "not all of them were approved and done") }
  }
}

struct RejectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Reject a waiting step, with a reason the agent receives.")
  @Argument(help: "RUN.STEP") var step: String
  @Argument(help: "Why.") var reason: String

  func run() throws { try DeskDecisions(try Desk(mustExist: true)).reject(try StepAddress(step), reason: reason) }
}

struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review", abstract: "List a run's prepared results, mark them, finish the review.")
  @Argument(help: .init("A run's number.", valueName: "run")) var number: Int64
  @Option(help: "A step's number to keep, several with commas, or `all`; may be repeated.") var keep: [String] = []
  @Option(help: "A step's number to discard, several with commas, or `all`; may be repeated.") var discard: [String] =
    []
  @Option(help: "A change to leave out of a result, as 12/2; may be repeated.") var without: [String] = []
  @Option(help: "A change to take in again, as 12/2; may be repeated.") var with: [String] = []
  @Flag(help: "Put the kept results in place; undecided ones must be none.") var finish = false
  @Flag(help: "Machine-readable; with it nothing is marked and nothing finished.") var json = false

  func validate() throws {
    guard !json || (keep + discard + without + with).isEmpty && !finish else {
      throw ValidationError("--json only lists; what marks or finishes needs a person at a terminal")
    }
  }

  func run() throws {
    print(
      try DeskDecisions(try Desk(mustExist: true)).review(
        .init(number), keep: keep, discard: discard, without: without, with: with, finish: finish, json: json),
      terminator: "")
  }
}

struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Propose to put back what a step did; it is shown and approved like any step.")
  @Argument(help: "RUN.STEP") var step: String

  func run() throws { print(try DeskDecisions(try Desk(mustExist: true)).undo(try StepAddress(step)), terminator: "") }
}

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "The rules: check them, print them, ask what they say.",
    subcommands: [Check.self, Explain.self, Print.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Read the company's policy and a workspace's; say what is off.")
    @Argument(help: "A workspace's folder.") var workspace: String?
    @Flag(help: "Machine-readable.") var json = false
    func run() throws { print(try PolicyReport.check(workspace, json: json), terminator: "") }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "explain", abstract: "Which level an action has, and why.")
    @Argument(help: "A kind, for example file.edit.") var action: String
    @Argument(help: "A target, for example contracts/x.md.") var target = ""
    @Option(help: "A workspace's folder.") var workspace: String?
    @Flag(help: "Machine-readable.") var json = false
    func run() throws { print(try PolicyReport.explain(action, target, workspace, json: json), terminator: "") }
  }

  struct Print: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "print", abstract: "The classification as a table, ready for legal and IT.")
    @Argument(help: "A workspace's folder.") var workspace: String?
    @Flag(help: "Machine-readable.") var json = false
    func run() throws { print(try PolicyReport.table(workspace, json: json), terminator: "") }
  }
}

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "The audit trail.", subcommands: [Log.self, Verify.self, Prove.self, Export.self])

  struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "log", abstract: "The last entries.")
    @Option(name: .customLong("run"), help: "A run's number.") var number: Int64?
    @Option(help: "How many.") var limit = 40
    @Flag(help: "Machine-readable.") var json = false
    @Argument(help: "A filter: \(AuditFilterHelp.text)") var filter: [String] = []
    func run() throws {
      print(
        try AuditReport(try Desk(mustExist: true, needsSettings: false)).log(
          run: number, filter: filter.joined(separator: " "), limit: limit, format: json ? .json : .text),
        terminator: "")
    }
  }

  struct Prove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prove", abstract: "One entry with its inclusion proof, checked against the signed checkpoint.")
    @Argument(help: "An entry's number.") var entry: Int64
    @Flag(help: "Machine-readable.") var json = false
    func run() throws {
      print(try AuditReport(try Desk(mustExist: true, needsSettings: false)).prove(entry, json: json), terminator: "")
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "What a filter matches, as JSONL or CSV.")
    @Option(help: "jsonl or csv.") var format = "jsonl"
    @Argument(help: "A filter: \(AuditFilterHelp.text)") var filter: [String] = []
    func validate() throws {
      guard ["jsonl", "csv"].contains(format) else { throw ValidationError("the format is jsonl or csv") }
    }
    func run() throws {
      print(
        try AuditReport(try Desk(mustExist: true, needsSettings: false)).log(
          run: nil, filter: filter.joined(separator: " "), limit: Int.max, format: format == "csv" ? .csv : .json),
        terminator: "")
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Recompute the whole log and check every signature.")
    @Option(help: "A file with a checkpoint kept elsewhere.") var checkpoint: String?
    @Flag(help: "Print the latest checkpoint, to keep it elsewhere.") var printCheckpoint = false
    @Flag(help: "Machine-readable.") var json = false
    func run() throws {
      print(
        try AuditReport(try Desk(mustExist: true, needsSettings: false)).verify(
          checkpoint: checkpoint, printing: printCheckpoint, json: json),
        terminator: "")
    }
  }
}

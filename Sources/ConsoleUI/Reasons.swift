// Numbered reasons, so that a no costs two keys. The record has the words, not the number.

import Domain

package struct Reasons: Hashable, Sendable {
  /// In the order of their numbers, from 1; empty where only words will do.
  package let listed: [String]
  /// What a decision's reason code begins with.
  private let name: String

  /// - Parameter number: from 1.
  package func code(_ number: Int) -> String { "\(name)-\(number)" }

  package static func no(to step: StepSummary?) -> Reasons { step?.isQuestionOnly == true ? absent : reject }

  private static let reject = Reasons(
    listed: [
      "not now, ask again later", "wrong recipient or target", "the content is wrong", "not allowed for this",
      "I will do it myself",
    ], name: "listed")
  /// How somebody knows that what may have happened did not.
  private static let absent = Reasons(
    listed: [
      "I looked where it would be, and it is not there", "the other side says that it did not arrive",
      "nobody can tell, so it counts as not done",
    ], name: "absent")
  /// Why a flag is wrong, or its redline left out.
  package static let flag = Reasons(
    listed: [
      "the clause will do as it stands", "agreed with the other side", "dealt with elsewhere in the document",
      "the agent misread the clause", "the suggested words are wrong",
    ], name: "flag")
  /// Why a prepared result is left out.
  package static let result = Reasons(
    listed: ["not needed", "the content is wrong", "it belongs somewhere else", "I will do it myself"], name: "result")
  package static func level(isRaised: Bool) -> Reasons {
    Reasons(
      listed: isRaised
        ? ["more is at stake in this deal", "a must-have for us", "the other side is likely to use it"]
        : ["little is at stake in this deal", "usual in deals of this kind", "dealt with elsewhere in the document"],
      name: isRaised ? "raised" : "lowered")
  }
  private static let words = Reasons(listed: [], name: "typed")

  static func listed(for purpose: ReasonPurpose, _ model: Model) -> Reasons {
    switch purpose {
    case .reject(let id): no(to: model.steps[id])
    case .discardRedline: flag
    case .leaveOut: result
    case .level(let id, let level):
      Self.level(isRaised: model.findings.first { $0.id == id }.map { level < $0.level } ?? true)
    case .incident, .closeIncident, .later: words
    }
  }
}

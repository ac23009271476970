/// The desk's own folder for what nothing is set up to deliver.
package enum Outbox {
  /// How the outcome of a message begins that went no further.
  package static let prefix = "in the outbox"
  private static let sealed = ", sha256 "

  /// A saved file as its outcome names it, with the digest of its bytes: where nothing delivers it, it is the effect.
  package static func words(_ path: String, _ digest: Digest) -> String { "\(path)\(sealed)\(digest)" }

  /// An outcome without the digest, for a line that has little room.
  package static func brief(_ outcome: String) -> String {
    saved(in: outcome) == nil ? outcome : outcome.split(separator: sealed).first.map(String.init) ?? outcome
  }

  /// What `words` told, below the outbox; nil where an outcome names no file, or is of a desk that kept no digest.
  package static func saved(in outcome: String) -> (name: String, digest: String)? {
    let parts = outcome.split(separator: sealed)
    guard parts.count == 2, let name = parts[0].split(separator: "/").last else { return nil }
    return ("\(parts[0].hasSuffix("/drafts/\(name)") ? "drafts/" : "")\(name)", String(parts[1]))
  }
}

extension StepSummary {
  /// A call of another system that its server has answered.
  package static let passedOn = "passed on, and answered"
  /// A question whose work came to Ringi, as a step of its own.
  package static let leftToRingi = "a yes, after which the agent left the work to Ringi"
  /// A deed of an agent's own that leaves nothing which Ringi could look at.
  package static let allowed = "allowed; the agent performs it"
  /// How the outcome begins of what a person says had happened.
  package static let hadHappened = "it had happened, says"
  /// Nobody here knows more of it than that it was allowed.
  package var isOnlyAllowed: Bool { state == .done && reason == Self.allowed }
  /// What people read of its state.
  package var stateWord: String {
    isOnlyAllowed ? "allowed" : state == .done && reason.hasPrefix(Self.hadHappened) ? "had happened" : state.word
  }

  /// How its docket begins where nobody knows whether it took effect.
  package static let mayHaveHappened = "it may have happened already"

  /// The outcome of what an agent did by itself where the file is another one than was approved.
  package static let notAsApproved = "the file is NOT what was approved; what it was before is kept, u puts it back"
  package var isNotAsApproved: Bool { state == .done && reason == Self.notAsApproved }

  /// Nobody knows whether it took effect: that is a question about the past, which no end of an agent answers.
  package var mayHaveHappened: Bool { reach.warnings.contains { $0.contains(Self.mayHaveHappened) } }

  /// A draft that the desk keeps; one in another system is sent there, or not at all.
  package var isSavedDraft: Bool { kind == .mailDraft && state == .done && reach.connector.isEmpty }

  /// Only whether it happened is asked: what was with another's server nobody here does again on a guess.
  package var isQuestionOnly: Bool { mayHaveHappened && (isRelayed || !reach.connector.isEmpty) }

  /// A message that was to go out and did not: it failed, or nothing was set up to take it.
  package var isUndelivered: Bool {
    let isSending = [.mailSend, .chatSend, .eventInvite].contains(kind)
    return isSending && (state == .failed || state == .done && reason.hasPrefix(Outbox.prefix))
  }
}

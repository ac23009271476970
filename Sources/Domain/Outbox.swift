/// The desk's own folder for what nothing is set up to deliver.
package enum Outbox {
  /// How the outcome of a message begins that went no further.
  package static let prefix = "in the outbox"
}

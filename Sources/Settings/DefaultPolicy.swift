/// The company policy Ringi ships: one rule for each kind of action, nothing left grey.
package enum DefaultPolicy {
  package static let file = "company-policy.yaml"
  package static let text = """
    version: "0.1"
    reviewed: 2026-04-22
    rules:
      - action: file.read
        level: autonomous
        why: failure cost near zero
      - action: file.create
        level: batched
        bulk: true
        why: disk exhaustion, overwrite risk
      - action: [file.edit, file.rename]
        level: batched
        bulk: true
        why: recoverable; staged and can be undone
      - action: [folder.make, folder.remove, folder.mode]
        level: batched
        bulk: true
        why: an empty folder holds nothing; what is in one has steps of its own
      - action: file.delete
        level: watched
        why: gone at once; until somebody misses it the desk can put it back
      - action: file.outside
        level: forbidden
        always: true
        why: folder scope is the permission model
      - action: file.unfit
        level: forbidden
        always: true
        why: links, devices and names that can’t be are never put in place
      - action: [mail.search, mail.read]
        level: batched
        why: scope needs a human check
      - action: mail.draft
        level: batched
        why: sending is a separate approval
      - action: mail.send
        level: watched
        always: true
        why: a wrong send can’t be taken back
      - action: [drive.search, drive.read]
        level: autonomous
        why: read-only
      - action: drive.create
        level: batched
        why: sharing settings need a check
      - action: drive.edit
        level: watched
        why: co-editors are affected
      - action: chat.send
        level: watched
        why: the whole channel reads it
      - action: event.add
        level: batched
        why: only the own calendar
      - action: event.invite
        level: watched
        why: others are invited
      - action: [web.search, web.fetch]
        level: autonomous
        why: read-only
      - action: connector.read
        level: autonomous
        why: read-only, in a connector that a person has accepted
      - action: connector.call
        level: watched
        why: failures are public
      - action: connector.trust
        level: watched
        always: true
        why: what a server says of its tools steers the agent
      - action: payment.make
        level: forbidden
        always: true
        why: the failure mode is existential
      - action: hr.write
        level: forbidden
        always: true
        why: stays on systems with dual approval
      - action: contract.send
        level: forbidden
        always: true
        why: a contract sent with legal effect stays on systems with dual approval
      - action: personal-data.send
        level: forbidden
        always: true
        why: personal data does not leave through an agent
      - action: git.push
        level: watched
        why: history is permanent
      - action: command.run
        level: watched
        why: a command can be any of the others
      - action: finding.report
        level: autonomous
        why: flags only reach the desk
      - action: other
        level: watched
        why: no grey areas

    """
}

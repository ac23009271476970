// Migrations are frozen text: a later one never edits an earlier one, and none names a type of the program.

import SQLite

enum Schema {
  // Actions and previews have a table of their own: a list of steps must not read past a book to find its columns.
  static let migrations: [String] = [
    """
    CREATE TABLE desk (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      workspace TEXT NOT NULL, directory TEXT NOT NULL, goal TEXT NOT NULL,
      agent TEXT NOT NULL, grade TEXT NOT NULL, model TEXT NOT NULL,
      state TEXT NOT NULL, isPaused INTEGER NOT NULL DEFAULT 0, stopWanted INTEGER NOT NULL DEFAULT 0,
      note TEXT NOT NULL DEFAULT '', policy BLOB NOT NULL, startedAt INTEGER NOT NULL, changedAt INTEGER NOT NULL
    );
    CREATE TABLE planEntry (
      run INTEGER NOT NULL REFERENCES run(id), position INTEGER NOT NULL,
      title TEXT NOT NULL, status TEXT NOT NULL, intendedKind TEXT NOT NULL, intendedTarget TEXT NOT NULL,
      forecast TEXT NOT NULL, PRIMARY KEY (run, position)
    ) WITHOUT ROWID;
    CREATE TABLE step (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES run(id), number INTEGER NOT NULL, plan INTEGER,
      state TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
      claimTitle TEXT NOT NULL, claimReason TEXT NOT NULL, claimKind TEXT NOT NULL,
      level TEXT NOT NULL, rule TEXT NOT NULL, originFile TEXT NOT NULL, originLine INTEGER NOT NULL,
      isFloor INTEGER NOT NULL, allowsBulk INTEGER NOT NULL, isRelayed INTEGER NOT NULL, reasons BLOB NOT NULL, brokenRules BLOB NOT NULL, evidence BLOB NOT NULL,
      reach BLOB NOT NULL, mustBeSeen INTEGER NOT NULL,
      basis BLOB, undoes INTEGER REFERENCES step(id), salt BLOB NOT NULL, action BLOB NOT NULL, preview BLOB NOT NULL,
      effectDigest BLOB NOT NULL, policyDigest BLOB NOT NULL, previewDigest BLOB NOT NULL,
      proposedAt INTEGER NOT NULL, decidedBy TEXT NOT NULL DEFAULT '', decidedAt INTEGER, reason TEXT NOT NULL DEFAULT '',
      mark TEXT NOT NULL DEFAULT 'undecided', discardedChanges TEXT NOT NULL DEFAULT '',
      changedAt INTEGER NOT NULL, UNIQUE (run, number)
    );
    CREATE INDEX stepByChange ON step (run, changedAt);
    CREATE INDEX stepByState ON step (run, state);
    CREATE TABLE finding (
      id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), step INTEGER NOT NULL REFERENCES step(id),
      document TEXT NOT NULL, clause TEXT NOT NULL, level TEXT NOT NULL, firstLine INTEGER NOT NULL, lastLine INTEGER NOT NULL,
      text TEXT NOT NULL, standard TEXT NOT NULL, why TEXT NOT NULL, redline TEXT NOT NULL, fallback TEXT NOT NULL,
      impact TEXT NOT NULL, escalation TEXT NOT NULL, isMustHave INTEGER NOT NULL,
      humanLevel TEXT NOT NULL DEFAULT '', levelReason TEXT NOT NULL DEFAULT '', decidedBy TEXT NOT NULL DEFAULT '',
      mark TEXT NOT NULL DEFAULT 'undecided', isTold INTEGER NOT NULL DEFAULT 1
    );
    CREATE INDEX findingByRun ON finding (run, document, clause);
    CREATE TABLE leaf (
      id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, hash BLOB NOT NULL, run INTEGER, step INTEGER,
      note TEXT NOT NULL DEFAULT '', salt BLOB NOT NULL DEFAULT x''
    );
    CREATE INDEX leafByRun ON leaf (run, id);
    CREATE INDEX leafByStep ON leaf (step, id) WHERE step IS NOT NULL;
    CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
    CREATE TABLE blob (digest BLOB PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE recipient (mailbox TEXT PRIMARY KEY, firstAt INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TRIGGER leafIsAppended BEFORE INSERT ON leaf
      WHEN NEW.id <> (SELECT COALESCE(MAX(id) + 1, 0) FROM leaf) BEGIN SELECT RAISE(ABORT, 'a leaf is only appended'); END;
    CREATE TRIGGER leafStays BEFORE UPDATE OF id, bytes, hash ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is never changed'); END;
    CREATE TRIGGER leafIsKept BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'a leaf is never deleted'); END;
    """,
    """
    ALTER TABLE run ADD COLUMN startedBy TEXT NOT NULL DEFAULT '';
    ALTER TABLE step ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE step ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE step ADD COLUMN dueAt INTEGER;
    ALTER TABLE step ADD COLUMN raisedFrom INTEGER REFERENCES step(id);
    ALTER TABLE step ADD COLUMN painted TEXT NOT NULL DEFAULT '';
    ALTER TABLE finding ADD COLUMN decidedAt INTEGER;
    ALTER TABLE finding ADD COLUMN markReason TEXT NOT NULL DEFAULT '';
    CREATE INDEX stepByRefusal ON step (proposedAt) WHERE state = 'refused';
    CREATE INDEX stepByDecision ON step (decidedAt) WHERE decidedAt IS NOT NULL;
    CREATE TABLE incident (
      id INTEGER PRIMARY KEY, run INTEGER REFERENCES run(id), step INTEGER, what TEXT NOT NULL,
      raisedBy TEXT NOT NULL, raisedAt INTEGER NOT NULL, closedBy TEXT NOT NULL DEFAULT '', closedAt INTEGER,
      outcome TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE standing (
      id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), kind TEXT NOT NULL, level TEXT NOT NULL,
      madeBy TEXT NOT NULL, madeAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, revokedBy TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX standingByRun ON standing (run);
    CREATE TABLE stepBody (step INTEGER PRIMARY KEY REFERENCES step(id), action BLOB NOT NULL, preview BLOB NOT NULL);
    INSERT INTO stepBody SELECT id, action, preview FROM step;
    ALTER TABLE step DROP COLUMN action;
    ALTER TABLE step DROP COLUMN preview;
    """,
    """
    ALTER TABLE finding ADD COLUMN rewritten TEXT NOT NULL DEFAULT '';
    ALTER TABLE step ADD COLUMN waitsSince INTEGER;
    ALTER TABLE stepBody ADD COLUMN docket TEXT NOT NULL DEFAULT '';
    CREATE TABLE stepForm (
      step INTEGER NOT NULL REFERENCES step(id), revision INTEGER NOT NULL, target TEXT NOT NULL, action BLOB NOT NULL,
      preview BLOB NOT NULL, docket TEXT NOT NULL, salt BLOB NOT NULL, PRIMARY KEY (step, revision)
    ) WITHOUT ROWID;
    DROP INDEX stepByState;
    CREATE INDEX stepByState ON step (run, state, number);
    """,
    """
    ALTER TABLE run ADD COLUMN command BLOB NOT NULL DEFAULT x'';
    ALTER TABLE run ADD COLUMN shown BLOB NOT NULL DEFAULT x'';
    ALTER TABLE run ADD COLUMN view TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE step ADD COLUMN markReason TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE step ADD COLUMN markPainted TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE run ADD COLUMN session TEXT NOT NULL DEFAULT '';
    ALTER TABLE run ADD COLUMN agentProcess TEXT NOT NULL DEFAULT '';
    ALTER TABLE step ADD COLUMN callID TEXT NOT NULL DEFAULT '';
    CREATE INDEX runBySession ON run (session) WHERE session <> '';
    CREATE INDEX stepByCall ON step (run, callID) WHERE callID <> '';
    """,
    """
    CREATE INDEX stepByTrust ON step (target, id) WHERE kind = 'connector.trust';
    ALTER TABLE run ADD COLUMN peerSession TEXT NOT NULL DEFAULT '';
    CREATE INDEX stepByRelay ON step (target, id) WHERE isRelayed = 1;
    """,
    """
    ALTER TABLE finding ADD COLUMN levelBy TEXT NOT NULL DEFAULT '';
    ALTER TABLE finding ADD COLUMN levelAt INTEGER;
    ALTER TABLE finding ADD COLUMN wordBy TEXT NOT NULL DEFAULT '';
    ALTER TABLE finding ADD COLUMN wordAt INTEGER;
    """,
    """
    CREATE TABLE spending (
      step INTEGER NOT NULL REFERENCES step(id), run INTEGER NOT NULL REFERENCES run(id), rule TEXT NOT NULL,
      unit TEXT NOT NULL, span TEXT NOT NULL, most INTEGER NOT NULL, amount INTEGER NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (step, rule, unit, span)
    ) WITHOUT ROWID;
    CREATE INDEX spendingByRun ON spending (run, rule, unit, span, step, amount, at);
    ALTER TABLE run ADD COLUMN pauseAfter INTEGER NOT NULL DEFAULT 5;
    ALTER TABLE run ADD COLUMN pausedWhy TEXT NOT NULL DEFAULT '';
    ALTER TABLE run ADD COLUMN resumedAt INTEGER NOT NULL DEFAULT 0;
    """,
  ]

  static func migrate(_ connection: Connection) throws(SQLiteFault) {
    let version = try connection.first("PRAGMA user_version") { Int($0.int(0)) } ?? 0
    guard version <= migrations.count else {
      throw SQLiteFault(
        code: 26, extended: 26, message: "the desk was written by a newer Ringi (schema \(version))", sql: "migrate")
    }
    for index in version..<max(version, migrations.count) {
      try connection.execute("BEGIN IMMEDIATE")
      // Of two that open an old desk at once, the second finds it done.
      let now = try connection.first("PRAGMA user_version") { Int($0.int(0)) } ?? 0
      do {
        if now == index { try connection.execute("\(migrations[index]); PRAGMA user_version = \(index + 1)") }
        try connection.execute("COMMIT")
      } catch {
        try? connection.execute("ROLLBACK")
        throw error
      }
    }
  }
}

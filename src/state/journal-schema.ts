/** Steps that build `journal.db`; never edited once released, only added to. The file is backed up before each new step. */
export const journalMigrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE runs (id TEXT PRIMARY KEY, command TEXT NOT NULL, started_at INTEGER NOT NULL);
  CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (id),
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    photos TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT
  );
  CREATE INDEX operations_of ON operations (run);
  CREATE TABLE labels (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    photo TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    baseline INTEGER NOT NULL,
    since INTEGER NOT NULL,
    signature TEXT NOT NULL,
    operation INTEGER NOT NULL,
    PRIMARY KEY (source, kind, name, photo)
  ) WITHOUT ROWID;
  CREATE INDEX labels_open ON labels (source) WHERE kind = 'tag' AND state IN ('written', 'seen', 'removing');
  CREATE TABLE made (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    server_id TEXT,
    signature TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (source, kind, name)
  ) WITHOUT ROWID;
  CREATE TABLE group_numbers (photo TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  ALTER TABLE labels ADD COLUMN value TEXT;
  ALTER TABLE labels ADD COLUMN before TEXT;
  ALTER TABLE operations ADD COLUMN changes TEXT;
  INSERT INTO meta VALUES ('instance', lower(hex(randomblob(8))));
  `,
  // "Not a duplicate". a and b are content ids, the lesser first; what was taken back stays as such, for the index to see.
  `
  CREATE TABLE dismissals (
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    pair TEXT NOT NULL,
    group_number INTEGER,
    at INTEGER NOT NULL,
    stands INTEGER NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (a, b)
  ) WITHOUT ROWID;
  CREATE INDEX dismissals_of ON dismissals (b);
  CREATE INDEX dismissals_by_change ON dismissals (change);
  `,
  // What Immich refused: how often, and for which group on which version of it.
  `
  CREATE TABLE refused_writes (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    photo TEXT NOT NULL,
    signature TEXT NOT NULL,
    version TEXT NOT NULL,
    tries INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (source, kind, name, photo)
  ) WITHOUT ROWID;
  `,
];

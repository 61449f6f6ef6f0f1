import { existsSync } from 'node:fs';
import type { Group, PhotoKey, SourceName } from '../model.js';
import {
  settlingKinds,
  type HoldKind,
  type Journal,
  type JournalEntry,
  type LabelKind,
  type MadeThing,
  type OwnLabel,
  type Run,
  type RunRecord,
  type StandingLabels,
  type ValueChange,
  type ValueKind,
  type ValueLabel,
} from '../label-ports.js';
import type { Clock } from '../ports.js';
import type { GroupNumbers } from '../store-ports.js';
import { backUpDb, onDiskLater, pluck, transaction, type Db } from './sqlite.js';
import { undoneRuns } from './undone-runs.js';

const labelColumns = 'source, kind, name, photo, state, tries, baseline, since, signature, operation';

/** `Journal` on `journal.db`. */
export class SqliteJournal implements Journal {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #backupPath: string;

  constructor(db: Db, clock: Clock, backupPath: string) {
    this.#db = db;
    this.#clock = clock;
    this.#backupPath = backupPath;
  }

  get instance(): string {
    return pluck(this.#db, "SELECT value FROM meta WHERE name = 'instance'") as string;
  }

  runs(): readonly RunRecord[] {
    const rows = this.#db.prepare(
      `SELECT r.id, r.command, r.started_at AS startedAt, count(*) AS operations,
         coalesce(s.labels, 0) AS standing
       FROM runs r JOIN operations o ON o.run = r.id
       LEFT JOIN (SELECT p.run, count(*) AS labels FROM labels l JOIN operations p ON p.id = l.operation
         WHERE l.state NOT IN ('by-hand', 'refused') GROUP BY p.run) s ON s.run = r.id
       GROUP BY r.id ORDER BY min(o.id) DESC`,
    );
    const runs = rows.all() as Omit<RunRecord, 'undone'>[];
    const standing = new Map(runs.map((run) => [run.id, run.standing]));
    const all = this.#db.prepare('SELECT id, command FROM runs ORDER BY rowid').all() as Run[];
    const undone = undoneRuns(all.map((run) => ({ ...run, standing: standing.get(run.id) ?? 0 })));
    return runs.map((run) => ({ ...run, undone: undone.has(run.id) }));
  }

  lastRun(): (Run & Pick<RunRecord, 'startedAt'>) | null {
    const sql = `SELECT r.id, r.command, r.started_at AS startedAt FROM operations o JOIN runs r ON r.id = o.run
      ORDER BY o.id DESC LIMIT 1`;
    return (this.#db.prepare(sql).get() ?? null) as ReturnType<Journal['lastRun']>;
  }

  note({ id, command }: Run): void {
    const sql = 'INSERT INTO runs VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET command = excluded.command';
    this.#db.prepare(sql).run(id, command, this.#clock.now());
  }

  begin(run: Run, entry: JournalEntry): number {
    this.#db
      .prepare('INSERT OR IGNORE INTO runs VALUES (?, ?, ?)')
      .run(run.id, run.command, this.#clock.now());
    const insert = this.#db.prepare(
      `INSERT INTO operations (run, at, source, kind, name, photos, changes, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')`,
    );
    const { source, kind, name, photos, changes } = entry;
    const lists = [JSON.stringify(photos), changes === undefined ? null : JSON.stringify(changes)];
    const result = insert.run(run.id, this.#clock.now(), source, kind, name, ...lists);
    return Number(result.lastInsertRowid);
  }

  end(operation: number, error?: string): void {
    const update = this.#db.prepare('UPDATE operations SET state = ?, error = ? WHERE id = ?');
    update.run(error === undefined ? 'applied' : 'failed', error ?? null, operation);
  }

  entries(run: string): readonly (JournalEntry & { readonly operation: number })[] {
    const sql = `SELECT id AS operation, source, kind, name, photos, changes FROM operations WHERE run = ? ORDER BY id`;
    return (this.#db.prepare(sql).all(run) as EntryRow[]).map(entryOfRow);
  }

  changeOf(operation: number, photo: PhotoKey): ValueChange | null {
    const sql = `SELECT id AS operation, source, kind, name, photos, changes FROM operations WHERE id = ?`;
    const row = this.#db.prepare(sql).get(operation) as EntryRow | undefined;
    if (row === undefined) return null;
    const { photos, changes } = entryOfRow(row);
    return changes?.[photos.indexOf(photo)] ?? null;
  }

  values(source: SourceName, kind: ValueKind, photos?: Iterable<PhotoKey>): readonly ValueLabel[] {
    const all = `SELECT * FROM labels WHERE source = ? AND kind = ?`;
    if (photos === undefined) return this.#db.prepare(all).all(source, kind) as ValueLabel[];
    const one = this.#db.prepare(`${all} AND name = ? AND photo = ?`);
    return [...photos].flatMap(
      (photo) => (one.get(source, kind, kind, photo) as ValueLabel | undefined) ?? [],
    );
  }

  labels(source: SourceName, kind: LabelKind, name?: string): readonly OwnLabel[] {
    const sql = `SELECT ${labelColumns} FROM labels WHERE source = ? AND kind = ? ${name === undefined ? '' : 'AND name = ?'}`;
    return this.#db.prepare(sql).all(source, kind, ...(name === undefined ? [] : [name])) as OwnLabel[];
  }

  labelsOn(source: SourceName, kind: LabelKind, name: string, photos: Iterable<PhotoKey>): OwnLabel[] {
    const select = this.#db.prepare(
      `SELECT ${labelColumns} FROM labels WHERE source = ? AND kind = ? AND name = ? AND photo = ?`,
    );
    return [...photos].flatMap(
      (photo) => (select.get(source, kind, name, photo) as OwnLabel | undefined) ?? [],
    );
  }

  openLabels(source: SourceName): readonly OwnLabel[] {
    const sql = `SELECT ${labelColumns} FROM labels WHERE source = ? AND kind = 'tag' AND state IN ('written', 'seen', 'removing')`;
    return this.#db.prepare(sql).all(source) as OwnLabel[];
  }

  openValues(source: SourceName): readonly ValueLabel[] {
    const select = this.#db.prepare(
      `SELECT * FROM labels WHERE source = ? AND kind = ? AND state IN ('written', 'seen', 'removing')`,
    );
    return settlingKinds.flatMap((kind) => select.all(source, kind) as ValueLabel[]);
  }

  ownTags(source: SourceName): ReadonlySet<string> {
    const sql = `SELECT DISTINCT name FROM operations WHERE source = ? AND kind = 'tag'`;
    return new Set((this.#db.prepare(sql).all(source) as { name: string }[]).map(({ name }) => name));
  }

  countLabels(source: SourceName): number {
    return Number(pluck(this.#db, 'SELECT count(*) FROM labels WHERE source = ?', source));
  }

  labelledSources(): readonly SourceName[] {
    const sql = `SELECT source FROM labels WHERE state NOT IN ('by-hand', 'refused') UNION SELECT source FROM made WHERE state = 'here'`;
    return (this.#db.prepare(sql).all() as { source: SourceName }[]).map((row) => row.source);
  }

  refusedIn(run: string): readonly OwnLabel[] {
    const sql = `SELECT ${labelColumns} FROM labels WHERE state = 'refused' AND operation IN (SELECT id FROM operations WHERE run = ?)`;
    return this.#db.prepare(sql).all(run) as OwnLabel[];
  }

  standing(run?: string): readonly StandingLabels[] {
    const ofRun = run === undefined ? '' : 'AND l.operation IN (SELECT id FROM operations WHERE run = ?)';
    const sql = `SELECT l.source, l.kind, coalesce(m.name, l.name) AS name, json_group_array(l.photo) AS photos
      FROM labels l LEFT JOIN made m ON l.kind = 'album' AND m.kind = 'album' AND m.source = l.source AND m.server_id = l.name
      WHERE l.state NOT IN ('by-hand', 'refused') ${ofRun} GROUP BY 1, 2, 3`;
    const rows = this.#db.prepare(sql).all(...(run === undefined ? [] : [run])) as (Omit<
      StandingLabels,
      'photos'
    > & { photos: string })[];
    return rows.map((row) => ({ ...row, photos: JSON.parse(row.photos) as PhotoKey[] }));
  }

  put(labels: readonly (OwnLabel | ValueLabel)[]): void {
    const columns = `${labelColumns}, value, before`;
    const values = columns.replace(/\w+/gu, ':$&');
    const insert = this.#db.prepare(`INSERT OR REPLACE INTO labels (${columns}) VALUES (${values})`);
    transaction(this.#db, () => {
      for (const label of labels) insert.run({ value: null, before: null, ...label });
    });
  }

  forget(labels: readonly Pick<OwnLabel, 'source' | 'kind' | 'name' | 'photo'>[]): void {
    const remove = this.#db.prepare(
      'DELETE FROM labels WHERE source = ? AND kind = ? AND name = ? AND photo = ?',
    );
    transaction(this.#db, () => {
      for (const { source, kind, name, photo } of labels) remove.run(source, kind, name, photo);
    });
  }

  made(source: SourceName, kind: LabelKind): readonly MadeThing[] {
    const sql = `SELECT source, kind, name, server_id AS serverId, signature, version, state FROM made WHERE source = ? AND kind = ?`;
    return this.#db.prepare(sql).all(source, kind) as MadeThing[];
  }

  putMade({ source, kind, name, serverId, signature, version, state }: MadeThing): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(source, kind, name, serverId, signature, version, state);
  }

  forgetMade({ source, kind, name }: Pick<MadeThing, 'source' | 'kind' | 'name'>): void {
    this.#db.prepare('DELETE FROM made WHERE source = ? AND kind = ? AND name = ?').run(source, kind, name);
  }

  hold(kind: HoldKind): string | null {
    return (pluck(this.#db, 'SELECT value FROM meta WHERE name = ?', `hold ${kind}`) ?? null) as
      string | null;
  }

  setHold(kind: HoldKind, reason: string | null): void {
    if (reason === null) this.#db.prepare('DELETE FROM meta WHERE name = ?').run(`hold ${kind}`);
    else this.#db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(`hold ${kind}`, reason);
  }

  together<T>(work: () => T): T {
    return transaction(this.#db, work);
  }

  async backUp(): Promise<void> {
    // What a journal holds is never all taken out again: one with nothing in it has lost what the backup may still have.
    const anything =
      'SELECT 1 FROM operations UNION ALL SELECT 1 FROM labels UNION ALL SELECT 1 FROM made UNION ALL SELECT 1 FROM dismissals';
    const isEmpty = pluck(this.#db, `${anything} LIMIT 1`) === undefined;
    if (isEmpty && existsSync(this.#backupPath)) return;
    await backUpDb(this.#db, this.#backupPath);
  }
}

type EntryRow = Omit<JournalEntry, 'photos' | 'changes'> & {
  operation: number;
  photos: string;
  changes: string | null;
};

function entryOfRow({ photos, changes, ...row }: EntryRow): JournalEntry & { readonly operation: number } {
  const entry = { ...row, photos: JSON.parse(photos) as PhotoKey[] };
  return changes === null ? entry : { ...entry, changes: JSON.parse(changes) as ValueChange[] };
}

/** `GroupNumbers` on `journal.db`. */
export class SqliteGroupNumbers implements GroupNumbers {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  numbersOf(keys: readonly PhotoKey[]): ReadonlyMap<PhotoKey, number> {
    const select = this.#db.prepare('SELECT number FROM group_numbers WHERE photo = ?');
    return new Map(
      keys.flatMap((key) => {
        const row = select.get(key) as { number: number } | undefined;
        return row === undefined ? [] : [[key, row.number] as const];
      }),
    );
  }

  take(): number {
    const sql = `INSERT INTO meta VALUES ('last number', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`;
    return onDiskLater(this.#db, () => Number(pluck(this.#db, sql)));
  }

  remember(groups: readonly Group[]): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO group_numbers VALUES (?, ?)');
    const write = (): void => {
      for (const group of groups) for (const member of group.members) insert.run(member.key, group.number);
    };
    // A label that bears a number comes after the entry of its operation, with which this reaches the disk.
    onDiskLater(this.#db, () => {
      transaction(this.#db, write);
    });
  }
}

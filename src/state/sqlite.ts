import { renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { FatalError, exitCodes } from '../errors.js';

/** A SQLite connection with the `node:sqlite` API. */
export type Db = DatabaseSyncInstance;

interface SqliteModule {
  DatabaseSync: new (path: string, options?: { readOnly?: boolean }) => Db;
  backup: (db: Db, path: string) => Promise<number>;
}

const require = createRequire(import.meta.url);

/** Built in where Node has it (>= 22.16, for all of it); else the package with the same API, which ships its binaries. */
function loadSqlite(): SqliteModule {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const builtIn = major > 22 || (major === 22 && minor >= 16);
  return require(builtIn ? 'node:sqlite' : '@photostructure/sqlite') as SqliteModule;
}

export interface OpenOptions {
  readOnly?: boolean;
  /** FULL for what cannot be rebuilt: on disk at each commit. NORMAL for the rest: on disk at `flush`. */
  synchronous?: 'NORMAL' | 'FULL';
  /** The old journal mode instead of WAL: an exclusive lock then shuts out readers too. */
  rollbackJournal?: boolean;
  /** How long a file that somebody else locks is waited for, milliseconds. Default: 5000. */
  waitMs?: number;
}

/** Opens a database in WAL mode. Throws what SQLite throws when the file is not a database. */
export function openDb(path: string, options: OpenOptions = {}): Db {
  const { DatabaseSync } = loadSqlite();
  const db = new DatabaseSync(path, { readOnly: options.readOnly ?? false });
  try {
    db.exec(`PRAGMA busy_timeout = ${options.waitMs ?? 5000}`);
    if (options.readOnly !== true && options.rollbackJournal !== true) db.exec('PRAGMA journal_mode = WAL');
    db.exec(`PRAGMA synchronous = ${options.synchronous ?? 'NORMAL'}; PRAGMA foreign_keys = ON`);
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Closes a database so that its file holds everything: statements that are not collected yet would keep SQLite from doing so
 * by itself. Where that cannot be (a reader, a full disk) the rest stays in the file beside it, and nothing is lost.
 */
export function closeDb(db: Db): void {
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The next one who opens it takes in what lies beside it.
  }
  db.close();
}

/**
 * Copies a database that is in use, a few pages at a time. The copy takes the place of an older one when it is whole.
 * Throws `STATE_NOT_WRITABLE`.
 */
export async function backUpDb(db: Db, path: string): Promise<void> {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  try {
    await loadSqlite().backup(db, fresh);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw mapSqliteError(error);
  }
}

/** Runs `work` in one transaction: all of it is written, or nothing. Nested calls join the outer one. */
export function transaction<T>(db: Db, work: () => T): T {
  if (isInTransaction(db)) return work();
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after a full disk; a second ROLLBACK would hide the first error.
    if (isInTransaction(db)) db.exec('ROLLBACK');
    if (isDamage(error)) damaged.add(db);
    throw mapSqliteError(error);
  }
}

/**
 * What `work` commits is on disk with the next commit outside of this, not before: for many small things that something
 * later relies on. What is in the file stays whole; after a power loss the last of it may be missing. Of a FULL connection.
 */
export function onDiskLater<T>(db: Db, work: () => T): T {
  if (isInTransaction(db)) return work();
  db.exec('PRAGMA synchronous = NORMAL');
  try {
    return work();
  } finally {
    db.exec('PRAGMA synchronous = FULL');
  }
}

const damaged = new WeakSet<Db>();

/** True when a transaction of this connection ended because the file is damaged. */
export function sawDamage(db: Db): boolean {
  return damaged.has(db);
}

function isInTransaction(db: Db): boolean {
  return db.isTransaction;
}

/** What SQLite says of a file that is not a database, or is a broken one. */
export function isDamage(error: unknown): boolean {
  return /disk image is malformed|malformed database schema|not a database|^malformed: /iu.test(
    messageOf(error),
  );
}

/** Somebody else has the file locked. */
export function isBusy(error: unknown): boolean {
  return /\b(?:locked|busy)\b/iu.test(messageOf(error));
}

export function isReadOnly(error: unknown): boolean {
  return /readonly database|\bEROFS\b/iu.test(messageOf(error));
}

/** Turns a full or read-only disk, and a damaged file, into an error that says so; other errors pass. */
export function mapSqliteError(error: unknown): unknown {
  if (error instanceof FatalError) return error;
  if (
    isReadOnly(error) ||
    /disk is full|disk I\/O error|ENOSPC: no space|\bEDQUOT\b/iu.test(messageOf(error))
  ) {
    return new FatalError(
      'STATE_NOT_WRITABLE',
      'The state directory cannot be written (disk full or read-only); free some space and start again',
      exitCodes.failed,
      { cause: error },
    );
  }
  if (isDamage(error)) {
    return new FatalError(
      'STATE_DAMAGED',
      'A file in the state directory is damaged; the next start sets it aside and mends what can be mended',
      exitCodes.failed,
      { cause: error },
    );
  }
  return error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** Version kept in the file's header. */
export function schemaVersion(db: Db): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/**
 * Brings the file from its version to `migrations.length`, one transaction a step.
 * Throws `STATE_NEWER` when the file was written by a newer release.
 */
export function migrate(db: Db, migrations: readonly string[], what: string): void {
  const from = schemaVersion(db);
  if (from > migrations.length) {
    throw new FatalError('STATE_NEWER', `${what} was written by a newer release`, exitCodes.failed);
  }
  migrations
    .slice(from)
    .forEach((sql, step) =>
      transaction(db, () => db.exec(`${sql}; PRAGMA user_version = ${from + step + 1}`)),
    );
}

/** One column of the first row, or undefined. */
export function pluck(db: Db, sql: string, ...values: (string | number)[]): unknown {
  const row = db.prepare(sql).get(...values) as Record<string, unknown> | undefined;
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Rows read at a time. */
const pageSize = 2_000;

/**
 * All rows of a query by id, a page at a time: others may write in between, and no statement stays open. (One that is
 * iterated over pauses of the program may be collected as garbage under the iterator: @photostructure/sqlite 1.2.1 then ends
 * the process.) `sql` gives `id` and takes, after `values`, the id to go on from and the length of a page.
 */
export function* byPages<Row extends { readonly id: number }>(
  db: Db,
  sql: string,
  ...values: (string | number)[]
): Iterable<Row> {
  const statement = db.prepare(sql);
  for (let after = -1; ;) {
    const rows = statement.all(...values, after, pageSize) as unknown as Row[];
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.id;
  }
}

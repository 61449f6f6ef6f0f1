import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError, describeError, exitCodes } from '../errors.js';
import type { Clock, Log } from '../ports.js';
import { indexMigrations } from './index-schema.js';
import { journalMigrations } from './journal-schema.js';
import { mapSqliteError, migrate, openDb, pluck, schemaVersion, type Db } from './sqlite.js';

/** Makes the state directory, private to its user. Throws `STATE_NOT_WRITABLE`. */
export function prepareStateDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new FatalError(
      'STATE_NOT_WRITABLE',
      `The state directory ${dir} cannot be made; choose another with --state-dir`,
      exitCodes.usage,
      { cause: error },
    );
  }
}

export interface OpenedIndex {
  readonly db: Db;
  /** Changes when the index was built anew: checkpoints of another index mean nothing. */
  readonly indexId: string;
}

/**
 * Opens `index.db`; a damaged one, or one of a newer release, is set aside and a new one begun (it can be rebuilt).
 * Throws only when the directory cannot be written.
 */
export function openIndex(dir: string, clock: Clock, log: Log): OpenedIndex {
  const path = join(dir, 'index.db');
  try {
    return openIndexAt(path);
  } catch (error) {
    if (!isDamage(error) && !isNewer(error)) throw cannotOpen(path, error);
    const aside = setAside(path, clock);
    log.warn(
      { path, aside, reason: describeError(error) },
      'index.db could not be used and was set aside; it is being rebuilt, every photo will be read again',
    );
    return openIndexAt(path);
  }
}

function openIndexAt(path: string): OpenedIndex {
  const db = openDb(path);
  try {
    checkIntegrity(db);
    migrate(db, indexMigrations, 'index.db');
    const fresh = db.prepare(`INSERT OR IGNORE INTO meta VALUES ('index id', ?)`);
    fresh.run(randomUUID());
    return { db, indexId: String(pluck(db, `SELECT value FROM meta WHERE name = 'index id'`)) };
  } catch (error) {
    db.close();
    throw error;
  }
}

export interface OpenedJournal {
  readonly db: Db;
  readonly backupPath: string;
  /** Set when the journal was damaged: what happened, for people. */
  readonly damage: string | null;
}

/**
 * Opens `journal.db`. A damaged one is set aside and its backup takes its place; without a good backup it begins empty.
 * Either way `damage` says so, and no label may be removed until a person agrees. A journal of a newer release is never
 * touched: throws `STATE_NEWER`.
 */
export function openJournal(dir: string, clock: Clock, log: Log): OpenedJournal {
  const path = join(dir, 'journal.db');
  const backupPath = join(dir, 'journal.backup.db');
  if (!existsSync(path) && existsSync(backupPath)) {
    copyFileSync(backupPath, path);
    const damage = 'journal.db was gone and was restored from its backup; what was written since is unknown';
    log.error({ path }, damage);
    return { db: openJournalAt(path, backupPath), backupPath, damage };
  }
  try {
    return { db: openJournalAt(path, backupPath), backupPath, damage: null };
  } catch (error) {
    if (!isDamage(error)) throw cannotOpen(path, error);
    const aside = setAside(path, clock);
    const restored = restoreJournal(path, backupPath);
    const damage =
      restored !== null
        ? `journal.db was damaged and was restored from its backup; what was written since the backup is unknown (damaged file: ${aside})`
        : `journal.db was damaged and had no backup; what was written before is unknown (damaged file: ${aside})`;
    log.error({ path, aside, reason: describeError(error) }, damage);
    return { db: restored ?? openJournalAt(path, backupPath), backupPath, damage };
  }
}

/** Null when there is no backup, or none that can be used. */
function restoreJournal(path: string, backupPath: string): Db | null {
  if (!existsSync(backupPath)) return null;
  copyFileSync(backupPath, path);
  try {
    return openJournalAt(path, backupPath);
  } catch (error) {
    const mapped = mapSqliteError(error);
    if (mapped instanceof FatalError) throw mapped;
    rmSync(path);
    return null;
  }
}

function openJournalAt(path: string, backupPath: string): Db {
  const db = openDb(path, { synchronous: 'FULL' });
  try {
    checkIntegrity(db);
    const version = schemaVersion(db);
    if (version > 0 && version < journalMigrations.length) copyFileSync(path, `${backupPath}.v${version}`);
    migrate(db, journalMigrations, 'journal.db');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkIntegrity(db: Db): void {
  const answer = pluck(db, 'PRAGMA quick_check(1)');
  if (answer !== 'ok') throw new Error(`malformed: ${String(answer)}`);
}

/** What SQLite says of a file that is not a database, or is a broken one. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && /malformed|not a database|corrupt/iu.test(error.message);
}

function isNewer(error: unknown): boolean {
  return error instanceof FatalError && error.code === 'STATE_NEWER';
}

/** A file that cannot be opened is not a damaged one: it stays where it is. */
export function cannotOpen(path: string, error: unknown): unknown {
  const mapped = mapSqliteError(error);
  if (mapped instanceof FatalError) return mapped;
  return new FatalError(
    'STATE_UNREADABLE',
    `${path} cannot be opened; does it belong to another user?`,
    exitCodes.failed,
    { cause: error },
  );
}

/** Renames a file (and SQLite's companions) out of the way; returns the new path. */
export function setAside(path: string, clock: Clock): string {
  const aside = `${path}.damaged-${new Date(clock.now()).toISOString().replace(/[:.]/gu, '-')}`;
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError, describeError, exitCodes } from '../errors.js';
import type { Clock, Log } from '../ports.js';
import { checkIndexIfDue, markOpen } from './integrity.js';
import { DamagedFile, indexFile, journalFile, openOwn } from './own-file.js';
import { pluck, type Db } from './sqlite.js';

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
 * Opens `index.db`; a damaged or empty one, another program's, or one of a newer release, is set aside and a new one begun
 * (it can be rebuilt). Throws only when the file or the directory cannot be used.
 */
export function openIndex(dir: string, clock: Clock, log: Log): OpenedIndex {
  const path = join(dir, indexFile.name);
  try {
    return openIndexAt(path, clock);
  } catch (error) {
    if (!(error instanceof DamagedFile) && !isNewer(error)) throw error;
    const aside = setAside(path, clock);
    log.warn(
      { path, aside, reason: reasonOf(error) },
      'index.db could not be used and was set aside; it is being rebuilt, every photo will be read again',
    );
    return openIndexAt(path, clock);
  }
}

function openIndexAt(path: string, clock: Clock): OpenedIndex {
  const check = (db: Db): void => checkIndexIfDue(db, path, clock);
  const db = openOwn(path, indexFile, { synchronous: 'NORMAL', isNew: !existsSync(path), check });
  markOpen(db);
  const fresh = db.prepare(`INSERT OR IGNORE INTO meta VALUES ('index id', ?)`);
  fresh.run(randomUUID());
  return { db, indexId: String(pluck(db, `SELECT value FROM meta WHERE name = 'index id'`)) };
}

export interface OpenedJournal {
  readonly db: Db;
  readonly backupPath: string;
  /** Set when the journal could not be used: what happened, for people. */
  readonly damage: string | null;
}

/**
 * Opens `journal.db`. One that is gone, empty, damaged, or another program's, is set aside and its backup takes its place;
 * without a good backup it begins empty. Either way `damage` says so, and no label may be removed until a person agrees. A
 * journal of a newer release is never touched: throws `STATE_NEWER`.
 */
export function openJournal(dir: string, clock: Clock, log: Log): OpenedJournal {
  const path = join(dir, journalFile.name);
  const backupPath = join(dir, 'journal.backup.db');
  // The first start makes the journal before state.json: without both, nothing was ever written.
  const isNew = !existsSync(join(dir, 'state.json')) && !existsSync(backupPath);
  try {
    if (!isNew && !existsSync(path)) throw new DamagedFile(path, 'gone', journalFile.remedy);
    return { db: openJournalAt(path, backupPath, isNew), backupPath, damage: null };
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    const aside = setAside(path, clock);
    const kept = aside === null ? '' : ` (kept: ${aside})`;
    const restored = restoreJournal(path, backupPath, clock, log);
    const damage =
      restored !== null
        ? `journal.db was ${error.fault} and was restored from its backup; what was written since the backup is unknown${kept}`
        : `journal.db was ${error.fault} and had no backup; what was written before is unknown${kept}`;
    log.error({ path, aside, reason: reasonOf(error) }, damage);
    return { db: restored ?? openJournalAt(path, backupPath, true), backupPath, damage };
  }
}

/** Null when there is no backup, or none that can be used: such a one is kept aside too. */
function restoreJournal(path: string, backupPath: string, clock: Clock, log: Log): Db | null {
  if (!existsSync(backupPath)) return null;
  copyFileSync(backupPath, path);
  try {
    return openJournalAt(path, backupPath, false);
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    rmSync(path);
    const aside = setAside(backupPath, clock);
    log.error({ aside, reason: reasonOf(error) }, 'the backup of journal.db could not be used either');
    return null;
  }
}

function openJournalAt(path: string, backupPath: string, isNew: boolean): Db {
  return openOwn(path, journalFile, {
    synchronous: 'FULL',
    isNew,
    beforeMigration: (version, db) => {
      // What a process that was killed has written lies beside the file still.
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      copyFileSync(path, `${backupPath}.v${version}`);
    },
  });
}

function isNewer(error: unknown): error is FatalError {
  return error instanceof FatalError && error.code === 'STATE_NEWER';
}

/** What is wrong with the file, without what is to be done: that is being done. */
function reasonOf(error: FatalError): string {
  if (error.cause !== undefined) return describeError(error.cause);
  return error instanceof DamagedFile ? `it is ${error.fault}` : describeError(error);
}

/** Renames a file (and SQLite's companions) out of the way; returns the new path, null when there was nothing. */
export function setAside(path: string, clock: Clock): string | null {
  const aside = `${path}.damaged-${new Date(clock.now()).toISOString().replace(/[:.]/gu, '-')}`;
  const there = ['', '-wal', '-shm'].filter((suffix) => existsSync(path + suffix));
  for (const suffix of there) renameSync(path + suffix, aside + suffix);
  return there.length === 0 ? null : aside;
}

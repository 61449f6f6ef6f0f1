import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError, exitCodes } from '../errors.js';
import { openDb, type Db } from './sqlite.js';

/** Who holds the state directory. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  readonly since: string;
  /** Where its HTTP interface listens; absent when it has none. */
  readonly url?: string;
  /** Secret for that interface; the file is readable by its user only. */
  readonly token?: string;
}

export interface StateLock {
  /** Publishes where commands can reach the holder. */
  announce(holder: LockHolder): void;
  release(): void;
}

/** Who only looks whether the lock is free is waited for. */
const lookMs = 500;

/**
 * One process per state directory. The lock is SQLite's own on `lock.db`, so the kernel frees it however the process
 * ends. Throws `STATE_LOCKED` naming the holder.
 */
export function lockStateDir(dir: string, holder: LockHolder): StateLock {
  let db: Db;
  try {
    db = takeLock(join(dir, 'lock.db'));
  } catch (error) {
    const other = lockHolder(dir);
    const who =
      other === null ? 'another process' : `"${other.command}" (process ${other.pid}, since ${other.since})`;
    throw new FatalError('STATE_LOCKED', `${dir} is in use by ${who}`, exitCodes.failed, { cause: error });
  }
  const announce = (who: LockHolder): void =>
    writeFileSync(join(dir, 'holder.json'), JSON.stringify(who), { mode: 0o600 });
  announce(holder);
  // Closing alone frees nothing while a statement of the connection waits to be collected.
  const release = (): void => {
    db.exec('ROLLBACK');
    db.close();
  };
  return { announce, release };
}

function takeLock(path: string): Db {
  const db = openLockDb(path, lookMs);
  try {
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Who holds the lock; null when nobody does. */
export function lockHolder(dir: string): LockHolder | null {
  if (!isLocked(dir)) return null;
  try {
    return JSON.parse(readFileSync(join(dir, 'holder.json'), 'utf8')) as LockHolder;
  } catch {
    return { pid: 0, command: 'unknown', since: 'unknown' };
  }
}

function isLocked(dir: string): boolean {
  let db: Db;
  try {
    db = openLockDb(join(dir, 'lock.db'), 0);
  } catch {
    return true;
  }
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

/** Not in WAL mode: an exclusive lock must shut out everybody. */
function openLockDb(path: string, waitMs: number): Db {
  return openDb(path, { rollbackJournal: true, waitMs });
}

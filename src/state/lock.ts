import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
    db = takeLock(dir);
  } catch (error) {
    if (error instanceof FatalError) throw error;
    const other = lockHolder(dir);
    const who =
      other === null ? 'another process' : `"${other.command}" (process ${other.pid}, since ${other.since})`;
    // That the database is locked is how it shows, and nothing new.
    const cause = isBusy(error) ? undefined : error;
    throw new FatalError('STATE_LOCKED', `${dir} is in use by ${who}`, exitCodes.failed, { cause });
  }
  const announce = (who: LockHolder): void =>
    writeFileSync(join(dir, 'holder.json'), JSON.stringify(who), { mode: 0o600 });
  try {
    announce(holder);
  } catch (error) {
    db.close();
    throw notUsable(dir, error);
  }
  // Closing alone frees nothing while a statement of the connection waits to be collected.
  const release = (): void => {
    db.exec('ROLLBACK');
    db.close();
  };
  return { announce, release };
}

function takeLock(dir: string): Db {
  const db = openLockDb(dir, lookMs);
  try {
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Who holds the lock; null when nobody does, or there is no such directory. Throws `STATE_NOT_WRITABLE` where it may not be used. */
export function lockHolder(dir: string): LockHolder | null {
  if (!isLocked(dir)) return null;
  try {
    return JSON.parse(readFileSync(join(dir, 'holder.json'), 'utf8')) as LockHolder;
  } catch {
    return { pid: 0, command: 'unknown', since: 'unknown' };
  }
}

function isLocked(dir: string): boolean {
  if (!existsSync(join(dir, 'lock.db'))) return false;
  let db: Db;
  try {
    db = openLockDb(dir, 0);
  } catch (error) {
    if (error instanceof FatalError) throw error;
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

/** Not in WAL mode: an exclusive lock must shut out everybody. A lock held by another shows only when it is taken. */
function openLockDb(dir: string, waitMs: number): Db {
  try {
    return openDb(join(dir, 'lock.db'), { rollbackJournal: true, waitMs });
  } catch (error) {
    if (isBusy(error)) throw error;
    throw notUsable(dir, error);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /locked|busy/iu.test(error.message);
}

function notUsable(dir: string, cause: unknown): FatalError {
  return new FatalError(
    'STATE_NOT_WRITABLE',
    `The state directory ${dir} cannot be used; is it another user's, or read-only? Choose another with --state-dir`,
    exitCodes.usage,
    { cause },
  );
}

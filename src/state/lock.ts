import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError, exitCodes } from '../errors.js';
import { isBusy, isDamage, isReadOnly, mapSqliteError, openDb, type Db } from './sqlite.js';

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

const lockFile = 'lock.db';
/** Who only looks whether the lock is free is waited for. */
const lookMs = 500;

/**
 * One process per state directory. The lock is SQLite's own on `lock.db`, so the kernel frees it however the process
 * ends. Throws `STATE_LOCKED` naming the holder, `STATE_NOT_WRITABLE` where the directory cannot be used.
 */
export function lockStateDir(dir: string, holder: LockHolder): StateLock {
  const db = takeLock(dir);
  // Closing alone frees nothing while a statement of the connection waits to be collected.
  const release = (): void => {
    db.exec('ROLLBACK');
    db.close();
  };
  const announce = (who: LockHolder): void =>
    writeFileSync(join(dir, 'holder.json'), JSON.stringify(who), { mode: 0o600 });
  try {
    announce(holder);
  } catch (error) {
    release();
    throw notUsable(dir, error);
  }
  return { announce, release };
}

function takeLock(dir: string): Db {
  const take = (): Db => openLockDb(dir, lookMs, 'BEGIN EXCLUSIVE');
  try {
    try {
      return take();
    } catch (error) {
      if (!isDamage(error)) throw error;
      // It holds no data. Emptied in place, not replaced: whoever comes first locks this very file.
      truncateSync(join(dir, lockFile), 0);
      return take();
    }
  } catch (error) {
    throw isBusy(error) ? lockedBy(dir) : notUsable(dir, error);
  }
}

function lockedBy(dir: string): FatalError {
  const { pid, command, since } = readHolder(dir);
  // Who has just taken the lock has not written its name yet.
  const who = isAlive(pid) ? `"${command}" (process ${pid}, since ${since})` : 'another process';
  // That the database is locked is how it shows, and nothing new.
  return new FatalError('STATE_LOCKED', `${dir} is in use by ${who}`, exitCodes.failed);
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Who holds the lock; null when nobody does, or there is no such directory. Throws `STATE_NOT_WRITABLE` where it may not be used. */
export function lockHolder(dir: string): LockHolder | null {
  return isLocked(dir) ? readHolder(dir) : null;
}

function readHolder(dir: string): LockHolder {
  try {
    const holder = JSON.parse(readFileSync(join(dir, 'holder.json'), 'utf8')) as LockHolder | null;
    if (typeof holder?.pid === 'number') return holder;
  } catch {
    // As good as none.
  }
  return { pid: 0, command: 'unknown', since: 'unknown' };
}

function isLocked(dir: string): boolean {
  if (!existsSync(join(dir, lockFile))) return false;
  try {
    openLockDb(dir, 0, 'BEGIN IMMEDIATE; ROLLBACK').close();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    // Only a lock is told by `busy`; what is wrong with the file or the disk is for whoever takes it.
    if (mapSqliteError(error) instanceof FatalError) return false;
    throw notUsable(dir, error);
  }
}

/** Not in WAL mode: an exclusive lock must shut out everybody. A lock held by another shows only when it is taken. */
function openLockDb(dir: string, waitMs: number, take: string): Db {
  const db = openDb(join(dir, lockFile), { rollbackJournal: true, waitMs });
  try {
    db.exec(take);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function notUsable(dir: string, cause: unknown): unknown {
  const path = join(dir, lockFile);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return new FatalError(
      'STATE_NOT_WRITABLE',
      `${path} is a directory; remove it: it must be a file, and holds no data`,
      exitCodes.usage,
      { cause },
    );
  const mapped = mapSqliteError(cause);
  if (mapped instanceof FatalError && !isReadOnly(cause)) return mapped;
  return new FatalError(
    'STATE_NOT_WRITABLE',
    `The state directory ${dir} cannot be used; is it another user's, or read-only? Choose another with --state-dir`,
    exitCodes.usage,
    { cause },
  );
}

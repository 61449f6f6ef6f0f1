import { statSync } from 'node:fs';
import type { Clock } from '../ports.js';
import { pluck, sawDamage, type Db } from './sqlite.js';

/** Checking reads the whole file: at once up to so many bytes, half a minute from a slow disk for a million photos. */
const alwaysCheckedBytes = 64 * 1024 * 1024;
/** A file that was closed in good order is checked again when the last check is older. */
const checkEveryMs = 7 * 24 * 3_600_000;

const closedMark = 'closed whole';
const checkedMark = 'checked at';

/** Throws what SQLite says of a damaged file. */
export function checkIntegrity(db: Db): void {
  const answer = pluck(db, 'PRAGMA quick_check(1)');
  if (answer !== 'ok') throw new Error(`malformed: ${String(answer)}`);
}

/**
 * Checks an index that is small, was not closed in good order, or was not checked for a week. What else goes wrong with a
 * file shows when it is read, and is checked at the next start. Throws what SQLite says of a damaged file.
 */
export function checkIndexIfDue(db: Db, path: string, clock: Clock): void {
  const marks = marksOf(db);
  const isRecent = Math.abs(clock.now() - Number(marks.get(checkedMark) ?? NaN)) < checkEveryMs;
  if (marks.has(closedMark) && isRecent && statSync(path).size > alwaysCheckedBytes) return;
  checkIntegrity(db);
  // A new file has no place for it yet.
  if (hasMarks(db)) setMark(db, checkedMark, clock.now());
}

/** From now on the file is open: what happens without `markClosed` is checked. */
export function markOpen(db: Db): void {
  db.prepare('DELETE FROM meta WHERE name = ?').run(closedMark);
}

/** Call right before the file is closed. */
export function markClosed(db: Db): void {
  if (sawDamage(db)) return;
  try {
    setMark(db, closedMark, 1);
  } catch {
    // A full disk: the next start checks the file.
  }
}

function setMark(db: Db, name: string, value: number): void {
  db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name, String(value));
}

function marksOf(db: Db): ReadonlyMap<string, string> {
  if (!hasMarks(db)) return new Map();
  const rows = db.prepare('SELECT name, value FROM meta WHERE name IN (?, ?)').all(closedMark, checkedMark);
  return new Map((rows as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
}

function hasMarks(db: Db): boolean {
  return pluck(db, `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'`) !== undefined;
}

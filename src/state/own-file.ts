import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { FatalError, exitCodes } from '../errors.js';
import { indexMigrations } from './index-schema.js';
import { checkIntegrity } from './integrity.js';
import { journalMigrations } from './journal-schema.js';
import { isDamage, mapSqliteError, migrate, openDb, pluck, schemaVersion, type Db } from './sqlite.js';

/** One of our databases, and how it is told from an empty file and from another program's. */
export interface OwnFile {
  readonly name: string;
  /** In the header of the file; files of the first release have 0 there. */
  readonly applicationId: number;
  /** Tables that every version of it has. */
  readonly tables: readonly string[];
  readonly migrations: readonly string[];
  /** For people: what the next run does with one that cannot be used. */
  readonly remedy: string;
}

export const indexFile: OwnFile = {
  name: 'index.db',
  applicationId: 0x50684978,
  tables: ['meta', 'photos', 'members'],
  migrations: indexMigrations,
  remedy: 'the next scan, or start of the agent, sets it aside and builds it anew',
};

export const journalFile: OwnFile = {
  name: 'journal.db',
  applicationId: 0x50684a6c,
  tables: ['meta', 'runs', 'operations', 'labels', 'made'],
  migrations: journalMigrations,
  remedy: 'the next scan, or start of the agent, sets it aside and takes its backup',
};

/** A file of ours that is there and cannot be used. */
export class DamagedFile extends FatalError {
  /** `fault` completes "the file is …". */
  constructor(
    path: string,
    readonly fault: string,
    remedy: string,
    cause?: unknown,
  ) {
    super('STATE_DAMAGED', `${path} is ${fault}; ${remedy}`, exitCodes.failed, { cause });
  }
}

export interface OpenOwnOptions {
  /** FULL for what cannot be rebuilt. */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** Nothing was ever written to it: then an empty file is a new one. */
  readonly isNew: boolean;
  /** Throws what SQLite says of a damaged file; the default reads all of it. */
  readonly check?: (db: Db) => void;
  /** Called before the steps that bring an older file up to date. */
  readonly beforeMigration?: (version: number, db: Db) => void;
}

/**
 * Opens a database of ours for writing and brings it up to date. Throws `DamagedFile`, `STATE_NEWER` for one of a newer
 * release, `STATE_NOT_WRITABLE`, and `STATE_UNREADABLE` for one that is not a file or may not be opened.
 */
export function openOwn(path: string, file: OwnFile, options: OpenOwnOptions): Db {
  return guarded(path, file, () => {
    if (!options.isNew) requireFilled(path, file);
    const db = openDb(path, { synchronous: options.synchronous });
    return closedUnless(db, () => {
      (options.check ?? checkIntegrity)(db);
      requireOwn(db, path, file, options.isNew);
      const version = schemaVersion(db);
      if (version > 0 && version < file.migrations.length) options.beforeMigration?.(version, db);
      migrate(db, file.migrations, file.name);
      if (applicationIdOf(db) !== file.applicationId)
        db.exec(`PRAGMA application_id = ${file.applicationId}`);
    });
  });
}

/** Opens a database of ours for reading, also while it is written to. Throws what `openOwn` throws. */
export function readOwn(path: string, file: OwnFile): Db {
  return guarded(path, file, () => {
    requireFilled(path, file);
    const db = openDb(path, { readOnly: true });
    return closedUnless(db, () => {
      requireOwn(db, path, file, false);
      if (schemaVersion(db) > file.migrations.length)
        throw new FatalError('STATE_NEWER', `${file.name} was written by a newer release`, exitCodes.failed);
    });
  });
}

/** SQLite would open an empty file as a database with nothing in it, and drop the log beside it. */
function requireFilled(path: string, file: OwnFile): void {
  if (statSync(path).size === 0) throw new DamagedFile(path, 'empty', file.remedy);
}

function requireOwn(db: Db, path: string, file: OwnFile, isNew: boolean): void {
  const rows = db.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
  const tables = new Set((rows as { name: string }[]).map(({ name }) => name));
  const id = applicationIdOf(db);
  const isOurs = id === 0 || id === file.applicationId;
  if (isOurs && file.tables.every((name) => tables.has(name))) return;
  const isEmpty = isOurs && tables.size === 0 && schemaVersion(db) === 0;
  if (!isEmpty) throw new DamagedFile(path, 'the database of something else', file.remedy);
  if (!isNew) throw new DamagedFile(path, 'empty', file.remedy);
}

function applicationIdOf(db: Db): number {
  return Number(pluck(db, 'PRAGMA application_id'));
}

function closedUnless(db: Db, work: () => void): Db {
  try {
    work();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function guarded(path: string, file: OwnFile, work: () => Db): Db {
  try {
    return work();
  } catch (error) {
    if (error instanceof FatalError) throw error;
    if (isDamage(error)) throw new DamagedFile(path, 'damaged', file.remedy, error);
    throw unusable(path, error);
  }
}

/** A file that cannot be opened is not a damaged one: it stays where it is. */
function unusable(path: string, cause: unknown): unknown {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isDirectory) {
    const mapped = mapSqliteError(cause);
    if (mapped instanceof FatalError) return mapped;
  }
  const text = isDirectory
    ? `${path} is a directory; move it away, then start again (${basename(path)} is made anew)`
    : `${path} cannot be opened; does it belong to another user?`;
  return new FatalError('STATE_UNREADABLE', text, exitCodes.failed, { cause });
}

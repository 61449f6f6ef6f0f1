import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError, exitCodes } from '../errors.js';
import type { Journal } from '../label-ports.js';
import type { Clock, Log } from '../ports.js';
import type {
  AlbumStore,
  KnownTags,
  CopyStore,
  Dismissals,
  GroupNumbers,
  GroupStore,
  PhotoStore,
  RefusedWrites,
} from '../store-ports.js';
import { SqliteKnownTags } from './known-tags.js';
import { SqliteAlbumStore } from './album-store.js';
import { StateJson } from './checkpoints.js';
import { SqliteCopyStore } from './copy-store.js';
import { SqliteDismissals } from './dismissal-store.js';
import { SqliteGroupStore } from './group-store.js';
import { markClosed } from './integrity.js';
import { SqliteGroupNumbers, SqliteJournal } from './journal.js';
import { lockStateDir, type StateLock } from './lock.js';
import { SqlitePhotoStore } from './photo-store.js';
import { DamagedFile, indexFile, journalFile, readOwn, type OwnFile } from './own-file.js';
import { closeDb, type Db } from './sqlite.js';
import { SqliteRefusedWrites } from './refused-writes.js';
import { openIndex, openJournal, prepareStateDir } from './state-dir.js';

/** Everything that is kept between runs. */
export interface State {
  readonly photos: PhotoStore;
  readonly copies: CopyStore;
  readonly groups: GroupStore;
  readonly albums: AlbumStore;
  readonly knownTags: KnownTags;
  readonly journal: Journal;
  readonly numbers: GroupNumbers;
  readonly dismissals: Dismissals;
  readonly refusedWrites: RefusedWrites;
  readonly json: StateJson;
  readonly lock: StateLock;
  /** Closes the files and frees the lock. Safe to call twice. */
  close(): void;
}

export interface OpenStateOptions {
  readonly dir: string;
  /** Who asks, for whoever finds the directory in use. */
  readonly command: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Locks the state directory and opens what is in it, mending what can be mended. Throws FatalErrors. */
export async function openState({ dir, command, clock, log }: OpenStateOptions): Promise<State> {
  prepareStateDir(dir);
  const since = new Date(clock.now()).toISOString();
  const lock = lockStateDir(dir, { pid: process.pid, command, since });
  try {
    const index = openIndex(dir, clock, log);
    const journalFile = openJournal(dir, clock, log);
    const journal = new SqliteJournal(journalFile.db, clock, journalFile.backupPath);
    if (journalFile.damage !== null) journal.setHold('removals', journalFile.damage);
    const json = await StateJson.open(dir, index.indexId, clock, log);
    const photos = new SqlitePhotoStore(index.db);
    const groups = new SqliteGroupStore(index.db);
    const dismissals = new SqliteDismissals(journalFile.db, clock);
    // A restored journal counts its changes from where its backup was.
    if (journalFile.damage !== null) groups.useDismissals(dismissals.version, null);
    let open = true;
    return {
      photos,
      copies: new SqliteCopyStore(index.db, () => photos.moved()),
      groups,
      albums: new SqliteAlbumStore(index.db),
      knownTags: new SqliteKnownTags(index.db),
      journal,
      numbers: new SqliteGroupNumbers(journalFile.db),
      dismissals,
      refusedWrites: new SqliteRefusedWrites(journalFile.db),
      json,
      lock,
      close: () => {
        if (!open) return;
        open = false;
        markClosed(index.db);
        closeDb(index.db);
        closeDb(journalFile.db);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What can be asked of a journal that somebody else may be writing. */
export type JournalReader = Pick<
  Journal,
  'runs' | 'lastRun' | 'entries' | 'hold' | 'standing' | 'labelledSources'
> & {
  readonly dismissals: Pick<Dismissals, 'standing'>;
  readonly refusedWrites: Pick<RefusedWrites, 'list'>;
  readonly close: () => void;
};

/** The journal for reading only, without the lock: also while an agent runs. Null when nothing was ever written. */
export function openJournalForReading(dir: string, clock: Clock): JournalReader | null {
  const db = openForReading(dir, journalFile);
  if (db === null) return null;
  const dismissals = new SqliteDismissals(db, clock);
  const refusedWrites = new SqliteRefusedWrites(db);
  return Object.assign(new SqliteJournal(db, clock, ''), {
    ...{ dismissals, refusedWrites },
    close: () => db.close(),
  });
}

export interface IndexReader {
  readonly photos: PhotoStore;
  readonly groups: GroupStore;
  readonly copies: Pick<CopyStore, 'likely'>;
  readonly close: () => void;
}

/** Photos and groups for reading only, without the lock: also while an agent runs. Null when nothing was ever indexed. */
export function openIndexForReading(dir: string): IndexReader | null {
  const db = openForReading(dir, indexFile);
  if (db === null) return null;
  return {
    photos: new SqlitePhotoStore(db),
    groups: new SqliteGroupStore(db),
    copies: new SqliteCopyStore(db, () => undefined),
    close: () => db.close(),
  };
}

/** Null only when nothing was ever written there: a file that cannot be read is an error, not an empty answer. */
function openForReading(dir: string, file: OwnFile): Db | null {
  const path = join(dir, file.name);
  if (!isThere(path)) return null;
  try {
    return readOwn(path, file);
  } catch (error) {
    // The first start, under way or cut off, has not come to state.json yet.
    if (error instanceof DamagedFile && error.fault === 'empty' && !isThere(join(dir, 'state.json')))
      return null;
    throw error;
  }
}

/** Throws `STATE_UNREADABLE` where that cannot be told. */
function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    const text = `${path} cannot be opened; does it belong to another user?`;
    throw new FatalError('STATE_UNREADABLE', text, exitCodes.failed, { cause: error });
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { describeError } from '../errors.js';
import type { ServerTime, SourceName } from '../model.js';
import type { Checkpoints, Clock, Log, SourceState } from '../ports.js';
import { setAside } from './state-dir.js';

/** What `state.json` holds: small, and fit for a person to read and edit. */
interface StateFile {
  version: 1;
  /** Id of the index that the checkpoints belong to. */
  index: string;
  sources: Record<string, { checkpoint: string | null; countOffset: number | null }>;
  /** Who an account was when it was first seen: the same name must not become another library. */
  accounts: Record<string, string>;
  /** Folder name to path, so that a folder keeps its name. */
  folders: Record<string, string>;
  /** By account: permissions that its server refused, each with the request; missing in older files. */
  refused?: Record<string, Readonly<Record<string, string>>>;
}

/** `state.json`: checkpoints, identities of servers, names of folders. */
export class StateJson implements Checkpoints {
  readonly #low: Low<StateFile>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(low: Low<StateFile>) {
    this.#low = low;
  }

  /** Reads the file; a damaged or newer one is set aside and begun anew, which costs a full listing. */
  static async open(dir: string, indexId: string, clock: Clock, log: Log): Promise<StateJson> {
    const path = join(dir, 'state.json');
    const empty: StateFile = { version: 1, index: indexId, sources: {}, accounts: {}, folders: {} };
    const fresh = structuredClone(empty);
    const low = new Low<StateFile>(new JSONFile(path), fresh);
    const isThere = existsSync(path);
    try {
      await low.read();
      // lowdb keeps the default where the file holds `null` or nothing.
      if (isThere === (low.data === fresh) || !isStateFile(low.data))
        throw new Error('not a state file of this release');
    } catch (error) {
      const aside = existsSync(path) ? setAside(path, clock) : path;
      log.warn(
        { path, aside, reason: describeError(error) },
        'state.json could not be used and was set aside; sources are listed from the beginning',
      );
      low.data = structuredClone(empty);
    }
    if (low.data.index !== indexId) {
      low.data.index = indexId;
      low.data.sources = {};
    }
    await low.write();
    return new StateJson(low);
  }

  of(source: SourceName): SourceState {
    const entry = this.#low.data.sources[source];
    const at = Date.parse(entry?.checkpoint ?? '');
    return {
      checkpoint: Number.isNaN(at) ? null : (at as ServerTime),
      countOffset: entry?.countOffset ?? null,
    };
  }

  async move(source: SourceName, state: Partial<SourceState>): Promise<void> {
    const next = { ...this.of(source), ...state };
    this.#low.data.sources[source] = {
      checkpoint: next.checkpoint === null ? null : new Date(next.checkpoint).toISOString(),
      countOffset: next.countOffset,
    };
    await this.#write();
  }

  /** The identity an account had before; null for a new one. */
  accountIdentity(source: SourceName): string | null {
    return this.#low.data.accounts[source] ?? null;
  }

  async rememberAccount(source: SourceName, identity: string): Promise<void> {
    if (this.#low.data.accounts[source] === identity) return;
    this.#low.data.accounts[source] = identity;
    await this.#write();
  }

  /** Permissions that the account's server refused to its key, as far as known. */
  refused(source: SourceName): Readonly<Record<string, string>> {
    return this.#low.data.refused?.[source] ?? {};
  }

  async rememberRefused(source: SourceName, refused: Readonly<Record<string, string>>): Promise<void> {
    this.#low.data.refused = { ...this.#low.data.refused, [source]: refused };
    await this.#write();
  }

  /** Resolves when nothing is being written any more: whoever opens the directory next writes the same file. Never throws. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const written = this.#low.write();
    this.#writing = Promise.allSettled([this.#writing, written]);
    await written;
  }

  folders(): Readonly<Record<string, string>> {
    return this.#low.data.folders;
  }

  async rememberFolders(folders: Readonly<Record<string, string>>): Promise<void> {
    Object.assign(this.#low.data.folders, folders);
    await this.#write();
  }
}

/** What `StateJson.refused` would say, read beside whoever uses the file; nothing where it cannot be read. */
export function readRefused(dir: string): (source: SourceName) => Readonly<Record<string, string>> {
  const data = readStateFile(dir);
  return (source) => data?.refused?.[source] ?? {};
}

/** The latest checkpoint of any source, milliseconds since 1970, read in the same way; null where none is known. */
export function readLastCheckpoint(dir: string): number | null {
  const times = Object.values(readStateFile(dir)?.sources ?? {}).map(({ checkpoint }) =>
    Date.parse(checkpoint ?? ''),
  );
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? null : Math.max(...known);
}

function readStateFile(dir: string): StateFile | null {
  try {
    const data: unknown = JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8'));
    return isStateFile(data) ? data : null;
  } catch {
    // Missing, or being set aside: then nothing is known.
    return null;
  }
}

function isStateFile(data: unknown): data is StateFile {
  const file = data as Partial<StateFile> | null;
  return (
    typeof file === 'object' &&
    file !== null &&
    file.version === 1 &&
    typeof file.index === 'string' &&
    [file.sources, file.accounts, file.folders].every(
      (part: unknown) => typeof part === 'object' && part !== null,
    )
  );
}

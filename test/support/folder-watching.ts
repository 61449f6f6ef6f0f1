import { utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Test } from 'tap';
import { folderKey, type PhotoKey, type Signal, type SourceName } from '../../src/model.js';
import type { Clock, Log } from '../../src/ports.js';
import { createFolderRules } from '../../src/sources/folder/folder-rules.js';
import { FolderWatcher, type FolderWatcherOptions } from '../../src/watchers/folder-watcher.js';
import { until } from './until.js';

const nas = 'nas' as SourceName;
export const keyOf = (path: string): PhotoKey => folderKey('nas', path);
export const sweep: Signal = { kind: 'sweep', source: nas };

const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined),
};

/** What a watcher has said so far. */
export interface Heard {
  readonly signals: Signal[];
  readonly warnings: Record<string, unknown>[];
  readonly keys: () => Set<PhotoKey>;
  readonly untilKeys: (...paths: string[]) => Promise<void>;
}

function listening(): Omit<Heard, 'untilKeys'> & {
  readonly emit: (signal: Signal) => void;
  readonly log: Log;
} {
  const signals: Signal[] = [];
  const warnings: Record<string, unknown>[] = [];
  const silent = (): void => undefined;
  const keys = (): Set<PhotoKey> =>
    new Set(signals.flatMap((signal) => (signal.kind === 'photos' ? signal.keys : [])));
  return {
    signals,
    warnings,
    keys,
    emit: (signal) => signals.push(signal),
    log: { debug: silent, info: silent, error: silent, warn: (fields) => warnings.push(fields) },
  };
}

/**
 * Polling compares with what it first saw of a path, and on a busy machine that may already be what a test has changed: then
 * the next change tells. Makes one, each time after a longer while.
 */
function furtherChanges(root: string, paths: readonly string[]): () => Promise<void> {
  let [at, pauseMs] = [performance.now(), 500];
  return async () => {
    if (performance.now() < at + pauseMs) return;
    [at, pauseMs] = [performance.now(), pauseMs * 2];
    const changed = new Set<string>();
    for (const path of paths)
      for (let below = path; below !== '.'; below = dirname(below)) changed.add(join(root, below));
    const later = new Date(Date.now() + pauseMs);
    for (const path of [root, ...changed]) await utimes(path, later, later).catch(() => undefined);
  };
}

type Chosen = Partial<Pick<FolderWatcherOptions, 'settleMs' | 'polling' | 'clock' | 'accepts'>> & {
  ignore?: string[];
};

/** A watcher of that folder, started; stopped when the test ends. */
export async function watching(
  t: Test,
  root: string,
  { ignore = [], ...chosen }: Chosen = {},
  Watcher = FolderWatcher,
): Promise<Heard & { readonly watcher: FolderWatcher }> {
  const heard = listening();
  const untilKeys: Heard['untilKeys'] = async (...paths) => {
    const change = chosen.polling === true ? furtherChanges(root, paths) : () => Promise.resolve();
    await until(`signals of ${paths.join(', ')}`, async () => {
      await change();
      return paths.every((path) => heard.keys().has(keyOf(path)));
    });
  };
  const watcher = new Watcher({
    source: nas,
    root,
    ...createFolderRules(nas, ignore),
    settleMs: 50,
    polling: false,
    pollMs: 50,
    clock: wallClock,
    emit: heard.emit,
    log: heard.log,
    ...chosen,
  });
  t.teardown(() => watcher.stop());
  await watcher.start();
  return { ...heard, untilKeys, watcher };
}

/** Paths that the watcher was told of, in that order: it asks of each whether it is a photo. */
export function toldOf(): { readonly told: string[]; readonly accepts: (path: string) => boolean } {
  const told: string[] = [];
  return { told, accepts: (path) => (told.push(path), path.endsWith('.jpg')) };
}

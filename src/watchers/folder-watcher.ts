import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { describeError } from '../errors.js';
import type { PhotoKey, Signal, SourceName } from '../model.js';
import type { Clock, Log } from '../ports.js';
import { Settling } from './settling.js';

export interface FolderWatcherOptions {
  readonly source: SourceName;
  /** Absolute path. */
  readonly root: string;
  /** Whether a path below the root is looked at at all; false covers all below it. */
  readonly enters: (path: string) => boolean;
  /** Whether a file of that path is a photo. */
  readonly accepts: (path: string) => boolean;
  /** Null where the text does not tell the bytes of the name. */
  readonly keyOf: (path: string) => PhotoKey | null;
  /** How long a file must have been left alone before it is signalled, in milliseconds. */
  readonly settleMs: number;
  /** Asks every file for changes in turn: for network shares, which tell nothing. Costs memory and a request per file. */
  readonly polling: boolean;
  /** Between two rounds of polling, in milliseconds. Default: 5000. */
  readonly pollMs?: number;
  readonly emit: (signal: Signal) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const firstRetryMs = 60_000;
const longestRetryMs = 3_600_000;
/** A share that is unmounted, or a root that is replaced, tells no watcher. */
const rootCheckMs = 60_000;

/** Errors about one path, which other events and the nightly sweep make good. */
const passingCodes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG'];

/** Items that settle: a path below the root; `path/` is a directory with all in it; this one is everything. */
const everything = '/';

/**
 * Signals photos of a folder that may have changed. Only directories are watched: their events name the file, so that
 * 100,000 photos cost as many watches as they have directories (chokidar alone: one per file, 600 MB). When polling, every file.
 * When the watch is lost it signals a sweep and tries again, after 1 minute doubling to 1 hour.
 */
export class FolderWatcher {
  readonly #options: FolderWatcherOptions;
  readonly #settling: Settling;
  #root = '';
  #running: AbortController | null = null;
  #watcher: FSWatcher | null = null;
  #finished: Promise<void> = Promise.resolve();

  constructor(options: FolderWatcherOptions) {
    this.#options = options;
    this.#settling = new Settling({
      settleMs: options.settleMs,
      clock: options.clock,
      settled: (items) => void this.#signal(items),
    });
  }

  /** Resolves when changes from now on will be seen, or when the first try failed and others follow. Never rejects. */
  async start(): Promise<void> {
    if (this.#running !== null) return;
    const running = (this.#running = new AbortController());
    await new Promise<void>((tried) => {
      this.#finished = this.#keepWatching(running.signal, tried);
    });
  }

  /** After it, nothing is signalled. Safe to repeat, and to start again. */
  async stop(): Promise<void> {
    this.#running?.abort();
    this.#running = null;
    this.#settling.stop();
    await this.#finished;
  }

  async #keepWatching(signal: AbortSignal, tried: () => void): Promise<void> {
    const { clock, source } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#watchUntilLost(signal, () => {
          if (failures > 0) this.#resumed();
          failures = 0;
          tried();
        });
      } catch (error) {
        this.#lost(error, failures);
        failures += 1;
        this.#options.emit({ kind: 'sweep', source });
        tried();
        await clock.sleep(Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs), signal);
      }
    }
    tried();
  }

  /** What happened in between was not seen. */
  #resumed(): void {
    const { source, log, emit } = this.#options;
    log.info({ source }, 'folder is watched again');
    emit({ kind: 'sweep', source });
  }

  #lost(error: unknown, failures: number): void {
    const { source, root, log } = this.#options;
    const fields = { source, folder: root, reason: describeError(error), fix: fixFor(codeOf(error)) };
    if (failures === 0) log.warn(fields, 'folder cannot be watched; it is swept, and the watch tried again');
    else log.debug(fields, 'folder still cannot be watched');
  }

  /** Resolves when stopped, throws when the watch is lost. */
  async #watchUntilLost(signal: AbortSignal, ready: () => void): Promise<void> {
    this.#root = await realpath(this.#options.root);
    const identity = await identityOf(this.#root);
    const watcher = (this.#watcher = this.#open());
    const over = new AbortController();
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { signal: over.signal });
      if (signal.aborted) resolve();
    });
    const failed = new Promise<never>((_resolve, reject) => {
      watcher.on('error', (error) => {
        if (!passingCodes.includes(codeOf(error))) reject(asError(error));
      });
    });
    watcher.on('ready', ready);
    try {
      await Promise.race([stopped, failed, this.#untilReplaced(identity, over.signal)]);
    } finally {
      over.abort();
      this.#watcher = null;
      await watcher.close();
    }
  }

  #open(): FSWatcher {
    const { polling, pollMs = 5000 } = this.#options;
    const watcher = watch(this.#root, {
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
      usePolling: polling,
      interval: pollMs,
      binaryInterval: pollMs,
      ignored: (path, stats) => this.#ignores(this.#below(path), stats),
    });
    const touched = (path: string): void => this.#touch(this.#below(path));
    watcher.on('add', touched).on('change', touched).on('unlink', touched);
    watcher.on('addDir', (path) => this.#settling.touch(`${this.#below(path)}/`));
    watcher.on('unlinkDir', () => this.#settling.touch(everything));
    watcher.on('raw', (_event, name: string | null, details: unknown) => {
      const directory = watchedPathOf(details);
      if (directory === null) return;
      if (name === null) this.#settling.touch(`${this.#below(directory)}/`);
      else touched(join(directory, name));
    });
    return watcher;
  }

  #ignores(path: string, stats?: { isDirectory(): boolean }): boolean {
    if (path === '') return false;
    if (!this.#options.enters(path)) return true;
    if (stats === undefined || stats.isDirectory()) return false;
    return !this.#options.polling || !this.#options.accepts(path);
  }

  #touch(path: string): void {
    const { accepts, enters } = this.#options;
    // A name that is not UTF-8 comes garbled: it may be a photo or a directory of them.
    if (path.includes('\uFFFD') ? enters(path) : accepts(path)) this.#settling.touch(path);
  }

  #below(path: string): string {
    return relative(this.#root, path).replaceAll('\\', '/');
  }

  /** Throws when another directory stands at the root, or none. */
  async #untilReplaced(identity: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(rootCheckMs, signal);
      if ((await identityOf(this.#root)) !== identity) throw new Error('another folder stands there now');
    }
  }

  async #signal(items: readonly string[]): Promise<void> {
    const { source, keyOf, emit } = this.#options;
    const signal = this.#running?.signal;
    const paths: string[] = [];
    for (const item of items) paths.push(...(item.endsWith('/') ? await this.#photosIn(item) : [item]));
    if (signal === undefined || signal.aborted) return;
    const keys = paths.map(keyOf);
    const known = keys.filter((key) => key !== null);
    if (known.length > 0) emit({ kind: 'photos', keys: [...new Set(known)] });
    if (items.includes(everything) || known.length < keys.length) emit({ kind: 'sweep', source });
  }

  /** Photos right in a directory that came; those below it come with their own. */
  async #photosIn(directory: string): Promise<string[]> {
    if (directory === everything) return [];
    const entries = await readdir(join(this.#root, directory), { withFileTypes: true }).catch(() => []);
    const below = (isDirectory: boolean): string[] =>
      entries.filter((entry) => entry.isDirectory() === isDirectory).map(({ name }) => directory + name);
    this.#watchMissed(below(true));
    return below(false).filter(this.#options.accepts);
  }

  /** chokidar first reads a directory that came and then watches it: what is made there in between it never sees. */
  #watchMissed(directories: readonly string[]): void {
    if (this.#watcher === null || directories.length === 0) return;
    const watched = this.#watcher.getWatched();
    for (const path of directories) {
      const absolute = join(this.#root, path);
      if (absolute in watched || !this.#options.enters(path)) continue;
      this.#watcher.add(absolute);
      this.#settling.touch(`${path}/`);
    }
  }
}

async function identityOf(root: string): Promise<string> {
  const { dev, ino } = await stat(root, { bigint: true });
  return `${dev}:${ino}`;
}

function watchedPathOf(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return null;
  return typeof details.watchedPath === 'string' ? details.watchedPath : null;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** What a person can do about it. */
function fixFor(code: string): string {
  if (code === 'ENOSPC')
    return 'raise the limit (sysctl fs.inotify.max_user_watches=524288) or set polling: true for this folder';
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'raise the limits (sysctl fs.inotify.max_user_instances=512; LimitNOFILE) or set polling: true for this folder';
  return 'see that the folder is mounted and can be read';
}

import { FatalError, TerminalError, TransientError, describeError } from '../errors.js';
import { readWithPatience } from '../pipeline/source-reader.js';
import type { Parts, ReadSource } from './parts.js';

export interface SourceLoopOptions {
  readonly parts: Parts;
  readonly one: ReadSource;
  /** Opens the source; throws while it cannot be used. */
  readonly open: (one: ReadSource) => Promise<void>;
  /** It was read: labels may have to change; `everything` = compare all of them. */
  readonly wasRead: (everything: boolean) => void;
}

const firstPauseMs = 5_000;
const longestPauseMs = 5 * 60_000;

/** Follows one source for ever: opens it, catches up, then reads it again whenever it is asked to, one reading at a time. */
export class SourceLoop {
  readonly #options: SourceLoopOptions;
  #asked: 'changes' | 'sweep' | null = null;
  #wake: () => void = () => undefined;

  constructor(options: SourceLoopOptions) {
    this.#options = options;
  }

  /** Asks for a reading; asking often while one is under way means one more. */
  ask(what: 'changes' | 'sweep'): void {
    if (this.#asked !== 'sweep') this.#asked = what;
    this.#wake();
  }

  /** Resolves when the agent stops. Throws the FatalError that nobody but a person can mend. */
  async run(): Promise<void> {
    const { parts, one, wasRead } = this.#options;
    const { stopping } = parts;
    await this.#openWithPatience();
    if (stopping.aborted) return;
    // A disk need not be spared: what was left when the agent stopped is looked at while the folder is listed.
    if (one.source.kind === 'folder') await lookAtRest(parts, [one]);
    await one.watcher.start();
    try {
      // A folder tells nothing of what happened while nobody watched; a server does.
      await this.#read(one.source.kind === 'folder' ? 'sweep' : 'changes');
      await lookAtRest(parts, [one]);
      wasRead(true);
      for (;;) {
        const what = await this.#next();
        if (what === null) return;
        await this.#read(what);
        wasRead(what === 'sweep');
      }
    } finally {
      await one.watcher.stop();
    }
  }

  async #openWithPatience(): Promise<void> {
    const { parts, one, open } = this.#options;
    const { clock, log, stopping } = parts;
    for (let pauseMs = firstPauseMs; !stopping.aborted; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        await open(one);
        return;
      } catch (error) {
        if (error instanceof FatalError && error.code !== 'FOLDER_MISSING') throw error;
        const reason = describeError(error);
        log.warn({ source: one.source.name, reason, pauseMs }, 'the source cannot be used; will try again');
        await clock.sleep(pauseMs, stopping);
      }
    }
  }

  async #read(what: 'changes' | 'sweep'): Promise<void> {
    const { parts, one } = this.#options;
    const { clock, log, stopping } = parts;
    const { reader } = one;
    const read = (): Promise<void> =>
      what === 'sweep' ? reader.readAll(stopping) : reader.readChanges(stopping);
    await readWithPatience(() => read().catch(laterAgain), { tries: Infinity, clock, log, signal: stopping });
  }

  async #next(): Promise<'changes' | 'sweep' | null> {
    const { stopping } = this.#options.parts;
    while (this.#asked === null && !stopping.aborted) {
      const stopped = (): void => this.#wake();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        stopping.addEventListener('abort', stopped, { once: true });
      });
      stopping.removeEventListener('abort', stopped);
    }
    const what = this.#asked;
    this.#asked = null;
    return stopping.aborted ? null : what;
  }
}

/** Lets the queue take the wanted photos of sources that were listed, those first that look like another. */
export async function lookAtRest(
  { backlog, queue, stopping }: Parts,
  sources: readonly ReadSource[],
): Promise<void> {
  await backlog.open(
    sources.map(({ source }) => source.name),
    stopping,
  );
  queue.wake();
}

/** What cannot be had of one photo, or what a server refuses now, does not end a service. */
function laterAgain(error: unknown): never {
  throw error instanceof TerminalError
    ? new TransientError(error.code, error.message, { cause: error })
    : error;
}

import { FatalError, TransientError } from '../errors.js';
import type { Clock, Log } from '../ports.js';

/** Keys that wait elsewhere, and are taken when the queue has nothing else to look at. */
export interface KeySupply<Key extends string> {
  /** Keys that `take` will hand out in time. */
  readonly size: number;
  /** At most `limit` keys, each once; none while those that are left must wait for something. */
  take(limit: number): readonly Key[];
}

export interface QueueOptions<Key extends string> {
  /** Looks at one key; the queue decides from the error what happens next. */
  readonly work: (key: Key) => Promise<void>;
  /** A key that will not be tried again: its last error was not transient, or came too often. */
  readonly gaveUp: (key: Key, error: unknown) => void;
  /** A FatalError: the queue stops taking keys. */
  readonly stopped: (error: FatalError) => void;
  /** Keys worked on at a time. */
  readonly concurrency: number;
  readonly supply?: KeySupply<Key>;
  /** Tries of a key before it is given up, while so many keys wait for another; Infinity = for ever. */
  readonly maxTries: (error: TransientError, waiting: number) => number;
  /** Most milliseconds until the next try, after so many; default a minute. */
  readonly longestDelayMs?: (error: TransientError, tries: number, waiting: number) => number;
  readonly clock: Clock;
  readonly log: Log;
}

const firstDelayMs = 250;
const longestDelayMs = 60_000;
/** Keys taken from the supply at a time. */
const takenAtOnce = 200;

/**
 * Keys to look at. Adding a key twice means one look; adding it while it is looked at means one more. Transient failures
 * come back with doubling, jittered delays; a key that waits for its next try is looked at earlier when it is added again.
 */
export class KeyedQueue<Key extends string> {
  readonly #ready = new Map<Key, number>();
  readonly #active = new Map<Key, boolean>();
  readonly #delayed = new Map<Key, { tries: number; abort: AbortController }>();
  readonly #options: QueueOptions<Key>;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(options: QueueOptions<Key>) {
    this.#options = options;
  }

  add(keys: Iterable<Key>): void {
    if (this.#closed) return;
    for (const key of keys) {
      if (this.#active.has(key)) this.#active.set(key, true);
      else if (!this.#ready.has(key)) {
        this.#delayed.get(key)?.abort.abort();
        this.#delayed.delete(key);
        this.#ready.set(key, 0);
      }
    }
    this.#pump();
  }

  /** Says that the supply may have keys to take. */
  wake(): void {
    if (!this.#closed) this.#pump();
  }

  /** Keys waiting, here or in the supply, looked at, or waiting for another try. */
  get pending(): number {
    const supplied = this.#closed ? 0 : (this.#options.supply?.size ?? 0);
    return this.#ready.size + this.#active.size + this.#delayed.size + supplied;
  }

  /** Resolves when nothing is pending. */
  async drained(): Promise<void> {
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Forgets what waits and resolves when the keys being looked at are done. */
  async close(): Promise<void> {
    this.#forgetWaiting();
    this.#wakeIfIdle();
    await this.drained();
  }

  #forgetWaiting(): void {
    this.#closed = true;
    this.#ready.clear();
    for (const { abort } of this.#delayed.values()) abort.abort();
    this.#delayed.clear();
  }

  #pump(): void {
    do
      for (const [key, tries] of this.#ready) {
        if (this.#active.size >= this.#options.concurrency) return;
        this.#ready.delete(key);
        this.#active.set(key, false);
        void this.#lookAt(key, tries);
      }
    while (this.#active.size < this.#options.concurrency && this.#supplied());
    this.#wakeIfIdle();
  }

  /** Takes keys of the supply that are not in hand already; false when it has none to give now. */
  #supplied(): boolean {
    if (this.#closed) return false;
    const keys = this.#options.supply?.take(takenAtOnce) ?? [];
    for (const key of keys) if (!this.#active.has(key) && !this.#delayed.has(key)) this.#ready.set(key, 0);
    return keys.length > 0;
  }

  async #lookAt(key: Key, tries: number): Promise<void> {
    let retry: TransientError | null = null;
    try {
      await this.#options.work(key);
    } catch (error) {
      retry = this.#judge(key, tries + 1, error);
    }
    const again = this.#active.get(key) === true;
    this.#active.delete(key);
    if (!this.#closed) {
      if (again) this.#ready.set(key, 0);
      else if (retry !== null) this.#delay(key, tries + 1, retry);
    }
    this.#pump();
  }

  /** The error to wait for, or null when the key is done with. */
  #judge(key: Key, tries: number, error: unknown): TransientError | null {
    if (this.#closed) return null;
    if (error instanceof TransientError && tries < this.#options.maxTries(error, this.#delayed.size + 1))
      return error;
    try {
      if (error instanceof FatalError) throw error;
      this.#options.gaveUp(key, error);
    } catch (fatal) {
      // Giving up writes to the index: a full disk may end that as it may end a look.
      if (!(fatal instanceof FatalError)) throw fatal;
      this.#forgetWaiting();
      this.#options.stopped(fatal);
    }
    return null;
  }

  #delay(key: Key, tries: number, error: TransientError): void {
    const { clock, log } = this.#options;
    const most = this.#options.longestDelayMs?.(error, tries, this.#delayed.size + 1) ?? longestDelayMs;
    const backOff = Math.min(most, firstDelayMs * 2 ** (tries - 1));
    const delayMs = error.retryAfterMs ?? backOff * (0.75 + Math.random() / 2);
    log.debug({ key, tries, delayMs: Math.round(delayMs), reason: error.code }, 'will look again');
    const abort = new AbortController();
    this.#delayed.set(key, { tries, abort });
    void clock.sleep(delayMs, abort.signal).then(() => {
      if (this.#closed || abort.signal.aborted) return;
      this.#delayed.delete(key);
      this.#ready.set(key, tries);
      this.#pump();
    });
  }

  #wakeIfIdle(): void {
    if (this.pending > 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}

import { FatalError, TransientError, describeError, exitCodes } from '../../errors.js';
import type { Clock, Log } from '../../ports.js';
import { isStopping } from './http-errors.js';

export interface OutageOptions {
  /**
   * How long callers wait for a server that went away before they get the error; a server that never answered is waited
   * for only when this is Infinity.
   */
  readonly patienceMs: number;
  /** Aborted when nobody waits any more. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when the server answers. */
  readonly probe: () => Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;
const mostTries = 3;

/**
 * Turns an outage of the server into a pause: while it is away one probe asks for it, and everybody else waits instead of
 * failing one by one. It is over when a call succeeds: who answers a probe may still refuse everything else.
 */
export class Outage {
  readonly #options: OutageOptions;
  #recovery: Promise<void> | null = null;
  #since: number | null = null;
  #pauseMs = firstPauseMs;
  #ended = 0;
  #everThere = false;
  #lost: FatalError | null = null;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** Outages that are over. */
  get ended(): number {
    return this.#ended;
  }

  /** Our clock's milliseconds since when the server has been away; null while it is there. */
  get since(): number | null {
    return this.#since;
  }

  /**
   * Runs the call; when the server is away, waits until it is back and runs it again, three times in all: a server that
   * answers others and breaks off this call is not away. What is not `repeatable` is run once. Throws FatalError
   * `IMMICH_UNREACHABLE` (exit code 3) once patience is spent, and from then on at once.
   */
  async during<T>(call: () => Promise<T>, repeatable = true): Promise<T> {
    const { patienceMs, stopping } = this.#options;
    for (let tries = 1; ; tries++) {
      if (this.#lost !== null) throw this.#lost;
      if (this.#recovery !== null) await this.#recovery;
      try {
        const result = await call();
        this.#isThere();
        return result;
      } catch (error) {
        if (!this.#isAway(error)) throw error;
        if (stopping.aborted) throw isStopping();
        if (patienceMs < Infinity && !this.#everThere) throw this.#unreachable(error);
        this.#recovery ??= this.#recover(error);
        // Who gives up does not wait for it.
        this.#recovery.catch(() => undefined);
        if (!repeatable || tries >= mostTries)
          throw error instanceof TransientError
            ? error
            : new TransientError('IMMICH_BAD_ANSWER', describeError(error), { cause: error });
      }
    }
  }

  /** For a service, a page in place of Immich's answer is an outage too: a proxy says such things while it restarts. */
  #isAway(error: unknown): boolean {
    if (error instanceof TransientError) return error.code === 'IMMICH_UNREACHABLE';
    const misplaced = ['IMMICH_NOT_IMMICH', 'IMMICH_REDIRECTED', 'IMMICH_TLS'];
    return (
      this.#options.patienceMs === Infinity && error instanceof FatalError && misplaced.includes(error.code)
    );
  }

  #unreachable(cause: unknown): FatalError {
    return new FatalError('IMMICH_UNREACHABLE', describeError(cause), exitCodes.unreachable, { cause });
  }

  #isThere(): void {
    const { clock, log } = this.#options;
    this.#everThere = true;
    // What was answered before it went away says nothing.
    if (this.#since === null || this.#recovery !== null) return;
    log.info({ seconds: Math.round((clock.now() - this.#since) / 1000) }, 'Immich is back');
    this.#since = null;
    this.#pauseMs = firstPauseMs;
    this.#ended++;
  }

  async #recover(first: unknown): Promise<void> {
    const { clock, log, patienceMs, probe, stopping } = this.#options;
    const isNew = this.#since === null;
    const since = (this.#since ??= clock.now());
    const isSpent = (): boolean => clock.now() - since >= patienceMs;
    if (isNew) log.warn({ reason: describeError(first) }, 'Immich is away; waiting for it');
    try {
      if (!isNew && isSpent()) throw (this.#lost = this.#unreachable(first));
      for (;;) {
        await clock.sleep(Math.min(this.#pauseMs * (0.75 + Math.random() / 2), patienceMs), stopping);
        this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
        if (stopping.aborted) throw isStopping();
        try {
          await probe();
          return;
        } catch (error) {
          if (isSpent()) throw (this.#lost = this.#unreachable(error));
        }
      }
    } finally {
      this.#recovery = null;
    }
  }
}

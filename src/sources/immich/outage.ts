import { TransientError, describeError } from '../../errors.js';
import type { Clock, Log } from '../../ports.js';

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

const longestPauseMs = 30_000;
const mostTries = 3;

/**
 * Turns an outage of the server into a pause: while it is away one probe asks for it, and everybody else waits instead of
 * failing one by one.
 */
export class Outage {
  readonly #options: OutageOptions;
  #recovery: Promise<void> | null = null;
  #since: number | null = null;
  #everThere = false;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** Our clock's milliseconds since when the server has been away; null while it is there. */
  get since(): number | null {
    return this.#since;
  }

  /**
   * Runs the call; when the server is away, waits until it is back and runs it again, three times in all: a server that
   * answers others and breaks off this call is not away. What is not `repeatable` is run once.
   */
  async during<T>(call: () => Promise<T>, repeatable = true): Promise<T> {
    for (let tries = 1; ; tries++) {
      if (this.#recovery !== null) await this.#recovery;
      try {
        const result = await call();
        this.#everThere = true;
        return result;
      } catch (error) {
        if (!(error instanceof TransientError) || error.code !== 'IMMICH_UNREACHABLE') throw error;
        if (this.#options.patienceMs < Infinity && !this.#everThere) throw error;
        this.#recovery ??= this.#recover(error);
        // Who gives up does not wait for it.
        this.#recovery.catch(() => undefined);
        if (!repeatable || tries >= mostTries) throw error;
      }
    }
  }

  async #recover(first: TransientError): Promise<void> {
    const { clock, log, patienceMs, probe, stopping } = this.#options;
    const since = clock.now();
    this.#since = since;
    log.warn({ reason: describeError(first) }, 'Immich is away; waiting for it');
    try {
      for (let pause = 500; ; pause = Math.min(longestPauseMs, pause * 2)) {
        await clock.sleep(Math.min(pause * (0.75 + Math.random() / 2), patienceMs), stopping);
        if (stopping.aborted) throw first;
        try {
          await probe();
          log.info({ seconds: Math.round((clock.now() - since) / 1000) }, 'Immich is back');
          this.#since = null;
          return;
        } catch (error) {
          if (clock.now() - since >= patienceMs) throw error;
        }
      }
    } finally {
      this.#recovery = null;
    }
  }
}

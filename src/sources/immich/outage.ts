import { FatalError, TransientError, describeError, exitCodes } from '../../errors.js';
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
    for (let tries = 1; ; tries++) {
      if (this.#lost !== null) throw this.#lost;
      if (this.#recovery !== null) await this.#recovery;
      try {
        const result = await call();
        this.#everThere = true;
        return result;
      } catch (error) {
        if (!this.#isAway(error)) throw error;
        if (this.#options.patienceMs < Infinity && !this.#everThere) throw this.#unreachable(error);
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

  async #recover(first: unknown): Promise<void> {
    const { clock, log, patienceMs, probe, stopping } = this.#options;
    const since = clock.now();
    this.#since = since;
    log.warn({ reason: describeError(first) }, 'Immich is away; waiting for it');
    try {
      for (let pause = 500; ; pause = Math.min(longestPauseMs, pause * 2)) {
        await clock.sleep(Math.min(pause * (0.75 + Math.random() / 2), patienceMs), stopping);
        if (stopping.aborted) throw new TransientError('STOPPING', 'the agent is stopping');
        try {
          await probe();
          log.info({ seconds: Math.round((clock.now() - since) / 1000) }, 'Immich is back');
          this.#since = null;
          this.#ended++;
          return;
        } catch (error) {
          if (clock.now() - since >= patienceMs) throw (this.#lost = this.#unreachable(error));
        }
      }
    } finally {
      this.#recovery = null;
    }
  }
}

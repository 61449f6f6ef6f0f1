import type { Clock } from '../../src/ports.js';

/** Milliseconds between two rounds of this process that are looked at, and what of such a time counts at most. */
const roundMs = 10;
const countedMs = 25;

/**
 * The machine's time without what this process could not use of it. While it is busy, or others have the processors, its event
 * loop comes round late: then only 25 ms of each round count.
 */
const rounds = { counted: 0, at: performance.now() };

function usableMs(): number {
  return rounds.counted + Math.min(performance.now() - rounds.at, countedMs);
}

setInterval(() => {
  rounds.counted = usableMs();
  rounds.at = performance.now();
}, roundMs).unref();

/**
 * A clock that runs `factor` times as fast as the machine's: what waits for a minute waits for seconds. A busy machine
 * slows it down, at most to the machine's own pace: a minute's patience does not end before the work had its seconds.
 */
export function hurriedClock(factor: number): Clock {
  const startedAt = Date.now();
  const since = usableMs();
  const now = (): number => Math.floor(Math.max(Date.now(), startedAt + (usableMs() - since) * factor));
  return {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const end = now() + ms;
        let timer: NodeJS.Timeout | undefined;
        const over = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', over);
          resolve();
        };
        const wait = (): void => {
          const leftMs = end - now();
          if (leftMs <= 0 || signal?.aborted === true) over();
          else timer = setTimeout(wait, leftMs / factor);
        };
        signal?.addEventListener('abort', over);
        wait();
      }),
  };
}

/** A clock turned by hand. A sleep moves it on at once. */
export class ManualClock implements Clock {
  #now: number;

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  turn(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number): Promise<void> {
    this.#now += ms;
    return Promise.resolve();
  }
}

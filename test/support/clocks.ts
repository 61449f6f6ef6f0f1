import type { Clock } from '../../src/ports.js';

/** A clock that runs `factor` times as fast as the machine's: what waits for a minute waits for seconds. */
export function hurriedClock(factor: number): Clock {
  const startedAt = Date.now();
  const real = performance.now();
  return {
    now: () => Math.floor(startedAt + (performance.now() - real) * factor),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const over = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', over);
          resolve();
        };
        const timer = setTimeout(over, ms / factor);
        signal?.addEventListener('abort', over);
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

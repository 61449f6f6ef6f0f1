import type { Clock } from './clock.js';

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Time of a stand-in that passes only when a test says so. */
export class HandClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #due = new Set<Due>();

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, delayMs: number): Due {
    const due = { at: this.#now + delayMs, run };
    this.#due.add(due);
    return due;
  }

  clearTimeout(handle: unknown): void {
    this.#due.delete(handle as Due);
  }

  /** Lets `ms` milliseconds pass. What comes due runs in its order, each at its own time, what it sets off included. */
  async turn(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#due].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due.delete(next);
      this.#now = next.at;
      next.run();
      // What it began ends before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = until;
  }
}

import type { Clock } from '../ports.js';

export interface SettlingOptions {
  /** How long nothing must have happened to an item, in milliseconds. */
  readonly settleMs: number;
  /** Items that have settled, each once. */
  readonly settled: (items: readonly string[]) => void;
  readonly clock: Clock;
}

/** Holds items back until they have been left alone for a while, and hands over together what settles together. */
export class Settling {
  readonly #options: SettlingOptions;
  /** When each item will have settled; earliest first, because every touch moves an item to the end. */
  readonly #due = new Map<string, number>();
  #running: AbortController | null = null;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** Something happened to the item: it waits from now on. */
  touch(item: string): void {
    this.#due.delete(item);
    this.#due.set(item, this.#options.clock.now() + this.#options.settleMs);
    if (this.#running === null) void this.#run((this.#running = new AbortController()));
  }

  /** Forgets what has not settled. Safe to repeat; `touch` starts anew. */
  stop(): void {
    this.#due.clear();
    this.#running?.abort();
    this.#running = null;
  }

  async #run(running: AbortController): Promise<void> {
    const { clock, settled } = this.#options;
    while (this.#running === running) {
      const [first] = this.#due.values();
      if (first === undefined) {
        this.#running = null;
        return;
      }
      await clock.sleep(Math.max(1, first - clock.now()), running.signal);
      if (this.#running === running) settled(this.#take(clock.now()));
    }
  }

  #take(now: number): string[] {
    const items: string[] = [];
    for (const [item, due] of this.#due) {
      if (due > now) break;
      items.push(item);
      this.#due.delete(item);
    }
    return items;
  }
}

import type { Clock } from './clock.js';

/** The one scheduler of the stand-in: everything Immich does after it has answered runs through here. */
export class Background {
  readonly #clock: Clock;
  readonly #timers = new Set<unknown>();
  #pending = 0;
  #waiting: (() => void)[] = [];
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs the job after the delay (0 = on the next turn of the clock). An error in a job is lost, as in a job queue. */
  after(delayMs: number, job: () => void | Promise<void>): void {
    if (this.#stopped) return;
    this.#pending++;
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      void this.#run(job);
    }, delayMs);
    this.#timers.add(timer);
  }

  /** Resolves when nothing is queued or running, jobs that queue further jobs included. */
  settled(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Forgets all that is queued; whoever waits for `settled` goes on. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#pending -= this.#timers.size;
    this.#timers.clear();
    this.#release();
  }

  async #run(job: () => void | Promise<void>): Promise<void> {
    try {
      if (!this.#stopped) await job();
    } catch {
      // a failed job is gone; Immich only writes a line into its log
    }
    this.#pending--;
    if (this.#pending === 0) this.#release();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

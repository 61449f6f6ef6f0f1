import type { Signal, SourceName } from '../model.js';
import type { Clock } from '../ports.js';

export interface ImmichPollerOptions {
  readonly source: SourceName;
  /** Between two looks. */
  readonly pollMs: number;
  /** Longest pause, for a server that is slow to answer. */
  readonly pollMaxMs: number;
  /** How long the last look took, milliseconds. */
  readonly lastTookMs: () => number;
  readonly clock: Clock;
  readonly emit: (signal: Signal) => void;
}

/** Says at intervals: look what changed. A server that needs long to answer is asked less often. */
export class ImmichPoller {
  readonly #options: ImmichPollerOptions;
  #stop: AbortController | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: ImmichPollerOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#stop = new AbortController();
    this.#loop = this.#poll(this.#stop.signal);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#loop;
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { source, pollMs, pollMaxMs, lastTookMs, clock, emit } = this.#options;
    for (;;) {
      const pauseMs = Math.max(pollMs, Math.min(pollMaxMs, lastTookMs() * 10));
      await clock.sleep(pauseMs, signal);
      if (signal.aborted) return;
      emit({ kind: 'changes', source });
    }
  }
}

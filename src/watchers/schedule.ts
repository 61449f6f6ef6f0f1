import { schedule, type ScheduledTask } from 'node-cron';
import type { Signal, SourceName } from '../model.js';

export interface ScheduleOptions {
  /** Cron expression, local time. */
  readonly sweep: string;
  readonly sources: readonly SourceName[];
  readonly emit: (signal: Signal) => void;
}

/** Says at set times: list everything again. It finds what no event told. */
export class Schedule {
  readonly #options: ScheduleOptions;
  #task: ScheduledTask | null = null;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    const { sweep, sources, emit } = this.#options;
    this.#task = schedule(sweep, () => {
      for (const source of sources) emit({ kind: 'sweep', source });
    });
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#task?.destroy();
    this.#task = null;
  }
}

import { Worker } from 'node:worker_threads';
import type { Near } from './nearest.js';
import type { CandidateBounds } from './thumb-forest.js';
import type { ThumbSnapshot } from './thumb-snapshot.js';

/** What a thread is started with. */
export interface ThreadLibrary {
  readonly library: ThumbSnapshot;
  readonly bounds: CandidateBounds;
}

/** Rows of the library, `to` not included: what a thread is asked for. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** What it answers: by row of the range, the candidates, nearest first. */
export type RangeAnswer = readonly (readonly Near[])[];

/** Beside this file, with the ending that it has: as it stands in tests, compiled otherwise. */
const usualCode = new URL(`./thumb-worker${import.meta.url.slice(-3)}`, import.meta.url);

/** As many threads as can be had: none where there are no threads or the code is not found. */
export function startThreads(count: number, library: ThreadLibrary, code: URL = usualCode): ThumbThread[] {
  const threads: ThumbThread[] = [];
  try {
    while (threads.length < count) threads.push(new ThumbThread(new Worker(code, { workerData: library })));
  } catch {
    // Those that did start do the work.
  }
  return threads;
}

/** A thread that runs `thumb-worker.ts`. */
export class ThumbThread {
  readonly #worker: Worker;
  #hasEnded = false;
  #settle: (answer: RangeAnswer | null) => void = () => undefined;

  constructor(worker: Worker) {
    const ended = (): void => {
      this.#hasEnded = true;
      this.#settle(null);
    };
    this.#worker = worker
      .on('message', (answer: RangeAnswer) => {
        this.#settle(answer);
      })
      .on('error', ended)
      .on('exit', ended);
  }

  /** Null when the thread has ended. One question at a time. */
  ask(range: RowRange): Promise<RangeAnswer | null> {
    if (this.#hasEnded) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(range);
    });
  }

  end(): void {
    void this.#worker.terminate();
  }
}

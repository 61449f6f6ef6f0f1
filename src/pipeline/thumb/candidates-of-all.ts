import { availableParallelism } from 'node:os';
import type { PhotoId } from '../../model.js';
import type { Pace } from '../../pace.js';
import type { Near } from './nearest.js';
import { candidateCosine, mostCandidates, type CandidateBounds } from './thumb-forest.js';
import type { ThumbIndex } from './thumb-index.js';
import { forestOf } from './thumb-snapshot.js';
import { startThreads, type RowRange } from './thumb-thread.js';

/** Below this many photos a thread is not worth its start. */
const leastForThreads = 20_000;
/** Rows that a thread takes at a time. */
const rangeLength = 200;

export interface CandidatesOfAllOptions {
  readonly pace: Pace;
  readonly bounds?: Partial<CandidateBounds>;
  /** Threads besides our own, 0 and up; as a rule two, and none for a small library. All read one copy of it, 65 bytes a photo. */
  readonly threads?: number;
  /** Where the code of a thread is; for programs that are run uncompiled by a loader that does not reach into threads. */
  readonly worker?: URL;
  /** Ends the search early: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface CandidatesReport {
  readonly photos: number;
  /** Photos that have candidates, and candidates of all photos together: most pairs count twice. */
  readonly withCandidates: number;
  readonly candidates: number;
  /** Photos with as many candidates as are allowed: they may have more. */
  readonly crowded: number;
  /** The highest cosine to which the bound rose for one of those; the one asked for where there are none. */
  readonly raisedTo: number;
}

/**
 * Finds the candidates of every photo of the index as it is now, nearest first, in no particular order of photos, and tells
 * of those that have any. Where A has fewer than `most` candidates and B is one of them, A is one of B's or B has `most`. The
 * work is done by threads; where none can be started, or one ends, by this one, which yields to the event loop by `pace`.
 */
export async function candidatesOfAll(
  index: ThumbIndex,
  tell: (id: PhotoId, near: readonly Near[]) => void,
  options: CandidatesOfAllOptions,
): Promise<CandidatesReport> {
  const { pace, signal } = options;
  const bounds = { atLeast: candidateCosine, most: mostCandidates, ...options.bounds };
  const usual = index.size < leastForThreads ? 0 : Math.min(2, availableParallelism());
  const library = await index.snapshot(pace);
  const report = { photos: 0, withCandidates: 0, candidates: 0, crowded: 0, raisedTo: bounds.atLeast };
  const note = (row: number, near: readonly Near[]): void => {
    report.photos++;
    report.candidates += near.length;
    if (near.length >= bounds.most) {
      report.crowded++;
      report.raisedTo = Math.max(report.raisedTo, near.at(-1)?.cosine ?? 0);
    }
    if (near.length === 0) return;
    report.withCandidates++;
    tell((library.rows.ids[row] ?? 0) as PhotoId, near);
  };
  const ranges = new Ranges(library.size, signal);
  const threads = startThreads(options.threads ?? usual, { library, bounds }, options.worker);
  const stop = (): void => threads.forEach((thread) => thread.end());
  signal?.addEventListener('abort', stop);
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (let range = ranges.next(); range !== null; range = ranges.next()) {
          const answer = await thread.ask(range);
          if (answer === null) {
            ranges.giveBack(range);
            return;
          }
          answer.forEach((near, n) => {
            note(range.from + n, near);
          });
          await pace();
        }
      }),
    );
    const forest = forestOf(library);
    for (let range = ranges.next(); range !== null; range = ranges.next())
      for (let row = range.from; row < range.to; row++) {
        await pace();
        note(row, forest.candidatesOf(row, bounds));
      }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
  signal?.throwIfAborted();
  return report;
}

/** What is left to do. */
class Ranges {
  readonly #back: RowRange[] = [];
  #from = 0;

  constructor(
    private readonly rows: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  next(): RowRange | null {
    if (this.signal?.aborted === true) return null;
    const back = this.#back.pop();
    if (back !== undefined || this.#from >= this.rows) return back ?? null;
    const from = this.#from;
    this.#from = Math.min(this.rows, from + rangeLength);
    return { from, to: this.#from };
  }

  giveBack(range: RowRange): void {
    this.#back.push(range);
  }
}

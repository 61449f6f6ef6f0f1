/** A thread that finds candidates: takes a range of rows of the library at a time. Started by `candidates-of-all.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PhotoId } from '../../model.js';
import type { WorkerAnswer, WorkerLibrary, WorkerRange } from './candidates-of-all.js';
import { ThumbIndex } from './thumb-index.js';

const { library, bounds } = workerData as WorkerLibrary;
const index = await ThumbIndex.of(library, () => undefined);

function answer({ from, to }: WorkerRange): WorkerAnswer {
  const counts: number[] = [];
  const ids: number[] = [];
  const cosines: number[] = [];
  for (const id of library.ids.subarray(from, to)) {
    const near = index.candidatesOf(id as PhotoId, bounds);
    counts.push(near.length);
    for (const one of near) {
      ids.push(one.id);
      cosines.push(one.cosine);
    }
  }
  return {
    counts: Uint32Array.from(counts),
    ids: Float64Array.from(ids),
    cosines: Float64Array.from(cosines),
  };
}

parentPort?.on('message', (range: WorkerRange) => parentPort?.postMessage(answer(range)));

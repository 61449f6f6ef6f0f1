/** A thread that finds candidates: takes a range of rows of the library at a time. Started by `thumb-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PhotoId } from '../../model.js';
import { ThumbIndex } from './thumb-index.js';
import type { RangeAnswer, RowRange, ThreadLibrary } from './thumb-thread.js';

const { library, bounds } = workerData as ThreadLibrary;
const index = await ThumbIndex.of(library, () => undefined);

function answer({ from, to }: RowRange): RangeAnswer {
  return Array.from(library.ids.subarray(from, to), (id) => index.candidatesOf(id as PhotoId, bounds));
}

parentPort?.on('message', (range: RowRange) => parentPort?.postMessage(answer(range)));

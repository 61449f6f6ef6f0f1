/** A thread that finds candidates: takes a range of rows of the library at a time. Started by `thumb-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { forestOf } from './thumb-snapshot.js';
import type { RangeAnswer, RowRange, ThreadLibrary } from './thumb-thread.js';

const { library, bounds } = workerData as ThreadLibrary;
const forest = forestOf(library);

function answer({ from, to }: RowRange): RangeAnswer {
  return Array.from({ length: to - from }, (_, n) => forest.candidatesOf(from + n, bounds));
}

parentPort?.on('message', (range: RowRange) => parentPort?.postMessage(answer(range)));

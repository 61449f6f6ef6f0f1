import type { Log } from '../ports.js';
import type { PhotoStore } from '../store-ports.js';
import { isRemoval, type Operation } from '../sync/operation.js';

/** Photos of an operation that are named; of more, only the number is told. */
const mostNamed = 5;

/** Said when labels were taken back, and at every start until a scan ends it. */
export const pausedText = 'labelling is paused until `photo-organizer scan` is run';

/** Writes into the log what was done on the server, a line an operation. */
export function logOperations(operations: readonly Operation[], photos: PhotoStore, log: Log): void {
  for (const operation of operations) {
    const { kind, name, source } = operation;
    const keys = operation.photos;
    const names = keys.length > mostNamed ? {} : { names: keys.map((key) => photos.get(key)?.name ?? key) };
    const message = isRemoval(operation) ? 'labels taken off' : 'labels written';
    log.info({ operation: kind, name, source, photos: keys.length, ...names }, message);
  }
}

/** Labels put on and taken off by operations. */
export function countLabels(operations: readonly Operation[]): { written: number; takenOff: number } {
  const count = (some: readonly Operation[]): number =>
    some.reduce((sum, { photos }) => sum + photos.length, 0);
  return {
    written: count(operations.filter((operation) => !isRemoval(operation))),
    takenOff: count(operations.filter(isRemoval)),
  };
}

/** Says each thing once: a service comes by it again and again. */
export class ToldOnce {
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  tell(reasons: readonly string[]): void {
    for (const reason of reasons) {
      if (this.#told.has(reason)) continue;
      this.#told.add(reason);
      this.#log.warn({ reason }, 'labels were left as they are');
    }
  }
}

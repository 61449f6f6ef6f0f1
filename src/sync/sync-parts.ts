import type { PhotoKey } from '../model.js';
import type { Journal, LabelTarget } from '../label-ports.js';
import type { Clock, Dismissals, IndexedPhoto, Log } from '../ports.js';

/** What every part that writes the labels of one account works with. */
export interface SyncParts {
  readonly target: LabelTarget;
  readonly journal: Journal;
  readonly photoOf: (key: PhotoKey) => IndexedPhoto | null;
  readonly dismissals: Pick<Dismissals, 'apartFrom'>;
  /** Aborted when the agent stops: nothing new is begun. */
  readonly stopping: AbortSignal;
  /** Told as labels are written: how many of how many of the run's plan so far. */
  readonly wrote: (done: number, of: number) => void;
  readonly clock: Clock;
  readonly log: Log;
}

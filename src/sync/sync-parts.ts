import type { PhotoKey } from '../model.js';
import type { Journal, LabelTarget } from '../label-ports.js';
import type { Clock, IndexedPhoto, Log } from '../ports.js';

/** What every part that writes the labels of one account works with. */
export interface SyncParts {
  readonly target: LabelTarget;
  readonly journal: Journal;
  readonly photoOf: (key: PhotoKey) => IndexedPhoto | null;
  /** Aborted when the agent stops: nothing new is begun. */
  readonly stopping: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

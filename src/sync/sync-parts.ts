import type { PhotoKey } from '../model.js';
import type { Journal } from '../label-ports.js';
import type { LabelTarget } from '../target-ports.js';
import type { Clock, Log } from '../ports.js';
import type { AlbumStore, Dismissals, IndexedPhoto, KnownTags, RefusedWrites } from '../store-ports.js';

/** What every part that writes the labels of one account works with. */
export interface SyncParts {
  readonly target: LabelTarget;
  readonly journal: Journal;
  readonly photoOf: (key: PhotoKey) => IndexedPhoto | null;
  /** Which photos lie in which of a person's albums. */
  readonly albums: Pick<AlbumStore, 'albumsOf' | 'add'>;
  readonly knownTags: KnownTags;
  readonly refusedWrites: RefusedWrites;
  readonly dismissals: Pick<Dismissals, 'apartFrom'>;
  /** Aborted when the agent stops: nothing new is begun. */
  readonly stopping: AbortSignal;
  /** Told as labels are written: how many of how many of the run's plan so far. */
  readonly wrote: (done: number, of: number) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a run needs from outside while it goes on. */
export interface SyncHooks {
  /** Waits until what was written is certain, as long as there is patience. */
  readonly settle: () => Promise<void>;
  /** Reads what changed of the account: times of photos as they are now tell later when a write has settled. */
  readonly refresh: () => Promise<void>;
}

import type { FieldKind, LabelValue, ValueChange, ValueLabel } from '../../label-ports.js';
import type { LabelTarget } from '../../target-ports.js';
import type { Marks, PhotoKey } from '../../model.js';
import type { IndexedPhoto } from '../../store-ports.js';
import type { ValueSettings } from '../desired.js';
import type { OwnGroup } from '../own-groups.js';
import type { WantedValue } from './value-plan.js';

/** What a run did to one photo; after it the value there was ours, or no more. */
export interface RunChange extends ValueChange {
  readonly leavesOurs: boolean;
}

/** What the wanted values are worked out from. */
export interface ValueWorld {
  readonly groups: readonly OwnGroup[];
  readonly actual: (key: PhotoKey) => LabelValue | undefined;
  readonly own: ReadonlyMap<PhotoKey, ValueLabel>;
  /** Names this account of this installation. */
  readonly owner: string;
  readonly settings: Pick<ValueSettings, 'prefix' | 'algorithm'>;
  readonly photoOf: (key: PhotoKey) => IndexedPhoto | null;
}

/** Something of an extra that its keeper does not get. */
export interface NotCarried {
  readonly extra: PhotoKey;
  readonly keeper: PhotoKey;
  readonly what: string;
  /** For people. */
  readonly why: string;
}

/** One kind of label that is a value: what it should be, and how it is read and written. */
export interface ValueRules {
  readonly kind: FieldKind;
  readonly foreign: 'replace' | 'leave';
  /** Once given it is the photo's own: it is taken off by an undo only, not when the group ends or changes. */
  readonly stays?: true;
  /** Immich writes it into the file beside the photo and reads it back later: it may be lost on that way. */
  readonly settles?: true;
  /** Whether two values are one, where the way through the file may change how it is written. */
  readonly isSame?: (a: string, b: string) => boolean;
  /** What of the extras the keepers do not get. */
  readonly notCarried?: (world: ValueWorld) => NotCarried[];
  readonly wanted: (world: ValueWorld) => Map<PhotoKey, WantedValue>;
  /** What a listing says of it; null where it says nothing: then the journal's word counts. */
  readonly read: ((marks: Marks) => LabelValue) | null;
  /** What the server says of one photo; undefined = the photo is gone. */
  readonly ask: (target: LabelTarget, key: PhotoKey) => Promise<LabelValue | undefined>;
  /** Which values one request may carry: only one, or any. */
  readonly inOneRequest: 'one' | 'any';
  /** Gives each photo its value; all or none. A request carries values or takes them off. */
  readonly write: (target: LabelTarget, values: ReadonlyMap<PhotoKey, LabelValue>) => Promise<void>;
}

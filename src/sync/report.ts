import type { PhotoKey } from '../model.js';
import type { Operation } from './operation.js';
import type { NotCarried } from './values/value-kind.js';

/** Photos of an operation that Immich did not take; none where it is about none. */
export interface Rejected {
  readonly operation: Operation;
  readonly photos: readonly PhotoKey[];
  readonly reason: string;
}

/** What came of planning, syncing or undoing the labels of one account, or of several added up. */
export interface SyncReport {
  /** Done, or planned. */
  readonly operations: Operation[];
  /** Removals that wait for a person. */
  readonly held: Operation[];
  heldBecause: string | null;
  /** Photos to look at again: their labels could not be changed yet. */
  readonly waiting: PhotoKey[];
  /** Photos that a person took our tag off since the last look. */
  readonly untagged: PhotoKey[];
  /** Labels written or taken off. */
  applied: number;
  /** Labels that were as they should be. */
  unchanged: number;
  /** Tags and places in albums that a person took off, and that stay off. */
  takenOff: number;
  failed: number;
  /** Photos whose library does not keep tags. */
  refused: number;
  readonly errors: string[];
  /** What of it Immich itself refused, until that is written down. */
  readonly rejected: Rejected[];
  /** Kinds of label that this key or this server cannot have, and why. */
  readonly unable: string[];
  /** What was left alone, for a person to know. */
  readonly notes: string[];
  /** What of extras their keepers do not get, of the kinds that are carried over. */
  readonly notCarried: NotCarried[];
}

export function emptyReport(): SyncReport {
  return {
    operations: [],
    held: [],
    heldBecause: null,
    waiting: [],
    untagged: [],
    applied: 0,
    unchanged: 0,
    takenOff: 0,
    failed: 0,
    refused: 0,
    errors: [],
    rejected: [],
    unable: [],
    notes: [],
    notCarried: [],
  };
}

export function addUp(reports: readonly SyncReport[]): SyncReport {
  const total = emptyReport();
  for (const report of reports) {
    total.operations.push(...report.operations);
    total.held.push(...report.held);
    total.errors.push(...report.errors);
    total.unable.push(...report.unable);
    total.notes.push(...report.notes);
    total.notCarried.push(...report.notCarried);
    total.waiting.push(...report.waiting);
    total.untagged.push(...report.untagged);
    total.heldBecause ??= report.heldBecause;
    total.applied += report.applied;
    total.unchanged += report.unchanged;
    total.takenOff += report.takenOff;
    total.failed += report.failed;
    total.refused += report.refused;
  }
  return total;
}

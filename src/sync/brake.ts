import { isRemoval, type Operation } from './operation.js';
import type { SyncParts } from './sync-parts.js';

export interface BrakeOptions {
  /** False while not everything that the account has is known and looked at: labels may be added, not taken off. */
  readonly complete: boolean;
  /** A person agreed to removals that would be held. */
  readonly allowRemovals: boolean;
  /** Largest share of our labels that one run takes off unasked, 0 to 1. */
  readonly maxRemovalShare: number;
}

export interface Braked {
  readonly go: readonly Operation[];
  /** Removals that a person must agree to, and why. */
  readonly held: readonly Operation[];
  readonly reason: string | null;
  /** Removals that must wait until everything is known. */
  readonly postponed: readonly Operation[];
}

/** Removals below this number are never held: a person tidying up looks like that. */
const fewRemovals = 10;

/** An incomplete picture of the library, or a surprising one, adds labels but takes none off. */
export function brake(operations: readonly Operation[], options: BrakeOptions, parts: SyncParts): Braked {
  const removals = operations.filter(isRemoval);
  const rest = operations.filter((operation) => !isRemoval(operation));
  if (!options.complete) return { go: rest, held: [], reason: null, postponed: removals };
  const reason = options.allowRemovals ? null : reasonToHold(removals, options.maxRemovalShare, parts);
  return reason === null
    ? { go: operations, held: [], reason, postponed: [] }
    : { go: rest, held: removals, reason, postponed: [] };
}

function reasonToHold(removals: readonly Operation[], maxShare: number, parts: SyncParts): string | null {
  const { journal, target } = parts;
  const hold = journal.hold('removals');
  if (removals.length > 0 && hold !== null) return hold;
  const going = removals.reduce((sum, operation) => sum + unexplained(operation, parts), 0);
  if (going <= fewRemovals) return null;
  const own = journal.countLabels(target.source);
  if (going <= own * maxShare) return null;
  return `${going} of ${own} labels would be taken off, more than sync.max_removal_share (${maxShare}) allows`;
}

/** Labels on photos that are all still there: one whose group ended because photos went is explained by that. */
function unexplained(operation: Operation, { photoOf }: SyncParts): number {
  const present = operation.photos.filter((key) => photoOf(key)?.presence === 'present').length;
  return operation.kind === 'delete-album' && present < 2 ? 0 : present;
}

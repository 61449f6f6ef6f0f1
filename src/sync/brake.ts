import type { PhotoKey } from '../model.js';
import type { LabelKind } from '../label-ports.js';
import { mayHold } from './desired.js';
import {
  isRemoval,
  isStackOperation,
  isValueOperation,
  kindOfValues,
  narrowed,
  type Operation,
} from './operation.js';
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

/**
 * An incomplete picture of the library, or a surprising one, adds labels but takes none off. What a person asked for, by
 * dismissing a pair, is no surprise, and is not held with others that are.
 */
export function brake(operations: readonly Operation[], options: BrakeOptions, parts: SyncParts): Braked {
  const removals = operations.filter(isRemoval);
  const rest = operations.filter((operation) => !isRemoval(operation));
  if (!options.complete)
    return { go: withoutDependents(rest, removals), held: [], reason: null, postponed: removals };
  const all = { go: operations, held: [], reason: null, postponed: [] };
  if (options.allowRemovals || removals.length === 0) return all;
  const hold = parts.journal.hold('removals');
  if (hold !== null)
    return { go: withoutDependents(rest, removals), held: removals, reason: hold, postponed: [] };
  const parted = removals.map((operation) => partByAsked(operation, parts));
  const unasked = parted.flatMap((part) => part.unasked);
  const reason = reasonToHold(unasked, options.maxRemovalShare, parts);
  if (reason === null) return all;
  const asked = parted.flatMap((part) => part.asked);
  return { go: withoutDependents([...asked, ...rest], unasked), held: unasked, reason, postponed: [] };
}

function reasonToHold(removals: readonly Operation[], maxShare: number, parts: SyncParts): string | null {
  const { journal, target } = parts;
  const going = removals.reduce((sum, operation) => sum + unexplained(operation, parts), 0);
  if (going <= fewRemovals) return null;
  const own = journal.countLabels(target.source);
  if (going <= own * maxShare) return null;
  return `${going} of ${own} labels would be taken off, more than sync.max_removal_share (${maxShare}) allows`;
}

/** Without what can only be done after an operation that waits: a photo must leave one stack before another gets it. */
function withoutDependents(go: readonly Operation[], waiting: readonly Operation[]): readonly Operation[] {
  const stay = new Set(waiting.filter(isStackOperation).flatMap(({ photos }) => photos));
  return go.filter(
    (operation) => !isStackOperation(operation) || !operation.photos.some((key) => stay.has(key)),
  );
}

/** Labels on photos that are all still there: one whose group ended because photos went is explained by that. */
function unexplained(operation: Operation, { photoOf }: SyncParts): number {
  const presentOf = (photos: readonly PhotoKey[]): number =>
    photos.filter((key) => photoOf(key)?.presence === 'present').length;
  if (operation.kind === 'delete-stacks')
    return operation.stacks
      .map(({ photos }) => presentOf(photos))
      .reduce((sum, n) => sum + (n < 2 ? 0 : n), 0);
  const present = presentOf(operation.photos);
  return operation.kind === 'delete-album' && present < 2 ? 0 : present;
}

interface Parted {
  readonly asked: readonly Operation[];
  readonly unasked: readonly Operation[];
}

/** An album is deleted as a whole, or not; and so are stacks. */
function partByAsked(operation: Operation, parts: SyncParts): Parted {
  const isAsked = askedIn(operation, parts);
  const asked = operation.photos.filter(isAsked);
  if (asked.length === operation.photos.length) return { asked: [operation], unasked: [] };
  const isWhole = ['delete-album', 'delete-stacks', 'remove-from-stack'].includes(operation.kind);
  if (asked.length === 0 || isWhole) return { asked: [], unasked: [operation] };
  return {
    asked: [narrowed(operation, isAsked)],
    unasked: [narrowed(operation, (key) => !isAsked(key))],
  };
}

/** A label is asked to go when its photo was dismissed against another of the group that the label was written for. */
function askedIn(operation: Operation, parts: SyncParts): (key: PhotoKey) => boolean {
  const { journal, target, photoOf, dismissals } = parts;
  if (operation.kind === 'delete-tag') return () => false;
  const [kind, name] = labelOf(operation);
  const labels = journal.labelsOn(target.source, kind, name, operation.photos);
  const signatures = new Map(labels.map(({ photo, signature }) => [photo, signature]));
  return (key) => {
    const signature = signatures.get(key);
    const photo = photoOf(key);
    if (signature === undefined || photo === null) return false;
    return dismissals.apartFrom(photo).some((other) => mayHold(signature, other.key));
  };
}

/** Kind and name by which the journal knows the labels of an operation. */
export function labelOf(operation: Operation): readonly [LabelKind, string] {
  if (operation.kind === 'take-back-from-album') return ['carried-album', operation.albumId];
  if ('albumId' in operation) return ['album', operation.albumId];
  if (isStackOperation(operation)) return ['stack', 'stack'];
  if (isValueOperation(operation)) return [kindOfValues(operation), kindOfValues(operation)];
  return ['tag', operation.name];
}

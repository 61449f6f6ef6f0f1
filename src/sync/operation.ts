import type { ValueChange, ValueKind } from '../label-ports.js';
import type { PhotoKey, SourceName } from '../model.js';

interface Step {
  readonly source: SourceName;
  /** Name of the tag or album; of other labels the group, or the kind. */
  readonly name: string;
  readonly photos: readonly PhotoKey[];
}

export interface TagPhotos extends Step {
  readonly kind: 'tag' | 'untag';
}
export interface DeleteTag extends Step {
  readonly kind: 'delete-tag';
}
export interface CreateAlbum extends Step {
  readonly kind: 'create-album';
  readonly description: string;
}
export interface ChangeAlbum extends Step {
  readonly kind: 'add-to-album' | 'remove-from-album';
  readonly albumId: string;
}
export interface DeleteAlbum extends Step {
  readonly kind: 'delete-album';
  readonly albumId: string;
}

/** Gives photos a value (a favourite, say) or takes it off again; `changes` are in the order of `photos`. */
export interface ChangeValues extends Step {
  readonly kind: `${'put-on' | 'take-off'}-${ValueKind}`;
  readonly changes: readonly ValueChange[];
}

export type TagOperation = TagPhotos | DeleteTag;
export type AlbumOperation = CreateAlbum | ChangeAlbum | DeleteAlbum;
export type ValueOperation = ChangeValues;

/** One step of a plan: what `plan --json` prints and what a run applies. */
export type Operation = TagOperation | AlbumOperation | ValueOperation;

/** What became of an operation, photo by photo. */
export interface Outcome {
  /** Photos that it changed: those that were as wanted before are left out. */
  readonly written: readonly PhotoKey[];
  /** Photos that the server did not take, each with its word for it. */
  readonly refused: ReadonlyMap<PhotoKey, string>;
}

/** `3 photos refused (no_permission)`; undefined when none was. */
export function refusalOf({ refused }: Outcome): string | undefined {
  if (refused.size === 0) return undefined;
  const words = [...new Set(refused.values())].sort().join(', ');
  return `Immich refused ${refused.size} ${refused.size === 1 ? 'photo' : 'photos'} (${words})`;
}

export function isTagOperation(operation: Operation): operation is TagOperation {
  return operation.kind === 'tag' || operation.kind === 'untag' || operation.kind === 'delete-tag';
}

export function isValueOperation(operation: Operation): operation is ValueOperation {
  return 'changes' in operation;
}

export function kindOfValues({ kind }: ValueOperation): ValueKind {
  return kind.replace(/^(?:put-on|take-off)-/u, '') as ValueKind;
}

/** Whether an entry of the journal is about this kind of value. */
export function isOfKind(operation: string, kind: ValueKind): boolean {
  return operation === `put-on-${kind}` || operation === `take-off-${kind}`;
}

/** What is counted of an operation: photos, or the thing itself. */
export function sizeOf(operation: Operation): number {
  return Math.max(1, operation.photos.length);
}

/** Operations that take a label away. */
export function isRemoval({ kind }: Pick<Operation, 'kind'>): boolean {
  return isRemovalKind(kind);
}

/** The same of an entry of the journal. */
export function isRemovalKind(kind: string): boolean {
  const removals = ['untag', 'remove-from-album', 'delete-album', 'delete-tag'];
  return removals.includes(kind) || kind.startsWith('take-off-');
}

/** Photos in one request at most: the server works through them one by one while we wait (IMMICH.md, tags). */
export const batchSize = 200;

export function batches<T>(items: readonly T[], size = batchSize): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

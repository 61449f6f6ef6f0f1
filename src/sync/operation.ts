import type { PhotoKey, SourceName } from '../model.js';

interface Step {
  readonly source: SourceName;
  /** Name of the tag or album. */
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

export type TagOperation = TagPhotos | DeleteTag;
export type AlbumOperation = CreateAlbum | ChangeAlbum | DeleteAlbum;

/** One step of a plan: what `plan --json` prints and what a run applies. */
export type Operation = TagOperation | AlbumOperation;

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

/** What is counted of an operation: photos, or the thing itself. */
export function sizeOf(operation: Operation): number {
  return Math.max(1, operation.photos.length);
}

/** Operations that take a label away. */
export function isRemoval(operation: Operation): boolean {
  return ['untag', 'remove-from-album', 'delete-album', 'delete-tag'].includes(operation.kind);
}

/** Photos in one request at most: the server works through them one by one while we wait (IMMICH.md, tags). */
export const batchSize = 200;

export function batches<T>(items: readonly T[], size = batchSize): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

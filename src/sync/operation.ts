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

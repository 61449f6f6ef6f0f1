import { settlingKinds } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import { narrowed, touchesPhotos, type Operation } from './operation.js';

export interface OneChange {
  readonly go: readonly Operation[];
  /** What waits until the others have settled. */
  readonly later: readonly Operation[];
}

/** A favourite makes Immich read the file again, which nothing tells the end of: it comes last. */
const lastKind = 'carried-favorite';
const changing = [...settlingKinds, lastKind] as const;

/** What is carried over, and so may wait. */
export function isCarried({ kind }: Operation): boolean {
  return kind === 'carry-tag' || changing.some((one) => kind === `put-on-${one}`);
}

/**
 * Immich writes tags, ratings, descriptions and locations into the file beside the photo and reads them back: of two such
 * changes of one photo that come close together, one may be lost. Operations that `mayWait` go photo by photo, one change of
 * each; photos that are `open` have a change that is not settled. Other operations wait only for those.
 */
export function oneChangeEach(
  operations: readonly Operation[],
  open: Iterable<PhotoKey>,
  mayWait: (operation: Operation) => boolean,
): OneChange {
  const taken = new Set(open);
  const first = new Set<PhotoKey>();
  const go: Operation[] = [];
  const later: Operation[] = [];
  for (const operation of [...operations].sort((a, b) => Number(isLast(a)) - Number(isLast(b)))) {
    if (!goesThroughFile(operation)) {
      go.push(operation);
      continue;
    }
    const waits = mayWait(operation);
    const isFree = (key: PhotoKey): boolean => !(waits ? taken : first).has(key);
    const now = narrowed(operation, isFree);
    const rest = narrowed(operation, (key) => !isFree(key));
    if (now.photos.length > 0) go.push(now);
    if (rest.photos.length > 0) later.push(rest);
    for (const key of now.photos) {
      taken.add(key);
      if (waits) first.add(key);
    }
  }
  return { go, later };
}

/**
 * The order in which a run carries out operations that wait for each other like that: one round after the other, and what
 * touches photos when the last of them has settled.
 */
export function inRounds(
  operations: readonly Operation[],
  open: Iterable<PhotoKey>,
  mayWait: (operation: Operation) => boolean,
): Operation[] {
  const inOrder: Operation[] = [];
  const touching = operations.filter(touchesPhotos);
  let busy = open;
  for (
    let left: readonly Operation[] = operations.filter((one) => !touchesPhotos(one));
    left.length > 0;
    busy = []
  ) {
    const { go, later } = oneChangeEach(left, busy, mayWait);
    inOrder.push(...go);
    left = later;
  }
  return [...inOrder, ...touching.filter((one) => !isLast(one)), ...touching.filter(isLast)];
}

function isLast({ kind }: Operation): boolean {
  return kind.endsWith(lastKind);
}

function goesThroughFile({ kind }: Operation): boolean {
  if (kind === 'tag' || kind === 'untag' || kind === 'carry-tag') return true;
  return changing.some((one) => kind === `put-on-${one}` || kind === `take-off-${one}`);
}

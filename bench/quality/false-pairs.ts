import type { IsKnownDuplicate } from './known-duplicates.js';
import type { LookCache } from './look-cache.js';
import type { Method } from './method.js';
import type { BenchPhoto, Half, Kind } from './photos.js';
import { compareLooks } from './recall.js';

/** Two different photos that a method calls duplicates. */
export interface FalsePair {
  readonly a: BenchPhoto;
  readonly b: BenchPhoto;
  /** What of them was compared: `original` or an attack. */
  readonly picture: string;
  /** Index of the first column of the method that has the pair. */
  readonly bound: number;
}

/** Which pairs: both of one kind, of two kinds, or any. */
export const pools = ['general', 'look-alike', 'document', 'of two kinds', 'all'] as const;
export type Pool = (typeof pools)[number];

/**
 * Compares every photo with every other, each shown as `picture`: as it is, or each changed by the same attack (two
 * screenshots share all but the photo). Pairs known to be duplicates are left out.
 */
export function findFalsePairs(
  photos: readonly BenchPhoto[],
  picture: string,
  { method, cache, isKnown }: { method: Method<unknown>; cache: LookCache; isKnown: IsKnownDuplicate },
): FalsePair[] {
  const shown = photos.map((photo) => ({ photo, look: cache.read(method, photo.sha1).get(picture) ?? null }));
  const found: FalsePair[] = [];
  shown.forEach(({ photo: a, look }, i) => {
    for (let j = i + 1; j < shown.length; j++) {
      const other = shown[j];
      if (other === undefined) continue;
      const bound = compareLooks(method, look, other.look);
      if (bound !== null && !isKnown(a.sha1, other.photo.sha1))
        found.push({ a, b: other.photo, picture, bound });
    }
  });
  return found;
}

/** How many pairs of photos there are in a pool; with a half, pairs of which both are in it. */
export function pairsIn(photos: readonly BenchPhoto[], pool: Pool, half: Half | null): number {
  const inHalf = photos.filter((photo) => half === null || photo.half === half);
  const pairsOf = (kind: Kind | null): number => {
    const n = inHalf.filter((photo) => kind === null || photo.kind === kind).length;
    return (n * (n - 1)) / 2;
  };
  if (pool === 'all') return pairsOf(null);
  if (pool !== 'of two kinds') return pairsOf(pool);
  return pairsOf(null) - pairsOf('general') - pairsOf('look-alike') - pairsOf('document');
}

/** Those of the pairs that are in the pool and half and are called duplicates at this bound of the method. */
export function falseAt(
  found: readonly FalsePair[],
  bound: number,
  { pool, half }: { pool: Pool; half: Half | null },
): FalsePair[] {
  return found.filter(
    ({ a, b, bound: first }) =>
      first <= bound &&
      (pool === 'all' || pool === (a.kind === b.kind ? a.kind : 'of two kinds')) &&
      (half === null || (a.half === half && b.half === half)),
  );
}

import { orientations, type Orientation } from '../hashes.js';
import { frequencyAt, places, turnedThumb, type ThumbLuma } from './thumb-hash.js';

/** Both hashes must hold this share of their length in the coefficients that the other has too. */
export const leastShared = 0.9;
/** Of the squared distance that the least cosine allows, the share that may lie in the leading places. */
export const leadingShare = 0.8;

/** How far out a coefficient is; photographs have little far out. */
export function rankOf(place: number): number {
  const { x = 0, y = 0 } = frequencyAt[place] ?? {};
  return (x + 1) * (y + 1);
}

/** Rank of the last of the leading places: frequencies 1 to 3 along one side, and (1, 1). */
export const lastLeadingRank = 4;
const isLeading = Array.from({ length: places }, (_, place) => rankOf(place) <= lastLeadingRank);

type Shape = Pick<ThumbLuma, 'limit' | 'wide'>;

/** True when the aspect ratios, which the hashes know rounded, may be equal. */
export function aspectsAgree(a: Shape, b: Shape): boolean {
  return 2 * Math.abs(a.wide * b.limit - b.wide * a.limit) <= a.limit + b.limit;
}

/** Whether enough of a hash lies in the coefficients that another has too; both are sums of squares. */
export function isMostlyShared(shared: number, all: number): boolean {
  return shared > 0 && shared >= leastShared * leastShared * all;
}

export interface ThumbLikeness {
  /** Of the brightness coefficients that both hashes have, -1 to 1. */
  readonly cosine: number;
  /** Squared distance of the two unit vectors in the leading places, 0 to 4. */
  readonly leading: number;
}

/**
 * How alike two pictures look as they stand. Null when the aspect ratios disagree, or when too much of a picture lies in
 * frequencies that only one of the hashes holds. Symmetric to the last bit.
 */
export function compareThumbs(a: ThumbLuma, b: ThumbLuma): ThumbLikeness | null {
  if (!aspectsAgree(a, b)) return null;
  let dot = 0;
  let leadingDot = 0;
  const squares = { a: 0, b: 0, aShared: 0, bShared: 0, aLeading: 0, bLeading: 0 };
  for (let place = 0; place < places; place++) {
    const va = a.luma[place] ?? 0;
    const vb = b.luma[place] ?? 0;
    squares.a += va * va;
    squares.b += vb * vb;
    if (va === 0 || vb === 0) continue;
    dot += va * vb;
    squares.aShared += va * va;
    squares.bShared += vb * vb;
    if (isLeading[place] !== true) continue;
    leadingDot += va * vb;
    squares.aLeading += va * va;
    squares.bLeading += vb * vb;
  }
  const { aShared, bShared, aLeading, bLeading } = squares;
  if (!isMostlyShared(aShared, squares.a) || !isMostlyShared(bShared, squares.b)) return null;
  const lengths = Math.sqrt(aShared * bShared);
  const leading = leadingDistance(aLeading / aShared, bLeading / bShared, leadingDot / lengths);
  return { cosine: dot / lengths, leading };
}

/** Squared distance in the leading places, from the shares of the squared lengths there and of the product of the two. */
export function leadingDistance(a: number, b: number, dot: number): number {
  return a + b - 2 * dot;
}

/** The squared distance in the leading places up to which two photos are candidates. */
export function mostLeading(atLeast: number): number {
  return leadingShare * (2 - 2 * atLeast);
}

/**
 * Whether two photos are candidates for duplicates. What an edit changes is spread over all frequencies; a difference that
 * lies in the leading ones alone is another picture. From cosine `1 - 0.8 (1 - atLeast)` on, all are: 0.976 for 0.97.
 */
export function isNear({ cosine, leading }: ThumbLikeness, atLeast: number): boolean {
  return cosine >= atLeast && leading <= mostLeading(atLeast);
}

/** The orientation in which `b` looks most like `a`; of equals the first. The cosine is 0 when there is none. */
export function bestThumbCosine(a: ThumbLuma, b: ThumbLuma): { cosine: number; orientation: Orientation } {
  const all = orientations.map((orientation) => ({
    orientation,
    cosine: compareThumbs(a, turnedThumb(b, orientation))?.cosine ?? 0,
  }));
  return all.reduce((best, one) => (one.cosine > best.cosine ? one : best));
}

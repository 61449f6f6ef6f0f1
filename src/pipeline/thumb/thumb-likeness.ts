import { orientations, type Orientation } from '../fingerprint/hashes.js';
import { leadingPlaces, places, turnedThumb, type ThumbLuma } from './thumb-hash.js';

/** Both hashes must hold this share of their length in the coefficients that the other has too. */
export const leastShared = 0.85;
/** Of the squared distance that the least cosine allows, the share that may lie in the leading places. */
export const leadingShare = 0.85;

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
  return aspectsAgree(a, b) ? compareLuma(a.luma, b.luma, 0) : null;
}

/** The same for coefficients whose aspect ratios agree; those of `b` stand from `at` on. */
export function compareLuma(a: Int8Array, b: Int8Array, at: number): ThumbLikeness | null {
  let [aAll, aShared, aLeading] = [0, 0, 0];
  let [bAll, bShared, bLeading] = [0, 0, 0];
  let [dot, leadingDot] = [0, 0];
  for (let place = 0; place < places; place++) {
    const va = a[place] ?? 0;
    const vb = b[at + place] ?? 0;
    aAll += va * va;
    bAll += vb * vb;
    if (va !== 0 && vb !== 0) {
      dot += va * vb;
      aShared += va * va;
      bShared += vb * vb;
    }
    if (place !== leadingPlaces - 1) continue;
    [aLeading, bLeading, leadingDot] = [aShared, bShared, dot];
  }
  if (!isMostlyShared(aShared, aAll) || !isMostlyShared(bShared, bAll)) return null;
  const lengths = Math.sqrt(aShared * bShared);
  const leading = aLeading / aShared + bLeading / bShared - (2 * leadingDot) / lengths;
  return { cosine: dot / lengths, leading };
}

/** The squared distance in the leading places up to which two photos are candidates. */
export function mostLeading(atLeast: number): number {
  return leadingShare * (2 - 2 * atLeast);
}

/**
 * Whether two photos are candidates for duplicates. What an edit changes is spread over all frequencies; a difference that
 * lies in the leading ones alone is another picture. From cosine `1 - 0.85 (1 - atLeast)` on, all are: 0.9745 for 0.97.
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

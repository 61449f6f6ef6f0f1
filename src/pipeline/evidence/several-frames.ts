import type { Evidence, Photo } from '../../model.js';
import { popCount } from '../fingerprint/words.js';

/** Copies of an animation may differ by so much: formats round the time of a frame to a hundredth of a second. */
const durationGapMs = 50;
/** Bits of 256: as of two documents, for pages are looked at no closer; and beyond what any two copies of a picture differ by. */
const alikeBits = 10;
const otherBits = 45;
const detailBytes = 32;

/** What is known of the frames or pages of a picture. */
export type Framed = Pick<Photo, 'frames' | 'durationMs'> & {
  /** See `Fingerprint`. */
  readonly laterFrames: Uint8Array | null;
};

/**
 * How two pictures compare whose first frames look alike: `single` = each is one frame; `first` = one is a still of what the other
 * begins with; `same` = equally many frames, as long, and those looked at are alike for certain; `nearly` = the same, but for a
 * rounded duration; `other` = something says that they are two; `unknown` = nothing says either. Equal durations alone say nothing:
 * whatever one tool or site makes is often equally long.
 */
type Throughout = 'single' | 'first' | 'same' | 'nearly' | 'other' | 'unknown';

function throughout(a: Framed, b: Framed): Throughout {
  const singles = Number(a.frames === 1) + Number(b.frames === 1);
  if (singles > 0) return singles === 2 ? 'single' : 'first';
  if (a.frames !== null && b.frames !== null && a.frames !== b.frames) return 'other';
  const areTimed = a.durationMs !== null && b.durationMs !== null;
  if (areTimed && Math.abs(a.durationMs - b.durationMs) > durationGapMs) return 'other';
  const bits = bitsBetween(a.laterFrames, b.laterFrames);
  if (bits !== null && bits > otherBits) return 'other';
  if (bits === null || bits > alikeBits) return 'unknown';
  if (a.durationMs === b.durationMs) return 'same';
  return areTimed ? 'nearly' : 'unknown';
}

/** Bits of 256 by which the later frame differs that differs most; null where that is not known. */
function bitsBetween(a: Uint8Array | null, b: Uint8Array | null): number | null {
  if (a === null || b === null || a.length !== b.length) return null;
  let most = 0;
  for (let at = 0; at < a.length; at += detailBytes) {
    let bits = 0;
    for (let n = at; n < at + detailBytes; n++) bits += popCount((a[n] ?? 0) ^ (b[n] ?? 0));
    most = Math.max(most, bits);
  }
  return most;
}

/**
 * What evidence of the first frames is worth, `kind` being what that of two stills is. Who deletes an animation for another one
 * that only begins alike loses it: so something must say that they are the same all through, else they are `similar`, which no
 * label follows from. A still of an animation is `edited`; which of the two may stay is decided by `mayStandFor`.
 */
export function kindByFrames(a: Framed, b: Framed, kind: Evidence['kind']): Evidence['kind'] {
  if (kind !== 'same-picture' && kind !== 'edited') return kind;
  const found = throughout(a, b);
  if (found === 'single' || found === 'same') return kind;
  if (found === 'first') return 'edited';
  return found === 'nearly' && kind === 'same-picture' ? 'edited' : 'similar';
}

/** What may hold several frames stays when a still of it goes, never the other way round. */
export function mayStandFor(kept: Pick<Framed, 'frames'>, extra: Pick<Framed, 'frames'>): boolean {
  return kept.frames !== 1 || extra.frames === 1;
}

/** Something says that the two begin alike and go on differently. */
export function goOnDifferently(a: Framed, b: Framed): boolean {
  return throughout(a, b) === 'other';
}

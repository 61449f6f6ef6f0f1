import type { Evidence, Fingerprint, Photo } from '../model.js';
import { unpackCopy } from './packed-copy.js';
import { isMostlyPlain } from './paper.js';

/** Copies of one video may differ by so much: players, messengers and converters end at another frame or sound. */
export const durationGapMs = 1000;
/** The same where only one of them says when it was taken: a copy that lost its data runs as long as what it was made of. */
const strippedGapMs = 200;

type Clip = Pick<Photo, 'durationMs' | 'takenAt' | 'camera'>;

/** Whether two videos run equally long, as far as that is known; false where it is not. */
export function runEquallyLong(a: Clip, b: Clip): boolean {
  return differenceOf(a.durationMs, b.durationMs) <= durationGapMs;
}

/**
 * What two videos are whose stills are the same for certain and which run equally long. One still is little to know of a video:
 * two clips of a tripod, a door bell or a dashboard have the same one, and often the same length. So capture times
 * must say that they are one shot: the same second of one camera; or one has a capture time, the other has lost it, and
 * they run equally long to a fifth of a second. All else is `similar` or `burst`, which no label follows from.
 */
export function kindOfVideos(
  a: Clip,
  b: Clip,
): Extract<Evidence['kind'], 'same-picture' | 'burst' | 'similar'> {
  const gap = differenceOf(a.takenAt, b.takenAt);
  if (a.takenAt !== null && b.takenAt !== null) {
    if (a.camera !== b.camera) return 'similar';
    return gap <= durationGapMs ? 'same-picture' : 'burst';
  }
  return isOneStripped(a, b) && differenceOf(a.durationMs, b.durationMs) <= strippedGapMs
    ? 'same-picture'
    : 'similar';
}

/** One of them has a capture time, the other has none. */
export function isOneStripped(a: Clip, b: Clip): boolean {
  return (a.takenAt === null) !== (b.takenAt === null);
}

/** Two videos with alike stills may be copies, and a person may judge: nothing says that they are two shots. */
export function areWorthReview(a: Clip, b: Clip): boolean {
  const areTwoShots = a.takenAt !== null && b.takenAt !== null && kindOfVideos(a, b) === 'burst';
  return runEquallyLong(a, b) && !areTwoShots;
}

/** Infinite where one of them is not known. */
function differenceOf(a: number | null, b: number | null): number {
  return a === null || b === null ? Infinity : Math.abs(a - b);
}

/** A still that is for the most part black, or of one shade (a title, a slide), tells of nothing: it is like no other. */
export function asStill(fingerprint: Fingerprint): Fingerprint {
  const copy = { pixels: unpackCopy(fingerprint.pixels), aspect: fingerprint.aspect };
  return isMostlyPlain(copy) ? { ...fingerprint, quality: 0 } : fingerprint;
}

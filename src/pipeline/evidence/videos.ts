import type { Evidence, Fingerprint, Photo } from '../../model.js';
import { unpackCopy } from '../fingerprint/packed-copy.js';
import { isMostlyPlain } from '../fingerprint/paper.js';

/** Copies of one video may differ by so much: players, messengers and converters end at another frame or sound. */
export const durationGapMs = 1000;
/** The same where only one of them says when it was taken: a copy that lost its data runs as long as what it was made of. */
const strippedGapMs = 200;

/** The length of one frame at 25 a second, and a bit. */
const frameMs = 50;
const hourMs = 60 * 60_000;
/** Video cameras that write their time into files are younger. */
const firstCameras = Date.UTC(1995, 0, 1);

type Clip = Pick<Photo, 'durationMs' | 'takenAt' | 'camera' | 'byteSize'>;

/** Whether two videos run equally long, as far as that is known; false where it is not. */
export function runEquallyLong(a: Clip, b: Clip): boolean {
  return differenceOf(a.durationMs, b.durationMs) <= durationGapMs;
}

/**
 * What two videos are whose stills are the same for certain and which run equally long. One still is little to know of a video:
 * two clips of a tripod, a door bell or a dashboard have the same one, and often the same length. So capture times
 * must say that they are one shot: the same second of one camera; or one has a capture time, the other has lost it, and
 * they run equally long to a fifth of a second. A clock that begins anew with each battery gives many takes the same second:
 * of such only the same size in bytes is proof, with the same length to a frame. A recorder that cuts its clips to a fixed
 * length makes takes that are alike in all but that. All else is `similar` or `burst`, which no label follows from.
 */
export function kindOfVideos(
  a: Clip,
  b: Clip,
): Extract<Evidence['kind'], 'same-picture' | 'burst' | 'similar'> {
  const gap = differenceOf(a.takenAt, b.takenAt);
  if (a.takenAt !== null && b.takenAt !== null) {
    if (a.camera !== b.camera) return 'similar';
    if (gap > durationGapMs) return 'burst';
    return (isOfResetClock(a) || isOfResetClock(b)) && !areOfOneSize(a, b) ? 'similar' : 'same-picture';
  }
  return isOneStripped(a, b) && differenceOf(a.durationMs, b.durationMs) <= strippedGapMs
    ? 'same-picture'
    : 'similar';
}

/**
 * A clock that lost its time begins at a new year (2000, 2015, …), or long ago (1904, 1970, 1980). When that is in another
 * time zone it may be hours away; and it runs on for as long as somebody films.
 */
function isOfResetClock({ takenAt }: Clip): boolean {
  if (takenAt === null) return false;
  if (takenAt < firstCameras) return true;
  const year = new Date(takenAt + 14 * hourMs).getUTCFullYear();
  return takenAt - Date.UTC(year, 0, 1) < 15 * hourMs;
}

function areOfOneSize(a: Clip, b: Clip): boolean {
  return (
    a.byteSize !== null && a.byteSize === b.byteSize && differenceOf(a.durationMs, b.durationMs) <= frameMs
  );
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

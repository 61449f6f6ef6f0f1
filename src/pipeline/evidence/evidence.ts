import type { Evidence, EvidenceKind, Likeness, Photo, PixelProof } from '../../model.js';
import { certainBits, paperBits } from '../fingerprint/bounds.js';
import { kindByColours, type Coloured } from './colours.js';
import { areCompanions, type Shot } from './companions.js';
import { goOnDifferently, kindByFrames, type Framed } from './several-frames.js';
import { kindOfVideos, runEquallyLong } from './videos.js';

/** Changes with the rules of this file: all groups are then made anew. */
export const evidenceVersion = 12;
/** Time zones differ by multiples of this, and by a day and two hours at most. */
const zoneStepMs = 15 * 60_000;
const largestZoneGapMs = 26 * 60 * 60_000;

export interface EvidenceOptions {
  /** Largest distance of the 64-bit hash, 0 to 12 bits. */
  readonly threshold: number;
  /** Bound on the 256-bit hash at this pair: 31 in a crowd, else 45. */
  readonly detailBound: number;
}

/** What evidence looks at besides the pixels. */
export type Comparable = Shot &
  Framed &
  Coloured &
  Pick<Photo, 'sha1' | 'fileId' | 'media' | 'byteSize' | 'camera' | 'exposure' | 'width' | 'height'> & {
    readonly isPaper: boolean;
  };

/** What is known of how two photos look next to each other; null = not alike, not compared pixel by pixel. */
export interface Looked {
  readonly likeness: Pick<Likeness, 'phashBits' | 'detailBits' | 'orientation'> | null;
  readonly proof: PixelProof | null;
}

/**
 * Why the two photos are linked, or null when nothing is proven. Symmetric. Hashes nominate, pixels prove.
 * Capture times decide between burst and copy, whatever the distance (exposure brackets look identical to any hash).
 */
export function evidenceBetween(
  a: Comparable,
  b: Comparable,
  { likeness, proof }: Looked,
  options: EvidenceOptions,
): Evidence | null {
  if (a.fileId !== null && a.fileId === b.fileId) return null;
  if (a.sha1 !== null && a.sha1 === b.sha1)
    return { kind: 'same-bytes', score: 1, distance: null, agreement: null };
  if (a.media !== b.media) return null;
  if (a.media === 'video') return evidenceOfVideos(a, b, likeness, options);
  if (proof?.verdict !== 'proven' || areCompanions(a, b)) return null;
  const isAlike = areAlike(a, b, likeness, options);
  const apart = timeBetweenShots(a, b);
  return {
    kind: apart === null ? kindOfProven(a, b, proof) : apart < zoneStepMs ? 'burst' : 'similar',
    score: isAlike ? scoreOf(likeness.detailBits) : Math.min(0.99, round(proof.agreement)),
    distance: likeness && { phash: likeness.phashBits, detail: likeness.detailBits },
    agreement: round(proof.agreement),
  };
}

/** Of two pictures that may be one shot, and whose pixels agree. */
function kindOfProven(a: Comparable, b: Comparable, { inPlace }: Pick<PixelProof, 'inPlace'>): EvidenceKind {
  const kind = inPlace && sameShape(a, b) ? 'same-picture' : 'edited';
  return kindByFrames(a, b, kindByColours(a, b, kind));
}

/** Grey pixels agree where they were looked at; that it is no other picture, in other hues or with other frames, a person may say. */
export function isLeftToReview(a: Comparable, b: Comparable, proof: Pick<PixelProof, 'inPlace'>): boolean {
  const mayBeOneShot = timeBetweenShots(a, b) === null && !areCompanions(a, b);
  return mayBeOneShot && !goOnDifferently(a, b) && kindOfProven(a, b, proof) === 'similar';
}

/** Whether the hashes of two pictures are so alike that it is worth asking for their pixels. */
export function areAlike(
  a: Comparable,
  b: Comparable,
  likeness: Looked['likeness'],
  { threshold, detailBound }: EvidenceOptions,
): likeness is NonNullable<Looked['likeness']> {
  if (likeness === null) return false;
  const bound = arePapers(a, b) ? Math.min(paperBits, detailBound) : detailBound;
  return likeness.phashBits <= threshold && likeness.detailBits <= bound;
}

/** Two documents of which nothing says that they are of one shot. */
export function arePapers(a: Comparable, b: Comparable): boolean {
  return a.isPaper && b.isPaper && !isOneShot(a, b);
}

/** Of videos only the stills are compared: these must be the same for certain, as they stand. */
function evidenceOfVideos(
  a: Comparable,
  b: Comparable,
  likeness: Looked['likeness'],
  { threshold, detailBound }: EvidenceOptions,
): Evidence | null {
  if (likeness === null || likeness.orientation !== 0) return null;
  if (!runEquallyLong(a, b) || !sameShape(a, b)) return null;
  const { phashBits, detailBits } = likeness;
  const bound = a.isPaper && b.isPaper ? paperBits : certainBits;
  if (phashBits > threshold || detailBits > Math.min(bound, detailBound)) return null;
  const distance = { phash: phashBits, detail: detailBits };
  return { kind: kindOfVideos(a, b), score: scoreOf(detailBits), distance, agreement: null };
}

/** The same camera at the same second says what the pixels cannot. */
function isOneShot(a: Comparable, b: Comparable): boolean {
  return a.takenAt !== null && b.takenAt !== null && a.camera !== null && a.camera === b.camera;
}

function round(score: number): number {
  return Math.round(score * 1000) / 1000;
}

/** 0.999 (no bit differs) falling to 0.95 at the automatic bound; 1 is kept for the same bytes. */
export function scoreOf(detailBits: number): number {
  return Math.min(0.999, round(1 - (detailBits / 200) ** 2));
}

/** Proven duplicates: what a tag may say. */
export function isDuplicate(evidence: Evidence | null): evidence is Evidence {
  return evidence !== null && evidence.kind !== 'burst' && evidence.kind !== 'similar';
}

/**
 * Milliseconds between two shots of one camera; null when they may be one shot. Capture times that both exist and differ
 * are two shots, a fixed camera's look identical, unless they differ by what a corrected time zone makes; the same second at
 * different exposures is a bracket.
 */
export function timeBetweenShots(a: Comparable, b: Comparable): number | null {
  if (a.takenAt === null || b.takenAt === null || a.camera === null || a.camera !== b.camera) return null;
  const gap = gapBetween(a.takenAt, b.takenAt);
  const wereExposedOtherwise = a.exposure !== null && b.exposure !== null && a.exposure !== b.exposure;
  if (gap === 0) return wereExposedOtherwise ? 0 : null;
  const isZone = gap % zoneStepMs === 0 && gap <= largestZoneGapMs && !wereExposedOtherwise;
  return isZone ? null : gap;
}

/** Milliseconds between two capture times; one of them may have lost the fraction of its second. */
function gapBetween(a: number, b: number): number {
  if (a % 1000 !== 0 && b % 1000 !== 0) return Math.abs(a - b);
  return Math.abs(Math.floor(a / 1000) - Math.floor(b / 1000)) * 1000;
}

function sameShape(a: Comparable, b: Comparable): boolean {
  if (!a.width || !a.height || !b.width || !b.height) return true;
  const ratio = a.width / a.height / (b.width / b.height);
  return Math.abs(Math.log(ratio)) < 0.03;
}

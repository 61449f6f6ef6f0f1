import { withoutBars } from './bars.js';
import { wholeFrame, partFramesOf, type Frame } from './frames.js';
import type { GreyCopy } from '../fingerprint/grey-copy.js';
import { popCount } from '../fingerprint/words.js';
import { keyWords, partDetailOf, partKeysOf } from './part-hashes.js';
import { isMostlyPlain, isPaper } from '../fingerprint/paper.js';
import { register, registrable, type Registrable, type Registration } from './registration.js';

/** Changes with what is nominated and proven here: stored proofs are then made anew, without reading a picture again. */
export const proofVersion = 8;
/** Bits (of 64 and of 256) within which a whole, or what is inside its bars, is compared with another one. */
export const viewKeyBits = 15;
export const viewDetailBits = 100;
/** The same for a part of one picture and the whole of another. */
export const partKeyBits = 11;
export const partDetailBits = 95;
/** Ways of laying one picture over the other that are tried, the most alike first. */
const waysTried = 4;

/** A frame of a picture and the detail hash (32 bytes) of what it shows; its first 8 bytes are its key. */
export interface View {
  readonly frame: Frame;
  readonly detail: Uint8Array;
}

/** A picture made ready for proofs: made once, used against many. What it has is made when it is first needed. */
export interface Sitter {
  readonly copy: GreyCopy;
  /** The whole first, then what is inside its bars. Empty when there is too little to see: nothing is proven then. */
  readonly views: readonly View[];
  /** As of `partKeysOf`. */
  readonly partKeys: Uint32Array;
  /** `partDetailOf` part n of `partFramesOf`. */
  readonly partDetail: (n: number) => Uint8Array | null;
  readonly isPaper: boolean;
  readonly isPlain: boolean;
  readonly registrable: () => Registrable;
}

export function sitterOf(copy: GreyCopy): Sitter {
  let views: readonly View[] | null = null;
  let partKeys: Uint32Array | null = null;
  let ready: Registrable | null = null;
  let paper: boolean | null = null;
  let plain: boolean | null = null;
  const partDetails = new Map<number, Uint8Array | null>();
  const makePartDetail = (n: number): Uint8Array | null => {
    const frame = partFramesOf(copy.aspect)[n];
    const detail = frame === undefined ? null : partDetailOf(copy, frame);
    partDetails.set(n, detail);
    return detail;
  };
  return {
    copy,
    get views() {
      return (views ??= viewsOf(copy));
    },
    get partKeys() {
      return (partKeys ??= partKeysOf(copy));
    },
    get isPaper() {
      return (paper ??= isPaper(copy));
    },
    get isPlain() {
      return (plain ??= isMostlyPlain(copy));
    },
    partDetail: (n) => {
      const known = partDetails.get(n);
      return known === undefined ? makePartDetail(n) : known;
    },
    registrable: () => (ready ??= registrable(copy)),
  };
}

/** The whole and what is inside its bars: what a photo is found by. Empty when the whole is too plain. */
export function viewsOf(copy: GreyCopy): View[] {
  const views = withoutBars(copy.pixels).flatMap((frame) => {
    const detail = partDetailOf(copy, frame);
    return detail === null ? [] : [{ frame, detail }];
  });
  return views[0]?.frame === wholeFrame ? views : [];
}

/** How sure it is that one of two pictures was made from the other, or both from one. */
export type Verdict = 'proven' | 'likely';

export interface PairProof {
  readonly verdict: Verdict;
  readonly registration: Registration;
}

/**
 * Lays the two pictures over each other in the ways that their hashes suggest and judges the best. Null when there is no
 * such way or they do not agree. Symmetric: bit for bit the same whichever comes first. 1 to 10 ms; far less without a way.
 */
export function proofBetween(a: Sitter, b: Sitter): PairProof | null {
  const [first, second] = Buffer.compare(a.copy.pixels, b.copy.pixels) <= 0 ? [a, b] : [b, a];
  const kind = kindOf(first, second);
  let best: PairProof | null = null;
  for (const way of waysBetween(first, second)) {
    const registration = register(way.container.registrable(), way.other.registrable(), way.part, way.view);
    const verdict = registration === null ? null : verdictOf(registration, kind);
    if (registration === null || verdict === null) continue;
    if (verdict === 'proven') return { verdict, registration };
    if (best === null || registration.quarter > best.registration.quarter) best = { verdict, registration };
  }
  return best;
}

/** What two pictures have in common that says nothing of what they show. */
export interface PairKind {
  readonly arePapers: boolean;
  /** Both are of one grey for the most part: two screenshots of one app agree in all but what they show. */
  readonly arePlain: boolean;
}

function kindOf(a: Sitter, b: Sitter): PairKind {
  return { arePapers: a.isPaper && b.isPaper, arePlain: a.isPlain && b.isPlain };
}

/** A part of one picture that looks like the whole of the other, or like what is inside its bars. */
export interface Way {
  readonly container: Sitter;
  readonly other: Sitter;
  readonly part: Frame;
  readonly view: Frame;
  readonly bits: number;
}

/** The likeliest ways of laying one over the other; symmetric when the two come in an order of their own. */
export function waysBetween(a: Sitter, b: Sitter): Way[] {
  const ways = [...waysOfViews(a, b), ...waysOfParts(a, b), ...waysOfParts(b, a)];
  return ways.sort((one, two) => one.bits - two.bits).slice(0, waysTried);
}

function waysOfViews(a: Sitter, b: Sitter): Way[] {
  return a.views.flatMap((mine) =>
    b.views.flatMap((theirs) => {
      const bits = bitsBetween(mine.detail, theirs.detail, 32);
      if (bitsBetween(mine.detail, theirs.detail, 8) > viewKeyBits || bits > viewDetailBits) return [];
      // The picture with the bars is the container: its bars are then not compared.
      const way = { container: a, other: b, part: mine.frame, view: theirs.frame, bits };
      const turnedRound = { container: b, other: a, part: theirs.frame, view: mine.frame, bits };
      return [theirs.frame !== wholeFrame && mine.frame === wholeFrame ? turnedRound : way];
    }),
  );
}

function waysOfParts(container: Sitter, other: Sitter): Way[] {
  const frames = partFramesOf(container.copy.aspect);
  return other.views.flatMap(({ frame: view, detail }) => {
    const [hi, lo] = keyOf(detail);
    return frames.flatMap((part, n) => {
      const keyBits =
        popCount((container.partKeys[n * keyWords] ?? 0) ^ hi) +
        popCount((container.partKeys[n * keyWords + 1] ?? 0) ^ lo);
      if (keyBits > partKeyBits) return [];
      const partDetail = container.partDetail(n);
      if (partDetail === null) return [];
      const bits = bitsBetween(partDetail, detail, 32);
      return bits > partDetailBits ? [] : [{ container, other, part, view, bits }];
    });
  });
}

/** The key of a view as two words, first bit highest. */
export function keyOf(detail: Uint8Array): readonly [number, number] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = detail;
  return [((a << 24) | (b << 16) | (c << 8) | d) >>> 0, ((e << 24) | (f << 16) | (g << 8) | h) >>> 0];
}

function bitsBetween(a: Uint8Array, b: Uint8Array, bytes: number): number {
  let bits = 0;
  for (let n = 0; n < bytes; n++) bits += popCount((a[n] ?? 0) ^ (b[n] ?? 0));
  return bits;
}

/** Fewer blocks with something to see prove nothing. */
export const leastBlocks = 16;
const leastCover = 0.8;
/** What rounding and decoders make of a copy's edge; two shots of one scene hang over by more (0.009 and up were seen). */
const mostOverhang = 0.008;
/** The same where bars were taken off: their edge is known to about half a pixel of the grey copy. */
const mostOverhangOfBars = 0.016;
/** Forms filled in on dark or dim ground reach 0.94 as they stand over each other, copies of them 0.96. */
export const leastTenthOfPlain = 0.955;

/**
 * What the figures are worth. In 28.9 million pairs of look-alike and general photographs no two strangers came above a
 * tenth of 0.91; true crops, turns and frames lie at 0.97 and above.
 */
export function verdictOf(found: Registration, { arePapers, arePlain }: PairKind): Verdict | null {
  if (found.blocks < leastBlocks || found.cover < leastCover) return null;
  const isElsewhere = found.offWhole > nearlyInPlace;
  if (arePapers) {
    const isSame = isSamePaper(found) && !(isElsewhere ? hasClearSpot(found) : hasSpot(found));
    return isSame ? 'proven' : found.quarter >= 0.95 ? 'likely' : null;
  }
  const isInside = found.overhang <= (found.compared > 0.99 ? mostOverhang : mostOverhangOfBars);
  // Where the frames are the same, what a bar of one covers is something that the other shows.
  const isSeenWhole = (): boolean =>
    isElsewhere ? !hasClearSpot(found) : found.compared > 0.99 && !hasSpot(found);
  const isPlainEnough = !arePlain || isElsewhere || found.tenth >= leastTenthOfPlain;
  if (isInside && isPlainEnough && agreesThroughout(found) && isSeenWhole()) return 'proven';
  if (found.quarter >= 0.9 && found.half >= 0.95) return 'likely';
  // Something may have been laid over it, or something else be laid over the same: that is for a person to judge.
  if (isInPlace(found) && !arePlain && found.half >= 0.95 && found.agreeing >= 0.5) return 'likely';
  return null;
}

/**
 * Something small is another: a word, a figure. Other tones and softening make differences, too, but not in one spot. 1 in 200 copies
 * in other lights has such a spot, none in other encodings and sizes; of memes with other words all have.
 */
export function hasSpot({ innerSpot, usualSpot }: Registration): boolean {
  return innerSpot > 1.9 && innerSpot > 4.4 * (usualSpot + 0.3);
}

/** The same for a picture that was laid over a part of another, where edges fit less well: 1 in 300 true ones has such a spot. */
function hasClearSpot({ innerSpot, usualSpot }: Registration): boolean {
  return innerSpot > 3 && innerSpot > 5.8 * (usualSpot + 0.3);
}

/** The framing is the same to a hundredth. */
export function isInPlace({ offWhole }: Registration): boolean {
  return offWhole <= 0.01;
}

/** So near to it that strangers may share all that is around what they show. */
const nearlyInPlace = 0.03;

/**
 * Cropped, turned, framed, or as it was: everything that both show agrees. Not so where something was laid over one of them,
 * or where something else stands before the same background: there a few blocks agree much less than all others.
 */
export function agreesThroughout(found: Registration): boolean {
  const { least, tenth, quarter, half, offWhole } = found;
  if (tenth < 0.93 || quarter < 0.96 || half < 0.97) return false;
  if (offWhole > nearlyInPlace || tenth >= 0.98 || least >= 0.93) return true;
  return differsEvenly(found) || 1 - tenth <= 10 * (1 - half) + 0.01;
}

/** No spot stands out: what the blocks differ by is in all of them. */
export function differsEvenly({ innerSpot, usualSpot }: Registration): boolean {
  return innerSpot <= 3 * (usualSpot + 0.3);
}

/**
 * Receipts of one shop reached a tenth of 0.982, on few blocks or a small part of the paper 0.987; copies of one receipt lie
 * at 0.989 and above.
 */
function isSamePaper({ tenth, blocks, overhang, compared }: Registration): boolean {
  return tenth >= 0.985 && blocks >= 24 && compared >= 0.2 && overhang <= mostOverhang;
}

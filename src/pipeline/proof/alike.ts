import type { CopyId, Likeness, PixelProof } from '../../model.js';
import type { CopyStore } from '../../store-ports.js';
import { certainBits, paperBits } from '../fingerprint/bounds.js';
import { wholeFrame } from './frames.js';
import { inverseOf, type Orientation } from '../fingerprint/hashes.js';
import {
  agreesThroughout,
  differsEvenly,
  hasSpot,
  isInPlace,
  leastBlocks,
  leastTenthOfPlain,
  sitterOf,
  type Sitter,
} from './pair-proof.js';
import { compareInPlace, register, type Registration } from './registration.js';
import { Sitters } from './sitters.js';
import { turnedCopy } from '../fingerprint/turned-copy.js';

/** Asked for the pixels of two photos whose hashes are alike. */
export interface PixelComparer {
  /** Null when they do not agree. The answer depends on the two pictures alone. */
  proofOf(likeness: Likeness, kind: AlikeKind): PixelProof | null;
}

export interface AlikeKind {
  /** Both are documents, and nothing says that they are of one shot. */
  readonly arePapers: boolean;
}

/** Answers that are remembered at a time. */
const mostRemembered = 100_000;

/**
 * Whether photos whose hashes are alike agree in their pixels, too: hashes do not see that the words on a card, one picture
 * of a collage or the figure before a fixed camera are others. Answers are remembered; about 1 ms each, or 4 ms where the
 * pictures are not quite in place.
 */
export class AlikePairs implements PixelComparer {
  readonly sitters: Sitters;
  readonly #copies: Pick<CopyStore, 'copyOf'>;
  /** By the lower of the two copies, then by the other and what they are; a copy never changes. */
  readonly #answers = new Map<CopyId, Map<string, PixelProof | null>>();
  #remembered = 0;

  constructor(copies: Pick<CopyStore, 'copyOf' | 'get'>) {
    this.#copies = copies;
    this.sitters = new Sitters(copies);
  }

  proofOf(likeness: Likeness, kind: AlikeKind): PixelProof | null {
    const [a, b] = [this.#copies.copyOf(likeness.a), this.#copies.copyOf(likeness.b)];
    if (a === null || b === null) return null;
    const first = a < b ? a : b;
    const second = `${Math.max(a, b)} ${kind.arePapers}`;
    const known = this.#answers.get(first)?.get(second);
    if (known !== undefined) return known;
    const [one, two] = [this.sitters.get(a), this.sitters.get(b)];
    const proof = one === null || two === null ? null : alikeProof(one, two, { ...likeness, ...kind });
    this.#remember(first, second, proof);
    return proof;
  }

  #remember(first: CopyId, second: string, proof: PixelProof | null): void {
    if (++this.#remembered > mostRemembered) {
      this.#answers.clear();
      this.#remembered = 0;
    }
    const answers = this.#answers.get(first) ?? new Map<string, PixelProof | null>();
    this.#answers.set(first, answers.set(second, proof));
  }
}

type Alike = Pick<Likeness, 'detailBits' | 'orientation'> & AlikeKind;

/** Null when the pixels do not agree. Symmetric; `orientation` as the search names it. */
export function alikeProof(a: Sitter, b: Sitter, alike: Alike): PixelProof | null {
  for (const turn of turnsOf(alike.orientation as Orientation)) {
    const upright = turn === 0 ? a : sitterOf(turnedCopy(a.copy, turn));
    const found = bestAgreement(upright, b, alike);
    if (found === null) continue;
    const isWhole = found.least >= leastOfWhole(found) && !isMarked(found);
    return {
      verdict: 'proven',
      agreement: Math.min(found.tenth, isWhole ? 1 : found.agreeing),
      inPlace: isWhole && turn === 0 && isInPlace(found),
    };
  }
  return null;
}

/** The search has one name for the two quarter turns: which it is depends on the photo that one looks from. */
function turnsOf(orientation: Orientation): readonly Orientation[] {
  return orientation === inverseOf(orientation) ? [orientation] : [orientation, inverseOf(orientation)];
}

/** As the two stand, or else laid over each other, which undoes what rounding and small crops moved. */
function bestAgreement(a: Sitter, b: Sitter, alike: Alike): Registration | null {
  const [first, second] = Buffer.compare(a.copy.pixels, b.copy.pixels) <= 0 ? [a, b] : [b, a];
  const arePlain = first.isPlain && second.isPlain;
  const [one, two] = [first.registrable(), second.registrable()];
  const inPlace = compareInPlace(one, two);
  if (agrees(inPlace, alike, arePlain)) return inPlace;
  if (inPlace.half >= leastHalfInPlace) return null;
  const found = register(one, two, wholeFrame);
  return found !== null && agrees(found, alike, arePlain) ? found : null;
}

/** Half of the blocks agree so well only where nothing is left to be moved. */
const leastHalfInPlace = 0.985;
/**
 * Where a block agrees less than this, something was laid over it: a mark, a date. The better the rest agrees, the more it
 * must: of 4,950 copies of 150 photographs in 33 encodings, sizes and lights 26 have such a block without a mark.
 */
function leastOfWhole({ half }: Registration): number {
  if (half >= 0.9985) return 0.95;
  if (half >= 0.997) return 0.915;
  return half >= 0.994 ? 0.9 : 0.7;
}

/** A mark, in a corner too, that is not enough to doubt that it is a copy. */
function isMarked({ spot, usualSpot }: Registration): boolean {
  return spot > 1.45 && spot > 3 * (usualSpot + 0.3);
}

/** Both show what the other has not by more than this (in their widths): two shots, not two copies. */
const mostOverhang = 0.016;
/** Farther from the whole than this, and it is not the likeness that the hashes saw. */
const mostOffWhole = 0.03;
/** Documents whose hashes are nearly the same agree by this much even where light is lost in white. */
const leastTenthOfPapers = 0.85;

/** Spots are looked for last: that takes the longest. */
function agrees(found: Registration, alike: Alike, arePlain: boolean): boolean {
  if (found.overhang > mostOverhang || found.offWhole > mostOffWhole) return false;
  return agreesInBlocks(found, alike, arePlain) && !hasSpot(found);
}

function agreesInBlocks(found: Registration, { detailBits, arePapers }: Alike, arePlain: boolean): boolean {
  if (found.blocks < leastBlocks) {
    // Too little to see: then the hashes say what can be said.
    const isSeen = found.blocks >= leastBlocks / 2 && found.tenth >= 0.98;
    return detailBits <= (arePapers || (arePlain && !isSeen) ? paperBits : certainBits);
  }
  if (arePapers) return found.tenth >= leastTenthOfPapers;
  const isStrict = arePlain && detailBits > paperBits;
  if (isStrict && found.tenth < leastTenthOfPlain) return false;
  return agreesThroughout(found) || (!isStrict && detailBits <= certainBits && agreesEvenly(found));
}

/** Softened, or with its contrast evened out, a copy agrees less well, and everywhere so. What was replaced stands out. */
function agreesEvenly(found: Registration): boolean {
  const { tenth, quarter, half } = found;
  if (tenth >= 0.87 && quarter >= 0.95 && half >= 0.97 && differsEvenly(found)) return true;
  return half >= 0.9 && quarter >= 0.8 && 1 - tenth <= 3.5 * (1 - half) + 0.01;
}

import type { Likeness, PhotoId, PixelProof } from '../model.js';
import { certainBits, paperBits } from './evidence.js';
import { wholeFrame } from './frames.js';
import { inverseOf, type Orientation } from './hashes.js';
import {
  agreesThroughout,
  isInPlace,
  leastBlocks,
  leastTenthOfPlain,
  sitterOf,
  type Sitter,
} from './pair-proof.js';
import { isMostlyPlain } from './paper.js';
import { compareInPlace, register, type Registration } from './registration.js';
import type { Sitters } from './sitters.js';
import { turnedCopy } from './turned-copy.js';

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
 * of a collage or the figure before a fixed camera are others. Answers are remembered; 0.2 ms each, or 3 ms where the
 * pictures are not quite in place.
 */
export class AlikePairs implements PixelComparer {
  /** By the lower of the two, then by the other and what they are. */
  readonly #answers = new Map<PhotoId, Map<string, PixelProof | null>>();
  readonly #asked = new Set<PhotoId>();
  #remembered = 0;

  constructor(readonly sitters: Sitters) {}

  proofOf(likeness: Likeness, kind: AlikeKind): PixelProof | null {
    const first = likeness.a < likeness.b ? likeness.a : likeness.b;
    const second = `${Math.max(likeness.a, likeness.b)} ${kind.arePapers}`;
    const known = this.#answers.get(first)?.get(second);
    if (known !== undefined) return known;
    const [a, b] = [this.sitters.get(likeness.a), this.sitters.get(likeness.b)];
    const proof = a === null || b === null ? null : alikeProof(a, b, { ...likeness, ...kind });
    this.#remember(first, second, proof);
    this.#asked.add(likeness.a).add(likeness.b);
    return proof;
  }

  /** The photo is gone, or looks different now. */
  forget(id: PhotoId): void {
    this.sitters.forget(id);
    if (this.#asked.has(id)) this.#clear();
  }

  #remember(first: PhotoId, second: string, proof: PixelProof | null): void {
    if (++this.#remembered > mostRemembered) this.#clear();
    const answers = this.#answers.get(first) ?? new Map<string, PixelProof | null>();
    this.#answers.set(first, answers.set(second, proof));
  }

  #clear(): void {
    this.#answers.clear();
    this.#asked.clear();
    this.#remembered = 0;
  }
}

type Alike = Pick<Likeness, 'detailBits' | 'orientation'> & AlikeKind;

/** Null when the pixels do not agree. Symmetric; `orientation` as the search names it. */
export function alikeProof(a: Sitter, b: Sitter, alike: Alike): PixelProof | null {
  for (const turn of turnsOf(alike.orientation as Orientation)) {
    const upright = turn === 0 ? a : sitterOf(turnedCopy(a.copy, turn));
    const found = bestAgreement(upright, b, alike);
    if (found === null) continue;
    const isWhole = found.least >= leastOfWhole;
    return {
      verdict: 'proven',
      agreement: isWhole ? found.tenth : found.agreeing,
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
  const arePlain = isMostlyPlain(first.copy) && isMostlyPlain(second.copy);
  const [one, two] = [first.registrable(), second.registrable()];
  const inPlace = compareInPlace(one, two);
  if (agrees(inPlace, alike, arePlain)) return inPlace;
  const found = register(one, two, wholeFrame);
  return found !== null && agrees(found, alike, arePlain) ? found : null;
}

/** Where a block agrees less than this, something was laid over it: a mark, a date. */
const leastOfWhole = 0.7;
/** Both show what the other has not by more than this (in their widths): two shots, not two copies. */
const mostOverhang = 0.016;
/** Farther from the whole than this, and it is not the likeness that the hashes saw. */
const mostOffWhole = 0.03;
/** Documents whose hashes are nearly the same agree by this much even where light is lost in white. */
const leastTenthOfPapers = 0.85;

function agrees(found: Registration, { detailBits, arePapers }: Alike, arePlain: boolean): boolean {
  if (found.overhang > mostOverhang || found.offWhole > mostOffWhole) return false;
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
function agreesEvenly({ tenth, quarter, half }: Registration): boolean {
  return half >= 0.9 && quarter >= 0.8 && 1 - tenth <= 3.5 * (1 - half) + 0.01;
}

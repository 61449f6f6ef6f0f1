import type { CopyId } from '../../model.js';
import type { CopyStore, IndexedPhoto, PhotoStore } from '../../store-ports.js';
import type { PixelComparer } from './alike.js';
import { arePapers, isLeftToReview, timeBetweenShots } from '../evidence/evidence.js';
import { candidateBits, certainBits, storedBits } from '../fingerprint/bounds.js';
import type { Neighbours } from '../search/neighbours.js';
import type { ViewIndex } from './view-index.js';

/** See `ChooserOptions`: edits of one photo are fewer, and 1,000 look-alikes take no longer than they must. */
const mostPairsOfOne = 60;
/** Copies whose photos are remembered at a time. */
const mostKnown = 5_000;

/** Copies that one may be laid over, by the bits (of 256) that they differ by in the likeliest way. */
export class Nominees {
  /** Where a view of the other looks like this one's whole or a part of it: what this one chooses by. */
  readonly near: ReadonlyMap<CopyId, number>;
  /** Where this one looks like the whole of the other or a part of it: what the other chooses by. */
  readonly around: ReadonlyMap<CopyId, number>;
  readonly #near = new Map<CopyId, number>();
  readonly #around: Map<CopyId, number>;

  constructor(around: ReadonlyMap<CopyId, number>) {
    this.near = this.#near;
    this.around = this.#around = new Map(around);
  }

  /** A view of the other looks like a view of this one. */
  foundView(other: CopyId, bits: number): void {
    this.foundPart(other, bits);
    this.#around.set(other, Math.min(bits, this.#around.get(other) ?? bits));
  }

  /** A view of the other looks like a part of this one. */
  foundPart(other: CopyId, bits: number): void {
    this.#near.set(other, Math.min(bits, this.#near.get(other) ?? bits));
  }
}

export interface Pair {
  readonly other: CopyId;
  /** Of 256, where the whole pictures look alike though not for certain; else null. */
  readonly alikeBits: number | null;
}

export interface Choice {
  readonly pairs: readonly Pair[];
  /** See `Compared`. */
  readonly reach: number | null;
}

export interface ChooserOptions {
  readonly photos: Pick<PhotoStore, 'byId'>;
  readonly copies: Pick<CopyStore, 'shotsOf'>;
  readonly neighbours: Neighbours;
  readonly alike: PixelComparer;
  readonly views: ViewIndex;
  /** Copies that one is laid over of its own choice, the most alike first; it is laid over those too that choose it. */
  readonly mostPairs?: number | undefined;
}

/**
 * Which pairs are laid over each other: those where one is among the most alike of the other. That is said by pictures
 * alone, and a copy that comes later narrows the choice and never widens it: whatever the order in which they come, no pair is
 * missed that would be tried were all there at once.
 */
export class Chooser {
  readonly #options: ChooserOptions;
  readonly #known = new Map<CopyId, readonly IndexedPhoto[]>();

  constructor(options: ChooserOptions) {
    this.#options = options;
  }

  /** Photos that have the copy, one for each shot that they say they are of; none when it is gone. */
  photosOf(id: CopyId): readonly IndexedPhoto[] {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { photos, copies } = this.#options;
    const found = copies.shotsOf(id).flatMap((photo) => photos.byId(photo) ?? []);
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(id, found);
    return found;
  }

  /** `reachOf`: of a copy that has made its choice; null = its turn comes, or it is done in this run. */
  choose(id: CopyId, { near, around }: Nominees, reachOf: (other: CopyId) => number | null): Choice {
    const isWorthIt = this.#judgeOf(id);
    const pairs = new Map<CopyId, Pair>();
    const { mostPairs = mostPairsOfOne } = this.#options;
    let reach: number | null = null;
    for (const [other, distance] of this.#ranked(near)) {
      const pair = isWorthIt(other);
      if (pair === null) continue;
      pairs.set(other, pair);
      if (pairs.size < mostPairs) continue;
      reach = distance;
      break;
    }
    const tie = this.#options.views.tieOf(id);
    for (const [other, bits] of around) {
      const theirs = pairs.has(other) ? null : reachOf(other);
      const pair = theirs === null || bits + tie > theirs ? null : isWorthIt(other);
      if (pair !== null) pairs.set(other, pair);
    }
    return { pairs: [...pairs.values()], reach };
  }

  /** Nearest first; what is equally far is told apart by what it shows, never by its id, which says who came first. */
  #ranked(near: ReadonlyMap<CopyId, number>): (readonly [CopyId, number])[] {
    const { views } = this.#options;
    return [...near]
      .map(([other, bits]) => [other, bits + views.tieOf(other)] as const)
      .sort((a, b) => a[1] - b[1]);
  }

  /** Null for pairs that other evidence decides, and for copies that are gone. */
  #judgeOf(id: CopyId): (other: CopyId) => Pair | null {
    const mine = this.photosOf(id);
    const [photo] = mine;
    if (photo === undefined) return () => null;
    const alike = new Map(
      this.#options.neighbours
        .likenessesOf(photo.id)
        .filter(({ phashBits }) => phashBits <= candidateBits)
        .map((likeness) => [likeness.b, likeness]),
    );
    return (other) => {
      const theirs = this.photosOf(other);
      const [second] = theirs;
      if (second === undefined || (photo.sha1 !== null && photo.sha1 === second.sha1)) return null;
      if (mine.every((a) => theirs.every((b) => timeBetweenShots(a, b) !== null))) return null;
      const likeness = alike.get(second.id);
      const bits = likeness?.detailBits ?? Infinity;
      const kind = { arePapers: arePapers(photo, second) };
      const isCertain = likeness !== undefined && bits <= certainBits;
      const proof = isCertain ? this.#options.alike.proofOf(likeness, kind) : null;
      if (proof !== null && !isLeftToReview(photo, second, proof)) return null;
      return { other, alikeBits: bits <= storedBits && !kind.arePapers ? bits : null };
    };
  }
}
